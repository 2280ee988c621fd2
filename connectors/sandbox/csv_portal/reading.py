"""Reading one row for one record: every fault is noted with file, line and column, and the row goes on."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from connectors.sandbox.csv_portal.days import end_of_life
from connectors.sandbox.csv_portal.faults import CellError
from connectors.sandbox.csv_portal.spec import CellSpec, LinkSpec, ObjectSpec, StepSpec
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import (
    Kind,
    Sheets,
    columns_of,
    kind_of,
    looked_up,
    moment_of,
    passes,
    value_of,
)
from syncer.errors import Problem
from syncer.moments import Millis

#: What exports put between the records that one cell names.
_SEPARATORS: Final = (";", ",", "|")
_CURRENCY: Final = "deal_currency_code"
_BORN: Final = "give `created` a `default`: as_of, earliest, or a date"


class Reading:
    """One row as one kind of record."""

    def __init__(self, sheets: Sheets, one: ObjectSpec, row: CsvRow, problems: list[Problem]) -> None:
        self._sheets = sheets
        self._one = one
        self._row = row
        self._problems = problems
        #: Names of values with a fault: what follows from it is no fault of its own.
        self._faulty: set[str] = set()

    def fault(self, name: str, cell: CellSpec, message: str, hint: str | None = None) -> None:
        """Note what is wrong with a value."""
        self._faulty.add(name)
        columns = ", ".join(column for column, _filter in columns_of(cell))
        path = self._sheets.portal.files[self._one.file].path
        place = f"{columns} ({self._one.label}.{name})" if columns else f"{self._one.label}.{name}"
        self._problems.append(Problem(message=message, file=path, line=self._row.line, key=place, hint=hint))

    def value(self, name: str, cell: CellSpec, kind: Kind | None = None) -> str | None:
        """Return a value, None where the cell is empty or wrong."""
        try:
            return value_of(self._sheets, cell, kind or kind_of(cell), self._one.file, self._row)
        except CellError as error:
            self.fault(name, cell, str(error), error.hint)
            return None

    def properties(self) -> dict[str, str | None]:
        """Return what the row says about the record."""
        return {name: self._property(name, cell) for name, cell in self._one.properties.items()}

    def _property(self, name: str, cell: CellSpec) -> str | None:
        return self.value(name, cell, self._kind(name, cell))

    def key(self) -> str | None:
        """Return what other files call the record; an empty key is a fault."""
        before = len(self._problems)
        found = self.value("key", self._one.key)
        if found is None and len(self._problems) == before:
            self.fault("key", self._one.key, "is empty, so nothing can refer to the record")
        return found

    def has_no_key(self) -> bool:
        """Return whether the row tells of no record: where records are told apart by their key alone."""
        if not self._one.distinct:
            return False
        try:
            return not value_of(self._sheets, self._one.key, kind_of(self._one.key), self._one.file, self._row)
        except CellError:
            return False

    def guessed_key(self) -> str | None:
        """Return what other files may call the record of a row of which nothing is sure."""
        try:
            return value_of(self._sheets, self._one.key, kind_of(self._one.key), self._one.file, self._row)
        except CellError:
            return None

    def own_id(self, cell: CellSpec, taken: Collection[str]) -> str:
        """Return the record's own number; anything but a new whole number is a fault."""
        found = self.value("id", cell) or ""
        if not (found.isascii() and found.isdigit()):
            self.fault("id", cell, "is no whole number, and the CRM's ids are")
        elif found in taken:
            self.fault("id", cell, "repeats the id of an earlier row")
        return found

    def created(self) -> Millis | None:
        """Return when the record was created; an empty date is a fault."""
        before = len(self._problems)
        found = self._moment("created", self._one.created)
        if found is None and len(self._problems) == before:
            self.fault(
                "created", self._one.created, "is empty, and the CRM has no record without a creation date", _BORN
            )
        if found is not None and found > end_of_life(self._sheets.portal):
            self.fault("created", self._one.created, "lies after the spec's as_of", "set a later `as_of`")
        return found

    def step(self, name: str, position: int, created: Millis) -> tuple[Millis, str | None] | None:
        """Return the version that one of the spec's rules finds; a row without its date has none."""
        step = self._one.history[name][position]
        if not passes(step.where, self._row):
            return None
        place = f"history.{name}.{position}"
        at = self._lived(f"{place}.at", step, created)
        return None if at is None else (at, self.value(f"{place}.value", step.value, self._kind(name, step.value)))

    def _kind(self, name: str, cell: CellSpec) -> Kind:
        return kind_of(cell, self._one.type, name)

    def _lived(self, name: str, step: StepSpec, created: Millis) -> Millis | None:
        """Return the moment of a version, within the record's life."""
        found, end = self._moment(name, step.at), end_of_life(self._sheets.portal)
        if found is None or created <= found <= end:
            return found
        if step.outside == "nearest":
            return min(max(found, created), end)
        if found > end:
            self.fault(name, step.at, "lies after the spec's as_of", "set a later `as_of`, or `outside: nearest`")
        else:
            self.fault(name, step.at, "lies before the record's creation", "mend the date, or set `outside: nearest`")
        return None

    def contradiction(self, name: str) -> None:
        """Note that a history ends elsewhere than the record stands."""
        cell = self._one.properties[name]
        if name not in self._faulty:
            message = "differs from the last version that the rules of `history` give"
            self.fault(name, cell, message, "its dates run backward, or a rule is missing in `history`")
            # The value may be wrong by itself as well.
            self._faulty.discard(name)

    def lacking(self, name: str) -> None:
        """Note an empty value that a record cannot be without."""
        if name not in self._faulty:
            self.fault(name, self._one.properties[name], "is empty, and a filled form has a form and an address")

    def check_same(self, first: "Reading") -> None:
        """Note where a row says otherwise than the first row of the same record."""
        for name, cell in self._one.properties.items():
            own, before = self._property(name, cell), first.quietly(name)
            if own is not None and own != before:
                message = "differs from the first row of the same record"
                self.fault(name, cell, message, "mend one of them, or keep the column out of the record")

    def quietly(self, name: str) -> str | None:
        """Return a property whose faults were told already."""
        cell = self._one.properties[name]
        try:
            return value_of(self._sheets, cell, self._kind(name, cell), self._one.file, self._row)
        except CellError:
            return None

    def targets(self, position: int, link: LinkSpec) -> Iterator[str]:
        """Yield the ids that an association leads to, none where the row names none."""
        name = f"associations.{position}"
        told = self.value(name, link.key)
        keys = () if told is None else (told,) if link.split is None else map(str.strip, told.split(link.split))
        for key in filter(None, keys):
            try:
                found = looked_up(self._sheets, link.to, link.key, key)
            except CellError as error:
                sign = self._separator(link, key)
                hint = error.hint if sign is None else f"set split: {sign!r}"
                self.fault(name, link.key, str(error), hint)
                continue
            if found is not None:
                yield found

    def _separator(self, link: LinkSpec, key: str) -> str | None:
        """Return the sign between the keys of records that are all known."""
        known = self._sheets.ids[link.to]
        return next((sign for sign in _SEPARATORS if all(one.strip() in known for one in key.split(sign))), None)

    def check_currency(self, properties: dict[str, str | None]) -> None:
        """Note a currency that is no code: no rate would ever be found for it."""
        code = properties.get(_CURRENCY)
        if code is not None and not re.fullmatch("[A-Z]{3}", code):
            cell = self._one.properties[_CURRENCY]
            self.fault(
                _CURRENCY, cell, "is no currency code of three capital letters", "`map` what the file says to codes"
            )

    def check_stage(self, properties: dict[str, str | None]) -> None:
        """Note a deal whose stage is none of its pipeline's."""
        pipeline = next((one for one in self._sheets.portal.pipelines if one.id == properties.get("pipeline")), None)
        empty = CellSpec()
        if pipeline is None:
            self.fault("pipeline", self._one.properties.get("pipeline", empty), "is none of the spec's pipelines")
        elif "dealstage" not in self._faulty and properties.get("dealstage") not in {one.id for one in pipeline.stages}:
            self.fault("dealstage", self._one.properties.get("dealstage", empty), "is no stage of the deal's pipeline")

    def _moment(self, name: str, cell: CellSpec) -> Millis | None:
        try:
            return moment_of(self._sheets, cell, self._one.file, self._row)
        except CellError as error:
            self.fault(name, cell, str(error), error.hint)
            return None
