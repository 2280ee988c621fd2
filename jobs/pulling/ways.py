"""Which way a stream is read in full: its list, or an export. Decided by arithmetic; `backfill:` in syncer.yaml wins.

Links, versions and archived records are no part of either: they cost the same calls both ways.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil

from connectors.values import Costs, Usage
from jobs.modes import BackfillMode

#: Calls of an export: two counts, the properties' types, the order, the address, the sample that proves it; and the
#: questions whether it is there: some at once, then two a minute.
_CALLS, _FIRST_ASKS, _ASKS_A_MINUTE = 6, 5, 2
#: HubSpot promises no time. Assumed: so many rows a minute, after as many minutes of waiting.
ROWS_A_MINUTE, WAIT = 50_000, 2.0
#: A list that takes more than this part of what is left of the day is dear.
DEAR = 0.10
#: With so many calls left today no list is dear before it has a million records.
_AMPLE = 100_000
_MINUTE = 60.0
_TOLD_TO = "syncer.yaml says backfill: {}"


class By(StrEnum):
    """How a stream is read in full."""

    LIST = "list"
    EXPORT = "export"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How one stream is read, with the numbers that speak for it; None where nobody counted."""

    by: By
    why: str
    #: An export was meant to be, and could not be used.
    is_fallback: bool = False
    list_calls: int | None = None
    list_minutes: float | None = None
    export_calls: int | None = None
    export_minutes: float | None = None

    @property
    def words(self) -> str:
        """The choice and its numbers in one line."""
        if self.list_calls is None or self.export_calls is None:
            return f"read by {self.by}: {self.why}"
        listed = f"list {self.list_calls:,} calls, {_told(self.list_minutes)}"
        exported = f"export {self.export_calls:,} calls, about {_told(self.export_minutes)}"
        return f"read by {self.by}: {self.why} ({listed}; {exported})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What an account may spend."""

    #: Calls a second; None where nothing limits.
    pace: float | None
    #: Calls that we may make today before the share of other apps begins; None where the CRM names no daily limit.
    left_today: int | None


def budget_of(usage: Usage) -> Budget:
    """Return what an account may spend, as its CRM said last."""
    return Budget(pace=usage.paces.get("general"), left_today=left_of_the_day(usage))


def left_of_the_day(usage: Usage) -> int | None:
    """Return the calls that are left today before the share of other apps; None without a daily limit."""
    day = usage.day
    if day is None or day.limit is None:
        return None
    return max(0, day.remaining - (day.limit - calls_a_day(usage)))


def calls_a_day(usage: Usage) -> int:
    """Return the calls that we allow ourselves a day; 0 without a daily limit."""
    return 0 if usage.day is None or usage.day.limit is None else int(usage.day.limit * usage.daily_share)


def without_counting(mode: BackfillMode, costs: Costs, budget: Budget) -> Way | None:
    """Return the way where no number of records could change it; None where they have to be counted."""
    if mode is BackfillMode.LIST:
        return Way(by=By.LIST, why=_TOLD_TO.format("list"))
    if mode is BackfillMode.EXPORTS:
        return None
    is_ample = budget.left_today is None or budget.left_today >= _AMPLE
    is_fast = budget.pace is None or budget.pace * _MINUTE * costs.page / costs.calls_a_page >= ROWS_A_MINUTE
    if is_ample and is_fast:
        return Way(by=By.LIST, why="today's calls are ample, and no export is promised to be faster")
    return None


def choose(mode: BackfillMode, records: int | None, costs: Costs, budget: Budget) -> Way:
    """Return the way for a stream of so many records that are still to be read; None where nobody counts them."""
    if records is None:
        return Way(by=By.LIST, why="nobody counts its records, so no export could be proved")
    way = _priced(records, costs, budget)
    reason = _for_list(mode, way) or _for_export(mode, way, budget)
    return way if reason is None else replace(way, by=reason[0], why=reason[1])


def _for_list(mode: BackfillMode, way: Way) -> tuple[By, str] | None:
    if mode is BackfillMode.LIST:
        return By.LIST, _TOLD_TO.format("list")
    if (way.export_calls or 0) >= (way.list_calls or 0):
        return By.LIST, "an export would take no fewer calls"
    return None


def _for_export(mode: BackfillMode, way: Way, budget: Budget) -> tuple[By, str] | None:
    if mode is BackfillMode.EXPORTS:
        return By.EXPORT, _TOLD_TO.format("exports")
    if budget.left_today is not None and (way.list_calls or 0) > DEAR * budget.left_today:
        return By.EXPORT, f"the list would take more than {DEAR:.0%} of the {budget.left_today:,} calls left today"
    if way.list_minutes is not None and (way.export_minutes or 0) < way.list_minutes:
        return By.EXPORT, "the export should be there sooner"
    return None


def _priced(records: int, costs: Costs, budget: Budget) -> Way:
    minutes = WAIT + records / ROWS_A_MINUTE
    listed = max(1, ceil(records / costs.page)) * costs.calls_a_page
    exported = _CALLS + _FIRST_ASKS + ceil(minutes * _ASKS_A_MINUTE)
    return Way(
        by=By.LIST,
        why="today's calls are enough, and an export would take longer",
        list_calls=listed,
        list_minutes=_minutes(listed, budget),
        export_calls=exported,
        export_minutes=round(minutes + (_minutes(exported, budget) or 0), 2),
    )


def _minutes(calls: int, budget: Budget) -> float | None:
    return None if budget.pace is None else round(calls / budget.pace / _MINUTE, 2)


def _told(minutes: float | None) -> str:
    return "no limit of time" if minutes is None else f"{minutes:,.1f} min"
