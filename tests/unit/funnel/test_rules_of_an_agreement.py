"""What the funnel reads from an agreement that no story of a contact shows by itself."""

from syncer.agreement import load_default
from syncer.funnel import compile_rules
from syncer.funnel.facts import FunnelStage
from tests.unit.funnel.build import STAGES, rules


def test_a_grade_that_is_an_mql_at_any_score_is_one_from_nothing_on() -> None:
    high, low = "[sales_ready, mql, mql, mql]", "[mql, inquiry, inquiry, inquiry]"
    found = rules(f"score_model: {{matrix: {{A: {high}, B: {high}, C: {low}, D: {low}}}}}").enter
    assert (found["B"].mql, found["B"].sales_ready) == (0.0, 60)
    assert (found["C"].mql, found["C"].sales_ready) == (60, float("inf"))


def test_what_we_write_of_somebody_who_went_back_to_the_market_is_known_as_our_own_word() -> None:
    assert rules().echoes[FunnelStage.TAM] == "BAD_TIMING"
    assert rules().lifecycle_of[FunnelStage.TAM] == "subscriber"


def test_an_account_of_which_no_quotes_are_known_has_none() -> None:
    plain = [stage for stage in STAGES if stage.stage_id != "contractsent"]
    assert compile_rules(load_default(), plain).offer_fallback
    assert not compile_rules(load_default(), plain, has_quotes=True).offer_fallback
    assert not compile_rules(load_default(), STAGES).offer_fallback
