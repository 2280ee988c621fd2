import pytest
from sqlalchemy import event, update

from syncer.errors import ChangedMeanwhile
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import AccountFacts, OutboxEntry, Settlement, Status, Store
from syncer.store.tables import dead_letters
from syncer.writeback.intents import Intent
from tests.contract.store_build import ACCOUNT


def intent(
    record_id: str, value: str | None, decision: str, name: str = "fn_stage", previous: str | None = None
) -> Intent:
    return Intent(
        account=ACCOUNT,
        kind=Kind.CONTACT,
        record_id=record_id,
        property=name,
        value=value,
        previous=previous,
        rule="score",
        why="because",
        decision=decision,
    )


def intend(store: Store, run: str, *intents: Intent, now: int = 1) -> int:
    with store.commit() as unit:
        return unit.desk.intend(ACCOUNT, run, intents, Millis(now))


def pending(store: Store) -> list[OutboxEntry]:
    with store.snapshot() as unit:
        return list(unit.desk.pending(ACCOUNT))


def settle(store: Store, now: int, *settlements: Settlement) -> None:
    with store.commit() as unit:
        unit.desk.settle(ACCOUNT, settlements, Millis(now))


def test_a_cursor_is_kept_with_its_commit_and_by_kind(store: Store) -> None:
    with store.commit() as unit:
        assert unit.desk.cursor(ACCOUNT, "contacts", "window") is None
        unit.desk.keep_cursor(ACCOUNT, "contacts", "window", "5")
        unit.desk.keep_cursor(ACCOUNT, "contacts", "backfill", "page")
        unit.desk.keep_cursor(ACCOUNT, "contacts", "window", "6", expected="5")
    with store.commit() as unit:
        assert unit.desk.cursor(ACCOUNT, "contacts", "window") == "6"
        unit.desk.drop_cursor(ACCOUNT, "contacts", "window")
        assert unit.desk.cursor(ACCOUNT, "contacts", "window") is None
        assert unit.desk.cursor(ACCOUNT, "contacts", "backfill") == "page"


def test_a_cursor_that_another_process_moved_is_not_overwritten(store: Store) -> None:
    with store.commit() as unit:
        unit.desk.keep_cursor(ACCOUNT, "contacts", "window", "7")
    with pytest.raises(ChangedMeanwhile), store.commit() as unit:
        unit.desk.keep_cursor(ACCOUNT, "contacts", "window", "6", expected="5")
    with store.snapshot() as unit:
        assert unit.desk.cursor(ACCOUNT, "contacts", "window") == "7"


def test_runs_sort_by_start_and_keep_how_they_ended(store: Store) -> None:
    with store.commit() as unit:
        first = unit.desk.begin_run(ACCOUNT, "sync", Millis(1_000))
        second = unit.desk.begin_run(ACCOUNT, "derive", Millis(1_001))
        unit.desk.end_run(first, Millis(2_000), "done", {"read": 3})
    with store.snapshot() as unit:
        assert [run.id for run in unit.desk.runs(ACCOUNT)] == [second, first]
        assert [run.id for run in unit.desk.runs(ACCOUNT, limit=1)] == [second]
        ended = unit.desk.run(first)
        running = unit.desk.run(second)
        assert unit.desk.run("absent") is None
    assert ended is not None
    assert (ended.status, ended.ended_at, dict(ended.counts), ended.account) == ("done", 2_000, {"read": 3}, ACCOUNT)
    assert running is not None
    assert (running.status, running.ended_at) == ("running", None)


def test_a_value_is_recorded_once_however_often_it_is_planned(store: Store) -> None:
    row = intent("1", "TAM", "d1", previous="OUT")
    assert intend(store, "r1", row, row) == 1
    assert intend(store, "r1", row) == 0
    assert intend(store, "r2", row, intent("2", None, "d1")) == 1
    assert [(one.record_id, one.value, one.previous, one.run) for one in pending(store)] == [
        ("1", "TAM", "OUT", "r1"),
        ("2", None, None, "r2"),
    ]


def test_a_newer_decision_cancels_the_older_value_that_still_waits(store: Store) -> None:
    intend(store, "r1", intent("1", "TAM", "d1"), intent("1", "3", "d1", name="fn_fit"))
    intend(store, "r2", intent("1", "INQUIRY", "d2"))
    assert [(one.property, one.value) for one in pending(store)] == [("fn_fit", "3"), ("fn_stage", "INQUIRY")]
    with store.snapshot() as unit:
        assert [one.status for one in unit.desk.of_run(ACCOUNT, "r1")] == [Status.PENDING, Status.CANCELLED]


@pytest.mark.parametrize("end", [Status.WRITTEN, Status.FAILED, Status.CONFLICT])
def test_a_settled_value_planned_again_is_recorded_anew_and_the_old_row_stays(store: Store, end: Status) -> None:
    row = intent("1", "TAM", "d1")
    intend(store, "r1", row)
    settle(store, 2, Settlement(key=pending(store)[0].key, status=end))
    assert pending(store) == []
    assert intend(store, "r2", row, now=3) == 1
    assert intend(store, "r2", row, now=3) == 0
    settle(store, 4, Settlement(key=pending(store)[0].key, status=end))
    assert intend(store, "r3", row, now=5) == 1
    with store.snapshot() as unit:
        assert [one.status for one in unit.desk.of_run(ACCOUNT, "r1")] == [end]
        assert [one.status for one in unit.desk.of_run(ACCOUNT, "r3")] == [Status.PENDING]


