"""Rows of another file that tell of an object's records: which row tells of which."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from connectors.sandbox.csv_portal.faults import CellError
from connectors.sandbox.csv_portal.reading import Reading
from connectors.sandbox.csv_portal.spec import CellSpec, ObjectSpec
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import Sheets, looked_up
from syncer.errors import Problem


class Elsewhere:
    """Another file that tells of the records of an object."""

    def __init__(self, sheets: Sheets, one: ObjectSpec, file: str, problems: list[Problem]) -> None:
        self._sheets = sheets
        self._one = one.model_copy(update={"file": file})
        self._problems = problems

    def reading(self, row: CsvRow) -> Reading:
        """Return a row of the file as one that tells of a record."""
        return Reading(self._sheets, self._one, row, self._problems)

    def by_record(
        self, place: str, cell: CellSpec, counts: Callable[[CsvRow], bool] = lambda _row: True
    ) -> Mapping[str, Sequence[CsvRow]]:
        """Return the file's rows by the record they tell of; one of no record is a fault, unless the spec drops it."""
        found: dict[str, list[CsvRow]] = defaultdict(list)
        for row in self._sheets.tables[self._one.file].rows:
            if row.ragged or not counts(row):
                continue
            reading = self.reading(row)
            key = reading.value(place, cell)
            if key is None:
                if cell.others != "drop":
                    reading.fault(place, cell, "is empty, so nobody knows whose row it is")
                continue
            try:
                looked_up(self._sheets, self._one.label, cell, key)
            except CellError as error:
                reading.fault(place, cell, str(error))
            found[key].append(row)
        return found


class Links:
    """The records that an object's records are linked with: named by their own rows, or by those of another file."""

    def __init__(self, sheets: Sheets, one: ObjectSpec, problems: list[Problem]) -> None:
        self._files = {
            position: Elsewhere(sheets, one, link.file, problems)
            for position, link in enumerate(one.associations)
            if link.file is not None
        }
        self._rows = {
            position: self._files[position].by_record(f"associations.{position}.record", link.record)
            for position, link in enumerate(one.associations)
            if position in self._files and link.record is not None
        }

    def readings(self, position: int, key: str | None, own: Sequence[Reading]) -> Iterator[Reading]:
        """Yield the rows that name what a record is linked with by one of the spec's associations."""
        if position not in self._files:
            yield from own
            return
        for row in self._rows[position].get(key or "", ()):
            yield self._files[position].reading(row)
