"""A believable B2B portal of any size, made up from a seed: 18 months of life in Germany, Austria and Switzerland.

The same seed, sizes and last moment give the same lines. Lines stream; nothing grows with the portal.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from connectors.sandbox.generate.broken import Fault, contact_fault, deal_fault
from connectors.sandbox.generate.companies import company_line
from connectors.sandbox.generate.contacts import contact_line
from connectors.sandbox.generate.deals import deal_line
from connectors.sandbox.generate.handed_over import first_touch
from connectors.sandbox.generate.lines import Line
from connectors.sandbox.generate.people import deal_seller, firm, person
from connectors.sandbox.generate.plan import CONTACT_DRAW, Plan, contact_id, merged_id
from connectors.sandbox.generate.sales import sales_lines
from connectors.sandbox.generate.setup import setup_lines
from connectors.sandbox.generate.stories import contact_story
from connectors.sandbox.generate.touches import touch_lines, touches
from syncer.moments import Millis

#: Usual proportions: companies and deals for every contact.
_COMPANY_SHARE: Final = 0.15
_DEAL_SHARE: Final = 0.2


@dataclass(kw_only=True, slots=True)
class Summary:
    """Counts that grow while lines are taken."""

    #: Lines by type.
    lines: Counter[str] = field(default_factory=Counter)
    #: Records that are wrong on purpose, by what is wrong.
    broken: Counter[Fault] = field(default_factory=Counter)


def generate_portal(
    *,
    today: Millis,
    contacts: int = 2_000,
    companies: int | None = None,
    deals: int | None = None,
    seed: int = 1,
    summary: Summary | None = None,
) -> Iterator[Line]:
    """Yield the lines of a portal whose life ends at `today`; only plans and hopes of its people lie later.

    Companies and deals default to 15 and 20 for every 100 contacts. References always point to earlier lines.
    Raises ValueError for a size that makes no portal.
    """
    if contacts < 1 or min(companies or 0, deals or 0) < 0:
        raise ValueError("a portal has at least one contact, and no negative number of anything")
    plan = Plan(
        contacts=contacts,
        companies=round(contacts * _COMPANY_SHARE) if companies is None else companies,
        deals=round(contacts * _DEAL_SHARE) if deals is None else deals,
        seed=seed,
        today=today,
    )
    return _lines(plan, summary or Summary())


def _lines(plan: Plan, summary: Summary) -> Iterator[Line]:
    for line in _records(plan, summary):
        summary.lines[str(line["type"])] += 1
        yield line


def _records(plan: Plan, summary: Summary) -> Iterator[Line]:
    yield from setup_lines(plan)
    for index in range(plan.companies):
        yield company_line(plan, index)
    for index in range(plan.contacts):
        yield from _life(plan, index, summary)


def _life(plan: Plan, index: int, summary: Summary) -> Iterator[Line]:
    """Yield a contact, its deals and everything it did and was part of."""
    dice = plan.dice(CONTACT_DRAW, index)
    story = contact_story(plan, dice, index)
    employer = None if story.company is None else firm(plan, story.company)
    who = person(dice, story, employer)
    done = touches(plan, dice, story)
    fault = contact_fault(index)
    yield contact_line(plan, dice, story, person=who, done=done)
    if story.is_merged:
        yield {"type": "merged", "object": "contacts", "id": merged_id(index), "into": contact_id(index)}
    for deal in story.deals:
        yield deal_line(plan, story, deal, employer=employer, seller=deal_seller(deal, who.seller))
        _note(summary, deal_fault(deal.index))
    _note(summary, fault)
    if fault is None:
        yield from touch_lines(plan, story, who, done)
    yield from sales_lines(plan, dice, story, who.seller)
    yield from first_touch(plan, dice, story, who.seller)


def _note(summary: Summary, fault: Fault | None) -> None:
    if fault is not None:
        summary.broken[fault] += 1
