"""Visits from a CSV file of a web analytics tool: read whole or not at all, every problem with its line."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from mappings.columns import HEADLESS, SUMMED, is_sum
from syncer.errors import ConfigError, Problem
from syncer.kpis.asked.visit_lines import VisitLine

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
            problems.append(Problem(file=str(path), line=line, key=key or None, message=message, hint=hint))

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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error.strerror}"
        raise ConfigError([Problem(file=str(path), message=why, hint="a CSV file, encoded as UTF-8")]) from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    number = 1
    try:
        heads = next(reader, [])
        names = _names(path, heads)
        rows = []
        number = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(_Row(number, dict(zip(names, map(str.strip, row), strict=False)), row[len(names) :]))
            number = reader.line_num + 1
    except csv.Error:
        message = f"cannot be read as CSV from row {number} on"
        raise ConfigError([Problem(file=str(path), message=message, hint="a CSV file, encoded as UTF-8")]) from None
    return rows


def _names(path: Path, heads: Sequence[str]) -> Sequence[str]:
    """Return our names of the columns, empty for what is none of ours. Raises ConfigError for one twice or lacking."""
    names = [_named(head) for head in heads]
    problems = [
        Problem(
            file=str(path),
            line=1,
            key=heads[place].strip(),
            message=f"means the same as {_first(heads, names, name)!r}",
        )
        for place, name in enumerate(names)
        if name and name in names[:place]
    ]
    missing = [name for name in _REQUIRED if name not in names]
    problems += [Problem(file=str(path), line=1, message=f"no column {name!r}", hint=_FORM) for name in missing]
    if problems:
        raise ConfigError(problems)
    return names


def _first(heads: Sequence[str], names: Sequence[str], name: str) -> str:
    return heads[names.index(name)].strip()


def _named(head: str) -> str:
    plain = head.strip().lower()
    return next((name for name, heads in _HEADS.items() if plain in heads), "")


def _line(cells: Mapping[str, str], refuse: _Found) -> VisitLine | None:
    day, source, definition = _day(cells.get("day", "")), _slug(cells.get("source", "")), cells.get("definition", "")
    if day is None:
        refuse("day", "is no day", "2026-11-21 or 21.11.2026")
    if is_sum(cells.get("source", "")):
        refuse("source", "names a sum of other rows", SUMMED)
    for key, text in (("source", source), ("definition", definition)):
        if not text:
            refuse(key, "is empty", "direct visits are a source too: direct")
    counts = {key: _count(cells.get(key, ""), key, refuse) for key in ("sessions", *_COUNTS)}
    sessions = counts.pop("sessions")
    if not cells.get("sessions"):
        refuse("sessions", "is empty", "a whole number; 0 where nobody came")
    for key in ("bounced", "timed"):
        part = counts[key]
        if part is not None and sessions is not None and part > sessions:
            refuse(key, "is more than sessions", "a part of the sessions")
    if day is None or sessions is None or not source or not definition:
        return None
    return VisitLine(day=day, source=source, definition=definition, sessions=sessions, **counts)


def _day(text: str) -> int | None:
    german = _GERMAN_DAY.fullmatch(text)
    try:
        found = date.fromisoformat("-".join(reversed(german.groups())) if german else text)
    except ValueError:
        return None
    return found.toordinal() - _EPOCH


def _slug(text: str) -> str:
    """Return a source as contacts carry it: in lower case, words joined."""
    return "_".join(text.lower().split())


def _count(text: str, key: str, refuse: _Found) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        refuse(key, "is no whole number", "1234 or 1.234")
        return None
    return int(re.sub(r"\D", "", text))
