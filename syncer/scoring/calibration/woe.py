"""How much evidence lies in a class: weight of evidence and information value; positive is good for us (domain D6)."""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

#: Added to every count where some class has nobody on one side.
_HALF = 0.5


class Fate(NamedTuple):
    """What became of the units of one class."""

    won: int
    others: int

    @property
    def n(self) -> int:
        """All of them."""
        return self.won + self.others


class Strength(StrEnum):
    """What an information value says about a rule."""

    NONE = "none"
    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"
    #: Too good to be true: look for a leak first.
    SUSPICIOUS = "suspicious"


_ENDS = ((0.02, Strength.NONE), (0.1, Strength.WEAK), (0.3, Strength.MEDIUM))
_TOO_GOOD = 0.5


def total(classes: Sequence[Fate]) -> Fate:
    """Return all classes together."""
    return Fate(sum(one.won for one in classes), sum(one.others for one in classes))


def woe(one: Fate, whole: Fate, *, smoothing: float = _HALF) -> float:
    """Return a class's weight of evidence; smoothing 0 needs won and others in the class and in the whole."""
    won = (one.won + smoothing) / (whole.won + 2 * smoothing)
    others = (one.others + smoothing) / (whole.others + 2 * smoothing)
    return math.log(won / others)


def weights(classes: Sequence[Fate]) -> Sequence[float]:
    """Return each class's weight of evidence, smoothed only where some class has nobody on one side."""
    whole = total(classes)
    smoothing = 0.0 if all(one.won and one.others for one in classes) else _HALF
    return [woe(one, whole, smoothing=smoothing) for one in classes]


def information_value(classes: Sequence[Fate]) -> float:
    """Return how far the classes tell won from others; 0 where one of the two is empty."""
    whole = total(classes)
    if not whole.won or not whole.others:
        return 0.0
    shares = ((one.won / whole.won - one.others / whole.others) for one in classes)
    return sum(share * weight for share, weight in zip(shares, weights(classes), strict=True))


def strength(value: float) -> Strength:
    """Return what an information value says."""
    if value > _TOO_GOOD:
        return Strength.SUSPICIOUS
    return next((name for end, name in _ENDS if value < end), Strength.STRONG)
