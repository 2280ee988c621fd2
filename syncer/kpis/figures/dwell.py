"""How long contacts stay in each stage (K15): finished stays and those that last, by Kaplan and Meier."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import EXPIRED, ID, Segment
from syncer.kpis.asked.work import UNDER_WAY, Pass
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status, too_many_open
from syncer.kpis.statistics.stats import counted, kaplan_meier, median_interval, percentile, quantile
from syncer.kpis.tally import with_whole

_LEFT = "left"
_LONG = Decimal("0.9")
#: Where a limit holds.
_Place = tuple[Segment, FunnelStage]

_SHARES = {"K15": 0.5, "K15.p75": 0.75, "K15.p90": 0.9}


@dataclass(kw_only=True, slots=True)
class _Stays:
    """Stays of one segment in one stage."""

    days: defaultdict[int, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    won: Counter[int] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)

    def add(self, row: Pass) -> None:
        if row.excluded not in {None, EXPIRED}:
            self.excluded[str(row.excluded)] += row.units
        elif row.days < 0:
            self.excluded["negative"] += row.units
        else:
            self.days[row.days][_LEFT if row.left else None] += row.units
            self.won[row.days] += row.units if row.left and row.outcome is Outcome.WON else 0


def time_in_stage(ask: Ask) -> Iterable[Kpi]:
    """Yield K15 and its companions, a row a stage under way."""
    found: defaultdict[Segment, defaultdict[FunnelStage, _Stays]] = defaultdict(lambda: defaultdict(_Stays))
    for row in ask.measures.work.passes(ask.cut, ask.window):
        found[row.segment][row.stage].add(row)
    limits = _limits(ask, found)
    for segment in with_whole(found, ask.question.by):
        for stage in UNDER_WAY:
            stays = found[segment][stage]
            if ID in ask.question.by and not stays.days and not stays.excluded:
                continue
            yield from _rows(ask, segment, stage, stays)
            overdue = _overdue(stays, limits.get((_shared(ask, segment), stage)))
            yield ask.row("K15.overdue", segment, overdue, stage=stage.value)


def _limits(ask: Ask, found: Mapping[Segment, Mapping[FunnelStage, _Stays]]) -> Mapping[_Place, Decimal | None]:
    """Return for how long nine tenths of the won stayed: those of a segment together, told one by one or not."""
    won: defaultdict[_Place, Counter[int]] = defaultdict(Counter)
    for segment, stages in found.items():
        for stage, stays in stages.items():
            won[_shared(ask, segment), stage] += stays.won
    return {place: percentile(counted(days), _LONG) for place, days in won.items()}


def _shared(ask: Ask, segment: Segment) -> Segment:
    return tuple(value for dim, value in zip(ask.question.by, segment, strict=True) if dim != ID)


def _rows(ask: Ask, segment: Segment, stage: FunnelStage, stays: _Stays) -> Iterable[Kpi]:
    curve = kaplan_meier(stays.days)
    n = sum(counts.total() for counts in stays.days.values())
    left = sum(counts[_LEFT] for counts in stays.days.values())
    for row_id, share in _SHARES.items():
        value = quantile(curve, share)
        low, high = median_interval(curve) if row_id == "K15" else (None, None)
        measured = Measured(
            value=value,
            n=n,
            k=left,
            lo=low,
            hi=high,
            status=size_status(n if value is not None else 0),
            excluded=stays.excluded,
            notes={"inside": n - left, **too_many_open(value, n)},
        )
        yield ask.row(row_id, segment, measured, stage=stage.value)


def _overdue(stays: _Stays, longest: Decimal | None) -> Measured:
    """Return how many are inside for longer than nine tenths of the won ever were."""
    inside = sum(counts[None] for counts in stays.days.values())
    if longest is None:
        return Measured(value=None, n=inside, status=Status.UNDEFINED, notes={"lacks": "won_passes"})
    late = sum(counts[None] for day, counts in stays.days.items() if day > longest)
    return Measured(value=late, n=inside, k=late, notes={"limit_days": float(longest)})
