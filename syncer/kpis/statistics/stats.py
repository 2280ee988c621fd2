"""Statistics on counts and histograms, in closed forms; what must be simulated stands in resampling."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from statistics import NormalDist
from typing import NamedTuple, TypeVar

#: Two-sided 95 %.
Z95 = NormalDist().inv_cdf(0.975)

#: From here on ranks come from the normal approximation, which then differs by less than one rank.
_LARGE = 20_000

#: Steps of a curve up to which it is worked out in fractions.
_EXACT_STEPS = 60

_HALF = 0.5

Number = TypeVar("Number", int, Decimal)


class Interval(NamedTuple):
    """Bounds of 95 % confidence; None where the data do not bound it."""

    lo: float | None
    hi: float | None


def wilson(k: int, n: int) -> Interval:
    """Return the Wilson score interval of k in n; unbounded for n = 0."""
    if n == 0:
        return Interval(None, None)
    share, z2 = k / n, Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends the bounds are exact; the formula would miss them by a rounding.
    return Interval(0.0 if k == 0 else centre - half, 1.0 if k == n else centre + half)


class Point(NamedTuple):
    """One step of a survival curve, just after `day`."""

    day: int
    at_risk: int
    events: int
    survival: float
    #: Greenwood's sum up to here.
    greenwood: float


#: Days → outcome → count; the key None holds the censored ones.
Histogram = Mapping[int, Mapping[str | None, int]]


def _steps(histogram: Histogram) -> Sequence[tuple[int, int, Mapping[str | None, int]]]:
    """Return (day, at risk, counts) ascending; censored on a day are at risk on it."""
    at_risk = sum(sum(counts.values()) for counts in histogram.values())
    steps = []
    for day in sorted(histogram):
        steps.append((day, at_risk, histogram[day]))
        at_risk -= sum(histogram[day].values())
    return steps


def _one(histogram: Histogram) -> Fraction | float:
    """Return 1 as the kind of number to count in: exact while that is cheap, since a fraction grows with every step."""
    return Fraction(1) if len(histogram) <= _EXACT_STEPS else 1.0


def kaplan_meier(histogram: Histogram) -> Sequence[Point]:
    """Return the survival curve with any outcome as the event."""
    points: list[Point] = []
    survival, greenwood = _one(histogram), 0.0
    for day, at_risk, counts in _steps(histogram):
        events = sum(count for outcome, count in counts.items() if outcome is not None)
        if not events:
            continue
        survival = survival * (at_risk - events) / at_risk
        greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
        points.append(Point(day, at_risk, events, float(survival), greenwood))
    return points


def quantile(curve: Sequence[Point], share: float = _HALF) -> int | None:
    """Return the first day by which `share` of the units had the event, None while fewer had it."""
    return next((point.day for point in curve if point.survival <= 1 - share + 1e-12), None)


def median_interval(curve: Sequence[Point]) -> Interval:
    """Return the log-log interval of the median (Brookmeyer and Crowley); None where the curve does not bound it."""
    inside = [point.day for point in curve if _holds_median(point)]
    if not inside:
        # A steep curve may step over one half with both of its sides sure.
        crossing = next((point.day for point in curve if 0 < point.survival <= _HALF), None)
        return Interval(crossing, crossing)
    return Interval(inside[0], next((point.day for point in curve if point.day > inside[-1]), None))


def _holds_median(point: Point) -> bool:
    if point.survival <= 0 or point.survival >= 1:
        return False
    log = math.log(point.survival)
    error = math.sqrt(point.greenwood) / abs(log)
    return abs(math.log(-log) - math.log(math.log(2))) <= Z95 * error


def restricted_mean(curve: Sequence[Point], horizon: int) -> float:
    """Return the area under the survival curve up to `horizon` days."""
    area, day, survival = 0.0, 0, 1.0
    for point in curve:
        if point.day >= horizon:
            break
        area += survival * (point.day - day)
        day, survival = point.day, point.survival
    return area + survival * (horizon - day)


class Incidence(NamedTuple):
    """One step of a cumulative incidence."""

    day: int
    share: float


def aalen_johansen(histogram: Histogram, cause: str) -> Sequence[Incidence]:
    """Return the cumulative incidence of one outcome among competing ones."""
    steps: list[Incidence] = []
    survival, share = _one(histogram), 0 * _one(histogram)
    for day, at_risk, counts in _steps(histogram):
        events = sum(count for outcome, count in counts.items() if outcome is not None)
        if not events:
            continue
        share += survival * counts.get(cause, 0) / at_risk
        survival = survival * (at_risk - events) / at_risk
        steps.append(Incidence(day, float(share)))
    return steps


class Counted(NamedTuple):
    """Sorted distinct values with running counts."""

    values: Sequence[Decimal]
    ends: Sequence[int]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.ends[-1] if self.ends else 0

    def at(self, rank: int) -> Decimal:
        """Return the value of a 0-based rank."""
        low, high = 0, len(self.ends) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.ends[middle] > rank else (middle + 1, high)
        return self.values[low]


def counted(counts: Mapping[Number, int]) -> Counted:
    """Return a histogram ready for ranks."""
    values, ends, total = [], [], 0
    for value in sorted(counts):
        total += counts[value]
        values.append(Decimal(value))
        ends.append(total)
    return Counted(values, ends)


def percentile(values: Counted, share: Decimal) -> Decimal | None:
    """Return the percentile by linear interpolation between neighbours, None of nothing."""
    if not values.total:
        return None
    rank = share * (values.total - 1)
    below = int(rank)
    low = values.at(below)
    return low if rank == below else low + (values.at(below + 1) - low) * (rank - below)


def rank_interval(values: Counted) -> tuple[Decimal | None, Decimal | None]:
    """Return the order-statistic interval of the median with at least 95 % coverage, unbounded below six values."""
    n = values.total
    low = _binomial_rank(n)
    return (None, None) if low is None else (values.at(low), values.at(n - 1 - low))


def _binomial_rank(n: int) -> int | None:
    """Return the highest 0-based rank with P(Bin(n, 1/2) ≤ rank) ≤ 2.5 %, None when even rank 0 exceeds it."""
    if n > _LARGE:
        return max(0, math.floor((n - Z95 * math.sqrt(n)) / 2) - 1)
    limit, term, total, rank = Fraction(1, 40) * 2**n, 1, 1, 0
    if total > limit:
        return None
    while True:
        term = term * (n - rank) // (rank + 1)
        total += term
        if total > limit:
            return rank
        rank += 1


def mean(counts: Mapping[Number, int]) -> Decimal | None:
    """Return the mean of a histogram, None of nothing."""
    n = sum(counts.values())
    return sum((Decimal(value) * count for value, count in counts.items()), Decimal(0)) / n if n else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Promoters:
    """What an NPS is made of."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        """All answers, passives included."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """The score in points, None of no answers."""
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None

    @property
    def error(self) -> float | None:
        """The standard error in points."""
        if not self.n:
            return None
        up, down = self.promoters / self.n, self.detractors / self.n
        return 100 * math.sqrt((up + down - (up - down) ** 2) / self.n)

    @property
    def interval(self) -> Interval:
        """Score plus and minus 1.96 errors, inside -100..100."""
        if self.score is None or self.error is None:
            return Interval(None, None)
        half = Z95 * self.error
        return Interval(max(-100.0, self.score - half), min(100.0, self.score + half))


def in_coins(value: Decimal, coin: Decimal) -> Decimal:
    """Return money rounded half to even to whole coins, as it is shown."""
    return value.quantize(coin, rounding=ROUND_HALF_EVEN)


def shared_coins(parts: Sequence[Decimal], coin: Decimal) -> Sequence[Decimal]:
    """Return the parts of one whole rounded so that they sum to the whole as it is shown.

    Each is rounded half to even; the coins that then lack or are too many fall to those that rounding moved most.
    """
    shown = [in_coins(part, coin) for part in parts]
    lacking = int((in_coins(sum(parts, Decimal(0)), coin) - sum(shown, Decimal(0))) / coin)
    sign = 1 if lacking > 0 else -1
    moved = sorted(range(len(parts)), key=lambda place: sign * (shown[place] - parts[place]))
    for place in moved[: abs(lacking)]:
        shown[place] += sign * coin
    return shown
