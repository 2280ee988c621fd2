"""A ledger in memory for tests: cycles, deals, events, and the golden fixture G12."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from syncer.funnel.facts import Cycle, CycleType, DealSpan, FunnelStage, Origin, Outcome, StageEvent
from syncer.kpis.periods import Calendar
from syncer.kpis.question import Question
from syncer.moments import Millis, millis
from syncer.records import Answer, CostLine

ACCOUNT = "acme"
BERLIN = Calendar(zone="Europe/Berlin")
EARLY = Millis(1)


def at(day: str, hour: int = 10, zone: str = "Europe/Berlin") -> Millis:
    """A local time of day, ten in the morning where none is given."""
    parsed = date.fromisoformat(day)
    return millis(datetime(parsed.year, parsed.month, parsed.day, hour, tzinfo=ZoneInfo(zone)))


def by_rep(span: DealSpan, moment: int) -> bool:
    """The forecast rule where the rep's category alone decides."""
    return span.forecast_category in {"COMMIT", "BEST_CASE"}


def question(**changes: object) -> Question:
    base = Question(
        account=ACCOUNT,
        as_of=BERLIN.last_moment(date(2026, 11, 21)),
        known_at=at("2026-11-24"),
        calendar=BERLIN,
        in_forecast=by_rep,
        currency="EUR",
        config_version="1",
    )
    return replace(base, **changes)


@dataclass
class DealRecord:
    deal_id: str
    created_at: Millis
    spans: Sequence[DealSpan]
    contact_id: str | None = None
    company_id: str | None = None
    owner_id: str | None = None
    deal_type: str | None = None
    source: str | None = None


@dataclass
class Ledger:
    """What a test knows of one account."""

    cycles: dict[str, list[Cycle]] = field(default_factory=dict)
    events: dict[str, list[StageEvent]] = field(default_factory=dict)
    deals: list[DealRecord] = field(default_factory=list)
    contacts: dict[str, Mapping[str, object]] = field(default_factory=dict)
    companies: dict[str, Mapping[str, object]] = field(default_factory=dict)
    owners: dict[str, Mapping[str, object]] = field(default_factory=dict)
    costs: list[CostLine] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    #: Contacts whose present stage is OUT, with their flags as stored.
    out_states: dict[str, str] = field(default_factory=dict)
    #: Further rows by the table's name.
    further: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def cycle(self, contact_id: str, **values: object) -> Cycle:
        mine = self.cycles.setdefault(contact_id, [])
        defaults = {
            "cycle_no": len(mine) + 1,
            "type": CycleType.ACQUISITION,
            "origin": Origin.INBOUND,
            "started_at": at("2026-01-05"),
        }
        mine.append(Cycle(**(defaults | values)))
        self.contacts.setdefault(contact_id, {})
        return mine[-1]

    def event(self, contact_id: str, stage: FunnelStage, day: str, **values: object) -> None:
        mine = self.events.setdefault(contact_id, [])
        defaults = {
            "cycle_no": 1,
            "seq": len(mine),
            "from_stage": None,
            "to_stage": stage,
            "occurred_at": at(day),
            "rule": "rule",
        }
        mine.append(StageEvent(**(defaults | values)))
        self.contacts.setdefault(contact_id, {})

    def deal(self, deal_id: str, *spans: DealSpan, **values: object) -> None:
        self.deals.append(DealRecord(deal_id, values.pop("created_at", spans[0].valid_from), spans, **values))


def span(deal_id: str, start: str, end: str | None = None, **values: object) -> DealSpan:
    defaults = {
        "deal_id": deal_id,
        "valid_from": at(start),
        "valid_to": None if end is None else at(end),
        "pipeline_id": "default",
        "pipeline_kind": "new_business",
        "stage_id": "stage",
        "outcome": Outcome.OPEN,
        "rule": "rule",
        "reason": None,
        "amount": None,
        "currency": "EUR",
        "close_date": None,
        "forecast_category": None,
        "probability": None,
        "offer_at": None,
    }
    return DealSpan(**(defaults | values))


