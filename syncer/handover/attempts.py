"""How often sales tried to reach a lead, and whether it gave up before it had tried as often as agreed (domain D8)."""

from dataclasses import dataclass

from syncer.agreement.head import Attempts as Promised
from syncer.funnel.facts import ContactFacts
from syncer.funnel.touches import follows, is_touch
from syncer.funnel.two_way import is_two_way
from syncer.moments import DAY, Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempts:
    """What sales did about a lead within a stretch of time."""

    number: int
    first_at: Millis | None
    #: Both sides spoke.
    is_answered: bool

    def are_enough(self, promised: Promised, at: Millis) -> bool:
        """Say whether sales may give up a lead at a moment: it answered, or enough was tried over enough days."""
        if self.is_answered:
            return True
        over = 0 if self.first_at is None else at - self.first_at
        return self.number >= promised.min_attempts and over >= promised.over_days * DAY


def attempts_of(facts: ContactFacts, since: Millis, until: Millis) -> Attempts:
    """Return what a person did about a contact after one moment and up to another."""
    rows = [row for row in facts.evidence if follows(row.occurred_at, since) and row.occurred_at <= until]
    touches = [Millis(row.occurred_at) for row in rows if is_touch(row)]
    return Attempts(
        number=len(touches),
        first_at=touches[0] if touches else None,
        is_answered=any(is_two_way(row.kind, row.outcome) for row in rows),
    )
