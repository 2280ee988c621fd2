"""What a buying group's deals do to those who do not carry them: no stage, but a win makes customers of all (R9)."""

from syncer.funnel.facts import Outcome, Relationship
from syncer.funnel.forecast import Place
from syncer.funnel.replay import Replay

#: Of these nothing that a deal said before holds.
GONE = frozenset({Outcome.VOID, Outcome.UNMAPPED})


def note_shared(replay: Replay, place: Place) -> None:
    """Note where a deal stands that another contact carries.

    Its win is taken back with its end: reopened within the agreed days (R3), or deleted (R4). Later it stays.
    """
    wins, ident = replay.shared_wins, place.deal_id
    if place.span.outcome is Outcome.WON:
        wins.setdefault(ident, place.at)
        replay.relate(Relationship.CUSTOMER)
        return
    won_at = wins.get(ident)
    if won_at is None:
        return
    if place.span.outcome in GONE or place.at - won_at <= replay.rules.reopen:
        del wins[ident]
        replay.relate(replay.earned())
    else:
        wins[ident] = None
