"""What became of the open pipeline of an earlier moment, which is a frozen day or one that the ledger remembers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    FromClause,
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
    true,
)

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.memory import FrozenDay, Move
from syncer.kpis.asked.ports import Cut
from syncer.kpis.periods import Window
from syncer.moments import Millis
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row, streamed
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of
from syncer.store.measures.populations import deal_excluded, deals_as_of, known
from syncer.store.measures.segments import deal_segment, reader
from syncer.store.measures.time import Expression, inside

_SPAN = tuple(column.name for column in SPAN_COLUMNS)
#: What stands over all spans of a deal.
_STATE = ("primary_contact_id", "company_id", "deal_type", "source")


def moves(connection: Connection, cut: Cut, since: FrozenDay | Millis, closing: Window | None = None) -> Iterator[Move]:
    """Yield every deal that was open then, or is open, or was created since.

    With `closing` only those that were open then, with a close date inside it: few, and searched by themselves.
    """
    at = since.as_of if isinstance(since, FrozenDay) else since
    after = deals_as_of(cut)
    before = _frozen(since) if isinstance(since, FrozenDay) else _remembered(cut, since, after)
    same = and_(before.rows.c.deal_id == after.c.deal_id, before.open_then(cut))
    columns = _columns(before, dict(after.c.items()))
    promised = true() if closing is None else inside(before.values["close_date"], closing)
    if closing is None:
        telling = or_(before.is_there, after.c.outcome == Outcome.OPEN.value, after.c.created_at > at)
        told = select(*columns).select_from(after.outerjoin(before.rows, same)).where(telling)
    else:
        told = select(*columns).select_from(before.rows.join(after, same)).where(promised)
    yield from _read(connection, cut, told)
    if isinstance(since, FrozenDay):
        yield from _read(connection, cut, _gone(before, cut, after).where(promised))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    """The rows that tell of the earlier moment: looked up by deal, so that a join costs one search a deal."""

    rows: FromClause
    values: Mapping[str, Expression]
    open_then: Callable[[Cut], Expression]

    @property
    def is_there(self) -> Expression:
        """Whether the deal was open then."""
        found: Expression = self.rows.c.deal_id.is_not(None)
        return found


def _remembered(cut: Cut, since: Millis, after: Subquery) -> _Before:
    span = tables.deal_spans.alias("before")
    held = and_(
        known(span, cut),
        span.c.valid_from <= since,
        or_(span.c.valid_to.is_(None), span.c.valid_to > since),
        span.c.outcome == Outcome.OPEN.value,
        after.c.created_at <= since,
    )
    own = {name: span.c[name] for name in _SPAN}
    beside = {"owner_id": after.c.owner_id, "promised": cast(null(), Boolean)}
    return _Before(rows=span, values=own | beside, open_then=lambda _: held)


def _frozen(frozen: FrozenDay) -> _Before:
    row = tables.frozen_deals.alias("before")
    # What a frozen day does not keep of a span: since when, why, and what only closed deals have.
    unkept: dict[str, Expression] = {
        "valid_from": literal(frozen.as_of, BigInteger),
        "valid_to": cast(null(), BigInteger),
        "outcome": literal(Outcome.OPEN.value, String),
        "rule": literal("", String),
        "reason": cast(null(), String),
        "resume_at": cast(null(), BigInteger),
    }
    own = {name: unkept[name] if name in unkept else row.c[name] for name in _SPAN}

    def held(cut: Cut) -> Expression:
        return and_(row.c.account == cut.account, row.c.first_day <= frozen.day, row.c.last_day >= frozen.day)

    return _Before(rows=row, values=own | {"owner_id": row.c.owner_id, "promised": row.c.promised}, open_then=held)


def _gone(before: _Before, cut: Cut, after: Subquery) -> Query:
    """Return the frozen deals that the ledger knows no longer, in the same columns."""
    state = tables.deal_states
    mine = and_(state.c.account == cut.account, state.c.deal_id == before.rows.c.deal_id)
    nothing = {name: cast(null(), tables.deal_spans.c[name].type) for name in _SPAN}
    columns = _columns(before, nothing | {name: state.c[name] for name in ("owner_id", *_STATE)})
    lost = before.rows.c.deal_id.not_in(select(after.c.deal_id))
    return select(*columns).select_from(before.rows.outerjoin(state, mine)).where(before.open_then(cut), lost)


def _columns(before: _Before, after: Mapping[str, Expression]) -> Sequence[Expression]:
    """Return a deal as it was cut then where it was open then, and both of its spans."""

    def then(name: str) -> Expression:
        return case((before.is_there, before.values[name]), else_=after[name]).label(name)

    outcome = case((before.is_there, literal(Outcome.OPEN.value, String)), else_=after["outcome"]).label("outcome")
    return [
        *(then(name) for name in ("deal_id", "owner_id", "pipeline_id", "pipeline_kind", "close_date")),
        *(after[name].label(name) for name in _STATE),
        outcome,
        before.values["promised"].label("promised"),
        *(case((before.is_there, before.values[name])).label(f"before_{name}") for name in _SPAN),
        *(after[name].label(f"after_{name}") for name in _SPAN),
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
    before, after = width + 2, width + 2 + len(_SPAN)
    with closing(streamed(connection, ordered)) as found:
        for row in found:
            excluded, promised = row[width:before]
            kept = None if promised is None else bool(promised)
            yield Move(read(row[:width]), excluded, _span(row[before:after]), kept, _span(row[after:]))


def _span(row: Row) -> DealSpan | None:
    return None if row[0] is None else span_of(row)
