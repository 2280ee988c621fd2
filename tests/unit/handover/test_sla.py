"""Service levels of hand-overs: business time, escalation, first touch, ruling."""

import json

import pytest

from syncer.funnel import decide_contact
from syncer.handover.sla import REQUEST, SCORE, Ruling, service_of, sla_of
from syncer.moments import iso
from tests.unit.funnel.build import at, deal_facts, decided_deal, facts, row, rules

#: Friday, two hours before closing, in a week whose Monday is a holiday in Bavaria.
ASKED = "2026-04-03T16:30"
BAVARIA = """
agreement:
  sla:
    business_hours: {tz: Europe/Berlin, days: Mon-Fri, from: "09:00", to: "18:00", holidays: DE-BY}
    first_touch: {explicit_request: 4h, score_sales_ready: 8h}
    escalation: [{after: 1x, to: owner}, {after: 2x, to: team_lead}]
"""


def sla(*evidence, as_of="2026-12-01T12:00", text=None, deals=(), **contact):
    known = facts(evidence, deals=deals, **contact)
    decision = decide_contact(known, rules=rules(text), as_of=at(as_of))
    return sla_of(decision, known, rules(text), as_of=at(as_of))


def demo(when="2026-11-24T10:00"):
    return row(when, "form", "Demo anfragen")


def test_without_a_hand_over_there_is_nothing_to_promise():
    assert sla(row("2026-11-24", "form", "Newsletter")) is None
    assert sla() is None


def test_a_request_has_its_own_span_and_escalates_by_multiples_of_it():
    found = sla(demo(), as_of="2026-11-24T10:30")
    assert (found.by, found.minutes, found.cycle_no, found.number) == (REQUEST, 60, 1, 1)
    assert found.touch_due_at == at("2026-11-24T11:00")
    assert found.decision_due_at == at("2026-11-26T10:00")
    assert [(one.to, one.at, one.is_reached) for one in found.levels] == [
        ("owner", at("2026-11-24T11:00"), False),
        ("team_lead", at("2026-11-24T12:00"), False),
    ]
    late = sla(demo(), as_of="2026-11-24T11:30")
    assert [one.is_reached for one in late.levels] == [True, False]


def test_an_explanation_is_told_the_span_the_first_call_and_until_when_to_decide():
    untouched = service_of(sla(demo(), as_of="2026-11-24T10:30"))
    assert (untouched.minutes, untouched.is_touched, untouched.decision_due_at) == (60, False, at("2026-11-26T10:00"))
    assert service_of(sla(demo(), row("2026-11-24T10:20", "call", actor="o"), as_of="2026-11-24T10:30")).is_touched


def test_a_score_has_the_longer_span():
    evidence = [row(f"2026-11-{day}T09:30", "form", f"Whitepaper {day}", asset=str(day)) for day in (18, 19, 20)]
    evidence += [row(f"2026-11-20T0{hour}:30", "registration", "Webinar", outcome="attended") for hour in (6, 7)]
    found = sla(*evidence, as_of="2026-11-20T12:00")
    assert (found.by, found.minutes) == (SCORE, 480)


def test_the_clock_stands_still_over_a_weekend_and_a_holiday():
    # Good Friday 2026 is April 3, Easter Monday April 6: both are holidays in Bavaria.
    found = sla(demo(ASKED), as_of="2026-04-08T12:00", text=BAVARIA)
    assert found.touch_due_at == at("2026-04-07T13:00")
    assert found.levels[1].at == at("2026-04-07T17:00")


def test_the_first_touch_is_by_a_person_and_after_the_hand_over():
    before = row("2026-11-24T09:00", "call", actor="71")
    automatic = row("2026-11-24T10:10", "email_out")
    note = row("2026-11-24T10:20", "note", actor="71")
    call = row("2026-11-24T10:40", "call", actor="71")
    later = row("2026-11-25T10:40", "call", actor="71")
    found = sla(before, demo(), automatic, note, call, later)
    assert found.touched_at == at("2026-11-24T10:40")
    assert not any(one.is_reached for one in found.levels)
    assert sla(demo(), call, as_of="2026-11-24T10:30").touched_at is None


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("meeting", "CANCELED"), ("meeting", "SCHEDULED"), ("email_out", "BOUNCED"), ("call", "FAILED")],
)
def test_what_never_took_place_is_no_touch_and_no_attempt(kind, outcome):
    found = sla(demo(), row("2026-11-24T10:40", kind, outcome=outcome, actor="71"))
    assert (found.touched_at, found.attempts) == (None, 0)
    assert all(one.is_reached for one in found.levels)


def test_a_touch_that_came_too_late_was_heard_of():
    found = sla(demo(), row("2026-11-24T11:20", "call", actor="71"))
    assert [one.is_reached for one in found.levels] == [True, False]


@pytest.mark.parametrize(
    ("status", "ruling", "reason"),
    [("IN_PROGRESS", Ruling.ACCEPTED, None), ("BAD_TIMING", Ruling.REJECTED, "bad_timing")],
)
def test_sales_rules_by_the_lead_status(status, ruling, reason):
    said = row("2026-11-24T10:40", "lead_status", outcome=status, actor="user")
    found = sla(demo(), said)
    assert (found.ruling, found.ruled_at, found.reason) == (ruling, at("2026-11-24T10:40"), reason)
    assert not any(one.is_reached for one in found.levels)


