"""Portals out of CSV files: everything wrong is said at once, with file, line and column, and never the value."""

from pathlib import Path

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from jobs.wording.sentences import spoken
from syncer.errors import ConfigError, Problem
from tests.unit.sandbox_data.folders import written

SPEC = """\
as_of: 2026-06-30
files:
  firms: {path: firms.csv}
  sales: {path: sales.csv}
pipelines:
  - id: default
    label: Sales
    stages:
      - {id: talking, label: Talking, probability: 0.3}
      - {id: won, label: Won, probability: 1.0, closed: true}
objects:
  - type: companies
    file: firms
    key: "{firm}"
    created: {from: since}
    properties: {name: "{firm}", numberofemployees: {from: heads, as: number}}
  - type: deals
    file: sales
    key: "{no}"
    created: {from: started}
    properties:
      pipeline: default
      dealstage: {from: state, map: {Open: talking, Won: won}, others: refuse}
      amount: {from: value, as: number}
    history:
      dealstage: [{at: {from: started}, value: talking}, {at: {from: ended}, value: won}]
    associations: [{to: companies, key: "{firm}"}]
"""
FIRMS = "firm,since,heads\nAlpha,2026-01-05,40\n"
SALES = "no,firm,state,started,ended,value\n1,Alpha,Won,2026-03-02,2026-04-01,1200\n"


def _problems(folder: Path, *, spec: str = SPEC, firms: str = FIRMS, sales: str = SALES) -> list[Problem]:
    path = written(folder, spec, firms=firms, sales=sales)
    with pytest.raises(ConfigError) as caught:
        load_csv_portal(path)
    return list(caught.value.problems)


def _places(problems: list[Problem]) -> list[tuple[str | None, int | None, str | None]]:
    return [(problem.file, problem.line, problem.key) for problem in problems]


def test_every_bad_cell_of_every_file_is_listed(tmp_path: Path) -> None:
    firms = "firm,since,heads\nAlpha,5.1.2026,many\n,2026-01-05,3\nAlpha,2026-01-05,3\n"
    sales = (
        "no,firm,state,started,ended,value\n"
        "1,Beta,Won,2026-03-02,2026-04-01,12oo\n"
        "2,Alpha,Lost,2026-02-30,,5\n"
        "3,Alpha,Open,2026-07-01,,5\n"
        "4,Alpha,Open,,,5\n"
    )
    problems = _problems(tmp_path, firms=firms, sales=sales)
    assert set(_places(problems)) == {
        ("firms.csv", 2, "since (companies.created)"),
        ("firms.csv", 2, "heads (companies.numberofemployees)"),
        ("firms.csv", 3, "firm (companies.key)"),
        ("firms.csv", 4, "firm (companies.key)"),
        ("sales.csv", 2, "value (deals.amount)"),
        ("sales.csv", 2, "firm (deals.associations.0)"),
        ("sales.csv", 3, "state (deals.dealstage)"),
        ("sales.csv", 3, "started (deals.created)"),
        ("sales.csv", 3, "started (deals.history.dealstage.0.at)"),
        ("sales.csv", 4, "started (deals.created)"),
        ("sales.csv", 4, "started (deals.history.dealstage.0.at)"),
        ("sales.csv", 5, "started (deals.created)"),
    }


def test_an_unknown_key_names_its_remedy(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, sales=SALES.replace("Alpha", "Beta"))
    assert problem.message.endswith("among companies: add it there, or leave it out with `others: drop`")


def test_values_are_never_repeated(tmp_path: Path) -> None:
    firms = "firm,since,heads\nAlpha,geheim,secret\n"
    text = "\n".join(str(problem) for problem in _problems(tmp_path, firms=firms))
    assert "geheim" not in text
    assert "secret" not in text


def test_a_row_with_too_many_fields_is_named(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, firms=FIRMS + "Beta,2026-01-06,4,5\n\nGamma,2026-01-06,4\n")
    assert (problem.file, problem.line) == ("firms.csv", 3)
    assert "4 fields" in problem.message


