"""What HubSpot does one way or the other, and no source says which for sure: switches of the sandbox."""

from dataclasses import dataclass, field
from enum import Enum

from connectors.sandbox.exports import ExportHabits
from connectors.sandbox.journal import JournalHabits
from connectors.sandbox.workflows import Workflow
from syncer.moments import SECOND


class Backward(Enum):
    """What a lifecycle stage that would step back meets."""

    #: The answer is a success, the stage stays, the other properties are written.
    IGNORED = "ignored"
    #: 400, nothing is written.
    REFUSED = "refused"


class MergedId(Enum):
    """Which id a merged record answers to."""

    #: A new record; both old ids lead to it.
    NEW = "new"
    #: The primary record; the other id leads to it.
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """Switches for what HubSpot does one way or the other."""

    backward: Backward = Backward.IGNORED
    merged_id: MergedId = MergedId.NEW
    #: How long a write stays invisible to search, in milliseconds of the portal's clock.
    index_lag: int = 5 * SECOND
    #: A deal that enters a closed stage without a close date in the same write gets the present one.
    stamps_close_date: bool = True
    #: Associations returned per record and page.
    association_page: int = 500
    exports: ExportHabits = field(default_factory=ExportHabits)
    journal: JournalHabits = field(default_factory=JournalHabits)
    workflows: tuple[Workflow, ...] = ()
