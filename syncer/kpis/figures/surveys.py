"""Net Promoter Score (K26). The scales 0-10 and 1-10 share their buckets, and never one figure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from syncer.kpis.asked.ports import AnswerCount, Segment
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.statistics.stats import Promoters
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

    #: Scale → bucket → answers.
    by_scale: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
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
    if row.excluded is not None:
        votes.excluded[row.excluded] += row.units
    elif row.value is None:
        votes.excluded["no_value"] += row.units
    elif not _LOWEST.get(scale, 0) <= row.value <= _HIGHEST:
        votes.excluded["off_scale"] += row.units
    else:
        votes.by_scale[scale][_bucket(row.value)] += row.units


def _bucket(value: int) -> str:
    if value >= _PROMOTES:
        return "promoters"
    return "passives" if value >= _PASSIVE else "detractors"


def _rows(ask: Ask, segment: Segment, votes: _Votes) -> Iterable[Kpi]:
    scales = sorted(votes.by_scale)
    every = sum(votes.by_scale.values(), Counter[str]())
    score = _score(every, scales, votes.excluded)
    yield ask.row("K26", segment, score if len(scales) <= 1 else _of_no_one_scale(score))
    for scale in scales if len(scales) > 1 else ():
        yield ask.row("K26", segment, _score(votes.by_scale[scale], [scale], Counter()), scale=scale)
    n = every.total()
    for name in ("promoters", "passives", "detractors"):
        yield ask.row(f"K26.{name}", segment, Measured(value=every[name], n=n, k=every[name]))
    lacking = Measured(value=None, n=n, status=Status.UNDEFINED, notes={"lacks": "responses"})
    yield ask.row("K26.response_rate", segment, lacking)


def _score(counts: Counter[str], scales: Sequence[str], excluded: Counter[str]) -> Measured:
    buckets = Promoters(promoters=counts["promoters"], passives=counts["passives"], detractors=counts["detractors"])
    status = size_status(buckets.n)
    low, high = buckets.interval if status.is_shown else (None, None)
    return Measured(
        value=buckets.score if status.is_shown else None,
        n=buckets.n,
        lo=low,
        hi=high,
        status=status,
        excluded=excluded,
        notes={"scales": list(scales), "error": buckets.error if status.is_shown else None},
    )


def _of_no_one_scale(score: Measured) -> Measured:
    """Return the figure of several scales together: there is none."""
    notes = {**score.notes, "error": None, "lacks": "one_scale"}
    return replace(score, value=None, lo=None, hi=None, status=Status.UNDEFINED, notes=notes)
