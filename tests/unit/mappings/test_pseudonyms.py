"""What people's values become in a pseudonymised copy, and what stays so that rules read it as before."""

import re

import pytest

from connectors.values import SourceRecord
from mappings.fields import definitions, extended
from mappings.pseudonyms import Pseudonyms
from mappings.pseudonyms.rules import Literals, kept_alike
from mappings.pseudonyms.standins import StandIns
from syncer.agreement import load_default, parse_agreement

TYPES = {
    "contacts": {
        "email": "string",
        "firstname": "string",
        "lastname": "string",
        "jobtitle": "string",
        "department": "string",
        "country": "string",
        "hs_analytics_source": "enumeration",
        "hs_analytics_source_data_1": "string",
        "hs_analytics_last_url": "string",
        "recent_conversion_event_name": "string",
        "hs_merged_object_ids": "string",
        "hs_lead_status": "enumeration",
        "lifecyclestage": "enumeration",
        "createdate": "datetime",
        "fn_planned_purchase_date": "string",
        "fn_score_reasons": "string",
        "fn_cell": "string",
        "own_note": "string",
    },
    "companies": {"name": "string", "domain": "string", "industry": "enumeration", "country": "string"},
    "deals": {"dealname": "string", "closed_lost_reason": "string", "amount": "number", "product": "string"},
    "meetings": {"hs_meeting_title": "string", "hs_meeting_outcome": "enumeration", "hs_timestamp": "datetime"},
    "communications": {"hs_communication_channel_type": "enumeration"},
    "campaigns": {"hs_name": "string"},
}
OWN = {"contacts": {"note": {"from": ["own_note"], "as": "text"}}}


def pseudonyms(text: str = "", *, key: bytes = b"k" * 32, types: dict | None = None) -> Pseudonyms:
    agreement = parse_agreement(text, "agreement.yaml") if text else load_default()
    known = extended(definitions("hubspot"), OWN)
    return Pseudonyms(key, definitions=known, agreement=agreement, types=types or TYPES)


def record(stream: str, id_: str = "1", **properties: str | None) -> SourceRecord:
    return SourceRecord(stream=stream, id=id_, properties=properties)


def one(stream: str, name: str, text: str, *, agreement: str = "", id_: str = "1") -> str:
    return pseudonyms(agreement).value(stream, id_, name, text)


def test_addresses_join_wherever_they_stand():
    made = pseudonyms()
    contact = made.properties(record("contacts", email=" Anna@Firma.example "))["email"]
    submission = made.properties(record("form_submissions", email="anna@firma.example", form_name="Demo"))
    click = made.properties(record("email_clicks", recipient="ANNA@FIRMA.EXAMPLE"))
    owner = made.address("anna@firma.example")
    assert contact == submission["email"] == click["recipient"] == owner
    assert "anna" not in contact
    assert "firma" not in contact


def test_a_company_and_its_people_share_a_domain():
    made = pseudonyms()
    domain = made.properties(record("companies", domain="Firma.example"))["domain"]
    address = made.properties(record("contacts", email="anna@firma.example"))["email"]
    assert address.partition("@")[2] == domain != "firma.example"
    assert domain.endswith(".example")


def test_domains_that_the_agreement_names_stay():
    agreement = """
calendar: {own_domains: [eigene.example]}
tam: {rule: "company.domain != 'partner.example'"}
"""
    made = pseudonyms(agreement)
    for domain in ("gmx.de", "eigene.example", "partner.example"):
        address = made.properties(record("contacts", email=f"anna@{domain}"))["email"]
        assert address.endswith(f"@{domain}")
        assert not address.startswith("anna")
    assert one("companies", "domain", "de") != "de"


def test_what_is_no_address_does_not_become_one():
    assert "@" not in one("contacts", "email", "anna.example")
    assert "@" not in one("contacts", "email", "anna@")
    assert "anna" not in one("contacts", "email", "anna@")


def test_two_people_of_one_name_are_told_apart_and_a_person_keeps_the_name():
    made = pseudonyms()
    anna, other = (made.properties(record("contacts", id_, firstname="Anna", lastname="Muster")) for id_ in ("1", "2"))
    assert anna != other
    assert anna == made.properties(record("contacts", "1", firstname="Anna", lastname="Muster"))
    assert not {"Anna", "Muster"} & {*anna.values(), *other.values()}
    assert anna["firstname"] != anna["lastname"]


