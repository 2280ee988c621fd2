"""What KPIs ask of a ledger: populations counted by segment. The store answers; nothing here knows SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from syncer.funnel.facts import DealSpan, FunnelStage, Outcome
from syncer.kpis.asked.journeys import Journey
from syncer.kpis.asked.memory import FrozenDay, Move, PushCount
from syncer.kpis.periods import Calendar, Window
from syncer.moments import Millis
from syncer.records import CostLine

#: Values of the asked dimensions, in their order. None is unknown.
Segment = tuple[str | None, ...]

#: The dimension under which every unit is a segment of its own: what `explain kpi` reads.
ID = "id"

#: What a company has of its own; by other dimensions its contacts would disagree.
COMPANY_DIMS = frozenset({"industry", "country", "owner", "team", ID})

#: The reason of exclusion of a cycle that nothing but silence ended: void, yet it was a real one.
EXPIRED = "expired"
#: Why a cycle does not count where its evidence is asked for: its person was erased.
ERASED = "erased"

#: The reason of exclusion of a deal where renewals alone count.
NO_RENEWAL = "no_renewal"

#: Dimensions that cut by the date a unit is counted under.
GRAINS = ("month", "quarter", "year")

#: The dimension that cuts by the local hour of that date.
HOUR = "hour"


class Milestone(StrEnum):
    """Dates of a cycle. Later than as_of counts as not reached."""

    FIRST_CONTACT = "first_contact"
    SUSPECT = "suspect"
    INQUIRY = "inquiry"
    MQL = "mql"
    SALES_READY = "sales_ready"
    ACCEPTED = "accepted"
    DEAL = "deal"
    OFFER = "offer"
    #: Closed as won.
    WON = "won"
    #: Closed with any outcome.
    ENDED = "ended"


class DealDate(StrEnum):
    """Dates of a deal."""

    CREATED = "created"
    OFFER = "offer"
    #: The close date as it stands: where its money belongs (domain R18).
    CLOSE = "close"


class Unit(StrEnum):
    """What an inventory counts."""

    CONTACTS = "contacts"
    COMPANIES = "companies"


class Scope(StrEnum):
    """Whose business counts. What does not is excluded with its reason."""

    #: New customers alone (domain R10).
    NEW_BUSINESS = "new_business"
    #: Existing customers and partners too; renewals never.
    EVERY = "every"
    #: Deals of renewal pipelines alone.
    RENEWALS = "renewals"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The view of the ledger that every question shares."""

    account: str
    #: Business time: what happened up to and including this moment.
    as_of: Millis
    #: Knowledge time: what was believed at this moment.
    known_at: Millis
    calendar: Calendar
    by: Sequence[str] = ()
    scope: Scope = Scope.NEW_BUSINESS
    #: The reporting currency: amounts in it are summed over all days.
    currency: str | None = None
    #: The currency of amounts that name none; None where that is the reporting currency.
    own_currency: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """Cycles that reached `entry` inside `window`, and the milestones of which any one makes them `reached`."""

    entry: Milestone
    window: Window = field(default_factory=Window)
    reached: Sequence[Milestone] = ()
    #: How long after the entry a milestone still counts; None is until as_of.
    within: int | None = None
    #: A cycle that skipped the entry counts from the next milestone that it did reach.
    or_later: bool = False
    #: Only cycles that made a company a customer: of all its contacts' acquisition cycles the first one won.
    new_customer: bool = False
    #: What was done about them is asked for: cycles of erased people do not count, since their evidence is gone.
    needs_evidence: bool = False


class CycleCount(NamedTuple):
    """Cycles of one segment, outcome and fate."""

    segment: Segment
    #: Why they do not count, None when they do.
    excluded: str | None
    outcome: Outcome
    reached: bool
    units: int


class DayCount(NamedTuple):
    """Cycles or deals of one segment and outcome by whole local days; days None where a date is missing."""

    segment: Segment
    excluded: str | None
    outcome: Outcome
    days: int | None
    units: int


class DealSum(NamedTuple):
    """Deals of one segment, outcome, currency and day, with the sum of the amounts that are known."""

    segment: Segment
    excluded: str | None
    outcome: Outcome
    currency: str | None
    #: The local day whose rate a foreign amount takes: that of closing, of as_of while open; None in the own currency.
    day: int | None
    units: int
    with_amount: int
    amount: Decimal


