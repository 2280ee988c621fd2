"""Conversion: stage to stage (K02), sales-ready to won (K06), accepted to won (K07)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import Cohort, CycleCount, Milestone
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import FEW, Basis, Kpi, size_status
from syncer.kpis.tally import Tally, cohort_rate, tally_cycles, tally_entries, with_whole
from syncer.moments import DAY

#: Stages with the milestone that enters them, in the funnel's order.
_STEPS: Sequence[tuple[FunnelStage, Milestone]] = (
    (FunnelStage.SUSPECT, Milestone.SUSPECT),
    (FunnelStage.INQUIRY, Milestone.INQUIRY),
    (FunnelStage.LEAD_MQL, Milestone.MQL),
    (FunnelStage.LEAD_SQL, Milestone.SALES_READY),
    (FunnelStage.LEAD_SAL, Milestone.ACCEPTED),
    (FunnelStage.LEAD_DEAL, Milestone.DEAL),
    (FunnelStage.OPPORTUNITY, Milestone.OFFER),
    (FunnelStage.CLOSED_WON, Milestone.WON),
)


def steps(ask: Ask) -> Iterable[Kpi]:
    """Yield K02: one row a step and segment."""
    for place in range(len(_STEPS) - 1):
        yield from _flow(ask, place) if ask.basis is Basis.PERIOD else _step(ask, place)


def _step(ask: Ask, place: int) -> Iterable[Kpi]:
    # A stage that was skipped counts as reached when a later one was: else step rates do not multiply to the whole.
    later = [milestone for _, milestone in _STEPS[place + 1 :]]
    cohort = Cohort(entry=_STEPS[place][1], window=ask.window, reached=later, within=_within(ask))
    rows = list(ask.measures.cycles(ask.cut, cohort))
    entered, lasting = tally_entries(rows, _reached), tally_cycles(rows, _reached)
    for segment in with_whole(entered, ask.question.by):
        measured = cohort_rate(entered.get(segment, Tally()), aged=ask.aged)
        notes = {**measured.notes, "without_expired": _counts(lasting.get(segment, Tally()))}
        yield ask.row("K02", segment, replace(measured, notes=notes), **_ends(place))


def _reached(row: CycleCount) -> bool:
    return row.reached


def _counts(tally: Tally) -> Mapping[str, object]:
    return {"k": tally.k, "n": tally.n, "value": tally.k / tally.n if tally.n >= FEW else None}


def _flow(ask: Ask, place: int) -> Iterable[Kpi]:
    left, right = (
        tally_entries(ask.measures.cycles(ask.cut, Cohort(entry=milestone, window=ask.window)), lambda _: True)
        for _, milestone in _STEPS[place : place + 2]
    )
    for segment in with_whole([*left, *right], ask.question.by):
        entered, went = left.get(segment, Tally()), right.get(segment, Tally())
        status = size_status(entered.n)
        measured = Measured(
            value=went.n / entered.n if status.is_shown else None,
            n=entered.n,
            k=went.n,
            status=status,
            excluded=entered.excluded,
            notes={"flow": "entries to B / entries to A, no cohort"},
        )
        yield ask.row("K02", segment, measured, **_ends(place))


def _ends(place: int) -> dict[str, str | None]:
    return {"from": _STEPS[place][0].value, "to": _STEPS[place + 1][0].value}


def _within(ask: Ask) -> int | None:
    days = ask.question.horizon_days
    return None if days is None else days * DAY


def sales_ready(ask: Ask) -> Iterable[Kpi]:
    """Yield K06: sales-ready cycles that became customers."""
    yield from _won(ask, "K06", ask.measures.cycles(ask.cut, Cohort(entry=Milestone.SALES_READY, window=ask.window)))


def accepted(ask: Ask) -> Iterable[Kpi]:
    """Yield K07: accepted cycles that became customers, whole and by whether they were sales-ready."""
    cohort = Cohort(entry=Milestone.ACCEPTED, window=ask.window, reached=(Milestone.SALES_READY,))
    rows = list(ask.measures.cycles(ask.cut, cohort))
    yield from _won(ask, "K07", rows)
    yield from _won(ask, "K07.with_sql", [row for row in rows if row.reached])
    yield from _won(ask, "K07.without_sql", [row for row in rows if not row.reached])


def _won(ask: Ask, row_id: str, rows: Iterable[CycleCount]) -> Iterable[Kpi]:
    tallies = tally_entries(rows, lambda row: row.outcome is Outcome.WON)
    for segment in with_whole(tallies, ask.question.by):
        yield ask.row(row_id, segment, cohort_rate(tallies.get(segment, Tally()), aged=ask.aged))