def test_a_second_hand_over_of_a_cycle_has_times_of_its_own():
    back = row("2026-11-24T10:40", "lead_status", outcome="NOT_READY", actor="user")
    found = sla(demo(), back, demo("2026-11-26T14:00"), as_of="2026-11-26T14:30")
    assert (found.number, found.handed_at, found.ruling) == (2, at("2026-11-26T14:00"), Ruling.WAITING)
    assert (found.touched_at, found.reason) == (None, None)


def test_a_second_hand_over_is_accepted_by_what_sales_says_after_it():
    words = [("2026-06-02", "IN_PROGRESS"), ("2026-06-10", "NOT_READY"), ("2026-08-03", "CONNECTED")]
    rulings = [row(when, "lead_status", outcome=word, actor="user") for when, word in words]
    found = sla(demo("2026-06-01"), demo("2026-08-01"), *rulings)
    assert (found.ruling, found.ruled_at) == (Ruling.ACCEPTED, at("2026-08-03"))
    assert not any(one.is_reached for one in found.levels)
    before = sla(demo("2026-06-01"), demo("2026-08-01"), *rulings, as_of="2026-08-02")
    assert (before.ruling, before.ruled_at) == (Ruling.WAITING, None)


def test_coming_back_from_a_lost_deal_is_no_hand_over():
    created = deal_facts([("2026-11-24T12:00", "qualifiedtobuy")])
    found = sla(demo(), deals=[decided_deal(created, "2026-12-01")])
    assert (found.number, found.handed_at) == (1, at("2026-11-24T10:00"))


def test_the_machine_form_is_json():
    found = sla(demo(), as_of="2026-11-24T11:30").as_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["escalation"][0] == {"to": "owner", "at": iso(at("2026-11-24T11:00")), "reached": True}
    assert (found["ruling"], found["touched_at"]) == ("waiting", None)


def test_sales_may_give_up_after_the_agreed_attempts_over_the_agreed_days_or_once_the_lead_answers():
    calls = [row(f"2026-11-{day}T12:00", "call", outcome="NO_ANSWER", actor="71") for day in (25, 26, 27, 28, 29)]
    soon = sla(demo(), *calls, as_of="2026-12-04T12:00")
    assert (soon.attempts, soon.may_give_up) == (5, False)
    late = sla(demo(), *calls, as_of="2026-12-05T12:00")
    assert (late.attempts, late.may_give_up) == (5, True)
    assert not sla(demo(), *calls[:4], as_of="2026-12-20T12:00").may_give_up
    answered = sla(demo(), row("2026-11-25", "email_in"), as_of="2026-11-26T12:00")
    assert (answered.attempts, answered.may_give_up, answered.as_dict()["may_give_up"]) == (0, True, True)
    few = "agreement: {sla: {attempts_before_give_up: {min_attempts: 2, over_days: 1}}}"
    assert sla(demo(), *calls[:2], as_of="2026-11-27T12:00", text=few).may_give_up


def test_attempts_after_the_ruling_are_none_before_it():
    calls = [row(f"2026-11-{day}T12:00", "call", outcome="NO_ANSWER", actor="71") for day in (25, 29)]
    said = row("2026-11-27T12:00", "lead_status", outcome="NOT_READY", actor="user")
    assert sla(demo(), *calls, said, as_of="2026-12-01T12:00").attempts == 1


def test_a_touch_counts_after_the_hand_over_and_up_to_the_moment_that_is_asked_about():
    call = row("2026-11-24T10:40", "call", actor="71")
    at_once = sla(demo(), row("2026-11-24T10:00", "call", actor="71"))
    assert (at_once.touched_at, at_once.attempts) == (None, 0)
    just_now = sla(demo(), call, as_of="2026-11-24T10:40")
    assert (just_now.touched_at, just_now.attempts) == (at("2026-11-24T10:40"), 1)


def test_a_ruling_in_the_moment_of_the_hand_over_is_one():
    asked = at("2026-11-24T10:00")
    for status, ruling in (("CONNECTED", Ruling.ACCEPTED), ("NOT_READY", Ruling.REJECTED)):
        # Told after the request: facts of one moment are taken in the order of their names.
        found = sla(demo(), row("2026-11-24T10:00", "lead_status", outcome=status, actor="user", name="z"))
        assert (found.ruling, found.ruled_at) == (ruling, asked)


def test_whoever_opens_a_deal_on_an_own_lead_has_accepted_it():
    known = facts([demo()], owner_id="71")
    deal = decided_deal(deal_facts([("2026-11-24T15:00", "qualifiedtobuy")], owner_id="71"), as_of="2026-12-01T12:00")
    found = sla(demo(), deals=[deal], owner_id=known.contact.owner_id)
    assert (found.ruling, found.ruled_at) == (Ruling.ACCEPTED, at("2026-11-24T15:00"))
