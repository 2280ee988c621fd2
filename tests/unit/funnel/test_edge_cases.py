"""Rules of the funnel by the names that the domain's list of tests gives them (sections B2, B3, B5, B6)."""

from collections.abc import Sequence
from itertools import product

import pytest

from syncer.agreement import parse_agreement
from syncer.funnel import compile_rules, decide_contact, decide_deal
from syncer.funnel.facts import ContactDecision, CycleType, DealFacts, FunnelStage, Origin, Outcome, Relationship
from syncer.funnel.transitions import CLOSED, LADDER, is_allowed
from syncer.records import Evidence
from syncer.writeback import desired_contact, standing_of
from tests.unit.funnel.build import STAGES, at, day, deal_facts, decided_deal, facts, path, row, rules
from tests.unit.writeback.cases import rules as write_rules
from tests.unit.writeback.cases import shown

_AS_OF = "2026-11-21"

#: Every step back that the table of stages knows (domain B2), the machine's own hysteresis and expiry included.
_STEPS_BACK = {
    ("SUSPECT", "TAM"),
    ("INQUIRY", "SUSPECT"),
    ("INQUIRY", "TAM"),
    ("LEAD_MQL", "INQUIRY"),
    ("LEAD_MQL", "TAM"),
    ("LEAD_SQL", "INQUIRY"),
    ("LEAD_SQL", "TAM"),
    ("LEAD_SAL", "INQUIRY"),
    ("LEAD_SAL", "TAM"),
    *(("LEAD_DEAL", stage) for stage in ("LEAD_SAL", "LEAD_SQL", "LEAD_MQL", "INQUIRY", "SUSPECT", "TAM")),
    *(("OPPORTUNITY", one) for one in ("LEAD_DEAL", "LEAD_SAL", "LEAD_SQL", "LEAD_MQL", "INQUIRY", "SUSPECT", "TAM")),
    *(("FORECAST", stage.value) for stage in LADDER[:-1]),
}


def _decided(
    rows: Sequence[Evidence] = (), *deals: DealFacts, as_of: str = _AS_OF, **values: object
) -> ContactDecision:
    known = facts(rows, deals=[decided_deal(one, as_of) for one in deals], **values)
    return decide_contact(known, rules=rules(), as_of=at(as_of))


def test_transition_table_closed() -> None:
    allowed = {(one, two) for one, two in product(LADDER, LADDER) if one is not two and is_allowed(one, two)}
    forward = {(one, two) for place, one in enumerate(LADDER) for two in LADDER[place + 1 :]}
    assert {(one.value, two.value) for one, two in allowed - forward} == _STEPS_BACK
    assert forward <= allowed
    assert all(is_allowed(one, end) for one, end in product(LADDER, CLOSED))
    assert [two for two in FunnelStage if is_allowed(FunnelStage.CLOSED_OTHER, two)] == [
        FunnelStage.OUT,
        FunnelStage.TAM,
        FunnelStage.CLOSED_WON,
        FunnelStage.CLOSED_LOST,
    ]
    assert not any(is_allowed(end, end) for end in CLOSED)
    assert all(is_allowed(one, FunnelStage.OUT) for one in FunnelStage)
    assert all(is_allowed(one, two, "user") for one, two in product(FunnelStage, FunnelStage))
    assert all(is_allowed(None, one) and is_allowed(FunnelStage.OUT, one) for one in FunnelStage)
    assert not any(is_allowed(one, one) for one in LADDER[1:])


def test_closed_other_goes_to_tam_same_tx() -> None:
    deal = deal_facts(
        [("2026-06-01", "contractsent"), ("2026-09-01", "closedlost")], lost_reason="Projekt auf Q2 verschoben"
    )
    *_, ended, back = _decided((), deal).events
    assert (ended.to_stage, back.from_stage, back.to_stage) == ("CLOSED_OTHER", "CLOSED_OTHER", "TAM")
    assert ended.occurred_at == back.occurred_at == at("2026-09-01")
    assert (ended.rule, back.rule, back.cycle_no) == ("CO3", "recycled", 1)


def test_virtual_pass_excluded_from_durations() -> None:
    decision = _decided([row("2026-11-01", "form", "Demo anfordern")])
    (cycle,) = decision.cycles
    assert path(decision) == [
        "~SUSPECT 2026-11-01",
        "~INQUIRY 2026-11-01",
        "~LEAD_MQL 2026-11-01",
        "LEAD_SQL 2026-11-01",
    ]
    assert (cycle.suspect_at, cycle.inquiry_at, cycle.mql_at) == (None, None, None)
    assert day(cycle.sales_ready_at) == "2026-11-01"


