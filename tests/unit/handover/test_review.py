"""The cohort of hand-overs as the periodic review counts it (domain D7)."""

from dataclasses import replace as other

import pytest
from msgspec.structs import replace

from syncer.agreement.head import Attempts
from syncer.funnel import decide_contact
from syncer.funnel.facts import Outcome
from syncer.handover.review import Review, Window, count, missed_at
from syncer.handover.shifts import Shift
from syncer.handover.simulation import Frame
from tests.unit.funnel.build import at, deal_facts, decided_deal, facts, row, rules

NOW = at("2026-12-01T12:00")
FRAME = Frame(as_of=NOW, weeks=12, horizon_days=90)
WINDOW = Window(since=at("2025-12-01"), frame=FRAME, attempts=Attempts(), signed_at=None)

WON = (("2026-03-20", "qualifiedtobuy"), ("2026-04-10", "closedwon"))
LOST = (("2026-03-12", "qualifiedtobuy"), ("2026-03-20", "closedlost"))
OPEN = (("2026-03-20", "qualifiedtobuy"), ("2026-03-25", "contractsent"))


def asked(when="2026-03-10", *moves, more=(), **deal):
    """A contact who asked for a demo, with a deal that moved."""
    deals = [decided_deal(deal_facts(moves, **deal), "2026-12-01")] if moves else []
    return facts([row(when, "form", "Demo anfragen"), *more], deals=deals)


def counted(*people, window=WINDOW):
    review = Review()
    for known in people:
        count(review, known, decide_contact(known, rules=rules(), as_of=NOW), window)
    return review


def status(when, value):
    return row(when, "lead_status", outcome=value, actor="user")


def test_every_step_and_every_end_is_counted_once():
    called = row("2026-03-11", "call", outcome="CONNECTED", actor="o1")
    found = counted(asked("2026-03-10", *WON, more=[called]), asked("2026-03-10", *LOST), asked("2026-03-10", *OPEN))
    assert found.steps["handed"] == found.steps["deal"] == 3
    assert found.steps["touched"] == 1
    assert (found.steps["won"], found.steps["lost"], found.steps["open"]) == (1, 1, 1)
    assert found.steps["offer"] >= 1


def test_only_hand_overs_of_the_window_count():
    young = other(WINDOW, since=at("2026-06-01"))
    assert not counted(asked("2026-03-10", *WON), window=young).steps
    assert counted(facts([])).steps == {}


def test_rejections_are_counted_with_their_reason():
    found = counted(asked(more=[status("2026-03-12", "UNQUALIFIED")]), asked(more=[status("2026-03-12", "NOT_READY")]))
    assert found.steps["rejected"] == 2
    assert found.rejections == {"no_fit": 1, "not_ready": 1}
    assert found.rejected_silently == 0


def tried(*days, outcome="NO_ANSWER"):
    return [row(f"2026-03-{day}", "call", outcome=outcome, actor="o1") for day in days]


@pytest.mark.parametrize(
    ("more", "early"),
    [
        ([], 1),
        (tried(11, 12, 13, 14, 15), 1),
        (tried(11, 13, 15, 17), 1),
        (tried(11, 13, 15, 17, 19), 0),
        (tried(11, outcome="CONNECTED"), 0),
    ],
)
def test_who_is_rejected_unreached_before_the_agreed_attempts_was_given_up_early(more, early):
    day = "16" if len(more) == 5 and early else "22"
    found = counted(asked(more=[*more, status(f"2026-03-{day}", "UNQUALIFIED")]))
    assert (found.given_up_early, found.steps["rejected"]) == (early, 1)


def test_what_was_never_real_is_given_up_at_any_time():
    assert counted(asked(more=[status("2026-03-12", "INVALID")])).given_up_early == 0


def test_what_was_never_real_is_handed_and_void_and_nothing_else():
    found = counted(asked(more=[status("2026-03-12", "INVALID")]))
    assert found.steps == {"handed": 1, "void": 1}
    assert found.cells == {}


def test_a_cell_holds_mature_hand_overs_and_their_wins_in_time():
    late = (("2026-03-20", "qualifiedtobuy"), ("2026-09-10", "closedwon"))
    found = counted(asked("2026-03-10", *WON), asked("2026-03-10", *late), asked("2026-11-20"))
    [cell] = found.cells.values()
    assert (cell.won, cell.n) == (1, 2)
    low, high = cell.interval
    assert low < 0.5 < high
    assert (found.before.total(), found.recent.total()) == (2, 1)


def test_a_hand_over_without_a_cell_is_in_none():
    known = asked("2026-03-10", *WON)
    decision = decide_contact(known, rules=rules(), as_of=NOW)
    found = Review()
    count(found, known, replace(decision, cycles=[replace(decision.cycles[0], cell=None)]), WINDOW)
    assert (found.cells, found.before, found.steps["handed"]) == ({}, {}, 1)


