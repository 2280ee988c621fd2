"""Who was sales-ready last before a deal was opened: read only for deals whose contact is still to be chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from syncer.funnel import Rules, decide_contact
from syncer.funnel.facts import ContactFacts, DealFacts
from syncer.funnel.primary import awaits_choice
from syncer.moments import Millis
from syncer.store import Unit

#: Deals whose contacts are read together.
_PORTION = 500


def with_sales_ready(
    deals: Iterable[DealFacts], reading: Unit, account: str, rules: Rules, known_at: Millis
) -> Iterator[DealFacts]:
    """Yield the deals, those with a choice to be made together with when each contact was sales-ready (domain R9)."""
    labels = rules.agreement.stages.primary_labels
    remaining = iter(deals)
    while some := list(islice(remaining, _PORTION)):
        waiting = [one for one in some if one.deal.created_at is not None and awaits_choice(one, labels)]
        ready = _ready(waiting, reading, account, rules, known_at) if waiting else {}
        yield from (replace(one, sales_ready=ready[one.deal.id]) if one.deal.id in ready else one for one in some)


def _ready(
    deals: Sequence[DealFacts], reading: Unit, account: str, rules: Rules, known_at: Millis
) -> Mapping[str, Mapping[str, Millis]]:
    wanted: dict[str, list[DealFacts]] = {}
    for deal in deals:
        for contact_id in deal.contact_ids:
            wanted.setdefault(contact_id, []).append(deal)
    found: dict[str, dict[str, Millis]] = {}
    for facts in reading.facts.contacts(account, sorted(wanted), known_at, lambda _: {}):
        for deal in wanted[facts.contact.id]:
            at = sales_ready_before(facts, rules, deal.deal.created_at)
            if at is not None:
                found.setdefault(deal.deal.id, {})[facts.contact.id] = at
    return found


def sales_ready_before(facts: ContactFacts, rules: Rules, opened_at: Millis | None) -> Millis | None:
    """Return when a contact last became sales-ready up to a moment, by its own evidence: deals are left aside."""
    if opened_at is None or not facts.evidence:
        return None
    decision = decide_contact(facts, rules=rules, as_of=opened_at)
    known = [one.sales_ready_at for one in decision.cycles if one.sales_ready_at is not None]
    return max(known, default=None)