@pytest.mark.parametrize(
    ("reasons", "outcome", "reason"),
    [
        (("won", "Projekt verschoben", "zu teuer"), Outcome.WON, None),
        (("Projekt verschoben", "zu teuer"), Outcome.OTHER, "project_postponed"),
        (("zu teuer", "Projekt verschoben"), Outcome.OTHER, "project_postponed"),
        (("zu teuer", "kein Interesse"), Outcome.LOST, "explicit_no"),
        (("zu teuer", "Dublette"), Outcome.LOST, "price"),
    ],
)
def test_multi_deal_won_other_lost_precedence(reasons: Sequence[str], outcome: Outcome, reason: str | None) -> None:
    deals = [
        deal_facts(
            [
                ("2026-06-01", "qualifiedtobuy"),
                (f"2026-09-{number:02d}", "closedwon" if why == "won" else "closedlost"),
            ],
            ident=f"d{number}",
            lost_reason=None if why == "won" else why,
        )
        for number, why in enumerate(reasons, 1)
    ]
    cycle = _decided((), *deals).cycles[0]
    assert (cycle.outcome, cycle.reason) == (outcome, reason)


def test_of_deals_that_close_in_one_moment_the_lower_id_comes_first() -> None:
    won = [deal_facts([("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedwon")], ident=one) for one in ("7", "3")]
    decision = _decided((), *won)
    assert [(cycle.type, cycle.deal_id) for cycle in decision.cycles] == [
        (CycleType.ACQUISITION, "3"),
        (CycleType.EXPANSION, "7"),
    ]


@pytest.mark.parametrize(
    ("back", "cycles", "origin"),
    [
        ("2026-10-01", 1, Origin.OUTBOUND),
        ("2026-10-01T10:00", 1, Origin.OUTBOUND),
        ("2026-10-01T10:01", 2, Origin.REOPENED),
        ("2026-10-02", 2, Origin.REOPENED),
    ],
)
def test_reopen_30d_vs_31d(back: str, cycles: int, origin: Origin) -> None:
    moves = [("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost"), (back, "qualifiedtobuy")]
    decision = _decided((), deal_facts(moves, lost_reason="zu teuer"))
    assert len(decision.cycles) == cycles
    last = decision.cycles[-1]
    assert (last.outcome, last.origin) == (Outcome.OPEN, origin)
    assert decision.cycles[0].reopened_outcome == (Outcome.LOST if cycles == 1 else None)
    assert decision.cycles[0].outcome == (Outcome.OPEN if cycles == 1 else Outcome.LOST)


@pytest.mark.parametrize(
    ("when", "kind", "subject", "number"),
    [
        ("2026-10-01", "page_view", "/blog", 1),
        ("2026-10-01", "form", "Whitepaper TCO", 2),
        ("2026-11-30T09:00", "page_view", "/blog", 1),
        ("2026-11-30T09:01", "page_view", "/blog", 2),
        ("2026-08-20", "form", "Whitepaper TCO", 1),
    ],
)
def test_lost_then_inquiry_new_cycle(when: str, kind: str, subject: str, number: int) -> None:
    deal = deal_facts([("2026-06-01", "qualifiedtobuy"), ("2026-09-01", "closedlost")], lost_reason="zu teuer")
    decision = _decided([row(when, kind, subject, asset="a")], deal, as_of="2026-12-05")
    assert decision.cycle_no == number
    assert decision.cycles[-1].type is (CycleType.WINBACK if number == 2 else CycleType.ACQUISITION)
    assert decision.outcome is Outcome.LOST


def test_recycled_engagement_starts_at_zero() -> None:
    rows = [row(f"2026-08-{one:02d}", "form", f"Whitepaper {one}", asset=str(one)) for one in range(20, 28)]
    deal = deal_facts(
        [("2026-08-28", "qualifiedtobuy"), ("2026-09-01", "closedlost")], lost_reason="Projekt verschoben"
    )
    ended = _decided(rows, deal, as_of="2026-09-02")
    assert (ended.stage, ended.score.engagement) == ("TAM", 0.0)
    again = _decided([*rows, row("2026-09-02", "page_view", "/blog", asset="b", value=2.0)], deal, as_of="2026-09-02")
    before = _decided(rows, as_of="2026-09-02")
    assert again.cycles[-1].recycled_from == 1
    assert again.score.engagement < 5 < before.score.engagement
    assert again.score.fit == before.score.fit


def test_customer_never_below_customer() -> None:
    won = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-06-01", "closedwon")], ident="d1")
    later = {
        "open": deal_facts([("2026-10-01", "contractsent")], ident="d2"),
        "lost": deal_facts([("2026-10-01", "contractsent"), ("2026-11-01", "closedlost")], ident="d2"),
        "other": deal_facts(
            [("2026-10-01", "contractsent"), ("2026-11-01", "closedlost")], ident="d2", lost_reason="verschoben"
        ),
    }
    rows = [row("2026-07-01", "form", "Whitepaper", asset="w"), row("2026-07-02", "lead_status", outcome="UNQUALIFIED")]
    for name, deal in later.items():
        decision = _decided(rows, won, deal)
        assert decision.relationship is Relationship.CUSTOMER, name
        wanted = desired_contact(standing_of(decision), shown(lifecyclestage="customer"), write_rules()).values
        assert wanted["lifecyclestage"].value == "customer", name