def test_drift_is_unknown_below_thirty_on_either_side():
    found = Review()
    found.before.update({"A1": 20, "B1": 20})
    found.recent.update({"A1": 28, "B1": 1})
    assert found.shift.psi is None
    assert not found.shift.is_beyond_chance
    found.recent.update({"B1": 1})
    assert found.shift.psi > 0.25
    assert found.shift.is_beyond_chance


def test_a_drift_that_chance_gives_is_none():
    found = Review()
    found.before.update({"A1": 20, "A2": 10, "B1": 10, "B2": 10, "C1": 10})
    found.recent.update({"A1": 6, "A2": 8, "B1": 9, "B2": 3, "C1": 6})
    assert found.shift.psi > 0.2
    assert not found.shift.is_beyond_chance
    same = Review()
    same.before.update({"A1": 40})
    same.recent.update({"A1": 40})
    assert (same.shift.psi, same.shift.is_beyond_chance) == (0.0, False)


@pytest.mark.parametrize(
    ("before", "recent", "psi", "is_beyond", "calls"),
    [
        # Just beyond what two draws of ninety and thirty-four differ by.
        ({"A1": 60, "B1": 30}, {"A1": 16, "B1": 18}, 0.159, True, False),
        ({"A1": 60, "B1": 30}, {"A1": 13, "B1": 20}, 0.307, True, True),
        # Thirty and thirty over four cells differ by as much by chance.
        ({"A1": 10, "A2": 7, "B1": 7, "B2": 6}, {"A1": 3, "A2": 12, "B1": 11, "B2": 4}, 0.458, False, False),
    ],
)
def test_a_shift_calls_for_a_review_from_a_quarter_on_and_beyond_chance(before, recent, psi, is_beyond, calls):
    found = Shift(before, recent)
    assert found.psi == pytest.approx(psi, abs=0.001)
    assert (found.is_beyond_chance, found.calls_for_review) == (is_beyond, calls)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (asked(more=[status("2026-03-12", "NOT_READY")]), {"not_ready": 1}),
        (asked("2026-03-10", *LOST), {"lost_without_talk": 1}),
        (asked("2026-03-10", *LOST, more=[row("2026-03-15", "email_in", "Re: Demo")]), {}),
        (
            asked("2026-03-10", *LOST, more=[row("2026-03-15", "call", outcome="NO_ANSWER", actor="o1")]),
            {"lost_without_talk": 1},
        ),
        (asked("2026-03-01", *LOST), {}),
        (asked("2026-03-10", *OPEN), {}),
    ],
)
def test_a_hand_over_came_too_early_when_it_was_said_or_lost_at_once_without_a_talk(known, why):
    assert counted(known).premature == why


def test_winners_that_the_score_did_not_see_are_named_by_how_it_missed_them():
    unseen = facts([], deals=[decided_deal(deal_facts(WON), "2026-12-01")])
    found = counted(unseen, asked("2026-03-10", *WON))
    assert (found.wins, found.missed) == (2, {"never_ready": 1})
    decision = decide_contact(unseen, rules=rules(), as_of=NOW)
    [cycle] = decision.cycles
    assert missed_at(cycle) == cycle.deal_at
    early = replace(cycle, sales_ready_at=at("2026-04-01"), accepted_at=at("2026-03-01"))
    assert missed_at(early) == at("2026-03-01")
    count(found, unseen, replace(decision, cycles=[early]), WINDOW)
    assert found.missed["accepted_before"] == 1
    seen = replace(cycle, sales_ready_at=at("2026-03-01"), accepted_at=at("2026-03-02"))
    assert missed_at(seen) is None
    [lost] = decide_contact(asked("2026-03-10", *LOST), rules=rules(), as_of=NOW).cycles
    assert missed_at(lost) is None


def test_ends_without_a_sale_since_the_last_signature_are_items_of_the_review():
    people = (asked("2026-03-10", *LOST), asked(more=[status("2026-05-12", "NOT_READY")]), asked("2026-03-10", *WON))
    assert counted(*people).items == 2
    signed = other(WINDOW, signed_at=at("2026-04-30"))
    assert counted(*people, window=signed).items == 1


def test_closing_without_a_usable_reason_is_counted():
    dear = asked("2026-03-10", *LOST, lost_reason="zu teuer")
    found = counted(asked("2026-03-10", *LOST), dear)
    assert (found.closed, found.unexplained) == (2, 1)


def test_silence_that_ended_a_cycle_is_an_end_of_its_own():
    known = asked("2026-03-10")
    decision = decide_contact(known, rules=rules(), as_of=NOW)
    [cycle] = decision.cycles
    ended = replace(cycle, outcome=Outcome.VOID, ended_at=at("2026-06-10"))
    last = replace(decision.events[-1], rule="expired", seq=len(decision.events), occurred_at=at("2026-06-10"))
    found = Review()
    count(found, known, replace(decision, cycles=[ended], events=[*decision.events, last]), WINDOW)
    assert (found.steps["expired"], found.steps["void"], found.steps["open"]) == (1, 0, 0)