class AmountCount(NamedTuple):
    """Won deals of one segment, amount and day; amount None where it is missing."""

    segment: Segment
    excluded: str | None
    currency: str | None
    #: As with sums of deals.
    day: int | None
    amount: Decimal | None
    units: int


class DealRow(NamedTuple):
    """One deal as of the cut."""

    segment: Segment
    excluded: str | None
    span: DealSpan


class StageCount(NamedTuple):
    """Contacts or companies of one segment that stand in a stage."""

    segment: Segment
    stage: FunnelStage
    units: int


class AnswerCount(NamedTuple):
    """Survey answers of one segment, survey and value."""

    segment: Segment
    #: Why they do not count, None when they do.
    excluded: str | None
    survey_id: str | None
    value: int | None
    units: int


class Reentry(NamedTuple):
    """Recycled cycles by the fate of the cycle that followed; days and outcome None where none followed."""

    segment: Segment
    days: int
    outcome: Outcome | None
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """Names behind ids, and the currency most deals carry."""

    owners: Mapping[str, str]
    pipelines: Mapping[str, str]
    currency: str | None = None


class Measures(Protocol):
    """Counts over one ledger, bound to one read transaction."""

    def cycles(self, cut: Cut, cohort: Cohort) -> Iterable[CycleCount]:
        """Count a cohort of cycles by outcome at as_of and by whether they reached a milestone."""
        ...

    def cycle_days(self, cut: Cut, cohort: Cohort, start: Milestone) -> Iterable[DayCount]:
        """Count a cohort by days from `start` to its end, or to as_of while open."""
        ...

    def reentries(self, cut: Cut, window: Window) -> Iterable[Reentry]:
        """Count cycles closed other inside the window by days to the next cycle, or to as_of without one."""
        ...

    def deals(self, cut: Cut, dated: DealDate, window: Window) -> Iterable[DealSum]:
        """Sum deals by outcome at as_of whose date falls inside the window."""
        ...

    def deal_days(self, cut: Cut, dated: DealDate, window: Window, start: DealDate) -> Iterable[DayCount]:
        """Count the same deals by days from `start` to closing, or to as_of while open."""
        ...

    def won_amounts(self, cut: Cut, window: Window) -> Iterable[AmountCount]:
        """Count deals won, by close date, by amount."""
        ...

    def deal_rows(self, cut: Cut, outcome: Outcome, window: Window) -> Iterable[DealRow]:
        """Yield deals of one outcome with their close date inside the window, one by one."""
        ...

    def stages(self, cut: Cut, unit: Unit) -> Iterable[StageCount]:
        """Count contacts or companies by the stage in which they stand."""
        ...

    def answers(self, cut: Cut, window: Window, surveys: Collection[str]) -> Iterable[AnswerCount]:
        """Count answers of NPS surveys and of those named, the latest of each contact and survey inside the window."""
        ...

    def costs(self, cut: Cut) -> Sequence[CostLine]:
        """Return every cost line known."""
        ...

    def cycle_journeys(self, cut: Cut, cohort: Cohort, *, touched: bool) -> Iterable[Journey]:
        """Yield the cycles of a cohort that reached its milestone; `touched` with what their contacts did."""
        ...

    def won_journeys(self, cut: Cut, window: Window, *, touched: bool) -> Iterable[Journey]:
        """Yield the deals won with their close date inside the window, as cycle_journeys does."""
        ...

    def moves(self, cut: Cut, since: FrozenDay | Millis, closing: Window | None = None) -> Iterable[Move]:
        """Yield what became, by as_of, of the pipeline of a frozen day, or of a moment of the ledger.

        With `closing` only the deals that were open then, with a close date inside it.
        """
        ...

    def frozen(self, cut: Cut, day: int) -> FrozenDay | None:
        """Return a day that was frozen by the cut's knowledge time, None where it was not."""
        ...

    def pushes(self, cut: Cut, window: Window) -> Iterable[PushCount]:
        """Count deals closed with their close date inside the window by month pushes."""
        ...

    def labels(self, account: str) -> Labels:
        """Return the names that a reader wants instead of ids."""
        ...
