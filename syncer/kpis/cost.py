"""What a lead and an order cost (K17, K18). No cost line is unknown; a recorded zero is zero."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from syncer.funnel.facts import CycleType, Outcome
from syncer.kpis.periods import Calendar, Window
from syncer.kpis.ports import ID, Cohort, DealDate, Milestone, Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Basis, Kpi, Status, size_status
from syncer.kpis.tally import Tally, tally_entries, with_whole
from syncer.moments import Millis
from syncer.records import CostLine

_STAGES = {"K17": Milestone.MQL, "K17.cpi": Milestone.INQUIRY, "K17.cp_sql": Milestone.SALES_READY}


@dataclass(kw_only=True, slots=True)
class Spend:
    """One segment's cost in the reporting currency; `lines` 0 means that nobody recorded any."""

    amount: Decimal = Decimal(0)
    lines: int = 0
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def known(self) -> Decimal | None:
        """The cost, None when no usable line exists."""
        return self.amount if self.lines else None


def share_of(line: CostLine, window: Window, as_of: Millis, calendar: Calendar) -> Decimal | None:
    """Return the part of a line that falls inside the window and not after as_of, spread evenly over its local days.

    None when the line has no date and the window is bounded.
    """
    if line.starts_at is None:
        return None if window.bounded else line.amount
    first = calendar.day(line.starts_at)
    last = max(first, calendar.day(line.ends_at if line.ends_at is not None else line.starts_at))
    inside_from = first if window.start is None else max(first, calendar.day(window.start))
    end = as_of if window.end is None else min(as_of, window.end - 1)
    inside_to = min(last, calendar.day(end))
    days = max(timedelta(), inside_to - inside_from + timedelta(days=1))
    return line.amount * days.days / ((last - first).days + 1)


def spend(ask: Ask, lines: Iterable[CostLine], by: Sequence[str]) -> Mapping[Segment, Spend]:
    """Return the cost of the period by source and campaign."""
    found: defaultdict[Segment, Spend] = defaultdict(Spend)
    for line in lines:
        segment = tuple({"source": line.source, "campaign": line.campaign, ID: line.id}[dim] for dim in by)
        _add(ask, found[segment], line)
    return found


def _add(ask: Ask, purse: Spend, line: CostLine) -> None:
    part = share_of(line, ask.window, ask.question.as_of, ask.question.calendar)
    if part is None:
        purse.excluded["cost_no_date"] += 1
        return
    amount = ask.convert(part, line.currency)
    if amount is None:
        purse.excluded["cost_no_fx"] += 1
        return
    if _touches(ask, line):
        purse.lines += 1
        purse.amount += amount


def _touches(ask: Ask, line: CostLine) -> bool:
    """Tell whether any day of the line falls into the period: one of zero cost then counts as recorded."""
    unit = replace(line, amount=Decimal(1))
    return bool(share_of(unit, ask.window, ask.question.as_of, ask.question.calendar))


def per_lead(ask: Ask) -> Iterable[Kpi]:
    """Yield K17 for its three stages, the cost itself, and the cost that brought no MQL."""
    costs = spend(ask, ask.measures.costs(ask.cut), ask.question.by)
    leads = {row_id: _leads(ask, ask.question.by, milestone) for row_id, milestone in _STAGES.items()}
    found = with_whole([*costs, *(segment for group in leads.values() for segment in group)], ask.question.by)
    for row_id, group in leads.items():
        for segment in found:
            yield ask.row(row_id, segment, _per_unit(_carried(costs, segment), group.get(segment, Tally())))
    for segment in found:
        cost = costs.get(segment, Spend())
        yield ask.row("K17.cost", segment, _cost(cost))
        yield ask.row("K17.cost_without_leads", segment, _wasted(ask, segment, cost, leads["K17"]))


def _carried(costs: Mapping[Segment, Spend], segment: Segment) -> Spend:
    """Return the cost that units of a segment carry: cost of no source belongs to nobody whose source is unknown."""
    return Spend() if None in segment else costs.get(segment, Spend())


