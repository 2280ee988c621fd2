"""The queue on a real server: its tables beside ours, and what it promises the engine."""

import asyncio
from contextlib import asynccontextmanager

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager

from jobs.distributed.queue import Queue
from jobs.distributed.tickets import MOST_RESCUES, Lane, Ticket
from jobs.health.engine import engine_findings
from jobs.health.findings import Level
from jobs.modes import Engine
from jobs.serving.duties import Duty
from syncer.errors import ConfigError, Unavailable
from syncer.store import QueueStanding, Store, open_store, tables
from syncer.store.upkeep.queue_schema import migrations
from syncer.store.upkeep.scripts import is_ours
from tests.contract.test_store_migrations import engine_of
from tests.e2e.conftest import settings_for

pytestmark = pytest.mark.postgres

SYNC = Ticket(account="one", duty=Duty.SYNC)


@pytest.fixture
def queued(blank_postgres_url):
    """Return a store with a queue."""
    store = open_store(blank_postgres_url)
    store.upgrade()
    store.keep_queue()
    yield store
    store.close()


@asynccontextmanager
async def opened(store: Store, **options: float):
    queue = Queue(store.driver_address("a test") or "", **options)
    try:
        yield queue
    finally:
        await queue.close()


def standing(store: Store, account: str = "one") -> QueueStanding:
    with store.snapshot() as unit:
        found = unit.queue.standing(account)
    assert found is not None
    return found


