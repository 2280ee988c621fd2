"""What a contact's deals do to its replay: opening, moving, closing, reopening, vanishing (domain B5, B6)."""

from collections.abc import Sequence

from syncer.agreement.stage_map import PipelineKind
from syncer.funnel.employer import go_on_without
from syncer.funnel.facts import ContactFacts, CycleType, DealDecision, DealSpan, Origin, Outcome, Relationship
from syncer.funnel.forecast import DEAL, ELIGIBLE, OFFER, Place, places
from syncer.funnel.passage import Passage, outcome_of
from syncer.funnel.reactions import note_cell
from syncer.funnel.replay import Replay
from syncer.funnel.rules import Rules
from syncer.funnel.shared import GONE, note_shared
from syncer.funnel.standing import ACCEPTED, FORECAST, NOWHERE, SALES_READY
from syncer.moments import Millis

_RULES = {DEAL: "deal_created", OFFER: "offer", FORECAST: "forecast"}


def places_of(facts: ContactFacts, rules: Rules) -> Sequence[Place]:
    """Return where the contact's deals stand over time, in order; of equal moments the lower deal id first."""
    calendar, p_min = rules.agreement.calendar, rules.agreement.forecast.p_min
    found = [place for decision in facts.deals for place in places(decision, calendar, p_min)]
    return sorted(found, key=_order)


def move(replay: Replay, place: Place) -> None:
    """Take note of where a deal now stands."""
    kind = place.span.pipeline_kind
    if place.deal_id in replay.afar:
        _move_afar(replay, place)
    elif kind not in ELIGIBLE and place.span.outcome is not Outcome.UNMAPPED:
        if place.deal_id in replay.open_deals:
            _take_out(replay, place, "pipeline_changed")
        if kind == PipelineKind.RENEWAL:
            _renewal(replay, place)
    elif place.decision.primary_contact_id != replay.facts.contact.id:
        note_shared(replay, place)
    elif place.rank:
        _stand(replay, place)
    else:
        _leave(replay, place)


def _move_afar(replay: Replay, place: Place) -> None:
    """Note what becomes of a deal of a former employer: it moves the contact no more (domain R17)."""
    passage = replay.left_behind.get(place.deal_id)
    if passage is not None and passage.ended_at is None:
        go_on_without(passage, place)
    elif place.span.outcome in GONE and place.deal_id in replay.homes:
        _restate(replay, replay.homes[place.deal_id], place)


def _stand(replay: Replay, place: Place) -> None:
    """Note that the deal is open."""
    rule = _RULES[place.rank]
    before = replay.open_deals.get(place.deal_id)
    if before is None:
        rule = _enter(replay, place) or rule
    elif before > place.rank == DEAL:
        rule = "offer_withdrawn"
    elif before == FORECAST:
        rule = "forecast_left"
    replay.open_deals[place.deal_id] = place.rank
    replay.kinds[place.deal_id] = place.span.pipeline_kind
    # While a deal is open, its home is the passage that is open.
    passage = replay.homes[place.deal_id]
    if passage.offer_at is None and place.span.offer_at is not None:
        passage.offer_at = max(place.span.offer_at, passage.started_at)
    _lead(replay, passage, _leading(replay))
    _show(replay, place, rule)


def _enter(replay: Replay, place: Place) -> str | None:
    """Bring a deal into a passage; the rule's name where it was closed before."""
    home = replay.homes.get(place.deal_id)
    rule = None if home is None else "reopened"
    # A deal is a stronger fact than a person's override.
    replay.overridden_until = None
    passage = replay.passage or _passage_for(replay, home, place)
    if home is not None:
        home.closed_deals.pop(place.deal_id, None)
    replay.homes[place.deal_id] = passage
    passage.deal_at = place.at if passage.deal_at is None else passage.deal_at
    owner = place.decision.owner_id
    if owner is not None and owner == replay.facts.contact.owner_id:
        # Whoever opens a deal on an own contact has accepted it.
        passage.reach(ACCEPTED, place.at)
        replay.lead = max(replay.lead, ACCEPTED)
    return rule


