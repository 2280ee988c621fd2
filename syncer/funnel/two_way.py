"""Which activities show that both sides spoke."""

from syncer.records import ActivityKind

#: Outcomes of a call or meeting in which nobody spoke.
NOT_HELD = frozenset(
    {"NO_SHOW", "NO_ANSWER", "BUSY", "FAILED", "CANCELED", "CANCELLED", "MISSED", "RESCHEDULED", "LEFT_VOICEMAIL"}
)
#: Outcomes of a call that somebody answered: a call without any may have rung in vain.
ANSWERED = frozenset({"COMPLETED", "CONNECTED"})


def is_two_way(kind: str, outcome: str | None) -> bool:
    """Return whether both sides spoke: mail from the contact, an answered call, a meeting that was not missed."""
    if kind == ActivityKind.CALL:
        return outcome in ANSWERED
    return kind == ActivityKind.EMAIL_IN or (kind == ActivityKind.MEETING and outcome not in NOT_HELD)