def test_claimed_values_stay_open_until_they_are_settled(store: Store) -> None:
    intend(store, "r1", intent("1", "TAM", "d1"), intent("2", "TAM", "d1"))
    key = pending(store)[0].key
    with store.commit() as unit:
        assert unit.desk.claim(ACCOUNT, [key, "absent"], Millis(5)) == 1
    claimed, waiting = pending(store)
    assert (claimed.status, claimed.attempts, waiting.status, waiting.attempts) == (
        Status.SENDING,
        1,
        Status.PENDING,
        0,
    )
    settle(store, 6, Settlement(key=key, status=Status.WRITTEN, previous="OUT"))
    with store.commit() as unit:
        assert unit.desk.claim(ACCOUNT, [key], Millis(7)) == 0
        [written] = unit.desk.written(ACCOUNT, Millis(6))
        assert unit.desk.written(ACCOUNT, Millis(7)) == []
    assert (written.value, written.previous, written.changed_at) == ("TAM", "OUT", 6)
    assert [one.record_id for one in pending(store)] == ["2"]


def test_a_claim_that_is_taken_back_leaves_the_value_as_it_was_and_in_doubt_what_was_in_doubt(store: Store) -> None:
    intend(store, "r1", intent("1", "TAM", "d1"), intent("2", "TAM", "d1"))
    doubtful, fresh = [one.key for one in pending(store)]
    with store.commit() as unit:
        unit.desk.claim(ACCOUNT, [doubtful], Millis(5))
    with store.commit() as unit:
        unit.desk.claim(ACCOUNT, [doubtful, fresh], Millis(6))
        unit.desk.release(ACCOUNT, [doubtful, fresh, "absent"], Millis(7))
    assert [(one.status, one.attempts) for one in pending(store)] == [(Status.PENDING, 1), (Status.PENDING, 0)]
    settle(store, 8, Settlement(key=fresh, status=Status.WRITTEN))
    with store.commit() as unit:
        unit.desk.release(ACCOUNT, [fresh], Millis(9))
    assert [one.record_id for one in pending(store)] == ["1"], "what is settled stays settled"


def test_a_settlement_without_previous_keeps_what_was_planned(store: Store) -> None:
    intend(store, "r1", intent("1", "TAM", "d1", previous="OUT"))
    settle(store, 2, Settlement(key=pending(store)[0].key, status=Status.FAILED, error="the CRM refused"))
    with store.snapshot() as unit:
        [one] = unit.desk.of_run(ACCOUNT, "r1")
    assert (one.previous, one.error) == ("OUT", "the CRM refused")


def test_values_that_did_not_reach_the_crm_come_latest_first(store: Store) -> None:
    ends = {"1": Status.FAILED, "2": Status.WRITTEN, "3": Status.CONFLICT, "4": Status.FAILED}
    for now, (record, end) in enumerate(ends.items(), start=2):
        intend(store, "r1", intent(record, "TAM", "d1"))
        settle(store, now, Settlement(key=pending(store)[0].key, status=end))
    intend(store, "r1", intent("5", "TAM", "d1"))
    with store.snapshot() as unit:
        assert [one.record_id for one in unit.desk.doubtful(ACCOUNT, 9)] == ["4", "3", "1"]
        assert [one.record_id for one in unit.desk.doubtful(ACCOUNT, 1)] == ["4"]


def test_few_values_are_counted_whole_and_of_many_those_that_wait_or_are_in_doubt(store: Store) -> None:
    intend(store, "r1", *(intent(str(number), "TAM", "d1") for number in range(4)))
    keys = [one.key for one in pending(store)]
    statuses = (Status.WRITTEN, Status.FAILED, Status.UNCHANGED)
    settle(store, 2, *(Settlement(key=key, status=one) for key, one in zip(keys, statuses, strict=False)))
    with store.snapshot() as unit:
        assert unit.desk.few_of_outbox(ACCOUNT, 4) == unit.desk.outbox_counts(ACCOUNT)
        assert unit.desk.few_of_outbox(ACCOUNT, 3) is None
        assert unit.desk.unsettled(ACCOUNT) == {"pending": 1, "sending": 0, "failed": 1, "conflict": 0}


def test_pending_respects_its_limit(store: Store) -> None:
    intend(store, "r1", *[intent(str(number), "TAM", "d1") for number in range(5)])
    with store.snapshot() as unit:
        assert [one.record_id for one in unit.desk.pending(ACCOUNT, 2)] == ["0", "1"]


