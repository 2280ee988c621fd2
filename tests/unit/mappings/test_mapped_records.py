from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from mappings.activities import activity, rollup_activities, rollups_beside
from mappings.fields import definitions, extended, parse_definitions
from mappings.history import change_source, changes
from mappings.plain import answer, cost_line
from mappings.raw import changed_at
from mappings.records import mappers
from syncer.errors import ConfigError, InvalidRecord
from syncer.moments import Millis
from syncer.records import ActivityKind, ChangeSource, Kind

HUBSPOT = definitions("hubspot")
MAPPERS = mappers(HUBSPOT, {Kind.CONTACT: ("fn_stage", "lifecyclestage")})


@dataclass
class Raw:
    stream: str
    id: str
    properties: dict
    created_at: str | None = "2026-01-01T00:00:00Z"
    updated_at: str | None = "2026-01-02T00:00:00Z"
    archived_at: str | None = None
    history: dict = field(default_factory=dict)


@dataclass
class Version:
    value: str | None
    at: int
    source_type: str | None = "CRM_UI"
    source_id: str | None = "userId:1"


def test_contact_is_mapped_by_the_definitions():
    contact = MAPPERS[Kind.CONTACT](
        Raw(
            "contacts",
            "7",
            {
                "email": "Anna@Firma.example",
                "hs_analytics_source": "PAID_SEARCH",
                "hs_country_region_code": None,
                "country": "Deutschland",
                "hs_email_optout": "true",
                "hs_merged_object_ids": "5;6",
                "hs_calculated_merged_vids": "6:1700000000000;7:1700000000000",
                "lifecyclestage": "lead",
                "fn_stage": "INQUIRY",
                "jobtitle": "Leiterin Einkauf",
                "unknown_property": "dropped",
            },
        )
    )
    assert (contact.email, contact.source, contact.country) == ("anna@firma.example", "paid_search", "DE")
    assert contact.opted_out
    assert contact.merged_ids == ("5", "6")
    assert contact.held == {"fn_stage": "INQUIRY", "lifecyclestage": "lead"}
    assert contact.fields == {"job_title": "Leiterin Einkauf"}
    assert contact.created_at == 1767225600000


def test_empty_text_and_null_and_absence_are_the_same():
    deals = [MAPPERS[Kind.DEAL](Raw("deals", "1", properties)) for properties in ({"amount": ""}, {"amount": None}, {})]
    assert deals[0] == deals[1] == deals[2]
    assert deals[0].amount is None


def test_blanks_where_a_value_is_read_are_no_value_and_no_problem():
    deal = MAPPERS[Kind.DEAL](Raw("deals", "1", {"amount": "  ", "closedate": "\t", "deal_currency_code": "\u00a0"}))
    contact = MAPPERS[Kind.CONTACT](Raw("contacts", "1", {"email": " "}))
    assert (deal.amount, deal.close_date, deal.currency, contact.email) == (None,) * 4


def test_every_problem_of_a_record_is_named_at_once_without_values():
    with pytest.raises(InvalidRecord) as refused:
        MAPPERS[Kind.DEAL](Raw("deals", "9", {"amount": "viel", "closedate": "bald", "deal_currency_code": "EURO"}))
    assert refused.value.problems == (
        "amount is not an amount of money",
        "deal_currency_code is not a currency code",
        "closedate is not a date or time",
    )
    assert refused.value.record == "9"


def test_incoming_mail_is_the_contacts_own_act():
    emails = HUBSPOT.activities["emails"]
    incoming = Raw("emails", "1", {"hs_timestamp": "2026-03-01T10:00:00Z", "hs_email_direction": "INCOMING_EMAIL"})
    outgoing = Raw("emails", "2", {"hs_timestamp": "2026-03-01T10:00:00Z", "hs_email_direction": "EMAIL"})
    assert activity(incoming, emails, ("7",)).kind is ActivityKind.EMAIL_IN
    assert activity(outgoing, emails, ("7",)).kind is ActivityKind.EMAIL_OUT


def test_activity_without_a_moment_is_refused():
    with pytest.raises(InvalidRecord, match="hs_timestamp is missing"):
        activity(Raw("calls", "1", {}), HUBSPOT.activities["calls"], ())


def test_counts_that_figures_add_up_are_whole_numbers():
    with pytest.raises(ConfigError) as raised:
        extended(HUBSPOT, {"contacts": {"mails_delivered": {"from": ["zugestellt"], "as": "text"}}})
    [problem] = raised.value.problems
    assert (problem.key, problem.hint) == ("fields.contacts.mails_delivered.as", "integer")


