"""What the dashboard shows, in words and numbers: read from the last KPI snapshot and the current states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.bootstrap import system_clock
from jobs.derive import last_clocks
from jobs.leads import hottest
from jobs.names import agreement_text
from jobs.status import read_status
from jobs.strip import funnel_strip
from jobs.terms import exclusions
from jobs.words import Language, figure, number, percent, stage_name, time_text, word
from syncer.agreement import InForce
from syncer.store import Store

#: Rows of the forecast and outcome boxes: KPI row → label.
_FORECAST = (
    ("K20", "sum"),
    ("K20.weighted", "weighted"),
    ("K20.commit", "commit"),
    ("K20.best_case", "best_case"),
    ("K20.won", "won_quarter"),
)
_OUTCOMES = (
    ("K10.won", "won"),
    ("K10.lost", "lost"),
    ("K10.other", "other"),
    ("K10.open", "open"),
    ("K10", "win_rate"),
    ("K10.broad", "win_rate_broad"),
)
#: KPIs that are shown elsewhere, or are a matrix that no list shows well.
_OWN_BOXES = frozenset({"K01", "K02", "K03"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A label and its value."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StripLine:
    """One stage of the funnel."""

    name: str
    now: str
    entered: str
    #: Width of the bar, 0..100.
    width: float
    #: Share that went on.
    onward: str
    interval: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadLine:
    """One lead."""

    name: str
    stage: str
    cell: str
    priority: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiLine:
    """One figure."""

    id: str
    name: str
    value: str
    interval: str
    n: str
    status: str
    basis: str
    excluded: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """One run."""

    id: str
    job: str
    started: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardView:
    """The whole page."""

    account: str
    as_of: str
    agreement: str
    strip: Sequence[StripLine]
    forecast: Sequence[Line]
    outcomes: Sequence[Line]
    hottest: Sequence[LeadLine]
    kpis: Sequence[KpiLine]
    runs: Sequence[RunLine]
    dead_letters: int
    #: The snapshot itself.
    rows: Sequence[Mapping[str, object]]


def read_view(store: Store, agreement: InForce, account: str, lang: Language) -> DashboardView:
    """Return the page of one account from its last snapshot and its current states."""
    zone = agreement.agreement.calendar.zone
    with store.snapshot() as unit:
        kept = unit.desk.last_snapshot(account)
        rows = unit.desk.snapshot(account, kept.run) if kept else ()
        clocks = last_clocks(unit, account, system_clock())
    status = read_status(store, account, system_clock(), runs=8)
    leads = hottest(store, agreement.agreement, account, clocks, lang)
    return DashboardView(
        account=account,
        as_of=time_text(kept.as_of if kept else None, zone, lang),
        agreement=agreement_text(agreement),
        strip=_strip(rows, lang),
        forecast=_lines(rows, _FORECAST, lang),
        outcomes=_lines(rows, _OUTCOMES, lang),
        hottest=[
            LeadLine(
                name=f"{one.name} · {one.company}" if one.company else one.name,
                stage=stage_name(one.stage, lang),
                cell=one.cell,
                priority=number(one.priority, lang),
                why=one.why,
            )
            for one in leads
        ],
        kpis=[_kpi(row, lang) for row in rows if row["id"] not in _OWN_BOXES],
        runs=[
            RunLine(id=run.id, job=run.job, started=time_text(run.started_at, zone, lang), status=run.status)
            for run in status.runs
        ],
        dead_letters=status.dead_letters,
        rows=rows,
    )


def _strip(rows: Sequence[Mapping[str, object]], lang: Language) -> Sequence[StripLine]:
    steps = funnel_strip(rows)
    widest = max((step.entered or step.now for step in steps), default=0) or 1
    return [
        StripLine(
            name=stage_name(step.stage, lang),
            now=number(step.now, lang),
            entered=number(step.entered if step.entered is not None else step.now, lang),
            width=round(100 * (step.entered if step.entered is not None else step.now) / widest, 1),
            onward=percent(step.onward, lang),
            interval="" if step.lo is None else f"{percent(step.lo, lang)} – {percent(step.hi, lang)}",
        )
        for step in steps
    ]


def _lines(rows: Sequence[Mapping[str, object]], wanted: Sequence[tuple[str, str]], lang: Language) -> Sequence[Line]:
    found = {str(row["id"]): row for row in rows}
    return [Line(name=word(label, lang), value=_value(found[ident], lang)) for ident, label in wanted if ident in found]


def _kpi(row: Mapping[str, object], lang: Language) -> KpiLine:
    segment = row["segment"]
    parts = ", ".join(str(value) for value in segment.values()) if isinstance(segment, Mapping) else ""
    return KpiLine(
        id=str(row["id"]),
        name=f"{row['name']} · {parts}" if parts else str(row["name"]),
        value=_value(row, lang),
        interval="" if row["lo"] is None else f"{_value(row, lang, 'lo')} – {_value(row, lang, 'hi')}",
        n="" if row["n"] is None else f"{row['n']}",
        status=str(row["status"]),
        basis=f"{row['basis']} {row['period']}",
        excluded=exclusions(row["excluded"], lang),
    )


def _value(row: Mapping[str, object], lang: Language, column: str = "value") -> str:
    value = row[column]
    return figure(value if isinstance(value, int | float) else None, str(row["unit"]), lang)
