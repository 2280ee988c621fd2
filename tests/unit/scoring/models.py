"""The score model of the domain's worked examples, and short ways to say contacts and events."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

from syncer.agreement.model import Agreement
from syncer.funnel.facts import ContactFacts
from syncer.moments import DAY, Millis, millis
from syncer.records import Company, Contact, Evidence, Value
from syncer.scoring import Scorer

EVENTS = (
    "demo_request",
    "pricing_view",
    "whitepaper",
    "webinar_attended",
    "newsletter_click",
    "page_view",
    "unsubscribe",
    "meeting_booked",
    "offer_request",
)
KINDS = {"pricing_view": "page_view", "page_view": "page_view", "newsletter_click": "email_click"} | {
    "unsubscribe": "unsubscribe"
}

D2: Mapping[str, object] = {
    "id": "dach-b2b",
    "version": 7,
    "fit": {
        "groups": {
            "company": {
                "cap": 40,
                "rules": [
                    {
                        "id": "F1",
                        "if": "company.employees in [51,500]",
                        "pts": 25,
                        "label": {"de": "51–500 MA", "en": "51–500 staff"},
                    },
                    {
                        "id": "F2",
                        "if": "company.industry in target_industries",
                        "pts": 20,
                        "label": {"de": "Maschinenbau", "en": "machinery"},
                    },
                    {"id": "F3", "if": "company.employees < 5", "pts": -15},
                ],
            },
            "person": {
                "cap": 30,
                "rules": [
                    {"id": "F4", "if": "contact.seniority in [head, director, vp, c]", "pts": 20},
                    {"id": "F5", "if": "contact.department in buying_depts", "pts": 10},
                ],
            },
            "region": {
                "cap": 10,
                "rules": [
                    {
                        "id": "F6",
                        "if": "company.country in [DE, AT, CH]",
                        "pts": 10,
                        "label": {"de": "DACH", "en": "DACH"},
                    }
                ],
            },
            "timing": {
                "cap": 20,
                "first_match": True,
                "rules": [
                    {"id": "F7", "if": "contact.planned_purchase <= 6m", "pts": 20},
                    {"id": "F8", "if": "contact.planned_purchase <= 12m", "pts": 10},
                ],
            },
        }
    },
    "engagement": {
        "groups": {
            "intent": {
                "cap": 60,
                "rules": [
                    {"id": "E1", "event": "demo_request", "pts": 40, "half_life_days": 60, "max": 1},
                    {"id": "E2", "event": "pricing_view", "pts": 15, "per": "day", "max": 3},
                    {"id": "E3", "event": "whitepaper", "pts": 20, "distinct_by": "asset", "max": 3},
                ],
            },
            "content": {
                "cap": 40,
                "rules": [
                    {"id": "E4", "event": "webinar_attended", "pts": 20},
                    {"id": "E5", "event": "newsletter_click", "pts": 5, "per": "day"},
                ],
            },
            "web": {
                "cap": 10,
                "rules": [{"id": "E6", "event": "page_view", "pts": 1, "per": "url_day", "if": "dwell_s >= 10"}],
            },
            "sales": {"cap": 0},
        }
    },
    "negative": [
        {"id": "N1", "if": "email_domain in free_mail", "fit": -10},
        {"id": "N2", "if": "contact.type in [student, applicant]", "fit": -30},
        {"id": "N3", "event": "unsubscribe", "engagement": -30, "decay": "none"},
        {"id": "N4", "if": "days_since_last_activity >= 90", "engagement": -20},
    ],
    "gates": [{"id": "G1", "if": "competitor or employee or objected_profiling or hard_bounce"}],
    "matrix": {
        "A": ["sales_ready", "sales_ready", "mql", "suspect"],
        "B": ["sales_ready", "mql", "inquiry", "suspect"],
        "C": ["mql", "inquiry", "inquiry", "suspect"],
        "D": ["inquiry", "inquiry", "inquiry", "suspect"],
    },
    "explicit_sales_ready": {"events": ["demo_request", "meeting_booked", "offer_request"], "min_grade": "C"},
}


def agreement(score_model: Mapping[str, object] = D2, **sections: object) -> Agreement:
    content = {
        "events": [{"event": name, "kinds": [KINDS.get(name, "form")], "match": f"^{name}$"} for name in EVENTS],
        "sets": {
            "target_industries": ["MACHINERY"],
            "buying_depts": ["procurement", "operations"],
            "free_mail": ["gmx.de", "gmail.com"],
        },
        "reasons": [{"code": "unspecified", "outcome": "lost", "match": "."}],
        "calendar": {"timezone": "Europe/Berlin", "own_domains": ["own.example"]},
        "score_model": score_model,
    }
    return Agreement.model_validate(content | sections)


def scorer(score_model: Mapping[str, object] = D2) -> Scorer:
    return Scorer(agreement(score_model))


def at(text: str) -> Millis:
    """A moment in Berlin time."""
    return millis(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")))


NOW = at("2026-11-21T08:00")
_numbers = count(1)


def event(
    name: str, days_ago: float = 0, *, when: int | None = None, asset: str | None = None, dwell: float | None = 30
) -> Evidence:
    moment = NOW - int(days_ago * DAY) if when is None else when
    number = next(_numbers)
    return Evidence(moment, 0, f"test:{number:06}", KINDS.get(name, "form"), name, asset, None, None, dwell, moment)


def facts(
    evidence: Sequence[Evidence] = (),
    *,
    fields: Mapping[str, Value] | None = None,
    company: Company | None = None,
    **contact: object,
) -> ContactFacts:
    known = {"id": "1", "email": "someone@customer.example", "fields": fields or {}} | contact
    return ContactFacts(contact=Contact(**known), company=company, evidence=sorted(evidence))


MACHINES = Company(id="9", industry="MACHINERY", employees=180, country="DE")
HEAD_OF_PROCUREMENT: Mapping[str, Value] = {"seniority": "head", "department": "procurement"}


def utc(*parts: int) -> Millis:
    return millis(datetime(*parts, tzinfo=UTC))
