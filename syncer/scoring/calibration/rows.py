"""Closed outcomes as rows: what the rules said of a contact at a fixed moment, and whether it was won (domain D6)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from syncer.funnel.facts import ContactDecision, ContactFacts, Cycle, Outcome
from syncer.handover.entries import is_void
from syncer.moments import DAY, Millis
from syncer.scoring.contributions import ENGAGEMENT, axis_of, is_closing
from syncer.scoring.matrix import FULL, NONE
from syncer.scoring.scorer import Scorer


class Entry(StrEnum):
    """The moment at which a row is taken."""

    #: First entry into INQUIRY, or beyond it where the cycle began further on.
    INQUIRY = "inquiry"
    HANDOVER = "handover"


class Left(StrEnum):
    """Why a cycle gives no row."""

    #: Its horizon is not over.
    IMMATURE = "immature"
    VOID = "void"
    #: The contact objected, or a gate keeps it out.
    NOT_SCORED = "not_scored"
    #: What it did may not be scored.
    NO_CONSENT = "no_consent"
    #: Closed in the moment in which it began: an import, no sale that we could have foreseen.
    BORN_CLOSED = "born_closed"
    #: Another record's later activity may have come in by a merge.
    MERGED = "merged"
    #: Sales never worked on it: its outcome says nothing about it.
    UNWORKED = "unworked"


class Hit(NamedTuple):
    """How a rule counted for a row."""

    times: int
    #: Its points as faded, per point of the rule.
    units: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One cycle at its moment of decision. Nothing in it is later than `t0` but `profile` and `is_won`."""

    contact_id: str
    #: The company, or the contact where none is known: what a split keeps whole.
    company: str
    t0: Millis
    is_won: bool
    engagement: float
    #: Rules that hold for the profile as it is now: it has no history.
    profile: frozenset[str]
    #: Rules of engagement that counted at `t0`.
    hits: Mapping[str, Hit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Which rows are wanted."""

    as_of: Millis
    horizon_days: int
    entry: Entry
    #: How far back rows are taken.
    days: int

    @property
    def until(self) -> int:
        """Rows up to here had their whole horizon."""
        return self.as_of - self.horizon_days * DAY


@dataclass(kw_only=True, slots=True)
class Gathered:
    """Rows, and how many cycles gave none for which reason."""

    rows: list[Row] = field(default_factory=list)
    left: Counter[Left] = field(default_factory=Counter)

    def add(self, found: Iterator[Row | Left]) -> None:
        """Take what one contact gives."""
        for one in found:
            if isinstance(one, Left):
                self.left[one] += 1
            else:
                self.rows.append(one)


def rows_of(scorer: Scorer, facts: ContactFacts, decision: ContactDecision, terms: Terms) -> Iterator[Row | Left]:
    """Yield a row for each cycle whose moment lies within the days looked at, or why there is none."""
    for cycle in decision.cycles:
        t0 = decision_point(cycle, terms.entry)
        if t0 is not None and terms.until - terms.days * DAY < t0 <= terms.as_of:
            yield _left(scorer, facts, decision, cycle, terms) or _row(scorer, facts, cycle, t0, terms)


def decision_point(cycle: Cycle, entry: Entry) -> Millis | None:
    """Return the moment at which a cycle is judged, or None where it never came there."""
    if entry is Entry.HANDOVER:
        return cycle.sales_ready_at
    reached = (cycle.inquiry_at, cycle.mql_at, cycle.sales_ready_at)
    return min((at for at in reached if at is not None), default=None)


def _left(scorer: Scorer, facts: ContactFacts, decision: ContactDecision, cycle: Cycle, terms: Terms) -> Left | None:
    t0 = decision_point(cycle, terms.entry) or terms.as_of
    basis = scorer.basis(facts, t0)
    reasons = (
        (Left.NOT_SCORED, basis == NONE),
        (Left.NO_CONSENT, basis != FULL),
        (Left.IMMATURE, t0 > terms.until),
        (Left.VOID, is_void(decision, cycle)),
        (Left.BORN_CLOSED, cycle.ended_at is not None and cycle.ended_at <= max(t0, cycle.deal_at or t0)),
        (Left.MERGED, bool(facts.contact.merged_ids)),
        (Left.UNWORKED, cycle.sales_ready_at is None and cycle.accepted_at is None and cycle.deal_at is None),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _row(scorer: Scorer, facts: ContactFacts, cycle: Cycle, t0: Millis, terms: Terms) -> Row:
    engagement, hits = engagement_at(scorer, facts, cycle, t0)
    in_time = cycle.ended_at is not None and cycle.ended_at <= t0 + terms.horizon_days * DAY
    return Row(
        contact_id=facts.contact.id,
        company=f"company:{facts.company.id}" if facts.company is not None else f"contact:{facts.contact.id}",
        t0=t0,
        is_won=cycle.outcome is Outcome.WON and in_time,
        engagement=engagement,
        profile=frozenset(scorer.fit(facts, t0).hits),
        hits=hits,
    )


def engagement_at(scorer: Scorer, facts: ContactFacts, cycle: Cycle, moment: Millis) -> tuple[float, Mapping[str, Hit]]:
    """Return engagement in a cycle's window as of a moment, and the rules that gave it."""
    rejected_at = cycle.rejected_at
    began = rejected_at if rejected_at is not None and rejected_at < moment else cycle.started_at
    track = scorer.replay(facts, as_of=moment, started_at=began)
    lines = [line for line in scorer.engagement_contributions(track, as_of=moment) if axis_of(line) == ENGAGEMENT]
    hits: dict[str, Hit] = {}
    for line in lines:
        if not is_closing(line) and line.raw:
            # A deduction for a fact has no events and counts once.
            count = len(line.evidence_ids) or 1
            hits[line.rule_id] = Hit(count, line.decayed * count / line.raw)
    return sum(line.after_cap for line in lines), hits
