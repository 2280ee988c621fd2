"""Portals out of CSV files as other programs export them: read as they are meant, or refused with what helps."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from connectors.sandbox.state import Portal
from syncer.errors import ConfigError, Problem
from tests.unit.sandbox_data.folders import written

SPEC = """\
as_of: 2026-06-30
account: {portal_id: 7, time_zone: Europe/Berlin, currency: EUR}
files:
  deals: {path: deals.csv, delimiter: ";"}
pipelines:
  - id: default
    label: Sales
    stages:
      - {id: talking, label: Talking, probability: 0.3}
      - {id: won, label: Won, probability: 1.0, closed: true}
objects:
  - type: deals
    file: deals
    key: "{no}"
    created: {from: started}
    properties:
      pipeline: default
      dealstage: {from: state, map: {Open: talking, Won: won}, others: refuse}
      amount: "{value}"
      closedate: "{ended}"
    history:
      dealstage:
        - {at: {from: started}, value: talking}
        - {at: {from: ended}, value: won, where: {state: [Won]}}
"""
HEAD = "no;state;started;ended;value\n"


def _lines(folder: Path, deals: str, spec: str = SPEC, **more: str) -> list[Mapping[str, Any]]:
    path = written(folder, spec, deals=deals, **more)
    return [line for line in load_csv_portal(path) if line["type"] not in {"account", "pipelines"}]


def _problems(folder: Path, deals: str, spec: str = SPEC, **more: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        _lines(folder, deals, spec, **more)
    return list(caught.value.problems)


def _files(settings: str, spec: str = SPEC) -> str:
    return spec.replace('delimiter: ";"', f'delimiter: ";", {settings}')


def _amount(folder: Path, cell: str, settings: str = "", units: str = "") -> Any:
    spec = SPEC.replace('amount: "{value}"', f"amount: {{from: value, units: [{units}]}}")
    spec = _files(settings, spec) if settings else spec
    (deal,) = _lines(folder, f"{HEAD}1;Open;2026-03-02;;{cell}\n", spec)
    return deal["properties"]["amount"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234,56 €", "1234.56"),
        ("€ 1.234,56", "1234.56"),
        ("1.234,56-", "-1234.56"),
        ("1.234,56- €", "-1234.56"),
        ("5,00-EUR", "-5.00"),
        ("(5,00) €", "-5.00"),
        ("-1.234,56 €", "-1234.56"),
        ("(1.234,56 €)", "-1234.56"),
        ("\N{MINUS SIGN}5,00", "-5.00"),
        ("1234", "1234"),
        ("12.345.678,9 EUR", "12345678.9"),
    ],
)
def test_a_number_is_read_with_its_unit_and_its_sign(tmp_path: Path, cell: str, number: str) -> None:
    assert _amount(tmp_path, cell, 'decimal: ",", thousands: "."', "€, EUR") == number


@pytest.mark.parametrize(
    ("cell", "sign"),
    [("1 234,50", " "), ("1\u00a0234,50", " "), ("1\u202f234,50", " "), ("1'234,50", "'"), ("1\u2019234,50", "'")],
)
def test_signs_that_look_alike_group_alike(tmp_path: Path, cell: str, sign: str) -> None:
    assert _amount(tmp_path, cell, f'decimal: ",", thousands: "{sign}"') == "1234.50"


@pytest.mark.parametrize(
    "cell", ["$5", "5 USD", "(5", "5)", "-(5)", "-5-", "5-€-", "- 5", "€", "5 €€", "5 € €", "1.234,56"]
)
def test_another_unit_or_half_a_sign_is_refused_with_what_helps(tmp_path: Path, cell: str) -> None:
    spec = SPEC.replace('amount: "{value}"', "amount: {from: value, units: [€]}")
    (problem,) = _problems(tmp_path, f"{HEAD}1;Open;2026-03-02;;{cell}\n", spec)
    assert (problem.line, problem.key) == (2, "value (deals.amount)")
    assert problem.hint is not None
    assert "`units`" in problem.hint


def test_a_property_is_read_as_the_crm_defines_it_without_being_told(tmp_path: Path) -> None:
    spec = _files('decimal: ",", thousands: ".", dates: "%d.%m.%Y"')
    (deal,) = _lines(tmp_path, f"{HEAD}1;Won;02.03.2026;01.04.2026;1.234\n", spec)
    assert deal["properties"]["amount"] == "1234"
    assert deal["properties"]["closedate"] == "2026-04-01T12:00:00.000Z"
    (problem,) = _problems(tmp_path, f"{HEAD}1;Won;02.03.2026;01.04.2026;1.23\n", spec)
    assert problem.key == "value (deals.amount)"


def test_texts_that_mean_nothing_are_empty_cells(tmp_path: Path) -> None:
    spec = _files("empty: [N/A, '-', 'null']")
    (deal,) = _lines(tmp_path, f"{HEAD}1;Open;2026-03-02;-;N/A\n", spec)
    assert (deal["properties"]["amount"], deal["properties"]["closedate"]) == (None, None)
    keys = {one.key for one in _problems(tmp_path, f"{HEAD}1;Open;2026-03-02;-;N/A\n")}
    assert keys == {"value (deals.amount)", "ended (deals.closedate)"}


def test_of_several_date_forms_one_fits(tmp_path: Path) -> None:
    spec = _files('dates: ["%Y-%m-%d", "%d.%m.%Y %H:%M"]')
    (deal,) = _lines(tmp_path, f"{HEAD}1;Won;2026-03-02;01.04.2026 00:30;1\n", spec)
    assert deal["createdAt"] == "2026-03-02T12:00:00.000Z"
    assert deal["properties"]["closedate"] == "2026-03-31T22:30:00.000Z"


def test_a_date_that_two_forms_read_otherwise_is_refused(tmp_path: Path) -> None:
    spec = _files('dates: ["%d/%m/%Y", "%m/%d/%Y"]')
    problems = _problems(tmp_path, f"{HEAD}1;Open;13/04/2025;05/05/2025;1\n2;Open;03/04/2025;;1\n", spec)
    assert {(one.line, one.key) for one in problems} == {
        (3, "started (deals.created)"),
        (3, "started (deals.history.dealstage.0.at)"),
    }
    assert problems[0].message == "is a date of two forms and means two days: %d/%m/%Y, %m/%d/%Y"


def test_a_date_without_signs_between_needs_all_its_digits(tmp_path: Path) -> None:
    spec = _files('dates: "%Y%m%d"')
    assert _lines(tmp_path, f"{HEAD}1;Open;20250114;;1\n", spec)[0]["createdAt"].startswith("2025-01-14")
    assert _problems(tmp_path, f"{HEAD}1;Open;2025114;;1\n", spec)


@pytest.mark.parametrize(
    ("settings", "closed"),
    [("", "22:30"), (", time_zone: America/St_Johns", "03:00")],
)
def test_a_time_that_names_no_zone_is_the_accounts_or_the_files(tmp_path: Path, settings: str, closed: str) -> None:
    spec = _files(f'dates: "%Y-%m-%d %H:%M"{settings}')
    (deal,) = _lines(tmp_path, f"{HEAD}1;Won;2026-03-02 09:00;2026-04-01 00:30;1\n", spec)
    assert deal["properties"]["closedate"][11:16] == closed


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Auckland", "Pacific/Kiritimati", "America/St_Johns"])
def test_a_plain_date_is_the_same_day_in_the_accounts_zone(tmp_path: Path, zone: str) -> None:
    spec = SPEC.replace("Europe/Berlin", zone).replace(
        "pipeline: default", "signed: {from: ended, as: date}\n      pipeline: default"
    )
    (deal,) = _lines(tmp_path, f"{HEAD}1;Won;2026-03-31;2026-06-30;1\n", spec)
    local = datetime.fromisoformat(deal["properties"]["closedate"]).astimezone(ZoneInfo(zone))
    assert (local.date().isoformat(), deal["properties"]["signed"]) == ("2026-06-30", "2026-06-30")


def test_unknown_zones_and_rates_that_are_none_are_refused(tmp_path: Path) -> None:
    spec = SPEC.replace("Europe/Berlin, ", "Europe/Berln, rates: {USD: 0, usd: 1}, ")
    problems = _problems(tmp_path, HEAD, spec)
    assert {(one.line, one.key) for one in problems} >= {(2, "account.time_zone"), (2, "account.rates.USD")}


def test_rates_of_other_currencies_reach_the_account(tmp_path: Path) -> None:
    _lines(tmp_path, HEAD, SPEC.replace("currency: EUR", "currency: EUR, rates: {USD: 0.92}"))
    account = next(iter(load_csv_portal(tmp_path / "portal.yaml")))
    assert (account["additionalCurrencies"], account["exchangeRates"]) == (["USD"], {"USD": 0.92})


def test_a_closing_before_the_creation_is_named_where_it_stands_and_can_be_taken(tmp_path: Path) -> None:
    content = f"{HEAD}1;Won;2026-03-02;2026-02-01;5\n2;Won;2026-03-02;2026-07-15;5\n"
    problems = _problems(tmp_path, content)
    assert [(one.line, one.key, one.message) for one in problems] == [
        (2, "ended (deals.history.dealstage.1.at)", "lies before the record's creation"),
        (3, "ended (deals.history.dealstage.1.at)", "lies after the spec's as_of"),
    ]
    spec = SPEC.replace("value: won, where", "value: won, outside: nearest, where")
    early, late = _lines(tmp_path, content, spec)
    assert early["properties"]["closedate"].startswith("2026-02-01")
    assert [one["timestamp"] for one in early["history"]["dealstage"]] == ["2026-03-02T12:00:00.000Z"] * 2
    assert late["properties"]["closedate"].startswith("2026-07-15")
    assert late["history"]["dealstage"][0]["timestamp"] == "2026-06-30T21:59:59.999Z"
    assert [one["properties"]["dealstage"] for one in (early, late)] == ["won", "won"]


FIRMS = """\
  - type: companies
    file: deals
    key: "{firm}"
    distinct: true
    created: {from: started}
    properties: {name: "{firm}", country: "{land}"}
