"""What a set of rules would hand over, counted over decisions."""

import pytest
from msgspec.structs import replace

from syncer.funnel import decide_contact
from syncer.funnel.facts import Outcome
from syncer.handover.simulation import Frame, Tally, count
from syncer.kpis.statistics.stats import wilson
from tests.unit.funnel.build import at, deal_facts, decided_deal, facts, row, rules

NOW = at("2026-12-01T12:00")
FRAME = Frame(as_of=NOW, weeks=4, horizon_days=90)


def tallied(*people):
    tally = Tally()
    for known in people:
        count(tally, decide_contact(known, rules=rules(), as_of=NOW), FRAME)
    return tally


def asked(when, *moves):
    """A contact who asked for a demo, with a deal that moved."""
    deals = [decided_deal(deal_facts(moves), "2026-12-01")] if moves else []
    return facts([row(when, "form", "Demo anfragen")], deals=deals)


WON = (("2026-03-20", "qualifiedtobuy"), ("2026-04-10", "closedwon"))
LATE = (("2026-03-20", "qualifiedtobuy"), ("2026-09-10", "closedwon"))
LOST = (("2026-03-20", "qualifiedtobuy"), ("2026-04-10", "closedlost"))


def test_hand_overs_are_counted_by_the_week():
    tally = tallied(asked("2026-11-24"), asked("2026-11-10"), asked("2026-10-01"))
    assert (tally.handed, tally.a_week(FRAME)) == (2, 0.5)
    assert tally.stages["LEAD_SQL"] == 3


def test_precision_is_that_of_mature_hand_overs_won_within_the_horizon():
    tally = tallied(
        asked("2026-03-10", *WON), asked("2026-03-10", *LATE), asked("2026-03-10", *LOST), asked("2026-11-24")
    )
    assert (tally.won, tally.mature) == (1, 3)
    assert tally.precision == pytest.approx(1 / 3)
    assert tally.interval == wilson(1, 3)


def test_recall_is_the_share_of_wins_that_had_been_handed_over():
    unseen = facts([], deals=[decided_deal(deal_facts(WON), "2026-12-01")])
    tally = tallied(asked("2026-03-10", *WON), unseen)
    assert (tally.wins, tally.wins_handed, tally.recall) == (2, 1, 0.5)


def test_nothing_is_unknown_and_never_zero():
    tally = Tally()
    assert (tally.precision, tally.recall) == (None, None)
    assert tally.interval == (None, None)


def test_a_cycle_that_was_never_real_counts_in_no_precision_and_one_that_silence_ended_does():
    spam = facts(
        [row("2026-03-10", "form", "Demo anfragen"), row("2026-03-11", "lead_status", outcome="INVALID", actor="user")]
    )
    assert tallied(spam).mature == 0
    decision = decide_contact(asked("2026-03-10"), rules=rules(), as_of=NOW)
    [cycle] = decision.cycles
    ended = replace(cycle, outcome=Outcome.VOID, ended_at=at("2026-06-10"))
    last = replace(decision.events[-1], rule="expired", seq=len(decision.events), occurred_at=at("2026-06-10"))
    tally = Tally()
    count(tally, replace(decision, cycles=[ended], events=[*decision.events, last]), FRAME)
    assert (tally.won, tally.mature) == (0, 1)
    count(tally, replace(decision, cycles=[ended], events=()), FRAME)
    assert tally.mature == 1
