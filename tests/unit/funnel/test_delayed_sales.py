"""Closed-Other by the day: when a delay begins, that it keeps its day, when somebody looks again, when to come back."""

from dataclasses import replace

import pytest
from msgspec import structs

from syncer.agreement import parse_agreement
from syncer.agreement.calendar import Calendar
from syncer.funnel import compile_rules, decide_deal
from syncer.funnel.facts import DealDecision, DealFacts, Outcome
from syncer.funnel.kept import Delay, Kept
from syncer.funnel.pushes import Pushes, pushes
from syncer.funnel.stays import Figure, Stage, Stays
from syncer.funnel.timeline import Version
from syncer.moments import DAY, HOUR, Millis, millis, moment
from syncer.records import ChangeSource
from tests.unit.funnel.build import (
    BERLIN,
    COMPANY,
    STAGES,
    at,
    change,
    contact,
    day,
    days_after,
    deal_facts,
    decided_deal,
)

_AS_OF = "2026-11-21"
_OPEN = [("2026-06-01", "qualifiedtobuy")]


def _planned(when: str, **values: object) -> DealFacts:
    return deal_facts(_OPEN, fields={"planned_purchase": at(when)}, **values)


def test_push_count_example_3_2_153() -> None:
    dates = [
        ("2026-05-01", "2026-07-31"),
        ("2026-05-04", "2026-08-31"),
        ("2026-07-20", "2026-09-30"),
        ("2026-08-05", "2026-09-15"),
        ("2026-09-28", "2026-12-15"),
        ("2026-11-02", "2027-01-31"),
    ]
    more = [change(when, "close_date", str(at(to))) for when, to in dates]
    deal = deal_facts([("2026-05-01", "qualifiedtobuy")], more=more, close_date=at("2027-01-31"))
    last = decided_deal(deal, _AS_OF).spans[-1]
    assert (last.month_pushes, last.quarter_pushes, last.slip_days) == (3, 2, 153)
    assert last.proposal == "CO6"
    before = decided_deal(deal, "2026-09-27").spans[-1]
    assert (before.month_pushes, before.quarter_pushes, before.slip_days) == (1, 0, 15)


def _pushed(*dates: tuple[str, str], at_: str = _AS_OF, closed: str | None = None) -> Pushes:
    versions = [Version(at(when), str(at(to)), ChangeSource.USER) for when, to in dates]
    return pushes(
        versions,
        baseline_at=at("2026-05-08"),
        at=at(at_),
        is_open=lambda one: closed is None or one < at(closed),
        calendar=Calendar(),
    )


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([("2026-05-01", "2026-07-31"), ("2026-05-08", "2026-09-30")], Pushes(0, 0, 0)),
        ([("2026-05-01", "2026-07-31"), ("2026-05-09", "2026-07-31T23:59")], Pushes(0, 0, 0)),
        ([("2026-05-01", "2026-07-31"), ("2026-05-09", "2026-08-01")], Pushes(1, 0, 1)),
        ([("2026-05-01", "2026-09-30"), ("2026-05-09", "2026-10-01")], Pushes(1, 1, 1)),
        ([("2026-05-01", "2026-09-30"), ("2026-05-09", "2026-06-30")], Pushes(0, 0, -92)),
        ([("2026-05-01", "2026-09-30"), ("2026-06-01", "2026-06-30"), ("2026-06-02", "2026-09-30")], Pushes(1, 1, 0)),
        ([("2026-05-01", "2026-12-31"), ("2026-06-01", "2027-01-01")], Pushes(1, 1, 1)),
        ([("2026-05-09", "2026-09-30")], Pushes(0, 0, None)),
        ([("2026-05-09", "2026-09-30"), ("2026-06-01", "2026-10-15")], Pushes(1, 1, None)),
    ],
)
def test_a_push_is_a_later_month_than_the_value_before(dates: list[tuple[str, str]], expected: Pushes) -> None:
    assert _pushed(*dates) == expected


def test_before_the_baseline_nothing_is_counted_and_after_the_closing_no_push() -> None:
    dates = [("2026-05-01", "2026-07-31"), ("2026-06-01", "2026-09-30")]
    assert _pushed(*dates, at_="2026-05-07") == Pushes()
    assert _pushed(*dates, at_="2026-05-31") == Pushes(0, 0, 0)
    assert _pushed(*dates, closed="2026-06-01") == Pushes(0, 0, 61)
    blank = [Version(at("2026-05-01"), str(at("2026-07-31")), ChangeSource.USER)]
    blank += [Version(at("2026-06-01"), None, ChangeSource.USER)]
    counted = pushes(blank, baseline_at=at("2026-05-08"), at=at(_AS_OF), is_open=lambda _: True, calendar=Calendar())
    assert counted == Pushes(0, 0, 0)


