"""Random pasts of one contact, cheap enough for thousands: evidence, deals in several pipelines, other employers."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from syncer.agreement import parse_agreement
from syncer.funnel import Rules, compile_rules, decide_contact, decide_deal
from syncer.funnel.facts import ContactDecision, ContactFacts, DealDecision, DealFacts
from syncer.moments import DAY, HOUR, Millis
from syncer.records import Change, ChangeSource, Contact, Deal, Evidence, Kind, Link
from tests.unit.funnel.build import COMPANY, GRADE_B, STAGES, contact

START = 1_767_225_600_000
SPAN = 400 * DAY
END = Millis(START + SPAN)
RULES: Rules = compile_rules(
    parse_agreement(
        "pipelines: {'*': {}, upsell: {kind: expansion}, renewals: {kind: renewal}, trash: {kind: ignore}}",
        "agreement.yaml",
    ),
    STAGES,
)

#: Facts that happen often, and all kinds of facts: kind, subject, outcome, actor.
OFTEN = (
    ("page_view", "/blog", None, None),
    ("page_view", "/preise", None, None),
    ("email_click", "Newsletter", None, None),
)
FACTS = (
    *(OFTEN * 3),
    *(("form", f"Whitepaper {name}", None, None) for name in "ABC"),
    ("form", "Demo anfordern", None, None),
    ("unsubscribe", None, None, None),
    ("call", None, None, None),
    ("meeting", None, "COMPLETED", None),
    ("lead_status", None, "IN_PROGRESS", "user"),
    ("lead_status", None, "NOT_READY", "user"),
    ("lead_status", None, "BAD_TIMING", "user"),
    ("lead_status", None, "UNQUALIFIED", "user"),
    ("lead_status", None, "DUPLICATE", "user"),
    ("lifecycle", None, "lead", "automation"),
    ("lifecycle", None, "salesqualifiedlead", "user"),
    ("stage", None, "INQUIRY", "user"),
    ("stage", None, "OPPORTUNITY", "user"),
    ("stage", None, "CLOSED_OTHER", "user"),
    ("stage", None, None, "user"),
    ("lead", None, "connected:c:", "user"),
    ("lead", None, "disqualified:d:Bad timing", "user"),
    ("employer", None, "old:co", "unknown"),
)
_MOVES = {
    "default": ("appointmentscheduled", "qualifiedtobuy", "contractsent", "closedwon", "closedlost"),
    "upsell": ("upsell_open", "upsell_won", "upsell_lost"),
    "renewals": ("renewal_open", "renewal_won", "renewal_lost"),
    "trash": ("trash_open",),
}
_CROWDED = 40 * DAY
_REASONS = ("zu teuer", "Projekt verschoben", "Testlauf", "Dublette", "keine Rückmeldung", None)
_CATEGORIES = (None, None, "COMMIT", "PIPELINE", "OMIT")


class History(NamedTuple):
    """Everything that is known of one contact."""

    person: Contact
    rows: Sequence[Evidence]
    deals: Sequence[DealFacts]


class Decided(NamedTuple):
    """What follows from a history."""

    contact: ContactDecision
    deals: Sequence[DealDecision]


def history(seed: int) -> History:
    """Return the past that a number stands for."""
    chance = Random(seed)
    person = chance.choice(
        (
            contact(created_at=Millis(START)),
            contact(created_at=Millis(START), fields={}),
            contact(created_at=Millis(START), lifecycle="lead"),
            contact(created_at=Millis(START), owner_id="o"),
            contact(created_at=_moment(chance), fields={**GRADE_B["fields"], "created_by": "user"}),
            contact(created_at=Millis(START), opted_out=True),
        )
    )
    rows = sorted(_row(chance, number) for number in range(chance.randrange(16)))
    return History(person, rows, [_deal(chance, f"d{number}") for number in range(chance.choice((0, 0, 1, 1, 2, 3)))])


def decided(past: History, as_of: int = END, *, chance: Random | None = None) -> Decided:
    """Return what is decided as of a moment; with `chance` the facts arrive in another order."""
    rows, deals = list(past.rows), list(past.deals)
    if chance is not None:
        chance.shuffle(rows)
        chance.shuffle(deals)
        deals = [replace(one, changes=chance.sample(one.changes, len(one.changes))) for one in deals]
    made = sorted((decide_deal(one, rules=RULES, as_of=Millis(as_of)) for one in deals), key=lambda one: one.deal_id)
    facts = ContactFacts(contact=past.person, company=COMPANY, evidence=sorted(rows), deals=made)
    return Decided(decide_contact(facts, rules=RULES, as_of=Millis(as_of)), made)


def _moment(chance: Random) -> Millis:
    """Return an hour of the span; one in four is the first of forty days, on which several things happen at once."""
    ahead = chance.randrange(SPAN // HOUR) * HOUR
    return Millis(START + (ahead if chance.randrange(4) else ahead - ahead % _CROWDED))


def _row(chance: Random, number: int) -> Evidence:
    kind, subject, outcome, actor = chance.choice(FACTS)
    at = _moment(chance)
    ident = f"lead:{number % 2}:{number}" if kind == "lead" else f"e:{number}"
    return Evidence(at, 0, ident, kind, subject, subject, actor, outcome, 30.0, at)


def _deal(chance: Random, ident: str) -> DealFacts:
    moments = sorted({_moment(chance) for _ in range(chance.randrange(1, 6))})
    pipelines = [_pipeline(chance) for _ in moments]
    stages = [chance.choice(_MOVES[one]) for one in pipelines]
    changes = [_change(ident, "stage", stage, at) for stage, at in zip(stages, moments, strict=True)]
    changes += [_change(ident, "pipeline", one, at) for one, at in zip(pipelines, moments, strict=True)]
    gone = chance.choice((None, None, None, _moment(chance)))
    deal = Deal(
        id=ident,
        pipeline_id=pipelines[-1],
        stage_id=stages[-1],
        created_at=moments[0],
        close_date=chance.choice((None, _moment(chance))),
        forecast_category=chance.choice(_CATEGORIES),
        lost_reason=chance.choice(_REASONS),
        owner_id=chance.choice((None, "o")),
        archived_at=gone,
        fields=chance.choice(({}, {"planned_purchase": END + 400 * DAY})),
    )
    both = ("c", "other")
    label = Link(from_kind=Kind.DEAL, from_id=ident, to_kind=Kind.CONTACT, to_id="other", label="Champion")
    return DealFacts(
        deal=deal,
        changes=changes,
        contact_ids=chance.choice((("c",), ("c",), both)),
        links=chance.choice(((), (), (), (label,))),
        gone_at=None if gone is None else chance.choice((None, Millis(gone + DAY))),
    )


def _pipeline(chance: Random) -> str:
    return chance.choice(("default",) * 6 + ("upsell", "renewals", "trash"))


def _change(ident: str, name: str, value: str, at: Millis) -> Change:
    return Change(kind=Kind.DEAL, record_id=ident, property=name, value=value, at=at, source=ChangeSource.USER)
