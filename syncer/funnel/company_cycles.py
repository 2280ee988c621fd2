"""The cycle of a deal without a contact: its company's own, so that the deal's passage is not lost (domain R15)."""

from collections.abc import Sequence
from dataclasses import replace

from msgspec.structs import replace as changed

from syncer.funnel.contacts import decide_contact
from syncer.funnel.facts import ContactFacts, Cycle, DealDecision
from syncer.funnel.rules import Rules
from syncer.moments import Millis
from syncer.records import Contact

_HOLDER = "company:"


def holder_of(company_id: str) -> str:
    """Return in whose name a company's own cycles stand, where a contact's stand in its id."""
    return f"{_HOLDER}{company_id}"


def company_of(holder: str) -> str:
    """Return the company in whose own name a cycle stands."""
    return holder.removeprefix(_HOLDER)


def cycles_of_company(
    company_id: str, deals: Sequence[DealDecision], *, rules: Rules, as_of: Millis
) -> Sequence[Cycle]:
    """Return the cycles of a company's deals that have no contact: begun, ended and reopened as a contact's would be.

    Nobody was contacted first and nobody has a grade; source and owner are those of the deal that leads the cycle.
    """
    holder = holder_of(company_id)
    theirs = {one.deal_id: replace(one, primary_contact_id=holder) for one in deals if not one.contact_ids}
    facts = ContactFacts(contact=Contact(id=holder), deals=[theirs[ident] for ident in sorted(theirs)])
    decision = decide_contact(facts, rules=rules, as_of=as_of)
    return [_impersonal(cycle, theirs.get(cycle.deal_id or "")) for cycle in decision.cycles]


def _impersonal(cycle: Cycle, deal: DealDecision | None) -> Cycle:
    return changed(
        cycle,
        first_contact_at=None,
        grade=None,
        source=None if deal is None else deal.source,
        owner_id=None if deal is None else deal.owner_id,
    )
