"""Whether customers stay (K43): value renewed of the value due, by due date. Only renewal pipelines count."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from syncer.funnel.facts import Outcome
from syncer.kpis.money import Purse, fill
from syncer.kpis.ports import NO_RENEWAL, DealRow, Scope, Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.tally import Tally, cohort_rate, with_whole


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
    for segment in with_whole(found, ask.question.by):
        yield from _rows(ask, segment, found.get(segment, _Due()))


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


def _rows(ask: Ask, segment: Segment, group: _Due) -> Iterable[Kpi]:
    lacks = {} if group.tally.n or group.tally.excluded else {"lacks": "renewals"}
    yield ask.row("K43", segment, _by_value(group, lacks))
    yield ask.row("K43.count", segment, cohort_rate(group.tally, aged=ask.aged))
    for row_id, purse in (("K43.due", group.due), ("K43.renewed", group.renewed), ("K43.undecided", group.undecided)):
        known = purse.known if group.tally.n else None
        status = Status.UNDEFINED if known is None else Status.MATURE
        yield ask.row(
            row_id, segment, Measured(value=known, n=purse.units, status=status, excluded=purse.excluded, notes=lacks)
        )


def _by_value(group: _Due, lacks: Mapping[str, object]) -> Measured:
    due, renewed = group.due, group.renewed
    status = size_status(due.units if due.amount else 0)
    return Measured(
        value=float(renewed.amount / due.amount) if status.is_shown else None,
        n=due.units,
        k=renewed.units,
        status=status,
        excluded={**group.tally.excluded, **due.excluded},
        notes={**lacks, "due": due.amount, "renewed": renewed.amount},
    )
