"""Hints: what a CRM's own messages say to look at. A hint is never believed, it only says where to look."""

from enum import StrEnum
from typing import NamedTuple

from syncer.moments import Millis


class Deed(StrEnum):
    """What is said to have happened to a record."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"
    MERGED = "merged"
    #: Linked to another record, or no longer.
    LINKED = "linked"
    #: A person was erased for good and may not be kept here either.
    ERASED = "erased"


class Hint(NamedTuple):
    """One record to look at."""

    #: The message's own identity together with the record: the same one twice is one hint.
    id: str
    stream: str
    #: Empty where a person was erased and the message does not say who.
    record_id: str
    deed: Deed
    #: When it happened, as the CRM says.
    occurred_at: Millis