"""
FIRM_HEAD = "no;state;started;ended;value;firm;land\n"


def test_rows_of_one_record_have_to_agree_and_the_earliest_is_its_beginning(tmp_path: Path) -> None:
    rows = "1;Open;2026-03-02;;1;Alpha;DE\n2;Open;2026-01-05;;1;Alpha;{land}\n3;Open;2026-02-01;;1;Beta;AT\n"
    lines = _lines(tmp_path, FIRM_HEAD + rows.format(land=""), SPEC + FIRMS)
    alpha, beta = [line for line in lines if line["type"] == "companies"]
    assert (alpha["createdAt"][:10], beta["createdAt"][:10]) == ("2026-01-05", "2026-02-01")
    (problem,) = _problems(tmp_path, FIRM_HEAD + rows.format(land="AT"), SPEC + FIRMS)
    assert (problem.line, problem.key) == (3, "land (companies.country)")
    assert problem.message == "differs from the first row of the same record"


def test_what_only_a_later_row_says_is_not_dropped_in_silence(tmp_path: Path) -> None:
    rows = "1;Open;2026-03-02;;1;Alpha;\n2;Open;2026-01-05;;1;Alpha;DE\n"
    (problem,) = _problems(tmp_path, FIRM_HEAD + rows, SPEC + FIRMS)
    assert (problem.line, problem.key) == (3, "land (companies.country)")


LONG = SPEC.replace('key: "{no}"', 'key: "{no}"\n    distinct: true')
LONG = (
    LONG.replace("      dealstage: {from: state, map: {Open: talking, Won: won}, others: refuse}\n", "").partition(
        "    history:"
    )[0]
    + """\
    history:
      dealstage: [{at: {from: started}, value: {from: state, map: {Open: talking, Won: won}, others: refuse}}]
