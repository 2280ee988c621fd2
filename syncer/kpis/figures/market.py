"""The market: how far it is penetrated (K30), and how much of it may be written to (K36)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from syncer.funnel.facts import FunnelStage
from syncer.kpis.asked.ports import Segment
from syncer.kpis.asked.work import MarketCount
from syncer.kpis.question import Ask, Measured
from syncer.kpis.result import Kpi, Status
from syncer.kpis.tally import Tally, period_rate, with_whole

_UNTOUCHED = frozenset({FunnelStage.OUT, FunnelStage.TAM})


def penetration(ask: Ask) -> Iterable[Kpi]:
    """Yield K30: companies of the market that stand at SUSPECT or further, that bought, and where we know anybody."""
    found: defaultdict[Segment, dict[str, Tally]] = defaultdict(
        lambda: {row_id: Tally() for row_id in ("K30", "K30.customers", "K30.with_contact")}
    )
    for row in ask.measures.work.market(ask.cut):
        _add(found[row.segment], row)
    for segment in with_whole(found, ask.question.by):
        for row_id, tally in found[segment].items():
            yield ask.row(row_id, segment, period_rate(tally))


def _add(tallies: dict[str, Tally], row: MarketCount) -> None:
    tallies["K30"].add(row.units, hit=row.stage not in _UNTOUCHED, may_hit=False)
    tallies["K30.customers"].add(row.units, hit=row.is_customer, may_hit=False)
    tallies["K30.with_contact"].add(row.units, hit=row.has_contact, may_hit=False)


@dataclass(kw_only=True, slots=True)
class _Permission:
    """One segment's contacts."""

    consented: Tally = field(default_factory=Tally)
    reachable: Tally = field(default_factory=Tally)


def consent(ask: Ask) -> Iterable[Kpi]:
    """Yield K36 and its companions; where no contact at all carries a legal basis, consent is unknown."""
    found: defaultdict[Segment, _Permission] = defaultdict(_Permission)
    recorded = 0
    for row in ask.measures.work.consents(ask.cut):
        group = found[row.segment]
        if row.excluded is not None:
            group.consented.excluded[row.excluded] += row.units
            group.reachable.excluded[row.excluded] += row.units
            continue
        recorded += row.units if row.consented is not None else 0
        group.consented.add(row.units, hit=row.reachable and row.consented is True, may_hit=False)
        group.reachable.add(row.units, hit=row.reachable, may_hit=False)
    for segment in with_whole(found, ask.question.by):
        group = found[segment]
        yield ask.row("K36", segment, period_rate(group.consented) if recorded else _unknown("legal_basis"))
        yield ask.row("K36.reachable", segment, period_rate(group.reachable))
        yield ask.row("K36.content_conversion", segment, _unknown("anonymous_views"))
    yield from _clicks(ask)


@dataclass(kw_only=True, slots=True)
class _Mails:
    """One segment's mails delivered."""

    clicked: Tally = field(default_factory=Tally)
    recipients: int = 0


def _clicks(ask: Ask) -> Iterable[Kpi]:
    """Yield the click rate; where no contact at all carries a count of mails delivered, nobody knows of any."""
    found: defaultdict[Segment, _Mails] = defaultdict(_Mails)
    for row in ask.measures.work.mails(ask.cut):
        group = found[row.segment]
        if row.excluded is not None:
            group.clicked.excluded[row.excluded] += row.recipients
            continue
        group.recipients += row.recipients
        group.clicked.n += row.delivered
        group.clicked.k += row.clicked
    for segment in with_whole(found, ask.question.by):
        group = found[segment]
        rate = period_rate(group.clicked) if found[segment].clicked.n else _unknown("deliveries")
        notes = {**rate.notes, "recipients": group.recipients}
        yield ask.row("K36.click_rate", segment, replace(rate, excluded=group.clicked.excluded, notes=notes))


def _unknown(lacks: str) -> Measured:
    """Return null with the reason: what the CRM does not tell is no zero."""
    return Measured(value=None, status=Status.UNDEFINED, notes={"lacks": lacks})
