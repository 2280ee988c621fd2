"""Which contact of a deal carries it (domain R9)."""

from collections.abc import Sequence
from typing import NamedTuple

from syncer.funnel.facts import DealFacts
from syncer.funnel.kept import PrimaryBy

_STICKY = frozenset({PrimaryBy.SALES_READY, PrimaryBy.EARLIEST})


class Primary(NamedTuple):
    """The contact whose cycle a deal belongs to, and why it is this one; None for both where nobody is linked."""

    contact_id: str | None = None
    by: PrimaryBy | None = None


def primary_of(facts: DealFacts, labels: Sequence[str]) -> Primary:
    """Return the contact that carries a deal: by label in order, by the CRM's mark, as chosen before, sales-ready last.

    Contacts come in the order in which they came to be, so of equals the earliest wins, then the lowest id.
    """
    named = _by_links(facts, labels)
    if named is not None:
        return named
    kept = _kept(facts)
    if kept is not None:
        return kept
    ready = [one for one in facts.contact_ids if one in facts.sales_ready]
    if ready:
        return Primary(max(ready, key=facts.sales_ready.__getitem__), PrimaryBy.SALES_READY)
    return Primary(facts.contact_ids[0], PrimaryBy.EARLIEST) if facts.contact_ids else Primary()


def awaits_choice(facts: DealFacts, labels: Sequence[str]) -> bool:
    """Say whether the choice among several contacts is still to be made by who was sales-ready last."""
    several = len(facts.contact_ids) > 1
    return several and _by_links(facts, labels) is None and _kept(facts) is None


def _by_links(facts: DealFacts, labels: Sequence[str]) -> Primary | None:
    for label in labels:
        wanted = label.casefold()
        found = sorted(link.to_id for link in facts.links if (link.label or "").casefold() == wanted)
        if found:
            return Primary(found[0], PrimaryBy.LABEL)
    marked = sorted(link.to_id for link in facts.links if link.is_primary and link.to_id in facts.contact_ids)
    return Primary(marked[0], PrimaryBy.MARK) if marked else None


def _kept(facts: DealFacts) -> Primary | None:
    """Return the choice that was made before, where its contact is still linked."""
    kept = facts.kept
    if kept is None or kept.primary_by not in _STICKY or kept.primary_contact_id not in facts.contact_ids:
        return None
    return Primary(kept.primary_contact_id, kept.primary_by)
