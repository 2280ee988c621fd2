"""Where a full pull of a stream stands: its cursor, and the moment before its first page."""

from jobs.completeness import begin_tally
from jobs.desk import Desk
from syncer.moments import Millis

_CURSOR, _BEGAN = "backfill", "backfill_began"


def begin(desk: Desk, stream: str, *, restart: bool) -> tuple[str | None, Millis]:
    """Return where to resume and the moment before the first page, as kept when the stream was begun."""
    with desk.store.commit() as unit:
        cursor = unit.desk.cursor(desk.name, stream, _CURSOR)
        began = unit.desk.cursor(desk.name, stream, _BEGAN)
        if cursor and began and not restart:
            return cursor, Millis(int(began))
        now = desk.clock()
        unit.desk.keep_cursor(desk.name, stream, _CURSOR, "")
        begin_tally(unit, desk.name, stream)
        unit.desk.keep_cursor(desk.name, stream, _BEGAN, str(now))
        return None, now


def begin_again(desk: Desk, stream: str) -> None:
    """Read the stream from its beginning, still from the same moment on."""
    keep(desk, stream, "", afresh=True)


def keep(desk: Desk, stream: str, cursor: str, *, afresh: bool = False) -> None:
    """Keep a cursor; `afresh`, nothing counts as listed before it."""
    with desk.store.commit() as unit:
        unit.desk.keep_cursor(desk.name, stream, _CURSOR, cursor)
        if afresh:
            begin_tally(unit, desk.name, stream)
