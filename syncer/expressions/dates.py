"""What a condition's answer owes to the day on which it is asked: the dates that it reads, and spans around them."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import NamedTuple

from syncer.expressions.tree import Arithmetic, Call, Compare, Known, Node, Ref, Within

_EXTREMES = frozenset({"max", "min"})


class Dates(NamedTuple):
    """When the answer can change by itself: some of `days` before or after one of the dates `names`."""

    names: frozenset[str]
    days: frozenset[float]
    #: The spans stand in the text as they count; else any day may be one.
    is_plain: bool


def dates_of(node: Node, moments: frozenset[str]) -> Dates:
    """Return a condition's dates; `moments` are the keys of moments that it reads, the present one left out."""
    parts = list(_parts(node))
    days = {part.value for part in parts if isinstance(part, Known) and not isinstance(part.value, str)}
    days |= {part.days for part in parts if isinstance(part, Within)}
    calculates = not all(_is_plain(part) for part in parts if isinstance(part, Compare))
    asks_calendar = any(isinstance(part, Call) and part.name not in _EXTREMES for part in parts)
    return Dates(moments, frozenset({0.0, *map(float, days)}), not calculates and not asks_calendar)


def _is_plain(node: Compare) -> bool:
    """Say whether a comparison shifts at most one of its sides, by a span that stands in the text."""
    sums = [part for part in _parts(node) if isinstance(part, Arithmetic)]
    return len(sums) <= 1 and all(
        one.sign != "*" and isinstance(one.left, Ref) and isinstance(one.right, Known) for one in sums
    )


def _parts(part: object) -> Iterator[object]:
    """Yield a tree's nodes, itself first."""
    yield part
    if is_dataclass(part) and not isinstance(part, type):
        inner: tuple[object, ...] = tuple(getattr(part, one.name) for one in fields(part))
    else:
        inner = part if isinstance(part, tuple) else ()
    for one in inner:
        yield from _parts(one)