def test_unmapped_stage_fails_closed() -> None:
    deal = deal_facts([("2026-10-01", "qualifiedtobuy"), ("2026-11-01", "invented")], amount=None)
    (*_, last) = decided_deal(deal, _AS_OF).spans
    decision = _decided((), deal)
    assert (last.outcome, last.rule) == (Outcome.UNMAPPED, "unmapped_stage")
    assert decided_deal(deal, _AS_OF).flags == ("unmapped_stage",)
    assert (decision.stage, decision.outcome, decision.flags) == ("TAM", Outcome.VOID, ("unmapped_stage",))


def test_renewal_does_not_move_funnel() -> None:
    for moves, relationship in (
        ([("2026-10-01", "renewal_open")], Relationship.PROSPECT),
        ([("2026-10-01", "renewal_open"), ("2026-11-01", "renewal_won")], Relationship.CUSTOMER),
        ([("2026-10-01", "renewal_open"), ("2026-11-01", "renewal_lost")], Relationship.FORMER_CUSTOMER),
    ):
        decision = _decided((), deal_facts(moves, pipeline_id="renewals"))
        assert (decision.stage, decision.cycle_no, list(decision.events)) == ("TAM", 0, [])
        assert decision.relationship is relationship


def test_a_lost_renewal_leaves_a_customer_who_has_another_won_deal() -> None:
    won = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-10-15", "closedwon")], ident="d1")
    lost = deal_facts(
        [("2026-09-01", "renewal_open"), ("2026-10-01", "renewal_lost")], ident="d2", pipeline_id="renewals"
    )
    assert _decided((), won, lost).relationship is Relationship.CUSTOMER


def test_offer_fallback_warning() -> None:
    agreement = parse_agreement("pipelines: {'*': {offer_stages: []}}", "agreement.yaml")
    bare = compile_rules(agreement, STAGES)
    deal = decide_deal(deal_facts([("2026-10-01", "qualifiedtobuy")]), rules=bare, as_of=at(_AS_OF))
    assert day(deal.spans[-1].offer_at) == "2026-10-01"
    assert "offer_fallback" in deal.flags
    assert [warning.code for warning in bare.pipelines.warnings] == ["W-OFFER-FALLBACK"]
    assert decide_contact(facts([], deals=[deal]), rules=bare, as_of=at(_AS_OF)).stage is FunnelStage.OPPORTUNITY
    shows = compile_rules(agreement, STAGES, has_quotes=True)
    quiet = decide_deal(deal_facts([("2026-10-01", "qualifiedtobuy")]), rules=shows, as_of=at(_AS_OF))
    assert (quiet.spans[-1].offer_at, quiet.flags) == (None, ())


@pytest.mark.parametrize(
    ("category", "close_date", "stage"),
    [
        (None, "2026-12-15", "FORECAST"),
        ("COMMIT", "2026-12-15", "FORECAST"),
        ("BEST_CASE", "2026-12-15", "FORECAST"),
        ("best_case", "2026-12-15", "FORECAST"),
        ("PIPELINE", "2026-12-15", "OPPORTUNITY"),
        ("OMIT", "2026-12-15", "OPPORTUNITY"),
        ("CLOSED", "2026-12-15", "OPPORTUNITY"),
        (None, "2027-01-01", "OPPORTUNITY"),
        ("COMMIT", "2027-01-01", "OPPORTUNITY"),
        (None, None, "OPPORTUNITY"),
    ],
)
def test_forecast_mode_auto_null_vs_category(category: str | None, close_date: str | None, stage: str) -> None:
    deal = deal_facts(
        [("2026-10-01", "contractsent")],
        forecast_category=category,
        close_date=None if close_date is None else at(close_date),
    )
    assert _decided((), deal).stage == stage


def test_the_customer_of_a_left_contact_is_not_taken_below_customer_by_the_map() -> None:
    """Domain R10 and R17: at a new employer the relationship is anew, and the CRM's own value never steps back."""
    won = deal_facts([("2026-05-01", "qualifiedtobuy"), ("2026-06-01", "closedwon")])
    moved = [row("2026-10-01", "employer", outcome="old:co"), row("2026-10-05", "form", "Whitepaper", asset="w")]
    decision = _decided(moved, won)
    assert (decision.stage, decision.relationship) == ("INQUIRY", Relationship.PROSPECT)
    wanted = desired_contact(standing_of(decision), shown(lifecyclestage="customer"), write_rules()).values
    assert "lifecyclestage" not in wanted
