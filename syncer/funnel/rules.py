"""The agreement as the funnel reads it: thresholds in milliseconds and points, statuses and lifecycles as look-ups."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from syncer.agreement.head import RejectTarget
from syncer.agreement.model import Agreement
from syncer.agreement.score import Action
from syncer.agreement.stage_map import PipelineMap
from syncer.agreement.stages import OfferSign
from syncer.funnel.bounds import INFINITE, Bounds, bounds_of
from syncer.funnel.dated import DatedProfile, dated_profile
from syncer.funnel.facts import ContactFacts, FunnelStage
from syncer.funnel.people import asker, dates_in, people_in
from syncer.funnel.periods import BusinessClock, Evenings
from syncer.funnel.readings import Read, reader
from syncer.funnel.stays import NO_STAYS, Stays
from syncer.moments import DAY
from syncer.records import Contact, LeadState, Stage
from syncer.scoring.names import Getter
from syncer.scoring.scorer import Scorer

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
_GRADES = "ABCD"


class Enter(msgspec.Struct, frozen=True):
    """Engagement from which a grade reaches MQL and sales-ready; infinite where it never does."""

    mql: float
    sales_ready: float


class Rejection(NamedTuple):
    """What a lead status that rejects means."""

    reason: str
    target: RejectTarget


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What decisions read besides facts. Spans are milliseconds unless told otherwise, statuses upper case."""

    agreement: Agreement
    scorer: Scorer
    pipelines: PipelineMap
    clock: BusinessClock
    evenings: Evenings
    #: A deal is its own offer, since the portal shows none.
    offer_fallback: bool
    bounds: Bounds
    #: Tells what an activity is.
    read: Read
    #: Grades whose requests count.
    request_grades: Collection[str]
    #: By grade.
    enter: Mapping[str, Enter]
    inquiry_enter: float
    exit_gap: float
    #: Evenings from the first one below an exit to the fall.
    dwell: int
    cool_off: int
    suspect_expiry: int
    lost_to_tam: int
    reopen: int
    winback_soft: int
    override: int
    accepted: Collection[str]
    rejected: Mapping[str, Rejection]
    #: Stage id of the Leads object to the state that the agreement gives it.
    lead_stages: Mapping[str, LeadState]
    #: Lead status and lifecycle that our map writes, by stage: what comes back as an echo.
    echoes: Mapping[FunnelStage, str]
    lifecycle_of: Mapping[FunnelStage, str]
    lifecycles: Mapping[str, FunnelStage]
    #: None where nothing marks test records.
    is_test: Callable[[Contact], bool] | None
    #: Engagement levels, whose crossing changes the cell.
    levels: Sequence[float]
    #: Business minutes until the first touch: after a request, and after a hand-over by score.
    request_minutes: int
    score_minutes: int
    #: What of a contact's profile depends on the day.
    dated: DatedProfile
    #: What the rules of delayed sales read of a deal's primary contact and company.
    delay_profile: Sequence[tuple[str, Getter]]
    #: Dates that conditions on deals read, and the days around them at which an answer can turn.
    delay_dates: tuple[Collection[str], Collection[float]]
    #: Rules of delayed sales, and readings of stages, whose moment stands in the facts.
    dated_rules: Collection[str]
    #: How long won deals stayed in each stage.
    stays: Stays
    #: Who belongs to the market; None is everybody whom no gate keeps out.
    in_tam: Callable[[ContactFacts, int], bool] | None
    #: What a promoter has to be besides; None is nothing.
    promotes: Callable[[ContactFacts, int], bool] | None


