"""How fast sales responds to a hand-over, in business minutes (K25). Untouched ones are censored, never left out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncer.kpis.asked.ports import Segment
from syncer.kpis.asked.work import Handover
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, size_status, too_many_open
from syncer.kpis.statistics.stats import Point, kaplan_meier, median_interval, quantile
from syncer.kpis.tally import Tally, period_rate
from syncer.moments import MINUTE, Millis

#: Longest response of a band in minutes, and its name.
_BANDS: Mapping[str, int] = {"0-5": 5, "5-15": 15, "15-60": 60}
_LONGER, _UNTOUCHED = "60+", "untouched"

_DONE = "done"

#: Waits are told to the minute up to ten business days of nine hours.
_EXACT, _HOUR = 5_400, 60

_MEDIAN = 0.5
_SHARES = {"K25.median": _MEDIAN, "K25.p90": 0.9, "K25.p95": 0.95}


@dataclass(kw_only=True, slots=True)
class _Waits:
    """Business minutes to an event; None holds those for whom it did not come."""

    minutes: defaultdict[int, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, waited: int, *, came: bool) -> None:
        """Count a wait of so many milliseconds by the minute, a long one by the hour: so years of them stay few."""
        minutes = waited // MINUTE
        exact = minutes if minutes <= _EXACT else minutes // _HOUR * _HOUR
        self.minutes[exact][_DONE if came else None] += 1

    def curve(self) -> Sequence[Point]:
        """Return who still waits as time goes by."""
        return kaplan_meier(self.minutes)

    def at(self, curve: Sequence[Point], share: float) -> Measured:
        """Return by when a share of all had the event."""
        value = quantile(curve, share)
        n = sum(counts.total() for counts in self.minutes.values())
        came = sum(counts[_DONE] for counts in self.minutes.values())
        low, high = median_interval(curve) if share == _MEDIAN else (None, None)
        status = size_status(n if value is not None else 0)
        return Measured(
            value=value,
            n=n,
            k=came,
            lo=low,
            hi=high,
            status=status,
            notes={"censored": n - came, **too_many_open(value, n)},
        )


@dataclass(kw_only=True, slots=True)
class Responses:
    """One segment's hand-overs by when sales touched them."""

    tally: Tally = field(default_factory=Tally)
    counts: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    touch: _Waits = field(default_factory=_Waits)
    word: _Waits = field(default_factory=_Waits)

    def add(self, ask: Ask, one: Handover) -> None:
        """Count a hand-over."""
        over = _over(one)
        waited, touched = _wait(ask, one, (one.touched_at, over))
        self.touch.add(waited, came=touched)
        # Most have neither, or a first touch that was a word of both sides.
        same = one.spoke_at == one.touched_at
        spoken, spoke = (waited, touched) if same else _wait(ask, one, (one.spoke_at, over))
        self.word.add(spoken, came=spoke)
        verdict = _verdict(ask, one, waited, touched=touched)
        self.counts[verdict] += 1
        if verdict in {"pending", "decided"}:
            self.tally.excluded[verdict] += 1
            return
        self.tally.add(1, hit=verdict == "in_time", may_hit=False)
        self.bands[_band(waited) if touched else _UNTOUCHED] += 1

    def rows(self, ask: Ask, segment: Segment) -> Iterable[Kpi]:
        """Yield K25 and its companions."""
        yield ask.row("K25", segment, period_rate(self.tally))
        curve = self.touch.curve()
        for row_id, share in _SHARES.items():
            yield ask.row(row_id, segment, self.touch.at(curve, share))
        yield ask.row("K25.two_way_median", segment, self.word.at(self.word.curve(), _MEDIAN))
        for name in ("in_time", "late", "overdue", "pending"):
            yield ask.row(f"K25.{name}", segment, Measured(value=self.counts[name], n=self.counts[name]))
        for name in (*_BANDS, _LONGER, _UNTOUCHED):
            counted = Tally(n=self.tally.n, k=self.bands[name])
            yield ask.row("K25.band", segment, period_rate(counted), band=name)


def _over(one: Handover) -> Millis | None:
    """Return when a hand-over ended, None while it lasts: sent back, or with its cycle."""
    rejected, ended = one.rejected_at, one.ended_at
    if rejected is None or ended is None:
        return ended if rejected is None else rejected
    return min(rejected, ended)


def _wait(ask: Ask, one: Handover, ends: tuple[Millis | None, Millis | None]) -> tuple[int, bool]:
    """Return the business time to an event and whether it came; one after the hand-over's end belongs elsewhere."""
    at, over = ends
    came = at is not None and (over is None or at <= over)
    until = at if came else over
    time = ask.question.terms.service.time
    return time.spent(one.ready_at, ask.question.as_of if until is None else until), came


def _verdict(ask: Ask, one: Handover, waited: int, *, touched: bool) -> str:
    in_time = waited <= ask.question.terms.service.limit(explicit=one.explicit) * MINUTE
    if touched:
        return "in_time" if in_time else "late"
    if not in_time:
        return "overdue"
    # Rejected or lost before the time was over: nobody had to call any more.
    return "pending" if one.rejected_at is None and one.ended_at is None else "decided"


def _band(waited: int) -> str:
    return next((name for name, longest in _BANDS.items() if waited <= longest * MINUTE), _LONGER)
