"""What became of comparable hand-overs, as explanations and cards tell it."""

from collections.abc import Callable, Mapping
from functools import cache

from jobs.deciding.derive import Clocks
from jobs.figures.beside import kept_experience
from syncer.agreement import Agreement
from syncer.funnel.facts import ContactDecision
from syncer.kpis.asked.ports import Cut
from syncer.kpis.figures.experience import MONTHS, Experience, experience, horizon_days
from syncer.kpis.periods import Calendar
from syncer.kpis.statistics.stats import wilson
from syncer.scoring import BaseRate
from syncer.store import Unit

#: Cell → how hand-overs from it ended.
Rates = Callable[[str], BaseRate]

#: Returns rates at the given times.
RatesOf = Callable[[Unit, Agreement, str, Clocks], Rates]


def cell_of(decision: ContactDecision) -> str:
    """Return the cell that a contact is compared by: that of its hand-over, else where it stands now."""
    handed = decision.cycles[-1].cell if decision.cycles else None
    return handed or decision.score.cell


def base_rates(reading: Unit, agreement: Agreement, account: str, clocks: Clocks) -> Rates:
    """Return how comparable hand-overs ended, by cell; counted once, when first asked."""
    calendar = Calendar(zone=agreement.calendar.zone.key, fiscal_year_start=agreement.calendar.fiscal_year_start)
    cut = Cut(account=account, as_of=clocks.as_of, known_at=clocks.known_at, calendar=calendar)

    @cache
    def counted() -> Mapping[str, Experience]:
        return experience(reading.measures, cut, horizon_days(reading.measures, cut))

    return rates_of(counted)


def last_rates(reading: Unit, agreement: Agreement, account: str, clocks: Clocks) -> Rates:
    """Return how comparable hand-overs ended as of the last snapshot of figures; counted where none has it."""
    kept = kept_experience(reading, account)
    return base_rates(reading, agreement, account, clocks) if kept is None else rates_of(lambda: kept)


def rates_of(found: Callable[[], Mapping[str, Experience]]) -> Rates:
    """Return rates out of what became of hand-overs by cell."""

    def rate(cell: str) -> BaseRate:
        won, n = found().get(cell, Experience(0, 0))
        low, high = wilson(won, n)
        return BaseRate(cell=cell, k=won, n=n, low=low or 0.0, high=1.0 if high is None else high, months=MONTHS)

    return rate