def test_a_ragged_row_or_a_file_that_cannot_be_read_hides_no_other_fault(tmp_path: Path) -> None:
    firms = FIRMS + "Beta,2026-01-06\nGamma,2026-01-06,4,5\nDelta,2026-01-06,many\n"
    sales = SALES + "2,Beta,Open,2026-03-02,,5\n3,Gamma,Open,2026-03-02,,5\n4,Nobody,Open,2026-03-02,,x\n"
    assert _places(_problems(tmp_path, firms=firms, sales=sales)) == [
        ("firms.csv", 3, None),
        ("firms.csv", 4, None),
        ("firms.csv", 5, "heads (companies.numberofemployees)"),
        ("sales.csv", 5, "value (deals.amount)"),
        ("sales.csv", 5, "firm (deals.associations.0)"),
    ]
    places = _places(_problems(tmp_path, firms='firm,since,heads\n"Al', sales=sales.replace("-03-02,,5", "-3,,5", 1)))
    assert ("sales.csv", 3, "started (deals.created)") in places
    assert not [key for _file, _line, key in places if key == "firm (deals.associations.0)"]


def test_a_row_whose_key_is_wrong_is_read_to_its_end(tmp_path: Path) -> None:
    firms = FIRMS + "Alpha,2026-01-06,many\n,2026-13-06,4\n"
    assert set(_places(_problems(tmp_path, firms=firms))) == {
        ("firms.csv", 3, "firm (companies.key)"),
        ("firms.csv", 3, "heads (companies.numberofemployees)"),
        ("firms.csv", 4, "firm (companies.key)"),
        ("firms.csv", 4, "since (companies.created)"),
    }


def test_a_bad_date_is_no_fault_of_the_rows_that_fall_back_on_the_earliest(tmp_path: Path) -> None:
    spec = SPEC.replace("created: {from: since}", "created: {default: earliest sales.started}")
    problems = _problems(tmp_path, spec=spec, sales=SALES + "2,Alpha,Open,2.3.2026,,5\n")
    assert {(one.file, one.line) for one in problems} == {("sales.csv", 3)}


def test_a_state_that_no_map_knows_is_one_fault(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, sales=SALES.replace("Won", "Perhaps"))
    assert problem.message == "is none of the values that `map` lists"


def test_a_currency_that_is_no_code_is_refused(tmp_path: Path) -> None:
    spec = SPEC.replace("pipeline: default\n", 'pipeline: default\n      deal_currency_code: "{value}"\n')
    (problem,) = _problems(tmp_path, spec=spec)
    assert (problem.line, problem.key) == (2, "value (deals.deal_currency_code)")


def test_a_file_read_with_another_delimiter_says_so_once(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, firms=FIRMS.replace(",", ";"))
    assert (problem.file, problem.line, problem.hint) == ("firms.csv", 1, "set delimiter: ';'")


def test_the_line_of_a_sign_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "portal.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "sales.csv").write_text(SALES, encoding="utf-8")
    (tmp_path / "firms.csv").write_bytes((FIRMS + "Müller,2026-01-05,1\n").encode("cp1252"))
    with pytest.raises(ConfigError) as caught:
        load_csv_portal(tmp_path / "portal.yaml")
    assert [(one.file, one.line, one.hint) for one in caught.value.problems] == [("firms.csv", 3, "set encoding")]


def test_rows_of_empty_cells_are_passed_over_and_counted(tmp_path: Path) -> None:
    """Spreadsheets leave rows of nothing but delimiters below and between what was typed."""
    (problem,) = _problems(tmp_path, firms=FIRMS + ",,\n , \nBeta,2026-01-06,many\n,,\n")
    assert (problem.file, problem.line, problem.key) == ("firms.csv", 5, "heads (companies.numberofemployees)")


@pytest.mark.parametrize(
    "heads", ["1.23", "12,500.00", "1.23,5", "1..200", ".200", "1.2000", "1.200.00", "12.5", "1,2.300"]
)
def test_a_number_that_is_grouped_otherwise_is_refused_not_guessed_at(tmp_path: Path, heads: str) -> None:
    spec = SPEC.replace("{path: firms.csv}", '{path: firms.csv, delimiter: ";", decimal: ",", thousands: "."}')
    (problem,) = _problems(tmp_path, spec=spec, firms=f"firm;since;heads\nAlpha;2026-01-05;{heads}\n")
    assert problem.key == "heads (companies.numberofemployees)"


def test_lines_are_counted_through_cells_with_line_breaks(tmp_path: Path) -> None:
    firms = 'firm,since,heads\n"Al\npha",2026-01-05,1\nBeta,nie,2\n'
    problems = _problems(tmp_path, firms=firms, sales=SALES.splitlines()[0] + "\n")
    assert _places(problems) == [("firms.csv", 4, "since (companies.created)")]


def test_a_key_that_the_spec_does_not_know_and_one_that_it_lacks_are_told_plainly(tmp_path: Path) -> None:
    found = _problems(tmp_path, spec=SPEC.replace("as_of:", "as_if:"))
    assert {(one.key, one.message) for one in found} == {("as_if", "unknown key"), ("as_of", "is missing")}
    assert {spoken(one.message, "de") for one in found} == {"unbekannter Schlüssel", "fehlt"}


