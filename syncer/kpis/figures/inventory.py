"""Who stands where (K01): contacts, companies, and open deals with their value."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from syncer.funnel.facts import DealSpan, FunnelStage, Outcome
from syncer.kpis.asked.ports import COMPANY_DIMS, ID, Segment, Unit
from syncer.kpis.money import Purse, fill
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status
from syncer.kpis.tally import with_whole

_DEAL_STAGES = (FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST)


def inventory(ask: Ask) -> Iterable[Kpi]:
    """Yield K01: one row a stage for contacts and companies; a stage where nobody stands is a true zero."""
    yield from _stages(ask, "K01", Unit.CONTACTS)
    if COMPANY_DIMS.issuperset(ask.question.by):
        yield from _stages(ask, "K01.companies", Unit.COMPANIES)
    yield from _deals(ask)


def _stages(ask: Ask, row_id: str, unit: Unit) -> Iterable[Kpi]:
    groups: defaultdict[Segment, Counter[FunnelStage]] = defaultdict(Counter)
    for row in ask.measures.stages(ask.cut, unit):
        groups[row.segment][row.stage] += row.units
    for segment in with_whole(groups, ask.question.by):
        counts = groups.get(segment, Counter())
        out = counts[FunnelStage.OUT]
        excluded = {"out": out} if out else {}
        if out and ID in ask.question.by:
            yield ask.row(row_id, segment, Measured(value=0, n=0, excluded=excluded), stage=FunnelStage.OUT.value)
            continue
        for stage in FunnelStage:
            if stage is not FunnelStage.OUT and (counts[stage] or ID not in ask.question.by):
                measured = Measured(value=counts[stage], n=counts[stage], excluded=excluded)
                yield ask.row(row_id, segment, measured, stage=stage.value)


def _deals(ask: Ask) -> Iterable[Kpi]:
    groups: defaultdict[Segment, defaultdict[FunnelStage, Purse]] = defaultdict(lambda: defaultdict(Purse))
    excluded: defaultdict[Segment, Counter[str]] = defaultdict(Counter)
    for row in ask.measures.deal_rows(ask.every, Outcome.OPEN, Window()):
        if row.excluded is None:
            fill(groups[row.segment][_stage(ask, row.span)], ask, row.span)
        else:
            excluded[row.segment][row.excluded] += 1
    for segment in with_whole([*groups, *excluded], ask.question.by):
        for stage in _DEAL_STAGES:
            yield from _rows(ask, segment, (stage, groups[segment][stage]), excluded[segment])


def _stage(ask: Ask, span: DealSpan) -> FunnelStage:
    if ask.question.in_forecast(span, ask.question.as_of):
        return FunnelStage.FORECAST
    return FunnelStage.LEAD_DEAL if span.offer_at is None else FunnelStage.OPPORTUNITY


def _rows(ask: Ask, segment: Segment, standing: tuple[FunnelStage, Purse], excluded: Counter[str]) -> Iterable[Kpi]:
    stage, purse = standing
    units = purse.units + purse.excluded.total()
    yield ask.row("K01.deals", segment, Measured(value=units, n=units, excluded=excluded), stage=stage.value)
    status = Status.UNDEFINED if purse.known is None else Status.MATURE
    counts = excluded + purse.excluded
    measured = Measured(value=purse.known, n=purse.units, status=status, excluded=counts, notes=purse.notes)
    yield ask.row("K01.value", segment, measured, stage=stage.value)
