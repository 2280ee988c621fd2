"""What a portal can feed, and which properties are asked of it."""

from mappings.check import Gap, gaps, present
from mappings.fields import definitions, parse_definitions
from syncer.records import Kind

HUBSPOT = definitions("hubspot")
OWN = parse_definitions(
    {
        "contacts": {
            "columns": {"email": {"from": ["email"]}},
            "fields": {
                "job_title": {"from": ["jobtitle", "position"]},
                "seniority": {"from": ["hs_seniority", "karrierestufe"]},
            },
        },
        "deals": {"columns": {"amount": {"from": ["amount"]}}},
    },
    source="own.toml",
)


def test_a_field_that_no_property_feeds_is_a_gap_with_the_names_that_were_looked_for():
    found = gaps(OWN, {Kind.CONTACT: ["email", "position"], Kind.DEAL: ["amount"]})
    assert found == (Gap(kind=Kind.CONTACT, field="seniority", candidates=("hs_seniority", "karrierestufe")),)


def test_of_an_object_that_was_not_looked_at_nothing_is_missing():
    assert gaps(OWN, {Kind.DEAL: ["amount"]}) == ()
    assert [gap.field for gap in gaps(OWN, {Kind.DEAL: []})] == ["amount"]


def test_only_what_the_portal_has_is_asked_for_in_the_order_wanted():
    assert present(("stage", "amount", "owner"), ["owner", "stage", "other"]) == ("stage", "owner")


def test_every_stream_asks_for_what_its_map_reads_each_once():
    calls = HUBSPOT.properties("calls")
    assert len(set(calls)) == len(calls)
    assert {"hs_timestamp", "hubspot_owner_id", "hs_lastmodifieddate"} <= set(calls)
    assert "hs_email_direction" in HUBSPOT.properties("emails")
    assert "hs_value" in HUBSPOT.properties("feedback_submissions")
    assert "hs_spend_items_sum_amount" in HUBSPOT.properties("campaigns")
    assert set(HUBSPOT.properties("leads")) >= {"hs_pipeline_stage", "hs_lead_disqualification_reason"}
    assert set(HUBSPOT.properties("quotes")) >= {"hs_status", "hs_expiration_date"}


def test_a_stream_without_a_map_asks_for_nothing():
    assert HUBSPOT.properties("tickets") == ()