def _passage_for(replay: Replay, home: Passage | None, place: Place) -> Passage:
    """Take up the passage that the deal belonged to last, or begin another one."""
    at = place.at
    if home is not None and _resumes(replay, home, place):
        replay.resume(home, at)
        return home
    origin = Origin.OUTBOUND if home is None else Origin.REOPENED
    return replay.begin(at, origin, replay.first_contact(at))


def _resumes(replay: Replay, home: Passage, place: Place) -> bool:
    """Say whether a deal that is open again takes back the end of its passage; what another one won stays won."""
    ended = home.ended_at
    if home is not replay.cycles[-1] or ended is None or place.at - ended > replay.rules.reopen:
        return False
    return all(outcome is not Outcome.WON or one == place.deal_id for one, (outcome, _) in home.closed_deals.items())


def _leave(replay: Replay, place: Place) -> None:
    """Note that the deal is not open any more."""
    was_open = place.deal_id in replay.open_deals
    if place.span.outcome in GONE:
        if was_open:
            _take_out(replay, place, "deal_gone")
        elif place.deal_id in replay.homes:
            _restate(replay, replay.homes[place.deal_id], place)
        return
    if not was_open:
        # Closed in the moment of its creation, or closed otherwise than before.
        home = replay.homes.get(place.deal_id)
        if home is not None and home.closed_deals.get(place.deal_id, (None, None))[0] is place.span.outcome:
            _give_reason(home, place)
            return
        rank = DEAL if place.span.offer_at is None else OFFER
        _stand(replay, place._replace(rank=rank))
    replay.open_deals.pop(place.deal_id, None)
    replay.kinds[place.deal_id] = place.span.pipeline_kind
    _close(replay, place)


def _give_reason(home: Passage, place: Place) -> None:
    """Note why a deal is closed that was closed before: it ended when it did."""
    home.closed_deals[place.deal_id] = (place.span.outcome, place.span.reason)
    if home.deal_id == place.deal_id and home.ended_at is not None:
        home.reason = place.span.reason


def _close(replay: Replay, place: Place) -> None:
    passage, span = replay.homes[place.deal_id], place.span
    passage.closed_deals[place.deal_id] = (span.outcome, span.reason)
    # So is its end, even where other deals go on.
    replay.overridden_until = None
    if span.outcome is Outcome.WON:
        _finish(replay, passage, place, Outcome.WON)
        if replay.open_deals:
            _carry_over(replay, passage, place.at)
    elif replay.open_deals:
        _lead(replay, passage, _leading(replay))
        _show(replay, place, "deal_closed")
    else:
        _finish(replay, passage, place, outcome_of(passage))


def _finish(replay: Replay, passage: Passage, place: Place, outcome: Outcome) -> None:
    """End the passage with its deals: won beats other, other beats lost."""
    deciding = [deal_id for deal_id, (one, _) in passage.closed_deals.items() if one is outcome]
    # The deal that closed last, this one where it is one of them.
    _lead(replay, passage, deciding[-1])
    passage.reason = passage.closed_deals[passage.deal_id or ""][1]
    open_deals, replay.open_deals = replay.open_deals, {}
    replay.end(place.at, outcome, place.span.rule, (f"deal:{passage.deal_id}",), actor="crm")
    replay.open_deals = open_deals


def _carry_over(replay: Replay, won: Passage, at: Millis) -> None:
    """Deals still open after the first won one belong to an expansion that begins at that moment."""
    passage = replay.begin(at, won.origin, at)
    passage.deal_at = at
    for deal_id in replay.open_deals:
        replay.homes[deal_id] = passage
    if max(replay.open_deals.values()) >= OFFER:
        passage.offer_at = at
    _lead(replay, passage, _leading(replay))
    # What sales had accepted, and not rejected since, it goes on with.
    replay.lead = ACCEPTED if won.resume_rank == ACCEPTED else NOWHERE
    replay.stand(max(replay.open_deals.values()), at, "carried_over", (f"deal:{passage.deal_id}",), actor="crm")


def _lead(replay: Replay, passage: Passage, deal_id: str) -> None:
    """Let a deal lead the passage: one in a pipeline for expansions makes it an expansion (domain R14)."""
    passage.deal_id = deal_id
    is_expansion = replay.kinds.get(deal_id) == PipelineKind.EXPANSION
    passage.type = CycleType.EXPANSION if is_expansion else passage.begun_as


