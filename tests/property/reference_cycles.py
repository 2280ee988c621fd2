"""Cycles and stages as domain B2, B5 and B6 tell them, written from those pages alone and as plainly as can be.

Knows hard facts only: requests, acceptances, four rejections, and deals that open, move, close and vanish.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from syncer.moments import DAY, Millis, millis, moment
from tests.unit.funnel.build import BERLIN

_SUSPECT, _INQUIRY, _READY, _ACCEPTED = 1, 2, 4, 5
_STAGES = ("TAM", "SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "LEAD_DEAL", "OPPORTUNITY", "FORECAST")
_OPEN = ("appointmentscheduled", "qualifiedtobuy", "contractsent")
#: Fourteen evenings in a row below the exit.
_DWELL = 13
_REJECTED = {"bad_timing": "other", "no_fit": "lost", "duplicate": "void"}
#: Reason to what a lost deal is.
REASONS = {"zu teuer": "lost", "Projekt verschoben": "other"}


class DealPast(NamedTuple):
    """One deal: its stages, why it was lost, whether the contact's own owner opened it, and when it was deleted."""

    moves: Sequence[tuple[Millis, str]]
    reason: str
    is_owners: bool
    close_date: Millis | None
    gone_at: Millis | None


class Standing(NamedTuple):
    """What is to be decided: cycles are number, start, end, outcome, type and what they were recycled from."""

    stage: str
    cycles: Sequence[tuple[object, ...]]
    is_customer: bool


@dataclass
class _Cycle:
    number: int
    kind: str
    started_at: int
    recycled_from: int | None
    ended_at: int | None = None
    outcome: str = "open"
    rank: int = 0
    active_at: int = 0
    #: When the rank was last changed by itself or by a rejection, and the first evening below the exit.
    since: int = 0
    below_since: int | None = None
    closed: dict[str, str] = field(default_factory=dict)

    def result(self) -> str:
        """Return what the closed deals make of it: won beats other beats lost (B5)."""
        return next((one for one in ("won", "other", "lost") if one in self.closed.values()), "void")


def _evening(at: int, days: int = 1) -> int:
    local = moment(at).astimezone(BERLIN).date() + timedelta(days=days)
    return millis(datetime(local.year, local.month, local.day, tzinfo=BERLIN))


def _quarter(at: int) -> int:
    local = moment(at).astimezone(BERLIN)
    return 4 * local.year + (local.month - 1) // 3


