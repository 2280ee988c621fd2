"""Portals out of the shapes in which CRMs and public data sets really come: as they are, without editing the files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from syncer.errors import ConfigError, Problem
from tests.unit.sandbox_data.folders import written

SPEC = """\
as_of: 2026-06-30
account: {portal_id: 7, time_zone: Europe/Berlin, currency: EUR}
files:
  deals: {path: deals.csv}
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
"""
HEAD = "no,state,started,ended"
DAY = "T12:00:00.000Z"


def _lines(folder: Path, deals: str, spec: str = SPEC, **more: str) -> list[Mapping[str, Any]]:
    path = written(folder, spec, deals=deals, **more)
    return list(load_csv_portal(path))


def _deals(folder: Path, deals: str, spec: str = SPEC, **more: str) -> list[Mapping[str, Any]]:
    return [line for line in _lines(folder, deals, spec, **more) if line["type"] == "deals"]


def _problems(folder: Path, deals: str, spec: str = SPEC, **more: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        _lines(folder, deals, spec, **more)
    return list(caught.value.problems)


def _with(*properties: str) -> str:
    return SPEC + "".join(f"      {one}\n" for one in properties)


def _stage_versions(deal: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["value"], one["timestamp"]) for one in deal["history"].get("dealstage", ())]


def test_a_first_column_without_a_heading_holds_row_numbers(tmp_path: Path) -> None:
    found = _deals(tmp_path, f",{HEAD}\n0,1,Open,2026-03-02,\n1,2,Open,2026-03-03,\n")
    assert [deal["createdAt"] for deal in found] == [f"2026-03-02{DAY}", f"2026-03-03{DAY}"]


def test_a_value_behind_a_numbered_table_is_still_one_too_many(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, f",{HEAD},\n0,1,Open,2026-03-02,,more\n")
    assert (problem.line, problem.message) == (2, "has a value under no heading")


@pytest.mark.parametrize("value", ["{default: as_of}", "{default: 2026-06-30}", '"2026-06-30"'])
def test_a_date_without_a_column_is_a_date(tmp_path: Path, value: str) -> None:
    (deal,) = _deals(tmp_path, f"{HEAD}\n1,Open,2026-03-02,\n", _with(f"closedate: {value}"))
    assert deal["properties"]["closedate"] == f"2026-06-30{DAY}"


def test_a_date_of_the_spec_itself_is_written_like_the_others_there(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, f"{HEAD}\n1,Open,2026-03-02,\n", _with('closedate: "30.06.2026"'))
    assert (problem.key, problem.message) == ("deals.closedate", "is not a date of the form %Y-%m-%d")


@pytest.mark.parametrize("cell", ["2026-06-30T22:30:00Z", "2026-06-30 22:30:00 UTC", "2026-06-30 22:30:00 GMT"])
def test_a_form_that_spells_out_the_zone_of_the_world_means_it(tmp_path: Path, cell: str) -> None:
    form = f"%Y-%m-%d{cell[10]}%H:%M:%S{cell[19:]}"
    spec = _with(f'closedate: {{from: ended, format: "{form}"}}')
    (deal,) = _deals(tmp_path, f"{HEAD}\n1,Open,2026-03-02,{cell}\n", spec)
    assert deal["properties"]["closedate"] == "2026-06-30T22:30:00.000Z"


@pytest.mark.parametrize(("name", "at"), [("UTC", "22:30"), ("GMT", "22:30"), ("CET", None), ("EST", None)])
def test_a_zone_by_name_is_known_or_refused(tmp_path: Path, name: str, at: str | None) -> None:
    spec = _with('closedate: {from: ended, format: "%Y-%m-%d %H:%M %Z"}')
    deals = f"{HEAD}\n1,Open,2026-03-02,2026-06-30 22:30 {name}\n"
    if at is None:
        (problem,) = _problems(tmp_path, deals, spec)
        assert (problem.line, problem.key) == (2, "ended (deals.closedate)")
    else:
        (deal,) = _deals(tmp_path, deals, spec)
        assert deal["properties"]["closedate"] == f"2026-06-30T{at}:00.000Z"


def test_of_several_columns_the_first_that_says_something_counts(tmp_path: Path) -> None:
    head = f"{HEAD},won at,lost at\n"
    rows = "1,Won,2026-03-02,,2026-04-01,\n2,Open,2026-03-02,2026-07-01,,2026-05-01\n3,Open,2026-03-02,,,\n"
    found = _deals(tmp_path, head + rows, _with("closedate: {from: [won at, lost at, ended]}"))
    assert [deal["properties"]["closedate"] for deal in found] == [f"2026-04-01{DAY}", f"2026-05-01{DAY}", None]


def test_each_of_several_columns_has_to_be_there(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, f"{HEAD}\n1,Open,2026-03-02,\n", _with("closedate: {from: [ended, lost at]}"))
    assert problem.message == "names no column of deals.csv: lost at"


@pytest.mark.parametrize("column", ["Deal: Title", "Won!", "Won! x: y", "a [b] (c)"])
def test_a_heading_may_hold_the_signs_of_sentences(tmp_path: Path, column: str) -> None:
    spec = _with(f'dealname: "Offer {{{column}}}"')
    (deal,) = _deals(tmp_path, f"{HEAD},{column}\n1,Open,2026-03-02,,Alpha\n", spec)
    assert deal["properties"]["dealname"] == "Offer Alpha"


def test_a_closed_deal_without_versions_closed_on_its_closing_date(tmp_path: Path) -> None:
    rows = "1,Won,2026-03-02,2026-04-01\n2,Won,2026-03-02,\n3,Won,2026-03-02,2026-02-01\n4,Open,2026-03-02,2026-07-01\n"
    found = _deals(tmp_path, f"{HEAD}\n{rows}", _with('closedate: "{ended}"'))
    assert [_stage_versions(deal) for deal in found] == [
        [("won", f"2026-04-01{DAY}")],
        [("won", f"2026-03-02{DAY}")],
        [("won", f"2026-03-02{DAY}")],
        [],
    ]


JOINED = (
    SPEC.replace(
        "objects:\n",
        """\