"""
)


def test_rows_of_one_record_may_each_tell_a_version(tmp_path: Path) -> None:
    content = f"{HEAD}1;Open;2026-03-02;;9\n2;Open;2026-03-03;;9\n1;Won;2026-04-01;;9\n"
    first, second = _lines(tmp_path, content, LONG)
    assert [(one["value"], one["timestamp"][:10]) for one in first["history"]["dealstage"]] == [
        ("won", "2026-04-01"),
        ("talking", "2026-03-02"),
    ]
    assert (first["properties"]["dealstage"], second["properties"]["dealstage"]) == ("won", "talking")


APART = _files('dates: "%Y-%m-%d"').replace(
    "pipelines:\n", '  changes: {path: changes.csv, dates: "%m/%d/%Y"}\npipelines:\n', 1
)
APART = (
    APART.partition("    history:")[0]
    + """\
    history:
      dealstage:
        - file: changes
          key: "{deal}"
          at: {from: on}
          value: {from: to, map: {Talk: talking, Won: won}, others: refuse}
"""
)


def test_versions_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    changes = "deal,to,on\n1,Talk,03/02/2026\n2,Talk,03/09/2026\n1,Won,04/01/2026\n"
    content = f"{HEAD}1;Won;2026-03-02;2026-04-01;9\n2;Open;2026-03-09;;9\n"
    first, second = _lines(tmp_path, content, APART, changes=changes)
    assert [(one["value"], one["timestamp"][:10]) for one in first["history"]["dealstage"]] == [
        ("won", "2026-04-01"),
        ("talking", "2026-03-02"),
    ]
    assert second["history"]["dealstage"][0]["timestamp"][:10] == "2026-03-09"


def test_versions_of_nobody_and_of_no_stage_are_named_in_their_file(tmp_path: Path) -> None:
    changes = (
        "deal,to,on\n1,Talk,03/02/2026\n7,Talk,03/09/2026\n,Talk,03/09/2026\n1,Gone,04/01/2026\n1,Talk,13/13/2026\n"
    )
    problems = _problems(tmp_path, f"{HEAD}1;Open;2026-03-02;;9\n", APART, changes=changes)
    assert {(one.file, one.line, one.key) for one in problems} == {
        ("changes.csv", 3, "deal (deals.history.dealstage.0.key)"),
        ("changes.csv", 4, "deal (deals.history.dealstage.0.key)"),
        ("changes.csv", 5, "to (deals.history.dealstage.0.value)"),
        ("changes.csv", 6, "on (deals.history.dealstage.0.at)"),
    }


def test_half_a_rule_about_another_file_is_refused_in_the_spec(tmp_path: Path) -> None:
    problems = _problems(tmp_path, HEAD, APART.replace("file: changes", "file: change"), changes="deal,to,on\n")
    assert [one.message for one in problems] == ["names no file of `files`"]
    spec = APART.replace('          key: "{deal}"\n', "")
    assert [one.message for one in _problems(tmp_path, HEAD, spec, changes="deal,to,on\n")] == [
        "has one of `file` and `key`"
    ]
    spec = APART.replace("{from: on}", "{from: at}")
    (problem,) = _problems(tmp_path, HEAD, spec, changes="deal,to,on\n")
    assert problem.message == "names no column of changes.csv: at"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_tabs_and_encodings_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    spec = SPEC.replace('delimiter: ";"', f'delimiter: "\\t", encoding: {encoding}')
    spec = spec.replace("pipeline: default", 'dealname: "{no}"\n      pipeline: default')
    (tmp_path / "portal.yaml").write_text(spec, encoding="utf-8")
    rows = 'no\tstate\tstarted\tended\tvalue\r\n"Größe\n""A"""\tOpen\t2026-03-02\t\t1\r\n'
    (tmp_path / "deals.csv").write_bytes(rows.encode(encoding))
    *_, deal = load_csv_portal(tmp_path / "portal.yaml")
    assert deal["properties"]["dealname"] == 'Größe\n"A"'


