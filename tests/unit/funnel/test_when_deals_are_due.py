"""When somebody has to look at a deal again: whatever is known beforehand is due, and each look says the same."""

from dataclasses import replace

import pytest

from syncer.funnel import decide_deal
from syncer.funnel.facts import DealFacts, Outcome
from syncer.moments import DAY, HOUR, Millis
from tests.unit.funnel.build import at, day, deal_facts, decided_deal, rules

_CREATED = "2026-06-01"
_OPEN = [(_CREATED, "qualifiedtobuy")]


@pytest.mark.parametrize("moves", [_OPEN, [*_OPEN, ("2026-06-02", "closedwon")]], ids=["open", "closed"])
def test_a_deal_is_due_when_its_baseline_stands_from_which_slipping_is_counted(moves: list[tuple[str, str]]) -> None:
    deal = deal_facts(moves, close_date=at("2026-09-01"))
    before = decided_deal(deal, "2026-06-03")
    assert before.due_at == at(_CREATED) + 7 * DAY
    assert before.spans[-1].slip_days is None
    assert decide_deal(deal, rules=rules(), as_of=before.due_at).spans[-1].slip_days == 0


def test_a_deal_is_due_when_the_next_meeting_comes() -> None:
    deal = replace(deal_facts(_OPEN, close_date=at("2027-03-01")), next_meeting_at=at("2026-06-20"))
    assert decided_deal(deal, "2026-06-15").due_at == at("2026-06-20")


def test_a_planned_meeting_that_is_over_holds_no_question_back() -> None:
    deal = replace(deal_facts(_OPEN, close_date=at("2027-03-01")), next_meeting_at=at("2026-11-20"))
    question = decided_deal(deal, "2026-12-20").spans[-1]
    assert (question.proposal, question.valid_from) == ("CO8", at("2026-11-20") + 1)


def test_a_closing_that_the_record_dates_ahead_is_due_on_its_day() -> None:
    deal = deal_facts(created=_CREATED, stage_id="closedwon", close_date=at("2026-12-01"))
    before = decided_deal(deal, "2026-07-01")
    assert (before.spans[-1].outcome, day(before.due_at)) == (Outcome.OPEN, "2026-07-16")
    assert decided_deal(deal, "2026-11-30").due_at == at("2026-12-01")
    assert decided_deal(deal, "2026-12-01").spans[-1].outcome is Outcome.WON


def test_a_deal_that_no_rule_will_ask_about_is_looked_at_again_nonetheless() -> None:
    text = "closed_other: {guards: {skip_if: ['deal.is_open']}}"
    assert decided_deal(deal_facts(_OPEN), _AS_OF, text).due_at == at(_AS_OF) + 400 * DAY


_AS_OF = "2026-11-21"
_SILENT = deal_facts(_OPEN, two_way=["2026-08-01"], close_date=at("2027-03-01"))
_OVERDUE = deal_facts(_OPEN, two_way=["2026-06-10"], close_date=at("2026-07-01"))
_PUSHED = deal_facts(_OPEN, close_date=at("2027-03-01"), two_way=["2026-06-02", "2026-09-01"])


@pytest.mark.parametrize("deal", [_SILENT, _OVERDUE, _PUSHED], ids=["silent", "overdue", "spoken"])
def test_a_question_has_the_same_moment_whenever_it_is_asked(deal: DealFacts) -> None:
    last = decided_deal(deal, _AS_OF)
    assert last.spans[-1].proposal is not None
    since = last.spans[-1].valid_from
    for ahead in (0, 1, HOUR, 5 * HOUR + 1, DAY, 9 * DAY + 7):
        again = decide_deal(deal, rules=rules(), as_of=Millis(since + ahead))
        assert again.spans == last.spans
    just_before = decide_deal(deal, rules=rules(), as_of=Millis(since - 1))
    assert just_before.spans[-1].proposal != last.spans[-1].proposal
    assert just_before.due_at == since
