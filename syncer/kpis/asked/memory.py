"""What became of the open pipeline of a past moment: rows that the store answers with. Plain values."""

from typing import NamedTuple

from syncer.funnel.facts import DealSpan, Outcome
from syncer.moments import Millis


class Move(NamedTuple):
    """One deal that was open at an earlier moment, or has been open or closed since, then and as of the cut."""

    segment: tuple[str | None, ...]
    #: Why it does not count, None when it does.
    excluded: str | None
    #: None where it was not open then: it did not exist, did not count, or was closed.
    before: DealSpan | None
    #: Whether it was forecast then for the quarter of its close date; None where the agreement's rule has to say.
    promised: bool | None
    #: None where the ledger knows it no longer.
    after: DealSpan | None


class FrozenDay(NamedTuple):
    """A local day at whose end the open pipeline was frozen."""

    #: Days since 1970-01-01.
    day: int
    as_of: Millis
    #: What was known at this moment is what was frozen.
    frozen_at: Millis
    agreement: str


class PushCount(NamedTuple):
    """Closed deals of one segment and outcome by how often their close date moved to a later month."""

    segment: tuple[str | None, ...]
    excluded: str | None
    outcome: Outcome
    pushes: int
    units: int
