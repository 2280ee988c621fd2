"""Visits from a sheet of a web analytics tool: read whole or not at all, every problem with its line."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from jobs.figures.sheets import read_sheet
from mappings.cells import Cell
from mappings.columns import HEADLESS, SUMMED, is_nothing, is_sum
from syncer.errors import ConfigError, Problem
from syncer.kpis.asked.visit_lines import UNKNOWN, VisitLine

#: Column → what its head may be, in lower case.
_HEADS: Mapping[str, Sequence[str]] = {
    "day": ("day", "date", "tag", "datum"),
    "source": ("source", "quelle"),
    "definition": ("definition", "tool", "werkzeug"),
    "sessions": ("sessions", "visits", "sitzungen", "besuche"),
    "bounced": ("bounced", "bounces", "absprünge"),
    "timed": ("timed", "messbar"),
    "seconds": ("seconds", "sekunden"),
    "impressions": ("impressions", "einblendungen"),
    "clicks": ("clicks", "klicks"),
    "likes": ("likes", "gefällt mir"),
}
_REQUIRED = ("day", "source", "definition", "sessions")
_COUNTS = ("bounced", "timed", "seconds", "impressions", "clicks", "likes")
_FORM = "day;source;definition;sessions, and as far as known " + ";".join(_COUNTS)

#: Whole numbers as people write them: 1234, 1.234, 1,234, 1'234.
_NUMBER = re.compile(r"\d{1,15}|\d{1,3}(?:[.,' \u00a0]\d{3}){1,4}")
_GERMAN_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
#: Stands for a cell of a workbook that tells no value: no day, no number, and no source either.
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_EPOCH = date(1970, 1, 1).toordinal()

_Found = Callable[[str, str, str], None]


class _Row(NamedTuple):
    """A row with its place in the file."""

    number: int
    #: By our names of columns.
    cells: Mapping[str, str]
    #: What stands behind the last heading.
    beyond: Sequence[str]


def read_visits(path: Path) -> Sequence[VisitLine]:
    """Return the lines of a file. Raises ConfigError with every problem; then nothing may be kept."""
    problems: list[Problem] = []
    lines: dict[tuple[int, str, str], VisitLine] = {}
    for row in _rows(path):

        def refuse(key: str, message: str, hint: str, line: int = row.number) -> None:
            problems.append(Problem(file=path.name, line=line, key=key or None, message=message, hint=hint))

        if any(cell.strip() for cell in row.beyond):
            refuse("", f"column {len(row.cells) + 1} stands under no heading", HEADLESS)
        found = _line(row.cells, refuse)
        if found is not None and (found.day, found.source, found.definition) in lines:
            refuse("day", "the same day, source and definition stand above", "one line a day, source and definition")
        elif found is not None:
            lines[found.day, found.source, found.definition] = found
    if problems:
        raise ConfigError(problems)
    return list(lines.values())


def _rows(path: Path) -> Sequence[_Row]:
    """Return the rows by our names of columns. Raises ConfigError where the file or its head is not usable."""
    sheet = read_sheet(path)
    names = _names(sheet.name, sheet.heads)
    return [
        _Row(number, dict(zip(names, map(_text, row), strict=False)), [_text(cell) for cell in row[len(names) :]])
        for number, row in sheet.rows
    ]


def _text(cell: Cell) -> str:
    """Return what a cell says as it would stand in a text file; of a workbook it may be a day or a number."""
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell).strip() if isinstance(cell, str) else _UNREADABLE


def _names(file: str, heads: Sequence[str]) -> Sequence[str]:
    """Return our names of the columns, empty for what is none of ours. Raises ConfigError for one twice or lacking."""
    names = [_named(head) for head in heads]
    problems = [
        Problem(
            file=file,
            line=1,
            key=heads[place].strip(),
            message=f"means the same as {_first(heads, names, name)!r}",
        )
        for place, name in enumerate(names)
        if name and name in names[:place]
    ]
    missing = [name for name in _REQUIRED if name not in names]
    problems += [Problem(file=file, line=1, message=f"no column {name!r}", hint=_FORM) for name in missing]
    if problems:
        raise ConfigError(problems)
    return names


def _first(heads: Sequence[str], names: Sequence[str], name: str) -> str:
    return heads[names.index(name)].strip()


def _named(head: str) -> str:
    plain = head.strip().lower()
    return next((name for name, heads in _HEADS.items() if plain in heads), "")


def _line(cells: Mapping[str, str], refuse: _Found) -> VisitLine | None:
    day, source, definition = _day(cells.get("day", "")), _source(cells.get("source", "")), cells.get("definition", "")
    if day is None:
        refuse("day", "is no day", "2026-11-21 or 21.11.2026")
    if is_sum(cells.get("source", "")):
        refuse("source", "names a sum of other rows", SUMMED)
    for key, text in (("source", source), ("definition", definition)):
        if text is None or (key == "definition" and not text):
            refuse(key, "is empty", "direct visits are a source too: direct")
    counts = {key: _count(cells.get(key, ""), key, refuse) for key in ("sessions", *_COUNTS)}
    sessions = counts.pop("sessions")
    if not cells.get("sessions"):
        refuse("sessions", "is empty", "a whole number; 0 where nobody came")
    for key in ("bounced", "timed"):
        part = counts[key]
        if part is not None and sessions is not None and part > sessions:
            refuse(key, "is more than sessions", "a part of the sessions")
    if day is None or sessions is None or source is None or not definition:
        return None
    return VisitLine(day=day, source=source, definition=definition, sessions=sessions, **counts)


def _day(text: str) -> int | None:
    german = _GERMAN_DAY.fullmatch(text)
    try:
        found = date.fromisoformat("-".join(reversed(german.groups())) if german else text)
    except ValueError:
        return None
    return found.toordinal() - _EPOCH


def _source(text: str) -> str | None:
    """Return a source as contacts carry it, in lower case, words joined; `(not set)` names none. None of no cell."""
    if not text:
        return None
    return UNKNOWN if is_nothing(text) else "_".join(text.lower().split())


def _count(text: str, key: str, refuse: _Found) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        refuse(key, "is no whole number", "1234 or 1.234")
        return None
    return int(re.sub(r"\D", "", text))
