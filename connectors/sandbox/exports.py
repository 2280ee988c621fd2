"""Exports as HubSpot makes them: one after the other, each from the records as they stood when it was ordered.

They live in memory only: a restarted sandbox knows none.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from connectors.sandbox.definitions import Definition
from connectors.sandbox.draws import Draws
from syncer.moments import DAY, MINUTE, SECOND, Millis, moment

MOST_A_DAY = 30
#: How long an address leads to a file.
ADDRESS_LIFE = 5 * MINUTE
_ZIPPED_FROM = 2 * 1024**2
_RECORD_ID = "Record ID"


class Moments(Enum):
    """How a file tells moments; what HubSpot does was never seen here."""

    ISO = "iso"
    EPOCH = "epoch"
    #: Without what is below a second.
    SECONDS = "seconds"
    #: Minutes in the account's time zone, without a zone: as in its own pages.
    LOCAL = "local"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportHabits:
    """How exports behave."""

    #: How long one is made, in milliseconds of the portal's clock.
    duration: int = 2 * SECOND
    #: Rows from which on a file is split.
    rows_a_file: int = 1_000_000
    moments: Moments = Moments.ISO
    #: Whether internal names head the columns, as ordered.
    keeps_names: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What was asked for."""

    definitions: Sequence[Definition]
    #: (id, properties) of every record.
    records: Sequence[tuple[str, Mapping[str, str]]]
    names: bool
    values: bool
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """One export."""

    id: str
    order: Order
    begins: Millis
    done: Millis


class Exports:
    """The exports of one portal. The portal's lock guards it."""

    def __init__(self, *, clock: Callable[[], Millis], draws: Draws, habits: ExportHabits) -> None:
        self._clock = clock
        self._draws = draws
        self.habits = habits
        self._made: dict[str, Export] = {}
        #: Key of an address → the export, and when it ends.
        self._addresses: dict[str, tuple[str, Millis]] = {}

    @property
    def ordered(self) -> int:
        """How many were ordered in the last 24 hours."""
        return sum(one.begins > self._clock() - DAY for one in self._made.values())

    def order(self, order: Order) -> str:
        """Begin an export, or queue it behind the last, and return its id."""
        now = self._clock()
        free = max((one.done for one in self._made.values()), default=now)
        id_ = str(90_000_001 + len(self._made))
        done = Millis(max(free, now) + self.habits.duration)
        self._made[id_] = Export(id=id_, order=order, begins=now, done=done)
        return id_

    def status(self, id_: str) -> str | None:
        """Return how an export stands, None for an unknown one."""
        export = self._made.get(id_)
        if export is None:
            return None
        now = self._clock()
        if now >= export.done:
            return "COMPLETE"
        return "PROCESSING" if now >= export.done - self.habits.duration else "PENDING"

    def address(self, id_: str) -> str:
        """Return the key of a new address of a finished export."""
        key = self._draws.uuid()
        self._addresses[key] = (id_, Millis(self._clock() + ADDRESS_LIFE))
        return key

    def file(self, key: str) -> bytes | None:
        """Return the file that an address leads to, None where it leads nowhere any more."""
        id_, ends = self._addresses.get(key, ("", Millis(0)))
        if self._clock() >= ends:
            return None
        return written(self._made[id_].order, self.habits)


def written(order: Order, habits: ExportHabits) -> bytes:
    """Return an export's file: one table, or a zip where it is large or in several parts."""
    size = habits.rows_a_file
    parts = [order.records[start : start + size] for start in range(0, len(order.records), size)] or [()]
    tables = [_table(order, part, habits) for part in parts]
    if len(tables) == 1 and len(tables[0]) <= _ZIPPED_FROM:
        return tables[0]
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for number, table in enumerate(tables, 1):
            archive.writestr(f"export-{number}.csv", table)
    return packed.getvalue()


def _table(order: Order, records: Iterable[tuple[str, Mapping[str, str]]], habits: ExportHabits) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    has_names = order.names and habits.keeps_names
    writer.writerow([_RECORD_ID, *(one.name if has_names else one.label for one in order.definitions)])
    writer.writerows(_row(order, id_, values, habits) for id_, values in records)
    return text.getvalue().encode()


def _row(order: Order, id_: str, values: Mapping[str, str], habits: ExportHabits) -> Iterator[str]:
    yield id_
    for one in order.definitions:
        yield _cell(order, one, values.get(one.name) or "", habits)


def _cell(order: Order, definition: Definition, value: str, habits: ExportHabits) -> str:
    if value and definition.type == "datetime":
        return _moment(value, order.zone, habits.moments)
    if order.values:
        return value
    labels = {option.value: option.label for option in definition.options}
    return labels.get(value, value)


def _moment(value: str, zone: str, how: Moments) -> str:
    try:
        at = moment(Millis(int(value))) if value.isdigit() else datetime.fromisoformat(value)
    except ValueError:
        return value
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    match how:
        case Moments.ISO:
            return value
        case Moments.EPOCH:
            return str(round(at.timestamp() * 1_000))
        case Moments.SECONDS:
            return f"{at:%Y-%m-%dT%H:%M:%SZ}"
        case Moments.LOCAL:
            return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
