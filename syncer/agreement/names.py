"""What the agreement's conditions may speak of, section by section, and which inputs no condition may use."""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from syncer.agreement.stages import Fields, FieldType
from syncer.expressions import Name, Type

_NUMBER, _TEXT, _FLAG, _MOMENT = (Name(kind) for kind in (Type.NUMBER, Type.TEXT, Type.FLAG, Type.MOMENT))


class Ground(Enum):
    """Which facts a condition stands on."""

    #: Contact and company: fit, deductions, gates, market.
    PROFILE = "profile"
    #: One event and the contact behind it.
    EVENT = "event"
    #: One deal and whom it is with.
    DEAL = "deal"
    #: Contact, company and who owns them.
    ROUTING = "routing"


_CONTACT = {
    "contact.source": _TEXT,
    "contact.campaign": _TEXT,
    "contact.country": _TEXT,
    "contact.lifecycle": _TEXT,
    "contact.lead_status": _TEXT,
    "contact.owner_id": _TEXT,
    "contact.opted_out": _FLAG,
    "contact.bounced": _FLAG,
    "contact.created_at": _MOMENT,
    "contact.job_title": _TEXT,
    "contact.seniority": _TEXT,
    "contact.department": _TEXT,
    "contact.persona": _TEXT,
    "contact.type": _TEXT,
    "contact.planned_purchase": _MOMENT,
    "contact.fn_planned_purchase_date": Name(Type.MOMENT, "contact.planned_purchase"),
    "contact.consent": _TEXT,
    "contact.reference": _FLAG,
    "lead_status": _TEXT,
    "country": _TEXT,
}
_COMPANY = {
    "company.name": _TEXT,
    "company.domain": _TEXT,
    "company.industry": _TEXT,
    "company.employees": _NUMBER,
    "company.country": _TEXT,
    "company.owner_id": _TEXT,
    "company.lifecycle": _TEXT,
    "company.created_at": _MOMENT,
    "company.revenue": _NUMBER,
    "company.type": _TEXT,
    "company.is_target_account": _FLAG,
}
_PROFILE = {
    **_CONTACT,
    **_COMPANY,
    "email_domain": _TEXT,
    "days_since_last_activity": _NUMBER,
    "competitor": _FLAG,
    "employee": _FLAG,
    "objected_profiling": _FLAG,
    "hard_bounce": _FLAG,
    "as_of": _MOMENT,
}
_EVENT = {
    "dwell_s": _NUMBER,
    "event.kind": _TEXT,
    "event.subject": _TEXT,
    "event.asset": _TEXT,
    "event.outcome": _TEXT,
    "event.occurred_at": _MOMENT,
}
_DEAL = {
    "deal.pipeline_id": _TEXT,
    "deal.pipeline": Name(Type.TEXT, "deal.pipeline_id"),
    "deal.stage_id": _TEXT,
    "deal.dealstage": Name(Type.TEXT, "deal.stage_id"),
    "deal.is_open": _FLAG,
    "deal.is_closed": _FLAG,
    "deal.is_won": _FLAG,
    "deal.is_closed_won": Name(Type.FLAG, "deal.is_won"),
    "deal.normalized_reason": _TEXT,
    "deal.outcome": _TEXT,
    "deal.fn_outcome": Name(Type.TEXT, "deal.outcome"),
    "deal.amount": _NUMBER,
    "amount": Name(Type.NUMBER, "deal.amount"),
    "deal.close_date": _MOMENT,
    "closedate": Name(Type.MOMENT, "deal.close_date"),
    "deal.created_at": _MOMENT,
    "deal.deal_type": _TEXT,
    "deal.forecast_category": _TEXT,
    "deal.probability": _NUMBER,
    "deal.owner_id": _TEXT,
    "deal.planned_purchase": _MOMENT,
    "deal.fn_planned_purchase_date": Name(Type.MOMENT, "deal.planned_purchase"),
    "deal.contract_end": _MOMENT,
    "deal.product": _TEXT,
    "changed_by_user": _FLAG,
    "days_in_stage": _NUMBER,
    "month_pushes": _NUMBER,
    "quarter_pushes": _NUMBER,
    "slip_days": _NUMBER,
    "days_since_two_way_activity": _NUMBER,
    "p75_time_in_stage_of_won(stage)": _NUMBER,
    "no_future_activity": _FLAG,
    "next_meeting": _MOMENT,
    "stage_changed": _MOMENT,
    "vip_amount": _NUMBER,
    "lead_object.disqualification_reason": _TEXT,
}
_ROUTING = {"owner(contact)": _TEXT, "owner(company)": _TEXT}

_BY_GROUND: Mapping[Ground, Mapping[str, Name]] = MappingProxyType(
    {
        Ground.PROFILE: _PROFILE,
        Ground.EVENT: {**_PROFILE, **_EVENT},
        Ground.DEAL: {**_PROFILE, **_DEAL},
        Ground.ROUTING: {**_PROFILE, **_ROUTING},
    }
)

#: Sets that a deal's own pipeline answers: spelling to the key of the flag.
DEAL_SETS: Mapping[str, str] = MappingProxyType(
    {
        "closed_other_stages": "deal.in_closed_other_stages",
        "on_hold_stages": "deal.in_on_hold_stages",
        "pipelines[deal.pipeline].closed_other_stages": "deal.in_closed_other_stages",
        "pipelines[deal.pipeline].on_hold_stages": "deal.in_on_hold_stages",
    }
)

_TYPES = {
    FieldType.NUMBER: _NUMBER,
    FieldType.TEXT: _TEXT,
    FieldType.FLAG: _FLAG,
    FieldType.MOMENT: _MOMENT,
}

_FORBIDDEN = re.compile(
    r"age|alter|birth(day|date|_date)?|date_of_birth|dob|geburts\w*|gender|sex|geschlecht|salutation|anrede|nationality"
    r"|citizenship|nationalität|staatsangehörigkeit|first_?name|vorname|last_?name|nachname|religion|konfession|belief"
    r"|ethnicity|ethnic_origin|race|herkunft|health|gesundheit|disability|behinderung|union|trade_union|gewerkschaft"
    r"|political\w*|politi(k|sch)\w*|sexual_orientation|sexuelle\w*|biometric\w*|genetic\w*|marital_status|familienstand"
)


def names_for(ground: Ground, fields: Fields) -> dict[str, Name]:
    """Return what conditions on this ground may speak of, the agreement's custom fields among them."""
    names = dict(_BY_GROUND[ground])
    for prefix, custom in (("contact", fields.contact), ("company", fields.company), ("deal", fields.deal)):
        if prefix != "deal" or ground is Ground.DEAL:
            names.update({f"{prefix}.{name}": _TYPES[kind] for name, kind in custom.items()})
    return names


def is_forbidden(name: str) -> bool:
    """Say whether a name is an input that no decision about a person may use (domain F3)."""
    subject, *rest = name.lower().split(".")
    return subject not in {"company", "deal"} and any(_FORBIDDEN.fullmatch(part) for part in (subject, *rest))