def test_another_key_gives_other_stand_ins():
    one_key, other = pseudonyms(), pseudonyms(key=b"o" * 32)
    raw = record("contacts", email="anna@firma.example", firstname="Anna")
    assert one_key.properties(raw) != other.properties(raw)
    assert one_key.name("5", "first_name") != other.name("5", "first_name")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hs_lead_status", "NEW"),
        ("createdate", "2026-01-02T08:00:00Z"),
        ("hs_merged_object_ids", "12;13:1700000000000"),
        ("country", "Deutschland"),
        ("fn_planned_purchase_date", "2026-12-01"),
        ("fn_cell", "A1"),
        ("hs_v2_date_entered_x", "1700000000000"),
        ("hs_analytics_source_data_1", "Herbstmesse 2026"),
        ("recent_conversion_event_name", "Demo anfragen: Startseite"),
    ],
)
def test_what_is_no_persons_word_stays(name, text):
    assert one("contacts", name, text) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("jobtitle", "Assistentin von Dr. Muster"),
        ("department", "Büro Muster"),
        ("country", "bei Muster"),
        ("hs_merged_object_ids", "Muster"),
        ("fn_planned_purchase_date", "sagt Muster"),
        ("fn_score_reasons", "Termin mit Muster"),
        ("own_note", "Muster ruft an"),
        ("never_defined", "Muster"),
    ],
)
def test_every_other_text_is_replaced_and_stays_unreadable_as_anything_else(name, text):
    found = one("contacts", name, text)
    assert "muster" not in found.lower()
    assert found == one("contacts", name, text)
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", found)


def test_a_text_that_the_agreement_spells_out_stays():
    agreement = """tam: {rule: "contact.job_title in [ceo, 'Head of IT'] or contact.department == einkauf"}"""
    for name, text in (("jobtitle", "CEO"), ("jobtitle", "Head of IT"), ("department", "Einkauf")):
        assert one("contacts", name, text, agreement=agreement) == text
    assert one("contacts", "jobtitle", "CEO und Muster", agreement=agreement) != "CEO und Muster"
    assert (
        one("companies", "name", "Muster AG", agreement="tam: {rule: \"company.name == 'Muster AG'\"}") == "Muster AG"
    )
    assert one("companies", "name", "Muster AG") != "Muster AG"


def test_a_lost_reason_becomes_the_reason_that_the_agreement_reads():
    made = pseudonyms()
    assert made.value("deals", "1", "closed_lost_reason", "Zu teuer, meint Frau Muster") == "price"
    assert made.value("deals", "1", "closed_lost_reason", "Frau Muster mag uns nicht") == "unspecified"
    assert made.unlike == 0
    agreement = load_default()
    for code in ("price", "unspecified"):
        assert agreement.reasons.normalise(code).code == code


def test_a_reason_whose_code_is_read_otherwise_is_counted():
    made = pseudonyms("reasons: [{code: lost, outcome: lost, re: 'un'}]\nreason_tests: {}\n")
    assert made.value("deals", "1", "closed_lost_reason", "Muster") == "unspecified"
    assert made.unlike == 1


def test_a_reason_chosen_from_a_list_stays():
    types = {**TYPES, "deals": {"closed_lost_reason": "enumeration"}}
    assert pseudonyms(types=types).value("deals", "1", "closed_lost_reason", "zu_teuer") == "zu_teuer"


def test_addresses_of_pages_lose_what_a_visitor_left_in_them():
    made = pseudonyms()
    url = "https://www.firma.example/preise?email=anna%40firma.example#anna"
    view = made.properties(record("page_views", url=url, path="/preise", contact_id="7", dwell_s="12"))
    assert view["url"].startswith("https://www.firma.example/preise?")
    assert "anna" not in view["url"]
    assert (view["path"], view["contact_id"], view["dwell_s"]) == ("/preise", "7", "12")
    again = made.properties(record("page_views", url=url.replace("anna", "otto"), path="/preise"))
    assert again["url"] != view["url"]
    assert "anna" not in made.properties(record("page_views", path="/abmelden/anna@firma.example"))["path"]
    assert "anna" not in one("contacts", "hs_analytics_last_url", url)
    assert "anna" not in one("campaigns", "hs_name", "Dank an anna@firma.example")
    assert one("campaigns", "hs_name", "Herbst / Winter") == "Herbst / Winter"