def test_inferred_other_not_backdated() -> None:
    """A buyer's later date is a delay from when it was known, and what was forecast before stays as it was."""
    deal = _planned("2027-06-15", updated_at=at("2026-11-10"), close_date=at("2026-12-15"))
    decision = decided_deal(deal, _AS_OF)
    assert [(span.outcome, day(span.valid_from)) for span in decision.spans] == [
        (Outcome.OPEN, "2026-06-01"),
        (Outcome.OPEN, "2026-06-08"),
        (Outcome.OTHER, "2026-11-10"),
    ]
    kept = replace(deal, kept=Kept(delays=[Delay("CO4", at("2026-11-12"))]))
    assert day(decided_deal(kept, _AS_OF).spans[-1].valid_from) == "2026-11-12"
    touched = replace(kept, deal=deal.deal.__class__(**{**_fields(deal), "updated_at": at("2026-11-20")}))
    assert day(decided_deal(touched, _AS_OF).spans[-1].valid_from) == "2026-11-12"


def test_a_delay_that_ends_and_begins_again_at_one_moment_is_one() -> None:
    kept = Kept(delays=[Delay("CO4", at("2026-09-01"), at("2026-11-10"))])
    deal = replace(_planned("2027-06-15", updated_at=at("2026-11-10")), kept=kept)
    spans = decided_deal(deal, _AS_OF).spans
    others = [(day(one.valid_from), one.valid_to) for one in spans if one.outcome is Outcome.OTHER]
    assert others == [("2026-09-01", None)]


def _fields(deal: DealFacts) -> dict[str, object]:
    return {name: getattr(deal.deal, name) for name in deal.deal.__struct_fields__}


def test_where_nobody_says_when_a_fact_was_written_it_counts_from_today() -> None:
    assert day(decided_deal(_planned("2027-06-15"), _AS_OF).spans[-1].valid_from) == _AS_OF


def test_another_stage_is_another_decision() -> None:
    moves = [("2026-06-01", "appointmentscheduled"), ("2026-10-01", "qualifiedtobuy")]
    deal = deal_facts(
        moves,
        fields={"planned_purchase": at("2027-06-15")},
        updated_at=at("2026-11-01"),
        kept=Kept(delays=[Delay("CO4", at("2026-08-01"))]),
    )
    assert [(span.outcome, day(span.valid_from)) for span in decided_deal(deal, _AS_OF).spans] == [
        (Outcome.OPEN, "2026-06-01"),
        (Outcome.OTHER, "2026-08-01"),
        (Outcome.OPEN, "2026-10-01"),
        (Outcome.OTHER, "2026-11-01"),
    ]


def test_a_delay_without_write_back_ends_with_the_quarter_and_that_day_is_due() -> None:
    deal = _planned("2027-04-15", updated_at=at("2026-11-10"))
    decision = decided_deal(deal, _AS_OF)
    assert decision.spans[-1].outcome is Outcome.OTHER
    assert decision.due_at is not None
    assert at("2027-01-01T00:00") <= decision.due_at < at("2027-01-02T00:00")
    later = decide_deal(replace(deal, kept=_kept(decision)), rules=_rules(), as_of=decision.due_at)
    assert later.spans[-1].outcome is Outcome.OPEN
    assert later.spans[-1].valid_from == decision.due_at
    assert later.spans[-2].outcome is Outcome.OTHER


def _kept(decision: DealDecision) -> Kept:
    last = decision.spans[-1]
    return Kept(delays=[Delay(last.rule, last.valid_from, last.valid_to)])


def _rules(stays: Stays | None = None, text: str = "{}") -> object:
    return compile_rules(parse_agreement(text, "agreement.yaml"), STAGES, stays=stays or Stays())


