"""What was decided on a deal before and is kept, whatever is learned later."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from syncer.moments import Millis


class PrimaryBy(StrEnum):
    """Why a contact is a deal's primary one (domain R9)."""

    LABEL = "label"
    #: The CRM itself marks it.
    MARK = "mark"
    SALES_READY = "sales_ready"
    #: It came to be first.
    EARLIEST = "earliest"


class Delay(NamedTuple):
    """A stretch over which a deal counts as postponed; `until` None goes on."""

    rule: str
    since: Millis
    until: Millis | None = None


class Kept(NamedTuple):
    """What was decided on a deal before and does not wander: whom it belongs to, and when it was postponed."""

    primary_contact_id: str | None = None
    primary_by: PrimaryBy | None = None
    #: Ascending, without overlap.
    delays: Sequence[Delay] = ()
