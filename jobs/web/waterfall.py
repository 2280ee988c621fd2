"""Figures laid out as bars: the waterfall of the open pipeline from start to end, and one figure over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from jobs.web.figure_rows import Cell, Figures, amount_of
from jobs.web.words import page_word
from jobs.wording.words import Language, number
from syncer.kpis.figures.waterfall import ADDED, TAKEN

#: Units of the drawing: a bar with its gap, the bar alone, the height for bars, the room for text above and below.
STEP, _WIDE, _HIGH, _ABOVE, _BELOW = 86, 58, 190, 22, 34
_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Where a bar stands in a drawing."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bar, and its line in the table beside the drawing."""

    id: str
    name: str
    value: str
    deals: str
    #: What stands above the bar.
    short: str
    #: total, up or down.
    kind: str
    drawn: Drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """The whole drawing."""

    bars: Sequence[Bar]
    width: int
    height: int = _ABOVE + _HIGH + _BELOW
    wide: int = _WIDE
    #: Where the bars stand.
    ground: int = _ABOVE + _HIGH


def waterfall_chart(figures: Figures) -> Chart | None:
    """Return the chart of K23, None where it was not measured or knows neither start nor end."""
    start, end = figures.one("K23.start"), figures.one("K23")
    if start is None or end is None or start["value"] is None:
        return None
    names = ["K23.start", *(f"K23.{name}" for name in (*ADDED, *TAKEN)), "K23"]
    edges = list(_edges(figures))
    highest = max(edge for pair in edges for edge in pair) or 1.0
    bars = [
        _bar(figures, name, place, pair, highest) for place, (name, pair) in enumerate(zip(names, edges, strict=True))
    ]
    return Chart(bars=bars, width=STEP * len(bars))


def level_chart(found: Sequence[tuple[str, Cell, float]]) -> Chart:
    """Return one bar for each named figure, all from the ground."""
    highest = max((amount for _, _, amount in found), default=0.0) or 1.0
    bars = [
        Bar(
            id=name,
            name=name,
            value=cell.value,
            deals=cell.n,
            short=cell.value,
            kind="total",
            drawn=_drawn(place, (0.0, amount), highest),
        )
        for place, (name, cell, amount) in enumerate(found)
    ]
    return Chart(bars=bars, width=STEP * len(bars))


def _edges(figures: Figures) -> Iterator[tuple[float, float]]:
    """Yield lower and upper edge of every bar, in money."""
    start = amount_of(figures.one("K23.start"))
    changes = [amount_of(figures.one(f"K23.{name}")) for name in ADDED]
    changes += [-amount_of(figures.one(f"K23.{name}")) for name in TAKEN]
    yield 0.0, start
    for before, after in pairwise(accumulate(changes, initial=start)):
        yield min(before, after), max(before, after)
    yield 0.0, amount_of(figures.one("K23"))


def _bar(figures: Figures, name: str, place: int, edges: tuple[float, float], highest: float) -> Bar:
    bucket = name.partition(".")[2] or "end"
    row, cell = figures.one(name), figures.cell(name)
    return Bar(
        id=name,
        name=page_word(f"flow_{bucket}", figures.lang),
        value=cell.value,
        deals=cell.n,
        short=_short(-amount_of(row) if bucket in TAKEN else amount_of(row), figures.lang),
        kind="up" if bucket in ADDED else "down" if bucket in TAKEN else "total",
        drawn=_drawn(place, edges, highest),
    )


def _drawn(place: int, edges: tuple[float, float], highest: float) -> Drawn:
    low, high = edges
    return Drawn(
        x=place * STEP + (STEP - _WIDE) // 2,
        y=round(_ABOVE + _HIGH * (1 - high / highest), 1),
        height=round(max(_HIGH * (high - low) / highest, 1.0), 1),
    )


def _short(value: float, lang: Language) -> str:
    for unit, name in ((_MILLION, "millions"), (_THOUSAND, "thousands")):
        if abs(value) >= unit:
            return f"{number(value / unit, lang, digits=1)} {page_word(name, lang)}"
    return number(value, lang)