class Reference:
    """One contact's past, fact by fact."""

    def __init__(self, deals: Mapping[str, DealPast]) -> None:
        self._deals = deals
        self._cycles: list[_Cycle] = []
        self._now: _Cycle | None = None
        self._open: dict[str, str] = {}
        self._homes: dict[str, _Cycle] = {}
        self._gone: set[str] = set()
        self._is_customer = False

    def standing(self, facts: Sequence[tuple[Millis, str]], as_of: Millis) -> Standing:
        """Return where the contact stands; at one moment facts come before deals, lower deal ids first."""
        told = [(at, 0, "", kind) for at, kind in facts]
        told += [(at, 1, ident, stage) for ident, deal in self._deals.items() for at, stage in _moves(deal)]
        for at, is_deal, ident, what in sorted(told, key=lambda one: one[:3]):
            if at <= as_of:
                self._sleep(at)
                self._deal(ident, at, what) if is_deal else self._lead(at, what)
        self._sleep(as_of)
        cycles = [
            (one.number, one.started_at, one.ended_at, one.outcome, one.kind, one.recycled_from) for one in self._cycles
        ]
        return Standing(self._stage(as_of), cycles, self._is_customer)

    def _stage(self, as_of: int) -> str:
        if self._open:
            return _STAGES[max(self._rank(ident, as_of) for ident in self._open)]
        if self._now is not None:
            return _STAGES[self._now.rank]
        last = self._cycles[-1] if self._cycles else None
        if last is None or last.outcome not in {"won", "lost"}:
            return "TAM"
        is_old = last.outcome == "lost" and as_of >= (last.ended_at or 0) + 180 * DAY
        return "TAM" if is_old else f"CLOSED_{last.outcome.upper()}"

    def _rank(self, ident: str, as_of: int) -> int:
        deal = self._deals[ident]
        if all(stage != "contractsent" for at, stage in deal.moves if at <= as_of):
            return 6
        return 8 if deal.close_date is not None and _quarter(deal.close_date) == _quarter(as_of) else 7

    def _begin(self, at: int) -> _Cycle:
        last = self._cycles[-1] if self._cycles else None
        kind = "acquisition" if last is None else "winback" if last.outcome == "lost" else last.kind
        real = [one for one in self._cycles if one.outcome != "void"]
        recycled = real[-1].number if real and real[-1].outcome == "other" else None
        self._now = _Cycle(len(self._cycles) + 1, "expansion" if self._is_customer else kind, at, recycled)
        self._cycles.append(self._now)
        return self._now

    def _end(self, cycle: _Cycle, at: int, outcome: str) -> None:
        cycle.ended_at, cycle.outcome, self._now = at, outcome, None
        self._is_customer = self._is_customer or outcome == "won"

    def _sleep(self, until: int) -> None:
        """Let time alone pass: an inquiry below its exit falls, a suspect without activity expires."""
        cycle = self._now
        if cycle is None or self._open:
            return
        if cycle.rank == _INQUIRY and cycle.below_since is not None:
            falls = _evening(cycle.below_since, _DWELL)
            if falls <= until:
                cycle.rank, cycle.since = _SUSPECT, falls
        if cycle.rank == _SUSPECT:
            expires = max((cycle.active_at or cycle.started_at) + 90 * DAY, cycle.since)
            if expires <= until:
                self._end(cycle, expires, "void")

    def _lead(self, at: int, what: str) -> None:
        cycle = self._now
        if what in {"request", "accept"}:
            if cycle is None and what == "request" and self._is_over(at):
                return
            cycle = cycle or self._begin(at)
            if what == "request":
                cycle.active_at, cycle.below_since = at, None
            cycle.rank = max(cycle.rank, _READY if what == "request" else _ACCEPTED)
        elif cycle is None or self._open:
            return
        elif what == "not_ready":
            cycle.rank, cycle.since = min(cycle.rank, _INQUIRY), at
            self._watch(cycle, at)
        else:
            self._end(cycle, at, _REJECTED[what])

    def _is_over(self, at: int) -> bool:
        """Say whether old evidence comes: what is not later than an end belongs to what ended (R5)."""
        last = self._cycles[-1] if self._cycles else None
        return last is not None and last.outcome != "void" and at <= (last.ended_at or 0)

    def _watch(self, cycle: _Cycle, at: int) -> None:
        cycle.below_since = _evening(at) if cycle.rank == _INQUIRY else None

    def _deal(self, ident: str, at: int, stage: str) -> None:
        if ident in self._gone:
            return
        if stage == "":
            self._vanish(ident, at)
        elif stage in _OPEN:
            if ident not in self._open:
                self._enter(ident, at)
            self._open[ident] = stage
        else:
            self._close(ident, at, "won" if stage == "closedwon" else REASONS[self._deals[ident].reason])

    def _enter(self, ident: str, at: int) -> None:
        home = self._homes.get(ident)
        cycle = self._now
        if cycle is None and home is not None and self._resumes(ident, home, at):
            cycle = self._now = home
            home.ended_at, home.outcome = None, "open"
            self._is_customer = any(one.outcome == "won" for one in self._cycles)
        if home is not None:
            home.closed.pop(ident, None)
        cycle = self._homes[ident] = cycle or self._begin(at)
        if self._deals[ident].is_owners:
            cycle.rank = max(cycle.rank, _ACCEPTED)

    def _resumes(self, ident: str, home: _Cycle, at: int) -> bool:
        """Say whether a deal takes back the end of its cycle (R3); what another one won stays won."""
        is_soon = home is self._cycles[-1] and home.ended_at is not None and at - home.ended_at <= 30 * DAY
        return is_soon and all(one == ident or outcome != "won" for one, outcome in home.closed.items())

    def _close(self, ident: str, at: int, outcome: str) -> None:
        home = self._homes.get(ident)
        if ident not in self._open:
            if home is not None and home.closed.get(ident) == outcome:
                return
            self._enter(ident, at)
        self._open.pop(ident, None)
        cycle = self._homes[ident]
        cycle.closed[ident] = outcome
        if outcome == "won":
            self._end(cycle, at, "won")
            if self._open:
                following = self._begin(at)
                following.rank = _ACCEPTED if cycle.rank == _ACCEPTED else 0
                self._homes.update(dict.fromkeys(self._open, following))
        elif not self._open:
            self._end(cycle, at, cycle.result())

    def _vanish(self, ident: str, at: int) -> None:
        """Take everything back that a deleted deal said (R4)."""
        self._gone.add(ident)
        home = self._homes.pop(ident, None)
        if home is None:
            return
        if self._open.pop(ident, None) is None:
            if home.closed.pop(ident, None) is not None and home.ended_at is not None:
                home.outcome = home.result()
                self._is_customer = any(one.outcome == "won" for one in self._cycles)
        elif not self._open and (home.closed or not home.rank):
            self._end(home, at, home.result())
        elif not self._open:
            home.since = at
            self._watch(home, at)


def _moves(deal: DealPast) -> Iterator[tuple[Millis, str]]:
    yield from (move for move in deal.moves if move[0] != deal.gone_at)
    if deal.gone_at is not None:
        yield deal.gone_at, ""