LEADS = """\
  - type: form_submissions
    file: deals
    key: "{no}"
    created: {from: started}
    properties: {form: "Landing page {state}", email: "{value}", page: "https://a.example/{no}", budget: "{ended}"}
"""
LEADS = (
    SPEC.replace('amount: "{value}"', 'amount: "5"').replace('closedate: "{ended}"', "closedate: 2026-05-01") + LEADS
)


def test_filled_forms_say_when_a_lead_came(tmp_path: Path) -> None:
    rows = "1;Open;2026-03-02;;a@x.example\n2;Open;2026-03-03;2026-06-01;b@x.example\n"
    lines = _lines(tmp_path, HEAD + rows, LEADS)
    first, second = [line for line in lines if line["type"] == "form_submissions"]
    assert first == {
        "type": "form_submissions",
        "formId": "landing-page-open-1",
        "submittedAt": "2026-03-02T12:00:00.000Z",
        "pageUrl": "https://a.example/1",
        "values": [{"name": "email", "value": "a@x.example"}],
    }
    assert (second["formId"], second["values"][1]) == ("landing-page-open-1", {"name": "budget", "value": "2026-06-01"})
    assert [line["name"] for line in lines if line["type"] == "forms"] == ["Landing page Open"]
    with closing(Portal()) as portal:
        portal.load(load_csv_portal(tmp_path / "portal.yaml"))


def test_a_filled_form_of_nobody_is_refused(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, f"{HEAD}1;Open;2026-03-02;;\n", LEADS)
    assert (problem.line, problem.key) == (2, "value (form_submissions.email)")
    (problem,) = _problems(tmp_path, HEAD, LEADS.replace('email: "{value}", ', ""))
    assert (problem.file, problem.key, problem.message) == ("portal.yaml", "objects.1.properties", "email is missing")


