"""The periodic review: what became of hand-overs, what that says about the rules, and a draft. Nothing is kept."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time

from jobs.deciding.derive import Clocks, deals_of, rules_of
from jobs.deciding.simulate import Simulation, Trial, horizon_of, simulate
from jobs.desk import Seat
from jobs.pulling.sources import SourceNames
from syncer.agreement import Agreement, parse_agreement
from syncer.agreement.drafting import Edit, drafted
from syncer.funnel import Rules, decide_contact
from syncer.funnel.facts import ContactDecision, ContactFacts
from syncer.handover.review import Review, Window, count, missed_at
from syncer.handover.simulation import Frame
from syncer.moments import DAY, Millis, millis
from syncer.scoring import FULL
from syncer.scoring.calibration.proposal import Change
from syncer.scoring.calibration.rows import Entry, Gathered, Terms, engagement_at, rows_of
from syncer.scoring.calibration.study import Study, study
from syncer.store import Unit

_MONTH = 365 * DAY // 12
#: Weeks over which the threshold simulator counts hand-overs.
_WEEKS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a review is asked."""

    #: The agreement's file and its text: what a draft is made of.
    file: str
    text: str
    #: Months of hand-overs looked at.
    months: int = 24
    #: An earlier version, whose cells are shown beside.
    previous: Agreement | None = None


@dataclass(kw_only=True, slots=True)
class Seen:
    """What one pass over all contacts counted."""

    review: Review = field(default_factory=Review)
    #: The same by the previous version's rules.
    earlier: Review = field(default_factory=Review)
    #: Rules that counted for winners who were never handed over.
    signals: Counter[str] = field(default_factory=Counter)
    handed: Gathered = field(default_factory=Gathered)
    entered: Gathered = field(default_factory=Gathered)
    #: Facts of the profile that nobody knows, by hand-overs without them.
    missing: Counter[str] = field(default_factory=Counter)
    people: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """One account's review."""

    account: str
    agreement: Agreement
    notice: str | None
    window: Window
    seen: Seen
    study: Study
    #: Today's rules, beside the draft's where there is one.
    simulation: Simulation
    #: The text of the proposed version; None where nothing is proposed.
    draft: str | None
    previous: Agreement | None


async def review(desk: Seat, asked: Asked) -> Reviewed:
    """Return the review of an account, measured on the facts as they are known now."""
    agreement = desk.agreement.agreement
    window, seen = await asyncio.to_thread(_seen, desk, asked)
    frame = window.frame
    found = study(agreement, seen.handed.rows, seen.entered.rows, as_of=frame.as_of, horizon_days=frame.horizon_days)
    edits = [_edit(change) for change in found.changes]
    draft = drafted(asked.text, asked.file, edits) if edits else None
    tried = agreement if draft is None else parse_agreement(draft, asked.file)
    return Reviewed(
        account=desk.name,
        agreement=agreement,
        notice=desk.agreement.notice,
        window=window,
        seen=seen,
        study=found,
        simulation=await simulate(desk, Trial(draft=tried, weeks=_WEEKS)),
        draft=draft,
        previous=asked.previous,
    )


def _edit(change: Change) -> Edit:
    group = ("score_model", "engagement", "groups", change.group)
    path = (*group, "cap") if change.rule is None else (*group, "rules", change.rule, "pts")
    return Edit(path=path, value=change.after)


def _seen(desk: Seat, asked: Asked) -> tuple[Window, Seen]:
    agreement, seen = desk.agreement.agreement, Seen()
    clocks = Clocks(as_of=desk.clock(), known_at=desk.clock())
    with desk.store.snapshot() as reading:
        frame = Frame(as_of=clocks.as_of, weeks=_WEEKS, horizon_days=horizon_of(desk, reading, clocks))
        since = Millis(clocks.as_of - asked.months * _MONTH)
        promised = agreement.agreement.sla.attempts_before_give_up
        window = Window(since=since, frame=frame, attempts=promised, signed_at=_signed_at(agreement))
        rules = rules_of(reading, desk.name, agreement)
        earlier = None if asked.previous is None else rules_of(reading, desk.name, asked.previous)
        for facts in _facts(desk, reading, clocks):
            decision = decide_contact(facts, rules=rules, as_of=clocks.as_of)
            _add(seen, facts, decision, rules, window)
            if earlier is not None:
                before = decide_contact(facts, rules=earlier, as_of=clocks.as_of)
                count(seen.earlier, facts, before, window)
    return window, seen


def _facts(desk: Seat, reading: Unit, clocks: Clocks) -> Iterator[ContactFacts]:
    found = reading.facts.contacts(desk.name, None, clocks.known_at, lambda ids: deals_of(reading, desk.name, ids))
    return SourceNames(desk.agreement.agreement).contacts(found)


def _add(seen: Seen, facts: ContactFacts, decision: ContactDecision, rules: Rules, window: Window) -> None:
    frame, scorer = window.frame, rules.scorer
    count(seen.review, facts, decision, window)
    for entry, gathered in ((Entry.HANDOVER, seen.handed), (Entry.INQUIRY, seen.entered)):
        days = (frame.mature_until - window.since) // DAY
        terms = Terms(as_of=frame.as_of, horizon_days=frame.horizon_days, entry=entry, days=days)
        gathered.add(rows_of(scorer, facts, decision, terms))
    if any((cycle.sales_ready_at or 0) > window.since for cycle in decision.cycles):
        seen.people += 1
        seen.missing.update(scorer.fit(facts, frame.as_of).missing)
    for cycle in decision.cycles:
        at = missed_at(cycle)
        if at is not None and (cycle.ended_at or 0) > window.since and scorer.basis(facts, at) == FULL:
            seen.signals.update(engagement_at(scorer, facts, cycle, at)[1].keys())


def _signed_at(agreement: Agreement) -> Millis | None:
    days = [one.at for one in agreement.agreement.signed]
    return millis(datetime.combine(max(days), time(), agreement.calendar.zone)) if days else None