def test_missing_files_and_wrong_encodings_are_listed_together(tmp_path: Path) -> None:
    (tmp_path / "portal.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "firms.csv").write_bytes("firm,since,heads\nMüller,2026-01-05,1\n".encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load_csv_portal(tmp_path / "portal.yaml")
    assert [(one.file, one.hint) for one in caught.value.problems] == [
        ("firms.csv", "set encoding"),
        ("sales.csv", "name its folder with --data"),
    ]


def test_a_file_without_rows_or_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    problems = _problems(tmp_path, firms="", sales="no,no,firm,state,started,ended,value\n")
    assert _places(problems) == [("firms.csv", 1, None), ("sales.csv", 1, "no")]


def test_unclosed_quotes_are_refused(tmp_path: Path) -> None:
    firms = 'firm,since,heads\nBeta,2026-01-05,1\n"Alpha,2026-01-05,1\nGamma,2026-01-05,1\n'
    (problem,) = _problems(tmp_path, firms=firms)
    assert (problem.file, problem.line) == ("firms.csv", 3)
    assert "is no CSV" in problem.message


def test_a_history_that_ends_elsewhere_than_the_record_is_refused(tmp_path: Path) -> None:
    sales = "no,firm,state,started,ended,value\n1,Alpha,Open,2026-03-02,2026-04-01,1200\n"
    (problem,) = _problems(tmp_path, sales=sales)
    assert problem.key == "state (deals.dealstage)"
    assert "history" in problem.message


def test_a_stage_outside_the_pipeline_is_refused(tmp_path: Path) -> None:
    spec = SPEC.replace("Won: won}, others: refuse", "Won: wonn}")
    problems = _problems(tmp_path, spec=spec)
    assert "is no stage of the deal's pipeline" in [problem.message for problem in problems]


def test_an_unknown_pipeline_is_refused(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, spec=SPEC.replace("pipeline: default", "pipeline: other"))
    assert problem.message == "is none of the spec's pipelines"


@pytest.mark.parametrize("cell", ["x7", "", "7.5"])
def test_ids_that_are_no_numbers_are_refused(tmp_path: Path, cell: str) -> None:
    spec = SPEC.replace('key: "{no}"', 'key: "{no}"\n    id: "{value}"')
    sales = f"no,firm,state,started,ended,value\n1,Alpha,Won,2026-03-02,2026-04-01,{cell}\n"
    assert ("sales.csv", 2, "value (deals.id)") in _places(_problems(tmp_path, spec=spec, sales=sales))


def test_a_lookup_that_finds_nothing_is_named(tmp_path: Path) -> None:
    spec = SPEC.replace("amount: {from: value, as: number}", "amount: {from: value, lookup: companies}")
    (problem,) = _problems(tmp_path, spec=spec)
    assert (problem.line, problem.key) == (2, "value (deals.amount)")
    assert problem.message.startswith("is the key of no record among companies")


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    spec = SPEC.replace('key: "{no}"', 'key: "{no}"\n    id: "{value}"')
    sales = SALES + "2,Alpha,Won,2026-03-02,2026-04-01,1200\n"
    assert _places(_problems(tmp_path, spec=spec, sales=sales)) == [("sales.csv", 3, "value (deals.id)")]


def test_names_in_the_spec_that_lead_nowhere_are_listed_with_their_lines(tmp_path: Path) -> None:
    spec = (
        SPEC.replace('key: "{firm}"\n    created: {from: since}', 'key: "{frim|slug}"\n    created: {from: sinse}')
        .replace('name: "{firm}"', 'name: "{firm|loud}"')
        .replace("amount: {from: value, as: number}", "amount: {from: value, lookup: people}")
        .replace('{to: companies, key: "{firm}"}', '{to: persons, key: "{firm"}')
        .replace("value: won}]", "value: won, where: {stat: [Won]}}]")
    )
    problems = _problems(tmp_path, spec=spec)
    assert {(one.line, one.key) for one in problems} == {
        (14, "objects.0.key"),
        (15, "objects.0.created"),
        (16, "objects.0.properties.name"),
        (24, "objects.1.properties.amount"),
        (26, "objects.1.history.dealstage.1.where.stat"),
        (27, "objects.1.associations.0.to"),
        (27, "objects.1.associations.0.key"),
    }
    assert all(one.file == "portal.yaml" for one in problems)


def test_form_faults_of_the_spec_are_listed_with_their_lines(tmp_path: Path) -> None:
    spec = (
        SPEC.replace("as_of: 2026-06-30", "as_of: soon")
        .replace("probability: 0.3", "probability: 3")
        .replace("    file: firms\n", "    file: firms\n    colour: red\n")
        .replace("type: deals", "type: tickets")
    )
    problems = _problems(tmp_path, spec=spec)
    assert {(one.line, one.key) for one in problems} == {
        (1, "as_of"),
        (9, "pipelines.0.stages.0.probability"),
        (14, "objects.0.colour"),
        (18, "objects.1.type"),
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("created: {from: since}", 'created: {from: since, text: "{since}"}'), "both `from` and a text"),
        (("created: {from: since}", "created: {}"), "neither where the value comes from"),
        (("created: {from: since}", "created: {from: since, default: earliest nowhere.x}"), "no known column"),
        (("  - type: deals", "  - type: companies\n    name: companies"), "two objects are called companies"),
        (("    file: sales", "    file: sale"), "names no file"),
        (("- {id: won,", "- {id: talking,"), "two stages have the id talking"),
    ],
)
def test_contradictions_in_the_spec_are_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in SPEC
    problems = _problems(tmp_path, spec=SPEC.replace(*change, 1))
    assert any(message in problem.message for problem in problems)


