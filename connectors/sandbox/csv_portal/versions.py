"""Versions of a property: what a record's own rows date, and the rows of another file that tell of the record."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.sandbox.csv_portal.elsewhere import Elsewhere
from connectors.sandbox.csv_portal.reading import Reading
from connectors.sandbox.csv_portal.spec import CellSpec, ObjectSpec, StepSpec
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import Sheets, passes
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
        elsewhere = Elsewhere(self._sheets, self._one, file, self._problems)
        return elsewhere.by_record(place, cell, lambda row: passes(step.where, row))

    def _reading(self, file: str, row: CsvRow) -> Reading:
        return Elsewhere(self._sheets, self._one, file, self._problems).reading(row)
