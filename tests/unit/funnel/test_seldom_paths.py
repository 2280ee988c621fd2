"""What happens seldom: words of the CRM that say nothing, deals that vanish, customers who only look around."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

import syncer.funnel
from syncer.funnel import decide_contact, decide_counted
from syncer.funnel.facts import (
    ContactDecision,
    ContactFacts,
    DealDecision,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
)
from syncer.funnel.replay import Replay
from syncer.funnel.transitions import is_allowed
from syncer.moments import DAY
from syncer.records import ChangeSource, Evidence
from syncer.scoring import explain
from syncer.tellings import LeadState, LeadWord
from tests.unit.funnel.build import (
    COMPANY,
    GRADE_B,
    at,
    change,
    contact,
    day,
    deal_facts,
    decided_deal,
    facts,
    path,
    row,
    rules,
)

_AS_OF = "2026-11-21"
_USER, _CRM = ChangeSource.USER.value, ChangeSource.INTEGRATION.value
_IMPORT = ChangeSource.IMPORT.value


def _decide(
    *evidence: Evidence, deals: Sequence[DealDecision] = (), as_of: str = _AS_OF, text: str | None = None, **who: object
) -> ContactDecision:
    known = ContactFacts(contact=contact(**who), evidence=sorted(evidence), deals=deals)
    return decide_contact(known, rules=rules(text), as_of=at(as_of))


def _deal(*moves: tuple[str, str], as_of: str = _AS_OF, text: str | None = None, **values: object) -> DealDecision:
    return decided_deal(deal_facts(moves, **values), as_of, text)


def _demo(when: str = "2026-10-01") -> Evidence:
    return row(when, "form", "Demo anfordern")


def test_the_funnel_has_no_names_beyond_its_own() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nobody'"):
        _ = syncer.funnel.nobody


def test_closed_other_leads_back_to_the_market_alone() -> None:
    after = {stage for stage in FunnelStage if is_allowed(FunnelStage.CLOSED_OTHER, stage)}
    assert after == {FunnelStage.TAM, FunnelStage.OUT, FunnelStage.CLOSED_WON, FunnelStage.CLOSED_LOST}
    assert is_allowed(FunnelStage.CLOSED_LOST, FunnelStage.SUSPECT)
    assert is_allowed(FunnelStage.CLOSED_WON, FunnelStage.OPPORTUNITY)


# --- words of the CRM


def test_a_booked_meeting_that_asks_for_nothing_gives_its_points_as_explained() -> None:
    text = """
    stages: {hard_conversions: [demo_request]}
    score_model:
      explicit_sales_ready: {events: [demo_request]}
      engagement: {groups: {intent: {cap: 60, rules: [{id: E3, event: meeting_booked, pts: 30}]}}}
    """
    known = ContactFacts(contact=contact(), evidence=[row("2026-11-20", "meeting", "Termin")])
    decision = decide_contact(known, rules=rules(text), as_of=at("2026-11-20"))
    assert (decision.stage, decision.score.engagement) == (FunnelStage.INQUIRY, 30.0)
    track = decide_counted(known, rules=rules(text), as_of=at("2026-11-20"))[1]
    assert explain(rules(text).scorer, known, decision, track=track, as_of=at("2026-11-20")).score == decision.score


def test_what_stays_behind_with_a_former_employer_explains_no_points() -> None:
    rows = [row("2026-11-02", "page_view", "/preise"), row("2026-11-10", "employer", outcome="old:co")]
    deals = [decided_deal(deal_facts([("2026-11-01", "qualifiedtobuy")]), _AS_OF)]
    known = facts(rows, deals=deals)
    before, after = at("2026-11-09"), at(_AS_OF)
    assert decide_counted(known, rules=rules(), as_of=before)[1] is not None
    track = decide_counted(known, rules=rules(), as_of=after)[1]
    decision = decide_contact(known, rules=rules(), as_of=after)
    assert explain(rules().scorer, known, decision, track=track, as_of=after).score == decision.score


def test_who_is_not_scored_has_no_engagement_to_explain() -> None:
    text = "calendar: {own_domains: [example.org]}"
    known = facts([row("2026-11-02", "page_view", "/preise")])
    assert decide_counted(known, rules=rules(text), as_of=at(_AS_OF))[1] is None
    assert decide_counted(known, rules=rules(), as_of=at(_AS_OF))[1] is not None
    silent = facts([row("2026-11-02", "page_view", "/preise")], opted_out=True)
    assert decide_counted(silent, rules=rules(), as_of=at(_AS_OF))[1] is None


@pytest.mark.parametrize("decay", ["exponential", "linear"])
def test_a_cell_that_makes_a_lead_does_so_below_the_points_of_a_raised_hand(decay: str) -> None:
    text = f"""
    score_model:
      engagement: {{default_decay: {{kind: {decay}}}}}
      thresholds: {{level: {{1: 40, 2: 15, 3: 10}}}}
    """
    who = contact(fields=GRADE_B["fields"] | {"planned_purchase": at("2027-01-15")})
    known = ContactFacts(contact=who, evidence=[row("2026-11-20", "page_view", "/preise")])
    decision = decide_contact(known, rules=rules(text), as_of=at("2026-11-20"))
    assert (decision.score.cell, decision.score.action) == ("B2", "mql")
    assert decision.stage is FunnelStage.LEAD_MQL


def _lead(when: str, word: LeadWord, *, ident: str = "50", actor: str = _USER) -> Evidence:
    return row(when, "lead", outcome=str(word), actor=actor, name=f"lead:{ident}:{when}")


def test_a_connected_lead_is_accepted_and_an_imported_one_tells_no_story() -> None:
    connected = LeadWord(LeadState.CONNECTED, "s2")
    assert _decide(_demo(), _lead("2026-10-05", connected)).stage is FunnelStage.LEAD_SAL
    assert _decide(_demo(), _lead("2026-10-05", connected, actor=_IMPORT)).stage is FunnelStage.LEAD_SQL


@pytest.mark.parametrize(
    ("reason", "outcome", "code"),
    [
        ("BAD_TIMING", Outcome.OTHER, "bad_timing"),
        ("budget_freeze", Outcome.OTHER, "budget_freeze"),
        ("kein_interesse", Outcome.LOST, "explicit_no"),
        (None, Outcome.LOST, "unspecified"),
    ],
)
def test_a_disqualified_lead_ends_the_cycle_by_its_reason(reason: str | None, outcome: Outcome, code: str) -> None:
    found = _decide(_demo(), _lead("2026-10-05", LeadWord(LeadState.DISQUALIFIED, "s9", reason), actor=_CRM))
    assert (found.cycles[0].outcome, found.cycles[0].reason) == (outcome, code)


@pytest.mark.parametrize(
    ("reason", "stated", "back"),
    [
        pytest.param("BAD_TIMING", None, "2027-01-03", id="the default"),
        pytest.param("BAD_TIMING", "2027-06-01", "2027-06-01", id="as somebody entered it"),
        pytest.param("BAD_TIMING", "2026-10-01", "2027-01-03", id="what is over says nothing"),
        pytest.param("BAD_TIMING", "2026-10-05", "2027-01-03", id="nor does the same day"),
        pytest.param("project_postponed", "2027-06-01", "2027-06-01", id="the rule asks for what was stated"),
        pytest.param("project_postponed", None, "2027-01-03", id="and falls back"),
        pytest.param("sponsor_left", "2027-06-01", "2026-10-19", id="a line of its own"),
        pytest.param("contract_lock_in", None, "2027-01-03", id="nobody knows a lead's contract"),
        pytest.param("budget_freeze", None, "2027-01-01", id="next fiscal year"),
        pytest.param("no_fit", "2027-06-01", None, id="lost does not come back"),
    ],
)
def test_a_postponed_lead_comes_back_by_its_reason_or_as_entered(
    reason: str, stated: str | None, back: str | None
) -> None:
    fields: dict[str, object] = {} if stated is None else {"planned_purchase": at(stated)}
    found = _decide(
        _demo(), _lead("2026-10-05", LeadWord(LeadState.DISQUALIFIED, "s9", reason), actor=_CRM), fields=fields
    )
    resume_at = found.cycles[0].resume_at
    assert (None if resume_at is None else day(resume_at)) == back


def test_while_sales_works_on_another_lead_the_end_of_one_is_not_the_contacts() -> None:
    gone = _lead("2026-10-05", LeadWord(LeadState.DISQUALIFIED, "s9", "no_fit"))
    work = _lead("2026-10-03", LeadWord(LeadState.NEW, "s1"), ident="51")
    later = _lead("2026-10-08", LeadWord(LeadState.NEW, "s1"), ident="52")
    assert _decide(_demo(), work, gone).cycles[0].outcome is Outcome.OPEN
    assert _decide(_demo(), gone, later).cycles[0].outcome is Outcome.LOST
    assert _decide(_demo(), _lead("2026-10-04", LeadWord(LeadState.NEW, "s1")), gone).cycles[0].outcome is Outcome.LOST


def test_what_follows_does_not_make_the_work_on_another_lead_undone() -> None:
    work = _lead("2026-10-03", LeadWord(LeadState.NEW, "s1"), ident="51")
    gone = _lead("2026-10-05", LeadWord(LeadState.DISQUALIFIED, "s9", "no_fit"))
    after = row("2026-10-08", "page_view", "/blog")
    assert _decide(_demo(), work, gone, after).cycles[0].outcome is Outcome.OPEN


def test_when_the_last_of_several_leads_has_ended_the_contact_has() -> None:
    first = _lead("2026-10-03", LeadWord(LeadState.DISQUALIFIED, "s9", "no_fit"), ident="51")
    open_ = _lead("2026-10-02", LeadWord(LeadState.NEW, "s1"))
    last = _lead("2026-10-05", LeadWord(LeadState.DISQUALIFIED, "s9", "price"))
    found = _decide(_demo(), open_, first, last)
    assert (found.cycles[0].outcome, day(found.cycles[0].ended_at)) == (Outcome.LOST, "2026-10-05")


def test_a_call_that_was_connected_is_no_lead_that_sales_works_on() -> None:
    called = row("2026-10-02", "call", outcome="connected", actor="71")
    gone = _lead("2026-10-05", LeadWord(LeadState.DISQUALIFIED, "s9", "no_fit"))
    assert _decide(_demo(), called, gone).cycles[0].outcome is Outcome.LOST


def test_a_lead_whose_state_nobody_knows_says_nothing() -> None:
    assert _decide(_demo(), _lead("2026-10-05", LeadWord(None, "s7"))).stage is FunnelStage.LEAD_SQL


def test_a_lead_status_that_is_neither_and_one_that_an_import_brings_say_nothing() -> None:
    said = [row("2026-10-03", "lead_status", outcome="ATTEMPTED_TO_CONTACT", actor=_USER)]
    said.append(row("2026-10-04", "lead_status", outcome="UNQUALIFIED", actor=_IMPORT))
    assert _decide(_demo(), *said).stage is FunnelStage.LEAD_SQL


def test_a_rejection_of_nobody_says_nothing() -> None:
    found = _decide(row("2026-10-04", "lead_status", outcome="UNQUALIFIED", actor=_USER))
    assert (found.stage, found.cycles) == (FunnelStage.TAM, [])


def test_a_lifecycle_that_is_blanked_by_a_machine_and_our_own_stage_coming_back_say_nothing() -> None:
    said = [row("2026-10-03", "lifecycle", outcome=None, actor=_CRM), row("2026-10-04", "stage", outcome="SUSPECT")]
    found = _decide(_demo(), *said)
    assert (found.stage, found.overridden_until) == (FunnelStage.LEAD_SQL, None)


def test_a_person_who_says_opportunity_without_a_deal_means_a_lead_of_sales() -> None:
    found = _decide(
        row("2026-10-01", "form", "Whitepaper", asset="a"),
        row("2026-10-05", "lifecycle", outcome="opportunity", actor=_USER),
        created_at=at("2026-09-01"),
        as_of="2026-10-10",
    )
    assert (found.stage, found.flags) == (FunnelStage.LEAD_SQL, ("opportunity_without_deal",))


def test_a_person_who_says_what_is_shown_anyway_overrides_nothing() -> None:
    said = row("2026-10-05", "stage", outcome="LEAD_SQL", actor=_USER)
    assert _decide(_demo(), said, as_of="2026-10-10").overridden_until is None


@pytest.mark.parametrize("value", ["other", "weird", "opportunity", "customer"])
def test_a_lifecycle_that_gives_no_stage_leaves_the_contact_in_the_market(value: str) -> None:
    deals = [_deal(("2026-11-20", "closedlost"), created="2026-11-01", archived_at=at("2026-11-20"))]
    known = deals if value == "opportunity" else []
    found = _decide(lifecycle=value, created_at=at("2026-01-01"), deals=known, as_of="2026-02-01")
    assert (found.stage, found.cycles) == (FunnelStage.TAM, [])
    assert found.flags == {"weird": ("unmapped_lifecycle",), "customer": ("customer_without_deal",)}.get(value, ())


# --- what a contact does, and does not


def test_leaving_a_list_begins_nothing_and_takes_points_where_something_has_begun() -> None:
    leaves = row("2026-10-05", "unsubscribe", "Newsletter")
    assert _decide(leaves).cycles == []
    before = _decide(row("2026-10-01", "form", "Whitepaper", asset="a"), as_of="2026-10-06").score.engagement
    after = _decide(row("2026-10-01", "form", "Whitepaper", asset="a"), leaves, as_of="2026-10-06").score.engagement
    assert (before > 0, after) == (True, 0)


def test_two_touches_of_ours_before_a_reaction_make_the_first_of_them_the_first_contact() -> None:
    calls = [row(when, "call", actor="71") for when in ("2026-09-10", "2026-09-20")]
    [cycle] = _decide(*calls, _demo()).cycles
    assert (cycle.origin, day(cycle.first_contact_at)) == (Origin.OUTBOUND, "2026-09-10")


def test_what_happened_up_to_the_end_of_a_cycle_opens_no_other() -> None:
    lost = _deal(("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost"), lost_reason="abgesagt")
    assert len(_decide(row("2026-09-01", "form", "Demo anfordern"), deals=[lost]).cycles) == 1


def test_who_is_outside_of_the_market_leaves_it_when_the_cycle_is_over() -> None:
    text = "tam: {rule: \"contact.country == 'AT'\"}"
    looked = row("2026-03-01", "page_view", "/blog")
    assert _decide(looked, as_of="2026-03-02", text=text).stage is FunnelStage.SUSPECT
    assert _decide(looked, text=text).stage is FunnelStage.OUT


def test_own_people_are_known_by_their_address_alone() -> None:
    text = "calendar: {own_domains: [example.org]}"
    assert _decide(_demo(), text=text).flags == ("is_test",)
    assert _decide(_demo(), text=text, email="a@b.example").stage is FunnelStage.LEAD_SQL


def test_points_that_never_fade_are_carried_for_ever() -> None:
    text = "score_model: {engagement: {default_decay: {kind: none}}}"
    asked = row("2026-05-01", "form", "Whitepaper", asset="a")
    near, far = (_decide(asked, as_of=when, text=text).score.engagement for when in ("2026-05-02", "2026-07-15"))
    assert near == far > 0


# --- deals


def test_the_end_of_a_postponement_by_condition_keeps_it_from_every_deal() -> None:
    text = "closed_other: {never: {always: ['deal.amount >= 1000']}}"
    silent = {"close_date": at("2026-10-15"), "two_way": ["2026-10-20"]}
    for amount, proposal in ((Decimal(5000), None), (Decimal(10), "CO7")):
        assert (
            _deal(("2026-06-01", "qualifiedtobuy"), amount=amount, text=text, **silent).spans[-1].proposal == proposal
        )


def test_an_amount_that_is_no_number_is_none() -> None:
    worth = [change("2026-06-01", "amount", "viel"), change("2026-07-01", "amount", "NaN")]
    assert {span.amount for span in _deal(("2026-06-01", "qualifiedtobuy"), more=worth).spans} == {None}


def test_before_a_first_stage_that_nobody_mapped_a_deal_is_unmapped_too() -> None:
    found = _deal(("2026-07-01", "strange"), created="2026-06-01")
    assert {span.outcome for span in found.spans} == {Outcome.UNMAPPED}


def test_a_deal_that_is_deleted_beside_an_open_one_leaves_the_other_to_lead() -> None:
    gone = _deal(("2026-06-01", "contractsent"), ident="d1", archived_at=at("2026-09-01"))
    stays = _deal(("2026-07-01", "qualifiedtobuy"), ident="d2")
    found = _decide(deals=[gone, stays])
    assert (found.stage, found.cycles[0].deal_id) == (FunnelStage.LEAD_DEAL, "d2")


def test_the_deal_that_is_furthest_leads_and_of_equals_the_lowest_id() -> None:
    near = _deal(("2026-06-01", "qualifiedtobuy"), ident="d1")
    far = _deal(("2026-07-01", "contractsent"), ident="d2")
    same = _deal(("2026-06-15", "qualifiedtobuy"), ident="d0")
    for deals, leads in (([near, far], "d2"), ([near, same], "d0")):
        found = _decide(deals=deals)
        assert (found.cycles[0].deal_id, found.events[-1].evidence) == (
            leads,
            (f"deal:{'d2' if far in deals else 'd1'}",),
        )


def test_only_the_stage_in_which_a_deal_stands_now_is_asked_to_be_mapped() -> None:
    once, known, now = ("2026-06-01", "strange"), ("2026-07-01", "qualifiedtobuy"), "2026-07-02"
    for moves, flagged in (([once], True), ([once, known], False), ([("2026-05-01", "qualifiedtobuy"), once], True)):
        assert ("unmapped_stage" in _decide(deals=[_deal(*moves, as_of=now)], as_of=now).flags) is flagged


def test_a_deal_that_is_deleted_after_another_was_lost_leaves_that_end() -> None:
    lost = _deal(("2026-06-01", "qualifiedtobuy"), ("2026-07-01", "closedlost"), ident="d1", lost_reason="abgesagt")
    gone = _deal(("2026-06-15", "qualifiedtobuy"), ident="d2", archived_at=at("2026-09-01"))
    [cycle] = _decide(deals=[lost, gone]).cycles
    assert (cycle.outcome, cycle.deal_id, day(cycle.ended_at)) == (Outcome.LOST, "d1", "2026-09-01")


def test_a_contact_that_is_archived_amid_a_deal_is_out_and_its_cycle_was_none() -> None:
    found = _decide(deals=[_deal(("2026-06-01", "qualifiedtobuy"))], archived_at=at("2026-08-01"))
    assert (found.stage, found.cycles[0].outcome) == (FunnelStage.OUT, Outcome.VOID)
    assert _decide(archived_at=at("2026-08-01")).cycles == []


def test_somebody_elses_open_deal_does_not_make_a_customer_and_a_won_one_does() -> None:
    for stage, relationship in (("qualifiedtobuy", Relationship.PROSPECT), ("closedwon", Relationship.CUSTOMER)):
        deal = _deal(("2026-06-01", stage), contact_ids=("other", "c"))
        assert deal.primary_contact_id == "other"
        assert _decide(deals=[deal]).relationship is relationship


def test_an_override_ends_with_the_cycle_that_carries_nothing_else() -> None:
    said = row("2026-05-01", "stage", outcome="INQUIRY", actor=_USER)
    found = _decide(said, created_at=at("2026-01-01"))
    assert (found.stage, found.cycles[0].outcome) == (FunnelStage.TAM, Outcome.VOID)
    assert path(found)[0] == "INQUIRY 2026-05-01"
    assert found.cycles[0].ended_at - at("2026-05-01") == 30 * DAY


def test_what_happened_in_the_moment_of_a_rejection_opens_no_other_cycle() -> None:
    refused = row("2026-10-05", "lead_status", outcome="BAD_TIMING", actor=_USER, name="a")
    same = row("2026-10-05", "form", "Demo anfordern", name="b")
    assert len(_decide(_demo(), refused, same).cycles) == 1
    assert len(_decide(_demo(), refused, row("2026-10-06", "form", "Demo anfordern")).cycles) == 2


def test_a_withdrawn_quote_takes_the_contact_back_to_a_lead_with_a_deal() -> None:
    quotes = [change("2026-06-10", "quote:1", "APPROVED"), change("2026-07-01", "quote:1", "REJECTED")]
    found = _decide(deals=[_deal(("2026-06-01", "qualifiedtobuy"), more=quotes)])
    assert (found.stage, found.events[-1].rule, day(found.since)) == (
        FunnelStage.LEAD_DEAL,
        "offer_withdrawn",
        "2026-07-01",
    )


def test_an_offer_that_is_open_when_another_deal_is_won_is_an_offer_of_the_expansion() -> None:
    won = _deal(("2026-06-01", "contractsent"), ("2026-08-01", "closedwon"), ident="d1")
    offered = _deal(("2026-07-01", "contractsent"), ident="d2")
    first, second = _decide(deals=[won, offered]).cycles
    assert (first.outcome, second.outcome, day(second.offer_at)) == (Outcome.WON, Outcome.OPEN, "2026-08-01")


def test_a_lost_deal_that_is_deleted_while_another_is_open_changes_nothing() -> None:
    moves = (("2026-06-01", "qualifiedtobuy"), ("2026-07-01", "closedlost"))
    gone = _deal(*moves, ident="d1", archived_at=at("2026-09-01"))
    stays = _deal(("2026-06-15", "contractsent"), ident="d2")
    found = _decide(deals=[gone, stays])
    assert (found.stage, [one.outcome for one in found.cycles]) == (FunnelStage.OPPORTUNITY, [Outcome.OPEN])


def test_a_won_deal_that_is_deleted_while_the_next_cycle_is_open_takes_only_its_own_end_back() -> None:
    moves = (("2026-06-01", "contractsent"), ("2026-07-01", "closedwon"))
    gone = _deal(*moves, ident="d1", archived_at=at("2026-10-10"), gone_at=at("2026-10-12"))
    found = _decide(_demo("2026-10-01"), deals=[gone])
    assert [one.outcome for one in found.cycles] == [Outcome.VOID, Outcome.OPEN]
    assert found.relationship is Relationship.PROSPECT


def test_what_tells_nothing_about_the_funnel_is_passed_over_beside_deals_too() -> None:
    note = row("2026-06-10", "note", actor="71")
    assert _decide(note, deals=[_deal(("2026-06-01", "qualifiedtobuy"))]).stage is FunnelStage.LEAD_DEAL


def test_close_dates_are_understood_as_a_crm_writes_them_and_what_is_none_is_blank() -> None:
    dates = [change("2026-06-01", "close_date", "2026-09-30T08:00:00Z"), change("2026-07-01", "close_date", "bald")]
    spans = _deal(("2026-06-01", "qualifiedtobuy"), more=dates).spans
    assert [day(span.close_date) for span in spans if span.valid_from in {at("2026-06-01"), at("2026-07-01")}] == [
        "2026-09-30",
        None,
    ]


def test_a_deal_without_a_creation_date_begins_with_what_is_known_first() -> None:
    found = _deal(("2026-07-01", "qualifiedtobuy"), created_at=None, updated_at=at("2026-08-01"))
    assert day(found.created_at) == "2026-07-01"


def test_points_that_were_taken_off_are_looked_at_again_when_the_rest_has_faded() -> None:
    asked = [row(f"2026-11-{number}", "form", f"Whitepaper {number}", asset=str(number)) for number in (10, 11, 12)]
    found = _decide(*asked, row("2026-11-13", "unsubscribe", "Newsletter"), as_of="2026-11-14")
    assert 0 < found.score.engagement < 60
    assert found.due_at is not None
    assert found.due_at > at("2026-11-14")


def test_a_rule_of_its_own_without_fading_keeps_its_points() -> None:
    text = (
        "score_model: {engagement: {groups: {g: {cap: 50, rules: [{id: E, event: whitepaper, pts: 20, decay: none}]}}}}"
    )
    asked = row("2026-05-01", "form", "Whitepaper", asset="a")
    assert _decide(asked, as_of="2026-07-15", text=text).score.engagement == 20


def test_who_is_a_customer_by_a_deal_needs_no_flag_when_a_person_says_so_too() -> None:
    won = _deal(("2026-06-01", "contractsent"), ("2026-08-01", "closedwon"))
    said = row("2026-08-02", "lifecycle", outcome="customer", actor=_USER)
    found = _decide(said, deals=[won], created_at=at("2026-01-01"))
    assert (found.relationship, found.flags) == (Relationship.CUSTOMER, ())


def test_a_second_request_of_somebody_who_fits_too_little_is_still_for_a_person_to_look_at() -> None:
    found = _decide(_demo(), _demo("2026-10-03"), country=None, fields={})
    assert (found.stage, found.flags) == (FunnelStage.INQUIRY, ("review_request",))


def test_where_no_rule_reads_a_date_nobody_untouched_is_looked_at_again() -> None:
    fit = "{groups: {company: {cap: 40, rules: [{id: F, if: \"contact.country == 'DE'\", pts: 40}]}}}"
    assert _decide(text=f"score_model: {{fit: {fit}, negative: []}}").due_at is None


def test_a_deal_that_was_closed_without_a_date_and_without_a_history_was_closed_when_it_was_made() -> None:
    found = decided_deal(deal_facts((), created="2026-06-01", stage_id="closedlost"), _AS_OF)
    assert [(span.outcome, day(span.valid_from)) for span in found.spans][-1] == (Outcome.LOST, "2026-06-01")


def test_stages_are_no_offers_where_only_quotes_are() -> None:
    text = "offer_evidence: {any_of: [quote]}"
    assert _deal(("2026-06-01", "contractsent"), text=text).spans[-1].offer_at is None
    quoted = [change("2026-06-10", "quote:1", "APPROVED")]
    assert day(_deal(("2026-06-01", "contractsent"), more=quoted, text=text).spans[-1].offer_at) == "2026-06-10"


# --- moves of a replay in which nothing is open


def _replay() -> Replay:
    known = ContactFacts(contact=contact())
    return Replay(known, rules().scorer.fit(known, at(_AS_OF)), rules(), tracks=rules().scorer.track)


def test_without_a_passage_nothing_ends_and_nothing_is_shown() -> None:
    replay = _replay()
    replay.end(at(_AS_OF), Outcome.LOST, "rejected")
    replay.stand(3, at(_AS_OF), "score_mql")
    replay.close(FunnelStage.CLOSED_LOST, at(_AS_OF), "rejected", (), "crm")
    assert (replay.stage, replay.since, replay.cycles) == (FunnelStage.TAM, None, [])


def test_while_a_deal_is_open_a_lead_that_falls_is_not_shown() -> None:
    replay = _replay()
    passage = replay.begin(at("2026-11-01"), Origin.INBOUND, None)
    replay.climb(3, at("2026-11-01"), "score_mql", ())
    replay.open_deals["d1"] = 6
    replay.fall(2, at("2026-11-02"), "hysteresis")
    assert (replay.lead, replay.stage) == (2, FunnelStage.LEAD_MQL)
    passage.reach(0, at("2026-11-02"))
    assert (passage.mql_at, passage.inquiry_at, passage.accepted_at) == (at("2026-11-01"), None, None)


def test_a_passage_that_never_ended_is_taken_up_without_an_end_to_take_back() -> None:
    replay = _replay()
    passage = replay.begin(at("2026-11-01"), Origin.INBOUND, None)
    replay.resume(passage, at("2026-11-02"))
    assert (passage.reopened, replay.passage) == (None, passage)


def test_who_said_what_of_a_lead_is_kept() -> None:
    for actor, said in ((_USER, "user"), (_CRM, "crm")):
        found = _decide(_demo(), _lead("2026-10-05", LeadWord(LeadState.CONNECTED, "s2"), actor=actor))
        assert found.events[-1].actor == said


def test_a_date_of_entry_that_is_none_is_not_taken_for_one() -> None:
    told = _decide(lifecycle="lead", created_at=at("2025-03-01"), fields={"entered_lead": "unknown"})
    assert (told.stage, day(told.since)) == (FunnelStage.INQUIRY, "2025-03-02")


def test_a_cycle_has_the_segment_of_its_own_company_and_none_of_one_that_was_left() -> None:
    company = COMPANY.__class__(id="co", name="Muster", industry="machinery", country="AT")
    left = row("2026-10-10", "employer", outcome="old:co")
    for own, country in (("CH", "CH"), (None, "AT")):
        known = ContactFacts(
            contact=contact(country=own), company=company, evidence=[_demo(), left, _demo("2026-11-01")]
        )
        former, present = decide_contact(known, rules=rules(), as_of=at(_AS_OF)).cycles
        assert (former.industry, former.country) == (None, own)
        assert (present.industry, present.country) == ("machinery", country)
