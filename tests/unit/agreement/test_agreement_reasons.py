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


#: How salespeople write each reason, in German and in English.
_WRITTEN = {
    "created_in_error": ("Dublette von 4711", "irrtümlich angelegt", "duplicate of 12", "created in error"),
    "contract_lock_in": ("Vertrag läuft bis 03/2027", "bis Vertragsende gebunden", "still under contract with X"),
    "competitor": ("Wettbewerber war schneller", "An die Konkurrenz verloren", "went with a competitor"),
    "price": ("Viel zu teuer", "Preis passt nicht", "budget ist zu gering", "price too high", "Too expensive"),
    "budget_freeze": ("Budgetstopp", "Budget gesperrt", "kein Budget", "no budget this year", "budget freeze"),
    "project_postponed": ("vertagt auf Herbst", "verzögert sich", "später", "project delayed", "on hold", "next year"),
    "sponsor_left": ("Ansprechpartnerin hat gewechselt", "Ansprechpartner ist weg", "champion left the company"),
    "reorg_merger": ("Fusion mit B", "Umstrukturierung", "merger ahead", "reorganisation"),
    "legal_procurement_hold": ("Rechtsabteilung", "Einkauf prüft noch", "stuck in procurement", "legal hold"),
    "no_decision": ("keine Entscheidung getroffen", "unentschieden", "no decision", "stays with the status quo"),
    "no_response_after_interest": ("keine Antwort", "nicht erreichbar", "ghosted us", "no response"),
    "product_gap": ("Funktion fehlt", "technisch nicht machbar", "missing feature"),
    "chose_inhouse": ("Eigenentwicklung", "intern gelöst", "built in-house", "inhouse"),
    "no_fit": ("kein Bedarf", "falsche Zielgruppe", "no need", "not a good fit", "unqualified"),
    "explicit_no": ("hat abgesagt", "kein Interesse", "declined", "not interested"),
    UNSPECIFIED: ("sonstiges", "other", "-", "???"),
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in _WRITTEN.items() for text in texts])
def test_every_reason_is_understood_in_german_and_english(code: str, text: str) -> None:
    assert REASONS.normalise(text).code == code
    assert REASONS.normalise(f"  {text.upper()} ").code == code


def test_every_reason_of_the_dictionary_is_written_down_here() -> None:
    assert set(_WRITTEN) == set(REASONS.codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Budget zu klein", "price"),
        ("Budget ist zu niedrig", "price"),
        ("kein Budget", "budget_freeze"),
        ("Budget dieses Jahr eingefroren", "budget_freeze"),
        ("zu teuer, kein Budget", "price"),
        ("kein Budget und Preis zu hoch", "price"),
        ("Vertrag mit Wettbewerber läuft bis 2027", "contract_lock_in"),
        ("Wettbewerber gewonnen, Projekt verschoben", "competitor"),
    ],
)
def test_reason_order_budget_vs_price(text: str, code: str) -> None:
    """Too expensive is a loss, no money this year a delay; the first rule that hits decides."""
    assert REASONS.normalise(text).code == code


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
