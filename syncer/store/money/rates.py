"""Exchange rates: kept bitemporally, so that a report of yesterday can be made again after a rate was corrected."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import Connection, and_, or_, select, update

from syncer.moments import Millis
from syncer.money import RateLine, RateOrigin
from syncer.store import tables
from syncer.store.engines.dialect import Row, dialect_of
from syncer.store.values import Upserted

_Key = tuple[str, str, str, int]


def rates(connection: Connection, account: str, known_at: int) -> Sequence[RateLine]:
    """Return the rates that were believed at a moment."""
    row = tables.rates.c
    believed = and_(row.recorded_at <= known_at, or_(row.superseded_at.is_(None), row.superseded_at > known_at))
    query = (
        select(row.origin, row.currency, row.into_currency, row.first_day, row.last_day, row.rate)
        .where(row.account == account, believed)
        .order_by(row.origin, row.currency, row.into_currency, row.first_day)
    )
    return [
        RateLine(
            origin=RateOrigin(origin),
            currency=currency,
            into=into,
            first_day=first,
            last_day=last,
            rate=Decimal(rate),
        )
        for origin, currency, into, first, last, rate in connection.execute(query)
    ]


def keep_rates(connection: Connection, account: str, lines: Collection[RateLine], now: Millis) -> Upserted:
    """Write rates that are new or differ. One that is told no longer was told: it stays."""
    there = {_key(line): line for line in rates(connection, account, now)}
    latest = {_key(line): line for line in lines}
    differing = [line for key, line in latest.items() if there.get(key) != line]
    ended = [_key(line) for line in differing if _key(line) in there]
    for key in ended:
        _end(connection, account, key, now)
    dialect_of(connection).upsert(connection, tables.rates, [_row(account, line, now) for line in differing])
    return Upserted(created=len(differing) - len(ended), updated=len(ended), unchanged=len(latest) - len(differing))


def _key(line: RateLine) -> _Key:
    return (line.origin.value, line.currency, line.into, line.first_day)


def _end(connection: Connection, account: str, key: _Key, now: Millis) -> None:
    row = tables.rates
    origin, currency, into, first_day = key
    mine = and_(
        row.c.account == account,
        row.c.origin == origin,
        row.c.currency == currency,
        row.c.into_currency == into,
        row.c.first_day == first_day,
        row.c.superseded_at.is_(None),
    )
    connection.execute(update(row).where(mine).values(superseded_at=now))


def _row(account: str, line: RateLine, now: Millis) -> Row:
    return (account, *_key(line), now, line.last_day, str(line.rate), None)
