"""How long won deals stayed in each stage: a figure of the account, fixed at the start of every month (rule CO8).

A decision about a day reads the figure of that day's month, and the figure stands on deals that were won before it:
so what is said about a day does not depend on later days, and replaying the past reads the figures of the past.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from syncer.agreement.calendar import Calendar
from syncer.funnel.facts import DealSpan, Outcome
from syncer.moments import DAY, Millis

#: Won deals below which a figure is none: three quarters of four deals are an anecdote.
LEAST = 5

_SHARE = 0.75


class Stage(NamedTuple):
    """A stage of a pipeline."""

    pipeline_id: str
    stage_id: str


class Stay(NamedTuple):
    """The time that one won deal spent in one stage before it was won."""

    stage: Stage
    days: float
    won_at: Millis
    #: When the deal ceased to be won; None is never.
    until: Millis | None


class Figure(NamedTuple):
    """The 75th percentile of the time in one stage, over the deals that were won as of a moment."""

    as_of: Millis
    p75_days: float
    n: int


class Stays(NamedTuple):
    """Every figure of an account, ascending by moment for each stage."""

    figures: Mapping[Stage, Sequence[Figure]] = {}

    def at(self, pipeline_id: str | None, stage_id: str | None, at: int) -> Figure | None:
        """Return the figure that holds at a moment; None where too few deals were won."""
        known = self.of(pipeline_id, stage_id)
        index = bisect_right(known, at, key=lambda one: one.as_of)
        return known[index - 1] if index and known[index - 1].n >= LEAST else None

    def of(self, pipeline_id: str | None, stage_id: str | None) -> Sequence[Figure]:
        """Return a stage's figures, each of which holds until the next."""
        return self.figures.get(Stage(pipeline_id or "", stage_id or ""), ())


#: An account that won nothing yet.
NO_STAYS = Stays()


def stays_of(spans: Sequence[DealSpan]) -> Iterator[Stay]:
    """Yield how long a deal stayed in each stage before it was won; nothing for a deal that was never won."""
    won = next((number for number, span in enumerate(spans) if span.outcome is Outcome.WON), None)
    if won is None:
        return
    left = (span.valid_from for span in spans[won:] if span.outcome is not Outcome.WON)
    until = next(left, None)
    days: dict[Stage, float] = {}
    for span, following in pairwise(spans[: won + 1]):
        if span.outcome is Outcome.OPEN and span.pipeline_id and span.stage_id:
            stage = Stage(span.pipeline_id, span.stage_id)
            days[stage] = days.get(stage, 0.0) + (following.valid_from - span.valid_from) / DAY
    for stage, spent in days.items():
        yield Stay(stage, spent, spans[won].valid_from, until)


def figures_of(stays: Iterable[Stay], calendar: Calendar, as_of: Millis) -> Stays:
    """Return the figures at the start of every month up to `as_of`; one that equals the last is left out."""
    by_stage: dict[Stage, list[Stay]] = {}
    for stay in stays:
        by_stage.setdefault(stay.stage, []).append(stay)
    last = calendar.month_start(as_of)
    return Stays({stage: _figures(own, calendar, last) for stage, own in sorted(by_stage.items())})


def _figures(stays: Sequence[Stay], calendar: Calendar, last: Millis) -> Sequence[Figure]:
    found: list[Figure] = []
    known: list[float] = []
    for at, steps in _by_month(stays, calendar):
        if at > last:
            break
        for days, comes in steps:
            if comes:
                insort(known, days)
            else:
                known.remove(days)
        figure = Figure(at, _p75(known), len(known))
        if not found or found[-1][1:] != figure[1:]:
            found.append(figure)
    return found


def _by_month(stays: Sequence[Stay], calendar: Calendar) -> Iterator[tuple[Millis, Sequence[tuple[float, bool]]]]:
    """Yield the months at whose start deals count that did not before, or count no more."""
    steps: dict[Millis, list[tuple[float, bool]]] = {}
    for stay in stays:
        # What is won on the first of a month counts from the second one on: a figure stands on what was before it.
        comes = calendar.month_start(stay.won_at, 1)
        goes = None if stay.until is None else calendar.month_start(stay.until, 1)
        if goes == comes:
            continue
        steps.setdefault(comes, []).append((stay.days, True))
        if goes is not None:
            steps.setdefault(goes, []).append((stay.days, False))
    for at in sorted(steps):
        yield at, steps[at]


def _p75(known: Sequence[float]) -> float:
    """Return the percentile by linear interpolation between neighbours, rounded to hundredths of a day."""
    if not known:
        return 0.0
    place = _SHARE * (len(known) - 1)
    low = int(place)
    high = min(low + 1, len(known) - 1)
    return round(known[low] + (known[high] - known[low]) * (place - low), 2)