def test_a_person_who_takes_a_delay_back_is_not_contradicted_while_the_stage_stands() -> None:
    spoken = _planned("2027-06-15", more=[change("2026-10-10", "outcome", "")])
    assert decided_deal(spoken, _AS_OF).spans[-1].outcome is Outcome.OPEN
    machine = _planned("2027-06-15", more=[change("2026-10-10", "outcome", "", ChangeSource.INTEGRATION)])
    assert decided_deal(machine, _AS_OF).spans[-1].outcome is Outcome.OTHER


def test_the_primary_contacts_date_postpones_the_deal_from_when_it_was_known() -> None:
    text = "closed_other: {guards: {min_deal_age_days: 0, skip_if: []}}"
    who = contact(fields={"planned_purchase": at("2027-06-15")}, updated_at=at("2026-11-15"))
    last = decided_deal(deal_facts(_OPEN, people=[who], updated_at=at("2026-10-01")), _AS_OF, text).spans[-1]
    assert (last.outcome, last.rule, day(last.valid_from)) == (Outcome.OTHER, "CO4", "2026-11-15")
    assert day(last.resume_at) == "2027-06-15"
    blind = decided_deal(deal_facts(_OPEN, people=[who], contact_ids=()), _AS_OF, text)
    assert blind.spans[-1].outcome is Outcome.OPEN


def test_conditions_on_deals_may_speak_of_contact_and_company_but_not_of_what_we_write_ourselves() -> None:
    rule = "{id: X1, when: 'deal.is_open and company.country == DE and contact.seniority == head', mode: auto}"
    text = f"closed_other: {{rules: [{rule}], guards: {{rules: [], skip_if: []}}}}"
    firm = structs.replace(COMPANY, updated_at=at("2026-10-01"))
    known = replace(deal_facts(_OPEN, people=[contact(updated_at=at("2026-11-02"))], updated_at=at("2026-07-01")))
    last = decided_deal(replace(known, company=firm), _AS_OF, text).spans[-1]
    assert (last.outcome, last.rule, day(last.valid_from)) == (Outcome.OTHER, "X1", "2026-11-02")
    later = replace(known, company=structs.replace(firm, updated_at=at("2026-11-03")))
    assert day(decided_deal(later, _AS_OF, text).spans[-1].valid_from) == "2026-11-03"
    assert day(decided_deal(known, _AS_OF, text).spans[-1].valid_from) == _AS_OF
    bare = "closed_other: {rules: [{id: X3, when: 'deal.is_open and competitor', mode: auto}], guards: {rules: []}}"
    rival = replace(deal_facts(_OPEN, people=[contact(updated_at=at("2026-11-02"), fields={"competitor": "true"})]))
    rival = replace(rival, deal=structs.replace(rival.deal, updated_at=at("2026-07-01")), company=firm)
    assert day(decided_deal(rival, _AS_OF, bare).spans[-1].valid_from) == "2026-11-02"
    firm_told = structs.replace(firm, updated_at=at("2026-11-03"), fields={"competitor": True})
    told = replace(rival, people={"c": contact(updated_at=at("2026-10-01"))}, company=firm_told)
    assert day(decided_deal(told, _AS_OF, bare).spans[-1].valid_from) == "2026-11-03"
    own = "closed_other: {rules: [{id: X2, when: 'contact.lead_status == BAD_TIMING', mode: auto}]}"
    told = deal_facts(_OPEN, people=[contact(lead_status="BAD_TIMING")])
    assert decided_deal(told, _AS_OF, own).spans[-1].outcome is Outcome.OPEN


# --- CO8: how long sales of its kind take


_STAGE = Stage("default", "qualifiedtobuy")


def _silent(stays: Stays, as_of: str = _AS_OF, *, spoke: str = "2026-08-01") -> DealDecision:
    deal = deal_facts(_OPEN, two_way=[spoke], close_date=at("2027-03-01"))
    return decide_deal(deal, rules=_rules(stays), as_of=at(as_of))


def test_without_a_figure_the_floor_of_the_rule_decides() -> None:
    last = _silent(Stays()).spans[-1]
    assert (last.proposal, day(last.valid_from)) == ("CO8", "2026-09-15")


def test_where_sales_take_long_nobody_is_asked_early() -> None:
    slow = Stays({_STAGE: [Figure(at("2026-01-01"), 50.0, 8)]})
    last = _silent(slow).spans[-1]
    assert (last.proposal, day(last.valid_from)) == ("CO8", "2026-11-09")
    assert _silent(slow, "2026-11-08").spans[-1].proposal is None


