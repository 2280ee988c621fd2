"""Leads without deals as domain B2 to B6 and D4 tell them, written from those pages alone and as plainly as can be.

Knows what contacts do, what sales and other people say, and what time alone does: falls, expiry, cool-off, overrides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import yaml

from syncer.agreement import default_text
from syncer.moments import DAY, Millis, millis, moment
from syncer.records import Evidence
from tests.unit.funnel.build import BERLIN
from tests.unit.scoring.reference import cell, engagement

_MODEL = yaml.safe_load(default_text())["score_model"]
_LADDER = ("TAM", "SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL")
_SUSPECT, _INQUIRY, _MQL, _READY, _ACCEPTED = range(1, 6)
_HOT = frozenset({"demo_request", "whitepaper", "webinar_attended", "newsletter_optin", "unclassified"})
_VISITS, _VISITED, _LAST_DAYS = frozenset({"page_view", "pricing_view"}), 3, 30
#: Of grade B: engagement from which an inquiry and a lead begin, and the gap below which they end.
_ENTER = {_INQUIRY: 20, _MQL: 40}
_GAP, _DWELL = 15, 14
_ACTIONS = {"inquiry": _INQUIRY, "mql": _MQL, "sales_ready": _READY}
_ENDS = {"bad_timing": "other", "no_fit": "lost", "duplicate": "void"}


class Fact(NamedTuple):
    """What happened: an event of the contact, a ruling of sales, or the stage that a person set."""

    at: Millis
    kind: str
    what: str | None
    #: As the score reads it: its subject is the event's name.
    row: Evidence | None = None


class Standing(NamedTuple):
    """What is to be decided: cycles are start, end and outcome."""

    stage: str
    cycles: Sequence[tuple[object, ...]]
    overridden_until: int | None
    engagement: float


@dataclass
class _Cycle:
    started_at: int
    #: Since when engagement counts.
    window: int
    ended_at: int | None = None
    outcome: str = "open"
    rank: int = 0
    #: When the rank last fell.
    since: int = 0
    evenings_below: int = 0
    rows: list[Evidence] = field(default_factory=list)


class _Word(NamedTuple):
    stage: str
    until: int


def _evening(at: int) -> int:
    tomorrow = moment(at).astimezone(BERLIN).date() + timedelta(days=1)
    return millis(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=BERLIN))


def _date(at: int) -> date:
    return moment(at).astimezone(BERLIN).date()


def _comes_back(cycle: _Cycle, at: int) -> bool:
    """Say whether pages were seen on three of the last thirty days (A1, inquiry: repeated visits)."""
    days = {_date(one.occurred_at) for one in cycle.rows if one.subject in _VISITS and one.occurred_at >= cycle.window}
    return len({day for day in days if (_date(at) - day).days < _LAST_DAYS}) >= _VISITED


class Reference:
    """One contact of grade B."""

    def __init__(self) -> None:
        self._cycles: list[_Cycle] = []
        self._now: _Cycle | None = None
        self._word: _Word | None = None
        self._active_at = 0
        self._cool_until: int | None = None

    def standing(self, facts: Sequence[Fact], begin: int, as_of: Millis) -> Standing:
        """Return where the contact stands; `begin` is before every fact."""
        evening = _evening(begin)
        for fact in [*(one for one in sorted(facts) if one.at <= as_of), None]:
            until = as_of if fact is None else fact.at
            while (due := min([(evening, ""), *self._due()]))[0] <= until:
                self._happens(*due)
                evening = _evening(evening) if due == (evening, "") else evening
            if fact is not None:
                self._told(fact)
        cycles = [(one.started_at, one.ended_at, one.outcome) for one in self._cycles]
        until = None if self._word is None else self._word.until
        return Standing(self._stage(as_of), cycles, until, self._engagement(as_of))

    def _stage(self, as_of: int) -> str:
        if self._word is not None:
            return self._word.stage
        if self._now is not None:
            return _LADDER[self._now.rank]
        last = self._cycles[-1] if self._cycles else None
        is_lost = last is not None and last.outcome == "lost" and as_of < (last.ended_at or 0) + 180 * DAY
        return "CLOSED_LOST" if is_lost else "TAM"

    def _engagement(self, at: int) -> float:
        cycle = self._now
        return 0.0 if cycle is None else engagement(_MODEL, cycle.rows, at, cycle.window)

    def _due(self) -> Iterator[tuple[int, str]]:
        """Yield what time alone does next."""
        if self._cool_until is not None:
            yield self._cool_until, "warm"
        if self._word is not None:
            yield self._word.until, "release"
        elif self._now is not None and self._now.rank == _SUSPECT:
            yield max(self._asleep_at(self._now), self._now.since), "sleep"

    def _asleep_at(self, cycle: _Cycle) -> int:
        return max(self._active_at, cycle.started_at) + 90 * DAY

    def _happens(self, at: int, what: str) -> None:
        if what == "release":
            self._release(at)
        elif what == "sleep":
            self._end(at, "void")
        elif what == "warm":
            self._cool_until = None
            self._rise(at, 0)
        else:
            self._look(at)

    def _look(self, evening: int) -> None:
        """Count the evenings in a row on which a lead is below its exit (D4)."""
        cycle = self._now
        if cycle is None or cycle.rank not in _ENTER:
            return
        is_below = self._engagement(evening) < _ENTER[cycle.rank] - _GAP
        cycle.evenings_below = cycle.evenings_below + 1 if is_below else 0
        if cycle.evenings_below == _DWELL:
            cycle.rank, cycle.since, cycle.evenings_below = cycle.rank - 1, evening, 0

    def _told(self, fact: Fact) -> None:
        if fact.kind == "person":
            self._said(fact.at, fact.what)
        elif fact.kind == "ruling":
            self._ruled(fact.at, str(fact.what))
        else:
            self._did(fact)

    def _begin(self, at: int) -> _Cycle:
        self._word = None
        self._now = _Cycle(at, at)
        self._cycles.append(self._now)
        return self._now

    def _end(self, at: int, outcome: str) -> None:
        if self._now is not None:
            self._now.ended_at, self._now.outcome = at, outcome
        self._now = self._cool_until = None

    def _did(self, fact: Fact) -> None:
        event, at = str(fact.what), fact.at
        last = self._cycles[-1] if self._cycles else None
        if self._now is None:
            is_lost = last is not None and last.outcome == "lost" and at - (last.ended_at or 0) <= 90 * DAY
            if event == "unsubscribe" or (is_lost and event not in _HOT):
                return
        cycle = self._now or self._begin(at)
        if fact.row is not None:
            cycle.rows.append(fact.row)
        if event != "unsubscribe":
            self._active_at = at
            is_raised = event in _HOT or (event in _VISITS and _comes_back(cycle, at))
            self._rise(at, _READY if event == "demo_request" else _INQUIRY if is_raised else _SUSPECT)

    def _rise(self, at: int, least: int) -> None:
        """Lift the lead as far as an event, or its score, carries it."""
        cycle = self._now
        if cycle is None or cycle.rank >= _READY:
            return
        value = self._engagement(at)
        reached = _ACTIONS.get(cell(_MODEL, 60.0, value)[1], 0)
        if reached == _READY and self._cool_until is not None:
            reached = _MQL
        rank = max(least, reached)
        if rank > cycle.rank:
            cycle.rank, cycle.evenings_below = rank, 0

    def _ruled(self, at: int, ruling: str) -> None:
        if ruling == "accept":
            cycle = self._now or self._begin(at)
            cycle.rank = _ACCEPTED
        elif self._now is not None:
            shown = self._stage(at)
            self._word = None
            left = max(self._now.rank, _LADDER.index(shown) if shown in _LADDER else 0)
            if ruling == "not_ready" and left:
                self._now.rank, self._now.window, self._now.evenings_below = min(left, _INQUIRY), at, 0
                self._now.since, self._cool_until = at, at + 30 * DAY
            else:
                self._end(at, _ENDS.get(ruling, "void"))

    def _said(self, at: int, stage: str | None) -> None:
        if stage is None:
            self._release(at)
        elif stage != self._stage(at):
            if self._now is None:
                self._begin(at)
            self._word = _Word(stage, at + 30 * DAY)

    def _release(self, at: int) -> None:
        if self._word is None:
            return
        self._word = None
        cycle = self._now
        if cycle is not None and (not cycle.rank or (cycle.rank == _SUSPECT and self._asleep_at(cycle) <= at)):
            self._end(at, "void")