def _take_out(replay: Replay, place: Place, rule: str) -> None:
    """Take an open deal out that was deleted, or is none of our business any more."""
    del replay.open_deals[place.deal_id]
    passage = replay.homes.pop(place.deal_id)
    if replay.open_deals:
        _lead(replay, passage, _leading(replay))
        _show(replay, place, rule)
    elif passage.closed_deals:
        _finish(replay, passage, place, outcome_of(passage))
    else:
        passage.deal_at = passage.offer_at = passage.deal_id = None
        evidence = (f"deal:{place.deal_id}",)
        if replay.lead == NOWHERE:
            # The deal may come back, and its passage with it (domain R3).
            replay.homes[place.deal_id] = passage
            replay.end(place.at, Outcome.VOID, rule, evidence, actor="crm")
        else:
            replay.watch(place.at)
            if not replay.held and replay.lead < ACCEPTED:
                passage.reach(replay.lead, place.at)
            if replay.lead == SALES_READY and replay.unseen:
                # What was asked for meanwhile is handed over: it waits for sales from now on.
                rule, replay.unseen = replay.unseen, ""
                note_cell(replay, place.at)
            replay.stand(replay.lead, place.at, rule, evidence, actor="crm")


def _restate(replay: Replay, home: Passage, place: Place) -> None:
    """Take back the end that a deleted deal gave: its passage ends as its other deals did, or was none."""
    if home.closed_deals.pop(place.deal_id, None) is None:
        return
    del replay.homes[place.deal_id]
    if home.outcome is Outcome.OPEN:
        return
    home.outcome = outcome_of(home) if home.closed_deals else Outcome.VOID
    home.deal_id = next((one for one, end in home.closed_deals.items() if end[0] is home.outcome), None)
    home.reason = None if home.deal_id is None else home.closed_deals[home.deal_id][1]
    replay.relate(replay.earned())
    if replay.passage is None:
        replay.restore(place.at, "deal_gone")


def _show(replay: Replay, place: Place, rule: str) -> None:
    rank = max(replay.open_deals.values())
    replay.stand(rank, place.at, rule, (f"deal:{_leading(replay)}",), actor="crm")


def _leading(replay: Replay) -> str:
    """Return the open deal that is furthest; of equals the lowest id."""
    return min(replay.open_deals, key=lambda deal_id: (-replay.open_deals[deal_id], deal_id))


def _renewal(replay: Replay, place: Place) -> None:
    """Renewals move no stage; a lost one makes a former customer unless another contract is left (domain R13)."""
    outcome = place.span.outcome
    is_back = replay.relationship is Relationship.FORMER_CUSTOMER and outcome is not Outcome.LOST
    if outcome is Outcome.WON or (is_back and _has_contract(replay, place.at)):
        replay.relate(Relationship.CUSTOMER)
    elif outcome is Outcome.LOST and not _has_contract(replay, place.at):
        replay.relate(Relationship.FORMER_CUSTOMER)


def _has_contract(replay: Replay, at: Millis) -> bool:
    """Say whether no renewal is lost as of a moment, or more deals are won: each lost one ends a contract."""
    near = (one for one in replay.facts.deals if one.deal_id not in replay.afar)
    standing = [(span.pipeline_kind, span.outcome) for one in near for span in one.spans if _holds(span, at)]
    won = sum(kind in ELIGIBLE and outcome is Outcome.WON for kind, outcome in standing)
    lost = sum(kind == PipelineKind.RENEWAL and outcome is Outcome.LOST for kind, outcome in standing)
    return not lost or won > lost


def _holds(span: DealSpan, at: Millis) -> bool:
    return span.valid_from <= at and (span.valid_to is None or at < span.valid_to)


def _order(place: Place) -> tuple[Millis, str]:
    return place.at, place.deal_id


def unmapped(decisions: Sequence[DealDecision]) -> bool:
    """Say whether any deal stands in a stage that nobody mapped."""
    return any(span.outcome is Outcome.UNMAPPED for one in decisions for span in one.spans[-1:])