def test_too_few_won_deals_are_no_figure() -> None:
    few = Stays({_STAGE: [Figure(at("2026-01-01"), 50.0, 4)]})
    assert day(_silent(few).spans[-1].valid_from) == "2026-09-15"


def test_a_figure_of_another_stage_says_nothing() -> None:
    other = Stays({Stage("default", "contractsent"): [Figure(at("2026-01-01"), 50.0, 8)]})
    assert day(_silent(other).spans[-1].valid_from) == "2026-09-15"


def test_a_day_is_judged_by_the_figure_of_its_own_month() -> None:
    """A figure that fell in October asks nobody in September, and one that rises takes the question back."""
    falls = Stays({_STAGE: [Figure(at("2026-01-01"), 90.0, 8), Figure(at("2026-10-01T00:00"), 10.0, 9)]})
    assert _silent(falls).spans[-1].valid_from == at("2026-10-01T00:00")
    assert _silent(falls, "2026-09-30").spans[-1].proposal is None
    rises = Stays({_STAGE: [Figure(at("2026-01-01"), 10.0, 8), Figure(at("2026-11-01T00:00"), 90.0, 9)]})
    assert day(_silent(rises, "2026-10-20").spans[-1].valid_from) == "2026-09-15"
    assert _silent(rises).spans[-1].proposal is None


def test_a_question_that_was_interrupted_begins_anew() -> None:
    deal = deal_facts(_OPEN, two_way=["2026-06-02", "2026-09-01"], close_date=at("2027-03-01"))
    last = decided_deal(deal, _AS_OF).spans[-1]
    assert (last.proposal, day(last.valid_from)) == ("CO8", "2026-10-16")


def test_a_question_that_time_will_bring_is_due_on_its_day() -> None:
    decision = _silent(Stays(), "2026-08-20")
    assert decision.spans[-1].proposal is None
    assert day(decision.due_at) == "2026-09-15"
    assert decision.due_at is not None
    asked = decide_deal(
        deal_facts(_OPEN, two_way=["2026-08-01"], close_date=at("2027-03-01")),
        rules=_rules(),
        as_of=decision.due_at,
    )
    assert asked.spans[-1].proposal == "CO8"


def test_a_planned_meeting_takes_a_question_back_when_it_comes_near() -> None:
    meets = Millis(at("2026-12-20"))
    deal = replace(deal_facts(_OPEN, two_way=["2026-06-10"], close_date=at("2026-07-01")), next_meeting_at=meets)
    decision = decided_deal(deal, _AS_OF)
    assert decision.spans[-1].proposal == "CO7"
    assert decision.due_at is not None
    assert meets - 14 * DAY - DAY <= decision.due_at <= meets - 14 * DAY + DAY


def _begins(deal: DealFacts, text: str | None = None) -> tuple[str | None, Millis]:
    last = decided_deal(deal, _AS_OF, text).spans[-1]
    return last.proposal, last.valid_from


def test_a_deal_is_overdue_a_fortnight_after_its_close_date_to_the_moment() -> None:
    due = at("2026-10-15T11:30")
    assert _begins(deal_facts(_OPEN, two_way=["2026-07-01"], close_date=due)) == ("CO7", due + 14 * DAY + 1)


def test_a_question_that_a_meeting_held_back_comes_when_the_meeting_is_over() -> None:
    meets = at("2026-10-01T10:30")
    deal = deal_facts(_OPEN, two_way=["2026-06-10"], close_date=at("2026-07-01"))
    assert _begins(replace(deal, next_meeting_at=meets)) == ("CO7", meets + 1)


def test_a_condition_on_days_before_a_date_turns_on_its_moment() -> None:
    text = "closed_other: {rules: [{id: X4, when: 'deal.is_open and deal.close_date within 30d', mode: propose}]}"
    due = at("2026-12-15T11:30")
    assert _begins(deal_facts(_OPEN, close_date=due), text) == ("X4", due - 30 * DAY)


# --- when to come back


@pytest.mark.parametrize(
    ("reason", "days"),
    [
        ("Projekt verschoben", 90),
        ("keine Entscheidung", 90),
        ("Ansprechpartner hat das Unternehmen verlassen", 14),
        ("Fusion mit dem Mutterhaus", 180),
        ("Rechtsabteilung prüft", 60),
        ("Vertrag läuft noch", 90),
    ],
)
def test_every_reason_has_its_date_of_return(reason: str, days: int) -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")]
    last = decided_deal(deal_facts(moves, lost_reason=reason), _AS_OF).spans[-1]
    assert last.outcome is Outcome.OTHER
    assert last.resume_at == days_after("2026-09-01", days)


