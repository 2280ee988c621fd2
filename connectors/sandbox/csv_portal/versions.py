"""Versions of a property: what a record's own rows date, and the rows of another file that tell of the record."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from connectors.sandbox.csv_portal.faults import CellError
from connectors.sandbox.csv_portal.reading import Reading
from connectors.sandbox.csv_portal.spec import CellSpec, ObjectSpec, StepSpec
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import Sheets, looked_up, passes
from syncer.errors import Problem
from syncer.moments import Millis


class Followers:
    """What the rules of an object's `history` find."""

    def __init__(self, sheets: Sheets, one: ObjectSpec, problems: list[Problem]) -> None:
        self._sheets = sheets
        self._one = one
        self._problems = problems
        #: (property, rule) → key of a record → rows of the rule's file.
        self._rows = {
            (name, position): self._by_key(f"history.{name}.{position}.key", step, step.file, step.key)
            for name, steps in one.history.items()
            for position, step in enumerate(steps)
            if step.file and step.key
        }

    def of(
        self, name: str, key: str | None, readings: Sequence[Reading], created: Millis
    ) -> Iterator[tuple[Millis, str | None]]:
        """Yield the versions of a record's property, by rule: of one moment the later rule has the last word."""
        for position, step in enumerate(self._one.history[name]):
            read = readings if step.file is None else self._readings(step.file, name, position, key)
            for reading in read:
                found = reading.step(name, position, created)
                if found is not None:
                    yield found

    def _readings(self, file: str, name: str, position: int, key: str | None) -> Iterator[Reading]:
        for row in self._rows[name, position].get(key or "", ()):
            yield self._reading(file, row)

    def _by_key(self, place: str, step: StepSpec, file: str, cell: CellSpec) -> Mapping[str, Sequence[CsvRow]]:
        """Return a file's rows by the record they tell of; a row of no record is a fault, unless the spec drops it."""
        found: dict[str, list[CsvRow]] = defaultdict(list)
        for row in self._sheets.tables[file].rows:
            if row.ragged or not passes(step.where, row):
                continue
            reading = self._reading(file, row)
            key = reading.value(place, cell)
            if key is None:
                if cell.others != "drop":
                    reading.fault(place, cell, "is empty, so nobody knows whose version it is")
                continue
            try:
                looked_up(self._sheets, self._one.label, cell, key)
            except CellError as error:
                reading.fault(place, cell, str(error))
            found[key].append(row)
        return found

    def _reading(self, file: str, row: CsvRow) -> Reading:
        return Reading(self._sheets, self._one.model_copy(update={"file": file}), row, self._problems)
