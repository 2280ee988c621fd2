"""How good the score is (K37), on cycles old enough for their fate to be known: won within the horizon or not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from syncer.kpis.asked.ports import EXPIRED, ID, Cohort, CycleCount, Milestone, Segment
from syncer.kpis.figures.durations import Spell, from_first_contact
from syncer.kpis.figures.experience import horizon_of
from syncer.kpis.periods import ALL, Window
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import FEW, Kpi, Status, size_status
from syncer.kpis.statistics.ranking import auc, auc_interval, brier, psi
from syncer.kpis.tally import Tally, period_rate, with_whole
from syncer.moments import DAY, Millis

#: Hand-overs of so many last days are held against those before.
_RECENT_DAYS = 90


def score_quality(ask: Ask) -> Iterable[Kpi]:
    """Yield K37 and its companions."""
    days = horizon(ask)
    by_cell = list(
        ask.measures.cycles(ask.cut_by((*ask.question.by, "cell")), _cohort(ask, Milestone.SALES_READY, days))
    )
    ready, fates = _tallied(_whole(by_cell)), _fates(by_cell)
    base, grades = _by_grade(ask, days)
    together = _together(ask, fates)
    recall, cells = _recall(ask), _cells(ask)
    # Told one by one, hand-overs too young for the rest are those of the shift.
    young = cells if ID in ask.question.by else ()
    for segment in with_whole([*base, *ready, *recall, *young], ask.question.by):
        precision, usual = ready.get(segment, Tally()), base.get(segment, Tally())
        notes = {"horizon_days": days}
        yield ask.row("K37", segment, replace(period_rate(precision), notes=notes))
        yield ask.row("K37.base", segment, replace(period_rate(usual), notes=notes))
        yield ask.row("K37.lift", segment, _lift(precision, usual))
        yield ask.row("K37.recall", segment, period_rate(recall.get(segment, Tally())))
        yield ask.row("K37.auc", segment, _auc(grades.get(segment, {})))
        yield from _foretold(ask, segment, fates.get(segment, {}), together[_shared(ask, segment)])
        yield ask.row("K37.psi", segment, _psi(*cells.get(segment, (Counter(), Counter()))))
    yield from _by_cell(ask, _tallied(by_cell), days)


def _by_cell(ask: Ask, found: Mapping[Segment, Tally], days: int) -> Iterable[Kpi]:
    """Yield precision cell by cell; undivided and without a hand-over that of no cell."""
    for place in with_whole(found or ([(None,)] if not ask.question.by else []), (*ask.question.by, "cell")):
        measured = replace(period_rate(found.get(place, Tally())), notes={"horizon_days": days})
        yield ask.row("K37.cell", place[:-1], measured, cell=place[-1])


def horizon(ask: Ask) -> int:
    """Return within how many days a cycle must be won: when nine tenths have closed, in steps of 30 (domain D6)."""
    if ask.question.horizon_days is not None:
        return ask.question.horizon_days
    # Of all cycles, whatever period is asked about: those of a short one would tell how long cycles of that one last.
    return horizon_of(from_first_contact(replace(ask, period=ALL), ()).get((), Spell()))


def _mature(ask: Ask, days: int) -> Window:
    """Return the part of the period whose units have had the whole horizon."""
    latest = Millis(ask.question.as_of + 1 - days * DAY)
    end = ask.window.end
    return Window(start=ask.window.start, end=latest if end is None else min(end, latest))


def _cohort(ask: Ask, entry: Milestone, days: int) -> Cohort:
    return Cohort(
        entry=entry,
        window=_mature(ask, days),
        reached=(Milestone.WON,),
        within=days * DAY,
        or_later=entry is Milestone.INQUIRY,
    )


def _recall(ask: Ask) -> Mapping[Segment, Tally]:
    """Return the won cycles that the score had made sales-ready."""
    cohort = Cohort(entry=Milestone.WON, window=ask.window, reached=(Milestone.SALES_READY,))
    return _tallied(ask.measures.cycles(ask.cut, cohort))


def _tallied(rows: Iterable[CycleCount]) -> Mapping[Segment, Tally]:
    """Return decided units: what is still open after the horizon was not won in it."""
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in rows:
        if row.excluded in {None, EXPIRED}:
            found[row.segment].add(row.units, hit=row.reached, may_hit=False)
        else:
            found[row.segment].excluded[str(row.excluded)] += row.units
    return found


def _lift(precision: Tally, base: Tally) -> Measured:
    if precision.n < FEW or base.n < FEW or not base.k:
        status = Status.FEW if precision.n and base.k else Status.UNDEFINED
        return Measured(value=None, n=precision.n, status=status, notes={} if base.k else {"lacks": "orders"})
    value = (precision.k / precision.n) / (base.k / base.n)
    return Measured(value=value, n=precision.n, status=size_status(precision.n))


_Grades = Mapping[str, tuple[int, int]]


def _by_grade(ask: Ask, days: int) -> tuple[Mapping[Segment, Tally], Mapping[Segment, _Grades]]:
    """Return what became of those that reached INQUIRY, whole, and won and others by the grade at entry."""
    rows = list(ask.measures.cycles(ask.cut_by((*ask.question.by, "grade")), _cohort(ask, Milestone.INQUIRY, days)))
    found: defaultdict[Segment, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        *segment, grade = row.segment
        if row.excluded in {None, EXPIRED} and grade is not None:
            won, others = found[tuple(segment)].get(grade, (0, 0))
            gained = (row.units, 0) if row.reached else (0, row.units)
            found[tuple(segment)][grade] = (won + gained[0], others + gained[1])
    return _tallied(_whole(rows)), found


def _whole(rows: Iterable[CycleCount]) -> Iterator[CycleCount]:
    """Yield the rows without the last part of their segments."""
    return (row._replace(segment=row.segment[:-1]) for row in rows)


def _auc(grades: Mapping[str, tuple[int, int]]) -> Measured:
    classes = [grades[grade] for grade in sorted(grades)]
    won, others = sum(good for good, _ in classes), sum(bad for _, bad in classes)
    value, status = auc(classes), size_status(min(won, others))
    if value is None or not status.is_shown:
        lacks = {} if won and others else {"lacks": "both_outcomes"}
        return Measured(value=None, n=won + others, k=won, status=status, notes=lacks)
    low, high = auc_interval(value, won, others)
    return Measured(value=value, n=won + others, k=won, lo=low, hi=high, status=status)


def _fates(by_cell: Iterable[CycleCount]) -> Mapping[Segment, _Grades]:
    """Return hand-overs by the score cell in which they were handed over: won within the horizon, and others."""
    found: defaultdict[Segment, dict[str, tuple[int, int]]] = defaultdict(dict)
    for place, tally in _tallied(by_cell).items():
        *segment, cell = place
        if cell is not None and tally.n:
            found[tuple(segment)][cell] = (tally.k, tally.n - tally.k)
    return found


def _shared(ask: Ask, segment: Segment) -> Segment:
    """Return a segment as if its units were not told one by one."""
    return tuple(value for dim, value in zip(ask.question.by, segment, strict=True) if dim != ID)


def _together(ask: Ask, fates: Mapping[Segment, _Grades]) -> Mapping[Segment, frozenset[str]]:
    """Return the cells in which there is more than one hand-over: one that is alone has no others to foretell it."""
    sizes: defaultdict[Segment, Counter[str]] = defaultdict(Counter)
    for segment, cells in fates.items():
        sizes[_shared(ask, segment)].update({cell: sum(both) for cell, both in cells.items()})
    found: defaultdict[Segment, frozenset[str]] = defaultdict(frozenset)
    found.update({place: frozenset(cell for cell, n in cells.items() if n > 1) for place, cells in sizes.items()})
    return found


def _foretold(ask: Ask, segment: Segment, cells: _Grades, shared: frozenset[str]) -> Iterable[Kpi]:
    """Yield how the engagement level ranks hand-overs, and how well their cells foretell who is won."""
    levels: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for cell, (won, others) in cells.items():
        levels[cell[-1]] = (levels[cell[-1]][0] + won, levels[cell[-1]][1] + others)
    yield ask.row("K37.auc_level", segment, _auc(levels))
    together = {cell: both for cell, both in cells.items() if cell in shared}
    won, n = sum(good for good, _ in together.values()), sum(sum(both) for both in together.values())
    alone, status = Counter({"alone": len(cells) - len(together)}), size_status(n)
    error = brier(together.values()) if status.is_shown else None
    usual = won / n * (1 - won / n) if n else 0.0
    skill = None if error is None or not usual else 1 - error / usual
    told = Measured(value=error, n=n, k=won, status=status, excluded=+alone, notes={"of_the_base_rate": usual})
    yield ask.row("K37.brier", segment, told)
    skilled = status if skill is not None or not status.is_shown else Status.UNDEFINED
    yield ask.row("K37.skill", segment, Measured(value=skill, n=n, k=won, status=skilled, excluded=+alone))


def _cells(ask: Ask) -> Mapping[Segment, tuple[Counter[str], Counter[str]]]:
    """Return hand-overs by score cell, the earlier ones and the recent ones."""
    found: defaultdict[Segment, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    edge = Millis(ask.question.as_of + 1 - _RECENT_DAYS * DAY)
    windows = (Window(start=ask.window.start, end=edge), Window(start=edge, end=ask.window.end))
    cut = ask.cut_by((*ask.question.by, "cell"))
    for place, window in enumerate(windows):
        for row in ask.measures.cycles(cut, Cohort(entry=Milestone.SALES_READY, window=window)):
            *segment, cell = row.segment
            if row.excluded in {None, EXPIRED} and cell is not None:
                found[tuple(segment)][place][cell] += row.units
    return found


def _psi(before: Counter[str], recent: Counter[str]) -> Measured:
    status = size_status(min(before.total(), recent.total()))
    value = psi(before, recent) if status.is_shown else None
    sides = {"before": before.total(), "recent": recent.total()}
    lacks = {} if all(sides.values()) else {"lacks": "both_sides"}
    return Measured(value=value, n=sum(sides.values()), status=status, notes={**sides, **lacks})
