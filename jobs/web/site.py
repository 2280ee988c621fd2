"""What every page works with."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jobs.web.pages import Pages
from syncer.agreement import Agreement, InForce
from syncer.moments import Millis
from syncer.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One store, the agreement in force, the templates and the clock."""

    store: Store
    in_force: InForce
    pages: Pages
    clock: Callable[[], Millis]

    @property
    def agreement(self) -> Agreement:
        """The rules."""
        return self.in_force.agreement

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that pages speak in."""
        return self.agreement.calendar.zone
