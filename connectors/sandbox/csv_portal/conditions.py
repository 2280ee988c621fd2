"""Which rows a spec's `where` lets through, and values in it that are most likely misspelt."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from connectors.sandbox.csv_portal.spec import Where
from connectors.sandbox.csv_portal.tables import CsvTable
from connectors.sandbox.csv_portal.values import passes

#: How much alike two values are that one misspelling tells apart, 0..1.
_ALIKE = 0.85
#: What helps.
EXACTLY = "capitals and spaces count, as the file has them"


def condition_faults(table: CsvTable, where: Where) -> Iterator[tuple[str, str, str]]:
    """Yield column, message and remedy of every condition that no row of the file can mean."""
    for column, values in where.items():
        if column not in table.columns:
            yield column, "names no column", f"one of {', '.join(table.columns)}"
            continue
        held = {row.cells[column] for row in table.rows}
        for value in values:
            if value not in held and _is_nearly(value, held.difference(values)):
                yield column, f"lists {value!r}, which no row has: one has nearly the same", EXACTLY


def lets_nothing_through(table: CsvTable, where: Where) -> bool:
    """Return whether a file has rows, and none of them meets the conditions."""
    if not where or not table.rows or not set(where) <= set(table.columns):
        return False
    return not any(passes(where, row) for row in table.rows)


def _is_nearly(value: str, others: set[str]) -> bool:
    """Return whether another value is nearly the same; what differs in a number is another."""
    plain = {_plain(other) for other in others if _digits(other) == _digits(value)}
    return bool(get_close_matches(_plain(value), plain, n=1, cutoff=_ALIKE))


def _plain(value: str) -> str:
    return "".join(value.casefold().split())


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)
