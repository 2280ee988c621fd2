"""Company lines of the generated portal."""

from itertools import accumulate
from typing import Final

from connectors.sandbox.generate.dice import Dice
from connectors.sandbox.generate.fates import deal_stories
from connectors.sandbox.generate.lines import Line, Properties, Record, Version, line
from connectors.sandbox.generate.people import Firm, firm
from connectors.sandbox.generate.plan import COMPANY_DRAW, Plan, company_id
from connectors.sandbox.generate.setup import owner_id
from connectors.sandbox.generate.words import CITIES, COUNTRY_NAMES, INDUSTRIES, SIZES
from syncer.moments import DAY, Millis

_DETAILS: Final = 1_000_003
_SIZE_BOUNDS: Final = tuple(accumulate(weight for _low, _high, weight in SIZES))
_EUROS_A_HEAD: Final = 160_000


def company_line(plan: Plan, index: int) -> Line:
    """Return company `index`."""
    dice = plan.dice(COMPANY_DRAW * _DETAILS, index)
    company = firm(plan, index)
    created = Millis(min(plan.born + dice.days(60), plan.today - DAY))
    record = Record(
        type="companies",
        id=company_id(index),
        properties=_profile(dice, company),
        created=created,
        updated=created,
        versions={"lifecyclestage": _lifecycle(plan, index, created)},
    )
    return line(record)


def _profile(dice: Dice, company: Firm) -> Properties:
    low, high, _weight = dice.weighted(SIZES, _SIZE_BOUNDS)
    heads = int(dice.between(low, high + 1))
    known = not dice.chance(0.1)
    return {
        "name": company.name,
        "domain": company.domain,
        "industry": dice.one_of(INDUSTRIES) if not dice.chance(0.08) else None,
        "country": dice.one_of(COUNTRY_NAMES[company.country]),
        "city": dice.one_of(CITIES[company.country]),
        "numberofemployees": str(heads) if known else None,
        "annualrevenue": str(round(heads * _EUROS_A_HEAD * dice.between(0.6, 1.6), -3)) if known else None,
        "type": "PROSPECT",
        "hubspot_owner_id": owner_id(company.seller),
    }


def _lifecycle(plan: Plan, index: int, created: Millis) -> list[Version]:
    """Return the stages that the company's deals pushed it to."""
    found = [Version(created, "lead", "CRM_UI")]
    deals = [deal for contact in plan.contacts_of(index) for deal in deal_stories(plan, contact)]
    if deals:
        found.append(Version(Millis(max(created, min(deal.created for deal in deals)) + 1), "opportunity", "DEALS"))
    won = [deal.closed for deal in deals if deal.is_won and deal.closed is not None]
    if won:
        found.append(Version(Millis(max(created, min(won)) + 2), "customer", "DEALS"))
    return found
