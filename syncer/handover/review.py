"""What became of hand-overs, counted over decisions for the periodic review: the cohort, cells, quality (domain D7)."""

from collections import Counter
from dataclasses import dataclass, field

from syncer.agreement.head import Attempts
from syncer.funnel.facts import ContactDecision, ContactFacts, Cycle, Outcome
from syncer.funnel.touches import follows
from syncer.funnel.two_way import is_two_way
from syncer.handover.attempts import attempts_of
from syncer.handover.entries import is_void
from syncer.handover.shifts import RECENT, Shift
from syncer.handover.simulation import Frame
from syncer.handover.sla import first_touch
from syncer.kpis.statistics.stats import Interval, wilson
from syncer.moments import DAY, Millis

#: Rejections that say that the lead came too early.
_TOO_EARLY = "not_ready"
#: Days within which a loss without a talk says the same.
_SHORT = 14 * DAY
_UNSPECIFIED = "unspecified"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The times of a review."""

    #: When its hand-overs began to count, and its mature ones.
    since: Millis
    frame: Frame
    #: How often sales tries before it gives up.
    attempts: Attempts
    #: When the agreement was last signed; None where nobody did.
    signed_at: Millis | None


@dataclass(kw_only=True, slots=True)
class Cell:
    """Mature hand-overs from one cell of the matrix."""

    won: int = 0
    n: int = 0

    @property
    def interval(self) -> Interval:
        """95 % interval of the share won."""
        return wilson(self.won, self.n)


@dataclass(kw_only=True, slots=True)
class Review:
    """The cohort of hand-overs since a moment, and what else speaks for or against the rules."""

    #: handed, touched, accepted, rejected, deal, offer, and one of won, lost, other, void, open.
    steps: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    cells: dict[str, Cell] = field(default_factory=dict)
    #: Why hand-overs came too early: the rejection, or a loss without a talk.
    premature: Counter[str] = field(default_factory=Counter)
    #: Won without having been handed over, or accepted before.
    missed: Counter[str] = field(default_factory=Counter)
    wins: int = 0
    #: Hand-overs that ended without a sale since the last signature.
    items: int = 0
    #: Closed without a usable reason, and all that closed without a sale.
    unexplained: int = 0
    closed: int = 0
    rejected_silently: int = 0
    #: Rejected, though nobody had reached them and fewer attempts were made than agreed.
    given_up_early: int = 0
    before: Counter[str] = field(default_factory=Counter)
    recent: Counter[str] = field(default_factory=Counter)

    @property
    def shift(self) -> Shift:
        """The cells of recent hand-overs beside those before."""
        return Shift(self.before, self.recent)


def count(review: Review, facts: ContactFacts, decision: ContactDecision, window: Window) -> None:
    """Add one contact. Cycles that were never real count as handed and void, and in nothing else."""
    for cycle in decision.cycles:
        if cycle.outcome is Outcome.WON and _is_since(cycle.ended_at, window):
            _missed(review, cycle)
        if cycle.sales_ready_at is not None and _is_since(cycle.sales_ready_at, window):
            _handed(review, facts, decision, cycle, window)


def missed_at(cycle: Cycle) -> Millis | None:
    """Return until when a missed winner gave signals: sales had it from then on; None for a cycle that was no such."""
    if _miss_of(cycle) is None:
        return None
    return min(at for at in (cycle.accepted_at, cycle.deal_at, cycle.ended_at) if at is not None)


def _is_since(at: Millis | None, window: Window) -> bool:
    return at is not None and window.since < at <= window.frame.as_of


def _miss_of(cycle: Cycle) -> str | None:
    if cycle.outcome is not Outcome.WON:
        return None
    if cycle.sales_ready_at is None:
        return "never_ready"
    return "accepted_before" if cycle.accepted_at is not None and cycle.accepted_at < cycle.sales_ready_at else None


def _missed(review: Review, cycle: Cycle) -> None:
    review.wins += 1
    why = _miss_of(cycle)
    if why is not None:
        review.missed[why] += 1


def _handed(review: Review, facts: ContactFacts, decision: ContactDecision, cycle: Cycle, window: Window) -> None:
    review.steps["handed"] += 1
    if is_void(decision, cycle):
        review.steps[Outcome.VOID.value] += 1
        return
    _steps(review, facts, cycle, window)
    _cell(review, cycle, window)
    why = _too_early(facts, cycle)
    if why is not None:
        review.premature[why] += 1
    _without_sale(review, cycle, window)


def _steps(review: Review, facts: ContactFacts, cycle: Cycle, window: Window) -> None:
    handed_at = cycle.sales_ready_at or cycle.started_at
    until = cycle.ended_at or window.frame.as_of
    reached = {
        "touched": first_touch(facts, handed_at, until),
        "accepted": cycle.accepted_at,
        "rejected": cycle.rejected_at,
        "deal": cycle.deal_at,
        "offer": cycle.offer_at,
    }
    review.steps.update(name for name, at in reached.items() if at is not None)
    # Silence that ended a cycle is void by its outcome and counts as neither lost nor open.
    review.steps["expired" if cycle.outcome is Outcome.VOID else cycle.outcome.value] += 1
    if cycle.rejected_at is not None:
        review.rejections[cycle.reject_reason or _UNSPECIFIED] += 1
        review.rejected_silently += cycle.reject_reason is None
        # What was never real ends as void, and is not counted here: it needs no attempts.
        tried = attempts_of(facts, handed_at, cycle.rejected_at)
        review.given_up_early += not tried.are_enough(window.attempts, cycle.rejected_at)


def _cell(review: Review, cycle: Cycle, window: Window) -> None:
    handed_at, name, frame = cycle.sales_ready_at or cycle.started_at, cycle.cell, window.frame
    if name is None:
        return
    side = review.recent if handed_at > frame.as_of - RECENT else review.before
    side[name] += 1
    if handed_at <= frame.mature_until:
        cell = review.cells.setdefault(name, Cell())
        cell.n += 1
        in_time = cycle.ended_at is not None and cycle.ended_at <= handed_at + frame.horizon_days * DAY
        cell.won += cycle.outcome is Outcome.WON and in_time


def _too_early(facts: ContactFacts, cycle: Cycle) -> str | None:
    """Return why a hand-over came too early, or None."""
    handed_at, ended_at = cycle.sales_ready_at or cycle.started_at, cycle.ended_at
    if cycle.reject_reason == _TOO_EARLY:
        return _TOO_EARLY
    if cycle.outcome is not Outcome.LOST or ended_at is None or ended_at - handed_at > _SHORT:
        return None
    after = (row for row in facts.evidence if follows(row.occurred_at, handed_at) and row.occurred_at <= ended_at)
    return None if any(is_two_way(row.kind, row.outcome) for row in after) else "lost_without_talk"


def _without_sale(review: Review, cycle: Cycle, window: Window) -> None:
    has_ended = cycle.outcome in {Outcome.LOST, Outcome.OTHER}
    if has_ended:
        review.closed += 1
        review.unexplained += cycle.reason in {None, _UNSPECIFIED}
    at = cycle.ended_at if has_ended else cycle.rejected_at
    if at is not None and (window.signed_at is None or at > window.signed_at):
        review.items += 1
