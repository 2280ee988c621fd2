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


#: Model → the milestones that share, each alike, the thousandths that each takes, and those of the touches between.
_SHAPES: Mapping[Model, tuple[Sequence[str], int, int]] = {
    Model.U: (("first", "lead"), 400, 200),
    Model.W: (("first", "lead", "deal"), 300, 100),
    Model.FULL_PATH: (("first", "lead", "deal", "close"), 225, 100),
}


def credits_of(path: Path, model: Model) -> Sequence[Credit]:
    """Return who earned a unit; the weights sum to one. Without any touch nobody knows, and that keeps the whole."""
    if not path.touches:
        return [Credit(None, None, WHOLE)]
    first = path.touches[0]
    if all(one.source == first.source and one.campaign == first.campaign for one in path.touches):
        # Whatever the weights, one source earned the whole.
        return [Credit(first.source, first.campaign, WHOLE)]
    parts = parts_of(path, model)
    found: dict[tuple[str | None, str | None], int] = {}
    for touch, part in zip(path.touches, parts, strict=True):
        key = (touch.source, touch.campaign)
        found[key] = found.get(key, 0) + part
    whole = sum(parts)
    return [Credit(source, campaign, Fraction(part, whole)) for (source, campaign), part in found.items() if part]


def parts_of(path: Path, model: Model) -> Sequence[int]:
    """Return how many parts of the unit each touch of a path that has any earned; the whole is their sum."""
    n = len(path.touches)
    match model:
        case Model.FIRST:
            return [1, *[0] * (n - 1)]
        case Model.LAST:
            return [*[0] * (n - 1), 1]
        case Model.LINEAR:
            return [1] * n
        case Model.TIME_DECAY:
            return _decayed([path.touches[-1].at - touch.at for touch in path.touches])
        case _:
            return _shaped(path, model)


def _decayed(ages: Sequence[int]) -> list[int]:
    """Return the parts by age before the last touch, which gives the same shares as before the milestone."""
    halves = [(0.5 ** (age / DAY / HALF_LIFE_DAYS)).as_integer_ratio() for age in ages]
    # A float is a whole number by a power of two: the largest serves all.
    finest = max(below for _, below in halves)
    return [above * (finest // below) for above, below in halves]


def _shaped(path: Path, model: Model) -> list[int]:
    """Return parts of a model with milestones: those that coincide add up; with nobody between they take all."""
    names, each, rest = _SHAPES[model]
    places = _places(path)
    held = [place for name in names if (place := getattr(places, name)) is not None]
    between = [place for place in range(len(path.touches)) if place not in held]
    parts = [0] * len(path.touches)
    for place in held:
        parts[place] += each * max(len(between), 1)
    for place in between:
        parts[place] = rest
    return parts


def _places(path: Path) -> _Places:
    moments = [touch.at for touch in path.touches]

    def at(milestone: Millis | None) -> int | None:
        if milestone is None or milestone > path.until:
            return None
        return max(0, bisect_right(moments, milestone) - 1)

    return _Places(first=0, lead=at(path.lead_at), deal=at(path.deal_at), close=len(moments) - 1)