def test_a_day_of_which_the_crm_holds_a_moment_is_that_day_in_the_accounts_zone(tmp_path: Path) -> None:
    spec = SPEC.replace("Europe/Berlin", "America/Los_Angeles").replace(
        'closedate: "{ended}"', "closedate: {from: ended, as: date}"
    )
    spec = _files('dates: ["%Y-%m-%d", "%Y-%m-%d %H:%M"]', spec)
    (deal,) = _lines(tmp_path, f"{HEAD}1;Won;2026-03-02;2026-06-01;1\n", spec)
    assert deal["properties"]["closedate"] == "2026-06-01T12:00:00.000Z"
    (deal,) = _lines(tmp_path, f"{HEAD}1;Won;2026-03-02;2026-06-01 23:30;1\n", spec)
    assert deal["properties"]["closedate"] == "2026-06-01T12:00:00.000Z"


PEOPLE = SPEC.replace(
    "objects:\n",
    """\
objects:
  - type: owners
    file: deals
    distinct: true
    key: "{owner}"
    created: {default: earliest deals.started}
    properties: {firstName: "{owner}", email: "{owner|slug}@s.example"}
  - type: contacts
    file: people
    key: "{id}"
    created: {default: as_of}
    properties: {lastname: "{name}"}
""",
).replace("files:\n", 'files:\n  people: {path: people.csv, delimiter: ";"}\n')
LINKED = PEOPLE + '    associations: [{to: contacts, key: "{people}", split: ";", primary: true}]\n'
NAMED = "no;state;started;ended;value;owner;people\n"
FOLK = "id;name\n101;Muster\n102;Probe\n"


def test_a_row_without_a_key_tells_of_no_record_where_records_come_out_of_a_list_of_others(tmp_path: Path) -> None:
    deals = NAMED + "1;Open;2026-03-02;;1;Ada;\n2;Open;2026-03-02;;1;;\n3;Open;2026-03-02;;1;Ada;\n"
    lines = _lines(tmp_path, deals, PEOPLE, people=FOLK)
    assert [line["firstName"] for line in lines if line["type"] == "owners"] == ["Ada"]
    assert len([line for line in lines if line["type"] == "deals"]) == 3


def test_a_cell_may_name_several_records(tmp_path: Path) -> None:
    deals = NAMED + '1;Open;2026-03-02;;1;Ada;"102; 101"\n2;Open;2026-03-02;;1;;101\n3;Open;2026-03-02;;1;;\n'
    found = [line["associations"] for line in _lines(tmp_path, deals, LINKED, people=FOLK) if line["type"] == "deals"]
    assert [[(link["id"], link["primary"]) for link in links] for links in found] == [
        [("2", True), ("1", False)],
        [("1", True)],
        [],
    ]


def test_keys_that_a_sign_parts_are_told_how_to_part(tmp_path: Path) -> None:
    deals = NAMED + '1;Open;2026-03-02;;1;;"102;101"\n2;Open;2026-03-02;;1;;"102;109"\n'
    told = _problems(tmp_path, deals, LINKED.replace(', split: ";"', ""), people=FOLK)
    assert [(one.line, one.hint) for one in told] == [(2, "set split: ';'"), (3, None)]
    (unknown,) = _problems(tmp_path, deals, LINKED, people=FOLK)
    assert (unknown.line, unknown.message.startswith("is the key of no record")) == (3, True)


def test_columns_without_a_heading_are_passed_over_while_they_are_empty(tmp_path: Path) -> None:
    head = HEAD.strip() + ";;\n"
    assert len(_lines(tmp_path, head + "1;Open;2026-03-02;;1;;\n")) == 1
    (problem,) = _problems(tmp_path, head + "1;Open;2026-03-02;;1;;\n2;Open;2026-03-02;;1;;more\n")
    assert (problem.line, problem.message) == (3, "has a value under no heading")


def test_a_heading_that_stands_twice_matters_where_it_is_asked_for(tmp_path: Path) -> None:
    row = "1;Open;2026-03-02;;1;x;y\n"
    assert len(_lines(tmp_path, HEAD.strip() + ";note;note\n" + row)) == 1
    (problem,) = _problems(tmp_path, HEAD.strip() + ";value;note\n" + row)
    assert (problem.line, problem.key, problem.hint) == (1, "value", "rename one of them")


def test_what_a_report_puts_below_its_table_is_named(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, HEAD + '1;Open;2026-03-02;;1\n\n"Grand Totals (1 records)"\n')
    assert (problem.line, problem.message) == (4, "has 1 fields where the header has 5")
    assert "totals below the table" in (problem.hint or "")
