"""What sources earned: return on marketing spend (K19), and orders and revenue under every model (K28)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from syncer.kpis.asked.journeys import Journey
from syncer.kpis.asked.ports import ID, Segment
from syncer.kpis.figures.attributed import EARNED, Earned, earned, earned_under
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Basis, Kpi, Status, size_status
from syncer.kpis.spending import Spend, spend
from syncer.kpis.statistics.attribution import Model
from syncer.kpis.statistics.stats import shared_coins
from syncer.kpis.tally import with_whole
from syncer.money import coin


def returns(ask: Ask) -> Iterable[Kpi]:
    """Yield K19: return, and revenue by cost, of the deals won; by first touch of the period, or closed in it."""
    model = ask.question.model or Model.FIRST
    costs = spend(ask, ask.question.by)
    won = earned(ask, _won(ask, touched=model is not Model.FIRST), ask.question.by, model)
    shown = _shown(ask, won, ask.question.by)
    for segment in with_whole([*costs, *won], ask.question.by):
        cost = Spend() if None in segment else costs.get(segment, Spend())
        orders = won.get(segment, Earned())
        revenue = shown.get(segment, orders.purse.known)
        sums = {"cost": ask.coins(cost.known), "revenue": ask.coins(revenue)}
        lacks = {} if ask.question.gross_margin is not None else {"lacks": "margin"}
        yield ask.row("K19", segment, _measured(orders, cost, _return(ask, orders, cost), {**sums, **lacks}))
        yield ask.row("K19.roas", segment, _measured(orders, cost, _by_cost(orders.purse.known, cost), sums))
        yield ask.row("K19.revenue", segment, _revenue(orders, revenue))


def _won(ask: Ask, *, touched: bool) -> Iterable[Journey]:
    cut = ask.cut_by(())
    if ask.basis is Basis.PERIOD:
        return ask.measures.won_journeys(cut, ask.window, touched=touched)
    every = ask.measures.won_journeys(cut, Window(), touched=touched)
    return (way for way in every if _begun_inside(way, ask.window))


def _begun_inside(way: Journey, window: Window) -> bool:
    if not window.bounded:
        return True
    at = way.first_at
    return at is not None and (window.start is None or window.start <= at) and (window.end is None or at < window.end)


def _return(ask: Ask, orders: Earned, cost: Spend) -> Decimal | None:
    margin, revenue = ask.question.gross_margin, orders.purse.known
    if margin is None or revenue is None or cost.known is None:
        return None
    return _by_cost(revenue * margin - cost.known, cost)


def _by_cost(amount: Decimal | None, cost: Spend) -> Decimal | None:
    return None if amount is None or not cost.known else amount / cost.known


def _measured(orders: Earned, cost: Spend, value: Decimal | None, notes: Mapping[str, object]) -> Measured:
    return Measured(
        value=None if value is None else float(value),
        n=orders.units,
        status=Status.UNDEFINED if value is None else size_status(orders.units or 1),
        excluded={**orders.excluded, **+orders.purse.excluded, **cost.excluded},
        notes={**notes, **orders.purse.notes, **cost.notes},
    )


def _shown(ask: Ask, found: Mapping[Segment, Earned], by: Sequence[str]) -> Mapping[Segment, Decimal]:
    """Return revenue by segment in coins that sum to the whole revenue; of single units as it is."""
    known = {segment: one.purse.amount for segment, one in found.items() if one.purse.known is not None}
    if ID in ask.question.by:
        return known
    places = [place for place in with_whole(known, by) if place in known]
    return dict(zip(places, shared_coins([known[place] for place in places], coin(ask.currency)), strict=True))


def _revenue(orders: Earned, known: Decimal | None) -> Measured:
    return Measured(
        value=known,
        n=orders.units,
        status=Status.UNDEFINED if known is None else Status.MATURE,
        excluded={**orders.excluded, **+orders.purse.excluded},
        notes=orders.purse.notes,
    )


def attribution(ask: Ask) -> Iterable[Kpi]:
    """Yield K28: revenue and orders by source, or as asked for, under the model asked for or under every one."""
    asked = ask.question.by
    by = asked if not EARNED.isdisjoint(asked) else (*asked, "source")
    models = [ask.question.model] if ask.question.model else list(Model)
    every = earned_under(ask, _won(ask, touched=True), by, models)
    for model in models:
        found = every[model] or {(None,) * len(by): Earned()}
        shown = _shown(ask, found, by)
        for segment in with_whole(found, by):
            yield from _of_model(ask, segment, (found[segment], shown.get(segment)), model)


def _of_model(ask: Ask, segment: Segment, earned_by: tuple[Earned, Decimal | None], model: Model) -> Iterable[Kpi]:
    (orders, known), asked = earned_by, ask.question.by
    extra = {"model": model.value, **({} if len(segment) == len(asked) else {"source": segment[-1]})}
    own = segment[: len(asked)]
    yield ask.row("K28", own, _revenue(orders, known), **extra)
    parts = orders.units if ID in asked else orders.share
    counted = Measured(value=parts, n=orders.units, excluded=orders.excluded)
    yield ask.row("K28.orders", own, counted, **extra)
