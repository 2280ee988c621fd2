"""A notice as the CRM's note or task: which property holds what."""

from collections.abc import Mapping
from html import escape

from syncer.handover.notices import Form, Notice, Purpose
from syncer.moments import Millis, iso

#: Where a task says how far somebody is with it, and what says that nobody has begun.
TASK_STATUS, NOT_STARTED = "hs_task_status", "NOT_STARTED"
#: A moment that every note has.
NOTE_MOMENT = "hs_timestamp"
_URGENT = frozenset({Purpose.HANDOVER, Purpose.ESCALATION})


def values_of(
    notice: Notice, *, title: str, body: str, owner_id: str | None, due_at: Millis | None, now: Millis
) -> Mapping[str, str]:
    """Return the properties of a notice's record; a task without a due time is due now."""
    owned = {} if owner_id is None else {"hubspot_owner_id": owner_id}
    if notice.form is Form.NOTE:
        return {"hs_timestamp": _stamp(now), "hs_note_body": f"<b>{escape(title, quote=False)}</b><br>{body}", **owned}
    return {
        "hs_timestamp": _stamp(now if due_at is None else due_at),
        "hs_task_subject": title,
        "hs_task_body": body,
        TASK_STATUS: NOT_STARTED,
        "hs_task_priority": "HIGH" if notice.purpose in _URGENT else "MEDIUM",
        "hs_task_type": "TODO",
        **owned,
    }


def body_property(form: Form) -> str:
    """Return the property that holds the marker."""
    return "hs_note_body" if form is Form.NOTE else "hs_task_body"


def _stamp(at: Millis) -> str:
    return iso(at) or ""
