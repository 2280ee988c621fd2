"""What a population stability index says (domain D7)."""

from enum import StrEnum


class Drift(StrEnum):
    """What a population stability index says."""

    STABLE = "stable"
    WATCH = "watch"
    SHIFTED = "shifted"


_WATCH, _SHIFTED = 0.10, 0.25


def drift(index: float) -> Drift:
    """Return what a population stability index says."""
    if index >= _SHIFTED:
        return Drift.SHIFTED
    return Drift.WATCH if index >= _WATCH else Drift.STABLE
