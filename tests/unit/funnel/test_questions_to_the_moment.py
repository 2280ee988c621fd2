"""Since when a question about a deal has stood, and when it next changes: exact, whatever else changes meanwhile."""

from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.agreement import parse_agreement
from syncer.funnel import compile_rules, decide_deal
from syncer.funnel.facts import DealFacts, Outcome
from syncer.funnel.stays import Figure, Stage, Stays
from syncer.moments import DAY, Millis
from syncer.records import Change, ChangeSource, Kind
from tests.unit.funnel.build import STAGES, at, change, days_after, deal_facts, decided_deal

_OPEN = [("2026-06-01", "qualifiedtobuy")]
_AS_OF = "2026-11-21"


def _asks(when: str) -> str:
    """Return an agreement that asks the owner of an open deal by one condition."""
    rule = f"{{id: X, when: 'deal.is_open and {when}', mode: propose}}"
    return f"closed_other: {{rules: [{rule}], guards: {{rules: [], skip_if: []}}}}"


def _worth(when: int, amount: int) -> Change:
    return Change(
        kind=Kind.DEAL,
        record_id="d1",
        property="amount",
        value=str(amount),
        at=Millis(when),
        source=ChangeSource.USER,
    )


def _since(deal: DealFacts, text: str, as_of: str = _AS_OF) -> Millis | None:
    """Return since when the question stands that stands as of a day."""
    spans = decided_deal(deal, as_of, text).spans
    assert spans[-1].proposal == "X"
    found = len(spans) - 1
    while found and spans[found - 1].proposal == "X":
        found -= 1
    return spans[found].valid_from


_THIRTIETH = at("2026-06-01") + 30 * DAY


@pytest.mark.parametrize(
    "changed_at", [_THIRTIETH - 1, _THIRTIETH, _THIRTIETH + 1, _THIRTIETH + 2, _THIRTIETH + 40 * DAY]
)
def test_what_a_deal_is_worth_moves_no_question_that_days_bring(changed_at: int) -> None:
    deal = deal_facts(_OPEN, amount=Decimal(9), more=[_worth(at("2026-06-01"), 5), _worth(changed_at, 9)])
    assert _since(deal, _asks("days_in_stage >= 30")) == _THIRTIETH


def test_a_question_that_would_have_ended_had_the_amount_not_risen_in_time_stands_from_the_beginning() -> None:
    text = _asks("(deal.amount >= 1000 or days_in_stage < 30)")
    deal = deal_facts(_OPEN, amount=Decimal(2000), more=[_worth(at("2026-06-01"), 5), _worth(_THIRTIETH, 2000)])
    assert _since(deal, text) == at("2026-06-01")
    late = deal_facts(_OPEN, amount=Decimal(2000), more=[_worth(at("2026-06-01"), 5), _worth(_THIRTIETH + 1, 2000)])
    assert _since(late, text) == _THIRTIETH + 1


def test_a_question_that_another_amount_interrupted_begins_anew() -> None:
    text = _asks("(deal.amount < 1000 or days_in_stage >= 100)")
    deal = deal_facts(_OPEN, amount=Decimal(5000), more=[_worth(at("2026-06-01"), 5), _worth(at("2026-07-01"), 5000)])
    assert _since(deal, text) == at("2026-06-01") + 100 * DAY


def test_a_day_of_silence_is_asked_about_at_the_hour_of_the_last_word() -> None:
    spoken = at("2026-11-10T12:00")
    deal = deal_facts([("2026-06-01T08:00", "qualifiedtobuy")], two_way=["2026-06-02", "2026-11-10T12:00"])
    assert _since(deal, _asks("days_since_two_way_activity >= 1")) == spoken + DAY


# --- between edges


def test_a_window_between_two_days_before_a_date_is_due_and_not_missed() -> None:
    text = _asks("deal.close_date within 30d and not deal.close_date within 10d")
    due = at("2027-02-01T11:30")
    deal = deal_facts(_OPEN, close_date=due)
    before = decided_deal(deal, _AS_OF, text)
    assert (before.spans[-1].proposal, before.due_at) == (None, due - 30 * DAY)
    asked = decide_deal(deal, rules=compile_rules(parse_agreement(text, "a.yaml"), STAGES), as_of=before.due_at)
    assert (asked.spans[-1].proposal, asked.due_at) == ("X", due - 10 * DAY)


