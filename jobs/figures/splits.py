"""Splits of figures that pages show every time: measured with the figures, so that a page need not wait for them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from jobs.figures.asking import measured_in
from jobs.figures.beside import count_beside
from syncer.kpis.asked.ports import ID
from syncer.kpis.periods import Period
from syncer.kpis.question import Question
from syncer.kpis.rendering.render import to_json
from syncer.moments import DAY, Millis
from syncer.store import Unit
from syncer.store.values import KpiRow

#: The rows of the catalogue itself.
OWN = ""
#: Records of one fault that a page names.
FAULTS = 200


class Split(StrEnum):
    """One more question to the ledger."""

    #: The forecast, rep by rep.
    OWNER = "owner"
    #: How the open pipeline changed in a week.
    WEEK = "week"
    #: How right forecasts of the last quarter were, and what slipped, rep by rep.
    REPS = "reps"
    #: The same, quarter by quarter.
    QUARTERS = "quarters"
    #: What leads and orders of each source cost and brought.
    SOURCE = "source"
    #: Which deals have a fault that somebody can mend.
    FAULT = "fault"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    ids: Sequence[str]
    by: Sequence[str] = ()
    #: Begins so many days before as_of.
    days: int | None = None
    #: So many quarters that are over, each asked for by itself.
    quarters: int = 0
    #: Rows that matter are those with a numerator, at most so many of a figure.
    most: int | None = None


_SPLITS: Mapping[Split, _Asked] = {
    Split.OWNER: _Asked(ids=["K20"], by=["owner"]),
    Split.WEEK: _Asked(ids=["K23"], days=7),
    Split.REPS: _Asked(ids=["K21", "K24"], by=["owner"], quarters=1),
    Split.QUARTERS: _Asked(ids=["K21", "K24"], quarters=4),
    Split.SOURCE: _Asked(ids=["K17", "K18", "K19"], by=["source"]),
    # Contacts have no pipeline: theirs are too many to be named one by one.
    Split.FAULT: _Asked(ids=["K42"], by=[ID, "pipeline"], most=FAULTS),
}


def measured_rows(unit: Unit, asked: Question, ids: Sequence[str] | None = None) -> Sequence[KpiRow]:
    """Return the rows of the KPIs asked for as a snapshot keeps them."""
    found: list[dict[str, object]] = json.loads(to_json(measured_in(unit, asked, ids)))
    return found


def split_rows(unit: Unit, asked: Question, split: Split) -> Sequence[KpiRow]:
    """Return the rows of a split of a question, which must not be split itself."""
    wanted = _SPLITS[split]
    # The start is the eve of `since`.
    since = asked.since if wanted.days is None else Millis(asked.as_of - (wanted.days - 1) * DAY)
    narrowed = replace(asked, by=wanted.by, since=since, most=wanted.most)
    if wanted.quarters:
        each = [replace(narrowed, period=one) for one in _quarters(asked, wanted.quarters)]
        return [row for one in each for row in measured_rows(unit, one, wanted.ids)]
    return measured_rows(unit, narrowed, wanted.ids)


def _quarters(asked: Question, count: int) -> Sequence[Period]:
    """Return the quarters that are over, the earliest first."""
    found: list[Period] = []
    start = asked.calendar.quarter(asked.as_of).window.start
    while start is not None and len(found) < count:
        found.insert(0, asked.calendar.quarter(Millis(start - 1)))
        start = found[0].window.start
    return found


def every_split(unit: Unit, asked: Question) -> Mapping[str, Sequence[KpiRow]]:
    """Return the rows of the catalogue and of every split, and what pages show beside them."""
    splits = {split.value: split_rows(unit, asked, split) for split in Split}
    return {OWN: measured_rows(unit, asked), **splits, **count_beside(unit, asked)}
