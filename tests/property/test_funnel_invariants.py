"""The invariants of the state machine (domain B2, i to vii) over thousands of random pasts in any order of arrival."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.agreement import load_default
from syncer.funnel import decide_contact, decide_counted, decide_deal, in_forecast
from syncer.funnel.facts import ContactFacts, Cycle, DealDecision, DealFacts, FunnelStage, Outcome, Rank, StageEvent
from syncer.funnel.transitions import LADDER, is_allowed
from syncer.handover.sla import sla_of
from syncer.moments import DAY, Millis
from syncer.scoring import explain
from syncer.scoring.contributions import axis_of
from tests.property.histories import END, RULES, SPAN, START, Decided, History, decided, history
from tests.unit.funnel import build
from tests.unit.funnel.build import COMPANY

_CALENDAR = load_default().calendar
#: Pasts of one example: what a past costs is little beside what an example does.
_EACH = 25
#: Half of what a score is rounded to, and a hair.
_CENT = 0.0051
_OVERRIDES = {"override", "override_expired", "override_cleared"}
#: Rules by which a score, or its fading, moves a lead.
_BY_SCORE = {"hysteresis", "expired", "score_inquiry", "score_mql", "score_sales_ready"}

_some = settings(max_examples=40, deadline=None)
_seeds = st.integers(0, 1_000_000).map(lambda seed: seed * _EACH)


def _pasts(seed: int) -> Iterator[tuple[History, Decided]]:
    for number in range(seed, seed + _EACH):
        past = history(number)
        yield past, decided(past)


@_some
@given(_seeds)
def test_replay_order_independent(seed: int) -> None:
    """Invariant iv."""
    for past, told in _pasts(seed):
        assert decided(past, chance=Random(seed)) == told


@_some
@given(_seeds, st.floats(0, 1))
def test_the_score_explained_is_the_score_decided(seed: int, share: float) -> None:
    """Whatever began, ended or was left behind, and whatever happened in the same millisecond."""
    at = Millis(START + int(SPAN * share))
    for past in (history(number) for number in range(seed, seed + _EACH)):
        told = decided(past, at)
        facts = ContactFacts(contact=past.person, company=COMPANY, evidence=sorted(past.rows), deals=told.deals)
        track = decide_counted(facts, rules=RULES, as_of=at)[1]
        found = explain(RULES.scorer, facts, told.contact, track=track, as_of=at)
        assert found.score == told.contact.score
        for axis, points in (("fit", found.score.fit), ("engagement", found.score.engagement)):
            assert abs(fsum(one.after_cap for one in found.contributions if axis_of(one) == axis) - points) < _CENT


@_some
@given(_seeds, st.floats(0, 1))
def test_the_time_shown_in_the_crm_is_that_of_the_hand_over(seed: int, share: float) -> None:
    at = Millis(START + int(SPAN * share))
    for past in (history(number) for number in range(seed, seed + _EACH)):
        told = decided(past, at)
        facts = ContactFacts(contact=past.person, company=COMPANY, evidence=sorted(past.rows), deals=told.deals)
        sla = sla_of(told.contact, facts, RULES, as_of=at)
        if told.contact.stage is FunnelStage.LEAD_SQL:
            assert told.contact.sla_due_at == (None if sla is None else sla.touch_due_at)


@_some
@given(_seeds)
def test_one_open_cycle_and_time_that_does_not_run_backward(seed: int) -> None:
    """Invariants i and ii: what a contact left behind with a former company is not theirs any more."""
    for past, (contact, _) in _pasts(seed):
        cycles = list(contact.cycles)
        left = {event.cycle_no for event in contact.events if _is_left(event, past)}
        assert [cycle.cycle_no for cycle in cycles] == list(range(1, len(cycles) + 1))
        assert all(cycle.ended_at is not None for cycle in cycles[:-1] if cycle.cycle_no not in left)
        assert all(_is_in_order(before, after) for before, after in pairwise(cycles) if before.cycle_no not in left)
        for cycle in cycles:
            own = [event for event in contact.events if event.cycle_no == cycle.cycle_no]
            assert [event.seq for event in own] == list(range(len(own)))
            assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(own))
            assert (cycle.outcome is Outcome.OPEN) is (cycle.ended_at is None)


def _is_left(event: StageEvent, past: History) -> bool:
    """Tell whether a cycle was left behind; of whom a person had put into the market before, no stage says so."""
    was_put_back = event.rule == "override" and event.to_stage is FunnelStage.TAM
    moves = [row.occurred_at for row in past.rows if row.kind == "employer"]
    return event.rule == "employer_changed" or (was_put_back and any(at >= event.occurred_at for at in moves))


def _is_in_order(before: Cycle, after: Cycle) -> bool:
    return before.ended_at is not None and before.ended_at <= after.started_at


@_some
@given(_seeds)
def test_every_transition_is_in_the_table(seed: int) -> None:
    """Invariant iii."""
    for _, (contact, _) in _pasts(seed):
        for event in contact.events:
            assert is_allowed(event.from_stage, event.to_stage, _actor(event)), event
        assert all(after.from_stage is before.to_stage for before, after in pairwise(contact.events))


def _actor(event: StageEvent) -> str:
    return "user" if event.rule in _OVERRIDES else "machine"


@_some
@given(_seeds)
def test_closed_other_is_followed_by_the_market_in_the_same_moment(seed: int) -> None:
    """Invariant v."""
    for _, (contact, _) in _pasts(seed):
        events = list(contact.events)
        for index, event in enumerate(events):
            if event.to_stage is FunnelStage.CLOSED_OTHER:
                assert events[index + 1].to_stage is FunnelStage.TAM
                assert events[index + 1].occurred_at == event.occurred_at


@_some
@given(_seeds)
def test_score_decay_never_demotes_sales_owned(seed: int) -> None:
    """Invariant vi."""
    for _, (contact, _) in _pasts(seed):
        for event in contact.events:
            if event.rule in _BY_SCORE and event.from_stage is not None and event.to_stage in LADDER:
                before = Rank[event.from_stage.name]
                assert before < Rank.LEAD_SQL or Rank[event.to_stage.name] > before, event


@_some
@given(_seeds, st.integers(0, (END - START) // DAY))
def test_forecast_subset_of_opportunity(seed: int, days: int) -> None:
    """Invariant vii: whatever is forecast for a day is an open deal with an offer, and so stands its contact."""
    day = START + days * DAY
    for past, told in ((past, decided(past, day)) for past, _ in _pasts(seed)):
        amounts = {one.deal_id for one in told.deals for span in one.spans[-1:] if in_forecast(span, day, _CALENDAR)}
        offered = {one.deal_id for one in told.deals for span in one.spans[-1:] if span.offer_at is not None}
        open_ = {one.deal_id for one in told.deals for span in one.spans[-1:] if span.outcome is Outcome.OPEN}
        assert amounts <= offered & open_
        if told.contact.stage is FunnelStage.FORECAST and told.contact.overridden_until is None:
            assert amounts & _own(told.deals, past.person.id)


def _own(deals: Sequence[DealDecision], contact_id: str) -> set[str]:
    return {one.deal_id for one in deals if one.primary_contact_id == contact_id}


@_some
@given(_seeds, st.integers(0, (END - START) // DAY))
def test_what_is_said_about_a_day_does_not_depend_on_later_days(seed: int, days: int) -> None:
    day = START + days * DAY
    for past, told in _pasts(seed):
        if any(one.deal.fields for one in past.deals):
            continue  # a delay by a planned date counts from the day on which it is decided
        then = decided(past, day)
        assert list(then.contact.events) == [one for one in told.contact.events if one.occurred_at <= day]


@_some
@given(_seeds)
def test_a_stage_changes_in_its_millisecond_and_not_before(seed: int) -> None:
    """Falls, expiries, quarters, cool-offs and overrides that end: whoever looks a moment earlier sees none of it."""
    for number in range(seed, seed + _EACH // 5):
        past = history(number)
        if any(one.deal.fields for one in past.deals):
            continue  # a delay by a planned date counts from the day on which it is decided
        events = list(decided(past).contact.events)
        for at in {one.occurred_at for one in events}:
            for moment in (at - 1, at, at + 1):
                assert list(decided(past, moment).contact.events) == [
                    one for one in events if one.occurred_at <= moment
                ]


def test_the_pasts_are_worth_looking_at() -> None:
    """Everything that the invariants speak of happens among a few hundred pasts."""
    told = [decided(history(number)) for number in range(400)]
    rules = {event.rule for one in told for event in one.contact.events}
    outcomes = {cycle.outcome for one in told for cycle in one.contact.cycles}
    stages = {event.to_stage for one in told for event in one.contact.events}
    wanted = {
        "hysteresis",
        "expired",
        "override",
        "employer_changed",
        "pipeline_changed",
        "deal_gone",
        "reopened",
        "CO3",
    }
    assert wanted <= rules
    assert outcomes == {Outcome.OPEN, Outcome.WON, Outcome.LOST, Outcome.OTHER, Outcome.VOID}
    assert stages == set(FunnelStage) - {FunnelStage.OUT}


@_some
@given(_seeds, st.floats(0, 1))
def test_a_decision_that_keeps_every_event_is_the_decision(seed: int, share: float) -> None:
    at = Millis(START + int(SPAN * share))
    for past in (history(number) for number in range(seed, seed + _EACH)):
        told = decided(past, at)
        facts = ContactFacts(contact=past.person, company=COMPANY, evidence=sorted(past.rows), deals=told.deals)
        assert decide_counted(facts, rules=RULES, as_of=at)[0] == told.contact


@_some
@given(_seeds)
def test_whoever_shares_a_deal_is_a_customer_as_its_carrier_is(seed: int) -> None:
    """A win, a reopening and a deletion mean the same for everybody whom the deal names (domain R3, R4, R9)."""
    for number in range(seed, seed + _EACH):
        deals = [one for one in history(number).deals if len(one.contact_ids) > 1 and not _has_renewal(one)][:1]
        carried = [decide_deal(one, rules=RULES, as_of=END) for one in deals]
        stands = {
            ident: decide_contact(
                ContactFacts(contact=build.contact(ident, created_at=Millis(START)), company=COMPANY, deals=carried),
                rules=RULES,
                as_of=END,
            )
            for ident in ("c", "other")
        }
        assert stands["c"].relationship is stands["other"].relationship, number


def _has_renewal(deal: DealFacts) -> bool:
    """Renewals make customers by a rule of their own (R13)."""
    return any(change.value == "renewals" for change in deal.changes)
