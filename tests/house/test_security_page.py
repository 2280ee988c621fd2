"""The security page names tests that exist, and what it promises of files and sheets holds."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from jobs.settings import load_settings
from syncer.agreement import in_force
from syncer.errors import ConfigError
from syncer.kpis.rendering.render import to_csv, to_xlsx
from syncer.kpis.result import Kpi

ROOT = Path(__file__).parents[2]
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", '","=1', "<script>alert(1)</script>"]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_every_test_that_the_page_names_is_there():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/security.md").read_text(encoding="utf-8")))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 15
    assert named <= set(re.findall(r"def (test_\w+)\(", code))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_inside_their_cell_in_csv_and_excel(name, kpi_row):
    row = kpi_row(segment={"campaign": name}, notes={"why": name})
    [head, line] = csv.reader(io.StringIO(to_csv([row])))
    assert len(head) == len(line)
    assert not [cell for cell in line if cell[:1] in set("=+@\t\r")]
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx([row])))
    kinds = {cell.data_type for sheet in book for cells in sheet.iter_rows() for cell in cells}
    assert "f" not in kinds


@pytest.fixture
def kpi_row():
    def row(**changes: object) -> Kpi:
        plain = {"id": "K01", "name": "x", "basis": "period", "period": "2026Q1", "as_of": "2026-01-01", "value": 1}
        return Kpi(**plain | changes)

    return row


@pytest.mark.parametrize(
    "text",
    [BOMB, "a: " + "[" * 5_000, "a: !!python/object/apply:os.system [x]\n", "a: " + "x" * 2_000_000],
    ids=["anchors", "depth", "tag", "size"],
)
def test_bombs_are_refused_at_once_in_both_files(tmp_path, monkeypatch, text):
    for name in ("syncer.yaml", "agreement.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_CONFIG", "syncer.yaml")
    with pytest.raises(ConfigError):
        load_settings(need_accounts=False)
    with pytest.raises(ConfigError):
        in_force(tmp_path / "agreement.yaml")
