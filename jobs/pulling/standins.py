"""Roll-ups on contacts stand in for a feed that is not read, and for one that is read no more from its end on.

Beside a feed that delivers they would tell its facts a second time.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from jobs.desk import Desk, Portal
from jobs.names import WINDOW
from jobs.pulling.look import tried
from jobs.pulling.watermarks import LAG, with_watermark
from syncer.errors import MissingScope
from syncer.moments import Millis
from syncer.records import ActivityKind, Kind
from syncer.store import Unit

#: The stream under which the mirror holds what roll-ups tell.
ROLLUPS = "rollups"
#: Kind of the positions that say up to when a feed told what happened that is read no more.
_ENDED = "ended"


async def fed(desk: Desk, portal: Portal) -> tuple[Collection[str], Mapping[str, Millis]]:
    """Return the feeds and streams beside which no roll-up stands in, and up to when others told what happened.

    What the account does not have any more, or leaves out, has come to its end.
    """
    ended = await note_ended(desk, {*_fed_by(desk)} - {*portal.streams, *portal.feeds, *portal.away})
    known = await with_watermark(desk, (*portal.feeds, *portal.streams))
    return [name for name in known if name not in ended], ended


def has_standin(desk: Desk, feed: str) -> bool:
    """Return whether roll-ups can stand in for a feed or stream: whether it may be read is then asked first."""
    return feed in _fed_by(desk)


async def out_of_reach(desk: Desk, portal: Portal, streams: Collection[str]) -> Mapping[str, str]:
    """Return which of some streams the token may not read though roll-ups could stand in, with the reason."""
    answers = {name: await tried(desk, portal, name) for name in _fed_by(desk) if name in streams}
    return {name: error.hint or error.message for name, error in answers.items() if isinstance(error, MissingScope)}


async def note_ended(desk: Desk, gone: Collection[str]) -> Mapping[str, Millis]:
    """Note which feeds are read no more, and return all that are not, with the moment up to which they told.

    Contacts that changed since are read once more: from then on their roll-ups stand in.
    """
    read_no_more = [name for name in _fed_by(desk) if name in gone]
    return await asyncio.to_thread(_note_ended, desk, read_no_more)


async def retire_standins(desk: Desk, feeds: Collection[str]) -> None:
    """Take back what roll-ups told in place of feeds that now delivered all they have, at first or after an end."""
    kinds = {feed: found for feed, found in _fed_by(desk).items() if feed in feeds}
    if kinds:
        await asyncio.to_thread(_retire, desk, kinds)


def _fed_by(desk: Desk) -> Mapping[str, Collection[ActivityKind]]:
    """Return by feed which kinds of activity roll-ups tell in its place."""
    found: dict[str, set[ActivityKind]] = {}
    for one in desk.definitions.objects[Kind.CONTACT].rollups:
        found.setdefault(one.feed, set()).add(ActivityKind(one.kind))
    return found


def _note_ended(desk: Desk, gone: Sequence[str]) -> Mapping[str, Millis]:
    with desk.store.snapshot() as unit:
        ended = _ended(unit, desk)
        read_to = {feed: unit.desk.cursor(desk.name, feed, WINDOW) for feed in gone if feed not in ended}
    new = {feed: Millis(int(at)) for feed, at in read_to.items() if at is not None}
    if new:
        with desk.store.commit() as unit:
            for feed, at in new.items():
                unit.desk.keep_cursor(desk.name, feed, _ENDED, str(at + LAG))
            _read_again(unit, desk, min(new.values()))
    return {**ended, **{feed: Millis(at + LAG) for feed, at in new.items()}}


def _ended(unit: Unit, desk: Desk) -> Mapping[str, Millis]:
    known, fed_by = unit.desk.positions(desk.name, _ENDED), _fed_by(desk)
    return {feed: Millis(int(at)) for feed, at in known.items() if feed in fed_by}


def _read_again(unit: Unit, desk: Desk, since: Millis) -> None:
    read_to = unit.desk.cursor(desk.name, Kind.CONTACT, WINDOW)
    if read_to is not None and int(read_to) > since:
        unit.desk.keep_cursor(desk.name, Kind.CONTACT, WINDOW, str(since))


def _retire(desk: Desk, kinds: Mapping[str, Collection[ActivityKind]]) -> None:
    with desk.store.commit() as unit:
        for feed, of_feed in kinds.items():
            unit.mirror.archive_kinds(desk.name, ROLLUPS, of_feed, desk.clock())
            unit.desk.drop_cursor(desk.name, feed, _ENDED)
