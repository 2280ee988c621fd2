"""Which activities are a salesperson's own work on a lead: what counts as a touch, for deadlines and for figures."""

import operator
from typing import Final

from syncer.records import ActivityKind, Evidence

#: Whether a moment follows a hand-over: what happened in its very moment led to it (domain A2, follow-up).
follows: Final = operator.gt

#: What a salesperson does with a lead; what the machine sends has no actor.
TOUCHES = frozenset({ActivityKind.CALL, ActivityKind.EMAIL_OUT, ActivityKind.MEETING, ActivityKind.MESSAGE})
#: Outcomes of what never took place, or not yet.
NEVER_DONE = frozenset({"BOUNCED", "CANCELED", "CANCELLED", "FAILED", "RESCHEDULED", "SCHEDULED"})


def is_touch(row: Evidence) -> bool:
    """Return whether a person turned to the contact, reached or not."""
    return row.kind in TOUCHES and row.actor is not None and row.outcome not in NEVER_DONE
