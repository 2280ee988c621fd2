"""Roll-ups on contacts stand in for a feed; once the feed itself delivers, they would tell its facts a second time."""

import asyncio

from jobs.desk import Desk
from syncer.records import ActivityKind, Kind

#: The stream under which the mirror holds what roll-ups tell.
ROLLUPS = "rollups"


async def retire_standins(desk: Desk, feed: str) -> None:
    """Take back what roll-ups told in place of a feed that now delivered all it has."""
    kinds = {ActivityKind(one.kind) for one in desk.definitions.objects[Kind.CONTACT].rollups if one.feed == feed}
    if kinds:
        await asyncio.to_thread(_retire, desk, kinds)


def _retire(desk: Desk, kinds: set[ActivityKind]) -> None:
    with desk.store.commit() as unit:
        unit.mirror.archive_kinds(desk.name, ROLLUPS, kinds, desk.clock())
