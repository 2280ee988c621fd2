from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs

from syncer.funnel.facts import (
    CompanyDecision,
    CycleType,
    FunnelStage,
    Origin,
    Outcome,
    StageEvent,
)
from syncer.moments import Millis
from syncer.store import Store
from tests.contract.store_build import ACCOUNT, FOREVER, cycle, deal_decision, decision, save, span, stages

INQUIRY, MQL, SQL = FunnelStage.INQUIRY, FunnelStage.LEAD_MQL, FunnelStage.LEAD_SQL


def test_a_decision_comes_back_as_it_was_made(store: Store) -> None:
    full = cycle(
        cycle_no=2,
        type=CycleType.EXPANSION,
        origin=Origin.REFERRAL,
        ended_at=Millis(9),
        outcome=Outcome.LOST,
        reason="price",
        first_contact_at=Millis(1),
        suspect_at=Millis(2),
        inquiry_at=Millis(3),
        mql_at=Millis(4),
        sales_ready_at=Millis(5),
        accepted_at=Millis(6),
        rejected_at=Millis(7),
        reject_reason="timing",
        deal_at=Millis(8),
        offer_at=Millis(9),
        deal_id="7",
        source="organic_search",
        campaign="q1",
        owner_id="3",
        country="DE",
        industry="machinery",
        grade="A",
        cell="A1",
        recycled_from=1,
        reopened_outcome=Outcome.WON,
        reopened_from=Millis(10),
        reopened_to=Millis(11),
        resume_at=Millis(12),
    )
    event = StageEvent(2, 0, INQUIRY, MQL, Millis(5), "score", ("forms:1", "forms:2"), "user", virtual=True)
    made = structs.replace(
        decision("1", MQL, due_at=99, cycles=[full]),
        events=[event],
        sla_due_at=Millis(70),
        overridden_until=Millis(80),
        flags=("is_test", "review"),
    )
    save(store, 5, made)
    with store.snapshot() as unit:
        assert unit.ledger.cycles(ACCOUNT, "1", FOREVER) == [full]
        assert unit.ledger.events(ACCOUNT, "1", FOREVER) == [event]
        [state] = unit.ledger.states(ACCOUNT)
    assert state.score == made.score
    shared = ("contact_id", "stage", "since", "cycle_no", "relationship", "outcome", "sla_due_at", "overridden_until")
    for name in (*shared, "flags", "due_at"):
        assert getattr(state, name) == getattr(made, name)
    assert (state.agreement, state.changed_at) == ("1", 5)


def test_the_same_decision_again_changes_nothing(store: Store) -> None:
    made = [decision("1", INQUIRY, MQL), decision("2", INQUIRY)]
    assert sorted(save(store, 5, *made)) == ["1", "2"]
    assert save(store, 6, *made, agreement="2") == []
    with store.snapshot() as unit:
        assert [(state.agreement, state.changed_at) for state in unit.ledger.states(ACCOUNT)] == [("1", 5), ("1", 5)]
        assert stages(unit, "1", 5) == stages(unit, "1") == [INQUIRY, MQL]


def test_a_changed_decision_supersedes_and_what_we_knew_then_can_still_be_read(store: Store) -> None:
    save(store, 5, decision("1", INQUIRY, MQL), decision("2", INQUIRY))
    assert save(store, 8, decision("1", INQUIRY, SQL), decision("2", INQUIRY)) == ["1"]
    save(store, 11, decision("1", INQUIRY))
    with store.snapshot() as unit:
        assert stages(unit, "1", 4) == []
        assert stages(unit, "1", 7) == [INQUIRY, MQL]
        assert stages(unit, "1", 8) == [INQUIRY, SQL]
        assert stages(unit, "1", 10) == [INQUIRY, SQL]
        assert stages(unit, "1", 11) == [INQUIRY]


def test_decisions_of_one_moment_leave_only_the_last(store: Store) -> None:
    save(store, 5, decision("1", INQUIRY, MQL))
    save(store, 5, decision("1", SQL))
    save(store, 5, decision("1", INQUIRY))
    with store.snapshot() as unit:
        assert stages(unit, "1", 5) == stages(unit, "1") == [INQUIRY]


def test_a_clock_that_jumped_back_still_leaves_one_belief(store: Store) -> None:
    save(store, 50, decision("1", INQUIRY, MQL))
    save(store, 20, decision("1", SQL))
    with store.snapshot() as unit:
        assert stages(unit, "1") == [SQL]


def test_a_changed_score_leaves_history_alone_and_counts_as_change(store: Store) -> None:
    save(store, 5, decision("1", INQUIRY, fit=50.0))
    assert save(store, 9, decision("1", INQUIRY, fit=51.99)) == ["1"]
    with store.snapshot() as unit:
        [state] = unit.ledger.states(ACCOUNT, ["1", "absent"])
        assert (state.score.fit, state.changed_at) == (51.99, 9)
        assert stages(unit, "1", 5) == stages(unit, "1") == [INQUIRY]


def test_a_new_due_time_alone_is_kept_and_counts_as_no_change(store: Store) -> None:
    save(store, 5, decision("1", due_at=100))
    assert save(store, 9, decision("1", due_at=200)) == []
    with store.snapshot() as unit:
        [state] = unit.ledger.states(ACCOUNT)
    assert (state.due_at, state.changed_at) == (200, 5)


