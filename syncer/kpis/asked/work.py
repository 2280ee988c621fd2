"""What KPIs ask about the work behind the stages: hand-overs, moves, stays, effort, gaps. The store answers."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import Cut, DealRow, Measures, Segment
from syncer.kpis.periods import Window
from syncer.moments import Millis

#: Stages of a passage under way; in the others nobody waits for anything.
UNDER_WAY = (
    FunnelStage.SUSPECT,
    FunnelStage.INQUIRY,
    FunnelStage.LEAD_MQL,
    FunnelStage.LEAD_SQL,
    FunnelStage.LEAD_SAL,
    FunnelStage.LEAD_DEAL,
    FunnelStage.OPPORTUNITY,
    FunnelStage.FORECAST,
)


class Handover(NamedTuple):
    """The first hand-over of one cycle, as of the cut."""

    segment: Segment
    excluded: str | None
    #: The contact was erased: what was done about it is known no more.
    is_erased: bool
    ready_at: Millis
    #: The contact asked for sales; else the score made the lead sales-ready.
    explicit: bool
    accepted_at: Millis | None
    rejected_at: Millis | None
    reject_reason: str | None
    #: First human activity that a rep began.
    touched_at: Millis | None
    #: First activity in which both sides spoke.
    spoke_at: Millis | None
    outcome: Outcome
    ended_at: Millis | None


class Move(NamedTuple):
    """Entries into one stage from another."""

    segment: Segment
    excluded: str | None
    from_stage: FunnelStage
    to_stage: FunnelStage
    units: int


class Pass(NamedTuple):
    """Stays in one stage by whole local days, up to as_of where they last."""

    segment: Segment
    excluded: str | None
    stage: FunnelStage
    #: Of the cycle.
    outcome: Outcome
    left: bool
    days: int
    units: int


class Newcomers(NamedTuple):
    """First cycles of contacts by whether they came further than where they began."""

    segment: Segment
    excluded: str | None
    advanced: bool
    #: Open, and the time in which it counts is not over.
    pending: bool
    units: int


class Effort(NamedTuple):
    """Human sales activities of one kind on cycles that ended."""

    segment: Segment
    kind: str
    units: int


class MarketCount(NamedTuple):
    """Companies of the market by what they are to us."""

    segment: Segment
    stage: FunnelStage
    has_contact: bool
    is_customer: bool
    units: int


class ProfileCount(NamedTuple):
    """Handed-over cycles by how many of the asked facts about their contacts are known."""

    segment: Segment
    excluded: str | None
    filled: int
    units: int
    #: Units that have each fact, in the order asked.
    each: Sequence[int]


class ConsentCount(NamedTuple):
    """Contacts by whether they may be written to."""

    segment: Segment
    excluded: str | None
    #: None where no legal basis is recorded.
    consented: bool | None
    #: Has an address that did not bounce, and did not opt out.
    reachable: bool
    units: int


class MailCount(NamedTuple):
    """Contacts to whom mails were delivered, and what they did with them."""

    segment: Segment
    excluded: str | None
    recipients: int
    delivered: int
    #: Of the mails delivered, those in which the recipient followed a link.
    clicked: int


class DealGaps(NamedTuple):
    """Open deals by what is missing or wrong."""

    segment: Segment
    excluded: str | None
    no_amount: bool
    no_close_date: bool
    no_contact: bool
    no_next_step: bool
    overdue: bool
    units: int


class Share(NamedTuple):
    """Units of one segment, and of them those that something is the matter with."""

    segment: Segment
    excluded: str | None
    faulty: int
    units: int


class Tie(NamedTuple):
    """One deal of a customer who ever lost a renewal."""

    #: A company, or a contact without one.
    customer: str
    created_at: Millis
    row: DealRow


class Visits(NamedTuple):
    """What a web analytics tool counted for one source, as it was brought in; None is not told."""

    #: None where the tool knew of none.
    source: str | None
    definition: str
    sessions: int
    #: Sessions with a single interaction.
    bounced: int | None
    #: Sessions whose length could be measured, and their length altogether.
    timed: int | None
    seconds: int | None
    impressions: int | None
    clicks: int | None
    likes: int | None


class Work(Protocol):
    """Counts over the work behind the stages, bound to one read transaction."""

    def handovers(self, cut: Cut, window: Window) -> Iterable[Handover]:
        """Yield the cycles that became sales-ready inside the window, one by one."""
        ...

    def moves(self, cut: Cut, window: Window) -> Iterable[Move]:
        """Count real entries into stages inside the window; those merely passed through are excluded as `virtual`."""
        ...

    def passes(self, cut: Cut, window: Window) -> Iterable[Pass]:
        """Count real stays in the stages under way that began inside the window."""
        ...

    def newcomers(self, cut: Cut, window: Window, within: int) -> Iterable[Newcomers]:
        """Count first cycles begun inside the window by whether they advanced within so many milliseconds."""
        ...

    def efforts(self, cut: Cut, window: Window) -> Iterable[Effort]:
        """Count human sales activities on cycles that ended inside the window, from first contact to end."""
        ...

    def market(self, cut: Cut) -> Iterable[MarketCount]:
        """Count the companies of the market."""
        ...

    def profiles(self, cut: Cut, window: Window, names: Sequence[str]) -> Iterable[ProfileCount]:
        """Count cycles handed over inside the window by the named facts that the mirror holds now."""
        ...

    def consents(self, cut: Cut) -> Iterable[ConsentCount]:
        """Count contacts by consent, as the mirror holds it now."""
        ...

    def mails(self, cut: Cut) -> Iterable[MailCount]:
        """Sum up the mails delivered to contacts, as the mirror holds the CRM's counts now."""
        ...

    def arrivals(self, cut: Cut, window: Window) -> Iterable[Share]:
        """Count contacts created inside the window."""
        ...

    def deal_gaps(self, cut: Cut) -> Iterable[DealGaps]:
        """Count open deals by their gaps."""
        ...

    def lost_without_reason(self, cut: Cut, window: Window) -> Iterable[Share]:
        """Count deals lost inside the window; faulty are those without a reason."""
        ...

    def leads_without_owner(self, cut: Cut) -> Iterable[Share]:
        """Count contacts that stand at LEAD_MQL or further; faulty are those without an owner."""
        ...

    def overridden(self, cut: Cut) -> Iterable[Share]:
        """Count contacts with a decision; faulty are those whose stage a person holds against it."""
        ...

    def future_activities(self, cut: Cut) -> Iterable[Share]:
        """Count activities, whole or by id; faulty are those, but no meetings and tasks, dated after knowledge."""
        ...

    def renews(self, cut: Cut) -> bool:
        """Return whether any deal of a renewal pipeline had been created by as_of."""
        ...

    def ties(self, cut: Cut) -> Iterable[Tie]:
        """Yield every deal of customers who ever lost a renewal, customer by customer."""
        ...

    def visits(self, cut: Cut, window: Window) -> Sequence[Visits]:
        """Return what analytics counted on days inside the window, by source and definition."""
        ...


class WorkingMeasures(Measures, Protocol):
    """Counts over a whole ledger."""

    @property
    def work(self) -> Work:
        """The work behind the stages."""
        ...