def test_a_date_of_return_stands_on_what_is_known_of_the_deal() -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")]
    bound = deal_facts(moves, lost_reason="Vertrag läuft noch", fields={"contract_end": at("2027-12-31")})
    assert decided_deal(bound, _AS_OF).spans[-1].resume_at == days_after("2027-12-31", -120)
    stated = deal_facts(moves, lost_reason="verschoben", fields={"planned_purchase": at("2027-02-01")})
    assert decided_deal(stated, _AS_OF).spans[-1].resume_at == at("2027-02-01")
    past = deal_facts(moves, lost_reason="verschoben", fields={"planned_purchase": at("2026-08-01")})
    assert decided_deal(past, _AS_OF).spans[-1].resume_at == days_after("2026-09-01", 90)
    frozen = deal_facts(moves, lost_reason="Budget gesperrt")
    assert decided_deal(frozen, _AS_OF).spans[-1].resume_at == at("2027-01-01T00:00")
    july = "{calendar: {fiscal_year_start: 7}}"
    assert decided_deal(frozen, _AS_OF, july).spans[-1].resume_at == at("2027-07-01T00:00")


def test_days_until_a_return_are_local_ones_across_daylight_saving() -> None:
    late = deal_facts([("2026-06-01", "qualifiedtobuy"), ("2026-08-15T00:30", "closedlost")], lost_reason="verschoben")
    assert decided_deal(late, _AS_OF).spans[-1].resume_at == at("2026-11-13T00:30")


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("Europe/Berlin", "2027-03-01T01:00+01:00"), ("America/Santiago", "2027-03-01T00:00-03:00")],
)
def test_a_date_without_a_time_is_that_day_wherever_the_calendar_is(zone: str, begins: str) -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")]
    stated = {"planned_purchase": at("2027-03-01T00:00+00:00")}
    told = deal_facts(moves, lost_reason="verschoben", fields=stated)
    assert decided_deal(told, _AS_OF, f"calendar: {{timezone: {zone}}}").spans[-1].resume_at == at(begins)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago"])
def test_the_first_day_after_the_next_quarter_postpones_wherever_the_calendar_is(zone: str) -> None:
    outcomes = [
        decided_deal(
            deal_facts(_OPEN, fields={"planned_purchase": at(f"{date}T00:00+00:00")}, updated_at=at("2026-06-01")),
            _AS_OF,
            f"calendar: {{timezone: {zone}}}",
        )
        .spans[-1]
        .outcome
        for date in ("2027-03-31", "2027-04-01")
    ]
    assert outcomes == [Outcome.OPEN, Outcome.OTHER]


def test_a_date_that_is_no_later_than_the_delay_itself_is_no_date_of_return() -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")]
    now = deal_facts(moves, lost_reason="verschoben", fields={"planned_purchase": at("2026-09-01")})
    assert decided_deal(now, _AS_OF).spans[-1].resume_at == days_after("2026-09-01", 90)


@pytest.mark.parametrize(
    ("resume", "reason", "days"),
    [
        ("{project_postponed: stated_date | +60d}", "verschoben", 60),
        ("{default: +30d}", "Budget gesperrt", 30),
        ("{default: +30d, project_postponed: stated_date}", "verschoben", 30),
        ("{default: stated_date}", "Budget gesperrt", 90),
    ],
)
def test_without_the_date_that_a_reason_names_its_own_days_count_then_the_agreements_then_ninety(
    resume: str, reason: str, days: int
) -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")]
    last = decided_deal(deal_facts(moves, lost_reason=reason), _AS_OF, f"closed_other: {{resume_at: {resume}}}").spans[
        -1
    ]
    assert last.resume_at == days_after("2026-09-01", days)


def test_silence_after_a_talk_comes_back_sooner() -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")]
    spoke = deal_facts(moves, lost_reason="keine Rückmeldung", two_way=["2026-07-01"])
    last = decided_deal(spoke, _AS_OF).spans[-1]
    assert (last.outcome, last.reason, last.resume_at) == (
        Outcome.OTHER,
        "no_response_after_interest",
        days_after("2026-09-01", 60),
    )


