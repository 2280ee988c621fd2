"""The agreement as the funnel reads it: thresholds in milliseconds and points, statuses and lifecycles as look-ups."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict
from zoneinfo import ZoneInfo

import msgspec

from syncer.agreement.model import Agreement
from syncer.agreement.patterns import compiled, search
from syncer.agreement.score import Action
from syncer.agreement.stage_map import PipelineMap
from syncer.agreement.stages import OfferSign, RepeatedVisits
from syncer.funnel.bounds import INFINITE, Bounds, bounds_of
from syncer.funnel.dated import DatedProfile, dated_profile
from syncer.funnel.facts import ContactFacts, FunnelStage
from syncer.funnel.people import asker, dates_in, people_in
from syncer.funnel.periods import BusinessClock, Evenings
from syncer.funnel.readings import Read, reader
from syncer.funnel.stays import NO_STAYS, Stays
from syncer.funnel.terms import Rejection, spans_of, words_of
from syncer.records import Contact, Stage
from syncer.scoring.names import Getter
from syncer.scoring.scorer import Scorer
from syncer.tellings import LeadState

_GRADES = "ABCD"
#: Nothing is a visit.
_NO_VISITS = RepeatedVisits.model_construct(events=())


class Enter(msgspec.Struct, frozen=True):
    """Engagement from which a grade reaches MQL and sales-ready; infinite where it never does."""

    mql: float
    sales_ready: float


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
    #: Local days with visits that raise the hand, and the days within which they lie.
    visit_days: int
    visit_within: int
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
    #: The same of the portal's own property, by its values in upper case.
    accepted_answers: Collection[str]
    rejected_answers: Mapping[str, Rejection]
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


class _DayBound(TypedDict):
    """What of an agreement's answers depends on the day."""

    dated: DatedProfile
    delay_profile: Sequence[tuple[str, Getter]]
    dated_rules: Collection[str]
    delay_dates: tuple[Collection[str], Collection[float]]


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
    scorer = scorer or Scorer(agreement)
    pipelines, bounds = agreement.pipelines.resolve(stages), bounds_of(agreement)
    explicit, terms = agreement.score_model.explicit_sales_ready, agreement.stages
    visits = terms.repeated_visits or _NO_VISITS
    return Rules(
        agreement=agreement,
        scorer=scorer,
        pipelines=pipelines,
        clock=_clock(agreement),
        evenings=Evenings(scorer.days),
        offer_fallback=_is_own_offer(agreement, pipelines, has_quotes=has_quotes),
        bounds=bounds,
        read=reader(scorer, bounds, explicit=explicit.events, hard=terms.hard_conversions, visits=visits.events),
        visit_days=visits.days,
        visit_within=visits.within_days,
        request_grades=_from_grade(explicit.min_grade),
        enter=_entries(agreement),
        inquiry_enter=terms.inquiry_enter,
        exit_gap=agreement.score_model.thresholds.hysteresis.exit_gap,
        is_test=_test_of(agreement.calendar.own_domains, agreement.calendar.test_name_patterns),
        levels=tuple(scorer.levels()),
        stays=stays,
        in_tam=asker(agreement.tam_rule, agreement.calendar.own_domains),
        promotes=asker(agreement.promoter_rule, agreement.calendar.own_domains),
        **spans_of(agreement),
        **words_of(agreement),
        **_day_bound(agreement),
    )


def _day_bound(agreement: Agreement) -> _DayBound:
    return _DayBound(
        dated=dated_profile(agreement),
        delay_profile=people_in(agreement),
        dated_rules={"other_stage", *(one.id for one in agreement.delays.rules if not one.looks_at_the_day)},
        delay_dates=dates_in(agreement),
    )


def _clock(agreement: Agreement) -> BusinessClock:
    hours = agreement.agreement.sla.business_hours
    return BusinessClock(
        zone=ZoneInfo(hours.tz),
        weekdays=hours.weekdays,
        opens=hours.open_minute,
        closes=hours.close_minute,
        holidays=hours.holidays,
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


def _test_of(domains: Collection[str], patterns: Collection[str]) -> Callable[[Contact], bool] | None:
    """Return what tells test records from people (domain R21)."""
    if not domains and not patterns:
        return None
    own = frozenset(domain.lower() for domain in domains)
    names = [compiled(pattern) for pattern in patterns]

    def is_test(contact: Contact) -> bool:
        if own and contact.email is not None and contact.email.rpartition("@")[2].lower() in own:
            return True
        full = " ".join(part for part in (contact.first_name, contact.last_name) if part)
        return any(search(name, full) is not None for name in names)

    return is_test
