"""Whether customers stay (K43): value renewed of the value due, by due date; and who left and came back.

Only renewal pipelines tell who is a customer still.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import NO_RENEWAL, DealRow, Scope, Segment
from syncer.kpis.figures.comebacks import comebacks
from syncer.kpis.money import Purse, fill
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.tally import Tally, cohort_rate, with_whole
from syncer.moments import Millis


@dataclass(kw_only=True, slots=True)
class _Due:
    """One segment's renewals that are due."""

    tally: Tally = field(default_factory=Tally)
    due: Purse = field(default_factory=Purse)
    renewed: Purse = field(default_factory=Purse)
    undecided: Purse = field(default_factory=Purse)


def retention(ask: Ask) -> Iterable[Kpi]:
    """Yield K43 and its companions; renewals that are due and still open count as not renewed yet."""
    found: defaultdict[Segment, _Due] = defaultdict(_Due)
    cut = replace(ask.cut, scope=Scope.RENEWALS)
    for outcome in (Outcome.WON, Outcome.LOST, Outcome.OTHER, Outcome.OPEN):
        for row in ask.measures.deal_rows(cut, outcome, ask.window):
            if row.excluded != NO_RENEWAL:
                _add(ask, found[row.segment], row)
    renews = ask.measures.work.renews(ask.cut)
    for segment in with_whole(found, ask.question.by):
        yield from _rows(ask, segment, found.get(segment, _Due()), "renewals_due" if renews else "renewals")
    yield from _reactivated(ask, renews=renews)


def _reactivated(ask: Ask, *, renews: bool) -> Iterable[Kpi]:
    """Yield the former customers who bought again in the period, and for how much."""
    found: defaultdict[Segment, Purse] = defaultdict(Purse)
    for row in comebacks(ask.measures.work.ties(ask.cut)):
        if _is_inside(row.span.close_date, ask.window):
            fill(found[row.segment], ask, row.span)
    for segment in with_whole(found, ask.question.by):
        purse = found[segment]
        units = purse.units + sum(purse.excluded.values())
        lacks = {} if renews else {"lacks": "renewals"}
        count = Measured(value=units if renews else None, n=units, notes=lacks, status=_known(is_known=renews))
        yield ask.row("K43.reactivated", segment, count)
        amount = purse.known if renews else None
        worth = Measured(
            value=amount,
            n=purse.units,
            status=_known(is_known=amount is not None),
            excluded=purse.excluded,
            notes={**lacks, **purse.notes},
        )
        yield ask.row("K43.reactivated_value", segment, worth)


def _is_inside(at: Millis | None, window: Window) -> bool:
    return at is not None and (window.start is None or window.start <= at) and (window.end is None or at < window.end)


def _known(*, is_known: bool) -> Status:
    return Status.MATURE if is_known else Status.UNDEFINED


def _add(ask: Ask, group: _Due, row: DealRow) -> None:
    span = row.span
    if row.excluded is not None:
        group.tally.excluded[row.excluded] += 1
        return
    if span.close_date is None:
        group.tally.excluded["no_date"] += 1
        return
    if span.close_date > ask.question.as_of and span.outcome is Outcome.OPEN:
        return
    group.tally.add(1, hit=span.outcome is Outcome.WON, may_hit=span.outcome is Outcome.OPEN)
    fill(group.due, ask, span)
    if span.outcome is Outcome.WON:
        fill(group.renewed, ask, span)
    elif span.outcome is Outcome.OPEN:
        fill(group.undecided, ask, span)


def _rows(ask: Ask, segment: Segment, group: _Due, nothing: str) -> Iterable[Kpi]:
    lacks = {} if group.tally.n or group.tally.excluded else {"lacks": nothing}
    yield ask.row("K43", segment, _by_value(ask, group, lacks))
    yield ask.row("K43.count", segment, cohort_rate(group.tally, aged=ask.aged))
    for row_id, purse in (("K43.due", group.due), ("K43.renewed", group.renewed), ("K43.undecided", group.undecided)):
        known = purse.known if group.tally.n else None
        status = Status.UNDEFINED if known is None else Status.MATURE
        yield ask.row(
            row_id, segment, Measured(value=known, n=purse.units, status=status, excluded=purse.excluded, notes=lacks)
        )


def _by_value(ask: Ask, group: _Due, lacks: Mapping[str, object]) -> Measured:
    due, renewed = group.due, group.renewed
    status = size_status(due.units if due.amount else 0)
    return Measured(
        value=float(renewed.amount / due.amount) if status.is_shown else None,
        n=due.units,
        k=renewed.units,
        status=status,
        excluded={**group.tally.excluded, **due.excluded},
        notes={**lacks, "due": ask.coins(due.amount), "renewed": ask.coins(renewed.amount)},
    )
