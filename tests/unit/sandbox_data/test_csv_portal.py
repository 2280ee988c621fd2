"""Portals out of CSV files: what a sound spec makes of sound files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from connectors.sandbox.state import Portal
from syncer.moments import Millis

SPEC = """\
as_of: 2026-06-30
account: {portal_id: 77, time_zone: Europe/Vienna, currency: EUR}
files:
  firms: {path: firms.csv, delimiter: ";", decimal: ",", thousands: ".", dates: "%d.%m.%Y"}
  sales: {path: sales.csv}
pipelines:
  - id: default
    label: Sales
    stages:
      - {id: talking, label: Talking, probability: 0.3}
      - {id: won, label: Won, probability: 1.0, closed: true}
      - {id: lost, label: Lost, probability: 0.0, closed: true}
objects:
  - type: owners
    file: sales
    key: "{rep}"
    distinct: true
    created: {default: earliest sales.started}
    properties: {firstName: "{rep|first}", lastName: "{rep|rest}", email: "{rep|slug}@s.example", team: "{office}"}
  - type: companies
    file: firms
    key: "{firm}"
    first_id: 500
    created: {from: since}
    properties:
      name: "{firm}"
      domain: "{firm|slug}.example"
      annualrevenue: {from: turnover, as: number, scale: 1000}
      numberofemployees: {from: heads, as: number}
      signed_on: {from: since, as: date}
      industry: {from: branch, map: {Maschinen: MACHINERY}, others: drop}
  - type: contacts
    file: firms
    key: "{firm}"
    first_id: 900
    created: {default: as_of}
    properties: {email: "info@{firm|slug}.example", lastname: "{firm}", company_id: {text: "{firm}", lookup: companies}}
    associations: [{to: companies, key: "{firm}", primary: true}]
  - type: deals
    file: sales
    where: {state: [Open, Won, Lost]}
    key: "{no}"
    id: "{no}"
    created: {from: started, default: earliest}
    properties:
      dealname: "Deal {no}"
      pipeline: default
      dealstage: {from: state, map: {Open: talking, Won: won, Lost: lost}, others: refuse}
      amount: {from: value, as: number}
      closedate: {from: ended, as: moment}
      hubspot_owner_id: {from: rep, lookup: owners}
    history:
      dealstage:
        - {at: {from: started}, value: talking}
        - {at: {from: ended}, value: {from: state, map: {Won: won, Lost: lost}}}
    associations:
      - {to: companies, key: "{firm}", primary: true}
      - {to: contacts, key: "{firm}", label: Entscheider}
