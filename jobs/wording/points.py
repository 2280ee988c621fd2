"""Points as people read them: in two decimals that sum to the score in two decimals."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from syncer.scoring.contributions import ROUNDING
from syncer.scoring.rounding import half_up


class Line(NamedTuple):
    """A line of a score, with what counts of it in two decimals."""

    label: str
    raw: float
    counted: float


def counted_lines(contributions: Iterable[Mapping[str, object]]) -> Sequence[Line]:
    """Return the contributions of a story, by axis; the line of rounding takes what the others leave of the sum."""
    axes = defaultdict[object, list[Mapping[str, object]]](list)
    for one in contributions:
        axes[one["axis"]].append(one)
    return [line for lines in axes.values() for line in _of_axis(lines)]


def _of_axis(lines: Sequence[Mapping[str, object]]) -> Iterator[Line]:
    rest = half_up(fsum(_points(one["after_cap"]) for one in lines))
    for one in lines:
        if one["rule_id"] != ROUNDING:
            counted = half_up(_points(one["after_cap"]))
            rest = half_up(rest - counted)
            yield Line(str(one["label"]), _points(one["raw"]), counted)
    for one in lines:
        if one["rule_id"] == ROUNDING and rest:
            yield Line(str(one["label"]), _points(one["raw"]), rest)


def _points(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
