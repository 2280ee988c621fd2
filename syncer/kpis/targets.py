"""What the sales team promised, for the period that is asked about."""

from dataclasses import dataclass
from decimal import Decimal

from syncer.kpis.periods import Calendar, Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A goal of the agreement."""

    #: `won_amount` in the reporting currency, or `won_deals`.
    metric: str
    #: Length of the goal's period: 1, 3 or 12 months.
    months: int
    value: Decimal

    def within(self, window: Window, calendar: Calendar) -> Decimal | None:
        """Return the part of the goal that falls to a window of whole months, None for any other."""
        if window.start is None or window.end is None:
            return None
        first, end = calendar.day(window.start), calendar.day(window.end)
        if first.day != 1 or end.day != 1:
            return None
        return self.value * ((end.year - first.year) * 12 + end.month - first.month) / self.months
