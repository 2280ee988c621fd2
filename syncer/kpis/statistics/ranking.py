"""How well an order of classes ranks, and how far a distribution has shifted (domain D6)."""

import math
from collections.abc import Iterable, Mapping, Sequence

from syncer.kpis.statistics.stats import Z95, Interval


def auc(classes: Sequence[tuple[int, int]]) -> float | None:
    """Return P(a won one ranks above another) with ties counted half; `classes` are (won, others), the best first."""
    won, others = sum(good for good, _ in classes), sum(bad for _, bad in classes)
    if not won or not others:
        return None
    pairs, below = 0.0, others
    for good, bad in classes:
        below -= bad
        pairs += good * (below + bad / 2)
    return pairs / (won * others)


def auc_interval(value: float, won: int, others: int) -> Interval:
    """Return the interval of an AUC after Hanley and McNeil, inside 0..1."""
    q1, q2 = value / (2 - value), 2 * value * value / (1 + value)
    spread = value * (1 - value) + (won - 1) * (q1 - value * value) + (others - 1) * (q2 - value * value)
    half = Z95 * math.sqrt(max(0.0, spread) / (won * others))
    return Interval(max(0.0, value - half), min(1.0, value + half))


def brier(classes: Iterable[tuple[int, int]]) -> float | None:
    """Return the mean squared error of foretelling each unit by how often the others of its class were won.

    `classes` are (won, others). Nobody foretells a unit that is alone in its class: it is left out. None without any.
    """
    error, units = 0.0, 0
    for won, others in classes:
        n = won + others
        if n > 1:
            error += won * (others / (n - 1)) ** 2 + others * (won / (n - 1)) ** 2
            units += n
    return error / units if units else None


def psi(expected: Mapping[str, int], actual: Mapping[str, int]) -> float | None:
    """Return the population stability index of two counts by class; None where one of them has no units.

    Where a class is empty on one side, half a unit is added to every class: the index has no value for an empty one.
    """
    names = sorted({*expected, *actual})
    if not sum(expected.values()) or not sum(actual.values()):
        return None
    more = 0.0 if all(expected.get(name) and actual.get(name) for name in names) else 0.5
    before, after = ([counts.get(name, 0) + more for name in names] for counts in (expected, actual))
    shares = [(old / sum(before), new / sum(after)) for old, new in zip(before, after, strict=True)]
    return sum((new - old) * math.log(new / old) for old, new in shares)
