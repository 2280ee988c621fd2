"""What a person who asks too early is told: that nothing was read, never that there is nothing."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from jobs.cli.app import app
from syncer.errors import ConfigError


@pytest.fixture
def syncer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'syncer.db'}")
    for name in ("SYNCER_CONFIG", "SYNCER_AGREEMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(app, arguments)
        if isinstance(done.exception, ConfigError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return call


def test_every_figure_is_null_with_its_reason_in_json(syncer):
    rows = json.loads(syncer("kpis", "--json"))
    assert len(rows) > 50
    for row in rows:
        assert [row[key] for key in ("value", "n", "k", "lo", "hi")] == [None] * 5
        assert (row["status"], row["notes"], row["excluded"]) == ("undefined", {"lacks": "reading"}, {})


def test_csv_and_parquet_hold_no_figure_and_the_reason(syncer, tmp_path):
    rows = list(csv.DictReader(io.StringIO(syncer("kpis", "--format", "csv"))))
    syncer("kpis", "--format", "parquet", "--output", "k.parquet")
    table = pq.read_table(tmp_path / "k.parquet").to_pylist()
    assert len(rows) == len(table)
    for row in rows:
        assert (row["value"], row["n"], row["notes"]) == ("", "", '{"lacks": "reading"}')
    for row in table:
        assert (row["value"], row["n"], row["notes"]) == (None, None, '{"lacks": "reading"}')


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "nothing was read yet: syncer backfill"), ("de", "noch nichts gelesen: syncer backfill")],
)
def test_tables_workbooks_and_explanations_say_it_in_words(syncer, tmp_path, lang, said):
    assert said in syncer("kpis", "K10.won", "--lang", lang)
    assert said in syncer("explain", "kpi", "K10.won", "--lang", lang)
    syncer("kpis", "--format", "xlsx", "--output", "k.xlsx", "--lang", lang)
    figures = load_workbook(tmp_path / "k.xlsx").worksheets[0]
    for line in list(figures.iter_rows(min_row=2, values_only=True)):
        assert line[3:8] == (None,) * 5
        assert line[-1] == said


@pytest.mark.parametrize(
    "asked", [("kpis",), ("status",), ("explain", "contact", "1"), ("digest",), ("dead-letters",), ("handover", "1")]
)
def test_without_any_account_a_report_says_so_and_not_that_all_is_empty(syncer, monkeypatch, asked):
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "")
    with pytest.raises(ConfigError, match="no account is set up"):
        syncer(*asked)
