"""The agreement that marketing and sales signed: loaded, checked, typed. Public names of the package."""

from syncer.agreement.calendar import Calendar
from syncer.agreement.delays import DelayRule, DelayRules
from syncer.agreement.events import UNCLASSIFIED
from syncer.agreement.head import Role
from syncer.agreement.load import InForce, default_text, in_force, load_agreement, load_default, parse_agreement
from syncer.agreement.model import Agreement
from syncer.agreement.names import Ground
from syncer.agreement.outcomes import EffectiveAt, Mode, Resume, ResumeFrom
from syncer.agreement.reasons import UNSPECIFIED, Reason, ReasonOutcome
from syncer.agreement.score import Action
from syncer.agreement.sign import sign
from syncer.agreement.stage_map import Meaning, PipelineKind, PipelineMap, StageMeaning, StageWarning
from syncer.agreement.structure import json_schema

__all__ = [
    "UNCLASSIFIED",
    "UNSPECIFIED",
    "Action",
    "Agreement",
    "Calendar",
    "DelayRule",
    "DelayRules",
    "EffectiveAt",
    "Ground",
    "InForce",
    "Meaning",
    "Mode",
    "PipelineKind",
    "PipelineMap",
    "Reason",
    "ReasonOutcome",
    "Resume",
    "ResumeFrom",
    "Role",
    "StageMeaning",
    "StageWarning",
    "default_text",
    "in_force",
    "json_schema",
    "load_agreement",
    "load_default",
    "parse_agreement",
    "sign",
]