def test_rollups_stand_in_only_for_feeds_that_are_absent():
    raw = Raw(
        "contacts",
        "7",
        {
            "first_conversion_date": "2026-01-03T00:00:00Z",
            "first_conversion_event_name": "Demo anfordern",
            "recent_conversion_date": "2026-01-03T00:00:00Z",
            "recent_conversion_event_name": "Demo anfordern",
            "hs_email_last_click_date": "2026-01-05T00:00:00Z",
            "hs_analytics_last_timestamp": "kaputt",
        },
    )
    contacts = HUBSPOT.objects[Kind.CONTACT]
    alone = rollup_activities(raw, rollups_beside(contacts, ()))
    assert [(one.kind, one.subject) for one in alone] == [("form", "Demo anfordern"), ("email_click", None)]
    assert [one.kind for one in rollup_activities(raw, rollups_beside(contacts, ("form_submissions",)))] == [
        "email_click"
    ]
    assert not rollups_beside(contacts, (), asked=("email",))


def test_of_a_feed_that_ended_rollups_tell_what_came_after_it_alone():
    raw = Raw("contacts", "7", {"hs_email_last_click_date": "2026-01-05T00:00:00Z"})
    rollups = list(rollups_beside(HUBSPOT.objects[Kind.CONTACT], ()))
    (feed,) = {one.feed for one in rollups if one.kind == "email_click"}
    day = 86_400_000
    (click,) = rollup_activities(raw, rollups)
    assert not rollup_activities(raw, rollups, {feed: Millis(click.occurred_at)})
    assert list(rollup_activities(raw, rollups, {feed: Millis(click.occurred_at - day)})) == [click]


def test_history_is_ordered_and_equal_neighbours_are_one_change():
    history = {"dealstage": [Version("b", 30), Version("b", 20, "IMPORT"), Version("a", 10, "INTEGRATION", "99")]}
    found = changes(Kind.DEAL, Raw("deals", "1", {}, history=history), {"stage": "dealstage", "amount": "amount"})
    assert [(one.property, one.value, one.at, one.source) for one in found] == [
        ("stage", "a", 10, ChangeSource.INTEGRATION),
        ("stage", "b", 20, ChangeSource.IMPORT),
    ]


@pytest.mark.parametrize(
    ("told", "present"),
    [
        ([("won", 20), ("offer", 20), ("new", 10)], None),
        ([("new", 10), ("offer", 20), ("won", 20)], None),
        ([("won", 20), ("offer", 20)], None),
        ([("offer", 20), ("won", 20)], "won"),
        ([("new", 10), ("won", 20), ("offer", 20)], "won"),
    ],
)
def test_of_versions_at_one_moment_the_newest_told_is_last_and_the_present_value_decides(told, present):
    history = {"dealstage": [Version(*one) for one in told]}
    found = changes(Kind.DEAL, Raw("deals", "1", {"dealstage": present}, history=history), {"stage": "dealstage"})
    assert (found[-1].value, found[-1].at) == ("won", 20)


def test_clearing_is_a_change_but_never_having_had_a_value_is_none():
    history = {"x": [Version("", 5), Version("a", 10), Version("", 20)]}
    found = changes(Kind.CONTACT, Raw("contacts", "1", {}, history=history), {"lifecycle": "x"})
    assert [(one.value, one.at) for one in found] == [("a", 10), (None, 20)]


def test_unheard_of_source_types_are_unknown_not_a_person():
    assert change_source("SOMETHING_NEW") is ChangeSource.UNKNOWN
    assert change_source(None) is ChangeSource.UNKNOWN
    assert change_source("crm_ui") is ChangeSource.USER


def test_survey_answer_without_a_number_is_no_answer():
    plain = HUBSPOT.answers["feedback_submissions"]
    assert answer(Raw("feedback_submissions", "1", {"hs_value": None}), plain, ()) is None
    given = answer(Raw("feedback_submissions", "1", {"hs_value": "9", "hs_survey_type": "NPS"}), plain, ("4",))
    assert given is not None
    assert (given.value, given.contact_id) == (9, "4")


def test_a_survey_answer_that_nothing_dates_or_whose_number_cannot_be_read_is_refused():
    plain = HUBSPOT.answers["feedback_submissions"]
    with pytest.raises(InvalidRecord) as undated:
        answer(Raw("feedback_submissions", "1", {"hs_value": "9"}, created_at=None), plain, ("4",))
    assert undated.value.problems == ("the answer carries no date",)
    with pytest.raises(InvalidRecord) as unread:
        answer(Raw("feedback_submissions", "2", {"hs_value": "ten"}, created_at="soon"), plain, ("4",))
    assert unread.value.problems == ("createdAt is not a date or time", "value is not a number")


def test_a_campaigns_spend_that_cannot_be_read_is_refused_and_never_taken_as_nothing():
    plain = HUBSPOT.costs["campaigns"]
    with pytest.raises(InvalidRecord) as refused:
        cost_line(Raw("campaigns", "1", {"hs_name": "Messe", "hs_spend_items_sum_amount": "viel"}), plain)
    assert refused.value.problems == ("amount is not an amount of money",)


def test_an_activity_is_found_by_an_address_and_one_that_is_no_address_finds_nobody():
    clicks = HUBSPOT.activities["email_clicks"]
    given = [
        activity(Raw("email_clicks", "1", {"created": "2026-03-01T10:00:00Z", "recipient": address}), clicks, ())
        for address in (" Anna@Firma.Example", "nobody", None)
    ]
    assert [one.email for one in given] == ["anna@firma.example", None, None]


