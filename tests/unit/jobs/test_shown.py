"""What the CRM shows of the values that we write, and lines that have to end somewhere."""

from zoneinfo import ZoneInfo

import pytest

from jobs.wording.shown import option_text, shown
from jobs.wording.words import clipped
from syncer.agreement import load_default, parse_agreement
from syncer.records import Kind

BERLIN = ZoneInfo("Europe/Berlin")


def words(lang, agreement=None):
    return shown(agreement or load_default(), {"9": "Angebot"}, {"71": "Rita Rep"}, BERLIN, lang)


@pytest.mark.parametrize(
    ("kind", "name", "value", "english", "german"),
    [
        (Kind.CONTACT, "fn_stage", "LEAD_SQL", "Lead, sales-ready (SQL)", "Lead, vertriebsreif (SQL)"),
        (Kind.CONTACT, "fn_outcome", "other", "Other (postponed)", "Other (verschoben)"),
        (Kind.CONTACT, "fn_engagement", "39.94", "39.94", "39,94"),
        (Kind.CONTACT, "fn_priority", "2740", "2,740", "2.740"),
        (Kind.CONTACT, "fn_stage_since", "2026-10-21T06:11:36.445Z", "2026-10-21 08:11", "21.10.2026 08:11"),
        (Kind.CONTACT, "lifecyclestage", "marketingqualifiedlead", *["Marketing Qualified Lead"] * 2),
        (Kind.CONTACT, "hs_lead_status", "IN_PROGRESS", "In Progress", "In Progress"),
        (Kind.DEAL, "fn_other_reason", "project_postponed", "project postponed", "Projekt verschoben"),
        (Kind.DEAL, "fn_resume_at", "2026-10-21", "2026-10-21", "21.10.2026"),
        (Kind.DEAL, "dealstage", "9", "Angebot", "Angebot"),
        (Kind.COMPANY, "fn_in_tam", "true", "Yes", "Ja"),
        (Kind.CONTACT, "fn_fit", "viel", "viel", "viel"),
        (Kind.CONTACT, "fn_stage", "ELSEWHERE", "ELSEWHERE", "ELSEWHERE"),
        (Kind.CONTACT, "fn_stage", None, "–", "–"),
        (Kind.CONTACT, "fn_stage", "", "–", "–"),
    ],
)
def test_a_value_reads_as_the_crm_shows_it(kind, name, value, english, german):
    assert (words("en").value(kind, name, value), words("de").value(kind, name, value)) == (english, german)


def test_a_property_has_its_label_and_one_that_nobody_writes_its_name():
    german = words("de")
    assert [german.name(Kind.CONTACT, name) for name in ("fn_stage", "hs_lead_status", "city")] == [
        "Funnel-Phase",
        "Lead-Status",
        "city",
    ]


def test_whom_an_agreement_assigns_is_named():
    owned = parse_agreement("write_back: {contacts: {owner: hubspot_owner_id}}", "agreement.yaml")
    assert words("de", owned).value(Kind.CONTACT, "hubspot_owner_id", "71") == "Rita Rep"


def test_a_value_of_a_list_reads_as_words():
    assert [option_text(one) for one in ("OPEN_DEAL", "salesqualifiedlead", "Neu")] == [
        "Open Deal",
        "Sales Qualified Lead",
        "Neu",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kurz", "kurz"),
        ("zwei\n Zeilen", "zwei Zeilen"),
        ("eins zwei drei vier", "eins zwei …"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfs…"),
        ("A Donaudampfschifffahrtsgesellschaft", "A Donaudamp…"),
    ],
)
def test_a_long_line_ends_after_a_word_and_a_long_word_within_it(text, line):
    assert clipped(text, 13) == line
