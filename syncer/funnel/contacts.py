"""Where one contact stands and why: a causal replay of everything known up to a moment, never of what came later."""

from collections.abc import Sequence

import msgspec

from syncer.funnel.bootstrap import OTHER, expect_present
from syncer.funnel.deal_moves import move, places_of, unmapped
from syncer.funnel.due import due, in_tam, profile_change
from syncer.funnel.elapse import elapse
from syncer.funnel.facts import (
    ContactDecision,
    ContactFacts,
    FunnelStage,
    Outcome,
    Relationship,
    Score,
    StageEvent,
)
from syncer.funnel.forecast import Place
from syncer.funnel.handlers import HANDLERS
from syncer.funnel.passage import Passage
from syncer.funnel.promoters import PROMOTER, is_promoter
from syncer.funnel.replay import Replay
from syncer.funnel.rules import Rules
from syncer.funnel.standing import Tracks
from syncer.funnel.touches import with_entry
from syncer.funnel.transitions import is_handover
from syncer.moments import Millis
from syncer.scoring.fit import Fit
from syncer.scoring.matrix import FIT_ONLY, FULL, NONE
from syncer.scoring.track import Track


class _Frame(msgspec.Struct, frozen=True):
    """What is known before the replay begins."""

    fit: Fit
    #: full, fit_only or none.
    basis: str
    #: The gate that keeps the contact out.
    gate: str | None


#: A decision, and the replay that it was read off; None where there was nothing to replay.
_Decided = tuple[ContactDecision, Replay | None]


def decide_contact(facts: ContactFacts, *, rules: Rules, as_of: Millis) -> ContactDecision:
    """Return where a contact stands as of a moment, with its cycles, stage events, score and next due time.

    Evidence must be in ledger order; evidence and deals later than `as_of` change nothing but the due time.
    """
    return _decided(facts, rules, as_of, rules.scorer.track)[0]


def decide_counted(facts: ContactFacts, *, rules: Rules, as_of: Millis) -> tuple[ContactDecision, Track | None]:
    """Return the decision and the engagement that it stands on, with every event that gave points.

    The engagement is None without an open cycle of the contact, and where nothing is scored.
    """
    decision, replay = _decided(facts, rules, as_of, rules.scorer.whole_track)
    if replay is None or replay.passage is None or decision.score.basis != FULL:
        return decision, None
    return decision, replay.track


def _decided(facts: ContactFacts, rules: Rules, as_of: Millis, tracks: Tracks) -> _Decided:
    contact = facts.contact
    if rules.is_test is not None and rules.is_test(contact):
        return _absent(facts, rules, as_of, "is_test"), None
    frame = _frame(facts, rules, as_of)
    if not facts.evidence and not facts.deals and contact.lifecycle is None and contact.archived_at is None:
        return _untouched(facts, rules, frame, as_of), None
    replay = Replay(with_entry(facts), frame.fit, rules, tracks=None if frame.basis == FIT_ONLY else tracks)
    upcoming = _run(replay, as_of)
    return _decision(replay, frame, as_of, upcoming), replay


def _frame(facts: ContactFacts, rules: Rules, as_of: Millis) -> _Frame:
    contact, standing = facts.contact, rules.scorer.standing(facts, as_of)
    gate = standing.gate
    basis = NONE if gate else FIT_ONLY if contact.opted_out or contact.email is None else FULL
    return _Frame(standing.fit, basis, gate)


def _run(replay: Replay, as_of: Millis) -> Millis | None:
    """Replay everything up to `as_of`; return when a deal next changes by itself, or what is known beforehand comes."""
    facts = replay.facts
    if facts.contact.lifecycle is not None:
        expect_present(replay)
    upcoming = _with_deals(replay, places_of(facts, replay.rules), as_of) if facts.deals else _evidence(replay, as_of)
    archived = facts.contact.archived_at
    if archived is not None and archived <= as_of:
        elapse(replay, archived)
        _archive(replay, archived)
    elif as_of >= replay.wake:
        elapse(replay, as_of)
    return upcoming


def _evidence(replay: Replay, as_of: Millis) -> Millis | None:
    """Replay evidence up to a moment; return when the next comes that is known beforehand, such as a meeting."""
    handlers = HANDLERS
    for row in replay.facts.evidence:
        at = row.occurred_at
        if at > as_of:
            return Millis(at)
        if at >= replay.wake:
            elapse(replay, at)
        handler = handlers.get(row.kind)
        if handler is not None:
            handler(replay, row)
    return None


def _with_deals(replay: Replay, stops: Sequence[Place], as_of: Millis) -> Millis | None:
    """Replay evidence and deals in one order; at one moment evidence comes first."""
    index = 0
    upcoming = []
    for row in replay.facts.evidence:
        at = row.occurred_at
        if at > as_of:
            upcoming.append(Millis(at))
            break
        while index < len(stops) and stops[index].at < at:
            _move(replay, stops[index])
            index += 1
        if at >= replay.wake:
            elapse(replay, at)
        handler = HANDLERS.get(row.kind)
        if handler is not None:
            handler(replay, row)
    while index < len(stops) and stops[index].at <= as_of:
        _move(replay, stops[index])
        index += 1
    upcoming += [one.at for one in stops[index : index + 1]]
    return min(upcoming, default=None)


