"""The moves that change where a contact stands while its past is replayed.

Who calls which move, and why, stands in `reactions` (evidence), `deal_moves` (deals) and `elapse` (time alone).
"""

from syncer.funnel.bounds import NEVER
from syncer.funnel.facts import CycleType, FunnelStage, Origin, Outcome, Relationship
from syncer.funnel.passage import Passage
from syncer.funnel.standing import ENDS, FORECAST, INQUIRY, MQL, NOWHERE, RUNGS, Standing
from syncer.funnel.transitions import OVERRIDE
from syncer.moments import Millis


class Replay(Standing):
    """A contact whose passages begin, rise, fall and end."""

    __slots__ = ()

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
        self.visits = {}
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
            self.close(ENDS[outcome], at, rule, evidence, actor)
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

    def first_contact(self, at: Millis) -> Millis:
        """Return the earliest touch of the passage that begins now."""
        touch = self.touch_at
        return at if touch is None or at - (self.last_touch or at) > self.rules.suspect_expiry else min(touch, at)

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
        """Return what the passages so far, and the wins that others carried, make of the contact."""
        won = any(passage.outcome is Outcome.WON and not passage.is_former for passage in self.cycles)
        return Relationship.CUSTOMER if won or self.shared_wins else Relationship.PROSPECT

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
