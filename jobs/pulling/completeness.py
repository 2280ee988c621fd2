"""Proof of completeness after a full pull: the portal says N, the store holds N, and why where they differ.

The full list itself is the truth: every id that it named is looked for in the store. Search's total is a second
witness and a doubtful one, since its index lags; only where it knows many more was the list cut off without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from jobs.desk import Desk
from jobs.pulling.holdings import holding_of
from syncer.errors import PreconditionFailed, RecordError, StreamError, TransientError
from syncer.store import Holding, Unit

_TALLY = "backfill_tally"
#: What search may count beyond a list: records made or archived meanwhile. So many, or one in so many that were listed.
_LAGGING, _LAGGING_SHARE = 10, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamProof:
    """One stream after its full pull."""

    #: Ids that the full list named, over all the runs that the pull took.
    listed: int
    #: Live records in the store.
    held: int
    #: What search counts, None where it does not or could not; it proves nothing by itself.
    search_total: int | None
    #: Every listed record is held or has nothing to hold, nothing is held beyond the list, and search knows few more.
    complete: bool
    reasons: tuple[str, ...]


class Tally(NamedTuple):
    """What a full pull has counted so far, over all the runs that it takes."""

    #: Ids that the list named, without those of forgotten people.
    listed: int
    #: Those that the store held when they were listed.
    kept: int
    forgotten: int = 0
    #: The id that was listed last: a list that goes on from its cursor may name it again.
    last: str = ""


def begin_tally(unit: Unit, account: str, stream: str) -> None:
    """Begin to count at nothing."""
    unit.desk.keep_cursor(account, stream, _TALLY, "[0,0,0]")


def tally(unit: Unit, desk: Desk, stream: str, ids: Sequence[str], *, forgotten: int) -> None:
    """Count listed ids, those of them that the store holds now, and who is left out, in the commit that keeps them."""
    before = tallied(unit, desk, stream)
    new = [one for one in dict.fromkeys(ids) if one != before.last]
    kept = before.kept + unit.reconcile.count_among(desk.name, _holding(desk, stream), new)
    last = ids[-1] if ids else before.last
    after = Tally(before.listed + len(new), kept, before.forgotten + forgotten, last)
    unit.desk.keep_cursor(desk.name, stream, _TALLY, orjson.dumps(tuple(after)).decode())


def is_short(desk: Desk, stream: str, search_total: int | None) -> bool:
    """Return whether search knows so many more than were listed that the list may have ended without a word."""
    with desk.store.snapshot() as unit:
        listed, _, forgotten, _ = tallied(unit, desk, stream)
    return _unlisted(search_total, listed + forgotten) > 0


def lacks_any(desk: Desk, stream: str, search_total: int) -> bool:
    """Return whether search knows of more than were listed, be it by one."""
    with desk.store.snapshot() as unit:
        listed, _, forgotten, _ = tallied(unit, desk, stream)
    return search_total > listed + forgotten


async def searched(desk: Desk, stream: str) -> int | None:
    """Return how many live records search counts, None where it does not or could not say."""
    # The pull is done: a witness that cannot be heard does not undo it.
    try:
        return await desk.source.total(stream)
    except (StreamError, TransientError, PreconditionFailed, RecordError):
        return None


def proof_of(desk: Desk, stream: str, search_total: int | None) -> StreamProof:
    """Return how a stream stands at the end of its full pull; costs no call."""
    with desk.store.snapshot() as unit:
        listed, kept, forgotten, _ = tallied(unit, desk, stream)
        holding = holding_of(desk, stream)
        held = kept if holding is None else unit.reconcile.count(desk.name, holding)
        unreadable = min(_unreadable(unit, desk, stream), listed - kept)
    absent = listed - kept - unreadable
    is_sparse = stream in desk.definitions.answers or stream in desk.definitions.costs
    lost = 0 if is_sparse else absent
    beyond = held - kept
    unlisted = _unlisted(search_total, listed + forgotten)
    reasons = (
        (unreadable, "cannot be read: syncer dead-letters"),
        (absent - lost, "carry nothing to hold"),
        (lost, "listed and not held: syncer reconcile --apply"),
        (beyond, "held and no longer listed: syncer reconcile tells archived, deleted and merged apart"),
        (-beyond, "held and live no more: merged or archived meanwhile, or lost: syncer reconcile"),
        (unlisted, "more are found by search than were listed: syncer reconcile --apply reads the list anew"),
    )
    return StreamProof(
        listed=listed,
        held=held,
        search_total=search_total,
        complete=not (unreadable or lost or beyond or unlisted),
        reasons=tuple(f"{number:,} {words}" for number, words in reasons if number > 0),
    )


def _unreadable(unit: Unit, desk: Desk, stream: str) -> int:
    letters = unit.desk.dead_letters(desk.name)
    ids = {one.record_id for one in letters if one.stream == stream and not one.is_write}
    return len(ids) - unit.reconcile.count_among(desk.name, _holding(desk, stream), ids)


def _unlisted(search_total: int | None, listed: int) -> int:
    """Return how many more search knows, where they are more than its lag explains."""
    more = 0 if search_total is None else search_total - listed
    return more if more > max(_LAGGING, listed // _LAGGING_SHARE) else 0


def tallied(unit: Unit, desk: Desk, stream: str) -> Tally:
    """Return what a full pull has counted so far."""
    return Tally(*orjson.loads(unit.desk.cursor(desk.name, stream, _TALLY) or "[0,0]"))


def _holding(desk: Desk, stream: str) -> Holding:
    return holding_of(desk, stream) or Holding(table="costs")
