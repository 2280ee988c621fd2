"""Net Promoter Score (K26). The scales 0-10 and 1-10 share their buckets, and never one figure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncer.kpis.ports import AnswerCount, Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.stats import Promoters
from syncer.kpis.tally import with_whole

_STANDARD = "0-10"
#: Scale → its lowest answer.
_LOWEST = {_STANDARD: 0, "1-10": 1}
_HIGHEST = 10
_PROMOTES = 9
_PASSIVE = 7


@dataclass(kw_only=True, slots=True)
class _Votes:
    """One segment's answers by bucket."""

    buckets: Counter[str] = field(default_factory=Counter)
    scales: set[str] = field(default_factory=set)
    excluded: Counter[str] = field(default_factory=Counter)


def promoter_score(ask: Ask) -> Iterable[Kpi]:
    """Yield K26 and its buckets."""
    votes: defaultdict[Segment, _Votes] = defaultdict(_Votes)
    for row in ask.measures.answers(ask.cut, ask.window, ask.question.nps_scales.keys()):
        scale = ask.question.nps_scales.get(row.survey_id or "", _STANDARD)
        _count(votes[row.segment], row, scale)
    for segment in with_whole(votes, ask.question.by):
        yield from _rows(ask, segment, votes.get(segment, _Votes()))


def _count(votes: _Votes, row: AnswerCount, scale: str) -> None:
    if row.value is None:
        votes.excluded["no_value"] += row.units
    elif not _LOWEST.get(scale, 0) <= row.value <= _HIGHEST:
        votes.excluded["off_scale"] += row.units
    else:
        votes.scales.add(scale)
        votes.buckets[_bucket(row.value)] += row.units


def _bucket(value: int) -> str:
    if value >= _PROMOTES:
        return "promoters"
    return "passives" if value >= _PASSIVE else "detractors"


def _rows(ask: Ask, segment: Segment, votes: _Votes) -> Iterable[Kpi]:
    buckets = Promoters(
        promoters=votes.buckets["promoters"],
        passives=votes.buckets["passives"],
        detractors=votes.buckets["detractors"],
    )
    yield ask.row("K26", segment, _score(votes, buckets))
    for name in ("promoters", "passives", "detractors"):
        yield ask.row(f"K26.{name}", segment, Measured(value=votes.buckets[name], n=buckets.n, k=votes.buckets[name]))


def _score(votes: _Votes, buckets: Promoters) -> Measured:
    status = size_status(buckets.n) if len(votes.scales) <= 1 else Status.UNDEFINED
    low, high = buckets.interval if status.is_shown else (None, None)
    return Measured(
        value=buckets.score if status.is_shown else None,
        n=buckets.n,
        lo=low,
        hi=high,
        status=status,
        excluded=votes.excluded,
        notes={"scales": sorted(votes.scales), "error": buckets.error if status.is_shown else None},
    )
