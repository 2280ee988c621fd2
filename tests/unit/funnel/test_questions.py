"""Questions to owners: since when they stand, and how long there is to answer."""

from datetime import date

import pytest

from syncer.agreement import Role, parse_agreement
from syncer.agreement.head import Signature
from syncer.funnel.bounds import NEVER
from syncer.funnel.facts import DealDecision, Outcome
from syncer.funnel.kept import Delay, Kept
from syncer.funnel.questions import answer_by, applied_at
from syncer.moments import DAY
from syncer.records import ChangeSource
from tests.unit.funnel.build import at, change, day, deal_facts, decided_deal

_AUTO = "closed_other: {propose: {auto_apply_after_grace: true}}"
_OPEN = [("2026-06-01", "qualifiedtobuy")]
#: Overdue since October 15 and silent since October 20: CO7 asks from November 10.
_SILENT = {"close_date": at("2026-10-15"), "two_way": ["2026-10-20"]}


def _asked(decision: DealDecision) -> list[tuple[str | None, str | None]]:
    return [(day(span.valid_from), span.proposal) for span in decision.spans[-3:]]


def test_a_question_stands_though_the_deal_is_worth_another_amount_since() -> None:
    worth = [change("2026-06-01", "amount", "9000"), change("2026-11-15", "amount", "12000")]
    decision = decided_deal(deal_facts(_OPEN, more=worth, **_SILENT), "2026-11-21")
    assert _asked(decision) == [("2026-06-08", None), ("2026-11-10", "CO7"), ("2026-11-15", "CO7")]


def test_a_question_stands_through_several_amounts_and_a_category_as_well() -> None:
    more = [change(f"2026-11-{day_}", "amount", f"{day_}000") for day_ in (12, 14, 16)]
    more.append(change("2026-11-18", "forecast_category", "PIPELINE"))
    decision = decided_deal(deal_facts(_OPEN, more=more, **_SILENT), "2026-11-21")
    asked = [day(span.valid_from) for span in decision.spans if span.proposal]
    assert asked == ["2026-11-10", "2026-11-12", "2026-11-14", "2026-11-16", "2026-11-18"]


@pytest.mark.parametrize(
    ("name", "value"), [("close_date", str(at("2026-11-01"))), ("stage", "presentationscheduled"), ("outcome", "open")]
)
def test_another_close_date_stage_or_word_of_a_person_is_another_question(name: str, value: str) -> None:
    more = [change("2026-06-01", "close_date", str(at("2026-10-15"))), change("2026-11-19", name, value)]
    stage = value if name == "stage" else "qualifiedtobuy"
    facts = deal_facts(_OPEN, more=more, **{**_SILENT, "stage_id": stage})
    decision = decided_deal(facts, "2026-11-30")
    assert all(span.proposal is None or span.valid_from >= at("2026-11-19") for span in decision.spans)


def test_while_the_amount_left_the_deal_to_people_no_question_stood() -> None:
    text = "closed_other: {guards: {vip_amount: 50000, skip_if: ['amount >= vip_amount']}}"
    worth = [change("2026-06-01", "amount", "90000"), change("2026-11-15", "amount", "12000")]
    decision = decided_deal(deal_facts(_OPEN, more=worth, **_SILENT), "2026-11-21", text)
    assert _asked(decision) == [("2026-06-01", None), ("2026-06-08", None), ("2026-11-15", "CO7")]


@pytest.mark.parametrize("as_of", ["2026-11-25", "2026-12-10", "2027-02-01"])
def test_whoever_asks_later_finds_the_same_end_of_the_grace(as_of: str) -> None:
    worth = [change("2026-11-15", "amount", "12000")]
    last = decided_deal(deal_facts(_OPEN, more=worth, **_SILENT), as_of, _AUTO).spans[-1]
    assert (last.outcome, last.rule, day(last.valid_from)) == (Outcome.OTHER, "CO7", "2026-11-24")


def test_a_question_that_was_applied_keeps_its_day_and_its_rule_once_the_crm_tells_it_back() -> None:
    told = [change("2026-11-25", "outcome", "other", ChangeSource.INTEGRATION)]
    kept = Kept(delays=[Delay("CO7", at("2026-11-24"))])
    spoke = {**_SILENT, "two_way": ["2026-10-20", "2026-11-28"]}
    last = decided_deal(deal_facts(_OPEN, more=told, kept=kept, **spoke), "2026-11-30", _AUTO).spans[-1]
    assert (last.outcome, last.rule) == (Outcome.OTHER, "CO7")


def test_a_question_that_was_applied_is_taken_back_by_a_word_of_both_sides_before_the_crm_knows() -> None:
    kept = Kept(delays=[Delay("CO7", at("2026-11-24"))])
    spoke = {**_SILENT, "two_way": ["2026-10-20", "2026-11-28"]}
    last = decided_deal(deal_facts(_OPEN, kept=kept, **spoke), "2026-11-30", _AUTO).spans[-1]
    assert (last.outcome, day(last.valid_from)) == (Outcome.OPEN, "2026-11-30")


def test_the_time_to_answer_runs_from_the_question_or_from_the_last_signature() -> None:
    agreement = parse_agreement(_AUTO, "agreement.yaml")
    asked = at("2026-11-10")
    assert answer_by(agreement, asked) == asked + 14 * DAY
    signed = [
        Signature(role=role, by="x", at=date(2026, 11, number), content=agreement.fingerprint)
        for role, number in ((Role.MARKETING, 18), (Role.SALES, 20))
    ]
    signed.append(Signature(role=Role.SALES, by="x", at=date(2026, 12, 24), content="of another content"))
    head = agreement.agreement.model_copy(update={"signed": tuple(signed)})
    later = parse_agreement(_AUTO, "agreement.yaml").model_copy(update={"agreement": head})
    assert answer_by(later, asked) == at("2026-11-20T00:00") + 14 * DAY
    assert applied_at(later, asked) == answer_by(later, asked)


def test_without_the_key_only_a_person_decides() -> None:
    assert applied_at(parse_agreement("{}", "agreement.yaml"), at("2026-11-10")) == NEVER
