"""Leads, orders and revenue by the sources and campaigns that earned them, under a model of attribution (K28)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from syncer.kpis.asked.journeys import Journey
from syncer.kpis.asked.ports import EXPIRED, ID, Segment
from syncer.kpis.money import Purse
from syncer.kpis.question import Ask
from syncer.kpis.statistics.attribution import WHOLE, Credit, Model, Path, Touch, credits_of
from syncer.kpis.touches import visits
from syncer.money import converted

#: What a model can be asked to split by.
EARNED = frozenset({"source", "campaign"})


@dataclass(kw_only=True, slots=True)
class Earned:
    """What one segment earned."""

    #: Units that it earned alone.
    wholes: int = 0
    #: Parts of the others: two halves are one.
    parts: Fraction = Fraction(0)
    #: Units that it has any part in.
    units: int = 0
    purse: Purse = field(default_factory=Purse)
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> Decimal:
        """The units in parts as a number."""
        return decimal_of(self.parts + self.wholes)


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a number."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def is_asked(ask: Ask) -> bool:
    """Return whether a model decides the split; by first touch it is the source of the cycle itself."""
    return ask.question.model not in {None, Model.FIRST} and not EARNED.isdisjoint(ask.question.by)


def path_of(ask: Ask, way: Journey) -> Path | None:
    """Return the touches of a journey: its first contact, then the contact's reactions. None without its date.

    A first contact whose day nobody knows came before all that is known.
    """
    if way.until is None:
        return None
    earliest = min((one.at for one in way.reactions), default=way.until)
    first = Touch(earliest if way.first_at is None else way.first_at, way.source, way.campaign)
    touches = visits(first, way.reactions, ask.question.origin, way.until)
    if not touches:
        touches = [Touch(way.until, way.source, way.campaign)]
    return Path(touches=touches, lead_at=way.lead_at, deal_at=way.deal_at, until=way.until)


def shares_of(way: Journey, path: Path | None, model: Model) -> Sequence[Credit]:
    """Return who earned a unit; one whose date is missing belongs to the source of its cycle."""
    return [Credit(way.source, way.campaign, WHOLE)] if path is None else credits_of(path, model)


def earned(ask: Ask, ways: Iterable[Journey], by: Sequence[str], model: Model) -> Mapping[Segment, Earned]:
    """Return units and money by segment; an expired cycle did enter and counts."""
    return earned_under(ask, ways, by, [model])[model]


def earned_under(
    ask: Ask, ways: Iterable[Journey], by: Sequence[str], models: Sequence[Model]
) -> Mapping[Model, Mapping[Segment, Earned]]:
    """Return the same under several models: each way is read once, and none is kept."""
    found = {model: defaultdict[Segment, Earned](Earned) for model in models}
    for way in ways:
        path = path_of(ask, way)
        for model in models:
            for segment, weight in _split(way, shares_of(way, path, model), by).items():
                _earn(ask, found[model][segment], way, weight)
    return found


def _earn(ask: Ask, one: Earned, way: Journey, weight: Fraction) -> None:
    if way.excluded not in {None, EXPIRED}:
        one.excluded[way.excluded or ""] += 1
        return
    one.units += 1
    if weight is WHOLE:
        one.wholes += 1
    else:
        one.parts += weight
    _pay(ask, one.purse, way, weight)


def _split(way: Journey, shares: Sequence[Credit], by: Sequence[str]) -> Mapping[Segment, Fraction]:
    split: dict[Segment, Fraction] = {}
    for credit in shares:
        own = {"source": credit.source, "campaign": credit.campaign, ID: way.unit}
        segment = tuple(own[dim] for dim in by)
        split[segment] = split[segment] + credit.weight if segment in split else credit.weight
    return split


def _pay(ask: Ask, purse: Purse, way: Journey, weight: Fraction) -> None:
    if way.amount is None:
        purse.lack()
    else:
        amount = way.amount if weight is WHOLE else converted(way.amount, decimal_of(weight))
        purse.put(ask, amount, (way.currency, way.day))
