"""The agreement's spans of time and the CRM's words as the funnel looks them up: milliseconds, upper case."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, TypedDict

from syncer.agreement.head import RejectTarget
from syncer.agreement.model import Agreement
from syncer.funnel.facts import FunnelStage
from syncer.moments import DAY
from syncer.tellings import LeadState

#: HubSpot's lifecycle values in canonical stages (domain B7).
_LIFECYCLES: Mapping[str, FunnelStage] = {
    "subscriber": FunnelStage.SUSPECT,
    "lead": FunnelStage.INQUIRY,
    "marketingqualifiedlead": FunnelStage.LEAD_MQL,
    "salesqualifiedlead": FunnelStage.LEAD_SQL,
    "opportunity": FunnelStage.OPPORTUNITY,
    "customer": FunnelStage.CLOSED_WON,
    "evangelist": FunnelStage.CLOSED_WON,
}


class Rejection(NamedTuple):
    """What a word of sales that rejects means."""

    reason: str
    target: RejectTarget


class Spans(TypedDict):
    """How long things last before they change a stage."""

    #: Evenings from the first one below an exit to the fall.
    dwell: int
    cool_off: int
    suspect_expiry: int
    lost_to_tam: int
    reopen: int
    winback_soft: int
    override: int
    #: Business minutes until the first touch: after a request, and after a hand-over by score.
    request_minutes: int
    score_minutes: int


class Words(TypedDict):
    """What the CRM's statuses, lifecycle phases and lead stages mean."""

    accepted: Collection[str]
    rejected: Mapping[str, Rejection]
    accepted_answers: Collection[str]
    rejected_answers: Mapping[str, Rejection]
    lead_stages: Mapping[str, LeadState]
    echoes: Mapping[FunnelStage, str]
    lifecycle_of: Mapping[FunnelStage, str]
    lifecycles: Mapping[str, FunnelStage]


def spans_of(agreement: Agreement) -> Spans:
    """Return the spans that an agreement sets."""
    terms, sla, hysteresis = agreement.stages, agreement.agreement.sla, agreement.score_model.thresholds.hysteresis
    minutes = sla.business_hours.minutes
    return Spans(
        dwell=hysteresis.dwell_days - 1,
        cool_off=hysteresis.cooldown_after_reject_days * DAY,
        suspect_expiry=terms.suspect_expiry_days * DAY,
        lost_to_tam=terms.lost_to_tam_days * DAY,
        reopen=terms.reopen_days * DAY,
        winback_soft=terms.winback_soft_days * DAY,
        override=agreement.overrides.expire_days * DAY,
        request_minutes=minutes(sla.first_touch.explicit_request),
        score_minutes=minutes(sla.first_touch.score_sales_ready),
    )


def words_of(agreement: Agreement) -> Words:
    """Return what an agreement makes of the CRM's words."""
    terms = agreement.stages
    return Words(
        accepted=frozenset(status.upper() for status in terms.accepted_lead_statuses),
        rejected=_rejections(agreement, terms.rejected_lead_statuses),
        accepted_answers=frozenset(value.upper() for value in terms.accepted_answers),
        rejected_answers=_rejections(agreement, terms.rejected_answers),
        lead_stages=terms.lead_stages,
        echoes=_written(agreement, "hs_lead_status"),
        lifecycle_of=_written(agreement, "lifecyclestage"),
        lifecycles={**_LIFECYCLES, **agreement.custom_lifecycle},
    )


def _rejections(agreement: Agreement, words: Mapping[str, str]) -> Mapping[str, Rejection]:
    """Return what each rejecting word means; one named like a reject reason stands for it."""
    targets = agreement.agreement.reject_reasons
    by_name = {reason.upper(): Rejection(reason, target) for reason, target in targets.items()}
    mapped = {word.upper(): Rejection(reason, targets[reason]) for word, reason in words.items()}
    return by_name | mapped


def _written(agreement: Agreement, name: str) -> Mapping[FunnelStage, str]:
    found: dict[FunnelStage, str] = {}
    for stage in FunnelStage:
        value = getattr(agreement.lifecycle_map.of(stage, recycled=True), name)
        if value is not None:
            found[stage] = value
    return found
