"""Counts for KPIs, in SQL that both databases answer alike. Python sees one row a group, and open deals one by one."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from contextlib import closing
from decimal import Decimal

from sqlalchemy import Connection, Subquery, and_, case, exists, false, func, literal, null, or_, select, true

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.journeys import Journey
from syncer.kpis.asked.memory import FrozenDay, Move, PushCount
from syncer.kpis.asked.ports import (
    AmountCount,
    AnswerCount,
    Cohort,
    Cut,
    CycleCount,
    DayCount,
    DealDate,
    DealRow,
    DealSum,
    Labels,
    Milestone,
    Reentry,
    Scope,
    StageCount,
    Unit,
)
from syncer.kpis.periods import Window
from syncer.moments import Millis
from syncer.money import CostKind
from syncer.records import CostLine
from syncer.store import tables
from syncer.store.engines.dialect import Row, streamed
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of
from syncer.store.measures.freezing import frozen_day
from syncer.store.measures.labels import labels
from syncer.store.measures.moves import moves
from syncer.store.measures.paths import cycle_journeys, won_journeys
from syncer.store.measures.populations import (
    MILESTONES,
    cycle_excluded,
    cycles_as_of,
    deal_date,
    deal_excluded,
    deals_as_of,
    has_expired,
    is_test,
    view_of,
)
from syncer.store.measures.queries import (
    belongs,
    cycle_keys,
    dated_inside,
    days_between,
    deal_keys,
    deals_dated,
    grouped,
    latest_answers,
    rate_day,
    reached,
    summed,
    timed_keys,
    turned,
)
from syncer.store.measures.reach import SHARED, Reach, counted, projected, reach, serves, shared
from syncer.store.measures.segments import answer_segment, cycle_segment, deal_segment, reader
from syncer.store.measures.time import Expression, inside, local_day, number
from syncer.store.measures.work import Work
from syncer.store.rows.decode import amount_of


class Measures:
    """What KPIs ask of the ledger (`syncer.kpis.asked.work.WorkingMeasures`), bound to one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.work = Work(connection)
        self._reach: dict[Hashable, Sequence[Reach]] = {}
        self._labels: dict[str, Labels] = {}

    def cycles(self, cut: Cut, cohort: Cohort) -> Iterable[CycleCount]:
        """Count a cohort of cycles by outcome at as_of and by whether they reached a milestone."""
        if serves(cut, cohort):
            yield from counted(self._reach_of(cut), cohort)
            return
        rows, read = cycles_as_of(cut), reader(cut)
        keys = [*cycle_keys(rows, cut, cohort), reached(rows, cohort)]
        chosen = select(rows).where(belongs(rows, cut, cohort))
        for *segment, excluded, outcome, hit, units in grouped(self.connection, keys, chosen):
            yield CycleCount(read(segment), excluded, Outcome(outcome), bool(hit), units)

    def _reach_of(self, cut: Cut) -> Sequence[Reach]:
        key = view_of(cut)
        if key not in self._reach:
            self._reach[key] = self._fresh_reach(cut)
        return self._reach[key]

    def _fresh_reach(self, cut: Cut) -> Sequence[Reach]:
        whole = shared(cut)
        if cut == whole or not set(cut.by) <= set(SHARED):
            return reach(self.connection, cut)
        return projected(self._reach_of(whole), cut)

    def cycle_days(self, cut: Cut, cohort: Cohort, start: Milestone) -> Iterable[DayCount]:
        """Count a cohort by days from `start` to its end, or to as_of while open."""
        rows, read = cycles_as_of(cut), reader(cut)
        days = days_between(cut, rows.c[MILESTONES[start]], rows.c.ended_at, rows.c.outcome)
        keys = [*cycle_keys(rows, cut, cohort), days]
        chosen = select(rows).where(belongs(rows, cut, cohort))
        for *segment, excluded, outcome, length, units in grouped(self.connection, keys, chosen):
            yield DayCount(read(segment), excluded, Outcome(outcome), length, units)

    def reentries(self, cut: Cut, window: Window) -> Iterable[Reentry]:
        """Count cycles closed other inside the window by days to the next cycle, or to as_of without one."""
        rows, read = _followed(cut, window), reader(cut)
        today = number(cut.calendar.day_number(cut.as_of))
        days = func.coalesce(local_day(rows.c.again_at, cut.calendar), today) - local_day(rows.c.ended_at, cut.calendar)
        keys = [*cycle_segment(rows, cut, rows.c.ended_at), days, rows.c.again_outcome]
        chosen = select(rows).where(cycle_excluded(rows, cut, false()).is_(None))
        for *segment, length, outcome, units in grouped(self.connection, keys, chosen):
            yield Reentry(read(segment), length, None if outcome is None else Outcome(outcome), units)

    def deals(self, cut: Cut, dated: DealDate, window: Window) -> Iterable[DealSum]:
        """Sum deals by outcome at as_of whose date falls inside the window."""
        rows, read = deals_dated(cut, dated), reader(cut)
        keys = [*deal_keys(rows, cut, dated, window), rows.c.currency, rate_day(rows, cut)]
        chosen = select(rows).where(dated_inside(rows, cut, dated, window))
        for *segment, excluded, outcome, currency, day, units, with_amount, micros in summed(
            self.connection, keys, chosen, (rows.c.amount,)
        ):
            amount = amount_of(int(micros or 0)) or Decimal(0)
            yield DealSum(read(segment), excluded, Outcome(outcome), currency, day, units, with_amount, amount)

    def deal_days(self, cut: Cut, dated: DealDate, window: Window, start: DealDate) -> Iterable[DayCount]:
        """Count the same deals by days from `start` to closing, or to as_of while open."""
        rows, read = turned(cut, dated, window), reader(cut)
        days = days_between(cut, deal_date(rows, cut, start), rows.c.turned_at, rows.c.outcome)
        keys = [*timed_keys(rows, cut, dated, window), days]
        for *segment, excluded, outcome, length, units in grouped(self.connection, keys, select(rows)):
            yield DayCount(read(segment), excluded, Outcome(outcome), length, units)

    def won_amounts(self, cut: Cut, window: Window) -> Iterable[AmountCount]:
        """Count deals won, by close date, by amount."""
        rows, read = deals_as_of(cut), reader(cut)
        keys = [*deal_keys(rows, cut, DealDate.CLOSE, window), rows.c.currency, rate_day(rows, cut), rows.c.amount]
        won = rows.c.outcome == Outcome.WON.value
        chosen = select(rows).where(won, dated_inside(rows, cut, DealDate.CLOSE, window))
        for *segment, excluded, _, currency, day, micros, units in grouped(self.connection, keys, chosen):
            yield AmountCount(read(segment), excluded, currency, day, amount_of(micros), units)

    def deal_rows(self, cut: Cut, outcome: Outcome, window: Window) -> Iterable[DealRow]:
        """Yield deals of one outcome with their close date inside the window, one by one."""
        rows, read, width = deals_as_of(cut), reader(cut), len(cut.by)
        excluded = deal_excluded(rows, cut, false()).label("excluded")
        columns = [
            *deal_segment(rows, cut, rows.c.close_date),
            excluded,
            *(rows.c[column.name] for column in SPAN_COLUMNS),
        ]
        within = inside(rows.c.close_date, window) if window.bounded else true()
        if cut.scope is Scope.RENEWALS:
            within = and_(within, rows.c.pipeline_kind == "renewal")
        query = select(*columns).where(rows.c.outcome == outcome.value, within).order_by(rows.c.deal_id)
        with closing(streamed(self.connection, query)) as found:
            for row in found:
                yield DealRow(read(row[:width]), row[width], span_of(row[width + 1 :]))

    def stages(self, cut: Cut, unit: Unit) -> Iterable[StageCount]:
        """Count contacts or companies by the stage in which they stand."""
        return self.work.standing.stages(cut, unit)

    def answers(self, cut: Cut, window: Window, surveys: Collection[str]) -> Iterable[AnswerCount]:
        """Count answers of NPS surveys and of those named, the latest of each contact and survey inside the window."""
        answer, contact, read = latest_answers(cut, window, surveys), tables.contacts, reader(cut)
        own = and_(contact.c.account == cut.account, contact.c.id == answer.c.contact_id)
        tested = case((is_test(answer.c.contact_id, cut), literal("test")), else_=null())
        keys = [*answer_segment(answer, contact, cut), tested, answer.c.survey_id, answer.c.value]
        chosen = select(answer).select_from(answer.outerjoin(contact, own)).where(answer.c.place == 1)
        for *segment, excluded, survey_id, value, units in grouped(self.connection, keys, chosen):
            yield AnswerCount(read(segment), excluded, survey_id, value, units)

    def costs(self, cut: Cut) -> Sequence[CostLine]:
        """Return every cost line of the account as it is now: the CRM keeps no history of them."""
        row = tables.costs
        columns = (
            row.c.id,
            row.c.source,
            row.c.campaign,
            row.c.amount,
            row.c.currency,
            row.c.starts_at,
            row.c.ends_at,
            row.c.kind,
        )
        query = select(*columns).where(row.c.account == cut.account).order_by(row.c.id)
        return [_cost(tuple(found)) for found in self.connection.execute(query)]

    def cycle_journeys(self, cut: Cut, cohort: Cohort, *, touched: bool) -> Iterable[Journey]:
        """Yield the cycles of a cohort that reached its milestone; `touched` with what their contacts did."""
        return cycle_journeys(self.connection, cut, cohort, touched=touched)

    def won_journeys(self, cut: Cut, window: Window, *, touched: bool) -> Iterable[Journey]:
        """Yield the deals won with their close date inside the window, as cycle_journeys does."""
        return won_journeys(self.connection, cut, window, touched=touched)

    def moves(self, cut: Cut, since: FrozenDay | Millis, closing: Window | None = None) -> Iterable[Move]:
        """Yield what became, by as_of, of the pipeline then; with `closing` of deals that were to close inside it."""
        return moves(self.connection, cut, since, closing)

    def frozen(self, cut: Cut, day: int) -> FrozenDay | None:
        """Return a day that was frozen by the cut's knowledge time, None where it was not."""
        return frozen_day(self.connection, cut, day)

    def pushes(self, cut: Cut, window: Window) -> Iterable[PushCount]:
        """Count deals closed with their close date inside the window by month pushes."""
        rows, read = deals_as_of(cut), reader(cut)
        keys = [*deal_keys(rows, cut, DealDate.CLOSE, window), rows.c.month_pushes]
        chosen = select(rows).where(dated_inside(rows, cut, DealDate.CLOSE, window))
        for *segment, excluded, outcome, count, units in grouped(self.connection, keys, chosen):
            yield PushCount(read(segment), excluded, Outcome(outcome), count, units)

    def labels(self, account: str) -> Labels:
        """Return the names that a reader wants instead of ids, and the currency most deals carry; looked up once."""
        if account not in self._labels:
            self._labels[account] = labels(self.connection, account)
        return self._labels[account]