"""
FIRMS = """\
firm;branch;since;turnover;heads
Muster & Söhne;Maschinen;05.01.2026;1.250,5;40
Beispiel AG;Sonstiges;17.02.2026;;
"""
SALES = """\
no,rep,office,firm,state,started,ended,value
11,Ada Muster,Nord,Beispiel AG,Won,2026-03-02,2026-04-01,1200
12,Bo van Dam,Süd,Muster & Söhne,Lost,2026-03-10,2026-05-05,0
13,Ada Muster,Nord,,Open,2026-04-01,,
14,Ada Muster,Nord,Beispiel AG,Open,,,300.50
15,Ada Muster,Nord,Beispiel AG,Draft,,,
"""
Line = Mapping[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "portal.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "firms.csv").write_text(FIRMS, encoding="utf-8-sig")
    (tmp_path / "sales.csv").write_text(SALES, encoding="utf-8")
    return tmp_path


def _lines(folder: Path, kind: str) -> list[Line]:
    return [line for line in load_csv_portal(folder / "portal.yaml") if line["type"] == kind]


def test_account_and_pipelines_come_first(folder: Path) -> None:
    lines = list(load_csv_portal(folder / "portal.yaml"))
    assert [line["type"] for line in lines[:2]] == ["account", "pipelines"]
    assert lines[0] == {
        "type": "account",
        "portalId": 77,
        "accountType": "SANDBOX",
        "timeZone": "Europe/Vienna",
        "companyCurrency": "EUR",
    }
    assert lines[1]["stages"][1] == {
        "id": "won",
        "label": "Won",
        "displayOrder": 1,
        "metadata": {"isClosed": "true", "probability": "1.0"},
    }


def test_rows_that_repeat_a_distinct_key_are_one_record(folder: Path) -> None:
    owners = _lines(folder, "owners")
    assert [(one["id"], one["firstName"], one["lastName"], one["email"]) for one in owners] == [
        ("1", "Ada", "Muster", "ada-muster@s.example"),
        ("2", "Bo", "van Dam", "bo-van-dam@s.example"),
    ]
    assert [one["teams"][0]["name"] for one in owners] == ["Nord", "Süd"]
    assert owners[0]["teams"][0]["id"] != owners[1]["teams"][0]["id"]


def test_unknown_keys_are_left_out_where_the_spec_drops_them(folder: Path) -> None:
    spec = SPEC.replace("{from: rep, lookup: owners}", "{from: rep, lookup: owners, others: drop}")
    spec = spec.replace(
        'key: "{firm}", primary: true}\n      - ', "key: {from: firm, others: drop}, primary: true}\n      - "
    )
    (folder / "sales.csv").write_text(SALES.replace("11,Ada Muster,Nord,Beispiel AG", "11,,,Fort AG"), encoding="utf-8")
    spec = spec.replace(
        '    key: "{rep}"\n    distinct', '    where: {rep: [Ada Muster]}\n    key: "{rep}"\n    distinct'
    )
    spec = spec.replace('key: "{firm}", label', "key: {from: firm, others: drop}, label")
    (folder / "portal.yaml").write_text(spec, encoding="utf-8")
    deals = {line["id"]: line for line in _lines(folder, "deals")}
    assert [one for one, line in deals.items() if line["properties"]["hubspot_owner_id"] is None] == ["11", "12"]
    assert [one for one, line in deals.items() if not line.get("associations")] == ["11", "13"]


def test_numbers_and_dates_are_read_in_the_files_own_form(folder: Path) -> None:
    first, second = _lines(folder, "companies")
    assert first["createdAt"] == "2026-01-05T12:00:00.000Z"
    assert first["properties"] == {
        "name": "Muster & Söhne",
        "domain": "muster-soehne.example",
        "annualrevenue": "1250500",
        "numberofemployees": "40",
        "signed_on": "2026-01-05",
        "industry": "MACHINERY",
    }
    assert second["properties"]["annualrevenue"] is None
    assert second["properties"]["industry"] is None


def test_one_contact_an_account_can_be_derived(folder: Path) -> None:
    first, _second = _lines(folder, "contacts")
    assert first["properties"] == {
        "email": "info@muster-soehne.example",
        "lastname": "Muster & Söhne",
        "company_id": "500",
    }
    assert first["associations"] == [{"to": "companies", "id": "500", "label": None, "primary": True}]
    assert first["createdAt"] == "2026-06-30T12:00:00.000Z"


def test_deals_carry_their_history_with_real_dates(folder: Path) -> None:
    won = _lines(folder, "deals")[0]
    assert won["id"] == "11"
    assert won["history"] == {
        "dealstage": [
            {"value": "won", "timestamp": "2026-04-01T12:00:00.000Z", "sourceType": "IMPORT", "sourceId": None},
            {"value": "talking", "timestamp": "2026-03-02T12:00:00.000Z", "sourceType": "IMPORT", "sourceId": None},
        ]
    }
    assert won["properties"] == {
        "createdate": "2026-03-02T12:00:00.000Z",
        "dealname": "Deal 11",
        "pipeline": "default",
        "dealstage": "won",
        "amount": "1200",
        "closedate": "2026-04-01T12:00:00.000Z",
        "hubspot_owner_id": "1",
    }
    assert won["updatedAt"] == "2026-04-01T12:00:00.000Z"
    assert won["associations"] == [
        {"to": "companies", "id": "501", "label": None, "primary": True},
        {"to": "contacts", "id": "901", "label": "Entscheider", "primary": False},
    ]


def test_zero_stays_zero_and_empty_stays_unknown(folder: Path) -> None:
    _won, lost, without_account, _undated = _lines(folder, "deals")
    assert lost["properties"]["amount"] == "0"
    assert without_account["properties"]["amount"] is None
    assert without_account["properties"]["closedate"] is None


def test_an_empty_key_makes_no_association(folder: Path) -> None:
    assert _lines(folder, "deals")[2]["associations"] == []


def test_a_row_without_its_date_takes_the_default(folder: Path) -> None:
    undated = _lines(folder, "deals")[3]
    assert undated["createdAt"] == "2026-03-02T12:00:00.000Z"
    assert undated["history"]["dealstage"] == [
        {"value": "talking", "timestamp": "2026-03-02T12:00:00.000Z", "sourceType": "IMPORT", "sourceId": None}
    ]


def test_rows_outside_where_stay_out(folder: Path) -> None:
    assert [deal["id"] for deal in _lines(folder, "deals")] == ["11", "12", "13", "14"]


def test_the_clock_of_the_spec_dates_plain_days(folder: Path) -> None:
    (folder / "portal.yaml").write_text(SPEC.replace("files:", "clock: '07:30'\nfiles:", 1), encoding="utf-8")
    assert _lines(folder, "companies")[0]["createdAt"] == "2026-01-05T07:30:00.000Z"


def test_the_folder_given_by_the_caller_wins(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("spec") / "portal.yaml"
    elsewhere.write_text(SPEC, encoding="utf-8")
    assert list(load_csv_portal(elsewhere, folder)) == list(load_csv_portal(folder / "portal.yaml"))


def test_the_specs_own_root_is_relative_to_the_spec(folder: Path) -> None:
    (folder / "specs").mkdir()
    (folder / "specs" / "portal.yaml").write_text("root: ..\n" + SPEC, encoding="utf-8")
    assert list(load_csv_portal(folder / "specs" / "portal.yaml")) == list(load_csv_portal(folder / "portal.yaml"))


def test_a_date_that_names_its_zone_keeps_its_moment(folder: Path) -> None:
    text = SPEC.replace(
        "closedate: {from: ended, as: moment}", 'closedate: {from: value, as: moment, format: "%Y%m%dT%H%M%z"}'
    )
    text = text.replace("amount: {from: value, as: number}", 'amount: "5"')
    (folder / "portal.yaml").write_text(text, encoding="utf-8")
    rows = ["no,rep,office,firm,state,started,ended,value", "11,Ada M,Nord,,Open,2026-03-02,,20260401T0130+0200"]
    (folder / "sales.csv").write_text("\n".join(rows), encoding="utf-8")
    assert _lines(folder, "deals")[0]["properties"]["closedate"] == "2026-03-31T23:30:00.000Z"


def test_activities_come_from_files_too(folder: Path) -> None:
    calls = """\
  - type: calls
    file: calls
    key: "{id}"
    created: {from: at, format: "%Y-%m-%d %H:%M"}
    properties: {hs_timestamp: {from: at, as: moment, format: "%Y-%m-%d %H:%M"}, hs_call_title: "{title}"}
    associations: [{to: contacts, key: "{firm}"}]
"""
    text = SPEC.replace("  sales: {path", "  calls: {path: calls.csv}\n  sales: {path") + calls
    (folder / "portal.yaml").write_text(text, encoding="utf-8")
    (folder / "calls.csv").write_text('id,at,title,firm\nc1,2026-05-01 14:05,"Rückruf,\nkurz",Beispiel AG\n', "utf-8")
    (call,) = _lines(folder, "calls")
    assert call["properties"] == {"hs_timestamp": "2026-05-01T12:05:00.000Z", "hs_call_title": "Rückruf,\nkurz"}
    assert call["associations"][0]["id"] == "901"


def test_the_sandbox_takes_the_lines_in(folder: Path) -> None:
    portal = Portal(clock=lambda: Millis(1_783_000_000_000))
    portal.load(load_csv_portal(folder / "portal.yaml"))
    assert {name: len(portal.tables[name].rows) for name in ("companies", "contacts", "deals")} == {
        "companies": 2,
        "contacts": 2,
        "deals": 4,
    }
