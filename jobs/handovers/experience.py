"""What became of comparable hand-overs, as explanations and cards tell it."""

from collections.abc import Callable
from functools import cache

from jobs.deciding.derive import Clocks
from syncer.agreement import Agreement
from syncer.funnel.facts import ContactDecision
from syncer.kpis.experience import MONTHS, Experience, experience, horizon_days
from syncer.kpis.periods import Calendar
from syncer.kpis.ports import Cut
from syncer.kpis.stats import wilson
from syncer.scoring import BaseRate
from syncer.store import Unit

#: Cell → how hand-overs from it ended.
Rates = Callable[[str], BaseRate]


def cell_of(decision: ContactDecision) -> str:
    """Return the cell that a contact is compared by: that of its hand-over, else where it stands now."""
    handed = decision.cycles[-1].cell if decision.cycles else None
    return handed or decision.score.cell


def base_rates(reading: Unit, agreement: Agreement, account: str, clocks: Clocks) -> Rates:
    """Return how comparable hand-overs ended, by cell; counted once, when first asked."""
    calendar = Calendar(zone=agreement.calendar.zone.key, fiscal_year_start=agreement.calendar.fiscal_year_start)
    cut = Cut(account=account, as_of=clocks.as_of, known_at=clocks.known_at, calendar=calendar)

    @cache
    def counted() -> dict[str, Experience]:
        return dict(experience(reading.measures, cut, horizon_days(reading.measures, cut)))

    def rate(cell: str) -> BaseRate:
        won, n = counted().get(cell, Experience(0, 0))
        low, high = wilson(won, n)
        return BaseRate(cell=cell, k=won, n=n, low=low or 0.0, high=1.0 if high is None else high, months=MONTHS)

    return rate
