"""The full compare: every record that the CRM lists against the mirror, ids and content, mended the way of a pull."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence

from jobs.budget.parking import refuse_at_rest
from jobs.counts import PullCount
from jobs.desk import Desk, Portal
from jobs.names import MENDED, RECONCILE
from jobs.privacy.announced import carry_out
from jobs.pulling.absences import note_absent
from jobs.pulling.backfill import AT_ONCE, groups
from jobs.pulling.door import refuse_other_portal
from jobs.pulling.drift import ReconcileResult, StreamDrift
from jobs.pulling.holdings import holding_of
from jobs.pulling.intake import Intake
from jobs.pulling.look import look, refuse_unknown
from jobs.pulling.pull import guarded, without_resting
from jobs.pulling.reading import Reader
from jobs.pulling.standins import fed
from jobs.pulling.sweep import Orders, Sweep
from jobs.pulling.watermarks import never_read, read_watermark
from jobs.runs import Run, recorded_run, seconds_of
from syncer.moments import Millis

_NO_LIST = "an event feed: the CRM offers no full list to compare with"
_NO_IDS = "not compared: each round reads its list anew"
_NEVER_READ = "never read in full: syncer backfill"


async def reconcile_round(desk: Desk, *, streams: Sequence[str] = (), orders: Orders) -> ReconcileResult:
    """Compare the account's streams with the CRM and return what differs; mend it where that is ordered.

    Raises ConfigError where the token opens another portal than the one that the mirror holds.
    """
    refuse_unknown(desk, streams, key="--stream")
    with recorded_run(desk, RECONCILE[orders.apply]) as run:
        await refuse_at_rest(desk)
        await refuse_other_portal(desk, await desk.source.account())
        portal = await look(desk)
        count = PullCount(skipped={**portal.skipped, **await _skipped(desk, portal)}, halted=dict(portal.away))
        intake = Intake(desk=desk, portal=portal, reader=Reader(desk, portal, *await fed(desk, portal)), count=count)
        result = ReconcileResult(run=run.id, account=desk.name, applied=orders.apply)

        def of(stream: str) -> Awaitable[None]:
            return _sweep(intake, stream, orders, result)

        wanted = [name for name in portal.streams if name not in count.skipped and (not streams or name in streams)]
        for group in groups(desk, await without_resting(desk, wanted, count)):
            await guarded(group, of, count, at_once=AT_ONCE)
        if orders.apply and not streams:
            # Nobody reads what the token may not read: nothing of it waits for a compare.
            await asyncio.to_thread(_note_mended, desk, portal.skipped, desk.clock())
        _close(desk, run, result, count)
    result.seconds = seconds_of(run)
    return result


async def _sweep(intake: Intake, stream: str, orders: Orders, result: ReconcileResult) -> None:
    desk, holding, began = intake.desk, holding_of(intake.desk, stream), intake.desk.clock()
    if holding is None:
        return
    drift = result.streams[stream] = StreamDrift()
    watermark = await asyncio.to_thread(read_watermark, desk, stream) or Millis(0)
    sweep = Sweep(intake=intake, stream=stream, holding=holding, watermark=watermark, orders=orders, drift=drift)
    await sweep.run()
    if orders.apply:
        await asyncio.to_thread(carry_out, desk, stream)
        await note_absent(desk, stream)
        await asyncio.to_thread(_note_mended, desk, [stream], began)


def _note_mended(desk: Desk, streams: Iterable[str], began: Millis) -> None:
    with desk.store.commit() as unit:
        for stream in streams:
            unit.desk.keep_cursor(desk.name, stream, MENDED, str(began))


async def _skipped(desk: Desk, portal: Portal) -> dict[str, str]:
    fresh = dict.fromkeys(await never_read(desk, portal.streams), _NEVER_READ)
    unlisted = {name: _NO_IDS for name in portal.streams if holding_of(desk, name) is None}
    return {**fresh, **unlisted, **dict.fromkeys(portal.feeds, _NO_LIST)}


def _close(desk: Desk, run: Run, result: ReconcileResult, count: PullCount) -> None:
    result.skipped, result.halted = count.skipped, count.halted
    for stream, drift in result.streams.items():
        drift.api_calls = desk.source.usage.calls.get(stream, 0)
    run.status = "halted" if result.halted else "done"
    run.counts.update(result.sums())
    run.counts["streams"] = {stream: drift.counts() for stream, drift in result.streams.items()}
