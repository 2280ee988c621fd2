"""Probabilities as points: so many points more double the odds (domain D6)."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """A scale of points: `points` at `odds`, doubled by every `pdo` points more."""

    points: float = 50.0
    odds: float = 1 / 9
    pdo: float = 10.0

    @property
    def factor(self) -> float:
        """Points of one unit of log-odds."""
        return self.pdo / math.log(2)

    @property
    def offset(self) -> float:
        """Points of even odds."""
        return self.points - self.factor * math.log(self.odds)

    def score(self, probability: float) -> float:
        """Return the points of a probability inside 0..1; ValueError at or beyond its ends."""
        return self.offset + self.factor * logit(probability)

    def probability(self, score: float) -> float:
        """Return the probability that so many points stand for."""
        return logistic((score - self.offset) / self.factor)

    def of_class(self, coefficient: float, woe: float) -> float:
        """Return the points of a class by its weight of evidence."""
        return self.factor * coefficient * woe


def logit(probability: float) -> float:
    """Return the log-odds of a probability inside 0..1; ValueError at or beyond its ends."""
    if not 0 < probability < 1:
        raise ValueError(f"no odds of {probability}")
    return math.log(probability / (1 - probability))


def logistic(value: float) -> float:
    """Return the probability of log-odds, for any size of them."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    small = math.exp(value)
    return small / (1 + small)
