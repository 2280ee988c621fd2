"""Checks against knowing the end beforehand: which rules cannot be judged by past outcomes, and why (domain D6)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.agreement.events import EventKind
from syncer.agreement.model import Agreement
from syncer.agreement.score import EngagementRule, NegativeRule
from syncer.scoring.calibration.rates import RuleRate
from syncer.scoring.calibration.woe import Strength


class Leak(StrEnum):
    """How the end may have come into a rule."""

    #: The profile is known as it is now, not as it was then; it may have been filled because of the sale.
    CURRENT_VALUE = "current_value"
    #: Reads what moves with the sale itself: stage, owner, amount, closing fields.
    SALE_FIELD = "sale_field"
    #: Reads a source, which later touches overwrite.
    OVERWRITTEN = "overwritten"
    #: Counts what sales does, too.
    SALES_ACTIVITY = "sales_activity"
    #: Tells won from others better than a rule can.
    TOO_GOOD = "too_good"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspicion:
    """One rule that is not judged, or only with care."""

    rule: str
    leak: Leak


_SALE = re.compile(
    r"\b(lifecycle\w*|lead_status|owner\w*|amount\w*|close\w*|deal\w*|\w*stage\w*|num_associated_deals"
    r"|date_entered\w*|\w*reason|contract\w*)\b"
)
_SOURCE = re.compile(r"\b(source|campaign)\b")


def suspicions(agreement: Agreement, rates: Sequence[RuleRate]) -> Iterator[Suspicion]:
    """Yield every rule of the score model that a leak may speak through, each with its gravest leak."""
    model = agreement.score_model
    too_good = {one.rule for one in rates if one.strength is Strength.SUSPICIOUS}
    meetings = {one.event for one in agreement.events.root if EventKind.MEETING in one.kinds}
    for group in model.fit.groups.values():
        for rule in group.rules:
            yield Suspicion(rule=rule.id, leak=_read(rule.when) or Leak.CURRENT_VALUE)
    behaviour = [rule for one in model.engagement.groups.values() for rule in one.rules]
    judged: list[EngagementRule | NegativeRule] = [*behaviour, *model.negative]
    for each in judged:
        leak = _read(each.when or "") or _of_event(each, meetings)
        if leak is None and each.id in too_good:
            leak = Leak.TOO_GOOD
        if leak is not None:
            yield Suspicion(rule=each.id, leak=leak)


def _read(condition: str) -> Leak | None:
    if _SALE.search(condition):
        return Leak.SALE_FIELD
    return Leak.OVERWRITTEN if _SOURCE.search(condition) else None


def _of_event(rule: EngagementRule | NegativeRule, meetings: set[str]) -> Leak | None:
    if rule.event in meetings:
        return Leak.SALES_ACTIVITY
    is_profile = isinstance(rule, NegativeRule) and rule.event is None and "days_since" not in (rule.when or "")
    return Leak.CURRENT_VALUE if is_profile else None
