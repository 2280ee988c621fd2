"""The work behind the stages as given rows; what is not given is empty."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import Cut
from syncer.kpis.asked.work import (
    ConsentCount,
    DealGaps,
    Effort,
    Handover,
    MailCount,
    MarketCount,
    Move,
    Newcomers,
    Pass,
    ProfileCount,
    Share,
    Tie,
    Visits,
)
from syncer.kpis.periods import Window
from tests.unit.kpis.ledger import at

NOTHING = Share((), None, 0, 0)


@dataclass
class GivenWork:
    handed: Sequence[Handover] = ()
    moved: Sequence[Move] = ()
    stayed: Sequence[Pass] = ()
    new: Sequence[Newcomers] = ()
    done: Sequence[Effort] = ()
    firms: Sequence[MarketCount] = ()
    known: Sequence[ProfileCount] = ()
    agreed: Sequence[ConsentCount] = ()
    mailed: Sequence[MailCount] = ()
    created: Sequence[Share] = ()
    gaps: Sequence[DealGaps] = ()
    silent: Sequence[Share] = ()
    ownerless: Sequence[Share] = ()
    held: Sequence[Share] = ()
    ahead: Share = NOTHING
    seen: Sequence[Visits] = ()
    tied: Sequence[Tie] = ()
    renewing: bool = True

    def handovers(self, cut: Cut, window: Window) -> Sequence[Handover]:
        return self.handed

    def moves(self, cut: Cut, window: Window) -> Sequence[Move]:
        return self.moved

    def passes(self, cut: Cut, window: Window) -> Sequence[Pass]:
        return self.stayed

    def newcomers(self, cut: Cut, window: Window, within: int) -> Sequence[Newcomers]:
        return self.new

    def efforts(self, cut: Cut, window: Window) -> Sequence[Effort]:
        return self.done

    def market(self, cut: Cut) -> Sequence[MarketCount]:
        return self.firms

    def profiles(self, cut: Cut, window: Window, names: Sequence[str]) -> Sequence[ProfileCount]:
        return self.known

    def consents(self, cut: Cut) -> Sequence[ConsentCount]:
        return self.agreed

    def mails(self, cut: Cut) -> Sequence[MailCount]:
        return self.mailed

    def arrivals(self, cut: Cut, window: Window) -> Sequence[Share]:
        return self.created

    def deal_gaps(self, cut: Cut) -> Sequence[DealGaps]:
        return self.gaps

    def lost_without_reason(self, cut: Cut, window: Window) -> Sequence[Share]:
        return self.silent

    def leads_without_owner(self, cut: Cut) -> Sequence[Share]:
        return self.ownerless

    def overridden(self, cut: Cut) -> Sequence[Share]:
        return self.held

    def future_activities(self, cut: Cut) -> Sequence[Share]:
        return [self.ahead._replace(segment=(None,) * len(cut.by))]

    def renews(self, cut: Cut) -> bool:
        return self.renewing

    def ties(self, cut: Cut) -> Sequence[Tie]:
        return self.tied

    def visits(self, cut: Cut, window: Window) -> Sequence[Visits]:
        return self.seen


def handover(ready: int | None = None, **values: object) -> Handover:
    base = Handover(
        segment=(),
        excluded=None,
        is_erased=False,
        ready_at=at("2026-10-05") if ready is None else ready,
        explicit=True,
        accepted_at=None,
        rejected_at=None,
        reject_reason=None,
        touched_at=None,
        spoke_at=None,
        outcome=Outcome.OPEN,
        ended_at=None,
    )
    return base._replace(**values)


def stay(days: int, *, left: bool = True, stage: FunnelStage = FunnelStage.LEAD_SAL, **values: object) -> Pass:
    base = Pass((), None, stage, Outcome.OPEN, left, days, 1)
    return base._replace(**values)


def seen(source: str, sessions: int, **values: object) -> Visits:
    base = Visits(source, "matomo", sessions, None, None, None, None, None, None)
    return base._replace(**values)
