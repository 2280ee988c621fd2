"""Tells a statement that walks through all of a large table from one that looks rows up, by SQLite's own plan."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

from syncer.store import Unit

#: Tables that grow with the CRM or with time.
_LARGE = (
    "activities",
    "addresses",
    "changes",
    "companies",
    "contact_states",
    "contacts",
    "cycles",
    "deal_spans",
    "deals",
    "evidence",
    "links",
    "outbox",
    "stage_events",
)
_STEP = re.compile(rf"^(SCAN|SEARCH) (?:{'|'.join(_LARGE)})\b(?: USING .*INDEX (\w+))?")
#: Indexes that hold nothing but what waits.
_OF_THE_OPEN = frozenset({"ix_outbox_open"})
#: More than the account, and more than a range of ids, is asked of a row.
_NARROWED = re.compile(r" AND (?!\w*id[<>])\w+[=<>]|rowid=")
_PLANNED = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


@contextmanager
def executed() -> Iterator[set[str]]:
    """Yield every statement that any connection executes meanwhile."""
    seen: set[str] = set()

    def note(*given: object) -> None:
        seen.add(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def walks(unit: Unit, statements: Iterable[str]) -> list[str]:
    """Return how SQLite would go through all of a large table; a look at its first few rows is none."""
    wanted = [one for one in sorted(statements) if " LIMIT " not in one and one.lstrip().startswith(_PLANNED)]
    return [f"{step}: {' '.join(one.split())}" for one in wanted for step in _steps(unit, one) if is_walk(step)]


def is_walk(step: str) -> bool:
    """Return whether a step of a plan reads a large table from end to end."""
    found = _STEP.match(step)
    return found is not None and found[2] not in _OF_THE_OPEN and (found[1] == "SCAN" or not _NARROWED.search(step))


def _steps(unit: Unit, statement: str) -> list[str]:
    blanks = (None,) * statement.count("?")
    return [step[3] for step in unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", blanks)]
