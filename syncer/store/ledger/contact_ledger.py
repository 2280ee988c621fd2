"""Writes decisions on contacts: history bitemporally, the current state as a projection."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice

from sqlalchemy import Connection, bindparam, select

from syncer.funnel.facts import ContactDecision
from syncer.store import tables
from syncer.store.engines.dialect import CHUNK, Dialect, Query, Row, among, dialect_of, listed, raw
from syncer.store.ledger.ledger_rows import cycle_row, event_row, state_values
from syncer.store.rows.supersede import revise

#: Positions in a row of `contact_states`.
_VALUES, _DUE, _CHANGED = slice(2, 19), 19, 21


def save_contacts(
    connection: Connection, account: str, decisions: Iterable[ContactDecision], *, now: int, agreement: str
) -> list[str]:
    """Write decisions; return the contacts about whom anything but the due time changed."""
    changed: list[str] = []
    remaining = iter(decisions)
    while page := list(islice(remaining, CHUNK)):
        before = _states(connection, account, page)
        told = _save_history(connection, account, page, before, now=now, agreement=agreement)
        states, differing = _projected(account, page, before, told, now=now, agreement=agreement)
        dialect_of(connection).upsert(connection, tables.contact_states, states)
        changed += differing
    return changed


def _save_history(
    connection: Connection,
    account: str,
    page: Sequence[ContactDecision],
    before: Mapping[str, Row],
    *,
    now: int,
    agreement: str,
) -> set[str]:
    events = [
        event_row(account, decision.contact_id, event, now, agreement) for decision in page for event in decision.events
    ]
    cycles = [
        cycle_row(account, decision.contact_id, cycle, now, agreement) for decision in page for cycle in decision.cycles
    ]
    # A contact without a state has no history either: a first derive reads nothing.
    told = revise(connection, tables.stage_events, account, events, before, now=now)
    return told | revise(connection, tables.cycles, account, cycles, before, now=now)


def _projected(
    account: str,
    page: Sequence[ContactDecision],
    before: Mapping[str, Row],
    told: set[str],
    *,
    now: int,
    agreement: str,
) -> tuple[list[Row], list[str]]:
    """Return the state rows to write and the contacts whose decision differs from the last."""
    states: list[Row] = []
    differing: list[str] = []
    for decision in page:
        owner, values = decision.contact_id, state_values(decision)
        old = before.get(owner)
        if old is None or old[_VALUES] != values or owner in told:
            states.append((account, owner, *values, decision.due_at, agreement, now))
            differing.append(owner)
        elif old[_DUE] != decision.due_at:
            states.append((*old[:_DUE], decision.due_at, agreement, old[_CHANGED]))
    return states, differing


def _states(connection: Connection, account: str, page: Sequence[ContactDecision]) -> dict[str, Row]:
    ids = listed(decision.contact_id for decision in page)
    return {
        row[1]: row for row in raw(connection, _states_sql(dialect_of(connection)), {"account": account, "ids": ids})
    }


@cache
def _states_sql(dialect: Dialect) -> Query:
    states = tables.contact_states
    return select(*states.columns).where(states.c.account == bindparam("account"), among(dialect, states.c.contact_id))
