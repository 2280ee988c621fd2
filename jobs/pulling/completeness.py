"""Proof of completeness after a full pull: the portal says N, the store holds N, and why where they differ.

The full list itself is the truth: every id that it named is looked for in the store. Search's total is a second
witness and a doubtful one, since its index lags.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from jobs.desk import Desk
from jobs.pulling.holdings import holding_of
from syncer.errors import PreconditionFailed, RecordError, StreamError, TransientError
from syncer.store import Holding, Unit

_TALLY = "backfill_tally"


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamProof:
    """One stream after its full pull."""

    #: Ids that the full list named, over all the runs that the pull took.
    listed: int
    #: Live records in the store.
    held: int
    #: What search counts, None where it does not or could not; it proves nothing.
    search_total: int | None
    #: Every listed record is held or has nothing to hold, and nothing is held beyond the list.
    complete: bool
    reasons: tuple[str, ...]


def begin_tally(unit: Unit, account: str, stream: str) -> None:
    """Begin to count at nothing."""
    unit.desk.keep_cursor(account, stream, _TALLY, "[0,0]")


def tally(unit: Unit, desk: Desk, stream: str, ids: Sequence[str]) -> None:
    """Count listed ids, and those of them that the store holds now, in the commit that keeps them."""
    listed, kept = tallied(unit, desk, stream)
    kept += len(unit.reconcile.live(desk.name, _holding(desk, stream), ids))
    unit.desk.keep_cursor(desk.name, stream, _TALLY, orjson.dumps((listed + len(ids), kept)).decode())


async def prove(desk: Desk, stream: str) -> StreamProof:
    """Return how a stream stands at the end of its full pull; costs one search and no list call."""
    search_total = await _searched(desk, stream)
    return await asyncio.to_thread(_proof, desk, stream, search_total)


async def _searched(desk: Desk, stream: str) -> int | None:
    # The pull is done: a witness that cannot be heard does not undo it.
    try:
        return await desk.source.total(stream)
    except (StreamError, TransientError, PreconditionFailed, RecordError):
        return None


def _proof(desk: Desk, stream: str, search_total: int | None) -> StreamProof:
    with desk.store.snapshot() as unit:
        listed, kept = tallied(unit, desk, stream)
        holding = holding_of(desk, stream)
        held = kept if holding is None else unit.reconcile.count(desk.name, holding)
        unreadable = min(_unreadable(unit, desk, stream), listed - kept)
    absent = listed - kept - unreadable
    is_sparse = stream in desk.definitions.answers or stream in desk.definitions.costs
    lost = 0 if is_sparse else absent
    beyond = held - kept
    reasons = (
        (unreadable, "cannot be read: syncer dead-letters"),
        (absent - lost, "carry nothing to hold"),
        (lost, "listed and not held: syncer reconcile --apply"),
        (beyond, "held and no longer listed: syncer reconcile tells archived, deleted and merged apart"),
        (-beyond, "held and live no more: merged or archived meanwhile, or lost: syncer reconcile"),
    )
    return StreamProof(
        listed=listed,
        held=held,
        search_total=search_total,
        complete=not unreadable and not lost and not beyond,
        reasons=tuple(f"{number:,} {words}" for number, words in reasons if number > 0),
    )


def _unreadable(unit: Unit, desk: Desk, stream: str) -> int:
    letters = unit.desk.dead_letters(desk.name)
    ids = {one.record_id for one in letters if one.stream == stream and not one.is_write}
    return len(ids) - len(unit.reconcile.live(desk.name, _holding(desk, stream), ids))


def tallied(unit: Unit, desk: Desk, stream: str) -> tuple[int, int]:
    """Return how many ids a full pull has listed so far, and how many of them the store held."""
    listed, kept = orjson.loads(unit.desk.cursor(desk.name, stream, _TALLY) or "[0,0]")
    return listed, kept


def _holding(desk: Desk, stream: str) -> Holding:
    return holding_of(desk, stream) or Holding(table="costs")
