"""How long an owner has been asked whether a sale is delayed, and until when there is time to answer (domain C2)."""

from collections.abc import Callable

from syncer.agreement.model import Agreement
from syncer.funnel.bounds import NEVER
from syncer.funnel.outcomes import Reading
from syncer.moments import DAY, Millis

#: Reads a deal as it was at a moment.
ReadAt = Callable[[Millis], Reading]


def answer_by(agreement: Agreement, since: Millis) -> Millis:
    """Return until when an owner may answer a question that has stood since a moment.

    Nobody's time runs before both teams have signed.
    """
    return Millis(max(since, agreement.signed_at) + agreement.closed_other.propose.grace_days * DAY)


def applied_at(agreement: Agreement, since: Millis) -> Millis:
    """Return when an unanswered question decides the delay by itself: never where only a person does."""
    return answer_by(agreement, since) if agreement.closed_other.propose.auto_apply_after_grace else Millis(NEVER)


def is_same_question(before: Reading, now: Reading) -> bool:
    """Say whether a question asked of a deal as it was is the one asked of it now, whatever it is worth since."""
    return (before.entered_at, before.close_date, before.chosen, before.chosen_at) == (
        now.entered_at,
        now.close_date,
        now.chosen,
        now.chosen_at,
    )
