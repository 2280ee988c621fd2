"""The state of one contact while its past is replayed, and the few moves that change it.

Who calls which move, and why, stands in `reactions` (evidence), `deal_moves` (deals) and `elapse` (time alone).
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from syncer.funnel.bounds import INFINITE, NEVER
from syncer.funnel.facts import ContactFacts, CycleType, FunnelStage, Origin, Outcome, Relationship
from syncer.funnel.passage import Passage
from syncer.funnel.rules import Enter, Rules
from syncer.funnel.transitions import LADDER, OVERRIDE
from syncer.moments import Millis
from syncer.scoring.fit import Fit
from syncer.scoring.track import Track

#: Ranks of the ladder that code speaks of.
NOWHERE, SUSPECT, INQUIRY, MQL, SALES_READY, ACCEPTED, DEAL, OFFER, FORECAST = range(9)

#: Opens the engagement of a window that begins at a moment.
Tracks = Callable[[Millis, ContactFacts], Track]

_NO_LEAD = Enter(INFINITE, INFINITE)

RUNGS = {stage: rank for rank, stage in enumerate(LADDER)}
_ENDS = {
    Outcome.WON: FunnelStage.CLOSED_WON,
    Outcome.LOST: FunnelStage.CLOSED_LOST,
    Outcome.OTHER: FunnelStage.CLOSED_OTHER,
}


class Replay:
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
        "since",
        "stage",
        "taken_off",
        "touch_at",
        "track",
        "tracks",
        "unsaid",
        "unseen",
        "upper",
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

    def begin(self, at: Millis, origin: Origin, first_contact_at: Millis | None) -> Passage:
        """Open the next passage; the engagement window begins anew, and a person's stage ends (domain R11)."""
        if self.overridden_until is not None:
            self.overridden_until = None
            self.restore(at, "override_expired")
        last = self.cycles[-1] if self.cycles else None
        passage = Passage(len(self.cycles) + 1, self._type(last), origin, at)
        passage.first_contact_at = first_contact_at
        # What turned out to be nothing, such as a suspect who fell asleep, is no coming back (domain R6).
        real = next((one for one in reversed(self.cycles) if one.outcome is not Outcome.VOID), None)
        if real is not None and real.outcome is Outcome.OTHER and not self.is_new:
            passage.recycled_from = real.number
        self.is_new = False
        self.cycles.append(passage)
        self.passage = passage
        self.expected_at = None
        self.held = False
        self.lead = NOWHERE
        self.unseen = ""
        self.restart(at)
        return passage

    def restart(self, at: Millis) -> None:
        """Begin the engagement window: earlier evidence counts no more."""
        self.below_since = self.cool_until = None
        self.upper = 0.0
        self.calm_until = self.measured_at = 0
        self.taken_off = False
        self.settled_at = self.added_at = at
        self.track = None if self.tracks is None else self.tracks(at, self.facts)
        self.aim()

    def climb(self, rank: int, at: Millis, rule: str, evidence: tuple[str, ...], *, actor: str = "machine") -> None:
        """Lift the lead to a rank by evidence of its own; the open passage is the last one."""
        self.lead = rank
        self.held = False
        self.watch(at)
        self.cycles[-1].reach(rank, at)
        self.aim()
        if not self.open_deals:
            self.stand(rank, at, rule, evidence, actor=actor)

    def lift_unseen(self, rank: int, rule: str) -> None:
        """Lift the lead while a deal is shown."""
        self.lead = rank
        self.unseen = rule
        self.held = False
        self.aim()

    def fall(self, rank: int, at: Millis, rule: str, evidence: tuple[str, ...] = (), *, actor: str = "machine") -> None:
        """Take the lead down to a rank."""
        self.lead = rank
        self.watch(at)
        self.wake_by(at)
        self.aim()
        if not self.open_deals:
            self.stand(rank, at, rule, evidence, actor=actor)

    def watch(self, at: Millis) -> None:
        """Watch for a fall from a moment on: evenings on which nothing could fall count towards none (domain D4)."""
        self.below_since = None
        self.settled_at = max(self.settled_at, at)

    def end(
        self, at: Millis, outcome: Outcome, rule: str, evidence: tuple[str, ...] = (), *, actor: str = "machine"
    ) -> None:
        """End the open passage."""
        passage = self.passage
        if passage is None:
            return
        passage.ended_at = at
        passage.outcome = outcome
        passage.resume_rank = self.lead
        if outcome is Outcome.WON:
            self.relate(Relationship.CUSTOMER)
        if outcome is not Outcome.VOID:
            self.overridden_until = None
            if outcome is Outcome.WON and (self.rank or not passage.events):
                self._pass_through(passage, FORECAST, at, rule, evidence)
            self.close(_ENDS[outcome], at, rule, evidence, actor)
        if outcome is Outcome.VOID:
            self.stand(NOWHERE, at, rule, evidence, actor=actor)
        elif outcome is Outcome.OTHER:
            self.stand(NOWHERE, at, "recycled", evidence, actor=actor)
        self.step_out()
        self.wake_by(at + self.rules.lost_to_tam if outcome is Outcome.LOST else NEVER)

    def step_out(self) -> None:
        """Stand outside of every passage: what waited for the last one, and what led to it, is of no other."""
        self.passage = self.cool_until = None
        self.lead = NOWHERE
        self.touch_at = self.last_touch = None

    def resume(self, passage: Passage, at: Millis) -> None:
        """Take back the end of the last passage (domain R3)."""
        if passage.ended_at is not None:
            passage.reopened = (passage.outcome, passage.ended_at, at)
        passage.ended_at = passage.reason = passage.resume_at = None
        passage.outcome = Outcome.OPEN
        self.passage = passage
        self.lead = passage.resume_rank
        self.watch(at)
        self.relate(self.earned())
        self.aim()

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

    def force(self, stage: FunnelStage, until: Millis, at: Millis, evidence: str) -> None:
        """Let a person's stage stand until a moment."""
        self.overridden_until = None
        passage = self.passage or self.begin(at, Origin.OUTBOUND, self.first_contact(at))
        passage.enter(stage, self.stage, at, OVERRIDE, evidence=(evidence,), actor="user")
        self.stage = stage
        self.rank = RUNGS.get(stage, NOWHERE)
        self.since = at
        self.overridden_until = until
        self.wake_by(until)

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
            return _ENDS[self.cycles[-1].outcome]
        return FunnelStage.TAM

    def wake_by(self, at: int) -> None:
        """Look at the clock again not later than a moment."""
        self.wake = min(self.wake, at)

    def first_contact(self, at: Millis) -> Millis:
        """Return the earliest touch of the passage that begins now."""
        touch = self.touch_at
        return at if touch is None or at - (self.last_touch or at) > self.rules.suspect_expiry else min(touch, at)

    def flag(self, name: str) -> None:
        """Note something that a person should see."""
        self.flags[name] = None

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

    def _type(self, last: Passage | None) -> CycleType:
        if self.relationship is Relationship.CUSTOMER:
            return CycleType.EXPANSION
        if self.relationship is Relationship.FORMER_CUSTOMER:
            return CycleType.WINBACK
        if last is None or self.is_new:
            return CycleType.ACQUISITION
        return CycleType.WINBACK if last.outcome is Outcome.LOST else last.type

    def relate(self, relationship: Relationship) -> None:
        """Take what facts make of the contact; what a person had said before does not matter any more."""
        self.relationship = relationship
        self.unsaid = None

    def earned(self) -> Relationship:
        """Return what the passages so far make of the contact."""
        won = any(passage.outcome is Outcome.WON and not passage.is_former for passage in self.cycles)
        return Relationship.CUSTOMER if won else Relationship.PROSPECT

    def measure(self, at: int) -> float:
        """Return engagement now, and note until when it cannot matter again."""
        track = self.track
        if track is None:
            return 0.0
        if self.measured_at != at:
            self.upper = track.at(at)
            self.measured_at = at
        engagement = self.upper
        if INQUIRY <= self.lead <= MQL and not self.taken_off:
            bounds, last = self.rules.bounds, self.last_activity
            calm = bounds.stays_above(self.exit_at(), engagement, at)
            if calm > at:
                self.calm_until = calm if last is None else min(calm, last + bounds.idle - 1)
        return engagement

    def exit_at(self) -> float:
        """Return the engagement below which the lead begins to fall (domain D4)."""
        return (self.rules.inquiry_enter if self.lead == INQUIRY else self.enter.mql) - self.rules.exit_gap

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