objects:
  - type: contacts
    file: people
    key: "{id}"
    created: {default: as_of}
    properties: {lastname: "{name}"}
""",
    ).replace("files:\n", "files:\n  people: {path: people.csv}\n  roles: {path: roles.csv}\n")
    + """\
    associations:
      - {to: contacts, file: roles, record: "{deal}", key: "{person}"}
"""
)
FOLK = "id,name\nA,Muster\nB,Probe\n"
TWO = f"{HEAD}\n1,Open,2026-03-02,\n2,Open,2026-03-02,\n"


def test_who_belongs_to_a_deal_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    found = _deals(tmp_path, TWO, JOINED, people=FOLK, roles="deal,person\n1,B\n2,A\n1,A\n1,B\n")
    assert [[link["id"] for link in deal["associations"]] for deal in found] == [["2", "1"], ["1"]]


def test_every_row_of_such_a_file_has_to_name_two_records(tmp_path: Path) -> None:
    told = _problems(tmp_path, TWO, JOINED, people=FOLK, roles="deal,person\n9,A\n1,C\n,B\n2,\n")
    assert {(one.file, one.line, one.key) for one in told} == {
        ("roles.csv", 2, "deal (deals.associations.0.record)"),
        ("roles.csv", 3, "person (deals.associations.0)"),
        ("roles.csv", 4, "deal (deals.associations.0.record)"),
    }
    dropped = JOINED.replace('record: "{deal}"', "record: {from: deal, others: drop}")
    found = _deals(tmp_path, TWO, dropped, people=FOLK, roles="deal,person\n9,A\n2,B\n,B\n")
    assert [[link["id"] for link in deal["associations"]] for deal in found] == [[], ["2"]]


@pytest.mark.parametrize("gone", [", file: roles", ', record: "{deal}"'])
def test_a_file_of_links_needs_the_record_that_each_row_is_about(tmp_path: Path, gone: str) -> None:
    spec = JOINED.replace(gone, "").replace('key: "{person}"', 'key: "{no}"')
    told = _problems(tmp_path, TWO, spec, people=FOLK, roles="deal,person\n1,A\n")
    assert "has one of `file` and `record`" in {one.message for one in told}


CALLS = (
    SPEC.replace("files:\n", "files:\n  calls: {path: calls.csv}\n")
    + """\
  - type: calls
    file: calls
    key: "{id}"
    created: {from: at}
"""
)


@pytest.mark.parametrize(
    ("own", "at"), [("", f"2026-05-04{DAY}"), ("    properties: {hs_timestamp: {from: due}}\n", f"2026-05-09{DAY}")]
)
def test_an_activity_happened_when_it_was_created_unless_it_says_otherwise(tmp_path: Path, own: str, at: str) -> None:
    lines = _lines(tmp_path, f"{HEAD}\n1,Open,2026-03-02,\n", CALLS + own, calls="id,at,due\n1,2026-05-04,2026-05-09\n")
    assert [one["properties"]["hs_timestamp"] for one in lines if one["type"] == "calls"] == [at]


AMOUNTS = SPEC.replace("path: deals.csv", 'path: deals.csv, delimiter: ";"')
AMOUNTS += '      amount: {from: value, units: ["€"]}\n'


def _worth(folder: Path, *values: str, spec: str = AMOUNTS) -> list[Any]:
    rows = "".join(f"{number};Open;2026-03-02;;{value}\n" for number, value in enumerate(values, 1))
    return [deal["properties"]["amount"] for deal in _deals(folder, "no;state;started;ended;value\n" + rows, spec)]


@pytest.mark.parametrize("value", ["1.234", "12.500 €", "-999.000"])
def test_a_point_before_three_digits_is_not_guessed_at(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _worth(tmp_path, "250", value)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (3, "value (deals.amount)")
    assert problem.message == "may be thousands or thousandths: nothing in the column tells"
    assert "`decimal`" in (problem.hint or "")


def test_a_column_that_writes_decimals_elsewhere_or_a_file_that_says_how_is_believed(tmp_path: Path) -> None:
    assert _worth(tmp_path, "1.234", "17.50") == ["1.234", "17.50"]
    assert _worth(tmp_path, "0.125", "1.234") == ["0.125", "1.234"]
    said = AMOUNTS.replace('delimiter: ";"', 'delimiter: ";", decimal: "."')
    assert _worth(tmp_path, "1.234", spec=said) == ["1.234"]
    german = AMOUNTS.replace('delimiter: ";"', 'delimiter: ";", decimal: ",", thousands: "."')
    assert _worth(tmp_path, "1.234", spec=german) == ["1234"]
    millions = AMOUNTS.replace('units: ["€"]', "scale: 1000000")
    assert _worth(tmp_path, "1.234", spec=millions) == ["1234000"]