def test_deals_without_any_pipeline_are_refused(tmp_path: Path) -> None:
    head, tail = SPEC.split("pipelines:")
    spec = head + "objects:" + tail.split("objects:")[1]
    assert [problem.message for problem in _problems(tmp_path, spec=spec)] == ["has deals and no pipelines"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("", None), ("files:\n  - [", 2), ("a: &x [1]\nb: *x\n", 2), ("as_of: 2026-01-01\nas_of: 2026-01-02\n", 2)],
)
def test_a_spec_that_is_no_plain_yaml_is_refused(tmp_path: Path, text: str, line: int | None) -> None:
    problems = _problems(tmp_path, spec=text)
    assert (problems[0].file, problems[0].line) == ("portal.yaml", line)


def test_a_missing_spec_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_csv_portal(tmp_path / "nowhere.yaml")


def test_very_many_problems_of_one_kind_are_cut_and_counted_and_hide_no_other(tmp_path: Path) -> None:
    firms = "firm,since,heads\n" + "".join(f"F{number},never,1\n" for number in range(500))
    problems = _problems(tmp_path, firms=firms, sales=SALES.replace("Won", "Gone").replace("Alpha", "F7"))
    assert [one.line for one in problems[:20]] == list(range(2, 22))
    assert (problems[20].file, problems[20].key) == ("firms.csv", "since (companies.created)")
    assert problems[20].message == "and 480 problems more of this kind"
    assert [(one.file, one.line, one.key) for one in problems[21:]] == [("sales.csv", 2, "state (deals.dealstage)")]


def test_more_problems_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    more = "".join(f"      c{number}: {{from: heads, as: number}}\n" for number in range(20))
    spec = SPEC.replace(
        '    properties: {name: "{firm}", numberofemployees: {from: heads, as: number}}\n', "    properties:\n" + more
    )
    firms = "firm,since,heads\n" + "".join(f"F{number},2026-01-05,many\n" for number in range(20))
    problems = _problems(tmp_path, spec=spec, firms=firms, sales=SALES.splitlines()[0] + "\n")
    assert len(problems) == 201
    assert problems[-1].message == "and 200 problems more"


def test_an_earliest_date_of_an_empty_column_is_refused(tmp_path: Path) -> None:
    spec = SPEC.replace("created: {from: started}", "created: {from: ended, default: earliest}")
    sales = "no,firm,state,started,ended,value\n1,Alpha,Open,2026-03-02,,1\n"
    assert _places(_problems(tmp_path, spec=spec, sales=sales)) == [("sales.csv", 2, "ended (deals.created)")]


@pytest.mark.parametrize("cell", ["1,200", "1.200.000", "1 200", "12e3", "nan", "-", "\u0661"])
def test_a_number_in_another_form_is_refused_and_never_guessed_at(tmp_path: Path, cell: str) -> None:
    sales = f'no,firm,state,started,ended,value\n1,Alpha,Won,2026-03-02,2026-04-01,"{cell}"\n'
    assert _places(_problems(tmp_path, sales=sales)) == [("sales.csv", 2, "value (deals.amount)")]


def test_a_spec_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, spec="[" * 5_000)
    assert problem.file == "portal.yaml"
