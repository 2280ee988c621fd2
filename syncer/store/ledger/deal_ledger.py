"""Writes decisions on deals and companies: spans bitemporally, the current state as a projection."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import islice

from sqlalchemy import Connection, Table, bindparam, select

from syncer.errors import InvalidRecord
from syncer.funnel.facts import CompanyDecision, DealDecision
from syncer.store import tables
from syncer.store.engines.dialect import CHUNK, Dialect, Query, Row, among, dialect_of, listed, raw
from syncer.store.ledger.ledger_rows import deal_values
from syncer.store.ledger.spans import span_row
from syncer.store.rows.supersede import revise
from syncer.store.values import Saved

#: Positions in a row of `deal_states`.
_VALUES, _DUE, _CHANGED = slice(2, 11), 11, 13


def save_deals(
    connection: Connection, account: str, decisions: Iterable[DealDecision], *, now: int, agreement: str
) -> Saved:
    """Write decisions; one with an amount that no column can hold is refused and the others are written."""
    changed: list[str] = []
    refused: list[InvalidRecord] = []
    remaining = iter(decisions)
    while page := list(islice(remaining, CHUNK)):
        kept, spans = _encoded(account, page, refused, now=now, agreement=agreement)
        before = _states(connection, tables.deal_states, account, [decision.deal_id for decision in kept])
        told = revise(connection, tables.deal_spans, account, spans, before, now=now)
        states: list[Row] = []
        for decision in kept:
            old, values = before.get(decision.deal_id), deal_values(decision)
            if old is None or old[_VALUES] != values or decision.deal_id in told:
                states.append((account, decision.deal_id, *values, decision.due_at, agreement, now))
                changed.append(decision.deal_id)
            elif old[_DUE] != decision.due_at:
                states.append((*old[:_DUE], decision.due_at, agreement, old[_CHANGED]))
        dialect_of(connection).upsert(connection, tables.deal_states, states)
    return Saved(changed_ids=changed, refused=refused)


def save_companies(
    connection: Connection, account: str, decisions: Iterable[CompanyDecision], *, now: int
) -> list[str]:
    """Write decisions; return the companies whose place changed."""
    changed: list[str] = []
    remaining = iter(decisions)
    while page := list(islice(remaining, CHUNK)):
        before = _states(connection, tables.company_states, account, [decision.company_id for decision in page])
        rows = [
            (account, decision.company_id, str(decision.stage), 1 if decision.in_tam else 0, now) for decision in page
        ]
        differing = [row for row in rows if row[1] not in before or before[row[1]][2:4] != row[2:4]]
        dialect_of(connection).upsert(connection, tables.company_states, differing)
        changed += [row[1] for row in differing]
    return changed


def _encoded(
    account: str, page: Sequence[DealDecision], refused: list[InvalidRecord], *, now: int, agreement: str
) -> tuple[list[DealDecision], list[Row]]:
    kept: list[DealDecision] = []
    spans: list[Row] = []
    for decision in page:
        try:
            # Of two spans from one moment the first lasts no time and holds for no moment.
            latest = {span.valid_from: span_row(account, span, now, agreement) for span in decision.spans}
        except (ValueError, ArithmeticError):
            refused.append(InvalidRecord(("amount: is no amount that fits",), record=decision.deal_id))
            continue
        kept.append(decision)
        spans += latest.values()
    return kept, spans


def _states(connection: Connection, table: Table, account: str, ids: Collection[str]) -> dict[str, Row]:
    statement = _states_sql(table, dialect_of(connection))
    return {row[1]: row for row in raw(connection, statement, {"account": account, "ids": listed(ids)})}


@cache
def _states_sql(table: Table, dialect: Dialect) -> Query:
    _, owner, *_ = table.columns
    return select(*table.columns).where(table.c.account == bindparam("account"), among(dialect, owner))
