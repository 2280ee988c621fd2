"""What one pull of one account works with from its first page to its last."""

from dataclasses import dataclass

from jobs.counts import PullCount
from jobs.desk import Desk, Portal
from jobs.pulling.reading import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """One pull at work."""

    desk: Desk
    portal: Portal
    reader: Reader
    #: Grows while the pull runs.
    count: PullCount