MEETINGS = r"events: [{event: demo_request, kinds: [meeting], match: 'online.?demo|vorführ\w*|\bprodukt(test|probe)'}]"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Online-Demo mit Muster", "Online-Demo"),
        ("Vorführungstermin Muster", "vorführ"),
        ("Produkttest Muster", "Produkttest"),
    ],
)
def test_a_meeting_stays_the_event_it_was(title, kept):
    made = pseudonyms(MEETINGS)
    found = made.properties(record("meetings", hs_meeting_title=title, hs_meeting_outcome="COMPLETED"))
    assert found["hs_meeting_title"].endswith(f" {kept}")
    assert "Muster" not in found["hs_meeting_title"]
    assert made.unlike == 0


def test_a_meeting_that_was_no_event_keeps_nothing():
    made = pseudonyms(MEETINGS)
    found = made.properties(record("meetings", hs_meeting_title="Kaffee mit Muster", hs_timestamp="2026-01-01"))
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", found["hs_meeting_title"])
    assert made.properties(record("meetings", hs_timestamp="2026-01-01")) == {"hs_timestamp": "2026-01-01"}
    assert made.properties(record("meetings", hs_meeting_title="123"))["hs_meeting_title"] == "123"


def test_an_event_that_cannot_be_kept_is_counted():
    made = pseudonyms(
        r"events: [{event: demo_request, kinds: [meeting], match: '^anna'}, {event: page_view, kinds: [form]}]"
    )
    found = made.properties(record("meetings", hs_meeting_title="Anna kommt"))
    assert "nna" not in found["hs_meeting_title"]
    assert made.unlike == 1


def test_what_is_chosen_from_a_list_stays_in_an_activity():
    found = pseudonyms().properties(record("communications", hs_communication_channel_type="SMS"))
    assert found == {"hs_communication_channel_type": "SMS"}


TESTS = r"calendar: {test_name_patterns: ['\btest', '^max']}"


def test_a_test_record_stays_one_and_a_person_does_not_become_one():
    made = pseudonyms(TESTS)
    tested = made.properties(record("contacts", firstname="Test", lastname="Muster"))
    assert re.search(r"\btest", f"{tested['firstname']} {tested['lastname']}", re.IGNORECASE)
    assert "Muster" not in tested.values()
    person = made.properties(record("contacts", firstname="Anna", lastname="Muster"))
    assert not re.search(r"\btest", " ".join(person.values()), re.IGNORECASE)
    assert made.properties(record("contacts", email="a@b.example")).keys() == {"email"}
    assert made.unlike == 0
    made.properties(record("contacts", firstname="Max", lastname="Muster"))
    assert made.unlike == 1


def test_an_item_named_after_an_address_gets_another_id():
    made = pseudonyms()
    named = record("form_submissions", "f-1700-abcdef", form_id="f", submitted_at="1700", email="a@b.example")
    assert made.feed_id(named) != named.id
    assert made.feed_id(named).startswith("f-1700-")
    assert made.feed_id(record("form_submissions", "guid", form_id="f", submitted_at="1700")) == "guid"


def test_empty_values_stay_empty():
    found = pseudonyms().properties(record("contacts", email=None, firstname=""))
    assert found == {"email": None, "firstname": ""}


def test_literals_are_words_and_quoted_texts_of_the_agreement():
    literals = Literals(load_default())
    for text in ("gmx.de", "Machinery", "Information Technology", "DEMO_REQUEST"):
        assert text in literals
    for text in ("Muster", "", 5, None):
        assert text not in literals


def test_a_stand_in_is_taken_as_it_is_where_it_reads_alike():
    assert kept_alike("x", "y", [re.compile("x")], lambda _: True) == "y"
    assert kept_alike("x", "y", [re.compile("q")], lambda _: False) == "y"


def test_stand_ins_of_one_value_do_not_show_each_other():
    made = StandIns(b"k" * 32, ())
    assert made.word("first_name", "anna") != made.word("last_name", "anna")
    assert len({made.code("address", f"p{number}@firma.example") for number in range(5_000)}) == 5_000
