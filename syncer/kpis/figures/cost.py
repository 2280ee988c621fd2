"""What a lead and an order cost (K17, K18). No cost line is unknown; a recorded zero is zero."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.journeys import Journey
from syncer.kpis.asked.ports import Cohort, DealDate, Milestone, Segment
from syncer.kpis.figures.attributed import Earned, earned, is_asked
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Basis, Kpi, Status, size_status
from syncer.kpis.spending import Spend, is_marketing, is_sales, of_kind, spend
from syncer.kpis.statistics.attribution import Model
from syncer.kpis.tally import Tally, tally_entries, with_whole
from syncer.money import CostKind
from syncer.records import CostLine

_STAGES = {"K17": Milestone.MQL, "K17.cpi": Milestone.INQUIRY, "K17.cp_sql": Milestone.SALES_READY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """What cost is divided by. Under a model of attribution a unit may come in parts."""

    share: Decimal = Decimal(0)
    n: int = 0
    excluded: Mapping[str, int] = field(default_factory=Counter)


def _of_tally(tally: Tally) -> Units:
    return Units(share=Decimal(tally.k), n=tally.k, excluded=tally.excluded)


def _of_earned(found: Earned) -> Units:
    return Units(share=found.share, n=found.units, excluded=found.excluded)


def per_lead(ask: Ask) -> Iterable[Kpi]:
    """Yield K17 for its three stages, the cost itself by kind, and the cost that brought no MQL."""
    costs = spend(ask, ask.question.by)
    leads = {row_id: _leads(ask, ask.question.by, milestone) for row_id, milestone in _STAGES.items()}
    found = with_whole([*costs, *(segment for group in leads.values() for segment in group)], ask.question.by)
    for row_id, group in leads.items():
        for segment in found:
            yield ask.row(row_id, segment, _per_unit(ask, _carried(costs, segment), group.get(segment, Units())))
    for segment in found:
        cost = costs.get(segment, Spend())
        yield ask.row("K17.cost", segment, _cost(cost))
        yield ask.row("K17.cost_without_leads", segment, _wasted(ask, segment, cost, leads["K17"]))
    for kind in CostKind:
        spent = spend(ask, ask.question.by, of_kind(kind))
        for segment in with_whole(spent, ask.question.by):
            yield ask.row("K17.cost_by_kind", segment, _cost(spent.get(segment, Spend())), kind=kind.value)


def _carried(costs: Mapping[Segment, Spend], segment: Segment) -> Spend:
    """Return the cost that units of a segment carry: cost of no source belongs to nobody whose source is unknown."""
    return Spend() if None in segment else costs.get(segment, Spend())


def _leads(ask: Ask, by: Sequence[str], milestone: Milestone) -> Mapping[Segment, Units]:
    """Return the cycles that entered a stage in the period, or those of the period's first contacts that reached it."""
    if ask.basis is Basis.PERIOD:
        cohort = Cohort(entry=milestone, window=ask.window)
    else:
        cohort = Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window, reached=(milestone,))
    model = ask.question.model
    if model is not None and is_asked(ask):
        ways = ask.measures.cycle_journeys(ask.cut_by(()), cohort, touched=True)
        return {segment: _of_earned(one) for segment, one in earned(ask, ways, by, model).items()}
    rows = tally_entries(ask.measures.cycles(ask.cut_by(by), cohort), lambda row: row.reached or not cohort.reached)
    return {segment: _of_tally(tally) for segment, tally in rows.items()}


def _per_unit(ask: Ask, cost: Spend, units: Units, *extra: Spend) -> Measured:
    """Return cost by units; null without units or where a cost is unknown."""
    parts = [part.known for part in (cost, *extra)]
    total = sum((part for part in parts if part is not None), Decimal(0))
    unknown = any(part is None for part in parts)
    value = None if unknown or not units.share else total / units.share
    notes: dict[str, object] = {"cost": None if unknown else ask.coins(total), **cost.notes}
    if parts[0] is not None and unknown:
        notes["lacks"] = "sales_costs"
    if is_asked(ask):
        notes |= {"model": ask.question.model, "units": float(units.share)}
    return Measured(
        value=value,
        n=units.n,
        status=Status.UNDEFINED if value is None else size_status(units.n),
        excluded={**units.excluded, **cost.excluded},
        notes=notes,
    )


