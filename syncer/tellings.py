"""What is told over time: where leads and quotes stand, who came to another company, and the words their changes carry.

Moments are milliseconds UTC (`syncer.moments.Millis`).
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from syncer.moments import Millis
from syncer.records import ChangeSource, Kind


class LeadState(StrEnum):
    """How far sales is with a lead that the CRM keeps as a record of its own."""

    NEW = "new"
    ATTEMPTING = "attempting"
    CONNECTED = "connected"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"


class LeadWord(NamedTuple):
    """What a lead tells: its state where the CRM's own words give one, its stage, why it was disqualified."""

    state: LeadState | None
    stage_id: str
    reason: str | None = None

    def __str__(self) -> str:
        """Return the value of a telling."""
        return f"{self.state or ''}:{self.stage_id}:{self.reason or ''}"


def lead_word(value: str) -> LeadWord:
    """Return what the value of a telling says."""
    state, _, rest = value.partition(":")
    stage_id, _, reason = rest.partition(":")
    known = LeadState(state) if state in set(LeadState) else None
    return LeadWord(known, stage_id, reason or None)


#: Changes under this name are those of a portal's own property by which sales accepts or rejects a lead.
ANSWER = "sales_answer"

#: Changes under this name say that a contact came to another company.
EMPLOYER = "employer"


class EmployerWord(NamedTuple):
    """A change of employer: the ids of the former company and of the new one."""

    before: str
    after: str

    def __str__(self) -> str:
        """Return the value of the change."""
        return f"{self.before}:{self.after}"


def employer_word(value: str) -> EmployerWord:
    """Return what the value of a change of employer says."""
    before, _, after = value.partition(":")
    return EmployerWord(before, after)


class Telling(NamedTuple):
    """What a story says from a moment on."""

    at: Millis
    #: None says nothing any more.
    value: str | None
    source: ChangeSource = ChangeSource.UNKNOWN


class Story(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record that is no contact, company or deal, and tells over time where one of those stands: a lead, a quote."""

    #: Unique within `stream`.
    id: str
    stream: str
    #: What it is about (`lead`, `quote`): names the changes that it tells.
    topic: str
    #: Kind of the records that it tells about.
    kind: Kind
    record_ids: tuple[str, ...] = ()
    #: Ascending by moment, at most one a moment; the future may be among them.
    tellings: tuple[Telling, ...] = ()
    updated_at: Millis | None = None
    archived_at: Millis | None = None


def story_property(topic: str, story_id: str) -> str:
    """Return the name of the changes that a story tells."""
    return f"{topic}:{story_id}"


def topic_of(property_name: str) -> str:
    """Return what a change is about: the topic of a story's, the property itself of any other."""
    return property_name.partition(":")[0]
