"""Freezes the open pipeline of every local day that is over: the memory of forecasts (domain K20, R19).

A day is frozen as it stood at its last moment, so that of a quarter's last day is the final forecast, before the new
quarter begins. It is frozen from two o'clock on, when late changes of the day have been read. Days on which nothing ran
are made up for as the ledger remembers them by then; the header of each says when it was frozen.
"""

from dataclasses import dataclass

from jobs.names import agreement_text
from syncer.agreement import InForce
from syncer.funnel import forecast_rule
from syncer.funnel.facts import DealSpan
from syncer.kpis.asked.memory import FrozenDay
from syncer.kpis.asked.ports import Cut
from syncer.kpis.periods import Calendar, day_of
from syncer.moments import HOUR, Millis
from syncer.store import Store

#: Hours after midnight from which a day is over for good.
HOUR_OF_FREEZING = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """What was frozen."""

    days: int = 0
    deals: int = 0


def freeze_days(store: Store, agreement: InForce, account: str, now: Millis) -> Frozen:
    """Freeze the days that are over and are not frozen yet; of an account new to it, yesterday alone."""
    rules = agreement.agreement
    calendar = Calendar(zone=rules.calendar.zone.key, fiscal_year_start=rules.calendar.fiscal_year_start)
    rule, version = forecast_rule(rules), agreement_text(agreement)

    def promised(span: DealSpan) -> bool:
        return span.close_date is not None and rule(span, span.close_date)

    with store.snapshot() as unit:
        last = unit.money.last_frozen(account) if unit.money.knows_deals(account) else last_over(calendar, now)
    due = last_over(calendar, now)
    found = Frozen()
    for day in range(due if last is None else last + 1, due + 1):
        frozen = FrozenDay(day, calendar.last_moment(day_of(day)), now, version)
        cut = Cut(account=account, as_of=frozen.as_of, known_at=now, calendar=calendar)
        with store.commit() as unit:
            deals = unit.money.freeze(cut, frozen, promised)
        found = Frozen(days=found.days + 1, deals=deals)
    return found


def last_over(calendar: Calendar, now: Millis) -> int:
    """Return the last local day that is over for good."""
    today = calendar.day(now)
    is_late = now >= calendar.midnight(today) + HOUR_OF_FREEZING * HOUR
    return calendar.day_number(now) - (1 if is_late else 2)
