from pathlib import Path

import pytest

from syncer.agreement import dormant, load_default, parse_agreement
from syncer.agreement.dormant import KEYS


def test_the_default_asks_for_nothing_that_it_does_not_get():
    assert dormant(load_default()) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("agreement: {sla: {attempts_before_give_up: {min_attempts: 3}}}", "agreement.sla.attempts_before_give_up"),
        ("closed_other: {propose: {auto_apply_after_grace: true}}", "closed_other.propose.auto_apply_after_grace"),
    ],
)
def test_what_nothing_acts_on_yet_is_said(text: str, key: str):
    found = dormant(parse_agreement(text, "agreement.yaml"))
    assert [one.split(" ")[0] for one in found] == [key]
    assert "yet" in found[0]


def test_keys_that_name_nothing_would_never_be_said():
    tree = load_default().model_dump(mode="json", by_alias=True)
    for key in KEYS:
        place = tree
        for part in key.split("."):
            assert part in place, key
            place = place[part]


def test_the_reference_says_it_as_well():
    reference = Path(__file__).parents[3].joinpath("docs", "agreement.md").read_text(encoding="utf-8")
    assert reference.count("Nothing acts on it yet.") == len(KEYS)
