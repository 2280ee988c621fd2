"""What stands in a generated portal before anybody is in it: account, owners, pipelines, forms, campaigns, ..."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from connectors.sandbox.generate.lines import Line, stamp
from connectors.sandbox.generate.plan import CAMPAIGN_DRAW, FORM_DRAW, OWNER_DRAW, Plan
from connectors.sandbox.generate.words import PRODUCTS, SELLERS, TEAMS, slug
from connectors.sandbox.generate.words_sales import FORMS
from syncer.moments import DAY, Millis, millis, moment

OWN_DOMAIN: Final = "syncline.example"
EXPANSION_PIPELINE: Final = "7310001"
#: Open stages of each pipeline in order, with the CRM's probability.
DEFAULT_STAGES: Final = (
    ("appointmentscheduled", "Termin vereinbart", 0.2),
    ("qualifiedtobuy", "Bedarf qualifiziert", 0.4),
    ("presentationscheduled", "Präsentation geplant", 0.6),
    ("decisionmakerboughtin", "Entscheider überzeugt", 0.8),
    ("contractsent", "Angebot/Vertrag gesendet", 0.9),
)
EXPANSION_STAGES: Final = (("7310101", "Bedarf erkannt", 0.3), ("7310102", "Angebot erstellt", 0.6))
ON_HOLD_STAGE: Final = "7310103"
EXPANSION_WON: Final = "7310104"
EXPANSION_LOST: Final = "7310105"

#: Campaign channel → the CRM's source value, monthly spend, every how many months money is spent.
CHANNELS: Final = {
    "google-ads": ("PAID_SEARCH", 4200, 1),
    "linkedin": ("PAID_SOCIAL", 2600, 1),
    "webinar": ("OTHER_CAMPAIGNS", 900, 1),
    "fachmesse": ("OFFLINE", 7800, 3),
}

_SENIORITIES: Final = ("c", "vp", "director", "head", "manager", "specialist")
_DEPARTMENTS: Final = ("management", "it", "purchasing", "operations", "finance", "sales", "marketing", "quality")
_CONTACT_TYPES: Final = ("business", "student", "applicant", "competitor", "partner", "employee")
_DESCRIPTION: Final = "Belongs to the generated portal"


def setup_lines(plan: Plan) -> Iterator[Line]:
    """Yield everything that records refer to, before any record."""
    yield _account()
    yield from _owners(plan)
    yield from _pipelines()
    yield from _properties()
    for index, (name, _path, _event) in enumerate(FORMS):
        yield {"type": "forms", "id": form_id(plan, index), "name": name}
    yield from _campaigns(plan)


def owner_id(index: int) -> str:
    """Return a seller's owner id."""
    return str(51_000_001 + index)


def user_id(index: int) -> str:
    """Return a seller's user id, which differs from the owner id."""
    return str(9_100_001 + index)


def user_source(index: int) -> str:
    """Return how a property history names a seller who made a change."""
    return f"userId:{user_id(index)}"


@lru_cache(maxsize=64)
def form_id(plan: Plan, index: int) -> str:
    """Return the GUID of a form."""
    return _guid(plan, FORM_DRAW, index)


def campaign_name(channel: str, at: int) -> str:
    """Return the name that a channel's campaign of that quarter carries in links and reports."""
    day = moment(at)
    return f"{channel}-{day.year}-q{(day.month + 2) // 3}"


def _guid(plan: Plan, kind: int, index: int) -> str:
    digits = f"{plan.dice(kind, index).getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _account() -> Line:
    return {
        "type": "account",
        "portalId": 25_000_001,
        "accountType": "SANDBOX",
        "timeZone": "Europe/Berlin",
        "companyCurrency": "EUR",
        "additionalCurrencies": ["CHF"],
        "exchangeRates": {"CHF": "1.06"},
        "uiDomain": "app-eu1.hubspot.com",
        "dataHostingLocation": "eu1",
    }


def _owners(plan: Plan) -> Iterator[Line]:
    for index, (first, last, team) in enumerate(SELLERS):
        yield {
            "type": "owners",
            "id": owner_id(index),
            "email": f"{slug(first)}.{slug(last)}@{OWN_DOMAIN}",
            "firstName": first,
            "lastName": last,
            "userId": int(user_id(index)),
            "teams": [{"id": str(OWNER_DRAW * 100 + team), "name": TEAMS[team], "primary": True}],
            "createdAt": stamp(plan.born),
            "updatedAt": stamp(plan.born),
            "archived": False,
        }


