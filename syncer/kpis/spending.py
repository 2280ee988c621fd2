"""What was spent, by source and campaign: lines spread over their days, each day at its own rate.

No cost line is unknown; a recorded zero is zero.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.kpis.asked.ports import ID, Segment
from syncer.kpis.question import Ask
from syncer.kpis.rates import missing_text
from syncer.money import CostKind
from syncer.records import CostLine


@dataclass(kw_only=True, slots=True)
class Spend:
    """One segment's cost in the reporting currency; `lines` 0 means that nobody recorded any."""

    amount: Decimal = Decimal(0)
    lines: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    #: Foreign currency → days on which a rate was needed and not known.
    missing: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def known(self) -> Decimal | None:
        """The cost, None when no usable line exists."""
        return self.amount if self.lines else None

    @property
    def notes(self) -> Mapping[str, object]:
        """What an unknown cost lacks, and the days for which a rate is missing, where any is."""
        lacks = {} if self.lines else {"lacks": "rates" if self.missing else "costs"}
        return {**lacks, "no_rate": missing_text(self.missing)} if self.missing else lacks


def is_marketing(line: CostLine) -> bool:
    """Return whether a line belongs to the cost of a lead."""
    return line.kind.is_marketing


def is_sales(line: CostLine) -> bool:
    """Return whether a line belongs to the cost of selling."""
    return not line.kind.is_marketing


def of_kind(kind: CostKind) -> Callable[[CostLine], bool]:
    """Return whether a line was spent on one kind of thing."""
    return lambda line: line.kind is kind


def spend(ask: Ask, by: Sequence[str], wanted: Callable[[CostLine], bool] = is_marketing) -> Mapping[Segment, Spend]:
    """Return the cost of the period by source and campaign, of the lines wanted."""
    found: defaultdict[Segment, Spend] = defaultdict(Spend)
    for line in ask.measures.costs(ask.cut):
        if wanted(line):
            segment = tuple({"source": line.source, "campaign": line.campaign, ID: line.id}[dim] for dim in by)
            _add(ask, found[segment], line)
    return found


def _add(ask: Ask, purse: Spend, line: CostLine) -> None:
    days = _days_inside(ask, line)
    if days is None:
        purse.excluded["cost_no_date"] += 1
        return
    if not days:
        return
    amount, missing = _amount(ask, line, days)
    if missing:
        purse.excluded["cost_no_fx"] += 1
        purse.missing[ask.coded(line.currency) or ""] |= missing
        return
    purse.lines += 1
    purse.amount += amount


def _days_inside(ask: Ask, line: CostLine) -> range | None:
    """Return the local days of a line that fall inside the period and not after as_of; None where it has no date.

    Over all time a line without a date counts as spent today.
    """
    window, calendar = ask.window, ask.question.calendar
    if line.starts_at is None:
        return None if window.bounded else range(ask.today, ask.today + 1)
    first, last = _days(ask, line)
    inside_from = first if window.start is None else max(first, calendar.day_number(window.start))
    end = ask.today if window.end is None else min(ask.today, calendar.day_number(window.end - 1))
    return range(inside_from, min(last, end) + 1)


def _days(ask: Ask, line: CostLine) -> tuple[int, int]:
    """Return first and last local day of a line; one without a date lies on today alone."""
    if line.starts_at is None:
        return ask.today, ask.today
    calendar = ask.question.calendar
    first = calendar.day_number(line.starts_at)
    return first, max(first, calendar.day_number(line.starts_at if line.ends_at is None else line.ends_at))


def _amount(ask: Ask, line: CostLine, days: range) -> tuple[Decimal, set[int]]:
    """Return what the days of a line cost, and those of them whose rate is missing."""
    first, last = _days(ask, line)
    length = last - first + 1
    if ask.coded(line.currency) == ask.currency:
        return line.amount * len(days) / length, set()
    total, missing = Decimal(0), set()
    for day in days:
        part = ask.convert(line.amount, line.currency, day)
        if part is None:
            missing.add(ask.fx_day(day) or day)
        else:
            total += part
    return total / length, missing
