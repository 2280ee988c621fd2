"""What is missing or wrong in the data (K42): shares of open deals, losses, leads, contacts and activities."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from syncer.kpis.asked.ports import ID, DealDate, Segment
from syncer.kpis.asked.work import DealGaps, Share
from syncer.kpis.periods import Window
from syncer.kpis.question import Ask
from syncer.kpis.result import Kpi
from syncer.kpis.tally import Tally, period_rate, with_whole

#: What a contact has of its own; it has no pipeline.
_CONTACT_DIMS = frozenset({"source", "campaign", "owner", "team", "industry", "country", ID})

#: Row → which gap of an open deal it counts; the headline counts any that makes a forecast wrong.
_GAPS = ("no_amount", "no_close_date", "no_contact", "no_next_step", "overdue")
_GRAVE = ("no_amount", "no_close_date", "no_contact", "overdue")


def data_quality(ask: Ask) -> Iterable[Kpi]:
    """Yield K42, one row a fault."""
    yield from _open_deals(ask)
    yield from _shares(ask, "K42.no_reason", ask.measures.work.lost_without_reason(ask.every, ask.window))
    yield from _shares(ask, "K42.unmapped", _unmapped(ask))
    if _CONTACT_DIMS.issuperset(ask.question.by):
        yield from _shares(ask, "K42.no_owner", ask.measures.work.leads_without_owner(ask.cut))
        yield from _shares(ask, "K42.overridden", ask.measures.work.overridden(ask.cut))
    if set(ask.question.by) <= {ID} and not ask.hits_alone:
        yield from _shares(ask, "K42.future", ask.measures.work.future_activities(ask.cut))


def _open_deals(ask: Ask) -> Iterable[Kpi]:
    found: defaultdict[Segment, dict[str, Tally]] = defaultdict(lambda: {gap: Tally() for gap in ("", *_GAPS)})
    for row in ask.measures.work.deal_gaps(ask.every):
        if ask.hits_alone and not any(_has(row, gap) for gap in _GAPS):
            continue
        for gap, tally in found[row.segment].items():
            if row.excluded is not None:
                tally.excluded[row.excluded] += row.units
            else:
                tally.add(row.units, hit=_has(row, gap), may_hit=False)
    for segment in with_whole(found, ask.question.by):
        for gap, tally in found[segment].items():
            yield ask.row(f"K42.{gap}" if gap else "K42", segment, period_rate(tally))


def _has(row: DealGaps, gap: str) -> bool:
    return any(getattr(row, one) for one in (_GRAVE if not gap else (gap,)))


def _unmapped(ask: Ask) -> Iterator[Share]:
    """Yield deals; those in a stage or pipeline that nobody mapped are the faulty ones."""
    for row in ask.measures.deals(ask.every, DealDate.CREATED, Window()):
        unmapped = row.excluded == "unmapped"
        counts = row.excluded is None or unmapped
        yield Share(row.segment, None if counts else row.excluded, row.units if unmapped else 0, row.units)


def _shares(ask: Ask, row_id: str, rows: Iterable[Share]) -> Iterable[Kpi]:
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for row in rows:
        if ask.hits_alone and not row.faulty:
            continue
        tally = found[row.segment]
        if row.excluded is not None:
            tally.excluded[row.excluded] += row.units
            continue
        tally.n += row.units
        tally.k += row.faulty
    for segment in with_whole(found, ask.question.by):
        yield ask.row(row_id, segment, period_rate(found.get(segment, Tally())))