def _stage(place: int, stage: tuple[str, str, float], *, closed: bool = False) -> Line:
    identifier, label, probability = stage
    metadata = {"isClosed": "true" if closed else "false", "probability": str(probability)}
    return {"id": identifier, "label": label, "displayOrder": place, "metadata": metadata}


def _pipeline(identifier: str, label: str, stages: tuple[Sequence[tuple[str, str, float]], ...]) -> Line:
    open_stages, closed_stages = stages
    listed = [_stage(place, stage) for place, stage in enumerate(open_stages)]
    listed += [_stage(len(listed) + place, stage, closed=True) for place, stage in enumerate(closed_stages)]
    return {"type": "pipelines", "id": identifier, "label": label, "stages": listed}


def _pipelines() -> Iterator[Line]:
    closed = (("closedwon", "Gewonnen", 1.0), ("closedlost", "Verloren", 0.0))
    yield _pipeline("default", "Neugeschäft", (DEFAULT_STAGES, closed))
    open_stages = (*EXPANSION_STAGES, (ON_HOLD_STAGE, "Zurückgestellt (on hold)", 0.1))
    closed = ((EXPANSION_WON, "Gewonnen", 1.0), (EXPANSION_LOST, "Verloren", 0.0))
    yield _pipeline(EXPANSION_PIPELINE, "Bestandskunden (Expansion)", (open_stages, closed))


def _property(owner: str, name: str, kind: tuple[str, str], options: Sequence[str] = ()) -> Line:
    value_type, field_type = kind
    return {
        "type": "properties",
        "object": owner,
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "dataType": value_type,
        "fieldType": field_type,
        "groupName": f"{owner.removesuffix('s')}information" if owner != "companies" else "companyinformation",
        "description": _DESCRIPTION,
        "options": [{"label": one, "value": one, "displayOrder": place} for place, one in enumerate(options)],
    }


def _properties() -> Iterator[Line]:
    choice, day, text = ("enumeration", "select"), ("date", "date"), ("string", "text")
    yield _property("contacts", "seniority", choice, _SENIORITIES)
    yield _property("contacts", "department", choice, _DEPARTMENTS)
    yield _property("contacts", "contact_type", choice, _CONTACT_TYPES)
    yield _property("contacts", "planned_purchase_date", day)
    yield _property("deals", "product", choice, PRODUCTS)
    yield _property("deals", "contract_end_date", day)
    yield _property("campaigns", "hs_campaign_source", text)


def _campaigns(plan: Plan) -> Iterator[Line]:
    quarters = sorted(set(_quarter_starts(plan)))
    for place, (channel, (source, monthly, every)) in enumerate(CHANNELS.items()):
        for number, start in enumerate(quarters):
            index = place * 100 + number
            months = [at for at in _months(start) if at <= plan.today][::every]
            yield _campaign(plan, index, (campaign_name(channel, start), source), [(at, monthly) for at in months])


def _quarter_starts(plan: Plan) -> Iterator[Millis]:
    for at in range(plan.born, plan.today + 1, 28 * DAY):
        day = moment(at)
        first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
        yield millis(first)


def _months(start: Millis) -> list[Millis]:
    first = moment(start)
    return [millis(first.replace(month=first.month + step)) for step in range(3)]


def _campaign(plan: Plan, index: int, named: tuple[str, str], months: Sequence[tuple[Millis, int]]) -> Line:
    name, source = named
    dice = plan.dice(CAMPAIGN_DRAW, index)
    spend = [(at, round(monthly * dice.between(0.7, 1.3), 2)) for at, monthly in months]
    total = f"{sum(amount for _at, amount in spend):.2f}"
    start = months[0][0]
    return {
        "type": "campaigns",
        "id": _guid(plan, CAMPAIGN_DRAW, index + 10_000),
        "createdAt": stamp(start),
        "updatedAt": stamp(max(at for at, _ in spend)),
        "properties": {
            "hs_name": name,
            "hs_utm": name,
            "hs_campaign_source": source.lower(),
            "hs_start_date": stamp(start)[:10],
            "hs_end_date": stamp(millis(moment(start + 95 * DAY).replace(day=1)) - DAY)[:10],
            "hs_currency_code": "EUR",
            "hs_spend_items_sum_amount": total,
            "hs_campaign_status": "in_progress",
        },
        "spend": [_spend(name, index, place, month) for place, month in enumerate(spend)],
    }


def _spend(campaign: str, index: int, place: int, month: tuple[Millis, float]) -> Line:
    at, amount = month
    return {
        "id": f"{index}{place:02}",
        "name": stamp(at)[:7],
        "description": f"{campaign} {stamp(at)[:7]}",
        "amount": amount,
        "order": place,
        "createdAt": at,
        "updatedAt": at,
    }
