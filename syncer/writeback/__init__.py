"""What the CRM should show, the smallest change towards it, and the way back. Pure decisions; no CRM, no clock."""

from syncer.writeback.desired import Desired, desired_company, desired_contact, desired_deal
from syncer.writeback.diff import Move, diff, intents, move_of
from syncer.writeback.echo import Override, earlier_words, is_clearing, is_echo, override_of
from syncer.writeback.intents import Edit, Intent, Wanted, Written
from syncer.writeback.rules import DEAL_STAGE, DEFAULT_ORDER, LEAD_STATUS, LIFECYCLE, OWNER, WriteRules, write_rules
from syncer.writeback.safety import PlanLimits, check_plan, plan_checksum
from syncer.writeback.specs import PropertySpec, PropertyType, can_hold, specs
from syncer.writeback.standing import Shown, Standing, standing_of
from syncer.writeback.undo import (
    UndoStep,
    Verdict,
    as_it_went,
    followed,
    restoring,
    undo,
    withheld,
    without_undone,
)
from syncer.writeback.values import same_value

__all__ = [
    "DEAL_STAGE",
    "DEFAULT_ORDER",
    "LEAD_STATUS",
    "LIFECYCLE",
    "OWNER",
    "Desired",
    "Edit",
    "Intent",
    "Move",
    "Override",
    "PlanLimits",
    "PropertySpec",
    "PropertyType",
    "Shown",
    "Standing",
    "UndoStep",
    "Verdict",
    "Wanted",
    "WriteRules",
    "Written",
    "as_it_went",
    "can_hold",
    "check_plan",
    "desired_company",
    "desired_contact",
    "desired_deal",
    "diff",
    "earlier_words",
    "followed",
    "intents",
    "is_clearing",
    "is_echo",
    "move_of",
    "override_of",
    "plan_checksum",
    "restoring",
    "same_value",
    "specs",
    "standing_of",
    "undo",
    "withheld",
    "without_undone",
    "write_rules",
]
