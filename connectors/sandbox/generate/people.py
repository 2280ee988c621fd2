"""Names, jobs, companies: who a generated contact is and where it works."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from connectors.sandbox.generate.dice import Dice
from connectors.sandbox.generate.fates import DealStory
from connectors.sandbox.generate.plan import COMPANY_DRAW, GROUP, Plan
from connectors.sandbox.generate.setup import OWN_DOMAIN
from connectors.sandbox.generate.stories import Role, Story
from connectors.sandbox.generate.words import (
    COMPANY_STEMS,
    COMPANY_TRADES,
    COUNTRY_NAMES,
    FIRST_NAMES_DE,
    FIRST_NAMES_EN,
    JOBS,
    LAST_NAMES_DE,
    LAST_NAMES_EN,
    LEGAL_FORMS,
    STUDENT_JOBS,
    slug,
)

_COUNTRIES: Final = ("DE", "AT", "CH", "GB", "NL", "FR", "US", "PL")
_COUNTRY_BOUNDS: Final = tuple(accumulate((62, 12, 12, 4, 3, 2, 3, 2)))
_ENGLISH_SPEAKING: Final = ("GB", "US", "NL")
_RIVALS: Final = 3
#: Sellers 0 to 3 win new customers, 4 to 7 look after them.
HUNTERS: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Firm:
    """A company's lasting facts."""

    index: int
    name: str
    domain: str
    country: str
    #: Index of the seller who owns it.
    seller: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A contact's lasting facts; None is unknown."""

    first: str
    last: str
    email: str
    country: str | None
    job: str | None
    seniority: str | None
    department: str | None
    contact_type: str | None
    seller: int


@lru_cache(maxsize=256)
def firm(plan: Plan, index: int) -> Firm:
    """Return company `index`."""
    dice = plan.dice(COMPANY_DRAW, index)
    stem, trade = dice.one_of(COMPANY_STEMS), dice.one_of(COMPANY_TRADES)
    country = dice.weighted(_COUNTRIES, _COUNTRY_BOUNDS)
    brand = f"{stem}{trade.lower()}" if dice.chance(0.35) else f"{stem} {trade}"
    return Firm(
        index=index,
        name=f"{brand} {dice.one_of(LEGAL_FORMS[country])}",
        domain=f"{slug(brand)}-{index}.example",
        country=country,
        seller=int(dice.random() * HUNTERS),
    )


def person(dice: Dice, story: Story, employer: Firm | None) -> Person:
    """Return the person that a story is about."""
    german = story.is_german and (employer is None or employer.country not in _ENGLISH_SPEAKING)
    first = dice.one_of(FIRST_NAMES_DE if german else FIRST_NAMES_EN)
    last = dice.one_of(LAST_NAMES_DE if german else LAST_NAMES_EN)
    title, seniority, department, kind = _position(dice, story, german=german)
    return Person(
        first="Test" if story.role is Role.TEST else first,
        last="Testkontakt" if story.role is Role.TEST else last,
        email=_address(dice, story, (first, last), employer),
        country=_country(dice, employer),
        job=title,
        seniority=seniority,
        department=department,
        contact_type=kind,
        seller=employer.seller if employer else story.index % HUNTERS,
    )


def _position(dice: Dice, story: Story, *, german: bool) -> tuple[str | None, str | None, str | None, str | None]:
    """Return title, seniority, department and contact type; a fifth of all people never said what they do."""
    if story.role is Role.STUDENT:
        return dice.one_of(STUDENT_JOBS), None, None, "student"
    if story.role is Role.COMPETITOR:
        return "Product Manager", "manager", "marketing", "competitor"
    job_german, job_english, seniority, department = dice.one_of(JOBS)
    if dice.chance(0.2) and not story.deals:
        return None, None, None, None
    kind = "business" if dice.chance(0.6) else None
    return job_german if german else job_english, seniority, department, kind


def _address(dice: Dice, story: Story, name: tuple[str, str], employer: Firm | None) -> str:
    local = f"{slug(name[0])}.{slug(name[1])}"
    match story.role:
        case Role.TEST:
            return f"test+{story.index}@{OWN_DOMAIN}"
        case Role.COMPETITOR:
            return f"{local}.{story.index}@rival-{story.index % _RIVALS}.example"
        case Role.STUDENT:
            return f"{local}.{story.index}@uni-musterstadt.example"
        case Role.PERSON | Role.FREE_MAIL:
            if employer is None or (not story.deals and dice.chance(0.02)):
                # Gmail allows no underscore in an address, so nobody has one of these.
                return f"{local}_{story.index}@gmail.com"
            return f"{local}.{story.index}@{employer.domain}"


def _country(dice: Dice, employer: Firm | None) -> str | None:
    if dice.chance(0.15):
        return None
    code = employer.country if employer else dice.weighted(_COUNTRIES, _COUNTRY_BOUNDS)
    return dice.one_of(COUNTRY_NAMES[code])


def deal_seller(deal: DealStory, contact_seller: int) -> int:
    """Return the index of the seller who owns a deal: expansions belong to those who look after customers."""
    return HUNTERS + deal.index // GROUP % HUNTERS if deal.is_expansion else contact_seller
