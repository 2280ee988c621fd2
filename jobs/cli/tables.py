"""Tables on a terminal: words stay whole; what is too wide for a table stands record by record."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

#: How wide a table may be in a file or a pipe.
_WIDE = 200
#: Room between two columns, the wider one where there is room for it; and at both edges together.
_GAPS, _EDGES = (3, 2), 2
#: Words up to this length are never broken: ids of runs and names of properties are to be copied.
_WHOLE = 27
#: Cells that say nothing: a column of them alone gives way where room is short.
_MUTE = frozenset({"", "–", "0"})
#: Tables of more columns than this are folded to so many lines a row at most.
_FOLDED, _TALL = 4, 3
#: Where a head may be broken that has no room: hand-overs/week.
_JOINED = re.compile(r"([/-])(?=\w)")
_BETWEEN, _INDENT = " · ", "    "


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    head: str
    cells: Sequence[str]
    is_number: bool

    @property
    def wanted(self) -> int:
        """Return the width that holds head and cells in one line each."""
        return max(map(_cells, (self.head, *self.cells)))

    @property
    def told(self) -> int:
        """Return the width that holds every cell in one line: where room is short, heads fold first."""
        return max(self.least, *map(_cells, self.cells), 0)

    @property
    def least(self) -> int:
        """Return the width that breaks no word."""
        return max(map(_longest_word, (self.head, *self.cells)))


def print_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
    tall: int = _TALL,
    within: int | None = None,
) -> None:
    """Print a table; columns named in `right` are numbers, a cell that begins with spaces is indented as a whole.

    Off a terminal nothing is cut. On a terminal too narrow for it, columns that say nothing are left out; if it still
    does not fit, or a row of many columns takes more than `tall` lines, each row is a paragraph. A table `within` so
    many columns of text takes no more of them.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _WIDE)
    console.width = min(console.width, within or console.width)
    if title:
        console.print(title, style="italic", markup=False, soft_wrap=True)
    columns = [
        _Column(head=head, cells=[row[place] for row in rows], is_number=head in right)
        for place, head in enumerate(heads)
    ]
    for some in _attempts(columns):
        widths = _widths(some, console.width, tall)
        if widths is not None:
            console.print(_table(some, widths, gap=_gap(widths, console.width)))
            return
    _print_paragraphs(console, columns)


def _attempts(columns: Sequence[_Column]) -> Iterator[Sequence[_Column]]:
    """Yield the columns, then without those that say nothing, then with heads that may be broken."""
    yield columns
    telling = [one for place, one in enumerate(columns) if place == 0 or not _MUTE.issuperset(one.cells)]
    yield telling
    yield [replace(one, head=_JOINED.sub(r"\1 ", one.head)) for one in telling]


def _widths(columns: Sequence[_Column], width: int, tall: int) -> Sequence[int] | None:
    """Return how wide each column is, every word whole; None where that takes more room than there is."""
    room = width - _EDGES - _GAPS[-1] * (len(columns) - 1)
    if sum(one.wanted for one in columns) <= room:
        return [one.wanted for one in columns]
    room -= sum(one.least for one in columns)
    if room < 0:
        return None
    given = _shared(columns, room)
    return None if len(given) > _FOLDED and _tallest(columns, given) > tall else given


def _shared(columns: Sequence[_Column], room: int) -> Sequence[int]:
    """Return widths between least and told: narrow columns get all they want before wide ones share the rest."""
    given = [one.least for one in columns]
    lacking = [one.told - one.least for one in columns]
    waiting = sorted(range(len(given)), key=lacking.__getitem__)
    for count, place in zip(range(len(waiting), 0, -1), waiting, strict=True):
        more = min(lacking[place], room // count)
        given[place] += more
        room -= more
    return given


def _tallest(columns: Sequence[_Column], widths: Sequence[int]) -> int:
    cells = ((cell, width) for one, width in zip(columns, widths, strict=True) for cell in (one.head, *one.cells))
    return max(len(wrap(cell, width)) for cell, width in cells)


def _gap(widths: Sequence[int], width: int) -> int:
    return next((gap for gap in _GAPS if _EDGES + sum(widths) + gap * (len(widths) - 1) <= width), _GAPS[-1])


def _longest_word(cell: str) -> int:
    return min(max(map(_cells, cell.split()), default=1), _WHOLE)


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _table(columns: Sequence[_Column], widths: Sequence[int], *, gap: int) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, gap - 2))
    for one, width in zip(columns, widths, strict=True):
        table.add_column(Text(one.head), justify="right" if one.is_number else "left", overflow="fold", width=width)
    for row in zip(*(one.cells for one in columns), strict=True):
        table.add_row(*map(_shown, row))
    return table


def _shown(cell: str) -> "Text | Padding":
    from rich.padding import Padding
    from rich.text import Text

    text = cell.lstrip(" ")
    indent = len(cell) - len(text)
    return Padding(Text(text), (0, 0, 0, indent)) if indent else Text(text)


def _print_paragraphs(console: "Console", columns: Sequence[_Column]) -> None:
    """Print each row as a paragraph that begins with its first cell; what says nothing is left out."""
    heads = [one.head for one in columns]
    for row in zip(*(one.cells for one in columns), strict=True):
        for line in _paragraph(heads, row, console.width):
            console.print(line, markup=False, soft_wrap=True)
    console.print()


def _paragraph(heads: Sequence[str], row: Sequence[str], width: int) -> Iterator[str]:
    yield f"{heads[0]} {row[0]}".strip()
    line = ""
    told = [(head, cell) for head, cell in zip(heads[1:], row[1:], strict=True) if cell not in _MUTE]
    for fact in (f"{head}: {cell}" if head else cell for head, cell in told):
        if line and _cells(f"{_INDENT}{line}{_BETWEEN}{fact}") <= width:
            line = f"{line}{_BETWEEN}{fact}"
        else:
            yield from _indented(line, width)
            line = fact
    yield from _indented(line, width)


def _indented(line: str, width: int) -> Sequence[str]:
    return wrap(line, width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)
