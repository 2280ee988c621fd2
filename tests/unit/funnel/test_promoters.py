"""Who recommends (domain B7), and that only an agreement that says so has it written."""

import pytest

from syncer.agreement import parse_agreement
from syncer.funnel import compile_rules, decide_contact
from syncer.funnel.facts import ContactFacts
from syncer.records import Answer
from syncer.writeback import desired_contact, standing_of
from tests.unit.funnel.build import COMPANY, STAGES, at, contact, deal_facts, decided_deal
from tests.unit.writeback.cases import rules as write_rules
from tests.unit.writeback.cases import shown

_WON = [("2026-05-01", "qualifiedtobuy"), ("2026-06-01", "closedwon")]
_OPEN = [("2026-05-01", "qualifiedtobuy")]
_REFERENCE = {"reference": True}


def _answer(value: int | None, when: str = "2026-08-01", *, kind: str = "NPS", survey: str | None = None) -> Answer:
    return Answer(id=when, contact_id="c", survey_id=survey, survey_type=kind, value=value, answered_at=at(when))


def _flags(
    *answers: Answer, moves: list[tuple[str, str]] = _WON, text: str = "{}", as_of: str = "2026-11-21", **values: object
) -> tuple[str, ...]:
    facts = ContactFacts(
        contact=contact(**{"fields": _REFERENCE, **values}),
        company=COMPANY,
        deals=[decided_deal(deal_facts(moves), as_of)] if moves else (),
        answers=answers,
    )
    rules = compile_rules(parse_agreement(text, "agreement.yaml"), STAGES)
    return decide_contact(facts, rules=rules, as_of=at(as_of)).flags


@pytest.mark.parametrize(
    ("answers", "promotes"),
    [
        ((_answer(9),), True),
        ((_answer(10),), True),
        ((_answer(8),), False),
        ((_answer(10), _answer(3, "2026-09-01")), False),
        ((_answer(3), _answer(9, "2026-09-01")), True),
        ((_answer(9), _answer(None, "2026-09-01")), True),
        ((_answer(10, "2026-12-01"),), False),
        ((_answer(10, kind="CSAT"),), False),
        ((), False),
    ],
)
def test_the_latest_answer_of_a_customer_decides(answers: tuple[Answer, ...], promotes: bool) -> None:
    assert ("promoter" in _flags(*answers)) is promotes


def test_a_custom_survey_that_the_agreement_names_counts() -> None:
    answer = _answer(9, kind="CUSTOM", survey="13")
    assert "promoter" not in _flags(answer)
    assert "promoter" in _flags(answer, text="surveys: {nps: {'13': 1-10}}")


def test_what_else_a_promoter_has_to_be_is_agreed() -> None:
    assert "promoter" not in _flags(_answer(9), fields={})
    assert "promoter" in _flags(_answer(9), fields={}, text="surveys: {promoter_if: null}")
    assert "promoter" in _flags(_answer(8), text="surveys: {promoter_from: 8}")


def test_only_customers_recommend_and_the_crms_word_counts() -> None:
    assert "promoter" not in _flags(_answer(10), moves=_OPEN)
    assert "promoter" in _flags(moves=_WON, fields={}, lifecycle="evangelist")
    assert "promoter" in _flags(moves=[], fields={}, lifecycle="evangelist", created_at=at("2025-01-01"))
    assert "promoter" not in _flags(moves=_OPEN, lifecycle="evangelist")


def test_a_promoter_is_shown_only_where_the_agreement_says_so() -> None:
    facts = ContactFacts(
        contact=contact(fields=_REFERENCE),
        company=COMPANY,
        deals=[decided_deal(deal_facts(_WON), "2026-11-21")],
        answers=[_answer(10)],
    )
    rules = compile_rules(parse_agreement("{}", "agreement.yaml"), STAGES)
    standing = standing_of(decide_contact(facts, rules=rules, as_of=at("2026-11-21")))
    held = shown(lifecyclestage="customer")
    plain = desired_contact(standing, held, write_rules()).values
    asked = desired_contact(standing, held, write_rules(stages={"PROMOTER": {"lifecyclestage": "evangelist"}})).values
    assert plain["lifecyclestage"].value == "customer"
    assert asked["lifecyclestage"].value == "evangelist"


def test_who_recommends_no_more_is_not_taken_back() -> None:
    facts = ContactFacts(
        contact=contact(fields=_REFERENCE),
        company=COMPANY,
        deals=[decided_deal(deal_facts(_WON), "2026-11-21")],
        answers=[_answer(4)],
    )
    rules = compile_rules(parse_agreement("{}", "agreement.yaml"), STAGES)
    standing = standing_of(decide_contact(facts, rules=rules, as_of=at("2026-11-21")))
    writing = write_rules(stages={"PROMOTER": {"lifecyclestage": "evangelist"}})
    ours = shown({"lifecyclestage": "evangelist"}, lifecyclestage="evangelist")
    assert "lifecyclestage" not in desired_contact(standing, ours, writing).values
