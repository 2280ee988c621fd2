"""The Schmitt trigger over daily evaluations (domain D4): rise at once, fall only after a dwell below the exit."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Trigger(NamedTuple):
    """Where a trigger stands between two daily evaluations."""

    high: bool = False
    #: Consecutive daily evaluations below the exit.
    below: int = 0


class Levels(NamedTuple):
    """What moves a trigger. `dwell` counts consecutive daily evaluations."""

    enter: float
    exit: float
    dwell: int


LOW = Trigger()


def step(state: Trigger, value: float, levels: Levels) -> Trigger:
    """Return the trigger after one evaluation; a value in the dead band interrupts the count below."""
    if value >= levels.enter:
        return Trigger(high=True)
    if not state.high or value >= levels.exit:
        return Trigger(high=state.high)
    below = state.below + 1
    return Trigger() if below >= levels.dwell else Trigger(high=True, below=below)


def hysteresis(values: Iterable[float], levels: Levels, state: Trigger = LOW) -> Iterator[Trigger]:
    """Yield the trigger after each daily evaluation."""
    for value in values:
        state = step(state, value, levels)
        yield state
