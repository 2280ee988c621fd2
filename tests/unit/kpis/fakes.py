"""Measures that answer with given rows, so that a KPI is tested without a database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from syncer.funnel.facts import CycleType, Outcome
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
    StageCount,
    Unit,
)
from syncer.kpis.periods import Window
from syncer.kpis.remembered import closes_inside
from syncer.moments import Millis
from syncer.records import CostLine
from tests.unit.kpis.work_fakes import GivenWork


@dataclass
class Given:
    """Rows by the question that they answer; what is not given is empty."""

    by_entry: dict[Milestone, Sequence[CycleCount]] = field(default_factory=dict)
    cycle_lengths: dict[Milestone, Sequence[DayCount]] = field(default_factory=dict)
    again: Sequence[Reentry] = ()
    by_date: dict[DealDate, Sequence[DealSum]] = field(default_factory=dict)
    deal_lengths: dict[DealDate, Sequence[DayCount]] = field(default_factory=dict)
    amounts: Sequence[AmountCount] = ()
    rows: dict[Outcome, Sequence[DealRow]] = field(default_factory=dict)
    standing: dict[Unit, Sequence[StageCount]] = field(default_factory=dict)
    votes: Sequence[AnswerCount] = ()
    lines: Sequence[CostLine] = ()
    ways: Sequence[Journey] = ()
    won: Sequence[Journey] = ()
    #: By the day at whose end the pipeline stood.
    past: dict[int, Sequence[Move]] = field(default_factory=dict)
    days: dict[int, FrozenDay] = field(default_factory=dict)
    pushed: Sequence[PushCount] = ()
    work: GivenWork = field(default_factory=GivenWork)
    names: Labels = field(default_factory=lambda: Labels(owners={}, pipelines={}, currency="EUR"))

    def cycles(self, cut: Cut, cohort: Cohort) -> Sequence[CycleCount]:
        unknown = (None,) * len(cut.by)
        return [row._replace(segment=row.segment or unknown) for row in self.by_entry.get(cohort.entry, ())]

    def cycle_days(self, cut: Cut, cohort: Cohort, start: Milestone) -> Sequence[DayCount]:
        return self.cycle_lengths.get(cohort.entry, ())

    def reentries(self, cut: Cut, window: Window) -> Sequence[Reentry]:
        return self.again

    def deals(self, cut: Cut, dated: DealDate, window: Window) -> Sequence[DealSum]:
        return self.by_date.get(dated, ())

    def deal_days(self, cut: Cut, dated: DealDate, window: Window, start: DealDate) -> Sequence[DayCount]:
        return self.deal_lengths.get(dated, ())

    def won_amounts(self, cut: Cut, window: Window) -> Sequence[AmountCount]:
        return self.amounts

    def deal_rows(self, cut: Cut, outcome: Outcome, window: Window) -> Sequence[DealRow]:
        return self.rows.get(outcome, ())

    def stages(self, cut: Cut, unit: Unit) -> Sequence[StageCount]:
        return self.standing.get(unit, ())

    def answers(self, cut: Cut, window: Window, surveys: Collection[str]) -> Sequence[AnswerCount]:
        return self.votes

    def costs(self, cut: Cut) -> Sequence[CostLine]:
        return self.lines

    def cycle_journeys(self, cut: Cut, cohort: Cohort, *, touched: bool) -> Sequence[Journey]:
        return [way for way in self.ways if not cohort.new_customer or way.cycle_type == CycleType.ACQUISITION]

    def won_journeys(self, cut: Cut, window: Window, *, touched: bool) -> Sequence[Journey]:
        return self.won

    def moves(self, cut: Cut, since: FrozenDay | Millis, closing: Window | None = None) -> Sequence[Move]:
        day = since.day if isinstance(since, FrozenDay) else cut.calendar.day_number(since)
        unknown = (None,) * len(cut.by)
        told = [move._replace(segment=move.segment or unknown) for move in self.past.get(day, ())]
        return told if closing is None else [move for move in told if closes_inside(move.before, closing)]

    def frozen(self, cut: Cut, day: int) -> FrozenDay | None:
        return self.days.get(day)

    def pushes(self, cut: Cut, window: Window) -> Sequence[PushCount]:
        return self.pushed

    def labels(self, account: str) -> Labels:
        return self.names
