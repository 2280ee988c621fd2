"""Gathers the report of one account. Names nobody: it is read in channels that many see."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from jobs.budget.parking import Rest
from jobs.deciding.derive import Clocks
from jobs.figures.asking import Asked, measured_in, question
from jobs.handovers.handover import waits
from jobs.handovers.waiting import waiting
from jobs.health.status import AccountStatus, read_status
from syncer.agreement import Agreement, InForce
from syncer.handover.shifts import RECENT, Shift
from syncer.kpis.asked.ports import ID
from syncer.kpis.question import Question
from syncer.kpis.result import Kpi
from syncer.moments import DAY, SECOND, Millis, iso
from syncer.store import Store
from syncer.store.reports.news import Closings, SetBack, Waiting

#: Deals whose share of the forecast moved most.
_MOVERS = 3
#: A stream that was not read for so long is named.
_STALE = DAY
_FORECAST = "K20"
#: Failed hand-overs after which a review is due early.
_ENOUGH = 10
#: Hand-overs of so many months are looked at, as in the review itself.
_LOOK_BACK = 24 * 365 * DAY // 12


class HandOvers(Protocol):
    """Counts hand-overs."""

    def failed_hand_overs(self, account: str, after: Millis, until: Millis) -> int:
        """Return how many were without a sale inside a window."""
        ...

    def handed_cells(self, account: str, after: Millis, until: Millis) -> Mapping[str, int]:
        """Return how many there were inside a window, by score cell."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastMove:
    """The forecast of the running quarter, then and now; None where it is not known."""

    now: Decimal | None
    before: Decimal | None
    unit: str
    #: Deal id → by how much its share moved, the largest first.
    movers: Sequence[tuple[str, Decimal]] = ()

    @property
    def has_moved(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.movers) or self.now != self.before


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What is wrong with the sync; all empty where nothing is."""

    dead_letters: int = 0
    #: Streams not read for a day.
    stale: Sequence[str] = ()
    #: Job of the last run, where it failed.
    failed: str | None = None
    rests: Sequence[Rest] = ()
    #: Why nothing is read, where rounds fail in a row.
    sick: str | None = None
    #: Streams that bring nothing, unlike in earlier weeks.
    silent: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """The report of one account."""

    account: str
    since: Millis
    until: Millis
    #: Rule → contacts that it made sales-ready.
    handed_over: Mapping[str, int] = field(default_factory=dict)
    #: Stages that people took back by hand.
    set_back: Sequence[SetBack] = ()
    overdue: int = 0
    due_soon: int = 0
    closings: Sequence[Closings] = ()
    forecast: ForecastMove | None = None
    proposed: Waiting
    resumes: Waiting
    #: Hand-overs without a sale since the agreement was signed, where both teams should look at them now (domain D7).
    to_review: int = 0
    #: How far the cells of recent hand-overs differ from those before (PSI), where that calls for a review now.
    shifted: float | None = None
    #: Leads that come back, postponed before there was any deal.
    lead_resumes: int = 0
    health: Health = Health()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report; hand-overs that are not late yet are no news."""
        waiting = (
            self.handed_over,
            self.set_back,
            self.overdue,
            self.closings,
            self.proposed.deals,
            self._coming_back,
            self.to_review,
            self.shifted,
        )
        moved = self.forecast is not None and self.forecast.has_moved
        return not any(waiting) and not moved and self.health == Health()

    @property
    def _coming_back(self) -> int:
        return self.resumes.deals + self.lead_resumes

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        health = {**asdict(self.health), "rests": [one.message for one in self.health.rests]}
        return {
            **asdict(self),
            "health": health,
            "since": iso(self.since),
            "until": iso(self.until),
            "empty": self.is_empty,
        }


