"""Values of records out of cells: templates, maps, numbers, dates, keys of other records."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, Literal, assert_never

from connectors.sandbox.csv_portal.days import at_clock, day_of, parsed
from connectors.sandbox.csv_portal.faults import NUMBERS, CellError
from connectors.sandbox.csv_portal.figures import is_unsure, plain_number, shows_decimals
from connectors.sandbox.csv_portal.spec import CellSpec, PortalSpec, ValueKind, Where
from connectors.sandbox.csv_portal.tables import CsvRow, CsvTable
from connectors.sandbox.definitions import default_schemas
from connectors.sandbox.generate.lines import stamp
from connectors.sandbox.generate.words import slug
from syncer.moments import Millis

#: How a value is read; `day` is a date of which the CRM holds a moment: midnight of UTC would be another day elsewhere.
Kind = ValueKind | Literal["day"]

EARLIEST: Final = "earliest"
AS_OF: Final = "as_of"

#: How the spec itself writes its dates.
_ISO_DAY: Final = "%Y-%m-%d"
#: A column in a template, or a brace: doubled it stands for itself.
_BRACES: Final = re.compile(r"{{|}}|{([^{}]*)}|[{}]")

#: Types of the CRM's properties that are read in a form of their own.
_KINDS: Final[Mapping[str, ValueKind]] = {"number": "number", "date": "date", "datetime": "moment"}

#: What may follow a column's name in a template.
FILTERS: Final[Mapping[str, Callable[[str], str]]] = {
    "slug": slug,
    "lower": str.lower,
    "upper": str.upper,
    "first": lambda text: text.partition(" ")[0],
    "rest": lambda text: text.partition(" ")[2],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheets:
    """Everything that a value may look into."""

    portal: PortalSpec
    #: By the name of the file in the spec.
    tables: Mapping[str, CsvTable]
    #: Object name → key → id.
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Team name → id.
    teams: dict[str, str] = field(default_factory=dict)
    #: (file, column) → the earliest date there.
    earliest: dict[tuple[str, str], Millis] = field(default_factory=dict)
    #: (file, columns) → some number there shows that a point begins decimals.
    decimals: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Return whether the file of the objects of a name could be read: else nobody knows which keys there are."""
        return all(self.tables[one.file].columns for one in self.portal.objects if one.label == name)


def value_of(sheets: Sheets, cell: CellSpec, kind: Kind, file: str, row: CsvRow) -> str | None:
    """Return a cell's value as the CRM would hold it, None for an empty one; raises CellError with the reason."""
    text = _mapped(cell, _source(cell, row))
    match kind:
        case "moment" | "date" | "day":
            found = moment_of(sheets, cell, file, row)
            return None if found is None else _written(sheets.portal, kind, found)
        case "number":
            return _number(sheets, cell, file, text or cell.default)
        case "text":
            final = text or cell.default or None
            return looked_up(sheets, cell.lookup, cell, final) if final and cell.lookup else final
        case _ as never:
            assert_never(never)


def _written(portal: PortalSpec, kind: Literal["moment", "date", "day"], at: Millis) -> str:
    match kind:
        case "moment":
            return stamp(at)
        case "date":
            return day_of(portal, at)
        case "day":
            return stamp(at_clock(portal, date.fromisoformat(day_of(portal, at))))


def kind_of(cell: CellSpec, object_type: str = "", name: str = "") -> Kind:
    """Return how a cell is read: as it says, else as the CRM's own property of that name is, else as text."""
    known = _own_properties().get(object_type, {}).get(name)
    if cell.kind == "date" and known == "datetime":
        return "day"
    if cell.kind is not None:
        return cell.kind
    if known is None or cell.lookup:
        return "text"
    found = _KINDS.get(known, "text")
    return "text" if found == "number" and not columns_of(cell) else found


@cache
def _own_properties() -> Mapping[str, Mapping[str, str]]:
    return {
        kind: {name: one.type for name, one in schema.properties.items()} for kind, schema in default_schemas().items()
    }


def moment_of(sheets: Sheets, cell: CellSpec, file: str, row: CsvRow) -> Millis | None:
    """Return a cell's moment: a plain date gets the spec's time of day."""
    text = _mapped(cell, _source(cell, row))
    if text:
        form = cell.format or (None if columns_of(cell) else _ISO_DAY)
        return parsed(sheets.portal, sheets.tables[file].spec, text, form)
    if cell.default == AS_OF:
        return at_clock(sheets.portal, sheets.portal.as_of)
    if cell.default and cell.default.split()[0] == EARLIEST:
        source, column = earliest_place(cell, file)
        return _earliest(sheets, source, column)
    return parsed(sheets.portal, sheets.tables[file].spec, cell.default, _ISO_DAY) if cell.default else None


