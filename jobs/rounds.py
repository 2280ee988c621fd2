"""Whole rounds: backfill and sync as one run each, from pull to push, and the result that the CLI prints."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field

from jobs.budget.parking import by_day, refuse_at_rest
from jobs.counts import PullCount, StreamCount
from jobs.deciding.derive import DeriveCount, derive
from jobs.desk import Desk, Portal, Seat
from jobs.figures.freezing import Frozen, freeze_days
from jobs.names import SYNC
from jobs.pulling.backfill import backfill
from jobs.pulling.completeness import StreamProof
from jobs.pulling.door import sure_of_portal
from jobs.pulling.look import look, refuse_unknown
from jobs.pulling.pull import pull
from jobs.pulling.watermarks import never_delivered, never_read
from jobs.pulling.ways import Way
from jobs.runs import Run, recorded_run, seconds_of
from jobs.writing.plan import Plan, plan
from jobs.writing.push import PushCount, push
from syncer.records import Kind

#: Status of a run that the end of the account's day kept from its end, or from its beginning.
PARKED = "parked"


@dataclass(kw_only=True, slots=True)
class RoundResult:
    """What a backfill or a sync did: the JSON of design.md §5, and what the exit code depends on."""

    run: str
    account: str
    streams: dict[str, StreamCount] = field(default_factory=dict)
    derived: int = 0
    planned: int = 0
    written: int = 0
    unchanged: int = 0
    failed: int = 0
    conflicts: int = 0
    #: Values written, by property.
    properties: dict[str, int] = field(default_factory=dict)
    #: Notes and tasks put into the CRM: hand-over cards and proposals.
    notices: int = 0
    #: By stream that was read in full: the portal says N, the store holds N.
    proof: dict[str, StreamProof] = field(default_factory=dict)
    #: By stream that was read in full: by its list or by an export, and the numbers that spoke for it.
    ways: dict[str, Way] = field(default_factory=dict)
    buried: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    halted: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    #: The account's day is spent: why, and until when nothing is asked of it. What was to be done waits.
    parked: dict[str, object] | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


async def backfill_round(desk: Desk, *, streams: Sequence[str] = (), restart: bool = False) -> RoundResult:
    """Pull everything and derive; nothing is written to the CRM."""
    refuse_unknown(desk, streams, key="--stream")

    async def work(result: RoundResult) -> None:
        portal = await look(desk, afresh=True)
        _pulled(result, await backfill(desk, portal, streams=streams, restart=restart))

    with recorded_run(desk, "backfill") as run:
        result = await _by_day(desk, run, work)
        result.derived = (await derive(desk)).contacts
        _close(run, result)
    return _timed(run, result)


async def sync_round(desk: Desk, *, force: bool = False) -> RoundResult:
    """One incremental round: pull, derive, plan, push. A stream that was never read is read in full first."""

    async def work(result: RoundResult) -> None:
        portal = await look(desk)
        _pulled(result, await read_changes(desk, portal))
        result.derived += (await derive(desk)).contacts
        if desk.account.write_back:
            planned = await plan(desk, portal, run=result.run, force=force, halted=result.halted)
            _planned(result, planned)
            pushed = PushCount(account=desk.name)
            try:
                await push(desk, pushed)
            finally:
                _pushed(result, pushed)

    with recorded_run(desk, SYNC) as run:
        result = await _by_day(desk, run, work)
        if result.parked:
            # Decisions fall due by the clock too, and need no call.
            result.derived += (await derive(desk)).contacts
        _close(run, result)
    return _timed(run, result)


async def _by_day(desk: Desk, run: Run, work: Callable[[RoundResult], Awaitable[None]]) -> RoundResult:
    """Return what the work did until it was done, or until the account's day was spent; while that lasts, nothing.

    Where it fails, the run counts what was done before.
    """
    result = RoundResult(run=run.id, account=desk.name)
    try:
        rest = await by_day(desk, lambda: work(result))
    except BaseException:
        _close(run, result)
        raise
    result.parked = None if rest is None else rest.as_dict()
    return result


async def dry_round(desk: Desk, *, force: bool = False) -> Plan:
    """Pull, derive and return the plan; nothing goes to the outbox or the CRM."""
    with recorded_run(desk, "sync --dry-run") as run:
        await refuse_at_rest(desk)
        portal = await look(desk)
        halted = (await read_changes(desk, portal)).halted
        await derive(desk)
        return await plan(desk, portal, run=run.id, force=force, keep=False, halted=halted)


async def read_changes(desk: Desk, portal: Portal, *, streams: Sequence[str] = ()) -> PullCount:
    """Read what changed; streams that were never read are backfilled first."""
    fresh = [name for name in await never_read(desk, portal.streams) if not streams or name in streams]
    if fresh:
        # Feeds go first, so that roll-ups on contacts need not stand in for them.
        fresh += [name for name in await never_delivered(desk, portal) if not streams or name in streams]
    first = await backfill(desk, portal, streams=fresh) if fresh else PullCount()
    count = await pull(desk, portal, streams=streams, without=fresh, overlap=desk.overlap)
    count.streams |= first.streams
    count.skipped |= first.skipped
    count.halted |= first.halted
    count.proof |= first.proof
    count.ways |= first.ways
    count.with_calls(desk.source.usage.calls)
    return count


async def pull_round(desk: Desk, *, streams: Sequence[str] = ()) -> RoundResult:
    """Read what changed, and nothing else."""
    refuse_unknown(desk, streams, key="--stream")

    async def work(result: RoundResult) -> None:
        _pulled(result, await read_changes(desk, await look(desk), streams=streams))

    with recorded_run(desk, "pull") as run:
        result = await _by_day(desk, run, work)
        _close(run, result)
    return _timed(run, result)


async def derive_round(desk: Seat, *, full: bool) -> DeriveCount:
    """Decide anew, and nothing else."""
    with recorded_run(desk, "derive") as run:
        count = await derive(desk, full=full)
        run.counts.update(asdict(count))
    return count


async def plan_round(desk: Desk, *, full: bool, force: bool) -> Plan:
    """Fill the outbox, and nothing else."""
    with recorded_run(desk, "plan") as run:
        planned = await plan(desk, await look(desk), run=run.id, full=full, force=force)
        run.counts.update(planned=len(planned.rows))
    return planned


async def push_round(desk: Desk) -> PushCount:
    """Empty the outbox, and nothing else."""
    count = PushCount(account=desk.name)

    async def work() -> None:
        await sure_of_portal(desk)
        await push(desk, count)

    with recorded_run(desk, "push") as run:
        try:
            rest = await by_day(desk, work)
        finally:
            run.counts.update(written=count.written, unchanged=count.unchanged, failed=count.failed)
            run.counts.update(notices=count.notices.created + count.notices.found)
        if rest is not None:
            count.parked = rest.as_dict()
            run.status = PARKED
    return count


async def freeze_round(desk: Desk) -> Frozen:
    """Freeze the pipeline of the days that are over, and nothing else."""
    with recorded_run(desk, "freeze") as run:
        frozen = await _freeze(desk)
        run.counts.update(frozen_days=frozen.days, deals=frozen.deals)
    return frozen


async def _freeze(desk: Desk) -> Frozen:
    return await asyncio.to_thread(freeze_days, desk.store, desk.agreement, desk.name, desk.clock())


def _pulled(result: RoundResult, pulled: PullCount) -> None:
    result.streams = pulled.streams
    result.skipped = pulled.skipped
    result.halted = pulled.halted
    result.proof = pulled.proof
    result.ways = pulled.ways
    result.buried = sum(one.buried for one in pulled.streams.values())


def _planned(result: RoundResult, planned: Plan) -> None:
    result.planned = len(planned.rows)
    result.problems = planned.problems


def _pushed(result: RoundResult, pushed: PushCount) -> None:
    result.written = pushed.written
    result.properties = pushed.properties
    result.unchanged = pushed.unchanged
    result.failed = pushed.failed
    result.conflicts = pushed.conflicts
    result.notices = pushed.notices.created + pushed.notices.found
    result.failed += pushed.notices.failed


def _close(run: Run, result: RoundResult) -> None:
    if result.parked:
        run.status = PARKED
    elif result.halted:
        run.status = "halted"
    if lacking := {stream: why for stream, why in result.skipped.items() if stream in set(Kind)}:
        run.counts["lacking"] = lacking
    if result.proof:
        run.counts["proof"] = {stream: asdict(one) for stream, one in result.proof.items()}
    run.counts.update(
        read=sum(one.read for one in result.streams.values()),
        created=sum(one.created for one in result.streams.values()),
        updated=sum(one.updated for one in result.streams.values()),
        derived=result.derived,
        planned=result.planned,
        written=result.written,
        notices=result.notices,
        failed=result.failed,
        conflicts=result.conflicts,
        buried=result.buried,
    )


def _timed(run: Run, result: RoundResult) -> RoundResult:
    result.seconds = seconds_of(run)
    return result
