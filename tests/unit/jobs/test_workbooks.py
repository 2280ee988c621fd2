"""Excel workbooks as people fill them in: what a cell shows, covers, or only claims."""

from datetime import time
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest

from jobs.figures.sheets import read_sheet
from mappings.cells import Signed, Unreadable
from syncer.errors import ConfigError
from tests.unit.jobs.workbook_rig import excel


def test_the_size_that_a_workbook_claims_is_not_believed(tmp_path):
    path = excel(tmp_path / "costs.xlsx", ["source", "amount"], ["a", 1], ["b", 2])
    claims = tmp_path / "claims.xlsx"
    with ZipFile(path) as told, ZipFile(claims, "w") as written_:
        for name in told.namelist():
            written_.writestr(name, told.read(name).replace(b'ref="A1:B3"', b'ref="A1"'))
    assert [list(row) for _, row in read_sheet(claims).rows] == [["a", 1], ["b", 2]]


def test_what_a_cell_shows_beside_a_number_is_read_with_it(tmp_path):
    book = openpyxl.Workbook()
    for shown in ('#,##0.00 "$"', "[$€-407] #,##0.00", "[$CHF-807]0", "[$kr-41D]0", "[$-407]0.00", "0.0%"):
        book.active.append([0.5])
        book.active.cell(row=book.active.max_row, column=1).number_format = shown
    book.active.append([True, time(1, 2), "#N/A"])
    book.save(tmp_path / "costs.xlsx")
    rows = [row for _, row in read_sheet(_headed(tmp_path / "costs.xlsx")).rows]
    half = Decimal("0.5")
    signed = [Signed(half, "$"), Signed(half, "€"), Signed(half, "CHF"), Signed(half, "kr"), half]
    assert [row[0] for row in rows] == [*signed, Unreadable("is a percentage"), "TRUE"]
    assert list(rows[-1]) == ["TRUE", "01:02:00", Unreadable("is an error of the spreadsheet")]


def _headed(path):
    book = openpyxl.load_workbook(path)
    book.active.insert_rows(1)
    book.active["A1"] = "amount"
    book.save(path)
    return path


def test_a_place_that_a_merged_cell_covers_tells_nothing(tmp_path):
    book = openpyxl.Workbook()
    for row in (["date", "amount", "source"], ["2026-07-01", 1, "google"], ["2026-07-02", 2, None]):
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    book.active.merge_cells("A5:C6")
    book.save(tmp_path / "costs.xlsx")
    rows = [list(row) for _, row in read_sheet(tmp_path / "costs.xlsx").rows]
    assert rows == [["2026-07-01", 1, "google"], ["2026-07-02", 2, Unreadable("is merged with another cell")]]


def test_a_hidden_sheet_is_not_read_and_a_second_one_of_the_kind_is_refused(tmp_path):
    path, book = tmp_path / "costs.xlsx", openpyxl.Workbook()
    sheets_ = [book.active, book.create_sheet("Januar"), book.create_sheet("Februar"), book.create_sheet("Notizen")]
    for sheet in sheets_[:3]:
        sheet.append(["date", "amount"])
        sheet.append([sheet.title, 1])
    sheets_[3].append(["nur Text"])
    sheets_[0].sheet_state, book.active = "hidden", 1
    book.save(path)
    with pytest.raises(ConfigError) as caught:
        read_sheet(path)
    assert [(one.key, one.message) for one in caught.value.problems] == [("Februar", "is a second sheet of this kind")]
    sheets_[2].sheet_state = "hidden"
    book.save(path)
    assert [row[0] for _, row in read_sheet(path).rows] == ["Januar"]
