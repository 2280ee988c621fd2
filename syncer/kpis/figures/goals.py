"""Whether marketing delivers what it promised (K39): entries so far against the goal by the business time gone by."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from syncer.agreement.head import Goal
from syncer.kpis.asked.ports import Cohort, Milestone, Segment
from syncer.kpis.periods import Period, parse_period
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status
from syncer.kpis.tally import Tally, tally_entries, with_whole

#: What a goal may count, by the names of the stages' dates.
_METRICS: Mapping[str, Milestone] = {
    "inquiry": Milestone.INQUIRY,
    "mql": Milestone.MQL,
    "sales_ready": Milestone.SALES_READY,
    "sql": Milestone.SALES_READY,
    "accepted": Milestone.ACCEPTED,
    "sal": Milestone.ACCEPTED,
    "offer": Milestone.OFFER,
    "won": Milestone.WON,
}

_ROWS = ("K39", "K39.delivered", "K39.pace", "K39.goal")


def goal_attainment(ask: Ask) -> Iterable[Kpi]:
    """Yield K39 and its parts for the period of the goal."""
    goal = ask.question.terms.goal
    entry = None if goal is None else _METRICS.get(goal.metric)
    if goal is None or entry is None:
        yield from _nothing(ask, "goal" if goal is None else "goal_metric")
        return
    period = _period(ask, goal)
    if period is None:
        yield from _nothing(ask, "goal_period")
        return
    yield from _attained(replace(ask, period=period), goal, entry)


def _period(ask: Ask, goal: Goal) -> Period | None:
    """Return the goal's own period: the one asked for where it is such a one, else that of as_of."""
    calendar = ask.question.calendar
    if ask.question.period is None:
        return parse_period(calendar.label(calendar.day(ask.question.as_of), goal.per), calendar)
    start = ask.question.period.window.start
    if start is None:
        return None
    own = parse_period(calendar.label(calendar.day(start), goal.per), calendar)
    return own if own.window == ask.question.period.window else None


def _nothing(ask: Ask, lacks: str) -> Iterable[Kpi]:
    for segment in with_whole((), ask.question.by):
        for row_id in _ROWS:
            yield ask.row(row_id, segment, Measured(value=None, status=Status.UNDEFINED, notes={"lacks": lacks}))


def _attained(ask: Ask, goal: Goal, entry: Milestone) -> Iterable[Kpi]:
    rows = ask.measures.cycles(ask.cut, Cohort(entry=entry, window=ask.window))
    tallies = tally_entries(rows, lambda _: True)
    promised = [(source,) for source in goal.by_source] if ask.question.by == ("source",) else []
    for segment in with_whole([*tallies, *promised], ask.question.by):
        tally = tallies.get(segment, Tally())
        aim = goal.value if not segment else goal.by_source.get(segment[0] or "")
        yield from _parts(ask, segment, tally, aim)


def _parts(ask: Ask, segment: Segment, tally: Tally, aim: float | None) -> Iterable[Kpi]:
    pace = None if aim is None else aim * _gone(ask)
    value = tally.k / pace if pace else None
    status = Status.UNDEFINED if value is None else Status.MATURE
    lacks = {} if aim is not None else {"lacks": "goal"}
    headline = Measured(value=value, n=tally.k, status=status, excluded=tally.excluded, notes=lacks)
    yield ask.row("K39", segment, headline)
    yield ask.row("K39.delivered", segment, Measured(value=tally.k, n=tally.k, excluded=tally.excluded))
    for row_id, figure in (("K39.pace", pace), ("K39.goal", aim)):
        known = Status.UNDEFINED if figure is None else Status.MATURE
        yield ask.row(row_id, segment, Measured(value=figure, status=known, notes=lacks))


def _gone(ask: Ask) -> float:
    """Return the share of the period's business time that is over."""
    time, start, end = ask.question.terms.service.time, ask.window.start or 0, ask.window.end or 0
    whole = time.minutes(start, end)
    return time.minutes(start, min(end, ask.question.as_of + 1)) / whole if whole else 0.0