def test_a_campaign_without_spend_differs_from_one_that_spent_nothing():
    plain = HUBSPOT.costs["campaigns"]
    assert cost_line(Raw("campaigns", "1", {"hs_name": "Messe"}), plain) is None
    spent = cost_line(Raw("campaigns", "1", {"hs_name": "Messe", "hs_spend_items_sum_amount": "0"}), plain)
    assert spent is not None
    assert spent.amount == Decimal(0)


def test_a_users_own_field_joins_the_definitions():
    own = extended(HUBSPOT, {"contacts": {"seniority": {"from": ["karrierestufe"], "as": "slug"}}})
    assert "karrierestufe" in own.properties("contacts")
    assert "hs_seniority" not in own.properties("contacts")
    contact = mappers(own, {})[Kind.CONTACT](Raw("contacts", "1", {"karrierestufe": "Head"}))
    assert contact.fields["seniority"] == "head"


def test_versions_of_the_property_by_which_sales_answers_are_kept():
    own = extended(HUBSPOT, {"contacts": {"sales_answer": {"from": ["lead_akzeptanz"]}}})
    assert own.objects[Kind.CONTACT].history == {
        **HUBSPOT.objects[Kind.CONTACT].history,
        "sales_answer": "lead_akzeptanz",
    }
    again = extended(own, {"contacts": {"seniority": {"from": ["karrierestufe"], "as": "slug"}}})
    assert again.objects[Kind.CONTACT].history["sales_answer"] == "lead_akzeptanz"
    assert (
        "sales_answer" not in extended(HUBSPOT, {"deals": {"sales_answer": {"from": ["x"]}}}).objects[Kind.DEAL].history
    )


def test_sales_answers_by_one_property():
    with pytest.raises(ConfigError) as refused:
        extended(HUBSPOT, {"contacts": {"sales_answer": {"from": ["lead_akzeptanz", "akzeptanz"]}}})
    [problem] = refused.value.problems
    assert (problem.file, problem.key) == ("syncer.yaml", "fields.contacts.sales_answer.from")


def test_an_unknown_type_in_a_definition_is_refused_with_what_is_allowed():
    with pytest.raises(ConfigError) as refused:
        parse_definitions({"contacts": {"columns": {"email": {"from": ["email"], "as": "mail"}}}}, source="x.toml")
    assert refused.value.problems[0].key == "contacts.columns.email.as"
    assert "email" in (refused.value.problems[0].hint or "")


def test_an_unknown_type_among_a_users_own_fields_is_refused_where_the_user_wrote_it():
    with pytest.raises(ConfigError) as refused:
        extended(HUBSPOT, {"contacts": {"seniority": {"from": ["karrierestufe"], "as": "grade"}}})
    [problem] = refused.value.problems
    assert (problem.file, problem.key) == ("syncer.yaml", "fields.contacts.seniority.as")


def test_an_archived_contact_says_when_and_one_that_was_not_asked_for_merged_ids_has_none():
    narrow = mappers(HUBSPOT, {}, asked={Kind.CONTACT: ("email", "createdate", "lastmodifieddate")})[Kind.CONTACT]
    told = {"email": "a@b.example", "createdate": "2025-01-01", "lastmodifieddate": "2025-01-02", "country": "x"}
    contact = narrow(Raw("contacts", "7", told, archived_at="2026-02-01T00:00:00.001Z"))
    assert contact.archived_at == 1769904000001
    assert (contact.created_at, contact.updated_at) == (1735689600000, 1735776000000)
    assert (contact.merged_ids, contact.fields, contact.held, contact.country) == ((), {}, {}, None)


def test_every_field_that_cannot_be_read_is_named_by_the_property_that_was_read():
    with pytest.raises(InvalidRecord) as refused:
        MAPPERS[Kind.CONTACT](Raw("contacts", "7", {"createdate": "soon", "hs_email_optout": "maybe", "email": "no"}))
    assert [problem.partition(" ")[0] for problem in refused.value.problems] == [
        "email",
        "hs_email_optout",
        "createdate",
    ]


@pytest.mark.parametrize(
    ("properties", "updated_at", "at"),
    [
        ({"lastmodifieddate": "2026-01-03T00:00:00Z"}, "2026-01-02T00:00:00Z", 1767398400000),
        ({"hs_lastmodifieddate": "1767398400000"}, None, 1767398400000),
        ({"hs_lastmodifieddate": ""}, "2026-01-02T00:00:00Z", 1767312000000),
        ({"hs_lastmodifieddate": "soon"}, "never", None),
        ({}, None, None),
    ],
)
def test_a_record_changed_when_the_latest_moment_that_it_tells_says(properties, updated_at, at):
    assert changed_at(Raw("deals", "7", properties, updated_at=updated_at)) == at