def _cost(cost: Spend) -> Measured:
    status = Status.UNDEFINED if cost.known is None else Status.MATURE
    return Measured(value=cost.known, n=cost.lines, status=status, excluded=cost.excluded, notes=cost.notes)


def _wasted(ask: Ask, segment: Segment, cost: Spend, leads: Mapping[Segment, Units]) -> Measured:
    """Return the cost that no MQL names, neither as its source nor as its campaign."""
    if ask.question.by:
        empty = None in segment or not leads.get(segment, Units()).share
        return _cost(cost) if empty else Measured(value=Decimal(0), n=0, status=_cost(cost).status)
    found = [pair for pair, units in _leads(ask, ("source", "campaign"), Milestone.MQL).items() if units.share]
    named = ({source for source, _ in found} - {None}, {campaign for _, campaign in found} - {None})

    def is_idle(line: CostLine) -> bool:
        return is_marketing(line) and line.source not in named[0] and line.campaign not in named[1]

    return _cost(replace(cost, amount=spend(ask, (), is_idle).get((), Spend()).amount))


def per_order(ask: Ask) -> Iterable[Kpi]:
    """Yield K18, with sales cost, and by new customer."""
    costs, sales = spend(ask, ask.question.by), spend(ask, ask.question.by, is_sales)
    orders, customers = _orders(ask), _customers(ask)
    for segment in with_whole([*costs, *orders, *customers], ask.question.by):
        cost, effort = _carried(costs, segment), _carried(sales, segment)
        won, new = orders.get(segment, Units()), customers.get(segment, Units())
        yield ask.row("K18", segment, _per_unit(ask, cost, won))
        yield ask.row("K18.full", segment, _per_unit(ask, cost, won, effort))
        yield ask.row("K18.cac", segment, _per_unit(ask, cost, new, effort))


def _orders(ask: Ask) -> Mapping[Segment, Units]:
    model = ask.question.model
    if model is not None and is_asked(ask):
        return _attributed(ask, _order_ways(ask), model)
    rows = _begun(ask) if ask.basis is Basis.COHORT else _closed(ask)
    return {segment: _of_tally(tally) for segment, tally in rows.items()}


def _begun(ask: Ask) -> Mapping[Segment, Tally]:
    cohort = Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window)
    return tally_entries(ask.measures.cycles(ask.cut, cohort), lambda row: row.outcome is Outcome.WON)


def _closed(ask: Ask) -> Mapping[Segment, Tally]:
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in ask.measures.deals(ask.cut, DealDate.CLOSE, ask.window):
        if row.excluded is not None:
            found[row.segment].excluded[row.excluded] += row.units
        else:
            found[row.segment].add(row.units, hit=row.outcome is Outcome.WON, may_hit=False)
    return found


def _order_ways(ask: Ask) -> Iterable[Journey]:
    if ask.basis is Basis.PERIOD:
        return ask.measures.won_journeys(ask.cut_by(()), ask.window, touched=True)
    cohort = Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window, reached=(Milestone.WON,))
    return ask.measures.cycle_journeys(ask.cut_by(()), cohort, touched=True)


def _attributed(ask: Ask, ways: Iterable[Journey], model: Model) -> Mapping[Segment, Units]:
    return {segment: _of_earned(one) for segment, one in earned(ask, ways, ask.question.by, model).items()}


def _customers(ask: Ask) -> Mapping[Segment, Units]:
    """Return the companies, or contacts without one, that bought for the first time."""
    first = ask.basis is Basis.COHORT
    entry, reached = (Milestone.FIRST_CONTACT, (Milestone.WON,)) if first else (Milestone.WON, ())
    cohort = Cohort(entry=entry, window=ask.window, reached=reached, new_customer=True)
    model = ask.question.model
    if model is not None and is_asked(ask):
        return _attributed(ask, ask.measures.cycle_journeys(ask.cut_by(()), cohort, touched=True), model)
    rows = tally_entries(ask.measures.cycles(ask.cut, cohort), lambda row: row.outcome is Outcome.WON)
    return {segment: _of_tally(tally) for segment, tally in rows.items()}
