"""Reading one row for one record: every fault is noted with file, line and column, and the row goes on."""

import re
from collections.abc import Iterator
from typing import Final

from connectors.sandbox.csv_portal.spec import CellSpec, LinkSpec, ObjectSpec
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import (
    Sheets,
    columns_of,
    end_of_life,
    looked_up,
    moment_of,
    passes,
    value_of,
)
from syncer.errors import Problem
from syncer.moments import Millis

_CURRENCY: Final = "deal_currency_code"


class Reading:
    """One row as one kind of record."""

    def __init__(self, sheets: Sheets, one: ObjectSpec, row: CsvRow, problems: list[Problem]) -> None:
        self._sheets = sheets
        self._one = one
        self._row = row
        self._problems = problems
        #: Names of values with a fault: what follows from it is no fault of its own.
        self._faulty: set[str] = set()

    def fault(self, name: str, cell: CellSpec, message: str) -> None:
        """Note what is wrong with a value."""
        self._faulty.add(name)
        columns = ", ".join(column for column, _filter in columns_of(cell))
        path = self._sheets.portal.files[self._one.file].path
        place = f"{columns} ({self._one.label}.{name})" if columns else f"{self._one.label}.{name}"
        self._problems.append(Problem(message=message, file=path, line=self._row.line, key=place))

    def value(self, name: str, cell: CellSpec) -> str | None:
        """Return a value, None where the cell is empty or wrong."""
        try:
            return value_of(self._sheets, cell, self._one.file, self._row)
        except ValueError as error:
            self.fault(name, cell, str(error))
            return None

    def key(self) -> str | None:
        """Return what other files call the record; an empty key is a fault."""
        before = len(self._problems)
        found = self.value("key", self._one.key)
        if found is None and len(self._problems) == before:
            self.fault("key", self._one.key, "is empty, so nothing can refer to the record")
        return found

    def guessed_key(self) -> str | None:
        """Return what other files may call the record of a row of which nothing is sure."""
        try:
            return value_of(self._sheets, self._one.key, self._one.file, self._row)
        except ValueError:
            return None

    def own_id(self, cell: CellSpec, taken: set[str]) -> str:
        """Return the record's own number; anything but a new whole number is a fault."""
        found = self.value("id", cell) or ""
        if not (found.isascii() and found.isdigit()):
            self.fault("id", cell, "is no whole number, and the CRM's ids are")
        elif found in taken:
            self.fault("id", cell, "repeats the id of an earlier row")
        return found

    def created(self) -> Millis:
        """Return when the record was created; an empty date is a fault."""
        before = len(self._problems)
        found = self._past("created", self._one.created)
        if found is None and len(self._problems) == before:
            self.fault("created", self._one.created, "is empty, and the CRM has no record without a creation date")
        return found or Millis(0)

    def steps(self, name: str) -> Iterator[tuple[Millis, str | None]]:
        """Yield the versions that the spec's rules find for a property; a rule without a date in the row is none."""
        for position, step in enumerate(self._one.history[name]):
            if passes(step.where, self._row):
                at = self._past(f"history.{name}.{position}.at", step.at)
                if at is not None:
                    yield at, self.value(f"history.{name}.{position}.value", step.value)

    def contradiction(self, name: str) -> None:
        """Note that a history ends elsewhere than the record stands."""
        cell = self._one.properties[name]
        if name not in self._faulty:
            self.fault(name, cell, "differs from the last version that the rules of `history` give")

    def target(self, position: int, link: LinkSpec) -> str | None:
        """Return the id that an association leads to, None where the row names none."""
        name = f"associations.{position}"
        key = self.value(name, link.key)
        if key is None:
            return None
        try:
            return looked_up(self._sheets, link.to, link.key, key)
        except ValueError as error:
            self.fault(name, link.key, str(error))
            return None

    def check_currency(self, properties: dict[str, str | None]) -> None:
        """Note a currency that is no code: no rate would ever be found for it."""
        code = properties.get(_CURRENCY)
        if code is not None and not re.fullmatch("[A-Z]{3}", code):
            self.fault(_CURRENCY, self._one.properties[_CURRENCY], "is no currency code of three capital letters")

    def check_stage(self, properties: dict[str, str | None]) -> None:
        """Note a deal whose stage is none of its pipeline's."""
        pipeline = next((one for one in self._sheets.portal.pipelines if one.id == properties.get("pipeline")), None)
        empty = CellSpec()
        if pipeline is None:
            self.fault("pipeline", self._one.properties.get("pipeline", empty), "is none of the spec's pipelines")
        elif "dealstage" not in self._faulty and properties.get("dealstage") not in {one.id for one in pipeline.stages}:
            self.fault("dealstage", self._one.properties.get("dealstage", empty), "is no stage of the deal's pipeline")

    def _past(self, name: str, cell: CellSpec) -> Millis | None:
        try:
            found = moment_of(self._sheets, cell, self._one.file, self._row)
        except ValueError as error:
            self.fault(name, cell, str(error))
            return None
        if found is not None and found > end_of_life(self._sheets.portal):
            self.fault(name, cell, "lies after the spec's as_of")
        return found