def compile_rules(
    agreement: Agreement,
    stages: Sequence[Stage],
    scorer: Scorer | None = None,
    *,
    has_quotes: bool = False,
    stays: Stays = NO_STAYS,
) -> Rules:
    """Return an agreement ready for decisions on an account with these deal stages, and with quotes or without any.

    `stays` say how long the account's won deals stayed in each stage.
    """
    terms, model, sla = agreement.stages, agreement.score_model, agreement.agreement.sla
    scorer = scorer or Scorer(agreement)
    pipelines = agreement.pipelines.resolve(stages)
    hysteresis = model.thresholds.hysteresis
    grades = _from_grade(model.explicit_sales_ready.min_grade)
    bounds = bounds_of(agreement)
    hours = sla.business_hours
    return Rules(
        agreement=agreement,
        scorer=scorer,
        pipelines=pipelines,
        clock=BusinessClock(
            zone=ZoneInfo(hours.tz),
            weekdays=hours.weekdays,
            opens=hours.open_minute,
            closes=hours.close_minute,
            holidays=hours.holidays,
        ),
        evenings=Evenings(scorer.days),
        offer_fallback=_is_own_offer(agreement, pipelines, has_quotes=has_quotes),
        bounds=bounds,
        read=reader(scorer, bounds, explicit=model.explicit_sales_ready.events, hard=terms.hard_conversions),
        request_grades=grades,
        enter=_entries(agreement),
        inquiry_enter=terms.inquiry_enter,
        exit_gap=hysteresis.exit_gap,
        dwell=hysteresis.dwell_days - 1,
        cool_off=hysteresis.cooldown_after_reject_days * DAY,
        suspect_expiry=terms.suspect_expiry_days * DAY,
        lost_to_tam=terms.lost_to_tam_days * DAY,
        reopen=terms.reopen_days * DAY,
        winback_soft=terms.winback_soft_days * DAY,
        override=agreement.overrides.expire_days * DAY,
        accepted=frozenset(status.upper() for status in terms.accepted_lead_statuses),
        rejected=_rejections(agreement),
        lead_stages=terms.lead_stages,
        echoes=_written(agreement, "hs_lead_status"),
        lifecycle_of=_written(agreement, "lifecyclestage"),
        lifecycles={**_LIFECYCLES, **agreement.custom_lifecycle},
        is_test=_test_of(agreement.calendar.own_domains, agreement.calendar.test_name_patterns),
        levels=tuple(scorer.levels()),
        request_minutes=hours.minutes(sla.first_touch.explicit_request),
        score_minutes=hours.minutes(sla.first_touch.score_sales_ready),
        dated=dated_profile(agreement),
        delay_profile=people_in(agreement),
        dated_rules={"other_stage", *(one.id for one in agreement.delays.rules if not one.looks_at_the_day)},
        delay_dates=dates_in(agreement),
        stays=stays,
        in_tam=asker(agreement.tam_rule, agreement.calendar.own_domains),
        promotes=asker(agreement.promoter_rule, agreement.calendar.own_domains),
    )


def _is_own_offer(agreement: Agreement, pipelines: PipelineMap, *, has_quotes: bool) -> bool:
    """Say whether a deal is its own offer, since the account shows neither quotes nor offer stages (domain B3)."""
    signs = agreement.offer_evidence.any_of
    shows_quotes = has_quotes and OfferSign.QUOTE in signs
    return pipelines.offer_fallback and OfferSign.STAGE in signs and not shows_quotes


def _from_grade(lowest: str) -> frozenset[str]:
    return frozenset(_GRADES[: _GRADES.index(lowest) + 1])


def _entries(agreement: Agreement) -> Mapping[str, Enter]:
    """Return from which engagement each grade is an MQL and sales-ready; below the ICP's grade never."""
    wanted = _from_grade(agreement.icp.min_grade)
    return {
        grade: Enter(
            _entry(agreement, actions, {Action.MQL, Action.SALES_READY}),
            _entry(agreement, actions, {Action.SALES_READY}),
        )
        for grade, actions in agreement.score_model.matrix.items()
        if grade in wanted
    }


def _entry(agreement: Agreement, actions: Sequence[Action], wanted: Collection[Action]) -> float:
    levels = agreement.score_model.thresholds.level
    floors = (levels[1], levels[2], levels[3], 0.0)
    return min((floor for floor, action in zip(floors, actions, strict=True) if action in wanted), default=INFINITE)


def _rejections(agreement: Agreement) -> Mapping[str, Rejection]:
    """Return what each rejecting lead status means; a status named like a reject reason stands for it."""
    targets = agreement.agreement.reject_reasons
    by_name = {reason.upper(): Rejection(reason, target) for reason, target in targets.items()}
    mapped = {
        status.upper(): Rejection(reason, targets[reason])
        for status, reason in agreement.stages.rejected_lead_statuses.items()
    }
    return by_name | mapped


def _written(agreement: Agreement, name: str) -> Mapping[FunnelStage, str]:
    found: dict[FunnelStage, str] = {}
    for stage in FunnelStage:
        value = getattr(agreement.lifecycle_map.of(stage, recycled=True), name)
        if value is not None:
            found[stage] = value
    return found


def _test_of(domains: Collection[str], patterns: Collection[str]) -> Callable[[Contact], bool] | None:
    """Return what tells test records from people (domain R21)."""
    if not domains and not patterns:
        return None
    own = frozenset(domain.lower() for domain in domains)
    names = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None

    def is_test(contact: Contact) -> bool:
        if own and contact.email is not None and contact.email.rpartition("@")[2].lower() in own:
            return True
        if names is None:
            return False
        full = " ".join(part for part in (contact.first_name, contact.last_name) if part)
        return names.search(full) is not None

    return is_test
