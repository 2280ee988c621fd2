"""Drains the inbox of one account: reads what hints name, decides anew and writes back, all within seconds."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby

import structlog

from jobs.budget.parking import by_day
from jobs.counts import PullCount
from jobs.deciding.derive import derive
from jobs.desk import Desk, Portal
from jobs.health.silence import note_arrivals
from jobs.names import DRAIN
from jobs.pulling.intake import Intake
from jobs.pulling.look import look
from jobs.pulling.pull import without_resting
from jobs.pulling.reading import Reader
from jobs.pulling.standins import fed
from jobs.pulling.watermarks import never_read
from jobs.rounds import PARKED
from jobs.runs import recorded_run, seconds_of
from jobs.serving.breaker import end_pause
from jobs.webhooks.hinted import look_into
from jobs.webhooks.keeping import Outcome
from jobs.writing.plan import plan
from jobs.writing.push import push
from syncer.errors import StreamError, SyncerError, TransientError
from syncer.moments import DAY, SECOND, Millis
from syncer.records import Kind
from syncer.store import Waiting

_log = structlog.get_logger()

#: Hints of one drain, looked at together; those that failed once, and those that failed again, fewer at a time.
_MOST = 1_000
_PORTIONS = (_MOST, 25, 1)
#: After so many failures a hint waits for a person; its record comes with the rounds all the same.
MOST_ATTEMPTS = 5
#: A message may be repeated for a day, or for as long as a receiver was away; then nobody needs to know it any more.
_KEPT_FOR = 3 * DAY


@dataclass(kw_only=True, slots=True)
class DrainResult:
    """What a drain did."""

    run: str
    account: str
    #: Hints whose records were looked at.
    looked_at: int = 0
    given_up: int = 0
    read: int = 0
    derived: int = 0
    planned: int = 0
    written: int = 0
    failed: int = 0
    conflicts: int = 0
    #: Hints left: of streams that cannot be read now, or of an account that was never read in full.
    waiting: int = 0
    #: Seconds from the oldest hint until what followed was written; None where nothing was.
    behind: float | None = None
    halted: dict[str, str] = field(default_factory=dict)
    parked: dict[str, object] | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


async def drain_round(desk: Desk) -> DrainResult | None:
    """Look into the hints that wait and write back what follows; None where none waits.

    Hints that fail come again with ever fewer others, so that one holds up nobody, and become dead letters in the end.
    What fails for other reasons, such as a CRM that is away, is not the hints' fault and counts for nothing.
    """
    oldest = await asyncio.to_thread(_oldest, desk)
    if oldest is None:
        return None
    with recorded_run(desk, DRAIN) as run:
        result = DrainResult(run=run.id, account=desk.name)
        rest = await by_day(desk, lambda: _drain(desk, result))
        if rest is not None:
            result.parked = rest.as_dict()
            run.status = PARKED
        result.waiting = await asyncio.to_thread(_close, desk)
        names = ("looked_at", "given_up", "read", "derived", "planned", "written", "failed", "conflicts", "waiting")
        if result.written:
            result.behind = run.counts["behind"] = max(0, desk.clock() - oldest) / SECOND
        run.counts.update({name: getattr(result, name) for name in names})
    result.seconds = seconds_of(run)
    if result.looked_at:
        await asyncio.to_thread(end_pause, desk.store, desk.name, desk.clock())
    if run.status == "done" and not result.planned:
        await asyncio.to_thread(_forget, desk, run.id)
    return result


async def _drain(desk: Desk, result: DrainResult) -> None:
    portal = await look(desk)
    if set(Kind).intersection(await never_read(desk, portal.streams)):
        # A first full pull reads it all, and decisions on a part of the facts would be wrong.
        return
    intake = Intake(desk=desk, portal=portal, reader=Reader(desk, portal, *await fed(desk, portal)), count=PullCount())
    waiting = await _readable(intake, await asyncio.to_thread(_waiting, desk))
    fresh = [one for one in waiting if one.attempts == 0]
    await _take(intake, fresh, result)
    await _write_back(intake, result)
    suspects = [one for one in waiting if 0 < one.attempts < MOST_ATTEMPTS]
    for portion in _portions(suspects):
        await _take(intake, portion, result)
    if suspects:
        await _write_back(intake, result)
    for one in waiting[len(fresh) + len(suspects) :]:
        await asyncio.to_thread(_give_up, desk, one)
        result.given_up += 1
    result.halted = intake.count.halted
    await asyncio.to_thread(note_arrivals, desk.store, desk.name, intake.count.bringing, desk.clock())


def _portions(suspects: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
    """Yield hints that failed before: those that failed once apart from those that failed again."""
    for attempts, of in groupby(suspects, key=lambda one: min(one.attempts, len(_PORTIONS) - 1)):
        hints = list(of)
        for start in range(0, len(hints), _PORTIONS[attempts]):
            yield hints[start : start + _PORTIONS[attempts]]


async def _readable(intake: Intake, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """Return the hints whose streams can be read now: where the association calls of a day are spent, few can."""
    streams = list(dict.fromkeys(one.stream for one in waiting))
    chosen = set(await without_resting(intake.desk, streams, intake.count))
    return [one for one in waiting if one.stream in chosen]


async def _take(intake: Intake, hints: Sequence[Waiting], result: DrainResult) -> None:
    """Look into hints, each attempt counted before it is made."""
    if not hints:
        return
    desk, ids = intake.desk, [one.id for one in hints]
    await asyncio.to_thread(_claim, desk, ids)
    try:
        await look_into(intake, hints)
    except (TransientError, StreamError):
        await asyncio.to_thread(_release, desk, ids)
        raise
    except SyncerError as error:
        _log.error("hints_failed", hints=len(hints), reason=error.message, record=error.record)
        return
    result.looked_at += len(hints)
    result.read = sum(one.read for one in intake.count.streams.values())


async def _write_back(intake: Intake, result: DrainResult) -> None:
    desk: Desk = intake.desk
    portal: Portal = intake.portal
    result.derived += (await derive(desk)).contacts
    if not desk.account.write_back:
        return
    result.planned += len((await plan(desk, portal, run=result.run)).rows)
    pushed = await push(desk)
    result.written += pushed.written
    result.failed += pushed.failed
    result.conflicts += pushed.conflicts


def _waiting(desk: Desk) -> Sequence[Waiting]:
    with desk.store.snapshot() as unit:
        return unit.inbox.waiting(desk.name, _MOST)


def _oldest(desk: Desk) -> Millis | None:
    with desk.store.snapshot() as unit:
        return unit.inbox.standing(desk.name).oldest


def _claim(desk: Desk, ids: Sequence[str]) -> None:
    with desk.store.commit() as unit:
        unit.inbox.claim(desk.name, ids)


def _release(desk: Desk, ids: Sequence[str]) -> None:
    with desk.store.commit() as unit:
        unit.inbox.release(desk.name, ids)


def _give_up(desk: Desk, hint: Waiting) -> None:
    problems = (f"{hint.deed}: failed {hint.attempts} times, see hints_failed in the log",)
    with desk.store.commit() as unit:
        unit.inbox.give_up(desk.name, [hint.id], desk.clock())
        unit.inbox.count({(desk.name, Outcome.GIVEN_UP.value): 1}, desk.clock())
        unit.desk.bury(
            desk.name,
            hint.stream,
            hint.record_id,
            reason="a webhook could not be looked into",
            problems=problems,
            now=desk.clock(),
        )
    _log.warning("record_buried", stream=hint.stream, record=hint.record_id, problems=list(problems))


def _forget(desk: Desk, run: str) -> None:
    """Leave no trace of a drain that meant to write nothing: there may be one a second."""
    with desk.store.commit() as unit:
        unit.desk.drop_run(run)


def _close(desk: Desk) -> int:
    """Forget what was settled long ago and return how many hints wait."""
    with desk.store.commit() as unit:
        unit.inbox.prune(Millis(desk.clock() - _KEPT_FOR))
        return unit.inbox.standing(desk.name).waiting
