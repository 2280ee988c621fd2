"""From when on a value of a deal stood: entered late, told of by machines, or known from the record alone."""

from decimal import Decimal

import pytest

from syncer.funnel import decide_deal
from syncer.funnel.facts import Outcome
from syncer.moments import Millis
from syncer.records import Change, ChangeSource, Kind
from tests.unit.funnel.build import at, change, deal_facts, decided_deal, rules

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


def test_a_close_date_that_was_taken_away_is_none() -> None:
    told = [change(_OPEN[0][0], "close_date", "2026-08-01T08:00:00Z"), change("2026-06-05", "close_date", None)]
    spans = decided_deal(deal_facts(_OPEN, more=told), "2026-06-10").spans
    assert [(span.valid_from, span.close_date) for span in spans] == [
        (at("2026-06-01"), at("2026-08-01")),
        (at("2026-06-05"), None),
    ]


@pytest.mark.parametrize(
    "told", ["2026-09-30T08:00:00Z", "2026-09-30T10:00:00+02:00", "2026-09-30T08:00:00", "1790755200000"]
)
def test_a_close_date_is_the_same_moment_however_the_crm_writes_it(told: str) -> None:
    facts = deal_facts(_OPEN, more=[change(_OPEN[0][0], "close_date", told)])
    assert decided_deal(facts, "2026-06-10").spans[-1].close_date == at("2026-09-30T10:00")


@pytest.mark.parametrize("told", ["1790755200000000", "-99999999999999999", "253402300799999", "soon", "1790755²"])
def test_a_close_date_that_no_calendar_has_is_none_and_costs_no_other_decision(told: str) -> None:
    facts = deal_facts(_OPEN, more=[change("2026-06-03", "close_date", told)])
    assert decided_deal(facts, "2026-06-10").spans[-1].close_date is None


def test_a_deal_is_there_from_the_moment_of_its_creation_and_due_later_than_each_look() -> None:
    facts = deal_facts(_OPEN, close_date=at("2026-09-01"))
    found = decided_deal(facts, "2026-06-01")
    assert [(span.valid_from, span.outcome) for span in found.spans] == [(at("2026-06-01"), Outcome.OPEN)]
    assert found.due_at is not None
    assert found.due_at > at("2026-06-01")
    assert decide_deal(facts, rules=rules(), as_of=Millis(at("2026-06-01") - 1)).spans == []


def test_a_deal_that_is_deleted_in_the_moment_of_its_creation_never_was() -> None:
    found = decided_deal(deal_facts(_OPEN, archived_at=at("2026-06-01")), "2026-06-10")
    assert {span.outcome for span in found.spans} == {Outcome.VOID}


def _reason(when: int, text: str | None) -> Change:
    return Change(
        kind=Kind.DEAL,
        record_id="d1",
        property="lost_reason",
        value=text,
        at=Millis(when),
        source=ChangeSource.USER,
    )


_LOST_AND_OPEN = [*_OPEN, ("2026-07-01", "closedlost"), ("2026-08-01", "qualifiedtobuy")]


@pytest.mark.parametrize(("ahead", "reason"), [(2, "price"), (1, "price"), (0, "explicit_no"), (-1, "explicit_no")])
def test_the_reason_of_a_closing_is_what_was_said_until_the_deal_left_the_stage(ahead: int, reason: str) -> None:
    said = [_reason(at("2026-07-01"), "abgesagt"), _reason(at("2026-08-01") - ahead, "zu teuer")]
    spans = decided_deal(deal_facts(_LOST_AND_OPEN, more=said), "2026-08-10").spans
    assert {span.reason for span in spans if span.outcome is Outcome.LOST} == {reason}


def test_a_reason_that_is_given_now_is_known_now() -> None:
    said = [_reason(at("2026-07-01"), "abgesagt"), _reason(at("2026-07-05"), "zu teuer")]
    for as_of, reason in (("2026-07-04", "explicit_no"), ("2026-07-05", "price")):
        assert decided_deal(deal_facts(_LOST_AND_OPEN[:2], more=said), as_of).spans[-1].reason == reason


def test_a_person_who_says_other_while_moving_the_deal_says_it_of_the_new_stage() -> None:
    said = change("2026-07-01", "outcome", "other")
    last = decided_deal(deal_facts([*_OPEN, ("2026-07-01", "contractsent")], more=[said]), "2026-07-02").spans[-1]
    assert (last.outcome, last.rule) == (Outcome.OTHER, "CO2")
    before = change("2026-06-30", "outcome", "other")
    assert (
        decided_deal(deal_facts([*_OPEN, ("2026-07-01", "contractsent")], more=[before]), "2026-07-02")
        .spans[-1]
        .outcome
        is Outcome.OPEN
    )