def _move(replay: Replay, place: Place) -> None:
    if place.at >= replay.wake:
        elapse(replay, place.at)
    move(replay, place)
    replay.wake_by(place.at)


def _archive(replay: Replay, at: Millis) -> None:
    replay.open_deals = {}
    replay.overridden_until = None
    if replay.passage is not None:
        replay.end(at, Outcome.VOID, "archived", actor="crm")


def _decision(replay: Replay, frame: _Frame, as_of: Millis, upcoming: Millis | None) -> ContactDecision:
    facts, rules = replay.facts, replay.rules
    passage = replay.passage
    engagement = 0.0 if passage is None else replay.measure(as_of)
    company = facts.company
    industry = None if company is None else company.industry
    country = facts.contact.country or (None if company is None else company.country)
    cycles = [one.frozen(facts.contact, industry, country, frame.fit.grade) for one in replay.cycles]
    stage, since = _stage(replay, frame, as_of)
    if facts.deals and unmapped(facts.deals):
        replay.flag("unmapped_stage")
    if is_promoter(facts, replay.relationship, rules, as_of):
        replay.flag(PROMOTER)
    return ContactDecision(
        facts.contact.id,
        stage,
        since,
        len(cycles),
        replay.relationship,
        _outcome(replay.cycles),
        rules.scorer.score(frame.fit, engagement, frame.basis),
        _events(replay),
        cycles,
        _sla_due(replay) if stage is FunnelStage.LEAD_SQL else None,
        replay.overridden_until,
        tuple(replay.flags) if frame.gate is None else (*replay.flags, f"gate:{frame.gate}"),
        due(replay, as_of, upcoming),
    )


def _stage(replay: Replay, frame: _Frame, as_of: Millis) -> tuple[FunnelStage, Millis | None]:
    """Return the stage by the resolver (domain B5) and since when."""
    facts = replay.facts
    archived = facts.contact.archived_at
    if archived is not None and archived <= as_of:
        return FunnelStage.OUT, archived
    if frame.gate is not None:
        return FunnelStage.OUT, None
    if replay.stage is FunnelStage.TAM and replay.passage is None and not _is_inside(replay, frame, as_of):
        return FunnelStage.OUT, None
    return replay.stage, replay.since if replay.since is not None else facts.contact.created_at


def _is_inside(replay: Replay, frame: _Frame, as_of: Millis) -> bool:
    """Say whether a contact without a passage belongs to the market; whom the CRM calls other only where they fit."""
    is_other = replay.facts.contact.lifecycle == OTHER and not replay.cycles
    fits = not is_other or frame.fit.grade in replay.rules.enter
    return fits and in_tam(replay.facts, replay.rules, as_of)


def _events(replay: Replay) -> Sequence[StageEvent]:
    cycles = replay.cycles
    if len(cycles) == 1:
        return cycles[0].events
    return [event for passage in cycles for event in passage.events]


def _outcome(passages: Sequence[Passage]) -> Outcome:
    for passage in reversed(passages):
        if passage.ended_at is not None:
            return passage.outcome
    return Outcome.OPEN


def _sla_due(replay: Replay) -> Millis | None:
    """Return until when sales has to touch a lead that waits for acceptance, counted from its last hand-over."""
    handed = [event for event in replay.cycles[-1].events if is_handover(event)]
    if not handed:
        return None
    rules, last = replay.rules, handed[-1]
    minutes = rules.request_minutes if last.rule == "explicit_request" else rules.score_minutes
    return rules.clock.after(last.occurred_at, minutes)


def _untouched(facts: ContactFacts, rules: Rules, frame: _Frame, as_of: Millis) -> ContactDecision:
    """Return the decision on a contact of whom nothing is known but the record."""
    inside = frame.gate is None and in_tam(facts, rules, as_of)
    return ContactDecision(
        contact_id=facts.contact.id,
        stage=FunnelStage.TAM if inside else FunnelStage.OUT,
        since=facts.contact.created_at if inside else None,
        cycle_no=0,
        relationship=Relationship.PROSPECT,
        outcome=Outcome.OPEN,
        score=rules.scorer.score(frame.fit, 0.0, frame.basis),
        events=(),
        cycles=(),
        flags=() if frame.gate is None else (f"gate:{frame.gate}",),
        due_at=profile_change(facts, rules, as_of),
    )


def _absent(facts: ContactFacts, rules: Rules, as_of: Millis, flag: str) -> ContactDecision:
    """Return the decision on a record that is no person of the market at all."""
    fit = rules.scorer.fit(facts, as_of)
    return ContactDecision(
        contact_id=facts.contact.id,
        stage=FunnelStage.OUT,
        since=None,
        cycle_no=0,
        relationship=Relationship.PROSPECT,
        outcome=Outcome.OPEN,
        score=_unscored(rules, fit),
        events=(),
        cycles=(),
        flags=(flag,),
    )


def _unscored(rules: Rules, fit: Fit) -> Score:
    return rules.scorer.score(fit, 0.0, NONE)