def test_a_record_that_fails_again_keeps_one_dead_letter(store: Store) -> None:
    with store.commit() as unit:
        id_ = unit.desk.bury(ACCOUNT, "deals", "7", reason="invalid", problems=("amount: x",), now=Millis(1))
        unit.desk.bury(ACCOUNT, "deals", "7", reason="worse", problems=(), now=Millis(2))
        other = unit.desk.bury(ACCOUNT, "contacts", "7", reason="invalid", problems=(), now=Millis(3))
    with store.snapshot() as unit:
        first, second = unit.desk.dead_letters(ACCOUNT)
    assert (first.id, first.attempts, first.reason, first.payload_ref) == (id_, 2, "worse", None)
    assert (second.id, second.stream, second.record_id, second.attempts) == (other, "contacts", "7", 1)
    with store.commit() as unit:
        assert unit.desk.drop(ACCOUNT, id_)
        assert not unit.desk.drop(ACCOUNT, id_)
        assert unit.desk.mark_replayed(ACCOUNT, other)
        assert not unit.desk.mark_replayed(ACCOUNT, other)
        assert unit.desk.dead_letters(ACCOUNT) == []


def test_a_record_that_is_neither_read_nor_written_has_two_letters_with_ids_of_their_own(store: Store) -> None:
    with store.commit() as unit:
        reading = unit.desk.bury(ACCOUNT, "deals", "7", reason="r", problems=(), now=Millis(1))
        writing = unit.desk.bury(ACCOUNT, "deals", "7", reason="w", problems=(), now=Millis(2), payload_ref="ref")
        first, second = unit.desk.dead_letters(ACCOUNT)
    assert (reading, writing) == ("deals:7", "write:deals:7")
    assert (first.id, first.is_write, second.id, second.is_write) == (reading, False, writing, True)
    with store.commit() as unit:
        assert unit.desk.drop(ACCOUNT, reading)
        assert [one.id for one in unit.desk.dead_letters(ACCOUNT)] == [writing]


def test_a_letter_about_writing_kept_under_the_id_of_reading_makes_room_for_it(store: Store) -> None:
    with store.commit() as unit:
        unit.desk.bury(ACCOUNT, "deals", "7", reason="w", problems=(), now=Millis(1), payload_ref="ref")
        unit.connection.execute(update(dead_letters).values(id="deals:7"))
        unit.desk.bury(ACCOUNT, "deals", "7", reason="r", problems=(), now=Millis(2))
        unit.desk.bury(ACCOUNT, "deals", "7", reason="w", problems=(), now=Millis(3), payload_ref="ref")
        found = {one.id: (one.reason, one.attempts) for one in unit.desk.dead_letters(ACCOUNT)}
    assert found == {"deals:7": ("r", 1), "write:deals:7": ("w", 2)}


def test_snapshots_come_back_in_order_and_a_second_keeping_replaces_the_first(store: Store) -> None:
    rows: list[dict[str, object]] = [{"id": "K10", "value": 0.25, "segment": {"a": "b"}}, {"id": "K01", "value": None}]
    with store.commit() as unit:
        unit.desk.keep_snapshot(ACCOUNT, "r1", Millis(1), {"": [{"id": "K99"}, *rows]})
        unit.desk.keep_snapshot(ACCOUNT, "r1", Millis(1), {"": rows})
        assert unit.desk.snapshot(ACCOUNT, "r1") == rows
        assert unit.desk.snapshot(ACCOUNT, "r2") == []


def test_of_splits_only_the_newest_runs_stay_and_they_are_no_figures_of_the_catalogue(store: Store) -> None:
    own, split = [{"id": "K20"}], [{"id": "K20", "segment": {"owner": "7"}}]
    with store.commit() as unit:
        for run in ("r1", "r2"):
            unit.desk.keep_snapshot(ACCOUNT, run, Millis(1), {"": own, "owner": split})
        assert [unit.desk.snapshot(ACCOUNT, run) for run in ("r1", "r2")] == [own, own]
        assert [unit.desk.snapshot(ACCOUNT, run, "owner") for run in ("r1", "r2")] == [[], split]


def test_account_facts_are_kept_beside_the_marks(store: Store) -> None:
    with store.commit() as unit:
        assert unit.desk.account(ACCOUNT) is None
        unit.desk.keep_account(
            ACCOUNT, portal_id="1", time_zone="Europe/Berlin", currency="EUR", account_type="STANDARD"
        )
        unit.desk.demand_full_derive(ACCOUNT)
        unit.desk.keep_account(ACCOUNT, portal_id="1", time_zone="Europe/Vienna", currency="EUR", account_type=None)
        assert unit.facts.dirty(ACCOUNT, Millis(1)).full
        assert unit.desk.account(ACCOUNT) == AccountFacts(
            account=ACCOUNT, portal_id="1", time_zone="Europe/Vienna", currency="EUR", account_type=None
        )


def test_the_next_values_to_send_are_found_without_sorting_the_rest(sqlite_store: Store) -> None:
    intend(sqlite_store, "r1", intent("1", "TAM", "d1"))
    seen: list[str] = []
    with sqlite_store.snapshot() as unit:
        event.listen(unit.connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
        unit.desk.pending(ACCOUNT, 100)
        plan = unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[0]}", (ACCOUNT, 100, 0)).all()
    steps = " ".join(str(step) for step in plan)
    assert "ix_outbox_open" in steps
    assert "TEMP B-TREE" not in steps
