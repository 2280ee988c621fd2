from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.agreement import parse_agreement
from syncer.funnel import compile_rules, decide_deal
from syncer.funnel.facts import DealDecision, DealFacts, DealSpan, Outcome
from syncer.records import Change, ChangeSource, Kind, Link
from tests.unit.funnel.build import STAGES, at, change, day, days_after, deal_facts, decided_deal, rules

_AS_OF = "2026-11-21"


def _spans(decision: DealDecision) -> list[tuple[str | None, str | None, str, str]]:
    return [(day(span.valid_from), span.stage_id, span.outcome.value, span.rule) for span in decision.spans]


def _last(facts: DealFacts, as_of: str = _AS_OF, text: str | None = None) -> DealSpan:
    return decided_deal(facts, as_of, text).spans[-1]


def test_stages_become_spans_without_gap() -> None:
    decision = decided_deal(
        deal_facts([("2026-06-01", "qualifiedtobuy"), ("2026-06-10", "contractsent"), ("2026-07-15", "closedwon")]),
        _AS_OF,
    )
    assert _spans(decision)[0] == ("2026-06-01", "qualifiedtobuy", "open", "open_stage")
    assert _spans(decision)[-1] == ("2026-07-15", "closedwon", "won", "won_stage")
    assert decision.spans[-1].valid_to is None
    assert decision.spans[-1].offer_at == at("2026-06-10")


def test_a_deal_that_did_not_exist_yet_has_no_spans() -> None:
    assert decided_deal(deal_facts([("2026-06-01", "qualifiedtobuy")]), "2026-05-01").spans == []


def test_later_changes_do_not_exist_yet() -> None:
    facts = deal_facts([("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedwon")])
    assert _last(facts, "2026-08-01").outcome is Outcome.OPEN


def test_amount_and_close_date_stand_as_they_stood() -> None:
    facts = deal_facts(
        [("2026-06-01", "qualifiedtobuy")],
        amount=Decimal(200),
        more=[
            change("2026-06-01", "amount", "100"),
            change("2026-07-01", "amount", "200.50"),
            change("2026-06-01", "close_date", "2026-09-30T10:00:00Z"),
            change("2026-07-01", "close_date", str(at("2026-10-31"))),
        ],
    )
    first, last = decided_deal(facts, _AS_OF).spans[0], _last(facts)
    assert (first.amount, day(first.close_date)) == (Decimal(100), "2026-09-30")
    assert (last.amount, day(last.close_date)) == (Decimal("200.50"), "2026-10-31")


def test_pushes_and_slip_of_the_worked_example() -> None:
    """Domain C4: 3 month pushes, 2 quarter pushes, 153 days, so CO6 asks."""
    versions = (
        ("2026-05-01", "2026-07-31"),
        ("2026-05-04", "2026-08-31"),
        ("2026-07-20", "2026-09-30"),
        ("2026-08-05", "2026-09-15"),
        ("2026-09-28", "2026-12-15"),
        ("2026-11-02", "2027-01-31"),
    )
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy")],
        more=[change(when, "close_date", str(at(value))) for when, value in versions],
        close_date=at("2027-01-31"),
    )
    last = _last(facts)
    assert (last.month_pushes, last.quarter_pushes, last.slip_days) == (3, 2, 153)
    assert last.proposal == "CO6"
    assert decided_deal(facts, "2026-05-05").spans[-1].slip_days is None


def test_moves_of_a_closed_deals_date_are_no_pushes() -> None:
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy"), ("2026-06-01", "closedlost")],
        more=[
            change("2026-05-01", "close_date", str(at("2026-06-30"))),
            change("2026-07-01", "close_date", str(at("2026-09-30"))),
        ],
    )
    assert _last(facts).month_pushes == 0


# --- the imported past


def _imported(stage: str, **values: object) -> DealFacts:
    """A deal whose first versions an import wrote years after the fact."""
    facts = deal_facts(created="2017-03-01", stage_id=stage, **values)
    loaded = [
        change("2026-01-15", "stage", stage, ChangeSource.INTEGRATION),
        change("2026-01-15", "amount", "500", ChangeSource.IMPORT),
    ]
    return replace(facts, changes=loaded)


def test_an_imported_closed_deal_closed_at_its_close_date() -> None:
    facts = _imported("closedwon", close_date=at("2017-05-20"), amount=Decimal(500))
    decision = decided_deal(facts, "2017-12-31")
    assert _spans(decision)[0][::2] == ("2017-03-01", "open")
    assert _spans(decision)[-1] == ("2017-05-20", "closedwon", "won", "won_stage")
    assert decision.spans[-1].amount == Decimal(500)
    assert "backdated" not in decision.flags


