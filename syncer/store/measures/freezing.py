"""The open pipeline, frozen at the end of each local day. A deal that stays as it is takes one row for all its days."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, and_, func, select, update

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.asked.memory import FrozenDay
from syncer.kpis.asked.ports import Cut
from syncer.store import tables
from syncer.store.engines.dialect import Row, chunks, dialect_of
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of, span_row
from syncer.store.measures.populations import deals_as_of

_CHUNK = 2_000
#: Positions of the deal's id, and where what was frozen of it begins.
_DEAL, _FROZEN = 1, 4
#: Where a row of spans has what is frozen beside owner and promise.
_NAMES = [column.name for column in tables.deal_spans.columns]
_PLACES = [_NAMES.index(column.name) for column in tables.frozen_deals.columns if column.name in _NAMES[2:]]


def frozen_day(connection: Connection, cut: Cut, day: int) -> FrozenDay | None:
    """Return a day that was frozen by the cut's knowledge time."""
    row = tables.frozen_days.c
    query = select(row.day, row.as_of, row.frozen_at, row.agreement).where(
        row.account == cut.account, row.day == day, row.frozen_at <= cut.known_at
    )
    found = connection.execute(query).first()
    return None if found is None else FrozenDay(*found)


def last_frozen(connection: Connection, account: str) -> int | None:
    """Return the last day that was frozen, None where none ever was."""
    row = tables.frozen_days.c
    found: int | None = connection.execute(select(func.max(row.day)).where(row.account == account)).scalar()
    return found


def knows_deals(connection: Connection, account: str) -> bool:
    """Return whether any deal was ever decided: before that there is no pipeline to freeze."""
    row = tables.deal_states.c
    return connection.execute(select(row.deal_id).where(row.account == account).limit(1)).first() is not None


def freeze(connection: Connection, cut: Cut, day: FrozenDay, promised: Callable[[DealSpan], bool]) -> int:
    """Freeze the deals open at the cut as those of a day that follows the last one; return how many there are."""
    rows = list(_open_deals(connection, cut, day.day, promised))
    before = _of_day(connection, cut.account, day.day - 1)
    same = [row for row in rows if before.get(row[_DEAL]) == row[_FROZEN:]]
    stayed = {row[_DEAL] for row in same}
    _extend(connection, cut.account, sorted(stayed), day.day)
    fresh = [row for row in rows if row[_DEAL] not in stayed]
    dialect_of(connection).append(connection, tables.frozen_deals, fresh)
    header = (cut.account, day.day, day.as_of, day.frozen_at, day.agreement)
    dialect_of(connection).append(connection, tables.frozen_days, [header])
    return len(rows)


def _open_deals(connection: Connection, cut: Cut, day: int, promised: Callable[[DealSpan], bool]) -> Iterator[Row]:
    deals = deals_as_of(cut)
    columns = (deals.c.owner_id, *(deals.c[column.name] for column in SPAN_COLUMNS))
    query = select(*columns).where(deals.c.outcome == Outcome.OPEN.value).order_by(deals.c.deal_id)
    for found in connection.execute(query, execution_options={"yield_per": _CHUNK}):
        owner_id, *told = tuple(found)
        span = span_of(tuple(told))
        yield (cut.account, span.deal_id, day, day, owner_id, int(promised(span)), *_frozen(span))


def _frozen(span: DealSpan) -> Row:
    row = span_row("", span, 0, "")
    return tuple(row[place] for place in _PLACES)


def _of_day(connection: Connection, account: str, day: int) -> dict[str, Row]:
    row = tables.frozen_deals
    found = connection.execute(select(row).where(row.c.account == account, row.c.last_day == day))
    return {one[_DEAL]: _plain(tuple(one)[_FROZEN:]) for one in found}


def _plain(values: Sequence[object]) -> Row:
    return tuple(int(value) if isinstance(value, bool) else value for value in values)


def _extend(connection: Connection, account: str, deal_ids: Sequence[str], day: int) -> None:
    row = tables.frozen_deals
    for chunk in chunks(deal_ids):
        mine = and_(row.c.account == account, row.c.last_day == day - 1, row.c.deal_id.in_(chunk))
        connection.execute(update(row).where(mine).values(last_day=day))
