"""Names of stage dates: plain, with a number behind them, or not listed at all."""

import pytest

from mappings.fields import definitions
from mappings.stage_dates import entered_name, entered_names, with_entered_names
from syncer.records import Kind

_E = "hs_v2_date_entered_"


@pytest.mark.parametrize(
    ("stage_id", "known", "found"),
    [
        ("closedwon", (f"{_E}closedwon",), (f"{_E}closedwon",)),
        ("closedwon", (f"{_E}closedwon_771", f"{_E}closedwon"), (f"{_E}closedwon", f"{_E}closedwon_771")),
        ("unqualified-stage-id", (f"{_E}unqualified_stage_id_1675714327",), (f"{_E}unqualified_stage_id_1675714327",)),
        ("8BD9-47", (f"{_E}8bd9_47",), (f"{_E}8bd9_47",)),
        ("8bd9-47", (f"{_E}8bd9-47",), (f"{_E}8bd9-47",)),
        ("12", (f"{_E}12_3", f"{_E}123", "hs_date_entered_12", f"{_E}current_stage"), (f"{_E}12_3",)),
    ],
)
def test_names_are_looked_up(stage_id: str, known: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert entered_names([stage_id], known) == {stage_id: found}


def test_a_stage_whose_own_id_ends_in_a_number_is_not_taken_for_another() -> None:
    known = [f"{_E}12_3", f"{_E}12"]
    assert entered_names(["12", "12_3"], known) == {"12": (f"{_E}12",), "12_3": (f"{_E}12_3",)}


def test_where_none_is_listed_the_documented_name_is_formed() -> None:
    assert entered_names(["closedwon"], []) == {}
    assert entered_name("unqualified-stage-id") == f"{_E}unqualified_stage_id"


def test_lifecycle_dates_are_looked_up_too_and_the_older_name_stays_first() -> None:
    contacts = definitions("hubspot").objects[Kind.CONTACT]
    found = with_entered_names(contacts, ["email", f"{_E}lead_99", f"{_E}customer"])
    rules = {rule.name: rule.candidates for rule in found.fields}
    assert rules["entered_lead"] == ("hs_lifecyclestage_lead_date", f"{_E}lead_99")
    assert rules["entered_customer"] == ("hs_lifecyclestage_customer_date", f"{_E}customer")
    assert rules["entered_subscriber"] == ("hs_lifecyclestage_subscriber_date", f"{_E}subscriber")
    assert rules["job_title"] == ("jobtitle",)
    assert with_entered_names(found, ["email", f"{_E}lead_99", f"{_E}customer"]) == found