def gather(store: Store, agreement: InForce, account: str, *, since: Millis, until: Millis) -> Digest:
    """Return the report over (since, until]."""
    asked = replace(question(store, agreement, account, Asked()), as_of=until, known_at=until)
    found = (one.handed for one in waiting(store, agreement.agreement, account, Clocks(as_of=until, known_at=until)))
    untouched = [one.sla.touch_due_at for one in found if waits(one) and one.sla.touched_at is None]
    with store.snapshot() as unit:
        digest = Digest(
            account=account,
            since=since,
            until=until,
            handed_over=unit.news.handed_over(account, since, until),
            set_back=unit.news.set_back(account, since, until),
            overdue=sum(due < until for due in untouched),
            due_soon=sum(until <= due <= until + DAY for due in untouched),
            closings=unit.news.closings(account, since, until),
            proposed=unit.news.proposed(account),
            resumes=unit.news.resumes(account, until, Millis(until + 7 * DAY)),
            to_review=to_review(unit.news, agreement.agreement, account, since, until),
            shifted=shifted(unit.news, account, since, until),
            lead_resumes=unit.news.lead_resumes(account, until, Millis(until + 7 * DAY)),
        )
    return replace(digest, forecast=_forecast(store, asked, since), health=_health(store, account, until))


def to_review(news: HandOvers, agreement: Agreement, account: str, since: Millis, until: Millis) -> int:
    """Return how many hand-overs failed, where a review is due: with each month, and once enough did; else 0."""
    signed_at = agreement.signed_at
    failed = news.failed_hand_overs(account, signed_at, until)
    is_early = failed >= _ENOUGH > news.failed_hand_overs(account, signed_at, since)
    return failed if is_early or agreement.calendar.month_start(until) > since else 0


def shifted(news: HandOvers, account: str, since: Millis, until: Millis) -> float | None:
    """Return the index of a shift of hand-overs that calls for a review now and did not before; else None."""
    now, before = _shift(news, account, until), _shift(news, account, since)
    return now.psi if now.calls_for_review and not before.calls_for_review else None


def _shift(news: HandOvers, account: str, at: Millis) -> Shift:
    edge = Millis(at - RECENT)
    return Shift(news.handed_cells(account, Millis(at - _LOOK_BACK), edge), news.handed_cells(account, edge, at))


def _forecast(store: Store, asked: Question, since: Millis) -> ForecastMove:
    """Return how the forecast moved: the quarter of today, as it stands and as it stood."""
    period = asked.calendar.quarter(asked.as_of)
    with store.snapshot() as unit:
        sides = [
            {
                _deal(row): row
                for by in ((), (ID,))
                for row in measured_in(unit, replace(asked, as_of=at, by=by, period=period), [_FORECAST])
                if row.id == _FORECAST
            }
            for at in (asked.as_of, since)
        ]
    now, before = ({deal: _amount(row) for deal, row in side.items()} for side in sides)
    moved = {deal: (now.get(deal) or Decimal(0)) - (before.get(deal) or Decimal(0)) for deal in now | before if deal}
    largest = sorted(((deal, by) for deal, by in moved.items() if by), key=lambda one: (-abs(one[1]), one[0]))
    unit_now = next((row.unit for side in sides for row in side.values()), "")
    return ForecastMove(now=now.get(""), before=before.get(""), unit=unit_now, movers=largest[:_MOVERS])


def _deal(row: Kpi) -> str:
    return row.segment.get(ID) or ""


def _amount(row: Kpi) -> Decimal | None:
    return None if row.value is None else Decimal(str(row.value))


def _health(store: Store, account: str, now: Millis) -> Health:
    status = read_status(store, account, now, runs=1)
    return Health(
        dead_letters=status.dead_letters,
        stale=[stream for stream, seconds in status.freshness.items() if seconds * SECOND > _STALE],
        failed=_failed(status),
        rests=status.rests,
        sick=None if status.sickness is None else status.sickness.why,
        silent=[one.stream for one in status.silences],
    )


def _failed(status: AccountStatus) -> str | None:
    return next((run.job for run in status.runs if run.status == "failed"), None)
