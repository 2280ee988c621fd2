"""Which column of a sheet is which, by its heading in English or German; and its cells, or what is wrong with them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mappings.cells import Cell, Days, Unreadable, Value, days
from syncer.errors import Problem

_T = TypeVar("_T")

#: What people and programs write where they know nothing.
_NOTHING = frozenset(
    {"n/a", "n.a.", "n. a.", "k.a.", "k. a.", "-", "--", "–", "—", "?", "null", "none", "nan", "unknown", "unbekannt"}
    | {"(not set)", "(none)", "#n/a", "#nv", "#ref!", "#bezug!", "#div/0!", "#value!", "#wert!", "#name?", "#num!"}
    | {"#zahl!", "#null!"}
)
#: How the last line of a report is called.
_SUMS = frozenset(
    {"total", "totals", "grand total", "subtotal", "sum", "gesamt", "insgesamt", "summe", "gesamtsumme"}
    | {"zwischensumme", "gesamtergebnis", "teilergebnis"}
)

#: What helps where a row sums others.
SUMMED = "leave the row out: it would count twice"
#: What helps where a cell stands under no heading.
HEADLESS = "quote what holds the delimiter, or delete the column"
_DATE_HINT = "31.12.2026, 2026-12-31, or a month: 12.2026, 2026-12"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What a person filled in: a heading and rows with their place in the file."""

    name: str
    heads: Sequence[str]
    #: By number as the file counts them.
    rows: Sequence[tuple[int, Sequence[Cell]]]


@dataclass(kw_only=True, slots=True)
class Reader:
    """One sheet being read: its columns by meaning, and every problem met."""

    sheet: Sheet
    columns: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)

    def cell(self, row: Sequence[Cell], name: str) -> Cell | None:
        """Return a cell with something in it, None where the column is missing or the cell empty."""
        place = self.columns.get(name)
        found = row[place] if place is not None and place < len(row) else ""
        return None if isinstance(found, str) and not found.strip() else found

    def text(self, number: int, row: Sequence[Cell], name: str) -> str | None:
        """Return a cell as text; None where it is empty, or noted as a problem."""
        found = self.cell(row, name)
        if isinstance(found, Unreadable):
            self.refuse(number, name, found.reason)
            return None
        return None if found is None else str(found).strip()

    def title(self, number: int, row: Sequence[Cell], name: str) -> str | None:
        """Return what a cell calls something; None where it is empty, or noted since it names nothing or a sum."""
        found = self.text(number, row, name)
        if is_nothing(found or ""):
            self.refuse(number, name, "names nothing", "leave the cell empty where it is not known")
        elif is_sum(found or ""):
            self.refuse(number, name, "names a sum of other rows", SUMMED)
        return found

    def check_width(self, number: int, row: Sequence[Cell]) -> None:
        """Note what stands under no heading: an amount with an unquoted comma reaches beyond the last one."""
        heads = self.sheet.heads
        for place, found in enumerate(row, 1):
            headless = place > len(heads) or not heads[place - 1].strip()
            if headless and not isinstance(found, Unreadable) and str(found).strip():
                message = f"column {place} stands under no heading"
                self.problems.append(Problem(file=self.sheet.name, line=number, message=message, hint=HEADLESS))
                return

    def read(
        self, number: int, row: Sequence[Cell], name: str, convert: Callable[[Value], _T], hint: str | None = None
    ) -> _T | None:
        """Return a cell that has to be there, converted; None where it is noted as a problem."""
        found = self.cell(row, name)
        if isinstance(found, Unreadable):
            self.refuse(number, name, found.reason)
            return None
        if isinstance(found, str) and is_sum(found):
            self.refuse(number, name, "names a sum of other rows", SUMMED)
            return None
        try:
            if found is not None:
                return convert(found)
            self.refuse(number, name, "is empty", hint)
        except ValueError as error:
            self.refuse(number, name, str(error), hint)
        return None

    def refuse(self, number: int, name: str, message: str, hint: str | None = None) -> None:
        """Note what is wrong with a cell, at the heading that the file has for its column."""
        place = self.columns.get(name)
        heading = name if place is None else self.sheet.heads[place].strip()
        self.problems.append(Problem(file=self.sheet.name, line=number, key=heading, message=message, hint=hint))

    def stretch(self, number: int, row: Sequence[Cell]) -> Days | None:
        """Return the days of a row: its date or first day, up to the last day where one is named."""
        begins = "from" if self.cell(row, "date") is None and "from" in self.columns else "date"
        if begins == "date" and self.cell(row, "from") is not None:
            self.refuse(number, "from", "stands beside a date", "either a date, or from and to")
        first = self.read(number, row, begins, days, _DATE_HINT)
        last = first if self.cell(row, "to") is None else self.read(number, row, "to", days, _DATE_HINT)
        if first is None or last is None:
            return None
        if last.last < first.first:
            self.refuse(number, "to", "ends before it begins")
            return None
        return Days(first.first, last.last)


def reader(sheet: Sheet, headings: Mapping[str, Sequence[str]], needed: Sequence[Sequence[str]]) -> Reader:
    """Return a sheet ready to be read. Columns that are missing, named twice or unknown are problems.

    Of each group of `needed` one column has to be there.
    """
    meanings = {_plain(word): name for name, words in headings.items() for word in (name, *words)}
    found: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(sheet.heads):
        name = meanings.get(_plain(heading))
        if name is None and heading.strip():
            hint = f"known: {', '.join(headings)}"
            problems.append(Problem(file=sheet.name, line=1, key=heading.strip(), message="unknown column", hint=hint))
        elif name in found:
            message = f"means the same as {sheet.heads[found[name]].strip()!r}"
            problems.append(Problem(file=sheet.name, line=1, key=heading.strip(), message=message))
        elif name is not None:
            found[name] = place
    lacking = [group for group in needed if not any(name in found for name in group)]
    problems += [Problem(file=sheet.name, line=1, message=f"no column {' or '.join(group)}") for group in lacking]
    return Reader(sheet=sheet, columns=found, problems=problems)


def is_nothing(title: str) -> bool:
    """Return whether a cell says in words that nothing is known."""
    return _words(title) in _NOTHING


def is_sum(title: str) -> bool:
    """Return whether a row is called as the last line of a report is: it counts others once more."""
    return _words(title) in _SUMS


def _words(text: str) -> str:
    return " ".join(text.casefold().replace(":", "").split())


def _plain(heading: str) -> str:
    return re.sub(r"\(.*?\)|[^\w]|_", "", heading).casefold()