def test_a_contact_whose_history_vanishes_keeps_none(store: Store) -> None:
    save(store, 5, decision("1", INQUIRY))
    assert save(store, 6, decision("1", cycles=[])) == ["1"]
    with store.snapshot() as unit:
        assert stages(unit, "1") == []
        assert unit.ledger.cycles(ACCOUNT, "1", FOREVER) == []
        assert len(unit.ledger.cycles(ACCOUNT, "1", Millis(5))) == 1


FIRST = span("7", 1, 50, amount=Decimal("0.1"), probability=0.2, offer_at=Millis(3), close_date=Millis(90))
LAST = span(
    "7",
    50,
    outcome=Outcome.LOST,
    rule="CO3",
    reason="price",
    amount=Decimal(1200),
    forecast_category="COMMIT",
    month_pushes=3,
    quarter_pushes=2,
    slip_days=153,
    proposal="CO5",
    resume_at=Millis(7),
)


def test_a_deal_comes_back_as_it_was_decided(store: Store) -> None:
    made = deal_decision(
        "7",
        FIRST,
        LAST,
        contact_ids=("1", "2"),
        company_id="10",
        owner_id="3",
        deal_type="newbusiness",
        source="paid_social",
        flags=("backdated",),
        due_at=Millis(99),
    )
    with store.commit() as unit:
        assert unit.ledger.save_deals(ACCOUNT, [made], now=Millis(5), agreement="1").changed_ids == ["7"]
    with store.snapshot() as unit:
        assert list(unit.ledger.deal_decisions(ACCOUNT)) == [made]
        [state] = unit.ledger.deal_states(ACCOUNT, ["7"])
    assert (state.span, state.contact_ids, state.due_at, state.changed_at) == (LAST, ("1", "2"), 99, 5)


def test_a_deal_decided_alike_stays_and_otherwise_is_superseded(store: Store) -> None:
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, [deal_decision("7", FIRST, LAST)], now=Millis(5), agreement="1")
    with store.commit() as unit:
        again = unit.ledger.save_deals(ACCOUNT, [deal_decision("7", FIRST, LAST)], now=Millis(6), agreement="1")
        assert again.changed_ids == []
    won = structs.replace(LAST, outcome=Outcome.WON)
    with store.commit() as unit:
        changed = unit.ledger.save_deals(ACCOUNT, [deal_decision("7", FIRST, won)], now=Millis(7), agreement="1")
        assert changed.changed_ids == ["7"]
        [decided] = unit.ledger.deal_decisions(ACCOUNT, ["7"])
    assert decided.spans == (FIRST, won)


def test_a_deal_whose_amount_does_not_fit_is_refused_and_the_rest_is_written(store: Store) -> None:
    bad = deal_decision("6", span("6", 1, amount=Decimal("0.1234567")))
    with store.commit() as unit:
        saved = unit.ledger.save_deals(ACCOUNT, [bad, deal_decision("7", FIRST)], now=Millis(5), agreement="1")
        assert [decided.deal_id for decided in unit.ledger.deal_decisions(ACCOUNT)] == ["7"]
    assert saved.changed_ids == ["7"]
    assert [error.record for error in saved.refused] == ["6"]


def test_a_span_of_no_length_is_dropped(store: Store) -> None:
    with store.commit() as unit:
        made = deal_decision("7", span("7", 1, 50), span("7", 50, 50), LAST)
        unit.ledger.save_deals(ACCOUNT, [made], now=Millis(5), agreement="1")
        [decided] = unit.ledger.deal_decisions(ACCOUNT)
    assert [one.valid_from for one in decided.spans] == [1, 50]
    assert decided.spans[-1] == LAST


def test_company_states_change_only_with_the_decision(store: Store) -> None:
    made = [
        CompanyDecision(company_id="10", stage=INQUIRY, in_tam=True),
        CompanyDecision(company_id="20", stage=FunnelStage.OUT, in_tam=False),
    ]
    with store.commit() as unit:
        assert unit.ledger.save_companies(ACCOUNT, made, Millis(5)) == ["10", "20"]
        assert unit.ledger.save_companies(ACCOUNT, made, Millis(6)) == []
        changed = [replace(made[0], in_tam=False), made[1]]
        assert unit.ledger.save_companies(ACCOUNT, changed, Millis(7)) == ["10"]
        states = list(unit.ledger.company_states(ACCOUNT))
    assert [(state.company_id, state.stage, state.in_tam, state.changed_at) for state in states] == [
        ("10", INQUIRY, False, 7),
        ("20", FunnelStage.OUT, False, 5),
    ]


def test_a_failure_inside_a_commit_leaves_nothing_of_it(store: Store) -> None:
    class Crash(Exception):
        pass

    save(store, 5, decision("1", INQUIRY))

    def crash() -> None:
        with store.commit() as unit:
            unit.ledger.save_contacts(ACCOUNT, [decision("1", SQL), decision("2")], now=Millis(6), agreement="1")
            unit.desk.keep_cursor(ACCOUNT, "contacts", "window", "6")
            raise Crash

    with pytest.raises(Crash):
        crash()
    with store.snapshot() as unit:
        assert stages(unit, "1") == [INQUIRY]
        assert [state.contact_id for state in unit.ledger.states(ACCOUNT)] == ["1"]
        assert unit.desk.cursor(ACCOUNT, "contacts", "window") is None
