"""What a change of employer does: every deal stays behind, and the contact begins anew (domain R17)."""

from syncer.funnel.facts import Outcome, Relationship
from syncer.funnel.forecast import Place
from syncer.funnel.passage import Passage, outcome_of
from syncer.funnel.replay import Replay
from syncer.funnel.standing import NOWHERE
from syncer.moments import Millis
from syncer.records import Evidence
from syncer.tellings import employer_word

_RULE = "employer_changed"
_ENDED = frozenset({Outcome.WON, Outcome.LOST, Outcome.OTHER})


def employer(replay: Replay, row: Evidence) -> None:
    """Take a contact's change of company; a company that went into the present one by a merge is the same employer."""
    company = replay.facts.company
    if company is not None and employer_word(row.outcome or "").before in company.merged_ids:
        return
    at = Millis(row.occurred_at)
    replay.flag(_RULE)
    replay.overridden_until = None
    passage = replay.passage
    if passage is not None and replay.open_deals:
        _leave_behind(replay, passage)
    elif passage is not None:
        replay.end(at, Outcome.VOID, _RULE, (row.id,), actor="crm")
    for former in replay.cycles:
        former.is_former = True
    replay.afar |= {one.deal_id for one in replay.facts.deals if one.spans and one.spans[0].valid_from <= at}
    replay.shared_wins = {}
    replay.relate(Relationship.PROSPECT)
    replay.is_new = True
    replay.stand(NOWHERE, at, _RULE, (row.id,), actor="crm")


def _leave_behind(replay: Replay, passage: Passage) -> None:
    """Let the passage go on with the company of its deals, without the contact."""
    replay.left_behind.update(dict.fromkeys(replay.open_deals, passage))
    passage.deals_afar.update(replay.open_deals)
    replay.open_deals = {}
    replay.step_out()


def go_on_without(passage: Passage, place: Place) -> None:
    """Note where a deal stands that the contact left behind: it decides how its passage ends, not where they stand."""
    outcome = place.span.outcome
    if place.rank:
        passage.deals_afar.add(place.deal_id)
        return
    passage.deals_afar.discard(place.deal_id)
    if outcome in _ENDED:
        passage.closed_deals[place.deal_id] = (outcome, place.span.reason)
    if outcome is Outcome.WON or not passage.deals_afar:
        passage.ended_at = place.at
        passage.outcome = outcome_of(passage) if passage.closed_deals else Outcome.VOID
        passage.deal_id = place.deal_id
        passage.reason = place.span.reason if outcome is passage.outcome else None