def test_an_imported_closed_deal_was_open_before() -> None:
    facts = _imported("closedlost", close_date=at("2017-05-20"), lost_reason="zu teuer")
    assert _last(facts, "2017-04-01").outcome is Outcome.OPEN
    assert _last(facts, "2017-04-01").pipeline_kind == "new_business"


def test_an_imported_open_deal_was_open_from_its_creation() -> None:
    decision = decided_deal(_imported("qualifiedtobuy"), "2017-12-31")
    assert _spans(decision)[0] == ("2017-03-01", "qualifiedtobuy", "open", "open_stage")


def test_a_past_that_a_person_took_down_has_its_own_dates() -> None:
    """A creation date long before the first version, whoever wrote it: the deal was entered after the fact."""
    facts = replace(
        deal_facts(created="2017-03-01", stage_id="closedwon", close_date=at("2017-05-20"), amount=Decimal(500)),
        changes=[
            change("2026-01-15", "stage", "closedwon"),
            change("2026-01-15", "amount", "500"),
            change("2026-01-15", "close_date", str(at("2017-05-20"))),
        ],
    )
    decision = decided_deal(facts, "2017-12-31")
    assert _spans(decision)[-1] == ("2017-05-20", "closedwon", "won", "won_stage")
    assert (decision.spans[-1].amount, decision.spans[-1].close_date) == (Decimal(500), at("2017-05-20"))


def test_an_amount_that_came_after_a_past_was_taken_down_counts_from_then_on() -> None:
    facts = replace(
        deal_facts(created="2026-03-01", stage_id="qualifiedtobuy", amount=Decimal(500)),
        changes=[change("2026-06-01", "stage", "qualifiedtobuy"), change("2026-07-01", "amount", "500")],
    )
    assert _last(facts, "2026-06-15").amount is None


def test_what_a_person_closed_is_closed_when_they_did_it_and_flagged_as_backdated() -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedwon")], close_date=at("2026-08-01"))
    decision = decided_deal(facts, _AS_OF)
    assert _spans(decision)[-1][0] == "2026-09-30"
    assert "backdated" in decision.flags


def test_a_close_date_within_a_week_is_not_backdated() -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedwon")], close_date=at("2026-09-24"))
    assert "backdated" not in decided_deal(facts, _AS_OF).flags


def test_without_history_the_record_tells_by_its_dates_of_entry() -> None:
    facts = deal_facts(
        created="2026-05-01",
        stage_id="closedlost",
        lost_reason="zu teuer",
        close_date=at("2026-08-01"),
        fields={"entered_contractsent": at("2026-06-01"), "entered_closedlost": at("2026-08-03")},
    )
    decision = decided_deal(facts, _AS_OF)
    assert [day(span.valid_from) for span in decision.spans if span.stage_id == "closedlost"] == ["2026-08-03"]
    assert decision.spans[-1].offer_at == at("2026-06-01")


def test_without_any_history_a_closed_deal_closed_at_its_close_date() -> None:
    facts = deal_facts(created="2026-05-01", stage_id="closedwon", close_date=at("2026-08-01"))
    assert _spans(decided_deal(facts, _AS_OF))[-1] == ("2026-08-01", "closedwon", "won", "won_stage")


# --- outcomes


@pytest.mark.parametrize(
    ("reason", "outcome", "rule", "code"),
    [
        ("An Mitbewerber verloren", Outcome.LOST, "lost_stage", "competitor"),
        ("Budget zu klein", Outcome.LOST, "lost_stage", "price"),
        ("Kein Budget in diesem Jahr", Outcome.OTHER, "CO3", "budget_freeze"),
        ("Projekt auf Q2 verschoben", Outcome.OTHER, "CO3", "project_postponed"),
        ("test", Outcome.VOID, "void_reason", "created_in_error"),
        ("sonstiges", Outcome.LOST, "lost_stage", "unspecified"),
        (None, Outcome.LOST, "lost_stage", "unspecified"),
    ],
)
def test_a_lost_deal_is_what_its_reason_says(reason: str | None, outcome: Outcome, rule: str, code: str) -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedlost")], lost_reason=reason)
    last = _last(facts)
    assert (last.outcome, last.rule, last.reason) == (outcome, rule, code)


