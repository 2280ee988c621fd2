"""Who earned a lead or an order: weights of the touches on the way to it, by model (domain K28). Exact fractions."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from syncer.moments import DAY, Millis

#: A touch weighs half as much as one that came so many days later.
HALF_LIFE_DAYS = 7


class Model(StrEnum):
    """How the touches of a path share one unit."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    #: First touch, lead creation; the rest to those between.
    U = "u"
    #: First touch, lead creation, deal creation.
    W = "w"
    #: First touch, lead creation, deal creation, the last before closing.
    FULL_PATH = "full_path"
    TIME_DECAY = "time_decay"


class Touch(NamedTuple):
    """One reaction of a contact, and where it came from; None is unknown."""

    at: Millis
    source: str | None
    campaign: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """What led to one lead or order."""

    #: Ascending, none later than the milestone.
    touches: Sequence[Touch]
    #: When the contact became a lead, and when its deal was created; None or after the unit was reached is absent.
    lead_at: Millis | None = None
    deal_at: Millis | None = None
    #: When the unit was reached: what comes later had no part in it.
    until: Millis


class Credit(NamedTuple):
    """The share of one unit that a source and campaign earned."""

    source: str | None
    campaign: str | None
    weight: Fraction


#: The whole of a unit; most paths know one source alone, and theirs need no arithmetic of fractions.
WHOLE = Fraction(1)


class _Places(NamedTuple):
    """Positions of the milestones' touches on a path; None where the path has not got there."""

    first: int
    lead: int | None
    deal: int | None
    close: int


#: Model → the milestones that share, each alike, their part of the whole, and the part of the touches between.
_SHAPES: Mapping[Model, tuple[Sequence[str], Fraction, Fraction]] = {
    Model.U: (("first", "lead"), Fraction(40, 100), Fraction(20, 100)),
    Model.W: (("first", "lead", "deal"), Fraction(30, 100), Fraction(10, 100)),
    Model.FULL_PATH: (("first", "lead", "deal", "close"), Fraction(225, 1000), Fraction(10, 100)),
}


def credits_of(path: Path, model: Model) -> Sequence[Credit]:
    """Return who earned a unit; the weights sum to one. Without any touch nobody knows, and that keeps the whole."""
    if not path.touches:
        return [Credit(None, None, WHOLE)]
    first = path.touches[0]
    if all(one.source == first.source and one.campaign == first.campaign for one in path.touches):
        # Whatever the weights, one source earned the whole.
        return [Credit(first.source, first.campaign, WHOLE)]
    found: dict[tuple[str | None, str | None], Fraction] = {}
    for touch, weight in zip(path.touches, weights(path, model), strict=True):
        key = (touch.source, touch.campaign)
        found[key] = found.get(key, Fraction(0)) + weight
    return [Credit(source, campaign, weight) for (source, campaign), weight in found.items() if weight]


def weights(path: Path, model: Model) -> Sequence[Fraction]:
    """Return the weight of each touch of a path that has any; they sum to one."""
    n = len(path.touches)
    match model:
        case Model.FIRST:
            raw = [Fraction(int(place == 0)) for place in range(n)]
        case Model.LAST:
            raw = [Fraction(int(place == n - 1)) for place in range(n)]
        case Model.LINEAR:
            raw = [Fraction(1)] * n
        case Model.TIME_DECAY:
            raw = [_decayed(path.touches[-1].at - touch.at) for touch in path.touches]
        case _:
            raw = _shaped(path, model)
    total = sum(raw)
    return [one / total for one in raw]


def _decayed(age: int) -> Fraction:
    """Return the weight by age before the last touch, which gives the same shares as before the milestone."""
    return Fraction(0.5 ** (age / DAY / HALF_LIFE_DAYS))


def _shaped(path: Path, model: Model) -> list[Fraction]:
    """Return shares of a model with milestones: those that coincide add up; with nobody between they take all."""
    names, each, rest = _SHAPES[model]
    places = _places(path)
    raw = [Fraction(0)] * len(path.touches)
    held = set()
    for name in names:
        place = getattr(places, name)
        if place is not None:
            raw[place] += each
            held.add(place)
    between = [place for place in range(len(raw)) if place not in held]
    for place in between:
        raw[place] += rest / len(between)
    return raw


def _places(path: Path) -> _Places:
    moments = [touch.at for touch in path.touches]

    def at(milestone: Millis | None) -> int | None:
        if milestone is None or milestone > path.until:
            return None
        return max(0, bisect_right(moments, milestone) - 1)

    return _Places(first=0, lead=at(path.lead_at), deal=at(path.deal_at), close=len(moments) - 1)
