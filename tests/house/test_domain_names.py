"""The domain's list of tests: what it calls by a name exists under that very name."""

import re
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
#: Funnel and Closed-Other (domain I, sections B and C).
_NAMES = (
    "transition_table_closed",
    "replay_order_independent",
    "closed_other_goes_to_tam_same_tx",
    "score_decay_never_demotes_sales_owned",
    "forecast_subset_of_opportunity",
    "virtual_pass_excluded_from_durations",
    "multi_deal_won_other_lost_precedence",
    "reopen_30d_vs_31d",
    "deleted_won_deal_needs_two_syncs",
    "lost_then_inquiry_new_cycle",
    "recycled_engagement_starts_at_zero",
    "merge_union_and_alias",
    "primary_contact_sticky",
    "customer_never_below_customer",
    "no_ping_pong_with_rep",
    "unmapped_stage_fails_closed",
    "renewal_does_not_move_funnel",
    "lifecycle_backward_readback_clear_set",
    "offer_fallback_warning",
    "forecast_mode_auto_null_vs_category",
    "push_count_example_3_2_153",
    "reason_order_budget_vs_price",
    "unknown_reason_is_lost_and_flagged",
    "inferred_other_not_backdated",
)
#: Scoring, figures and data protection (sections D to F): what the names of one or more tests begin with.
_BEGINNINGS = (
    "d2_1_",
    "d2_2_",
    "d2_3_",
    "d2_4_",
    "hysteresis_sequence",
    "contributions_sum_to_score",
    "explanation_example_51_99",
    "pdo_scaling",
    "woe_iv_flag",
    "auc_ks_brier_psi",
    "both_signatures_required",
    "time_split_no_company_overlap",
    "wilson_table",
    "null_not_zero",
    "km_and_aalen_johansen",
    "dst_business_minutes_50",
    "wape_with_zero_bias",
    "waterfall_balances",
    "attribution_weights_sum_to_one",
    "nps_scales",
    "objection_blanks_scores_next_sync",
    "erasure_tombstone_blocks_backfill",
    "art15_export_contains_contributions",
    "event_without_consent_dropped",
    "g12_all_values",
)


@pytest.fixture(scope="module")
def written() -> list[str]:
    """Return the name of every test, once for each place where it stands."""
    found: list[str] = []
    for path in _TESTS.rglob("test_*.py"):
        found += re.findall(r"^(?:async )?def test_(\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_it_exists_once(written: list[str], name: str) -> None:
    assert written.count(name) == 1


@pytest.mark.parametrize("beginning", _BEGINNINGS)
def test_a_name_begins_with_it(written: list[str], beginning: str) -> None:
    assert any(name.startswith(beginning) for name in written)
