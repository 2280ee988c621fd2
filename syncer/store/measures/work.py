"""What KPIs ask about the work behind the stages (`syncer.kpis.asked.work.Work`), bound to one transaction."""

from collections.abc import Hashable, Iterable, Sequence

from sqlalchemy import Connection

from syncer.kpis.asked.ports import ID, Cut
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
from syncer.store.measures import gaps, handovers, market, passes, ties, visits
from syncer.store.measures.populations import view_of
from syncer.store.measures.stages import Standing
from syncer.store.measures.walk import Walked, walk


class Work:
    """The counts, each in the file of its subject."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.standing = Standing(connection)
        self._walks: dict[Hashable, Walked] = {}

    def handovers(self, cut: Cut, window: Window) -> Iterable[Handover]:
        """Yield the cycles that became sales-ready inside the window, one by one."""
        return handovers.handovers(self.connection, cut, window)

    def moves(self, cut: Cut, window: Window) -> Iterable[Move]:
        """Count real entries into stages inside the window; those merely passed through are excluded as `virtual`."""
        return self._walk(cut, window).moves()

    def passes(self, cut: Cut, window: Window) -> Iterable[Pass]:
        """Count real stays in the stages under way that began inside the window."""
        return self._walk(cut, window).passes()

    def _walk(self, cut: Cut, window: Window) -> Walked:
        """Walk once for entries and stays; a walk that tells units one by one is not kept."""
        if ID in cut.by:
            return walk(self.connection, cut, window)
        key = (view_of(cut), window)
        if key not in self._walks:
            self._walks[key] = walk(self.connection, cut, window)
        return self._walks[key]

    def newcomers(self, cut: Cut, window: Window, within: int) -> Iterable[Newcomers]:
        """Count first cycles begun inside the window by whether they advanced within so many milliseconds."""
        return passes.newcomers(self.connection, cut, window, within)

    def efforts(self, cut: Cut, window: Window) -> Iterable[Effort]:
        """Count human sales activities on cycles that ended inside the window, from first contact to end."""
        return handovers.efforts(self.connection, cut, window)

    def market(self, cut: Cut) -> Iterable[MarketCount]:
        """Count the companies of the market."""
        return self.standing.market(cut)

    def profiles(self, cut: Cut, window: Window, names: Sequence[str]) -> Iterable[ProfileCount]:
        """Count cycles handed over inside the window by the named facts that the mirror holds now."""
        return handovers.profiles(self.connection, cut, window, names)

    def consents(self, cut: Cut) -> Iterable[ConsentCount]:
        """Count contacts by consent, as the mirror holds it now."""
        return market.consents(self.connection, cut)

    def mails(self, cut: Cut) -> Iterable[MailCount]:
        """Sum up the mails delivered to contacts, as the mirror holds the CRM's counts now."""
        return market.mails(self.connection, cut)

    def arrivals(self, cut: Cut, window: Window) -> Iterable[Share]:
        """Count contacts created inside the window."""
        return market.arrivals(self.connection, cut, window)

    def deal_gaps(self, cut: Cut) -> Iterable[DealGaps]:
        """Count open deals by their gaps."""
        return gaps.deal_gaps(self.connection, cut)

    def lost_without_reason(self, cut: Cut, window: Window) -> Iterable[Share]:
        """Count deals lost inside the window; faulty are those without a reason."""
        return gaps.lost_without_reason(self.connection, cut, window)

    def leads_without_owner(self, cut: Cut) -> Iterable[Share]:
        """Count contacts that stand at LEAD_MQL or further; faulty are those without an owner."""
        return self.standing.leads_without_owner(cut)

    def overridden(self, cut: Cut) -> Iterable[Share]:
        """Count contacts with a decision; faulty are those whose stage a person holds against it."""
        return gaps.overridden(self.connection, cut)

    def future_activities(self, cut: Cut) -> Iterable[Share]:
        """Count activities; faulty are those dated after the moment of knowledge that are no meeting or task."""
        return gaps.future_activities(self.connection, cut)

    def renews(self, cut: Cut) -> bool:
        """Return whether any deal of a renewal pipeline had been created by as_of."""
        return ties.renews(self.connection, cut)

    def ties(self, cut: Cut) -> Iterable[Tie]:
        """Yield every deal of customers who ever lost a renewal, customer by customer."""
        return ties.ties(self.connection, cut)

    def visits(self, cut: Cut, window: Window) -> Sequence[Visits]:
        """Return what analytics counted on days inside the window, by source and definition."""
        return visits.counted(self.connection, cut, window)
