"""Where contacts moved: the transition matrix (K03). Stages that were merely passed through do not count."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncer.funnel.facts import FunnelStage, Rank
from syncer.kpis.asked.ports import Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi
from syncer.kpis.tally import Tally, period_rate, with_whole

_Pair = tuple[FunnelStage, FunnelStage]

#: From here a contact goes back to the market by design: that is no step back.
_ENDS = frozenset({FunnelStage.CLOSED_WON, FunnelStage.CLOSED_LOST, FunnelStage.CLOSED_OTHER})

#: The forecast is revocable every day (domain B2).
_REVOKED = (FunnelStage.FORECAST, FunnelStage.OPPORTUNITY)


@dataclass(kw_only=True, slots=True)
class _Matrix:
    """One segment's moves."""

    pairs: Counter[_Pair] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)


def transitions(ask: Ask) -> Iterable[Kpi]:
    """Yield K03: all moves, then one row a pair of stages, and the share that went backward."""
    found: defaultdict[Segment, _Matrix] = defaultdict(_Matrix)
    for row in ask.measures.work.moves(ask.cut, ask.window):
        matrix = found[row.segment]
        if row.excluded is None:
            matrix.pairs[row.from_stage, row.to_stage] += row.units
        else:
            matrix.excluded[row.excluded] += row.units
    for segment in with_whole(found, ask.question.by):
        yield from _rows(ask, segment, found.get(segment, _Matrix()))


def _rows(ask: Ask, segment: Segment, matrix: _Matrix) -> Iterable[Kpi]:
    every = matrix.pairs.total()
    yield ask.row("K03", segment, Measured(value=every, n=every, excluded=matrix.excluded))
    for origin in FunnelStage:
        for target in FunnelStage:
            units = matrix.pairs[origin, target]
            if units:
                ends = {"from": origin.value, "to": target.value}
                yield ask.row("K03", segment, Measured(value=units, n=units), **ends)
    backward = sum(units for pair, units in matrix.pairs.items() if _is_backward(pair))
    yield ask.row("K03.backward", segment, period_rate(Tally(n=every, k=backward, excluded=matrix.excluded)))


def _is_backward(pair: _Pair) -> bool:
    origin, target = pair
    if origin in _ENDS or target is FunnelStage.OUT or pair == _REVOKED:
        return False
    return Rank[target.name] < Rank[origin.name]
