"""Which contact of a deal carries it (domain R9)."""

from collections.abc import Sequence

from syncer.records import Link


def primary_contact(contact_ids: Sequence[str], links: Sequence[Link], labels: Sequence[str]) -> str | None:
    """Return the contact whose cycle the deal belongs to: by label in order, then the first linked contact.

    `contact_ids` are in the order in which the contacts came to be, so the earliest wins; of equals the lowest id.
    """
    for label in labels:
        wanted = label.casefold()
        found = sorted(link.to_id for link in links if (link.label or "").casefold() == wanted)
        if found:
            return found[0]
    marked = sorted(link.to_id for link in links if link.is_primary and link.to_id in contact_ids)
    if marked:
        return marked[0]
    return contact_ids[0] if contact_ids else None
