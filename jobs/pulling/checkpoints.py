"""Where a full pull of a stream stands: its cursor, and the moment before its first page."""

import msgspec

from jobs.desk import Desk
from jobs.pulling.completeness import begin_tally
from syncer.errors import CursorExpired
from syncer.moments import DAY, Millis

_CURSOR, _BEGAN = "backfill", "backfill_began"
#: A cursor that stands in an export begins so.
_MARK = "export:"
#: When the account's last exports were ordered.
_ACCOUNT, _ORDERED = "account", "exports"


class ExportCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a full pull by export stands."""

    task: str
    #: Records that the CRM counted before it was ordered.
    counted: int
    #: The file whose first `rows` records are kept; a file with another digest begins anew.
    digest: str = ""
    rows: int = 0

    def __str__(self) -> str:
        return _MARK + msgspec.json.encode(self).decode()


def export_cursor(cursor: str | None) -> ExportCursor | None:
    """Return the place in an export that a cursor stands for; None for a place in a list.

    Raises CursorExpired for one that nobody can read.
    """
    if cursor is None or not cursor.startswith(_MARK):
        return None
    try:
        return msgspec.json.decode(cursor.removeprefix(_MARK), type=ExportCursor)
    except msgspec.DecodeError as error:
        raise CursorExpired("the kept cursor cannot be read", hint="backfill with --restart") from error


def ordered_today(desk: Desk) -> int:
    """Return how many exports were ordered in the last 24 hours, as far as we know."""
    with desk.store.snapshot() as unit:
        return len(_recent(unit.desk.cursor(desk.name, _ACCOUNT, _ORDERED), desk.clock()))


def note_ordered(desk: Desk, stream: str, cursor: ExportCursor) -> None:
    """Keep that an export was ordered, and where the stream's pull stands with it."""
    with desk.store.commit() as unit:
        now = desk.clock()
        moments = [*_recent(unit.desk.cursor(desk.name, _ACCOUNT, _ORDERED), now), now]
        unit.desk.keep_cursor(desk.name, _ACCOUNT, _ORDERED, msgspec.json.encode(moments).decode())
        unit.desk.keep_cursor(desk.name, stream, _CURSOR, str(cursor))


def _recent(kept: str | None, now: Millis) -> list[int]:
    moments = msgspec.json.decode(kept, type=list[int]) if kept else []
    return [at for at in moments if now - DAY < at <= now]


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


def begin_again(desk: Desk, stream: str, cursor: str = "") -> None:
    """Read the stream from its beginning, still from the same moment on; nothing counts as listed before."""
    with desk.store.commit() as unit:
        unit.desk.keep_cursor(desk.name, stream, _CURSOR, cursor)
        begin_tally(unit, desk.name, stream)
