"""What the inbox answers."""

from dataclasses import dataclass

from syncer.hints import Deed
from syncer.moments import Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A hint that waits to be looked into."""

    id: str
    stream: str
    record_id: str
    deed: Deed
    #: How often it was begun with.
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxStanding:
    """How an account's inbox stands."""

    waiting: int
    #: When the oldest that waits was received; None where none does.
    oldest: Millis | None
    #: Of those that wait, how many failed before.
    failing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How often something came, and when last."""

    number: int
    last_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureRequest:
    """A person whom the CRM erased for good and of whom something may be kept here."""

    stream: str
    record_id: str
    requested_at: Millis
