"""Which activities are a salesperson's own work on a lead: what counts as a touch, for deadlines and for figures."""

import operator
from bisect import insort
from typing import Final

from msgspec.structs import replace

from syncer.funnel.facts import ContactFacts
from syncer.records import ActivityKind, ChangeSource, Evidence

#: Evidence of this kind says that a person of ours entered the contact into the CRM.
ENTERED = "contact_entered"
#: The field that says who created the record.
_CREATED_BY = "created_by"

#: Whether a moment follows a hand-over: what happened in its very moment led to it (domain A2, follow-up).
follows: Final = operator.gt

#: What a salesperson does with a lead; what the machine sends has no actor.
TOUCHES = frozenset({ActivityKind.CALL, ActivityKind.EMAIL_OUT, ActivityKind.MEETING, ActivityKind.MESSAGE})
#: Outcomes of what never took place, or not yet.
NEVER_DONE = frozenset({"BOUNCED", "CANCELED", "CANCELLED", "FAILED", "RESCHEDULED", "SCHEDULED"})


def is_touch(row: Evidence) -> bool:
    """Return whether a person turned to the contact, reached or not."""
    return row.kind in TOUCHES and row.actor is not None and row.outcome not in NEVER_DONE


def with_entry(facts: ContactFacts) -> ContactFacts:
    """Return what is known of a contact with its entry by a person as a touch of ours (domain A1, first contact)."""
    contact = facts.contact
    at = contact.created_at
    if at is None or contact.fields.get(_CREATED_BY) != ChangeSource.USER:
        return facts
    rows = list(facts.evidence)
    insort(rows, Evidence(at, 0, f"{ENTERED}:{contact.id}", ENTERED, None, None, None, None, None, at))
    return replace(facts, evidence=rows)