def test_silence_after_a_talk_is_a_delay_and_without_one_a_loss() -> None:
    moves = [("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedlost")]
    silent = deal_facts(moves, lost_reason="Keine Rückmeldung mehr")
    spoken = deal_facts(moves, lost_reason="Keine Rückmeldung mehr", two_way=["2026-06-01"])
    assert _last(silent).outcome is Outcome.LOST
    assert _last(spoken).outcome is Outcome.OTHER
    assert _last(silent).reason == _last(spoken).reason == "no_response_after_interest"


def test_a_reason_given_later_tells_why_the_deal_was_closed() -> None:
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedlost")],
        more=[change("2026-10-05", "lost_reason", "Projekt verschoben")],
        lost_reason="Projekt verschoben",
    )
    assert _last(facts, "2026-10-01").outcome is Outcome.LOST
    assert [day(span.valid_from) for span in decided_deal(facts, _AS_OF).spans if span.outcome is Outcome.OTHER] == [
        "2026-09-30"
    ]


@pytest.mark.parametrize("text", ["sonstiges", "", None, "Mondphase"])
def test_unknown_reason_is_lost_and_flagged(text: str | None) -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-08-01", "closedlost")]
    decision = decided_deal(deal_facts(moves, lost_reason=text), _AS_OF)
    last = decision.spans[-1]
    assert (last.outcome, last.rule, last.reason) == (Outcome.LOST, "lost_stage", "unspecified")
    assert "unspecified_reason" in decision.flags


def test_unspecified_reasons_and_missing_contacts_are_flagged() -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedlost")], contact_ids=())
    assert {"unspecified_reason", "no_contact"} <= set(decided_deal(facts, _AS_OF).flags)


def test_a_persons_choice_of_other_counts_from_that_moment_until_the_stage_changes() -> None:
    """Rule CO2."""
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy"), ("2026-10-01", "contractsent")],
        more=[change("2026-08-01", "outcome", "other")],
    )
    spans = [one for one in _spans(decided_deal(facts, _AS_OF)) if one[2] == "other"]
    assert spans == [("2026-08-01", "qualifiedtobuy", "other", "CO2")]
    assert _last(facts).outcome is Outcome.OPEN


def test_our_own_word_coming_back_does_not_make_a_closed_deal_other() -> None:
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy"), ("2026-08-01", "closedlost")],
        more=[change("2026-08-02", "outcome", "other", ChangeSource.INTEGRATION)],
        lost_reason="zu teuer",
    )
    assert _last(facts).outcome is Outcome.LOST


def test_a_stage_for_delayed_deals_makes_them_other() -> None:
    """Rule CO1."""
    text = "pipelines: {'*': {closed_other_stages: [presentationscheduled]}}"
    facts = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-08-01", "presentationscheduled")])
    last = _last(facts, text=text)
    assert (last.outcome, last.rule, day(last.valid_from)) == (Outcome.OTHER, "CO1", "2026-08-01")


def test_a_buyers_later_date_delays_from_the_day_it_was_known() -> None:
    """Rule CO4: not backdated, and the day does not wander with the day of asking."""
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy")],
        updated_at=at("2026-09-01"),
        fields={"planned_purchase": at("2028-01-15")},
    )
    first, second = _last(facts, "2026-10-01"), _last(facts, "2026-11-21")
    assert (first.outcome, first.rule) == (Outcome.OTHER, "CO4")
    assert day(first.valid_from) == day(second.valid_from) == "2026-09-01"
    assert day(first.resume_at) == "2028-01-15"


def test_a_delay_that_we_wrote_keeps_its_day() -> None:
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy")],
        more=[change("2026-09-01", "outcome", "other", ChangeSource.INTEGRATION)],
        updated_at=at("2026-11-01"),
        fields={"planned_purchase": at("2028-01-15")},
    )
    assert day(_last(facts).valid_from) == "2026-09-01"


def test_a_silent_overdue_deal_is_a_question_from_the_day_it_became_one() -> None:
    """Rule CO7: overdue by 14 days and silent for 21."""
    facts = deal_facts([("2026-05-01", "qualifiedtobuy")], close_date=at("2026-08-01"), two_way=["2026-08-10"])
    before = decided_deal(facts, "2026-08-20")
    assert before.spans[-1].proposal is None
    assert day(before.due_at) == "2026-08-31"
    after = decided_deal(facts, "2026-09-10")
    assert (after.spans[-1].proposal, day(after.spans[-1].valid_from)) == ("CO7", "2026-08-31")
    assert after.spans[-1].outcome is Outcome.OPEN


def test_a_meeting_soon_holds_the_question_back() -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy")], close_date=at("2026-08-01"))
    assert _last(facts, "2026-09-10").proposal == "CO7"
    assert _last(replace(facts, next_meeting_at=at("2026-09-15")), "2026-09-10").proposal is None


