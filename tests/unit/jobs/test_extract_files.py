"""A folder of tables changes as a whole or not at all, and its cells are what their types say."""

import csv
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyarrow import parquet

from jobs.extracts.cells import harmless
from jobs.extracts.files import Form, opened_table
from jobs.extracts.folder import replaced
from syncer.errors import ConfigError
from syncer.extracts.declared import Column, Type
from tests.processes import Child

ROW = ("a", "[]", 7, 0.25, 1, 1_790_000_000_123, 20_000, -1_234_560_000, "1.0945")
CELLS = ["a", "[]", "7", "0.25", "true", "2026-09-21T14:13:20.123Z", "2024-10-04", "-1234.56", "1.0945"]
COLUMNS = [Column(name=kind, type=kind, unit="", origin="crm", personal=False, words={}) for kind in Type]
KILLED = """
import pathlib, sys, time
from jobs.extracts.folder import replaced
with replaced(pathlib.Path(sys.argv[1])) as half:
    (half / "contacts.csv").write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def written(form, path, *rows):
    with opened_table(form, path, COLUMNS) as write:
        write(rows[:1])
        write(rows[1:])


def test_parquet_has_types(tmp_path):
    written(Form.PARQUET, tmp_path / "t", ROW, (None,) * len(ROW))
    full, empty = parquet.read_table(tmp_path / "t").to_pylist()
    assert list(full.values()) == [
        *("a", "[]", 7, 0.25, True),
        datetime(2026, 9, 21, 14, 13, 20, 123_000, tzinfo=UTC),
        date(2024, 10, 4),
        Decimal("-1234.560000"),
        "1.0945",
    ]
    assert set(empty.values()) == {None}


def test_csv_has_plain_text_and_nothing_for_null(tmp_path):
    written(Form.CSV, tmp_path / "t", ROW, (None,) * len(ROW))
    head, full, empty = csv.reader((tmp_path / "t").read_text(encoding="utf-8").splitlines())
    assert (head, full, set(empty)) == (list(Type), CELLS, {""})


@pytest.mark.parametrize("form", Form)
def test_a_table_without_rows_still_has_its_columns(tmp_path, form):
    with opened_table(form, tmp_path / "t", COLUMNS):
        pass
    found = (
        parquet.read_table(tmp_path / "t").column_names
        if form is Form.PARQUET
        else (tmp_path / "t").read_text(encoding="utf-8").strip().split(",")
    )
    assert found == list(Type)


@pytest.mark.parametrize("text", ["=1+1", "+49 89", "-2", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_a_text_that_a_spreadsheet_would_run_is_harmless(text):
    assert harmless(text) == f"'{text}"


def test_an_ordinary_text_stays_as_it_is():
    assert [harmless(text) for text in ("", "Müller = Söhne", "a-b")] == ["", "Müller = Söhne", "a-b"]


def fail(folder):
    with replaced(folder) as half:
        (half / "contacts.csv").write_text("half")
        (half / "deals.csv").read_text()


def test_a_failure_leaves_the_folder_as_it_was(tmp_path):
    (tmp_path / "contacts.csv").write_text("old")
    with pytest.raises(FileNotFoundError):
        fail(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"contacts.csv": "old"}


def test_files_take_their_places_and_others_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for content in ("first", "second"):
        with replaced(tmp_path) as half:
            (half / "contacts.csv").write_text(content)
        found = {path.name: path.read_text() for path in tmp_path.iterdir()}
        assert found == {"mine.txt": "mine", "contacts.csv": content}


def test_what_a_killed_process_left_is_no_file_of_the_folder_and_goes_with_the_next_export(tmp_path):
    (tmp_path / "contacts.csv").write_text("old")
    process = Child(KILLED, str(tmp_path), stdout=subprocess.PIPE)
    assert process.stdout.readline() == "half\n"
    with replaced(tmp_path) as half:
        (half / "deals.csv").write_text("new")
    assert len(list(tmp_path.glob(".syncer-tables-*"))) == 1
    process.kill()
    process.communicate()
    assert (tmp_path / "contacts.csv").read_text() == "old"
    with replaced(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contacts.csv", "deals.csv"]


def test_a_folder_that_cannot_be_made_is_a_problem_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as refused, replaced(tmp_path / "file"):
        pass
    assert refused.value.problems[0].key == "FOLDER"
    assert refused.value.problems[0].hint
