"""Where the mirror holds a stream."""

from jobs.desk import Desk
from syncer.records import Kind
from syncer.store import Holding


def holding_of(desk: Desk, stream: str) -> Holding | None:
    """Return where the mirror holds a stream's records; None for costs, whose table the agreement's own lines share."""
    if stream in set(Kind):
        return Holding(table=stream)
    if stream in desk.definitions.activities:
        return Holding(table="activities", stream=stream)
    if stream in desk.definitions.stories:
        return Holding(table="stories", stream=stream)
    return Holding(table="answers") if stream in desk.definitions.answers else None