def run(store: Store, statement: str) -> list[tuple]:
    with psycopg.connect(store.driver_address("a test") or "", autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


async def worked(queue: Queue, do, seconds: float = 15.0, *, at_once: int = 4, until=lambda: False) -> None:
    """Work until a condition holds."""
    working = asyncio.create_task(queue.work(do, at_once=at_once, patience=1.0))
    for _ in range(int(seconds / 0.05)):
        await asyncio.sleep(0.05)
        if until() or working.done():
            break
    working.cancel()
    await asyncio.wait({working})


def test_the_tables_of_the_queue_are_kept_apart_from_ours_and_made_once(queued, blank_postgres_url):
    queued.keep_queue()
    queued.upgrade()
    engine = engine_of(blank_postgres_url)
    with engine.connect() as connection:
        options = {"compare_type": True, "target_metadata": tables.metadata, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []
        stray = MigrationContext.configure(connection, opts={**options, "include_name": None})
        assert {table.name for kind, table, *_ in compare_metadata(stray, tables.metadata) if kind == "remove_table"}
    engine.dispose()


def test_a_queue_of_an_older_version_gets_the_migrations_that_it_lacks(queued, monkeypatch, tmp_path):
    last = migrations()[-1]
    (tmp_path / last).touch()
    (tmp_path / "99.00.00_01_pre_more.sql").write_text("CREATE TABLE more AS SELECT '100%' AS share")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    queued.keep_queue()
    queued.keep_queue()
    assert run(queued, "SELECT share FROM more") == [("100%",)]
    monkeypatch.undo()
    with pytest.raises(ConfigError, match="a newer syncer wrote the queue"):
        queued.keep_queue()


def test_a_queue_of_another_program_is_not_taken_over(queued):
    run(queued, "COMMENT ON TABLE procrastinate_jobs IS NULL")
    with pytest.raises(ConfigError, match="queue of another program"):
        queued.keep_queue()


def test_without_a_queue_there_is_nothing_to_say(store):
    with store.snapshot() as unit:
        assert unit.queue.standing("one") is None


def test_check_says_whether_somebody_works(queued, store, tmp_path):
    settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(update={"engine": Engine.DISTRIBUTED})
    [found] = engine_findings(settings, queued)
    assert (found.level, "no worker lives" in found.what) == (Level.NOTE, True)
    run(queued, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    [found] = engine_findings(settings, queued)
    assert (found.level, found.what) == (Level.FINE, "distributed, 1 worker")
    [found] = engine_findings(settings, store)
    assert found.level is (Level.NOTE if store.file is None else Level.PROBLEM)
    assert found.is_configuration is (store.file is not None)
    assert engine_findings(settings_for("http://127.0.0.1:9", tmp_path), queued) == ()


async def test_of_a_duty_one_job_waits_however_often_it_is_deferred(queued):
    async with opened(queued) as queue:
        assert await queue.defer(SYNC)
        assert not await queue.defer(SYNC)
        assert not await queue.defer(Ticket(account="one", duty=Duty.SYNC, attempt=1, wait=9.0))
        assert await queue.defer(Ticket(account="two", duty=Duty.SYNC))
    found = standing(queued)
    assert found.waiting == {"sync": 1}
    assert found.oldest is not None
    assert found.workers == 0


async def test_no_two_jobs_of_one_account_are_done_at_once_and_those_of_others_are(queued):
    now: list[Ticket] = []
    pairs, done = set(), []

    async def do(ticket: Ticket) -> None:
        now.append(ticket)
        pairs.update((a.account, b.account) for a in now for b in now if a is not b)
        await asyncio.sleep(0.4)
        now.remove(ticket)
        done.append(ticket)

    async with opened(queued) as queue, opened(queued) as other:
        for account in ("one", "two"):
            for duty in (Duty.FREEZE, Duty.SYNC, Duty.DRAIN):
                await queue.defer(Ticket(account=account, duty=duty))
        both = (worked(one, do, until=lambda: len(done) == 6) for one in (queue, other))
        await asyncio.gather(*both)
    assert len(done) == 6
    assert pairs == {("one", "two"), ("two", "one")}
    order = [ticket.duty for ticket in done if ticket.account == "one"]
    assert order == [Duty.DRAIN, Duty.SYNC, Duty.FREEZE]
    assert standing(queued) == QueueStanding(workers=0)


async def test_measuring_is_done_beside_the_other_jobs_of_its_account(queued):
    now: list[Duty] = []
    beside = set()

    async def do(ticket: Ticket) -> None:
        now.append(ticket.duty)
        beside.update(frozenset({one, ticket.duty}) for one in now if one is not ticket.duty)
        await asyncio.sleep(0.4)
        now.remove(ticket.duty)

    async with opened(queued) as queue:
        for duty in (Duty.MEASURE, Duty.SYNC, Duty.DRAIN):
            await queue.defer(Ticket(account="one", duty=duty))
        await worked(queue, do, until=lambda: not now and len(beside) > 0)
    assert beside
    assert all(Duty.MEASURE in pair for pair in beside)


@pytest.mark.parametrize("long", [Duty.SYNC, Duty.MEASURE, Duty.RECONCILE])
async def test_hints_and_values_wait_for_no_long_job_of_another_account_however_few_are_done_at_once(queued, long):
    begun, done = asyncio.Event(), []

    async def do(ticket: Ticket) -> None:
        if ticket.duty is long:
            begun.set()
            await asyncio.sleep(60)
        done.append(ticket.duty)

    async with opened(queued) as queue:
        await queue.defer(Ticket(account="one", duty=long))
        working = asyncio.create_task(worked(queue, do, at_once=1, until=lambda: len(done) == 2))
        await asyncio.wait_for(begun.wait(), 15)
        assert standing(queued).workers == 1
        await queue.defer(Ticket(account="two", duty=Duty.PUSH))
        await queue.defer(Ticket(account="three", duty=Duty.DRAIN))
        await working
    assert sorted(done) == [Duty.DRAIN, Duty.PUSH]


async def test_rounds_wait_for_no_figures_of_other_accounts_however_few_are_done_at_once(queued):
    counting, begun, done = asyncio.Event(), [], []

    async def do(ticket: Ticket) -> None:
        begun.append(ticket)
        if ticket.duty is Duty.MEASURE:
            counting.set()
            await asyncio.sleep(60)
        done.append(ticket.duty)

    async with opened(queued) as queue:
        for account in ("one", "two", "three"):
            await queue.defer(Ticket(account=account, duty=Duty.MEASURE))
        working = asyncio.create_task(worked(queue, do, at_once=1, until=lambda: bool(done)))
        await asyncio.wait_for(counting.wait(), 15)
        await queue.defer(Ticket(account="four", duty=Duty.SYNC))
        await working
    assert done == [Duty.SYNC]
    assert [ticket.duty for ticket in begun] == [Duty.MEASURE, Duty.SYNC]


async def test_workers_are_counted_one_by_one_also_beside_some_of_a_version_that_has_a_single_lane(queued):
    async def do(_: Ticket) -> None:
        return None

    for _ in range(3):
        run(queued, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert standing(queued).workers == 3
    counts, everyone = set(), (3 + 2, 3 + 2 * len(Lane))

    def counted() -> bool:
        counts.add((standing(queued).workers, run(queued, "SELECT count(*) FROM procrastinate_workers")[0][0]))
        return everyone in counts

    async with opened(queued) as queue, opened(queued) as other:
        await asyncio.gather(*(worked(one, do, until=counted) for one in (queue, other)))
    assert everyone in counts
    assert standing(queued).workers == 3


async def test_a_repetition_that_waits_for_its_time_holds_up_nothing_that_comes_first(queued):
    done = []

    async def do(ticket: Ticket) -> None:
        done.append(ticket.duty)

    async with opened(queued) as queue:
        await queue.defer(Ticket(account="one", duty=Duty.SYNC, attempt=1, wait=600.0))
        await queue.defer(Ticket(account="one", duty=Duty.PRUNE))
        await worked(queue, do, until=lambda: bool(done))
    assert done == [Duty.PRUNE]
    found = standing(queued)
    assert found.waiting == {"sync": 1}
    assert found.oldest is None


async def test_a_job_of_a_worker_that_fell_silent_goes_back_and_is_given_up_in_the_end(queued):
    async with opened(queued) as queue:
        await queue.defer(SYNC)
        for rescues in range(MOST_RESCUES + 1):
            run(queued, "INSERT INTO procrastinate_workers DEFAULT VALUES")
            taken = "SELECT id FROM procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))"
            assert run(queued, taken) != [(None,)]
            assert await queue.rescue() == []
            run(queued, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '9 seconds'")
            [found] = await queue.rescue()
            assert found.goes_back is (rescues < MOST_RESCUES)
        assert await queue.rescue() == []
        assert standing(queued).failed == {"sync": 1}
        run(queued, "UPDATE procrastinate_events SET at = at - interval '25 hours'")
        await queue.forget_old()
    assert standing(queued).failed == {}


async def test_a_lost_job_gives_way_to_one_of_its_kind_that_waits(queued):
    async with opened(queued) as queue:
        await queue.defer(SYNC)
        run(queued, "SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)")
        await queue.defer(SYNC)
        [found] = await queue.rescue()
        assert found.goes_back
    assert standing(queued).waiting == {"sync": 1}
    assert standing(queued).running == {}


async def test_a_job_that_is_broken_off_may_put_its_like_into_the_queue(queued):
    begun = asyncio.Event()

    async with opened(queued) as queue:

        async def do(ticket: Ticket) -> None:
            begun.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await queue.defer(ticket)
                raise

        await queue.defer(SYNC)
        await worked(queue, do, until=begun.is_set)
    found = standing(queued)
    assert (found.waiting, found.running, found.failed) == ({"sync": 1}, {}, {"sync": 1})


_REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
CREATE TRIGGER refusing BEFORE UPDATE OR DELETE ON procrastinate_jobs
FOR EACH ROW WHEN (OLD.status = 'doing') EXECUTE FUNCTION refuse()
"""


async def test_a_worker_whose_job_could_not_be_noted_as_done_begins_anew_so_that_another_may_have_it(queued):
    done = []

    async def do(ticket: Ticket) -> None:
        done.append(ticket)
        await asyncio.to_thread(run, queued, _REFUSING)

    async with opened(queued) as queue:
        await queue.defer(SYNC)
        with pytest.raises(Unavailable):
            await asyncio.wait_for(queue.work(do, at_once=4, patience=1.0), 30)
        run(queued, "DROP TRIGGER refusing ON procrastinate_jobs")
        assert standing(queued).running == {"sync": 1}
        run(queued, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '9 seconds'")
        assert [one.goes_back for one in await queue.rescue()] == [True]
    assert standing(queued).waiting == {"sync": 1}
    assert done == [SYNC]


async def test_a_server_that_is_away_is_unavailable_and_its_address_is_not_told():
    away = "host=127.0.0.1 port=9 user=secretuser password=secretword connect_timeout=1"
    queue = Queue(away, patience=0.5)
    with pytest.raises(Unavailable) as refused:
        await asyncio.wait_for(queue.defer(SYNC), 20)
    assert "secret" not in f"{refused.value!r} {refused.value.hint}"
    assert refused.value.__cause__ is None
    await queue.close()


async def test_a_server_that_was_away_at_first_is_reached_once_it_is_there(own_postgres_server):
    store = open_store(own_postgres_server.url)
    store.upgrade()
    store.keep_queue()
    async with opened(store, patience=2.0) as queue:
        store.close()
        own_postgres_server.stop()
        with pytest.raises(Unavailable):
            await queue.defer(SYNC)
        own_postgres_server.start()
        assert await queue.defer(SYNC)
