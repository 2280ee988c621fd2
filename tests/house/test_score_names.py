"""The worked examples of score, hand-over and calibration have tests under the names that the domain gives them."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NAMES = (
    "d2_1",
    "d2_2",
    "d2_3",
    "d2_4",
    "hysteresis_sequence",
    "contributions_sum_to_score",
    "explanation_example_51_99",
    "both_signatures_required",
    "pdo_scaling",
    "woe_iv_flag",
    "auc_ks_brier_psi",
    "time_split_no_company_overlap",
)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_a_test_of_its_name(name):
    wanted = re.compile(rf"^(?:async )?def test_{name}(?:_\w+)?\(", re.MULTILINE)
    assert any(wanted.search(path.read_text(encoding="utf-8")) for path in TESTS.rglob("test_*.py"))
