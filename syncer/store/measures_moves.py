"""What became of the open pipeline of an earlier moment, which is a frozen day or one that the ledger remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    literal,
    null,
    or_,
    select,
)

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.memory import FrozenDay, Move
from syncer.kpis.ports import Cut
from syncer.moments import Millis
from syncer.store import tables
from syncer.store.dialect import Query, Row
from syncer.store.measures_populations import deal_excluded, deals_as_of
from syncer.store.measures_segments import deal_segment, reader
from syncer.store.measures_time import Expression
from syncer.store.spans import SPAN_COLUMNS, span_of

_CHUNK = 2_000
_SPAN = tuple(column.name for column in SPAN_COLUMNS)
#: What stands over all spans of a deal.
_STATE = ("primary_contact_id", "company_id", "deal_type", "source")


def moves(connection: Connection, cut: Cut, since: FrozenDay | Millis) -> Iterator[Move]:
    """Yield every deal that was open then, or is open, or was created since."""
    at = since.as_of if isinstance(since, FrozenDay) else since
    before, after = _open_then(cut, since), deals_as_of(cut)
    same = after.c.deal_id == before.c.deal_id
    telling = or_(before.c.deal_id.is_not(None), after.c.outcome == Outcome.OPEN.value, after.c.created_at > at)
    known = select(*_columns(before, after)).select_from(after.outerjoin(before, same)).where(telling)
    yield from _read(connection, cut, known)
    if isinstance(since, FrozenDay):
        gone = before.c.deal_id.not_in(select(after.c.deal_id))
        nowhere = select(after).where(false()).subquery("nowhere")
        lost = before.outerjoin(nowhere, nowhere.c.deal_id == before.c.deal_id)
        yield from _read(connection, cut, select(*_columns(before, nowhere)).select_from(lost).where(gone))


def _open_then(cut: Cut, since: FrozenDay | Millis) -> Subquery:
    if isinstance(since, FrozenDay):
        return _frozen(cut, since)
    rows = deals_as_of(replace(cut, as_of=since))
    return (
        select(rows, cast(null(), Boolean).label("promised"))
        .where(rows.c.outcome == Outcome.OPEN.value)
        .subquery("before")
    )


def _frozen(cut: Cut, frozen: FrozenDay) -> Subquery:
    """Return the deals of a frozen day in the columns of `deals_as_of`."""
    row, state = tables.frozen_deals, tables.deal_states
    of_day: dict[str, Expression] = {
        "valid_from": literal(frozen.as_of, BigInteger),
        "valid_to": cast(null(), BigInteger),
        "outcome": literal(Outcome.OPEN.value, String),
        "rule": literal("", String),
        "reason": cast(null(), String),
        "resume_at": cast(null(), BigInteger),
    }
    mine = and_(state.c.account == row.c.account, state.c.deal_id == row.c.deal_id)
    return (
        select(
            *((of_day[name] if name in of_day else row.c[name]).label(name) for name in _SPAN),
            row.c.owner_id,
            row.c.promised,
            *(state.c[name] for name in _STATE),
        )
        .select_from(row.outerjoin(state, mine))
        .where(row.c.account == cut.account, row.c.first_day <= frozen.day, row.c.last_day >= frozen.day)
        .subquery("before")
    )


def _columns(before: Subquery, after: Subquery) -> Sequence[Expression]:
    """Return a deal as it was cut then where it was open then, and both of its spans."""
    was_open = before.c.deal_id.is_not(None)

    def then(name: str) -> Expression:
        return case((was_open, before.c[name]), else_=after.c[name]).label(name)

    outcome = case((was_open, literal(Outcome.OPEN.value, String)), else_=after.c.outcome).label("outcome")
    own = ("deal_id", "owner_id", "pipeline_id", "pipeline_kind", "close_date", *_STATE)
    return [
        *(then(name) for name in own),
        outcome,
        before.c.promised.label("promised"),
        *(before.c[name].label(f"before_{name}") for name in _SPAN),
        *(after.c[name].label(f"after_{name}") for name in _SPAN),
    ]


def _read(connection: Connection, cut: Cut, query: Query) -> Iterator[Move]:
    rows, read, width = query.subquery("moving"), reader(cut), len(cut.by)
    columns = [
        *deal_segment(rows, cut, rows.c.close_date),
        deal_excluded(rows, cut, false()).label("excluded"),
        rows.c.promised,
        *(rows.c[f"{side}_{name}"] for side in ("before", "after") for name in _SPAN),
    ]
    ordered = select(*columns).order_by(rows.c.deal_id)
    for found in connection.execute(ordered, execution_options={"yield_per": _CHUNK}):
        row = tuple(found)
        excluded, promised, *spans = row[width:]
        before, after = spans[: len(_SPAN)], spans[len(_SPAN) :]
        kept = None if promised is None else bool(promised)
        yield Move(read(row[:width]), excluded, _span(tuple(before)), kept, _span(tuple(after)))


def _span(row: Row) -> DealSpan | None:
    return None if row[0] is None else span_of(row)
