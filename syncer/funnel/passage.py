"""One passage through the funnel while it is being replayed: what has been reached, and the events so far."""

from syncer.funnel.facts import (
    Cycle,
    CycleType,
    FunnelStage,
    Origin,
    Outcome,
    StageEvent,
)
from syncer.moments import Millis
from syncer.records import Contact

SUSPECT, INQUIRY, MQL, SALES_READY, ACCEPTED = range(1, 6)
_NEVER_REOPENED = (None, None, None)


class Passage:
    """A cycle in the making. Ranks are positions on the ladder."""

    #: What a passage has not reached yet is not stored on it: most reach little, and many are begun.
    first_contact_at: Millis | None = None
    ended_at: Millis | None = None
    outcome = Outcome.OPEN
    reason: str | None = None
    suspect_at: Millis | None = None
    inquiry_at: Millis | None = None
    mql_at: Millis | None = None
    sales_ready_at: Millis | None = None
    accepted_at: Millis | None = None
    rejected_at: Millis | None = None
    reject_reason: str | None = None
    deal_at: Millis | None = None
    offer_at: Millis | None = None
    deal_id: str | None = None
    cell: str | None = None
    recycled_from: int | None = None
    #: When to come back to a lead that was postponed before there was any deal.
    resume_at: Millis | None = None
    reopened: tuple[Outcome, Millis, Millis] | None = None
    #: Place on the ladder without deals, to which a reopened passage returns.
    resume_rank = 0
    #: The contact changed employer since: what the company was then is not known any more.
    is_former = False

    def __init__(self, number: int, kind: CycleType, origin: Origin, started_at: Millis) -> None:
        self.number = number
        #: What its deals make of it, and what it was begun as.
        self.type = self.begun_as = kind
        self.origin = origin
        self.started_at = started_at
        #: Open deals of a company that the contact has left.
        self.deals_afar: set[str] = set()
        self.closed_deals: dict[str, tuple[Outcome, str | None]] = {}
        self.events: list[StageEvent] = []

    def reach(self, rank: int, at: Millis) -> None:
        """Note the first real entry into a stage that a lead reaches by itself or by sales."""
        if rank == SUSPECT:
            self.suspect_at = at if self.suspect_at is None else self.suspect_at
        elif rank == INQUIRY:
            self.inquiry_at = at if self.inquiry_at is None else self.inquiry_at
        elif rank == MQL:
            self.mql_at = at if self.mql_at is None else self.mql_at
        elif rank == SALES_READY:
            self.sales_ready_at = at if self.sales_ready_at is None else self.sales_ready_at
        elif rank == ACCEPTED:
            self.accepted_at = at if self.accepted_at is None else self.accepted_at

    def enter(
        self,
        stage: FunnelStage,
        before: FunnelStage | None,
        at: Millis,
        rule: str,
        *,
        evidence: tuple[str, ...] = (),
        actor: str = "machine",
        virtual: bool = False,
    ) -> None:
        """Write down one entry into a stage."""
        events = self.events
        events.append(StageEvent(self.number, len(events), before, stage, at, rule, evidence, actor, virtual))

    def frozen(self, contact: Contact, industry: str | None, country: str | None, grade: str) -> Cycle:
        """Return the cycle as it stands, with the segment values of the contact."""
        if self.is_former:
            industry, country = None, contact.country
        was, since, until = self.reopened or _NEVER_REOPENED
        # By position: the names of so many fields cost as much again.
        return Cycle(
            self.number,
            self.type,
            self.origin,
            self.started_at,
            self.ended_at,
            self.outcome,
            self.reason,
            self.first_contact_at,
            self.suspect_at,
            self.inquiry_at,
            self.mql_at,
            self.sales_ready_at,
            self.accepted_at,
            self.rejected_at,
            self.reject_reason,
            self.deal_at,
            self.offer_at,
            self.deal_id,
            contact.source,
            contact.campaign,
            contact.owner_id,
            country,
            industry,
            grade,
            self.cell,
            self.recycled_from,
            was,
            since,
            until,
            self.resume_at,
        )


def outcome_of(passage: Passage) -> Outcome:
    """Return what a passage's closed deals make of it: won beats other, other beats lost."""
    ends = {outcome for outcome, _ in passage.closed_deals.values()}
    return next(outcome for outcome in (Outcome.WON, Outcome.OTHER, Outcome.LOST) if outcome in ends)