def test_a_deal_resting_in_a_stage_is_a_question_after_thirty_days() -> None:
    """Rule CO5."""
    text = "pipelines: {'*': {on_hold_stages: [presentationscheduled]}}"
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy"), ("2026-08-01", "presentationscheduled")], two_way=["2026-08-10"]
    )
    assert _last(facts, "2026-08-29", text).proposal is None
    assert _last(facts, "2026-09-05", text).proposal == "CO5"


@pytest.mark.parametrize(
    ("reason", "resume"),
    [
        ("Kein Budget", "2027-01-01"),
        ("Ansprechpartner hat das Unternehmen verlassen", "2026-10-14"),
        ("Fusion", "2027-03-29"),
        ("keine Entscheidung", "2026-12-29"),
    ],
)
def test_a_delayed_sale_says_when_to_come_back(reason: str, resume: str) -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedlost")], lost_reason=reason)
    assert day(_last(facts).resume_at) == resume


def test_a_contract_with_another_says_when_to_come_back() -> None:
    facts = deal_facts(
        [("2026-05-01", "qualifiedtobuy"), ("2026-09-30", "closedlost")],
        lost_reason="Vertrag mit Wettbewerber läuft bis 2027",
        fields={"contract_end": at("2027-12-31")},
    )
    assert _last(facts).resume_at == days_after("2027-12-31", -120)


def test_an_unmapped_stage_is_never_guessed() -> None:
    decision = decided_deal(deal_facts([("2026-05-01", "mystery")]), _AS_OF)
    assert decision.spans[-1].outcome is Outcome.UNMAPPED
    assert "unmapped_stage" in decision.flags


def test_before_its_first_known_stage_a_deal_is_open_but_in_an_unmapped_pipeline() -> None:
    moved = [change("2026-05-31T20:00", "pipeline", "old"), change("2026-06-01", "pipeline", "default")]
    values = {"created": "2026-05-31T20:00", "lost_reason": "zu teuer"}
    plain, from_elsewhere = (
        decided_deal(deal_facts([("2026-06-01", "closedlost")], more=more, **values), _AS_OF, text)
        for more, text in (((), None), (moved, "pipelines: {default: {kind: auto}}"))
    )
    assert [span.outcome for span in plain.spans] == [Outcome.OPEN, Outcome.LOST]
    assert [span.outcome for span in from_elsewhere.spans] == [Outcome.UNMAPPED, Outcome.LOST]


def test_an_archived_deal_is_void_from_then_on() -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy")], archived_at=at("2026-08-01"))
    assert _spans(decided_deal(facts, _AS_OF))[-1] == ("2026-08-01", "qualifiedtobuy", "void", "archived")
    assert _last(facts, "2026-07-01").outcome is Outcome.OPEN


def test_a_deleted_won_deal_is_kept_and_reported() -> None:
    facts = deal_facts([("2026-05-01", "closedwon")], archived_at=at("2026-08-01"), close_date=at("2026-05-01"))
    decision = decided_deal(facts, _AS_OF)
    assert decision.spans[-1].outcome is Outcome.WON
    assert "deleted_won_deal" in decision.flags


# --- offers


def test_a_stage_behind_the_offer_stage_counts_as_offer() -> None:
    text = "pipelines: {'*': {offer_stages: [qualifiedtobuy]}}"
    assert _last(deal_facts([("2026-05-01", "presentationscheduled")]), text=text).offer_at == at("2026-05-01")


_OPEN = [("2026-05-01", "qualifiedtobuy")]


def _quoted(*versions: tuple[str, str | None], number: str = "1") -> list[Change]:
    return [change(when, f"quote:{number}", status) for when, status in versions]


def test_an_approved_quote_is_an_offer_and_a_draft_is_none() -> None:
    approved = deal_facts(_OPEN, more=_quoted(("2026-05-20", "DRAFT"), ("2026-06-01", "APPROVED")))
    draft = deal_facts(_OPEN, more=_quoted(("2026-06-01", "DRAFT")))
    assert _last(approved).offer_at == at("2026-06-01")
    assert _last(approved, "2026-05-25").offer_at is None
    assert _last(draft).offer_at is None


