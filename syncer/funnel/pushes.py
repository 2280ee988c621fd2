"""How often and how far a deal's close date moved out while it was open (domain C4)."""

from collections.abc import Callable
from typing import NamedTuple

from syncer.agreement.calendar import Calendar
from syncer.funnel.periods import month_of, quarter_of
from syncer.funnel.timeline import Timeline, latest
from syncer.moments import Millis, moment


class Pushes(NamedTuple):
    """Counts to date. `slip_days` is None until the baseline stands, and where no date stands at it."""

    month: int = 0
    quarter: int = 0
    slip_days: int | None = None


def pushes(
    close_dates: Timeline,
    *,
    baseline_at: Millis,
    at: int,
    is_open: Callable[[int], bool],
    calendar: Calendar,
) -> Pushes:
    """Return the pushes up to a moment; changes before the baseline are placeholders, moving in is no push.

    Where no date stands at the baseline, pushes count from the first one entered later, and nothing slips from it.
    """
    if at < baseline_at:
        return Pushes()
    month = quarter = 0
    baseline = before = _date(close_dates, baseline_at)
    for version in close_dates:
        if version.at <= baseline_at or version.value is None:
            continue
        if version.at > at:
            break
        now = int(version.value)
        if before is not None and is_open(version.at):
            month += month_of(now, calendar) > month_of(before, calendar)
            quarter += quarter_of(now, calendar) > quarter_of(before, calendar)
        before = now
    slip_days = None if baseline is None or before is None else _days_between(baseline, before, calendar)
    return Pushes(month, quarter, slip_days)


def _date(close_dates: Timeline, at: Millis) -> int | None:
    version = latest(close_dates, at)
    return None if version is None or version.value is None else int(version.value)


def _days_between(first: int, last: int, calendar: Calendar) -> int:
    """Return local calendar days, which daylight saving does not change."""
    return _day(last, calendar) - _day(first, calendar)


def _day(at: int, calendar: Calendar) -> int:
    return moment(at).astimezone(calendar.zone).date().toordinal()
