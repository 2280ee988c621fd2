"""Prune: what has had its time goes, past figures stay, and what went does not come back as new."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import structlog
from msgspec.structs import replace

from jobs.desk import Desk
from jobs.names import WINDOW, rules_for
from jobs.privacy.forget import Eraser, made, maker_of, new_id, wipe
from jobs.privacy.retention import RetentionFile
from jobs.pulling.reading import Batch
from syncer.agreement import Agreement
from syncer.moments import DAY, Millis
from syncer.privacy import Told, Tombstoner, reduced
from syncer.records import ActivityKind
from syncer.store import EXPIRED, Erasure, Unit

_log = structlog.get_logger()

_WEB = frozenset({ActivityKind.PAGE_VIEW, ActivityKind.EMAIL_CLICK})
#: Milliseconds of a month, as retention counts.
MONTH = 30.4375 * DAY
#: How long ago the CRM must have been read, by its clock, for the nightly prune: a clock that is years ahead erases.
_CONFIRMED_WITHIN = 7 * DAY
#: Prospects of one run: each is looked for in every place, and the account is held meanwhile.
_MOST = 1_000


@dataclass(kw_only=True, slots=True)
class PruneCount:
    """What went."""

    account: str
    #: Web events that lost their address, in the mirror and in the ledger.
    web_events: int = 0
    evidence: int = 0
    prospects: int = 0
    #: Old values of what we wrote, replaced since.
    writes: int = 0
    runs: int = 0
    #: More prospects sleep than one run takes.
    more: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


def prune(eraser: Eraser, account: str, retention: RetentionFile, *, dry_run: bool = False) -> PruneCount:
    """Take out what had its time by `retention`; may be killed and repeated. A dry run counts and keeps nothing out."""
    count = PruneCount(account=account)
    with eraser.store.patient_lock(account):
        if dry_run:
            with eraser.store.rehearsal() as unit:
                _plain(unit, eraser, retention, count)
                count.prospects = len(_sleeping(unit, eraser, account, retention))
            return count
        with eraser.store.commit() as unit:
            run = unit.desk.begin_run(account, "prune", eraser.clock())
        with eraser.store.commit() as unit:
            _plain(unit, eraser, retention, count)
        _prospects(eraser, retention, count)
        with eraser.store.commit() as unit:
            unit.desk.end_run(run, eraser.clock(), "done", count.as_dict())
    wipe(eraser.store, eraser.clock)
    _log.info("pruned", **count.as_dict())
    return count


async def prune_desk(desk: Desk) -> None:
    """Prune an account of the daemon, unless nobody could say whether the machine's clock is right."""
    if desk.keeping is None:
        return
    if await asyncio.to_thread(_is_doubtful, desk):
        _log.error("prune_put_off", account=desk.name)
        return
    eraser = Eraser(store=desk.store, keeping=desk.keeping, agreement=desk.agreement.agreement, clock=desk.clock)
    await asyncio.to_thread(prune, eraser, desk.name, desk.retention)


def _is_doubtful(desk: Desk) -> bool:
    """Say whether our clock is far from the last moment that the CRM's own clock confirmed: what goes is gone."""
    with desk.store.snapshot() as unit:
        windows = unit.desk.positions(desk.name, WINDOW)
    return bool(windows) and desk.clock() - max(map(int, windows.values())) > _CONFIRMED_WITHIN


def _plain(unit: Unit, eraser: Eraser, retention: RetentionFile, count: PruneCount) -> None:
    pruning, now = unit.pruning(count.account), eraser.clock()
    if retention.web_events is not None:
        before, least = cutoff(now, retention.web_events), least_of(eraser.agreement)
        count.web_events = pruning.web_activities(before, least)
        count.evidence = pruning.web_evidence(before, least)
    if retention.explanations is not None:
        drifting = rules_for(eraser.agreement).drifting
        count.writes = pruning.settled_writes(cutoff(now, retention.explanations), drifting)
    if retention.runs is not None:
        count.runs = pruning.old_runs(cutoff(now, retention.runs))


def _sleeping(unit: Unit, eraser: Eraser, account: str, retention: RetentionFile) -> Sequence[str]:
    if retention.inactive_prospects is None:
        return ()
    before = cutoff(eraser.clock(), retention.inactive_prospects)
    return unit.pruning(account).sleeping(before, _MOST)


def _prospects(eraser: Eraser, retention: RetentionFile, count: PruneCount) -> None:
    """Erase sleeping prospects one by one; their tombstones fall when they act again."""
    with eraser.store.snapshot() as unit:
        ids = _sleeping(unit, eraser, count.account, retention)
    stones = maker_of(eraser) if ids else Tombstoner(())
    erasure_id = new_id(eraser.clock())
    for id_ in ids:
        _expire(eraser, stones, count.account, id_, erasure_id)
        count.prospects += 1
    count.more = len(ids) == _MOST


def _expire(eraser: Eraser, stones: Tombstoner, account: str, id_: str, erasure_id: str) -> None:
    with eraser.store.snapshot() as unit:
        person = unit.privacy.person(account, id_)
    erasure = Erasure(
        id=erasure_id,
        account=account,
        at=eraser.clock(),
        actor="retention",
        reason=EXPIRED,
        key_id=stones.key_ids[0],
        tombstones=stones.newest(account, person.ids, person.addresses),
    )
    made(eraser, erasure, person)


def cutoff(now: int, months: int) -> Millis:
    """Return the first moment that may stay."""
    return Millis(now - round(months * MONTH))


def least_of(
    agreement: Agreement,
) -> Callable[[str, str | None, str | None, str | None], tuple[str | None, str | None]]:
    """Return what is left of a web event's subject and asset."""
    return lambda kind, subject, asset, outcome: reduced(agreement.events, kind, Told(subject, asset), outcome)


def reduce_old(desk: Desk, batch: Batch) -> None:
    """Reduce web events of a batch that have had their time: what was pruned comes in as it was left."""
    months = desk.retention.web_events
    if months is None:
        return
    before, events = cutoff(desk.clock(), months), desk.agreement.agreement.events
    for place, one in enumerate(batch.activities):
        if one.kind in _WEB and one.occurred_at < before:
            left = reduced(events, one.kind.value, Told(one.subject, one.asset), one.outcome)
            batch.activities[place] = replace(one, subject=left.subject, asset=left.asset)