_G12 = """
1  google   05-04 05-10 05-20 05-22 05-22 06-10 07-15 won   12000
2  google   05-06 05-12 06-01 06-02 06-03 06-20 08-10 lost  8000
3  linkedin 05-11 05-20 06-05 06-08 06-09 07-01 10-05 won   20000
4  google   05-18 05-25 06-15 06-16 -     -     -     open  -
5  webinar  06-01 06-03 06-20 06-22 06-23 07-15 09-30 other 15000
6  outbound 06-02 -     -     -     06-02 06-30 09-30 won   9000
7  linkedin 06-08 06-10 07-01 07-02 07-03 08-01 -     open  30000
8  google   06-15 06-18 07-10 07-13 07-14 08-20 -     open  18000
9  webinar  06-20 06-25 -     -     -     -     -     open  -
10 google   06-22 07-01 07-20 -     -     -     -     open  -
11 google   06-25 -     -     -     -     -     -     open  -
12 linkedin 06-28 07-05 07-25 07-27 -     -     -     open  -
"""

_G12_FORECAST = {"c7": ("2026-12-15", "COMMIT", 0.9), "c8": ("2026-12-20", "BEST_CASE", 0.5)}

_G12_STAGES = {
    "c1": FunnelStage.CLOSED_WON,
    "c2": FunnelStage.CLOSED_LOST,
    "c3": FunnelStage.CLOSED_WON,
    "c4": FunnelStage.INQUIRY,
    "c5": FunnelStage.TAM,
    "c6": FunnelStage.CLOSED_WON,
    "c7": FunnelStage.FORECAST,
    "c8": FunnelStage.FORECAST,
    "c9": FunnelStage.INQUIRY,
    "c10": FunnelStage.LEAD_MQL,
    "c11": FunnelStage.SUSPECT,
    "c12": FunnelStage.LEAD_SQL,
}


def _day(text: str) -> Millis | None:
    return None if text == "-" else at(f"2026-{text}")


def g12() -> Ledger:
    """The golden fixture (domain E1)."""
    ledger = Ledger()
    for line in _G12.strip().splitlines():
        number, source, first, inquiry, mql, sql, sal, offer, closed, outcome, amount = line.split()
        contact = f"c{number}"
        ledger.cycle(
            contact,
            started_at=_day(first),
            ended_at=_day(closed),
            outcome=Outcome(outcome),
            first_contact_at=_day(first),
            suspect_at=None if source == "outbound" else _day(first),
            inquiry_at=_day(inquiry),
            mql_at=_day(mql),
            sales_ready_at=_day(sql),
            accepted_at=_day(sal),
            deal_at=_day(offer),
            offer_at=_day(offer),
            deal_id=f"d{number}" if offer != "-" else None,
            source=source,
        )
        ledger.event(contact, FunnelStage.SUSPECT, f"2026-{first}")
        ledger.event(contact, _G12_STAGES[contact], "2026-11-15")
        ledger.contacts[contact] = {"created_at": _day(first), "source": source}
        if offer != "-":
            _g12_deal(ledger, contact, Decimal(amount), (f"2026-{offer}", closed, outcome))
    for source, amount in (("google", 6000), ("linkedin", 3000), ("webinar", 1500), ("outbound", 0)):
        ledger.costs.append(cost(source, amount))
    return ledger


def _g12_deal(ledger: Ledger, contact: str, amount: Decimal, fate: tuple[str, str, str]) -> None:
    offer, closed, outcome = fate
    deal_id = contact.replace("c", "d")
    close_date, category, chance = _G12_FORECAST.get(contact, (None, None, None))
    common = {"amount": amount, "offer_at": at(offer), "forecast_category": category, "probability": chance}
    if close_date is not None:
        common["close_date"] = at(close_date, 0)
        spans = [span(deal_id, offer, **common)]
    else:
        end = f"2026-{closed}"
        common["close_date"] = at(end, 0)
        spans = [span(deal_id, offer, end, **common), span(deal_id, end, outcome=Outcome(outcome), **common)]
    ledger.deal(deal_id, *spans, contact_id=contact)


def cost(source: str | None, amount: object, start: str = "2026-04-01", end: str = "2026-06-30") -> CostLine:
    return CostLine(
        id=f"{source}-{start}",
        source=source,
        campaign=None,
        amount=Decimal(str(amount)),
        currency="EUR",
        starts_at=at(start, 0),
        ends_at=at(end, 0),
    )


def won(ledger, deal_id, day="2026-06-15", amount=100, **values):
    deal_values = {
        key: values.pop(key) for key in ("contact_id", "company_id", "owner_id", "deal_type", "source") if key in values
    }
    closed = {"outcome": Outcome.WON, "amount": Decimal(amount), "close_date": at(day)} | values
    ledger.deal(deal_id, span(deal_id, "2026-03-01", day), span(deal_id, day, **closed), **deal_values)