def passes(where: Where, row: CsvRow) -> bool:
    """Return whether a row has one of the listed values in every listed column."""
    return all(row.cells[column] in values for column, values in where.items())


def columns_of(cell: CellSpec) -> list[tuple[str, str]]:
    """Return the columns a cell reads, each with its filter (empty for none); raises ValueError for a bad template."""
    found = [(column, "") for column in cell.columns]
    return found + [(column, chosen) for _literal, column, chosen in _template(cell.text or "") if column]


def earliest_place(cell: CellSpec, file: str) -> tuple[str, str]:
    """Return the file and column whose earliest date stands in for an empty cell."""
    _word, _space, place = (cell.default or "").partition(" ")
    source, _dot, column = place.strip().partition(".")
    return (source, column) if place else (file, next(iter(cell.columns), ""))


def _source(cell: CellSpec, row: CsvRow) -> str:
    if cell.columns:
        return next(filter(None, (row.cells[column] for column in cell.columns)), "")
    if not cell.text:
        return ""
    parts: list[str] = []
    for literal, column, chosen in _template(cell.text):
        content = row.cells[column] if column else ""
        if column and not content:
            return ""
        parts += (literal, FILTERS[chosen](content) if chosen else content)
    return "".join(parts)


@lru_cache(maxsize=1_024)
def _template(text: str) -> tuple[tuple[str, str, str], ...]:
    """Return a template as (text before, column, filter); raises ValueError for a brace without a partner."""
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    before, end = "", 0
    for found in _BRACES.finditer(text):
        before, end = before + text[end : found.start()], found.end()
        if found[0] in {"{", "}"}:
            raise ValueError(text)
        if found[1] is None:
            before += found[0][0]
            continue
        column, _bar, chosen = found[1].partition("|")
        yield before, column, chosen
        before = ""
    yield before + text[end:], "", ""


def _mapped(cell: CellSpec, text: str) -> str:
    if not text or not cell.map or text in cell.map:
        return cell.map.get(text, text)
    if cell.others == "refuse":
        raise CellError("is none of the values that `map` lists", "add it to `map`, or let `others` keep or drop it")
    return text if cell.others == "keep" else ""


def _number(sheets: Sheets, cell: CellSpec, file: str, text: str | None) -> str | None:
    if not text:
        return None
    plain = plain_number(text, sheets.tables[file].spec, cell.units)
    if cell.scale is not None:
        return f"{(Decimal(plain) * cell.scale).normalize():f}"
    if is_unsure(text) and not _tells_decimals(sheets, cell, file):
        raise CellError("may be thousands or thousandths: nothing in the column tells", NUMBERS)
    return plain


def _tells_decimals(sheets: Sheets, cell: CellSpec, file: str) -> bool:
    """Return whether a point is known to begin decimals: the spec says how numbers look, or some number shows it."""
    table = sheets.tables[file]
    if {"decimal", "thousands"} & table.spec.model_fields_set:
        return True
    columns = [column for column, _ in columns_of(cell)]
    place = (file, *columns)
    if place not in sheets.decimals:
        sheets.decimals[place] = any(shows_decimals(row.cells[column]) for row in table.rows for column in columns)
    return sheets.decimals[place]


def _earliest(sheets: Sheets, file: str, column: str) -> Millis:
    """Return the earliest date of a column; kept, since every empty cell asks for it.

    What is no date there is a fault of its own cell; of a file that could not be read nothing more is said.
    """
    known = sheets.earliest.get((file, column))
    if known is None:
        table = sheets.tables[file]
        dates = [at for row in table.rows if (at := _perhaps(sheets.portal, table, row, column)) is not None]
        if table.columns and not dates:
            raise CellError("has no earliest date to fall back on: the column has none")
        known = sheets.earliest[file, column] = min(dates, default=Millis(0))
    return known


def _perhaps(portal: PortalSpec, table: CsvTable, row: CsvRow, column: str) -> Millis | None:
    try:
        return parsed(portal, table.spec, row.cells[column], None) if row.cells[column] else None
    except CellError:
        return None


def looked_up(sheets: Sheets, name: str, cell: CellSpec, key: str) -> str | None:
    """Return the id of a key; of an unknown one None where the cell's `others` drops it, else ValueError."""
    found = sheets.ids[name].get(key)
    if found is None and cell.others != "drop" and sheets.knows(name):
        raise CellError(f"is the key of no record among {name}: add it there, or leave it out with `others: drop`")
    return found
