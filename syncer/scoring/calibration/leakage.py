"""Checks against knowing the end beforehand: which rules cannot be judged by past outcomes, and why (domain D6)."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.agreement.events import EventKind
from syncer.agreement.model import Agreement
from syncer.agreement.names import Ground
from syncer.agreement.score import EngagementRule, FitRule, NegativeRule
from syncer.scoring.calibration.rates import RuleRate
from syncer.scoring.calibration.woe import Strength
from syncer.scoring.names import AS_OF, IDLE_DAYS


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


_SALE = re.compile(r"lifecycle|lead_status|owner|amount|clos|deal|stage|date_entered|reason|contract")
_SOURCE = re.compile(r"source|campaign")
#: What time alone decides was known at every moment.
_OF_TIME = frozenset({IDLE_DAYS, AS_OF})


def suspicions(agreement: Agreement, rates: Sequence[RuleRate]) -> Iterator[Suspicion]:
    """Yield every rule of the score model that a leak may speak through, each with its gravest leak."""
    model = agreement.score_model
    too_good = {one.rule for one in rates if one.strength is Strength.SUSPICIOUS}
    meetings = {one.event for one in agreement.events.root if EventKind.MEETING in one.kinds}
    for group in model.fit.groups.values():
        for rule in group.rules:
            yield Suspicion(rule=rule.id, leak=_read(_names(agreement, rule)) or Leak.CURRENT_VALUE)
    behaviour = [rule for one in model.engagement.groups.values() for rule in one.rules]
    judged: list[EngagementRule | NegativeRule] = [*behaviour, *model.negative]
    for each in judged:
        names = _names(agreement, each)
        leak = _read(names) or _of_event(each, meetings, names)
        if leak is None and each.id in too_good:
            leak = Leak.TOO_GOOD
        if leak is not None:
            yield Suspicion(rule=each.id, leak=leak)


def _names(agreement: Agreement, rule: FitRule | EngagementRule | NegativeRule) -> Collection[str]:
    """Return the facts that a rule reads, without the record that they belong to."""
    if rule.when is None:
        return ()
    of_profile = isinstance(rule, FitRule) or rule.event is None
    condition = agreement.condition(rule.when, Ground.PROFILE if of_profile else Ground.EVENT)
    return {name.rpartition(".")[2] for name in condition.names}


def _read(names: Collection[str]) -> Leak | None:
    if any(_SALE.search(name) for name in names):
        return Leak.SALE_FIELD
    return Leak.OVERWRITTEN if any(_SOURCE.search(name) for name in names) else None


def _of_event(rule: EngagementRule | NegativeRule, meetings: Collection[str], names: Collection[str]) -> Leak | None:
    if rule.event in meetings:
        return Leak.SALES_ACTIVITY
    return Leak.CURRENT_VALUE if rule.event is None and not _OF_TIME.issuperset(names) else None
