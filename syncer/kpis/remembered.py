"""The pipeline of a past day and what became of it: as it was frozen, else as the ledger remembers that day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from syncer.funnel.facts import DealSpan
from syncer.kpis.asked.memory import Move
from syncer.kpis.asked.ports import Cut
from syncer.kpis.periods import Window, day_of
from syncer.kpis.question import Ask
from syncer.moments import Millis

#: Weeks of a quarter on whose eve a forecast is looked at, besides its start (domain K20).
WEEKS: Mapping[str, int] = {"week_5": 5, "week_9": 9, "week_13": 13}


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What stood open at the end of one local day."""

    day: int
    as_of: Millis
    moves: Iterable[Move]
    notes: Mapping[str, object]


def remembered(ask: Ask, cut: Cut, day: int, closing: Window | None = None) -> Memory:
    """Return the pipeline at the end of a day, and what became of it by the cut.

    With `closing` only the deals that were open then, with a close date inside it.
    """
    frozen, calendar = ask.measures.frozen(cut, day), ask.question.calendar
    as_of = frozen.as_of if frozen else calendar.last_moment(day_of(day))
    notes: dict[str, object] = {"snapshot": day_of(day).isoformat(), "frozen_at": None}
    if frozen:
        notes["frozen_at"] = calendar.describe(frozen.frozen_at)
    return Memory(day=day, as_of=as_of, moves=ask.measures.moves(cut, frozen or as_of, closing), notes=notes)


def at_start(ask: Ask, cut: Cut, closing: Window | None = None) -> Memory | None:
    """Return the pipeline on the eve of the period, or of `since`, None where that has no beginning or lies ahead."""
    start = ask.window.start if ask.question.since is None else ask.question.since
    if start is None or start > ask.question.as_of:
        return None
    return remembered(ask, cut, ask.question.calendar.day_number(start) - 1, closing)


def was_promised(ask: Ask, move: Move) -> bool:
    """Return whether a deal was forecast for the quarter of its close date: as frozen, else by the agreement now."""
    if move.promised is not None:
        return move.promised
    before = move.before
    return before is not None and before.close_date is not None and ask.question.in_forecast(before, before.close_date)


def closes_inside(span: DealSpan | None, window: Window) -> bool:
    """Return whether a deal's close date lies in a window."""
    if span is None or span.close_date is None:
        return False
    return (window.start is None or window.start <= span.close_date) and (
        window.end is None or span.close_date < window.end
    )


def worth(ask: Ask, span: DealSpan | None, day: int | None) -> Decimal | None:
    """Return a deal's amount in the reporting currency at the rate of a day, None where either is unknown."""
    return None if span is None or span.amount is None else ask.convert(span.amount, span.currency, day)


def days_of(ask: Ask, quarter: Window) -> tuple[int, int]:
    """Return first and last local day of a quarter."""
    calendar = ask.question.calendar
    return calendar.day_number(quarter.start or 0), calendar.day_number((quarter.end or 0) - 1)


def eve_of(first: int, week: int) -> int:
    """Return the day before a week of the quarter that begins with a local day; weeks count from one."""
    return first + 7 * (week - 1) - 1


def quarters(ask: Ask) -> Sequence[Window]:
    """Return the quarters that the period touches; of all time the last four that are over."""
    calendar, window = ask.question.calendar, ask.window
    if window.start is None or window.end is None:
        return earlier_quarters(ask, ask.question.as_of, 4)
    found = [calendar.quarter(window.start).window]
    while (end := found[-1].end) is not None and end < window.end:
        found.append(calendar.quarter(end).window)
    return found


def earlier_quarters(ask: Ask, at: Millis, count: int) -> Sequence[Window]:
    """Return the quarters before the one that contains a moment, the latest first."""
    found: list[Window] = []
    start = ask.question.calendar.quarter(at).window.start
    while start is not None and len(found) < count:
        found.append(ask.question.calendar.quarter(start - 1).window)
        start = found[-1].start
    return found
