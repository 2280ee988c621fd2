"""How far cycles come: bands (K04), MQL (K05), offers (K09), leads per order (K11), new contacts that advance (K41)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import EXPIRED, Cohort, CycleCount, Milestone, Segment
from syncer.kpis.figures.visits import per_order
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, cohort_status
from syncer.kpis.statistics.stats import wilson
from syncer.kpis.tally import Tally, cohort_rate, tally_entries, with_whole
from syncer.moments import DAY

_LADDER: Sequence[Milestone] = (
    Milestone.INQUIRY,
    Milestone.MQL,
    Milestone.SALES_READY,
    Milestone.ACCEPTED,
    Milestone.DEAL,
    Milestone.OFFER,
    Milestone.WON,
)

#: A new contact has advanced when it did so within these days (domain K41).
_ADVANCE_DAYS = 30


def from_on(milestone: Milestone) -> Sequence[Milestone]:
    """Return a milestone and all beyond: who reached any of them has passed it."""
    return _LADDER[_LADDER.index(milestone) :]


def bands(ask: Ask) -> Iterable[Kpi]:
    """Yield K04: of the cycles begun those that came to the middle, of these those that came to the bottom."""
    middle, bottom = (
        list(ask.measures.cycles(ask.cut, _begun(ask, milestone)))
        for milestone in (Milestone.INQUIRY, Milestone.SALES_READY)
    )
    first, second = tally_entries(middle, _reached), _nested(middle, bottom)
    for segment in with_whole(first, ask.question.by):
        yield ask.row("K04", segment, cohort_rate(first.get(segment, Tally()), aged=ask.aged))
        yield ask.row("K04.bofu", segment, cohort_rate(second.get(segment, Tally()), aged=ask.aged))


def _begun(ask: Ask, milestone: Milestone) -> Cohort:
    return Cohort(entry=Milestone.FIRST_CONTACT, window=ask.window, reached=from_on(milestone), or_later=True)


def _reached(row: CycleCount) -> bool:
    return row.reached


def _nested(outer: Iterable[CycleCount], inner: Iterable[CycleCount]) -> dict[Segment, Tally]:
    """Return those that reached the inner milestone of those that reached the outer one, which lies before it."""
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in outer:
        if row.excluded not in {None, EXPIRED}:
            found[row.segment].excluded[str(row.excluded)] += row.units
        elif row.reached:
            found[row.segment].add(row.units, hit=False, may_hit=row.outcome is Outcome.OPEN)
    for row in inner:
        if row.excluded in {None, EXPIRED} and row.reached:
            found[row.segment].k += row.units
            found[row.segment].open -= row.units if row.outcome is Outcome.OPEN else 0
    return dict(found)


def marketing_qualified(ask: Ask) -> Iterable[Kpi]:
    """Yield K05 by real entries, and with skipped stages taken as passed."""
    real = Cohort(entry=Milestone.INQUIRY, window=ask.window, reached=(Milestone.MQL,))
    filled = Cohort(entry=Milestone.INQUIRY, window=ask.window, reached=from_on(Milestone.MQL), or_later=True)
    yield from _rate(ask, "K05", real)
    yield from _rate(ask, "K05.filled", filled)


def offered(ask: Ask) -> Iterable[Kpi]:
    """Yield K09: leads that got an offer."""
    cohort = Cohort(entry=Milestone.MQL, window=ask.window, reached=from_on(Milestone.OFFER), or_later=True)
    yield from _rate(ask, "K09", cohort)


def _rate(ask: Ask, row_id: str, cohort: Cohort) -> Iterable[Kpi]:
    tallies = tally_entries(ask.measures.cycles(ask.cut, cohort), _reached)
    for segment in with_whole(tallies, ask.question.by):
        yield ask.row(row_id, segment, cohort_rate(tallies.get(segment, Tally()), aged=ask.aged))


def leads_per_order(ask: Ask) -> Iterable[Kpi]:
    """Yield K11: leads, and visits, for one order of the same cohort."""
    cohort = Cohort(entry=Milestone.MQL, window=ask.window, or_later=True)
    tallies = tally_entries(ask.measures.cycles(ask.cut, cohort), lambda row: row.outcome is Outcome.WON)
    for segment in with_whole(tallies, ask.question.by):
        tally = tallies.get(segment, Tally())
        yield ask.row("K11", segment, _per_order(ask, tally))
        yield ask.row("K11.visits", segment, per_order(ask, segment, tally.k))


def _per_order(ask: Ask, tally: Tally) -> Measured:
    low, high = wilson(tally.k, tally.n)
    status = cohort_status(tally.n if tally.k else 0, tally.open, aged=ask.aged)
    return Measured(
        value=tally.n / tally.k if tally.k else None,
        n=tally.n,
        k=tally.k,
        # The rate's bounds, turned over; nothing bounds it above where the rate may be zero.
        lo=1 / high if tally.k and high else None,
        hi=1 / low if tally.k and low else None,
        status=status,
        excluded=tally.excluded,
        notes={"open": tally.open, **({} if tally.k else {"lacks": "orders"})},
    )


def advanced(ask: Ask) -> Iterable[Kpi]:
    """Yield K41: new contacts that came at least one stage further within thirty days."""
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in ask.measures.work.newcomers(ask.cut, ask.window, _ADVANCE_DAYS * DAY):
        if row.excluded in {None, EXPIRED}:
            found[row.segment].add(row.units, hit=row.advanced, may_hit=row.pending)
        else:
            found[row.segment].excluded[str(row.excluded)] += row.units
    for segment in with_whole(found, ask.question.by):
        yield ask.row("K41", segment, cohort_rate(found.get(segment, Tally()), aged=ask.aged))
