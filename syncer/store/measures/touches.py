"""Which facts of the evidence ledger are a rep's own work, and in which both sides spoke."""

from sqlalchemy import FromClause, and_, or_

from syncer.funnel.touches import NEVER_DONE, TOUCHES
from syncer.funnel.two_way import ANSWERED, NOT_HELD
from syncer.kpis.asked.ports import Cut
from syncer.records import ActivityKind
from syncer.store.measures.people import member
from syncer.store.measures.time import Expression

#: Where the owner stands in an item of evidence.
_ACTOR = 6


def held(facts: FromClause, cut: Cut) -> Expression:
    """Return whether a row of evidence was believed at the cut's knowledge time and lies not after as_of."""
    return and_(
        facts.c.account == cut.account,
        facts.c.occurred_at <= cut.as_of,
        facts.c.recorded_at <= cut.known_at,
        or_(facts.c.voided_at.is_(None), facts.c.voided_at > cut.known_at),
    )


def touches(facts: FromClause) -> Expression:
    """Return whether a row of evidence is a human, rep-initiated activity; automatic ones carry no owner."""
    done = or_(facts.c.outcome.is_(None), facts.c.outcome.not_in(sorted(NEVER_DONE)))
    kinds = sorted(kind.value for kind in TOUCHES)
    return and_(facts.c.kind.in_(kinds), done, member(facts.c.fact, _ACTOR).is_not(None))


def two_way(facts: FromClause) -> Expression:
    """Return whether both sides spoke: mail from the contact, an answered call, a meeting that was not missed."""
    answered = and_(facts.c.kind == ActivityKind.CALL.value, facts.c.outcome.in_(sorted(ANSWERED)))
    took_place = or_(facts.c.outcome.is_(None), facts.c.outcome.not_in(sorted(NOT_HELD)))
    return or_(
        facts.c.kind == ActivityKind.EMAIL_IN.value,
        answered,
        and_(facts.c.kind == ActivityKind.MEETING.value, took_place),
    )