@pytest.mark.parametrize("gone", ["DRAFT", "EXPIRED", "REJECTED", None])
def test_a_quote_is_an_offer_only_while_it_holds(gone: str | None) -> None:
    quoted = _quoted(("2026-06-01", "APPROVED"), ("2026-07-01", gone), ("2026-08-01", "approved"))
    facts = deal_facts(_OPEN, more=quoted, two_way=[_AS_OF])
    spans = [(day(span.valid_from), day(span.offer_at)) for span in decided_deal(facts, _AS_OF).spans]
    # The close date is promised from the seventh day on, so one span more.
    assert [pair for pair in spans if pair[0] != "2026-05-08"] == [
        ("2026-05-01", None),
        ("2026-06-01", "2026-06-01"),
        ("2026-07-01", None),
        ("2026-08-01", "2026-08-01"),
    ]


def test_of_two_quotes_one_is_enough() -> None:
    more = [
        *_quoted(("2026-06-01", "APPROVED"), ("2026-07-01", "REJECTED")),
        *_quoted(("2026-06-10", "APPROVED"), number="2"),
    ]
    assert _last(deal_facts(_OPEN, more=more)).offer_at == at("2026-06-10")
    assert _last(deal_facts(_OPEN, more=more), "2026-06-20").offer_at == at("2026-06-01")


def test_an_expired_quote_takes_nothing_from_a_stage_behind_the_offer_stage() -> None:
    moves = [*_OPEN, ("2026-06-05", "contractsent")]
    facts = deal_facts(moves, more=_quoted(("2026-06-01", "APPROVED"), ("2026-07-01", "EXPIRED")))
    assert _last(facts).offer_at == at("2026-06-05")


def test_a_closed_deal_keeps_the_offer_that_it_was_closed_with() -> None:
    moves = [*_OPEN, ("2026-06-15", "closedwon")]
    facts = deal_facts(moves, more=_quoted(("2026-06-01", "APPROVED"), ("2026-07-01", "EXPIRED")))
    assert _last(facts).offer_at == at("2026-06-01")


def test_a_deal_is_looked_at_again_when_its_quote_expires() -> None:
    facts = deal_facts(_OPEN, more=_quoted(("2026-06-01", "APPROVED"), ("2026-07-01", "EXPIRED")))
    decision = decided_deal(facts, "2026-06-20")
    assert decision.spans[-1].offer_at == at("2026-06-01")
    assert decision.due_at == at("2026-07-01")


def test_quotes_that_the_agreement_does_not_name_as_offers_are_none() -> None:
    facts = deal_facts(_OPEN, more=_quoted(("2026-06-01", "APPROVED")))
    assert _last(facts, text="offer_evidence: {any_of: [stage, property]}").offer_at is None


def test_the_offer_property_is_an_offer() -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy")], fields={"offer_at": at("2026-06-01")})
    assert _last(facts).offer_at == at("2026-06-01")
    assert _last(facts, "2026-05-20").offer_at is None


def test_where_a_portal_shows_no_offers_a_deal_is_its_own() -> None:
    text = "pipelines: {'*': {offer_stages: []}}"
    decision = decide_deal(deal_facts([("2026-05-01", "qualifiedtobuy")]), rules=rules(text), as_of=at(_AS_OF))
    assert decision.spans[-1].offer_at == at("2026-05-01")
    assert "offer_fallback" in decision.flags


def test_where_a_portal_has_quotes_a_deal_without_one_has_no_offer() -> None:
    agreement = parse_agreement("pipelines: {'*': {offer_stages: []}}", "agreement.yaml")
    with_quotes = compile_rules(agreement, STAGES, has_quotes=True)
    assert decide_deal(deal_facts(_OPEN), rules=with_quotes, as_of=at(_AS_OF)).spans[-1].offer_at is None


# --- primary contact (domain R9)


def _label(contact_id: str, label: str | None, *, is_primary: bool = False) -> Link:
    return Link(
        from_kind=Kind.DEAL, from_id="d1", to_kind=Kind.CONTACT, to_id=contact_id, label=label, is_primary=is_primary
    )


@pytest.mark.parametrize(
    ("links", "primary"),
    [
        ((), "c2"),
        ((_label("c1", None, is_primary=True),), "c1"),
        ((_label("c1", "champion"), _label("c3", "Entscheider")), "c3"),
        ((_label("c3", "Champion"), _label("c1", "Champion")), "c1"),
    ],
)
def test_the_primary_contact_is_chosen_by_label_then_by_order(links: tuple[Link, ...], primary: str) -> None:
    facts = deal_facts([("2026-05-01", "qualifiedtobuy")], contact_ids=("c2", "c1", "c3"), links=links)
    assert decided_deal(facts, _AS_OF).primary_contact_id == primary


def test_a_deal_without_contacts_has_no_primary() -> None:
    assert (
        decided_deal(deal_facts([("2026-05-01", "qualifiedtobuy")], contact_ids=()), _AS_OF).primary_contact_id is None
    )
