"""What currencies were worth on which local day. Nothing is guessed: a day without a rate has none."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.kpis.periods import day_of
from syncer.money import RateLine, RateOrigin

#: From one currency into another.
_Pair = tuple[str, str]

#: Foreign currency → local days on which an amount needed a rate and had none.
Missing = Mapping[str, Iterable[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """Rates by pair of currencies, of one origin each; what a person imported goes before what the CRM says."""

    lines: Mapping[RateOrigin, Mapping[_Pair, Sequence[RateLine]]] = field(default_factory=dict)

    def rate(self, currency: str, into: str, day: int) -> Decimal | None:
        """Return what one unit is worth on a local day: as stated, turned round, or through a third currency."""
        for origin in RateOrigin:
            pairs = self.lines.get(origin, {})
            direct = _between(pairs, currency, into, day)
            if direct is not None:
                return direct
            for third in sorted({into for _, into in pairs}):
                first, second = _between(pairs, currency, third, day), _between(pairs, third, into, day)
                if first is not None and second is not None:
                    return first * second
        return None


def rates_of(lines: Iterable[RateLine]) -> Rates:
    """Return rates ready to be looked up."""
    found: dict[RateOrigin, dict[_Pair, list[RateLine]]] = {}
    for line in sorted(lines, key=lambda one: one.first_day):
        found.setdefault(line.origin, {}).setdefault((line.currency, line.into), []).append(line)
    return Rates(lines=found)


def _between(pairs: Mapping[_Pair, Sequence[RateLine]], currency: str, into: str, day: int) -> Decimal | None:
    if currency == into:
        return Decimal(1)
    stated = _on(pairs.get((currency, into), ()), day)
    if stated is not None:
        return stated
    turned = _on(pairs.get((into, currency), ()), day)
    return None if turned is None else 1 / turned


def _on(lines: Sequence[RateLine], day: int) -> Decimal | None:
    place = bisect_right(lines, day, key=lambda line: line.first_day)
    if not place:
        return None
    line = lines[place - 1]
    return line.rate if line.last_day is None or day <= line.last_day else None


def missing_text(missing: Missing) -> Mapping[str, Sequence[str]]:
    """Return by currency the days without a rate, neighbours drawn together: `2026-03-01..2026-03-31`."""
    return {currency: _stretches(sorted(set(days))) for currency, days in sorted(missing.items())}


def _stretches(days: Sequence[int]) -> Sequence[str]:
    stretches: list[list[int]] = []
    for day in days:
        if stretches and stretches[-1][1] == day - 1:
            stretches[-1][1] = day
        else:
            stretches.append([day, day])
    return [_stretch(first, last) for first, last in stretches]


def _stretch(first: int, last: int) -> str:
    begin, end = day_of(first).isoformat(), day_of(last).isoformat()
    return begin if first == last else f"{begin}..{end}"
