"""Values in a few coarse classes, each large enough to say something and none against the order (domain D6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncer.scoring.calibration.woe import Fate

_SHARE = 0.05
_EVENTS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A stretch of values, both ends included. Of unknown values both are None."""

    low: float | None
    high: float | None
    fate: Fate


def coarse_classes(fates: Mapping[float | None, Fate]) -> Sequence[Band]:
    """Return classes of at least 5 % of the units and 10 won ones, their win rate never falling; unknown stays apart.

    What is too thin goes to the neighbour whose win rate is nearer. One class is left where nothing else is possible.
    """
    known = {value: fate for value, fate in fates.items() if value is not None}
    bands = [Band(low=value, high=value, fate=known[value]) for value in sorted(known)]
    units = sum(band.fate.n for band in bands)
    while (index := _thin(bands, units)) is not None:
        _merge(bands, index if _nearer_below(bands, index) else index + 1)
    while (index := _falling(bands)) is not None:
        _merge(bands, index)
    unknown = fates.get(None)
    return bands if unknown is None else [*bands, Band(low=None, high=None, fate=unknown)]


def is_enough(fate: Fate, units: int) -> bool:
    """Return whether so many of all units can be a class."""
    return fate.n >= _SHARE * units and fate.won >= _EVENTS


def _thin(bands: Sequence[Band], units: int) -> int | None:
    if len(bands) == 1:
        return None
    small = (index for index, band in enumerate(bands) if not is_enough(band.fate, units))
    return next(small, None)


def _falling(bands: Sequence[Band]) -> int | None:
    rates = [_rate(band) for band in bands]
    return next((index for index in range(1, len(bands)) if rates[index] < rates[index - 1]), None)


def _nearer_below(bands: Sequence[Band], index: int) -> bool:
    if index in {0, len(bands) - 1}:
        return index > 0
    own = _rate(bands[index])
    return abs(own - _rate(bands[index - 1])) <= abs(own - _rate(bands[index + 1]))


def _rate(band: Band) -> float:
    return band.fate.won / band.fate.n


def _merge(bands: list[Band], index: int) -> None:
    """Put a band together with the one before it."""
    low, high = bands[index - 1], bands[index]
    fate = Fate(low.fate.won + high.fate.won, low.fate.others + high.fate.others)
    bands[index - 1 : index + 1] = [Band(low=low.low, high=high.high, fate=fate)]
