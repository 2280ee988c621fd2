"""One note or task as it is to stand in the CRM now: its words, whom it is for, what it hangs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.values import Anchor, NewRecord
from mappings.notices import values_of
from syncer.handover.notices import Notice, body_of
from syncer.moments import Millis
from syncer.records import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What somebody is told about one occasion."""

    notice: Notice
    title: str
    lines: Sequence[str]
    #: Whom it is for; None leaves it to a team or queue that the text names.
    owner_id: str | None
    #: None is due at once.
    due_at: Millis | None = None
    #: The company that it hangs on besides, or None.
    company_id: str | None = None


def record_of(task: Task, sent: Notice, now: Millis) -> NewRecord:
    """Return the record that tells it under the key of the notice that was recorded."""
    values: Mapping[str, str] = values_of(
        sent,
        title=task.title,
        body=body_of(task.lines, sent.key),
        owner_id=task.owner_id,
        due_at=task.due_at,
        now=now,
    )
    about = [Anchor(stream=sent.kind.value, id=sent.record_id)]
    if task.company_id is not None:
        about.append(Anchor(stream=Kind.COMPANY.value, id=task.company_id))
    return NewRecord(values=values, anchors=tuple(about))
