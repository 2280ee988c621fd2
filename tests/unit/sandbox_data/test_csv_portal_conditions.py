"""What `where` lists and no row has: a misspelt value is refused, one that a file merely lacks is not."""

from pathlib import Path

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from syncer.errors import ConfigError, Problem
from tests.unit.sandbox_data.test_csv_portal_problems import FIRMS, SPEC

SALES = """\
no,firm,state,started,ended,value
1,Alpha,Won,2026-03-02,2026-04-01,1200
2,Alpha,Phase 2,2026-03-02,,5
3,Alpha,,2026-03-02,,5
"""
MAPPED = SPEC.replace(
    "map: {Open: talking, Won: won}, others: refuse", "map: {Won: won, Phase 2: talking}, default: talking"
)


def _write(folder: Path, *, sales: str = SALES, rows: str = "", step: str = "") -> Path:
    """Write a portal whose deals take the rows, and whose closing takes the rows, that meet a condition."""
    file = "    file: sales\n"
    spec = MAPPED.replace(file, f"{file}    where: {rows}\n" if rows else file)
    spec = spec.replace(
        "{at: {from: ended}, value: won}", f"{{at: {{from: ended}}, value: won, where: {step or '{}'}}}"
    )
    (folder / "portal.yaml").write_text(spec, encoding="utf-8")
    (folder / "firms.csv").write_text(FIRMS, encoding="utf-8")
    (folder / "sales.csv").write_text(sales, encoding="utf-8")
    return folder / "portal.yaml"


def _problems(path: Path) -> list[tuple[str | None, str]]:
    with pytest.raises(ConfigError) as caught:
        load_csv_portal(path)
    problems: list[Problem] = list(caught.value.problems)
    return [(one.key, one.message) for one in problems]


@pytest.mark.parametrize("value", ["won", "Wonn", "Won ", "WON"])
def test_a_value_that_a_row_has_in_nearly_that_form_is_refused(tmp_path: Path, value: str) -> None:
    nearly = f"lists {value!r}, which no row has: one has nearly the same"
    found = _problems(_write(tmp_path, rows=f'{{state: ["{value}", "Phase 2"]}}'))
    assert found == [("objects.1.where.state", nearly)]
    found = _problems(_write(tmp_path, step=f'{{state: ["{value}"]}}'))
    assert found == [("objects.1.history.dealstage.1.where.state", nearly)]


def test_conditions_that_no_row_of_the_file_meets_are_refused(tmp_path: Path) -> None:
    assert _problems(_write(tmp_path, rows="{state: [Gewonnen]}")) == [("objects.1.where", "lets no row through")]


@pytest.mark.parametrize("listed", ["[Won, Lost]", '[Won, "Phase 1"]', '[Won, ""]'])
def test_a_value_that_a_file_merely_lacks_is_none_of_its_faults(tmp_path: Path, listed: str) -> None:
    deals = [line for line in load_csv_portal(_write(tmp_path, rows=f"{{state: {listed}}}")) if line["type"] == "deals"]
    assert len(deals) == (2 if '""' in listed else 1)
    empty = SALES.partition("\n")[0] + "\n"
    kinds = {line["type"] for line in load_csv_portal(_write(tmp_path, sales=empty, rows="{state: [Won]}"))}
    assert "deals" not in kinds
    assert list(load_csv_portal(_write(tmp_path, step="{state: [Won, Abandoned]}")))
