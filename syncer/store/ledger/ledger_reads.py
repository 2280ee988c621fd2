"""Reads of the ledger: current states, decisions in force, and history as known at a moment."""

from collections.abc import Collection, Iterator
from functools import cache

from sqlalchemy import Column, Connection, Table, bindparam, or_, select

from syncer.funnel.facts import Cycle, DealDecision, FunnelStage, StageEvent
from syncer.funnel.kept import PrimaryBy
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, dialect_of, listed, raw
from syncer.store.ledger.ledger_rows import cycle_of, deal_state_of, event_of, state_of
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of
from syncer.store.rows.decode import texts_of
from syncer.store.rows.pages import pages
from syncer.store.values import CompanyState, ContactState, DealState

_PAGE = 2_000
#: Stages in which somebody can still be won.
_ALIVE = (
    FunnelStage.INQUIRY,
    FunnelStage.LEAD_MQL,
    FunnelStage.LEAD_SQL,
    FunnelStage.LEAD_SAL,
    FunnelStage.LEAD_DEAL,
    FunnelStage.OPPORTUNITY,
    FunnelStage.FORECAST,
)


def _shown(table: Table) -> tuple[Column[object], ...]:
    return tuple(column for column in table.columns if column.name != "account")


def states(connection: Connection, account: str, ids: Collection[str] | None) -> Iterator[ContactState]:
    """Yield contacts' states in the order of their ids."""
    for page in pages(connection, _shown(tables.contact_states), account, ids, size=_PAGE):
        yield from map(state_of, page)


def company_states(connection: Connection, account: str, ids: Collection[str] | None) -> Iterator[CompanyState]:
    """Yield companies' states in the order of their ids."""
    for page in pages(connection, _shown(tables.company_states), account, ids, size=_PAGE):
        for row in page:
            yield CompanyState(company_id=row[0], stage=FunnelStage(row[1]), in_tam=bool(row[2]), changed_at=row[3])


def deal_states(connection: Connection, account: str, ids: Collection[str] | None) -> Iterator[DealState]:
    """Yield deals' states in the order of their ids, each with its latest span; a deal without any is left out."""
    for page, spans in _with_spans(connection, account, ids):
        yield from (deal_state_of(row, spans[row[0]][-1]) for row in page if row[0] in spans)


def deal_decisions(connection: Connection, account: str, ids: Collection[str] | None) -> Iterator[DealDecision]:
    """Yield the decisions in force in the order of the deals' ids."""
    for page, spans in _with_spans(connection, account, ids):
        for row in page:
            yield DealDecision(
                deal_id=row[0],
                created_at=row[1],
                primary_contact_id=row[2],
                contact_ids=texts_of(row[3]),
                company_id=row[4],
                owner_id=row[5],
                deal_type=row[6],
                source=row[7],
                spans=tuple(span_of(span) for span in spans.get(row[0], ())),
                flags=texts_of(row[8]),
                primary_by=None if row[9] is None else PrimaryBy(row[9]),
                due_at=row[10],
            )


def events(connection: Connection, account: str, contact_id: str, known_at: int) -> list[StageEvent]:
    """Return a contact's stage events as we knew them at a moment."""
    return [event_of(row) for row in _known(connection, tables.stage_events, account, contact_id, known_at)]


def cycles(connection: Connection, account: str, contact_id: str, known_at: int) -> list[Cycle]:
    """Return a contact's cycles as we knew them at a moment."""
    return [cycle_of(row) for row in _known(connection, tables.cycles, account, contact_id, known_at)]


def _known(connection: Connection, table: Table, account: str, contact_id: str, known_at: int) -> list[Row]:
    held = or_(table.c.superseded_at.is_(None), table.c.superseded_at > known_at)
    statement = (
        select(*table.columns)
        .where(table.c.account == account, table.c.contact_id == contact_id, table.c.recorded_at <= known_at, held)
        .order_by(*table.primary_key)
    )
    return raw(connection, statement, {})


def _with_spans(
    connection: Connection, account: str, ids: Collection[str] | None
) -> Iterator[tuple[list[Row], dict[str, list[Row]]]]:
    statement = _spans_sql(dialect_of(connection))
    for page in pages(connection, _shown(tables.deal_states), account, ids, size=_PAGE):
        spans: dict[str, list[Row]] = {}
        values = {"account": account, "ids": listed(row[0] for row in page)}
        for span in raw(connection, statement, values):
            spans.setdefault(span[0], []).append(span)
        yield page, spans


@cache
def _spans_sql(dialect: Dialect) -> Query:
    spans = tables.deal_spans.c
    return (
        select(*SPAN_COLUMNS)
        .where(spans.account == bindparam("account"), among(dialect, spans.deal_id), spans.superseded_at.is_(None))
        .order_by(spans.deal_id, spans.valid_from)
    )


def hottest(connection: Connection, account: str, number: int) -> list[str]:
    """Return the open contacts of highest priority, highest first."""
    states, contacts = tables.contact_states.c, tables.contacts.c
    statement = (
        select(states.contact_id)
        .join(tables.contacts, (contacts.account == states.account) & (contacts.id == states.contact_id))
        .where(
            states.account == account,
            states.stage.in_([stage.value for stage in _ALIVE]),
            contacts.archived_at.is_(None),
            contacts.merged_into.is_(None),
        )
        .order_by(states.priority.desc(), states.contact_id)
        .limit(number)
    )
    return [row[0] for row in raw(connection, statement, {})]


def decided_since(connection: Connection, table: Table, account: str, since: int | None) -> Iterator[str]:
    """Yield the ids in a table of states about which something changed since a moment; all of them for None."""
    key = next(column for column in table.primary_key if column.name != "account")
    if since is None:
        for page in pages(connection, (key,), account, None, size=_PAGE):
            yield from (row[0] for row in page)
    else:
        # Ordered by the bare key, SQLite would rather walk all keys than sort the few that changed.
        mine = select(key).where(table.c.account == account, table.c.changed_at >= since)
        statement = mine.order_by(key + "")
        yield from (row[0] for row in raw(connection, statement, {}))
