"""Facts in a few words: what the funnel's tests are written in."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from syncer.agreement import load_default, parse_agreement
from syncer.funnel import Rules, compile_rules, decide_deal
from syncer.funnel.facts import ContactDecision, ContactFacts, DealDecision, DealFacts
from syncer.funnel.kept import Kept
from syncer.moments import Millis, millis, moment
from syncer.records import Change, ChangeSource, Company, Contact, Deal, Evidence, Kind, Link, Stage

BERLIN = ZoneInfo("Europe/Berlin")

_SALES = (
    ("appointmentscheduled", "Appointment scheduled", 0.2),
    ("qualifiedtobuy", "Qualified to buy", 0.4),
    ("presentationscheduled", "Presentation scheduled", 0.6),
    ("contractsent", "Contract sent", 0.9),
    ("closedwon", "Closed won", 1.0),
    ("closedlost", "Closed lost", 0.0),
)
_RENEWAL = (("renewal_open", "Due", 0.5), ("renewal_won", "Renewed", 1.0), ("renewal_lost", "Cancelled", 0.0))
_UPSELL = (("upsell_open", "Open", 0.5), ("upsell_won", "Won", 1.0), ("upsell_lost", "Lost", 0.0))
_TRASH = (("trash_open", "Open", 0.5),)

STAGES = tuple(
    Stage(
        pipeline_id=pipeline,
        pipeline_label=label,
        stage_id=stage,
        label=name,
        position=position,
        is_closed=probability in {0.0, 1.0},
        probability=probability,
    )
    for pipeline, label, stages in (
        ("default", "Sales", _SALES),
        ("renewals", "Renewal", _RENEWAL),
        ("upsell", "Upsell", _UPSELL),
        ("trash", "Old", _TRASH),
    )
    for position, (stage, name, probability) in enumerate(stages)
)

#: Fit 50, grade B: mql from 40, sales-ready from 60 points of engagement.
GRADE_B = {"fields": {"seniority": "head", "department": "procurement"}}
COMPANY = Company(id="co", name="Muster", industry="machinery", country="DE")


def at(text: str | datetime) -> Millis:
    """Return a local date (ten o'clock) or a local date and time as a moment."""
    parsed = datetime.fromisoformat(str(text))
    if len(str(text)) == len("2026-01-31"):
        parsed = datetime.combine(parsed.date(), time(10))
    return millis(parsed.replace(tzinfo=BERLIN) if parsed.tzinfo is None else parsed)


def days_after(date: str, days: int) -> Millis:
    """Return a local date some days later (ten o'clock) as a moment."""
    return at(str(datetime.fromisoformat(date).date() + timedelta(days=days)))


def day(value: int | None) -> str | None:
    """Return the local date of a moment."""
    return None if value is None else moment(value).astimezone(BERLIN).date().isoformat()


@cache
def rules(text: str | None = None) -> Rules:
    """Return the default agreement's rules, or those of a partial agreement in YAML."""
    agreement = load_default() if text is None else parse_agreement(text, "agreement.yaml")
    return compile_rules(agreement, STAGES)


def row(
    when: str | int,
    kind: str,
    subject: str | None = None,
    *,
    outcome: str | None = None,
    actor: str | None = None,
    asset: str | None = None,
    name: str | None = None,
    value: float | None = 30.0,
) -> Evidence:
    """Return one fact; the name is made of its kind and moment where none is given."""
    moment_ = when if isinstance(when, int) else at(when)
    ident = name or f"{kind}:{moment_}:{subject}"
    return Evidence(moment_, 0, ident, kind, subject, asset, actor, outcome, value, moment_)


def contact(ident: str = "c", **values: object) -> Contact:
    """Return a contact with an address and, unless told otherwise, grade B."""
    known: dict[str, object] = {"email": f"{ident}@example.org", "country": "DE", **GRADE_B, **values}
    return Contact(id=ident, **known)


def facts(evidence: Sequence[Evidence], *, deals: Sequence[DealDecision] = (), **values: object) -> ContactFacts:
    """Return everything known about one contact, evidence in ledger order."""
    return ContactFacts(contact=contact(**values), company=COMPANY, evidence=sorted(evidence), deals=deals)


def change(
    when: str, name: str, value: str | None, source: ChangeSource = ChangeSource.USER, *, deal: str = "d1"
) -> Change:
    """Return one change of a deal's property."""
    return Change(kind=Kind.DEAL, record_id=deal, property=name, value=value, at=at(when), source=source)


def deal_facts(
    moves: Sequence[tuple[str, str]] = (),
    *,
    ident: str = "d1",
    created: str | None = None,
    more: Sequence[Change] = (),
    contact_ids: Sequence[str] = ("c",),
    links: Sequence[Link] = (),
    two_way: Sequence[str] = (),
    gone_at: Millis | None = None,
    people: Sequence[Contact] = (),
    kept: Kept | None = None,
    **values: object,
) -> DealFacts:
    """Return a deal that a person moved through stages; its present stage is the last one."""
    known: dict[str, object] = {"pipeline_id": "default", "stage_id": moves[-1][1] if moves else None}
    known |= {"created_at": at(created or moves[0][0]), **values}
    changes = [change(when, "stage", stage, deal=ident) for when, stage in moves]
    return DealFacts(
        deal=Deal(id=ident, **known),
        changes=[*changes, *more],
        contact_ids=contact_ids,
        links=links,
        two_way=[at(one) for one in two_way],
        gone_at=gone_at,
        people={one.id: one for one in people},
        company=COMPANY,
        kept=kept,
    )


def decided_deal(facts_: DealFacts, as_of: str, text: str | None = None) -> DealDecision:
    """Return the decision on a deal as of a local date."""
    return decide_deal(facts_, rules=rules(text), as_of=at(as_of))


def path(decision: ContactDecision) -> list[str]:
    """Return the stages entered, with local dates; `~` marks a virtual pass."""
    return [
        f"{'~' if event.virtual else ''}{event.to_stage.value} {day(event.occurred_at)}" for event in decision.events
    ]
