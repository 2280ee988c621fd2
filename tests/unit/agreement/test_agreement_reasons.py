import unicodedata

import pytest

from syncer.agreement import UNSPECIFIED, ReasonOutcome, load_default, parse_agreement

REASONS = load_default().reasons


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        ("Budget zu klein", "price", ReasonOutcome.LOST),
        ("Kein Budget in diesem Jahr", "budget_freeze", ReasonOutcome.OTHER),
        ("Projekt auf Q2 verschoben", "project_postponed", ReasonOutcome.OTHER),
        ("Vertrag mit Wettbewerber läuft bis 2027", "contract_lock_in", ReasonOutcome.OTHER),
        ("An Mitbewerber verloren", "competitor", ReasonOutcome.LOST),
        ("Testlauf verzögert sich", "project_postponed", ReasonOutcome.OTHER),
        ("test", "created_in_error", ReasonOutcome.VOID),
        ("Keine Rückmeldung mehr", "no_response_after_interest", ReasonOutcome.OTHER_IF_TWO_WAY_ELSE_LOST),
        ("Kein Bedarf", "no_fit", ReasonOutcome.LOST),
        ("sonstiges", UNSPECIFIED, ReasonOutcome.LOST),
        ("", UNSPECIFIED, ReasonOutcome.LOST),
        (None, UNSPECIFIED, ReasonOutcome.LOST),
        ("  DUBLETTE  ", "created_in_error", ReasonOutcome.VOID),
        ("sponsor_left", "sponsor_left", ReasonOutcome.OTHER),
        ("chose_inhouse", "chose_inhouse", ReasonOutcome.LOST),
    ],
)
def test_free_text_becomes_a_reason(text: str | None, code: str, outcome: ReasonOutcome) -> None:
    assert REASONS.normalise(text) == (code, outcome)


def test_decomposed_umlauts_are_the_same_text() -> None:
    assert REASONS.normalise(unicodedata.normalize("NFD", "Verzögert")).code == "project_postponed"


def test_reasons_that_postpone_are_those_of_closed_other() -> None:
    assert load_default().other_reasons == {
        "budget_freeze",
        "project_postponed",
        "no_decision",
        "sponsor_left",
        "reorg_merger",
        "contract_lock_in",
        "no_response_after_interest",
        "legal_procurement_hold",
    }


def test_without_a_last_rule_an_unknown_text_is_lost_and_unspecified() -> None:
    text = "reasons: [{code: price, outcome: lost, re: preis}]\n"
    reasons = parse_agreement(text, "agreement.yaml").reasons
    assert reasons.normalise("x") == (UNSPECIFIED, ReasonOutcome.LOST)
    assert reasons.codes == {"price", UNSPECIFIED}


def test_many_distinct_texts_keep_the_memory_bounded() -> None:
    reasons = parse_agreement("reasons: [{code: price, outcome: lost, re: preis}]\n", "agreement.yaml").reasons
    for number in range(50_010):
        reasons.normalise(f"text {number}")
    assert len(reasons._known) <= 50_000
