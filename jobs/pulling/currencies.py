"""What other currencies are worth: from the CRM's own table at each look, and from files that a person imports."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from connectors.values import AccountFacts, ExchangeRate
from jobs.desk import Desk
from syncer.errors import Missing, StreamError, Unavailable
from syncer.moments import Millis, moment
from syncer.money import RateLine, RateOrigin
from syncer.store import Store

_EPOCH_DAY = date(1970, 1, 1).toordinal()


async def read_rates(desk: Desk, facts: AccountFacts) -> str | None:
    """Keep the CRM's rates where the account has further currencies; return why they could not be read, else None."""
    if not facts.more_currencies:
        return None
    try:
        told = await desk.source.exchange_rates()
    except (StreamError, Missing, Unavailable) as error:
        return error.hint or error.message
    usable = [one for one in told if one.rate > 0]
    lines = crm_lines(usable, desk.agreement.agreement.calendar.zone)

    def keep() -> None:
        with desk.store.commit() as unit:
            unit.money.keep_rates(desk.name, lines, desk.clock())

    await asyncio.to_thread(keep)
    left = len(told) - len(usable)
    return f"{left} of {len(told)} exchange rates are not above zero and were left out" if left else None


def crm_lines(told: Sequence[ExchangeRate], zone: ZoneInfo) -> Sequence[RateLine]:
    """Return the CRM's rates by local day; of several changes on one day the last holds."""
    latest = {(one.currency, one.into, _day(one.at, zone)): one for one in sorted(told, key=lambda one: one.at)}
    return [
        RateLine(
            origin=RateOrigin.CRM,
            currency=currency,
            into=into,
            first_day=first,
            last_day=None,
            rate=one.rate,
        )
        for (currency, into, first), one in latest.items()
    ]


def _day(at: Millis, zone: ZoneInfo) -> int:
    return moment(at).astimezone(zone).date().toordinal() - _EPOCH_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class RateImport:
    """What importing a sheet of rates changes."""

    created: int
    changed: int
    unchanged: int
    dry_run: bool

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "dry_run": self.dry_run,
        }


def import_rates(store: Store, account: str, lines: Sequence[RateLine], now: Millis, *, dry_run: bool) -> RateImport:
    """Keep the rates of a sheet; one that was known otherwise is superseded, and yesterday's report keeps the old."""
    with store.commit() as unit:
        there = {_key(line): line for line in unit.money.rates(account, now)}
        if not dry_run:
            unit.money.keep_rates(account, lines, now)
    created = sum(_key(line) not in there for line in lines)
    unchanged = sum(there.get(_key(line)) == line for line in lines)
    changed = len(lines) - created - unchanged
    return RateImport(created=created, changed=changed, unchanged=unchanged, dry_run=dry_run)


def _key(line: RateLine) -> tuple[str, str, str, int]:
    return (line.origin.value, line.currency, line.into, line.first_day)


def listed_rates(store: Store, account: str, now: Millis) -> Sequence[Mapping[str, object]]:
    """Return every rate that is believed now, by currency and day."""
    with store.snapshot() as unit:
        lines = unit.money.rates(account, now)
    return [
        {
            "account": account,
            "currency": line.currency,
            "into": line.into,
            "from": _date(line.first_day),
            "to": None if line.last_day is None else _date(line.last_day),
            "rate": line.rate,
            "origin": line.origin.value,
        }
        for line in sorted(lines, key=lambda line: (line.currency, line.into, line.first_day, line.origin))
    ]


def _date(day: int) -> str:
    return date.fromordinal(day + _EPOCH_DAY).isoformat()
