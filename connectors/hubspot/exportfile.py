"""HubSpot's export files: one CSV, or a zip of several, into the records that the list would give.

What a file looks like on a live account was never seen here. So nothing is guessed: a header, a date or a number that
is not the API's own form makes the whole file unusable, and values never stand in a message.
"""

import csv
import io
from array import array
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice, pairwise
from types import MappingProxyType
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, is_zipfile

from connectors.hubspot.search import ID
from connectors.values import PropertyDefinition, SourceRecord
from syncer.errors import ExportUnusable

#: Bytes of a zip's files altogether; more is no export but a trap.
_LARGEST = 64 * 1024**3
_TABLE = ".csv"
#: Headers of the id's column, where it is not under its internal name.
_RECORD_ID = "record id"
_SHORTEST_EPOCH_MILLIS = 11
_LONGEST_ID = 19


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an export was ordered with."""

    stream: str
    properties: Mapping[str, PropertyDefinition]
    #: The properties that carry creation and last change.
    created: str
    modified: str


def looked_through(file: BinaryIO, wanted: Wanted, digest: str) -> "ExportFile":
    """Return the file as records after reading every row of it once.

    Holds 8 bytes a record, 40 while it looks for ids that come twice. Raises ExportUnusable at the first fault.
    """
    found = ExportFile(file=file, wanted=wanted, digest=digest)
    ids = array("Q", (int(record.id) for record in found.records()))
    if any(one == other for one, other in pairwise(sorted(ids))):
        raise ExportUnusable("an id comes twice in the file", stream=wanted.stream)
    found.count = len(ids)
    return found


class ExportFile:
    """The Exported of one file."""

    def __init__(self, *, file: BinaryIO, wanted: Wanted, digest: str) -> None:
        self._file = file
        self._wanted = wanted
        self.digest = digest
        self.count = 0

    def close(self) -> None:
        """Let go of the file, which has no name on the disk."""
        self._file.close()

    def records(self, *, skip: int = 0) -> Generator[SourceRecord]:
        """Yield the records in the order of the file, without the first `skip`. Raises ExportUnusable."""
        try:
            with ExitStack() as stack:
                rows = _rows(self._tables(stack), self._wanted)
                yield from islice(rows, skip, None)
        except (BadZipFile, UnicodeDecodeError, csv.Error, EOFError, NotImplementedError, RuntimeError) as error:
            why = f"the file cannot be read to its end ({type(error).__name__})"
            raise ExportUnusable(why, stream=self._wanted.stream) from error

    def _tables(self, stack: ExitStack) -> Iterator[Iterator[list[str]]]:
        self._file.seek(0)
        if not is_zipfile(self._file):
            self._file.seek(0)
            plain = io.TextIOWrapper(self._file, encoding="utf-8-sig", newline="")
            # The file lives on: it is read again.
            stack.callback(plain.detach)
            yield csv.reader(plain, strict=True)
            return
        archive = stack.enter_context(ZipFile(self._file))
        tables = [one for one in archive.infolist() if one.filename.lower().endswith(_TABLE)]
        if not tables or sum(one.file_size for one in tables) > _LARGEST:
            raise ExportUnusable("the zip holds no table, or far too much", stream=self._wanted.stream)
        for one in tables:
            with archive.open(one) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
                yield csv.reader(text, strict=True)


def _rows(tables: Iterator[Iterator[list[str]]], wanted: Wanted) -> Iterator[SourceRecord]:
    columns: _Columns | None = None
    for table in tables:
        found = _columns(next(table, []), wanted)
        if columns is not None and found != columns:
            raise ExportUnusable("the files of the zip have different columns", stream=wanted.stream)
        columns = found
        for row in table:
            yield columns.record(row, wanted)


@dataclass(frozen=True, slots=True)
class _Columns:
    width: int
    id: int
    places: Mapping[str, int]

    def record(self, row: Sequence[str], wanted: Wanted) -> SourceRecord:
        if len(row) != self.width:
            raise ExportUnusable(f"a row has {len(row)} columns, the header {self.width}", stream=wanted.stream)
        id_ = row[self.id]
        if not (id_.isascii() and id_.isdigit() and len(id_) <= _LONGEST_ID):
            raise ExportUnusable("a row has no id", stream=wanted.stream)
        values = {name: _value(row[place], wanted.properties[name], wanted) for name, place in self.places.items()}
        return SourceRecord(
            stream=wanted.stream,
            id=id_,
            properties={**values, ID: id_},
            created_at=values.get(wanted.created),
            updated_at=values.get(wanted.modified),
        )


def _columns(header: Sequence[str], wanted: Wanted) -> _Columns:
    places = {name: header.index(name) for name in wanted.properties if name in header}
    lacking = sorted(set(wanted.properties) - set(places) - {ID})
    if lacking:
        named = ", ".join(lacking[:5]) + (" …" if len(lacking) > len(lacking[:5]) else "")
        why = f"the file lacks {len(lacking)} columns under their internal names: {named}"
        raise ExportUnusable(why, stream=wanted.stream)
    twice = next((name for name in wanted.properties if header.count(name) > 1), None)
    if twice is not None:
        raise ExportUnusable(f"the file has the column {twice} twice", stream=wanted.stream)
    named_otherwise = [place for place, name in enumerate(header) if name.strip().lower().startswith(_RECORD_ID)]
    ids = [places.pop(ID)] if ID in places else named_otherwise
    if len(ids) != 1:
        raise ExportUnusable("the file has no column of ids, or several", stream=wanted.stream)
    return _Columns(width=len(header), id=ids[0], places=places)


def _value(text: str, definition: PropertyDefinition, wanted: Wanted) -> str | None:
    if not text:
        return None
    try:
        return _CONVERTERS.get(definition.type, str)(text)
    except (ValueError, InvalidOperation, OverflowError) as error:
        why = f"a value of {definition.name} is not in the API's form of a {definition.type}"
        raise ExportUnusable(why, stream=wanted.stream) from error


def _moment(text: str) -> str:
    """Return a moment as it stands, milliseconds as ISO 8601; one without a time zone could be anybody's."""
    if len(text) >= _SHORTEST_EPOCH_MILLIS and text.isdigit():
        return _iso(int(text))
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError
    return text


def _day(text: str) -> str:
    if len(text) >= _SHORTEST_EPOCH_MILLIS and text.isdigit():
        return _iso(int(text))[:10]
    date.fromisoformat(text[:10])
    return text


def _iso(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"


def _number(text: str) -> str:
    if not Decimal(text).is_finite():
        raise ValueError
    return text


def _flag(text: str) -> str:
    if text.lower() not in {"true", "false"}:
        raise ValueError
    return text.lower()


_CONVERTERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"datetime": _moment, "date": _day, "number": _number, "bool": _flag}
)
