"""Where a contact stands while its past is replayed, and what of that is shown."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from syncer.funnel.bounds import INFINITE, NEVER
from syncer.funnel.facts import ContactFacts, FunnelStage, Outcome, Relationship
from syncer.funnel.passage import Passage
from syncer.funnel.rules import Enter, Rules
from syncer.funnel.transitions import LADDER
from syncer.moments import Millis
from syncer.scoring.fit import Fit
from syncer.scoring.track import Track

#: Ranks of the ladder that code speaks of.
NOWHERE, SUSPECT, INQUIRY, MQL, SALES_READY, ACCEPTED, DEAL, OFFER, FORECAST = range(9)

#: Opens the engagement of a window that begins at a moment.
Tracks = Callable[[Millis, ContactFacts], Track]

_NO_LEAD = Enter(INFINITE, INFINITE)

RUNGS = {stage: rank for rank, stage in enumerate(LADDER)}
#: What is shown of how a passage ended.
ENDS = {
    Outcome.WON: FunnelStage.CLOSED_WON,
    Outcome.LOST: FunnelStage.CLOSED_LOST,
    Outcome.OTHER: FunnelStage.CLOSED_OTHER,
}


class Standing:
    """Where a contact stands at the moment that the replay has come to."""

    __slots__ = (
        "added_at",
        "afar",
        "below_since",
        "calm_until",
        "cool_until",
        "cycles",
        "enter",
        "expected",
        "expected_at",
        "facts",
        "fit",
        "flags",
        "held",
        "homes",
        "is_new",
        "kinds",
        "last_activity",
        "last_touch",
        "lead",
        "left_behind",
        "measured_at",
        "next_up",
        "open_deals",
        "overridden_until",
        "passage",
        "rank",
        "relationship",
        "rules",
        "settled_at",
        "shared_wins",
        "since",
        "stage",
        "taken_off",
        "touch_at",
        "track",
        "tracks",
        "unsaid",
        "unseen",
        "upper",
        "visits",
        "wake",
    )

    def __init__(self, facts: ContactFacts, fit: Fit, rules: Rules, *, tracks: Tracks | None) -> None:
        self.facts = facts
        self.fit = fit
        self.rules = rules
        #: Opens the engagement of a window; None where nothing is scored.
        self.tracks = tracks
        self.enter = rules.enter.get(fit.grade, _NO_LEAD)
        self.cycles: list[Passage] = []
        #: The open passage, and the engagement of its window.
        self.passage: Passage | None = None
        self.track: Track | None = None
        #: What is shown, with its place on the ladder; `lead` is the place without deals and overrides.
        self.stage = FunnelStage.TAM
        self.rank = self.lead = NOWHERE
        self.since: Millis | None = None
        #: Open deals with their places on the ladder, and the passage that each deal belonged to last.
        self.open_deals: dict[str, int] = {}
        self.homes: dict[str, Passage] = {}
        #: Kind of the pipeline that each deal was last seen in.
        self.kinds: dict[str, str | None] = {}
        #: Deals of companies that the contact has left, and the passages that go on with those that were open.
        self.afar: AbstractSet[str] = frozenset()
        self.left_behind: dict[str, Passage] = {}
        #: Won deals that another contact carries, and when each was won; None where that can be taken back no more.
        self.shared_wins: dict[str, Millis | None] = {}
        #: By which rule the lead was lifted while a deal was shown; "" where it was not.
        self.unseen = ""
        #: At a new employer nothing began yet: what was before does not bind.
        self.is_new = False
        self.relationship = Relationship.PROSPECT
        #: What stood before a word alone made a customer; None where facts speak.
        self.unsaid: Relationship | None = None
        #: Until then a person's stage is shown.
        self.overridden_until: Millis | None = None
        #: A lifecycle that the CRM tells of, and when it is taken as the truth if nothing else is known.
        self.expected = ""
        self.expected_at: Millis | None = None
        #: The stage stands on the CRM's word, so scores do not take it away.
        self.held = False
        self.flags: dict[str, None] = {}
        self.last_activity: int | None = None
        self.touch_at: Millis | None = None
        self.last_touch: Millis | None = None
        #: The first visit of each of the last local days with one, by day.
        self.visits: dict[int, str] = {}
        self.cool_until: Millis | None = None
        #: First of the evenings without interruption on which engagement is below the exit.
        self.below_since: Millis | None = None
        #: Until when evenings have been looked at, the last event added, the moment that `upper` was measured at.
        self.settled_at = self.added_at = self.measured_at = 0
        #: Engagement is not above `upper`, and not below the exit before `calm_until`.
        self.upper = 0.0
        self.calm_until = 0
        #: Points were taken off for good, so that what remains fades faster than any half-life.
        self.taken_off = False
        #: Time alone changes nothing before this moment.
        self.wake = NEVER
        #: Engagement that would lift the lead.
        self.next_up = min(rules.inquiry_enter, self.enter.mql)

    def aim(self) -> None:
        """Note from which engagement on the lead rises next."""
        lead = self.lead
        if lead < INQUIRY:
            self.next_up = min(self.rules.inquiry_enter, self.enter.mql)
        elif lead == INQUIRY:
            self.next_up = self.enter.mql
        elif lead == MQL and self.cool_until is None:
            self.next_up = self.enter.sales_ready
        else:
            self.next_up = INFINITE

    def wake_by(self, at: int) -> None:
        """Look at the clock again not later than a moment."""
        self.wake = min(self.wake, at)

    def flag(self, name: str) -> None:
        """Note something that a person should see."""
        self.flags[name] = None

    def stand(
        self,
        rank: int,
        at: Millis,
        rule: str,
        evidence: tuple[str, ...] = (),
        *,
        actor: str = "machine",
        virtual: bool = False,
    ) -> None:
        """Show a rung of the ladder, unless a person's override holds; skipped rungs are passed through."""
        stage = LADDER[rank]
        if stage is self.stage or self.overridden_until is not None:
            return
        passage = self.passage or (self.cycles[-1] if self.cycles else None)
        if passage is None:
            return
        # A reopened passage goes on where it was.
        if self.rank or not passage.events:
            self._pass_through(passage, rank, at, rule, evidence, offered=rank == FORECAST)
        passage.enter(stage, self.stage, at, rule, evidence=evidence, actor=actor, virtual=virtual)
        self.stage = stage
        self.rank = rank
        self.since = at

    def close(self, stage: FunnelStage, at: Millis, rule: str, evidence: tuple[str, ...], actor: str) -> None:
        """Show how the open passage ended."""
        passage = self.passage
        if passage is not None and stage is not self.stage:
            passage.enter(stage, self.stage, at, rule, evidence=evidence, actor=actor)
            self.stage = stage
            self.rank = NOWHERE
            self.since = at

    def restore(self, at: Millis, rule: str) -> None:
        """Show again what facts alone give."""
        stage = self.machine_stage()
        passage = self.passage or (self.cycles[-1] if self.cycles else None)
        if stage is not self.stage and passage is not None:
            passage.enter(stage, self.stage, at, rule)
            self.stage = stage
            self.rank = RUNGS.get(stage, NOWHERE)
            self.since = at

    def machine_stage(self) -> FunnelStage:
        """Return the stage that facts alone give (domain B5, from rule 3 on)."""
        if self.passage is not None:
            return LADDER[max(self.open_deals.values()) if self.open_deals else self.lead]
        if self.cycles and not self.is_new and self.cycles[-1].outcome in {Outcome.WON, Outcome.LOST}:
            return ENDS[self.cycles[-1].outcome]
        return FunnelStage.TAM

    def _pass_through(
        self, passage: Passage, until: int, at: Millis, rule: str, evidence: tuple[str, ...], *, offered: bool = False
    ) -> None:
        """Enter the rungs between the present one and another, each for no time at all."""
        for rank in range(self.rank + 1, until):
            # An offer is evidence of its own: OPPORTUNITY under FORECAST is no mere passing.
            real = offered and rank == OFFER
            why = "offer" if real else rule
            passage.enter(LADDER[rank], self.stage, at, why, evidence=evidence, virtual=not real)
            self.stage = LADDER[rank]
            self.rank = rank
            self.since = at
