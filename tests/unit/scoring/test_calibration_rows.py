"""Rows of closed outcomes: labels by the horizon, features as of the moment, and what gives no row (domain D6)."""

import pytest
from msgspec.structs import replace

from syncer.funnel import decide_contact
from syncer.funnel.facts import Outcome
from syncer.moments import DAY
from syncer.scoring.calibration.rows import Entry, Gathered, Left, Row, Terms, decision_point, engagement_at, rows_of
from tests.unit.funnel.build import at, deal_facts, decided_deal, facts, row, rules

NOW = at("2026-12-01T12:00")


def terms(entry=Entry.HANDOVER, horizon=90, days=720):
    return Terms(as_of=NOW, horizon_days=horizon, entry=entry, days=days)


def asked(when="2026-03-10", *moves, more=(), **contact):
    """A contact who asked for a demo, with a deal that moved."""
    deals = [decided_deal(deal_facts(moves), "2026-12-01")] if moves else []
    return facts([row(when, "form", "Demo anfragen"), *more], deals=deals, **contact)


def gathered(known, wanted=None):
    decision = decide_contact(known, rules=rules(), as_of=NOW)
    found = Gathered()
    found.add(rows_of(rules().scorer, known, decision, wanted or terms()))
    return found


WON = (("2026-03-20", "qualifiedtobuy"), ("2026-04-10", "closedwon"))
LATE = (("2026-03-20", "qualifiedtobuy"), ("2026-09-10", "closedwon"))
LOST = (("2026-03-20", "qualifiedtobuy"), ("2026-04-10", "closedlost"))
OPEN = (("2026-03-20", "qualifiedtobuy"),)


@pytest.mark.parametrize(("moves", "label"), [(WON, True), (LATE, False), (LOST, False), (OPEN, False)])
def test_a_row_is_won_only_within_the_horizon(moves, label):
    [found] = gathered(asked("2026-03-10", *moves)).rows
    assert found.is_won is label


def test_the_horizon_holds_to_the_day():
    days = (at("2026-04-10") - at("2026-03-10")) // DAY
    known = asked("2026-03-10", *WON)
    assert [gathered(known, terms(horizon=one)).rows[0].is_won for one in (days - 1, days + 1)] == [False, True]


def test_nothing_that_came_later_is_in_a_row():
    later = [row("2026-03-12", "page_view", "/preise"), row("2026-03-11", "call", outcome="CONNECTED", actor="o1")]
    [bare] = gathered(asked("2026-03-10", *WON)).rows
    [found] = gathered(asked("2026-03-10", *WON, more=later)).rows
    assert (found.hits, found.engagement) == (bare.hits, bare.engagement)
    assert set(found.hits) == {"E1"}
    assert found.engagement == pytest.approx(40.0)


def test_what_came_before_counts_as_faded_then():
    before = [row("2026-02-08", "form", "Whitepaper TCO", asset="tco")]
    [found] = gathered(asked("2026-03-10", *WON, more=before)).rows
    assert found.hits["E3"].times == 1
    assert found.hits["E3"].units == pytest.approx(0.5, abs=1e-9)
    assert found.hits["E1"] == (1, 1.0)


def test_a_company_is_kept_whole_and_a_contact_without_one_is_its_own():
    [found] = gathered(asked("2026-03-10", *WON)).rows
    assert found.company == "company:co"
    known = asked("2026-03-10", *WON)
    alone = type(known)(contact=known.contact, evidence=known.evidence, deals=known.deals)
    decision = decide_contact(alone, rules=rules(), as_of=NOW)
    [row_] = [one for one in rows_of(rules().scorer, alone, decision, terms(Entry.INQUIRY)) if isinstance(one, Row)]
    assert row_.company == "contact:c"


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (asked("2026-11-10"), Left.IMMATURE),
        (asked("2026-03-10", *WON, opted_out=True), Left.NO_CONSENT),
        (asked("2026-03-10", *WON, merged_ids=("7",)), Left.MERGED),
        (asked(more=[row("2026-03-11", "lead_status", outcome="INVALID", actor="user")]), Left.VOID),
    ],
)
def test_what_cannot_be_learned_from_gives_no_row_and_is_counted(known, why):
    found = gathered(known)
    assert (found.rows, dict(found.left)) == ([], {why: 1})


def test_a_contact_behind_a_gate_is_never_learned_from():
    known = asked("2026-03-10", *WON)
    decision = decide_contact(known, rules=rules(), as_of=NOW)
    objected = asked("2026-03-10", *WON, fields={"objected_profiling": True})
    found = list(rows_of(rules().scorer, objected, decision, terms()))
    assert found == [Left.NOT_SCORED]


def test_a_cycle_that_closed_as_it_began_is_an_import():
    known = asked("2026-03-10", *WON)
    decision = decide_contact(known, rules=rules(), as_of=NOW)
    [cycle] = decision.cycles
    made = replace(decision, cycles=[replace(cycle, deal_at=cycle.ended_at)])
    assert list(rows_of(rules().scorer, known, made, terms())) == [Left.BORN_CLOSED]


def test_what_sales_never_worked_on_says_nothing_about_points():
    known = facts([row("2026-03-10", "form", "Whitepaper TCO", asset="tco")])
    assert gathered(known, terms(Entry.INQUIRY)).left == {Left.UNWORKED: 1}
    assert gathered(known).left == {}


def test_a_cycle_before_the_days_looked_at_is_none():
    assert gathered(asked("2026-03-10", *WON), terms(days=30)).left == {}


def test_the_moment_is_the_first_entry_or_the_hand_over():
    [cycle] = decide_contact(asked("2026-03-10", *WON), rules=rules(), as_of=NOW).cycles
    early = replace(cycle, inquiry_at=at("2026-03-01"), mql_at=None)
    assert decision_point(early, Entry.INQUIRY) == at("2026-03-01")
    assert decision_point(early, Entry.HANDOVER) == cycle.sales_ready_at
    none = replace(cycle, inquiry_at=None, mql_at=None, sales_ready_at=None)
    assert decision_point(none, Entry.INQUIRY) is None


def test_after_a_rejection_the_window_begins_anew():
    known = facts([row("2026-03-10", "form", "Demo anfragen"), row("2026-05-01", "page_view", "/preise")])
    [cycle] = decide_contact(known, rules=rules(), as_of=NOW).cycles
    rejected = replace(cycle, outcome=Outcome.OPEN, rejected_at=at("2026-04-01"))
    assert set(engagement_at(rules().scorer, known, rejected, at("2026-05-02"))[1]) == {"E2"}
    assert set(engagement_at(rules().scorer, known, rejected, at("2026-03-11"))[1]) == {"E1"}


def test_a_deduction_for_silence_counts_once():
    known = facts([row("2026-03-10", "form", "Demo anfragen")])
    [cycle] = decide_contact(known, rules=rules(), as_of=NOW).cycles
    _, hits = engagement_at(rules().scorer, known, cycle, at("2026-07-01"))
    assert hits["N4"] == (1, 1.0)
