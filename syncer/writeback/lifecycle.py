"""Which lifecycle value and lead status a stage means in the CRM, and when they are left alone (domain B7, B8)."""

from syncer.agreement.writing import CrmStage, WriteWhen
from syncer.funnel.facts import FunnelStage, Outcome, Relationship
from syncer.writeback.diff import Move, move_of
from syncer.writeback.intents import Wanted
from syncer.writeback.rules import WriteRules
from syncer.writeback.standing import Shown, Standing

#: The only stages for which the lifecycle goes backward: once a cycle, when it ends without a customer.
_BACKWARD = frozenset({FunnelStage.TAM, FunnelStage.CLOSED_LOST})
#: Stages before sales has the lead: a status that says it is being worked on was set by somebody who knows better.
_BEFORE_SALES = frozenset({FunnelStage.OUT, FunnelStage.INQUIRY, FunnelStage.LEAD_MQL, FunnelStage.LEAD_SQL})


def crm_stage(standing: Standing, rules: WriteRules) -> CrmStage:
    """Return what a contact's stage is in the CRM; TAM is something only after Closed-Other."""
    return rules.stages.of(standing.stage, recycled=standing.outcome is Outcome.OTHER)


def lifecycle(standing: Standing, shown: Shown, rules: WriteRules, name: str) -> Wanted | None:
    """Return the lifecycle value to write, or None where the CRM's value stands."""
    stage = crm_stage(standing, rules)
    value, held = stage.lifecyclestage, shown.value(name)
    if standing.relationship is Relationship.CUSTOMER and standing.stage is not FunnelStage.OUT:
        promoted = rules.stages.promoter.lifecyclestage if standing.is_promoter else None
        value = promoted or rules.customer_value
    if (
        value is None
        or not _agreed(stage.lifecycle_when, shown, name)
        or _changed_after_us(standing, shown, name, value)
    ):
        return None
    match move_of(held, value, rules.lifecycle_order):
        case Move.UNKNOWN:
            return None
        case Move.BACKWARD if not _may_go_back(standing, shown, rules, name):
            return None
        case _:
            return _wanted(standing, value)


def lead_status(standing: Standing, shown: Shown, rules: WriteRules, name: str) -> Wanted | None:
    """Return the lead status to write, or None where somebody else's value stands."""
    stage = crm_stage(standing, rules)
    value, held = stage.hs_lead_status, shown.value(name)
    if value is None or not _agreed(stage.lead_status_when, shown, name):
        return None
    if _changed_after_us(standing, shown, name, value):
        return None
    if held is not None and standing.stage in _BEFORE_SALES and not shown.ours(name) and held not in _parked(rules):
        return None
    return _wanted(standing, value)


def _agreed(when: WriteWhen, shown: Shown, name: str) -> bool:
    """Return whether the agreement lets a value be written over what the CRM holds."""
    blank, ours = shown.value(name) is None, shown.ours(name)
    allowed = {
        WriteWhen.ALWAYS: True,
        WriteWhen.IF_BLANK: blank,
        WriteWhen.UNLESS_PERSON: blank or ours,
        WriteWhen.IF_OURS: ours,
    }
    return allowed[when]


def _changed_after_us(standing: Standing, shown: Shown, name: str, value: str) -> bool:
    """Return whether the value was written for this very stage and somebody has replaced it since: never fought."""
    written = shown.written.get(name)
    return (
        written is not None
        and written.value == value
        and shown.value(name) != value
        and standing.since is not None
        and written.at >= standing.since
    )


def _may_go_back(standing: Standing, shown: Shown, rules: WriteRules, name: str) -> bool:
    if standing.relationship is Relationship.CUSTOMER:
        return False
    # Besides ended cycles: a contact that we had put outside the market is back in it.
    out = rules.stages.of(FunnelStage.OUT).lifecyclestage
    return standing.stage in _BACKWARD or (shown.ours(name) and shown.value(name) == out)


def _parked(rules: WriteRules) -> frozenset[str]:
    """Return the statuses that say a lead is at rest; a new hand raise makes them stale."""
    ended = (
        rules.stages.of(FunnelStage.TAM, recycled=True),
        rules.stages.of(FunnelStage.CLOSED_LOST),
        rules.stages.of(FunnelStage.OUT),
    )
    return frozenset(stage.hs_lead_status for stage in ended if stage.hs_lead_status is not None)


def _wanted(standing: Standing, value: str) -> Wanted:
    if standing.relationship is Relationship.CUSTOMER:
        return Wanted(value, "R10", f"customer, stage {standing.stage}")
    return Wanted(value, f"B7.{standing.stage}", f"stage {standing.stage}")