def _leads(ask: Ask, by: Sequence[str], milestone: Milestone) -> Mapping[Segment, Tally]:
    """Return the cycles that entered a stage in the period, or those of the period's first contacts that reached it."""
    if ask.basis is Basis.PERIOD:
        rows = ask.measures.cycles(ask.cut_by(by), Cohort(entry=milestone, window=ask.window))
        return tally_entries(rows, lambda _: True)
    cohort = Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window, reached=(milestone,))
    return tally_entries(ask.measures.cycles(ask.cut_by(by), cohort), lambda row: row.reached)


def _per_unit(cost: Spend, units: Tally, *extra: Spend) -> Measured:
    """Return cost by hits; null without units or where a cost is unknown."""
    parts = [part.known for part in (cost, *extra)]
    total = sum((part for part in parts if part is not None), Decimal(0))
    unknown = any(part is None for part in parts)
    value = None if unknown or not units.k else total / units.k
    return Measured(
        value=value,
        n=units.k,
        status=Status.UNDEFINED if value is None else size_status(units.k),
        excluded={**units.excluded, **cost.excluded},
        notes={"cost": None if unknown else total},
    )


def _cost(cost: Spend) -> Measured:
    status = Status.UNDEFINED if cost.known is None else Status.MATURE
    return Measured(value=cost.known, n=cost.lines, status=status, excluded=cost.excluded)


def _wasted(ask: Ask, segment: Segment, cost: Spend, leads: Mapping[Segment, Tally]) -> Measured:
    """Return the cost that no MQL names, neither as its source nor as its campaign."""
    if ask.question.by:
        empty = None in segment or not leads.get(segment, Tally()).k
        return _cost(cost) if empty else Measured(value=Decimal(0), n=0, status=_cost(cost).status)
    found = [pair for pair, tally in _leads(ask, ("source", "campaign"), Milestone.MQL).items() if tally.k]
    named = ({source for source, _ in found} - {None}, {campaign for _, campaign in found} - {None})
    lines = ask.measures.costs(ask.cut)
    idle = [line for line in lines if line.source not in named[0] and line.campaign not in named[1]]
    return _cost(replace(cost, amount=spend(ask, idle, ()).get((), Spend()).amount))


def per_order(ask: Ask) -> Iterable[Kpi]:
    """Yield K18, with sales cost, and by new customer."""
    costs = spend(ask, ask.measures.costs(ask.cut), ask.question.by)
    sales = spend(ask, ask.question.sales_costs, ask.question.by)
    orders, customers = _orders(ask), _customers(ask)
    for segment in with_whole([*costs, *orders, *customers], ask.question.by):
        cost, effort = _carried(costs, segment), _carried(sales, segment)
        won, new = orders.get(segment, Tally()), customers.get(segment, Tally())
        yield ask.row("K18", segment, _per_unit(cost, won))
        yield ask.row("K18.full", segment, _per_unit(cost, won, effort))
        yield ask.row("K18.cac", segment, _per_unit(cost, new, effort))


def _orders(ask: Ask) -> Mapping[Segment, Tally]:
    if ask.basis is Basis.COHORT:
        cohort = Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window)
        return tally_entries(ask.measures.cycles(ask.cut, cohort), lambda row: row.outcome is Outcome.WON)
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in ask.measures.deals(ask.cut, DealDate.CLOSE, ask.window):
        if row.excluded is not None:
            found[row.segment].excluded[row.excluded] += row.units
        else:
            found[row.segment].add(row.units, hit=row.outcome is Outcome.WON, may_hit=False)
    return found


def _customers(ask: Ask) -> Mapping[Segment, Tally]:
    """Return won cycles of first-time customers."""
    by = (*ask.question.by, "cycle_type")
    entry = Milestone.FIRST_CONTACT if ask.basis is Basis.COHORT else Milestone.WON
    found: dict[Segment, Tally] = {}
    rows = ask.measures.cycles(ask.cut_by(by), Cohort(entry=entry, window=ask.window))
    for segment, tally in tally_entries(rows, lambda row: row.outcome is Outcome.WON).items():
        if segment[-1] == CycleType.ACQUISITION.value:
            found[segment[:-1]] = tally
    return found
