"""Intervals that are simulated. The seed is fixed: the same input gives the same interval."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from syncer.kpis.statistics.stats import Z95, Interval, mean

if TYPE_CHECKING:
    import numpy as np

_RESAMPLES = 1_000
_SEED = 20_261

#: From here on the bootstrap of a mean and the normal interval agree to the bootstrap's own noise.
_LARGE = 20_000

_TAILS = (0.025, 0.975)


def mean_interval(counts: Mapping[Decimal, int]) -> Interval:
    """Return the bootstrap interval of a mean (1,000 resamples); unbounded below two values."""
    n = sum(counts.values())
    if n <= 1:
        return Interval(None, None)
    if n > _LARGE:
        return _normal_interval(counts, n)
    import numpy as np

    values = np.array([float(value) for value in sorted(counts)])
    shares = np.array([counts[value] for value in sorted(counts)], dtype=float) / n
    draws = np.random.default_rng(_SEED).multinomial(n, shares, size=_RESAMPLES)
    return _tails(draws @ values / n)


def _normal_interval(counts: Mapping[Decimal, int], n: int) -> Interval:
    centre = float(mean(counts) or 0)
    variance = sum(count * (float(value) - centre) ** 2 for value, count in counts.items()) / (n - 1)
    half = Z95 * math.sqrt(variance / n)
    return Interval(centre - half, centre + half)


def sum_interval(stakes: Sequence[tuple[Decimal, float]]) -> Interval:
    """Return the range of a sum whose amounts each come with their own probability (Poisson-binomial)."""
    if not stakes:
        return Interval(None, None)
    import numpy as np

    generator = np.random.default_rng(_SEED)
    sums = np.zeros(10 * _RESAMPLES)
    for amount, chance in stakes:
        sums += float(amount) * (generator.random(len(sums)) < chance)
    return _tails(sums)


def _tails(draws: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Interval:
    import numpy as np

    low, high = np.quantile(draws, _TAILS)
    return Interval(float(low), float(high))