def _followed(cut: Cut, window: Window) -> Subquery:
    """Return the cycles closed other inside the window, each with begin and outcome of the next real one.

    The offset keeps reasons of exclusion out of the join: beside what PostgreSQL expects them to cost, a walk over
    every cycle for each row looks as cheap to it as an index.
    """
    left, right, sooner = cycles_as_of(cut), cycles_as_of(cut, "again"), cycles_as_of(cut, "sooner")
    # Where silence ended the first one that followed, the next names the same cycle as that from which it came back.
    before = and_(_comes_back(sooner, left, cut), sooner.c.cycle_no < right.c.cycle_no)
    follows = and_(_comes_back(right, left, cut), ~exists(select(sooner.c.cycle_no).where(before)))
    return (
        select(left, right.c.started_at.label("again_at"), right.c.outcome.label("again_outcome"))
        .select_from(left.outerjoin(right, follows))
        .where(left.c.outcome == Outcome.OTHER.value, inside(left.c.ended_at, window))
        .offset(0)
        .subquery("followed")
    )


def _comes_back(cycles: Subquery, left: Subquery, cut: Cut) -> Expression:
    real = or_(cycles.c.outcome != Outcome.VOID.value, has_expired(cycles, cut))
    return and_(cycles.c.contact_id == left.c.contact_id, cycles.c.recycled_from == left.c.cycle_no, real)


def _cost(row: Row) -> CostLine:
    line_id, source, campaign, micros, currency, starts_at, ends_at, kind = row
    return CostLine(
        id=line_id,
        source=source,
        campaign=campaign,
        amount=amount_of(micros) or Decimal(0),
        currency=currency,
        starts_at=starts_at,
        ends_at=ends_at,
        kind=CostKind(kind or CostKind.MEDIA),
    )
