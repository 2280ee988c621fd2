"""Seeded draws and moments for the generated portal: the same (seed, kind, index) always gives the same draws."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from syncer.moments import DAY, HOUR, Millis, millis, moment

T = TypeVar("T")

_MIX = 0x9E3779B97F4A7C15
#: 1970-01-01 was a Thursday.
_EPOCH_WEEKDAY = 3
_SATURDAY = 5
#: Office hours in UTC.
_OPENS, _CLOSES = 8, 16


class Dice(Random):
    """Draws for made-up records. Repeatable by design, so never a source of secrets."""

    def chance(self, share: float) -> bool:
        """Return True in `share` of all draws."""
        return self.random() < share

    def one_of(self, values: Sequence[T]) -> T:
        """Return one of the values, each as likely."""
        return values[int(self.random() * len(values))]

    def weighted(self, values: Sequence[T], cumulative: Sequence[float]) -> T:
        """Return one of the values by cumulative weights."""
        return values[bisect_right(cumulative, self.random() * cumulative[-1])]

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.random()

    def days(self, mean: float) -> int:
        """Return an exponential span in milliseconds around `mean` days."""
        return int(self.expovariate(1.0) * mean * DAY)


def dice_for(seed: int, kind: int, index: int) -> Dice:
    """Return the draws of one record, independent of every other record's."""
    return Dice((seed * _MIX + kind) * _MIX + index)


def at_work(dice: Dice, value: int) -> Millis:
    """Return a moment of the same day, or of the Friday before, within office hours."""
    day = value // DAY
    weekday = (day + _EPOCH_WEEKDAY) % 7
    if weekday >= _SATURDAY:
        day -= weekday - _SATURDAY + 1
    return Millis(day * DAY + 7 * HOUR + int(dice.random() * 9 * HOUR))


def at_next_opening(dice: Dice, value: int) -> Millis:
    """Return the moment itself in office hours, else one of the first hour of the next working day."""
    day, hour = value // DAY, value % DAY // HOUR
    weekday = (day + _EPOCH_WEEKDAY) % 7
    if weekday < _SATURDAY and _OPENS <= hour < _CLOSES:
        return Millis(value)
    day += int(hour >= _CLOSES)
    weekday = (day + _EPOCH_WEEKDAY) % 7
    day += max(0, 7 - weekday) if weekday >= _SATURDAY else 0
    return Millis(day * DAY + _OPENS * HOUR + int(dice.random() * HOUR))


def after_hours(dice: Dice, value: int) -> Millis:
    """Return a moment of the same day when people browse: early to late."""
    return Millis(value // DAY * DAY + 5 * HOUR + int(dice.random() * 16 * HOUR))


def end_of_month(value: int) -> Millis:
    """Return the last afternoon of a moment's month: the day on which reps like to date deals."""
    day = moment(value)
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1, hour=15, minute=0, second=0, microsecond=0)
    return Millis(millis(following) - DAY)
