"""From when on a value of a deal stood: entered late, told of by machines, or known from the record alone."""

from decimal import Decimal

import pytest

from syncer.funnel.facts import Outcome
from syncer.records import ChangeSource
from tests.unit.funnel.build import at, change, deal_facts, decided_deal

_OPEN = [("2026-06-01", "qualifiedtobuy")]


@pytest.mark.parametrize(
    ("entered", "won"),
    [
        ("2026-06-01T12:00", "2026-06-01T12:00"),
        ("2026-06-02T09:59", "2026-06-02T09:59"),
        ("2026-06-02T10:00", "2026-06-01"),
    ],
)
def test_a_deal_that_is_entered_as_won_a_day_after_it_began_was_won_when_its_record_says(
    entered: str, won: str
) -> None:
    facts = deal_facts([(entered, "closedwon")], created="2026-06-01", close_date=at("2026-05-20"))
    [first] = [span for span in decided_deal(facts, "2026-06-10").spans if span.outcome is Outcome.WON][:1]
    assert first.valid_from == at(won)


@pytest.mark.parametrize(("told", "worth"), [("2026-06-10T10:00:59", Decimal(5)), ("2026-06-10T10:01", None)])
def test_what_is_told_within_a_minute_of_entering_a_deal_late_was_so_from_the_beginning(
    told: str, worth: Decimal | None
) -> None:
    facts = deal_facts([("2026-06-10", "qualifiedtobuy")], created="2026-06-01", more=[change(told, "amount", "5")])
    assert decided_deal(facts, "2026-06-20").spans[0].amount == worth


def test_what_a_machine_told_first_was_so_from_the_beginning_and_what_followed_stands_from_its_own_day() -> None:
    told = [change("2026-06-03", "amount", "5", ChangeSource.INTEGRATION), change("2026-06-05", "amount", "7")]
    facts = deal_facts([("2026-06-01", "qualifiedtobuy")], more=told, two_way=["2026-06-19"])
    found = [(span.valid_from, span.amount) for span in decided_deal(facts, "2026-06-20").spans]
    assert found == [(at("2026-06-01"), Decimal(5)), (at("2026-06-05"), Decimal(7))]


@pytest.mark.parametrize(
    ("source", "won"), [(ChangeSource.USER, "2026-06-01T12:00"), (ChangeSource.IMPORT, "2026-06-01")]
)
def test_a_deal_that_is_imported_as_won_was_won_when_its_record_says(source: ChangeSource, won: str) -> None:
    came = change("2026-06-01T12:00", "stage", "closedwon", source)
    facts = deal_facts(created="2026-06-01", stage_id="closedwon", close_date=at("2026-05-20"), more=[came])
    assert next(one for one in decided_deal(facts, "2026-06-10").spans if one.outcome is Outcome.WON).valid_from == at(
        won
    )


@pytest.mark.parametrize(
    ("stage", "stages"),
    [
        ("contractsent", [("2026-06-01", None), ("2026-07-01", "contractsent")]),
        ("closedwon", [("2026-06-01", None), ("2026-07-01", "contractsent"), ("2026-08-01", "closedwon")]),
    ],
)
def test_without_a_history_the_record_tells_when_it_came_to_a_stage_and_no_other_date_does(
    stage: str, stages: list[tuple[str, str | None]]
) -> None:
    fields = {"entered_contractsent": at("2026-07-01"), "contract_end": at("2026-07-10"), "entered_by": "nobody"}
    facts = deal_facts(created="2026-06-01", stage_id=stage, close_date=at("2026-08-01"), fields=fields)
    found = [(span.valid_from, span.stage_id) for span in decided_deal(facts, "2026-08-05").spans]
    assert [one for index, one in enumerate(found) if not index or one[1] != found[index - 1][1]] == [
        (at(when), one) for when, one in stages
    ]


def test_of_two_stages_that_a_deal_came_to_in_one_moment_it_stands_in_the_present_one() -> None:
    fields = {"entered_qualifiedtobuy": at("2026-07-01"), "entered_contractsent": at("2026-07-01")}
    for stage in ("qualifiedtobuy", "contractsent"):
        facts = deal_facts(created="2026-06-01", stage_id=stage, fields=fields)
        assert decided_deal(facts, "2026-07-02").spans[-1].stage_id == stage


@pytest.mark.parametrize(
    "told", ["2026-09-30T08:00:00Z", "2026-09-30T10:00:00+02:00", "2026-09-30T08:00:00", "1790755200000"]
)
def test_a_close_date_is_the_same_moment_however_the_crm_writes_it(told: str) -> None:
    facts = deal_facts(_OPEN, more=[change(_OPEN[0][0], "close_date", told)])
    assert decided_deal(facts, "2026-06-10").spans[-1].close_date == at("2026-09-30T10:00")
