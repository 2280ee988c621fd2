"""The section `calendar`: time zone, fiscal year, and the quarters that follow from them."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from syncer.agreement.base import Section
from syncer.moments import DAY, Millis, millis, moment

_FIRST_YEAR = 1970
_LAST_YEAR = 2200
_QUARTERS = 4
_MONTHS_PER_QUARTER = 3
_MONTHS = 12


class Calendar(Section):
    """Where days and quarters begin. Period edges are local midnights, so daylight saving moves no figure."""

    timezone: str = "Europe/Berlin"
    #: Month in which the fiscal year starts.
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1
    #: E-mail domains of our own people: their records are tests.
    own_domains: tuple[str, ...] = ()
    #: Regular expressions (case ignored) that a test record's name matches.
    test_name_patterns: tuple[str, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("unknown time zone; allowed: an IANA name such as Europe/Berlin") from None
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        """The reporting time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def quarter_starts(self) -> tuple[Millis, ...]:
        """Start of every fiscal quarter from 1970 to 2200, ascending."""
        months = range((self.fiscal_year_start - 1) % _MONTHS_PER_QUARTER, _MONTHS, _MONTHS_PER_QUARTER)
        return tuple(
            millis(datetime(year, month + 1, 1, tzinfo=self.zone))
            for year in range(_FIRST_YEAR, _LAST_YEAR + 1)
            for month in months
        )

    def quarter_start(self, at: int, offset: int = 0) -> Millis:
        """Return the start of the quarter that is `offset` quarters after the one containing `at`."""
        starts = self.quarter_starts
        index = bisect_right(starts, at) - 1 + offset
        return starts[min(max(index, 0), len(starts) - 1)]

    def quarter_end(self, at: int, offset: int = 0) -> Millis:
        """Return the last millisecond of the quarter that is `offset` quarters after the one containing `at`."""
        return Millis(self.quarter_start(at, offset + 1) - 1)

    def month_start(self, at: int, offset: int = 0) -> Millis:
        """Return the start of the local month that is `offset` months after the one containing `at`."""
        local = moment(at).astimezone(self.zone)
        years, month = divmod(local.month - 1 + offset, _MONTHS)
        return millis(datetime(local.year + years, month + 1, 1, tzinfo=self.zone))

    def midnight(self, day: date) -> Millis:
        """Return the moment at which a local day begins."""
        return millis(datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def days_later(self, at: int, days: int) -> Millis:
        """Return the moment some local days later at the same time of day, which daylight saving does not move."""
        return millis(moment(at).astimezone(self.zone) + timedelta(days=days))

    def dated(self, at: int) -> Millis:
        """Return a moment of the day that a date means: CRMs tell a date without a time as midnight UTC."""
        utc = moment(at)
        if at % DAY or utc.astimezone(self.zone).date() == utc.date():
            return Millis(at)
        return self.midnight(utc.date())

    def fiscal_year_start_after(self, at: int) -> Millis:
        """Return the start of the first fiscal year that begins after `at`."""
        starts = [self.quarter_start(at, offset) for offset in range(1, _QUARTERS + 1)]
        months = {moment(start).astimezone(self.zone).month: start for start in reversed(starts)}
        return months.get(self.fiscal_year_start, starts[-1])
