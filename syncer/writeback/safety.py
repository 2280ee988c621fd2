"""Refuses a plan that would change an implausible share of the CRM, and names a plan by its content."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from syncer.errors import UnsafePlan
from syncer.records import Kind
from syncer.writeback.intents import Intent


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanLimits:
    """How much of the CRM one plan may change."""

    #: Share of live records that may get another value in one property, 0..1.
    max_share: float
    #: Below so many changed records no share is implausible.
    min_records: int
    #: Properties that follow every decision (scores): another value is their nature, blanking them is not.
    drifting: frozenset[str] = frozenset()


def check_plan(changes: Iterable[Intent], totals: Mapping[Kind, int], limits: PlanLimits) -> None:
    """Raise UnsafePlan where a plan replaces or blanks one property in too many of the live records.

    `totals` counts live records by kind. Filling a blank property is never implausible.
    """
    counted: Counter[tuple[Kind, str]] = Counter()
    for change in changes:
        drifts = change.property in limits.drifting and change.value is not None
        if change.previous is not None and not drifts:
            counted[change.kind, change.property] += 1
    found = [
        f"{name} of {number} of {totals.get(kind, 0)} {kind}"
        for (kind, name), number in sorted(counted.items())
        if number >= limits.min_records and number > limits.max_share * totals.get(kind, 0)
    ]
    if found:
        raise UnsafePlan(
            f"the plan would change {', '.join(found)}: more than {limits.max_share:.0%}",
            hint="look at `syncer sync --dry-run`; if it is what you want, run it again with --force",
        )


def plan_checksum(changes: Iterable[Intent]) -> str:
    """Return a short name of a plan's content, the same for the same changes in any order."""
    lines = sorted(
        repr((change.account, change.kind.value, change.record_id, change.property, change.value, change.previous))
        for change in changes
    )
    return sha256("\n".join(lines).encode()).hexdigest()[:16]