def test_a_window_before_a_meeting_is_due_and_ends_with_it() -> None:
    text = _asks("next_meeting < 14d")
    meets = at("2027-02-01T11:30")
    deal = replace(deal_facts(_OPEN), next_meeting_at=meets)
    before = decided_deal(deal, _AS_OF, text)
    assert before.spans[-1].proposal is None
    assert before.due_at is not None
    assert 0 <= before.due_at - (meets - 14 * DAY) <= 1
    asked = decided_deal(deal, "2027-01-25", text)
    assert (asked.spans[-1].proposal, asked.due_at) == ("X", meets)


def test_a_question_that_days_bring_and_a_meeting_ends_is_due_between_them() -> None:
    deal = replace(deal_facts(_OPEN), next_meeting_at=at("2026-09-20T11:30"))
    before = decided_deal(deal, "2026-09-01", _asks("days_in_stage >= 100 and not no_future_activity"))
    assert (before.spans[-1].proposal, before.due_at) == (None, at("2026-06-01") + 100 * DAY)


_PLANNED = {"fields": {"planned_purchase": at("2027-03-01")}}
_IN_REACH = "deal.planned_purchase <= end_of_quarter(as_of, 1)"
_QUARTER = at("2026-10-01T00:00")


@pytest.mark.parametrize(
    "as_of",
    [
        pytest.param("2026-09-20T07:00", id="at another hour than the stage's"),
        pytest.param("2026-09-20T10:00", id="at the stage's own hour"),
        pytest.param("2026-09-20T00:00:00.001", id="a millisecond after midnight"),
    ],
)
def test_a_question_that_a_new_quarter_brings_is_due_at_its_midnight(as_of: str) -> None:
    assert decided_deal(deal_facts(_OPEN, **_PLANNED), as_of, _asks(_IN_REACH)).due_at == _QUARTER


def test_a_question_that_a_new_quarter_brings_and_a_meeting_ends_the_same_night_is_due_at_midnight() -> None:
    deal = replace(deal_facts(_OPEN, **_PLANNED), next_meeting_at=at("2026-10-01T03:00"))
    text = _asks(f"{_IN_REACH} and not no_future_activity")
    assert decided_deal(deal, "2026-09-20", text).due_at == _QUARTER


def test_a_question_that_a_meeting_ended_and_days_bring_back_a_moment_later_begins_anew() -> None:
    meets = _THIRTIETH - 2
    deal = replace(deal_facts(_OPEN), next_meeting_at=Millis(meets))
    assert _since(deal, _asks("(days_in_stage >= 30 or not no_future_activity)")) == _THIRTIETH


_STAGE = Stage("default", "qualifiedtobuy")


def test_a_question_that_a_months_figure_interrupted_stands_from_the_month_that_brought_it_back() -> None:
    """Silent since 10 June: 45 days are enough, but in October sales of its kind took 180."""
    figures = [(at("2026-01-01"), 10.0), (at("2026-10-01T00:00"), 90.0), (at("2026-11-01T00:00"), 10.0)]
    stays = Stays({_STAGE: [Figure(since, days, 8) for since, days in figures]})
    deal = deal_facts(_OPEN, two_way=["2026-06-10"], close_date=at("2027-03-01"))
    rules = compile_rules(parse_agreement("{}", "a.yaml"), STAGES, stays=stays)
    last = decide_deal(deal, rules=rules, as_of=at("2026-11-10")).spans[-1]
    assert (last.proposal, last.valid_from) == ("CO8", at("2026-11-01T00:00"))


def test_a_question_that_a_known_figure_will_take_back_is_due_though_it_comes_again_later() -> None:
    figures = [(at("2026-01-01"), 10.0), (at("2026-11-01T00:00"), 60.0)]
    stays = Stays({_STAGE: [Figure(since, days, 8) for since, days in figures]})
    deal = deal_facts(_OPEN, two_way=["2026-08-01"], close_date=at("2027-06-01"))
    rules = compile_rules(parse_agreement("{}", "a.yaml"), STAGES, stays=stays)
    assert decide_deal(deal, rules=rules, as_of=at("2026-10-20")).due_at == at("2026-11-01T00:00")


# --- when to come back


def test_a_delay_that_a_person_declared_comes_back_from_the_day_of_their_word() -> None:
    said = change("2026-08-01", "outcome", "other")
    last = decided_deal(deal_facts(_OPEN, more=[said]), _AS_OF).spans[-1]
    assert (last.outcome, last.rule, last.resume_at) == (Outcome.OTHER, "CO2", days_after("2026-08-01", 90))
