"""The domain's list of tests: what it calls by a name exists under that very name."""

import re
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
#: Funnel and Closed-Other (domain I, sections B and C).
_NAMES = (
    "transition_table_closed",
    "replay_order_independent",
    "closed_other_goes_to_tam_same_tx",
    "score_decay_never_demotes_sales_owned",
    "forecast_subset_of_opportunity",
    "virtual_pass_excluded_from_durations",
    "multi_deal_won_other_lost_precedence",
    "reopen_30d_vs_31d",
    "deleted_won_deal_needs_two_syncs",
    "lost_then_inquiry_new_cycle",
    "recycled_engagement_starts_at_zero",
    "merge_union_and_alias",
    "primary_contact_sticky",
    "customer_never_below_customer",
    "no_ping_pong_with_rep",
    "unmapped_stage_fails_closed",
    "renewal_does_not_move_funnel",
    "lifecycle_backward_readback_clear_set",
    "offer_fallback_warning",
    "forecast_mode_auto_null_vs_category",
    "push_count_example_3_2_153",
    "reason_order_budget_vs_price",
    "unknown_reason_is_lost_and_flagged",
    "inferred_other_not_backdated",
)


@pytest.fixture(scope="module")
def written() -> list[str]:
    """Return the name of every test, once for each place where it stands."""
    found: list[str] = []
    for path in _TESTS.rglob("test_*.py"):
        found += re.findall(r"^(?:async )?def test_(\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_it_exists_once(written: list[str], name: str) -> None:
    assert written.count(name) == 1
