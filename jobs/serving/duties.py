"""What is done for an account, and when by the clock: pure, and the same whoever does it."""

from collections.abc import Mapping
from enum import StrEnum

from jobs.figures.freezing import HOUR_OF_FREEZING
from jobs.schedule import Every, Nightly
from jobs.settings import Settings
from syncer.agreement import InForce


class Duty(StrEnum):
    """One kind of work on one account."""

    SYNC = "sync"
    MEASURE = "measure"
    FREEZE = "freeze"
    RECONCILE = "reconcile"
    PRUNE = "prune"
    DIGEST = "digest"
    #: Not by the clock: while hints wait in the inbox, and while values wait in the outbox.
    DRAIN = "drain"
    PUSH = "push"


#: Duties that ask the CRM, and are left out while the account is sick. Drains have patience of their own.
ASKING = frozenset({Duty.SYNC, Duty.RECONCILE, Duty.PUSH})
#: Duties that read one state of the account, and are done beside all others.
BESIDE = frozenset({Duty.MEASURE, Duty.DIGEST})


def duties(settings: Settings, rules: InForce) -> Mapping[Duty, Every | Nightly]:
    """Return what is done for every account again and again."""
    plan, zone = settings.schedule, rules.agreement.calendar.zone
    found: dict[Duty, Every | Nightly] = {
        Duty.SYNC: Every(plan.sync_every),
        Duty.MEASURE: Every(plan.measure_every),
        Duty.FREEZE: Nightly(HOUR_OF_FREEZING, zone),
    }
    if plan.reconcile_hour is not None:
        found[Duty.RECONCILE] = Nightly(plan.reconcile_hour, zone)
    if settings.retention.hour is not None:
        found[Duty.PRUNE] = Nightly(settings.retention.hour, zone)
    report = settings.digest
    if report.hour is not None and report.variables:
        found[Duty.DIGEST] = Nightly(report.hour, zone)
    return found
