"""Visits: to contacts (K12), for one order (K11), bounces and dwell (K29), social media (K40).

A web analytics tool counts them; `syncer visits import` brings its figures in. Without them every figure here is null.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from syncer.kpis.asked.ports import ID, Cohort, Milestone, Segment
from syncer.kpis.asked.work import Visits
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status, size_status
from syncer.kpis.tally import Tally, period_rate, tally_entries, with_whole

#: Sources that are social media, as CRMs and analytics tools name them.
SOCIAL = frozenset(
    {
        "social",
        "social_media",
        "organic_social",
        "paid_social",
        "facebook",
        "instagram",
        "linkedin",
        "tiktok",
        "twitter",
        "x",
        "xing",
        "youtube",
    }
)

_LACKS = {"lacks": "visits"}


@dataclass(kw_only=True, slots=True)
class _Seen:
    """One segment's visits."""

    rows: list[Visits] = field(default_factory=list)

    def total(self, name: str) -> int | None:
        """Return the sum of a count, None where any source does not tell it or there are no visits."""
        counts = [getattr(row, name) for row in self.rows]
        return None if not counts or None in counts else sum(counts)

    @property
    def definitions(self) -> Sequence[str]:
        """How sessions were defined: figures by two definitions have nothing in common."""
        return sorted({row.definition for row in self.rows})


def _visits(ask: Ask, *, social: bool = False) -> dict[Segment, _Seen]:
    """Return visits by segment: whole, or by source; no visit has an id."""
    found: defaultdict[Segment, _Seen] = defaultdict(_Seen)
    for row in () if ID in ask.question.by else ask.measures.work.visits(ask.cut, ask.window):
        if not social or row.source in SOCIAL:
            found[tuple(row.source for _ in ask.question.by)].rows.append(row)
    return dict(found)


def _share(seen: _Seen, part: int | None, whole: int | None) -> Measured:
    """Return part / whole of visits; null where either is not told, or was counted by several definitions."""
    notes = {"definition": ", ".join(seen.definitions)}
    if part is None or whole is None:
        return Measured(value=None, status=Status.UNDEFINED, k=part, notes=_LACKS)
    if len(seen.definitions) > 1:
        return Measured(value=None, status=Status.UNDEFINED, notes={"lacks": "one_definition", **notes})
    if part > whole:
        # Sessions that the tool did not count, or contacts without any: a quotient, and no share with bounds.
        status = size_status(whole)
        return Measured(value=part / whole if status.is_shown else None, n=whole, k=part, status=status, notes=notes)
    return replace(period_rate(Tally(n=whole, k=part)), notes=notes)


def _mean(seen: _Seen, total: int | None, units: int | None) -> Measured:
    if total is None or not units or len(seen.definitions) > 1:
        lacks = "one_definition" if len(seen.definitions) > 1 else "visits"
        return Measured(value=None, n=units, status=Status.UNDEFINED, notes={"lacks": lacks})
    notes = {"definition": ", ".join(seen.definitions)}
    return Measured(value=total / units, n=units, status=size_status(units), notes=notes)


def _count(units: int | None) -> Measured:
    status = Status.UNDEFINED if units is None else Status.MATURE
    return Measured(value=units, n=units, status=status, notes=_LACKS if units is None else {})


def contacts_per_visit(ask: Ask) -> Iterable[Kpi]:
    """Yield K12: contacts created of sources that have visits, for each of their visits."""
    seen = _visits(ask)
    sources = {row.source for row in ask.measures.work.visits(ask.cut, ask.window)}
    created = Counter[Segment]()
    cut = ask.cut_by((*ask.question.by, "source"))
    for row in ask.measures.work.arrivals(cut, ask.window) if sources else ():
        counts = row.excluded is None and row.segment[-1] in sources
        created[row.segment[:-1]] += row.units if counts else 0
    for segment in with_whole([*seen, *created], ask.question.by):
        visits = seen.get(segment, _Seen())
        yield ask.row("K12", segment, _share(visits, created[segment], visits.total("sessions")))
        yield ask.row("K12.visits", segment, _count(visits.total("sessions")))


def per_order(ask: Ask, segment: Segment, orders: int) -> Measured:
    """Return visits for one order; visits are known as a whole and by source."""
    if ID in ask.question.by:
        return Measured(value=None, n=orders, status=Status.UNDEFINED)
    if not set(ask.question.by) <= {"source"}:
        return Measured(value=None, status=Status.UNDEFINED, notes={"lacks": "visits_by_source"})
    seen = _visits(ask).get(segment, _Seen())
    return _mean(seen, seen.total("sessions"), orders)


def bounces(ask: Ask) -> Iterable[Kpi]:
    """Yield K29: sessions of a single interaction, and how long sessions last."""
    found = _visits(ask)
    for segment in with_whole(found, ask.question.by):
        seen = found.get(segment, _Seen())
        sessions, timed, seconds = (seen.total(name) for name in ("sessions", "timed", "seconds"))
        yield ask.row("K29", segment, _share(seen, seen.total("bounced"), sessions))
        yield ask.row("K29.dwell", segment, _mean(seen, seconds, timed))
        yield ask.row("K29.measured", segment, _share(seen, timed, sessions))
        yield ask.row("K29.dwell_all", segment, _mean(seen, seconds, sessions))


def social(ask: Ask) -> Iterable[Kpi]:
    """Yield K40: clicks, sessions and inquiries of social media; likes are shown and never scored."""
    found, inquiries = _visits(ask, social=True), _inquiries(ask)
    every = sum(tally.n for tally in inquiries.values())
    by_source = ask.question.by == ("source",)
    for segment in with_whole([*found, *inquiries], ask.question.by):
        if by_source and segment[0] not in SOCIAL:
            continue
        seen, shares = found.get(segment, _Seen()), inquiries.get(segment, Tally())
        # By source each social one has its share of the inquiries of every source.
        shares = replace(shares, n=every) if by_source else shares
        yield ask.row("K40", segment, _share(seen, seen.total("clicks"), seen.total("impressions")))
        yield ask.row("K40.sessions", segment, _count(seen.total("sessions")))
        yield ask.row("K40.inquiry_rate", segment, _share(seen, shares.k, seen.total("sessions")))
        yield ask.row("K40.inquiry_share", segment, period_rate(shares))
        yield ask.row("K40.likes", segment, _count(seen.total("likes")))


def _inquiries(ask: Ask) -> dict[Segment, Tally]:
    """Return entries to INQUIRY in the period, and of them those of a social source."""
    cut = ask.cut_by((*ask.question.by, "source"))
    rows = ask.measures.cycles(cut, Cohort(entry=Milestone.INQUIRY, window=ask.window))
    found: defaultdict[Segment, Tally] = defaultdict(Tally)
    for segment, tally in tally_entries(rows, lambda row: row.segment[-1] in SOCIAL).items():
        found[segment[:-1]].n += tally.n
        found[segment[:-1]].k += tally.k
        found[segment[:-1]].excluded += tally.excluded
    return dict(found)