def test_the_first_of_a_month_is_local() -> None:
    calendar = Calendar()
    assert calendar.month_start(at("2026-11-21")) == at("2026-11-01T00:00")
    assert calendar.month_start(at("2026-12-31T23:59"), 1) == at("2027-01-01T00:00")
    assert calendar.month_start(at("2026-01-15"), -1) == at("2025-12-01T00:00")
    assert moment(calendar.month_start(at("2026-07-01T00:00"))).astimezone(BERLIN).hour == 0
    assert calendar.month_start(millis(moment(at("2026-07-01T00:00"))) - HOUR) == at("2026-06-01T00:00")


# --- what was decided or written before


def test_what_we_wrote_stands_without_any_rule_that_holds_now() -> None:
    wrote = change("2026-07-01", "outcome", "other", ChangeSource.INTEGRATION)
    last = decided_deal(deal_facts(_OPEN, more=[wrote]), "2026-07-10").spans[-1]
    assert (last.outcome, last.rule, day(last.valid_from)) == (Outcome.OTHER, "CO4", "2026-07-01")


@pytest.mark.parametrize("since", ["2026-06-01", "2026-11-12", _AS_OF])
def test_what_was_decided_keeps_its_day_from_the_entry_of_the_stage_to_this_moment(since: str) -> None:
    text = "closed_other: {guards: {rules: []}}"
    kept = Kept(delays=[Delay("CO4", at(since))])
    deal = replace(_planned("2027-06-15", updated_at=at("2026-11-10")), kept=kept)
    spans = decided_deal(deal, _AS_OF, text).spans
    assert next(span.valid_from for span in spans if span.outcome is Outcome.OTHER) == at(since)


def test_a_delay_that_would_have_begun_now_and_is_taken_back_leaves_no_stretch_of_no_time() -> None:
    kept = Kept(delays=[Delay("CO4", at("2026-11-21"))])
    said = change("2026-11-20", "outcome", "")
    spans = decided_deal(deal_facts(_OPEN, more=[said], kept=kept), _AS_OF).spans
    assert all(span.valid_from != span.valid_to for span in spans)


_MOVED = [*_OPEN, ("2026-08-01", "presentationscheduled")]
_WRITER = ChangeSource.INTEGRATION


@pytest.mark.parametrize(
    ("words", "as_of", "outcome"),
    [
        ([("2026-08-01", "other")], "2026-08-02", Outcome.OTHER),
        ([("2026-08-01", "other")], "2026-08-01", Outcome.OTHER),
        ([("2026-07-31", "other")], "2026-08-02", Outcome.OPEN),
        ([("2026-08-01", "other"), ("2026-08-02", "")], "2026-08-03", Outcome.OPEN),
    ],
)
def test_what_we_wrote_stands_from_the_moment_on_in_its_own_stage_until_we_write_otherwise(
    words: list[tuple[str, str]], as_of: str, outcome: Outcome
) -> None:
    wrote = [change(when, "outcome", word, _WRITER) for when, word in words]
    assert decided_deal(deal_facts(_MOVED, more=wrote), as_of).spans[-1].outcome is outcome


def test_a_delay_that_began_with_its_stage_lasted_as_long_as_the_stage() -> None:
    kept = Kept(delays=[Delay("CO4", at("2026-06-01"))])
    found = [
        (span.outcome, day(span.valid_from)) for span in decided_deal(deal_facts(_MOVED, kept=kept), "2026-08-02").spans
    ]
    assert found == [(Outcome.OTHER, "2026-06-01"), (Outcome.OPEN, "2026-08-01")]


def test_while_another_question_waits_for_its_answer_what_was_decided_stands() -> None:
    """Silent since 1 August, asked on 15 September, answered by itself on the 29th."""
    text = "closed_other: {propose: {auto_apply_after_grace: true}}"
    silent = deal_facts(_OPEN, two_way=["2026-08-01"], close_date=at("2027-03-01"))
    asked = decided_deal(silent, "2026-09-20", text).spans[-1]
    assert (asked.outcome, asked.proposal, day(asked.valid_from)) == (Outcome.OPEN, "CO8", "2026-09-15")
    decided = replace(silent, kept=Kept(delays=[Delay("CO4", at("2026-08-10"))]))
    last = decided_deal(decided, "2026-09-20", text).spans[-1]
    assert (last.outcome, last.rule, day(last.valid_from)) == (Outcome.OTHER, "CO4", "2026-08-10")