@pytest.mark.parametrize(
    ("said", "moved", "rule"), [("", False, "open_stage"), ("", True, "CO4"), ("other", True, "CO2")]
)
def test_that_a_deal_is_not_delayed_holds_until_its_close_date_moves_and_that_it_is_holds_on(
    said: str, moved: bool, rule: str
) -> None:
    dates = [change("2026-06-01", "close_date", str(at("2026-12-15")))]
    dates += [change("2026-11-01", "close_date", str(at("2027-05-15")))] if moved else []
    facts = deal_facts(
        _OPEN,
        more=[*dates, change("2026-10-10", "outcome", said)],
        fields={"planned_purchase": at("2027-06-15")},
        updated_at=at("2026-11-01"),
    )
    assert decided_deal(facts, "2026-11-21").spans[-1].rule == rule


def test_a_deal_stood_in_the_pipeline_of_its_day() -> None:
    moved = [change("2026-06-01", "pipeline", "default"), change("2026-07-01", "pipeline", "upsell")]
    facts = deal_facts([*_OPEN, ("2026-07-01", "upsell_open")], more=moved, pipeline_id="upsell")
    found = [(span.pipeline_id, span.pipeline_kind, span.outcome) for span in decided_deal(facts, "2026-07-02").spans]
    assert found[0] == ("default", "new_business", Outcome.OPEN)
    assert found[-1] == ("upsell", "expansion", Outcome.OPEN)


def test_a_pipeline_that_is_written_again_is_no_move() -> None:
    text = "closed_other: {rules: [{id: X, when: 'days_in_stage >= 30', mode: propose}], guards: {rules: []}}"
    told = [change("2026-06-01", "pipeline", "default"), change("2026-06-20", "pipeline", "default")]
    last = decided_deal(deal_facts(_OPEN, more=told), "2026-07-10", text).spans[-1]
    assert (last.proposal, last.valid_from) == ("X", at("2026-07-01"))


def test_a_stage_that_is_written_again_is_not_entered_anew() -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-06-20", "qualifiedtobuy")]
    said = deal_facts(moves, more=[change("2026-06-10", "outcome", "other")])
    last = decided_deal(said, "2026-06-25").spans[-1]
    assert (last.outcome, last.rule, last.valid_from) == (Outcome.OTHER, "CO2", at("2026-06-10"))


def test_a_deal_has_the_probability_of_its_record_in_its_present_stage_and_before_that_of_each_stage() -> None:
    facts = deal_facts([*_OPEN, ("2026-07-01", "contractsent")], probability=0.37)
    found = {span.stage_id: span.probability for span in decided_deal(facts, "2026-07-02").spans}
    assert found == {"qualifiedtobuy": 0.4, "contractsent": 0.37}


def test_only_what_is_delayed_has_a_day_to_come_back() -> None:
    moves = [*_OPEN, ("2026-07-01", "closedlost"), ("2026-08-01", "qualifiedtobuy"), ("2026-08-10", "closedwon")]
    assert {span.resume_at for span in decided_deal(deal_facts(moves, lost_reason="abgesagt"), "2026-08-20").spans} == {
        None
    }


@pytest.mark.parametrize(
    ("moves", "values", "flags"),
    [
        ([("2026-07-01", "closedlost")], {"lost_reason": "abgesagt"}, ()),
        ([("2026-07-01", "closedlost")], {}, ("unspecified_reason",)),
        ([("2026-07-01", "closedwon")], {}, ()),
        ([("2026-07-01", "closedwon")], {"archived_at": at("2026-07-05")}, ("deleted_won_deal",)),
        ([], {"archived_at": at("2026-07-05")}, ()),
        ([("2026-07-01", "closedwon")], {"close_date": at("2026-06-24")}, ()),
        ([("2026-07-01", "closedwon")], {"close_date": at("2026-06-24") - 1}, ("backdated",)),
        ([("2026-07-01", "closedwon")], {"close_date": at("2026-07-08") + 1}, ("backdated",)),
    ],
)
def test_what_is_odd_about_a_deal_is_flagged_and_nothing_else(
    moves: list[tuple[str, str]], values: dict[str, object], flags: tuple[str, ...]
) -> None:
    assert decided_deal(deal_facts([*_OPEN, *moves], **values), "2026-07-20").flags == flags


def test_a_deal_that_begins_with_an_offer_is_none_without_signs_of_offers() -> None:
    assert decided_deal(deal_facts([("2026-06-01", "contractsent")]), "2026-06-10").flags == ()


def test_an_outcome_that_a_person_changed_is_compared_with_the_close_date_from_their_word_on() -> None:
    said = change("2026-07-20", "outcome", "other")
    moves = [*_OPEN, ("2026-07-01", "closedlost")]
    facts = deal_facts(moves, more=[said], lost_reason="abgesagt", close_date=at("2026-07-01"))
    last = decided_deal(facts, "2026-07-21")
    assert (last.spans[-1].outcome, last.spans[-1].valid_from, last.flags) == (
        Outcome.OTHER,
        at("2026-07-20"),
        ("reason_conflict", "backdated"),
    )
