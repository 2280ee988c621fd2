"""Costs and exchange rates from files: CSV, Excel, garbage; once more, corrected, withdrawn."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from jobs.bootstrap import system_clock
from jobs.cli.app import app, main
from jobs.figures import sheets
from jobs.figures.sheets import read_sheet
from mappings.cells import Unreadable
from syncer.errors import ConfigError, InvalidRecord
from syncer.money import CostKind
from syncer.records import CostLine
from syncer.store import open_store
from tests.ended_reading import note_read
from tests.unit.jobs.workbook_rig import excel
from tests.unit.kpis.ledger import at

COSTS = """von;bis;Quelle;Kampagne;Art;Betrag;Währung
01.07.2026;30.09.2026;Google;Brand;Werbung;1.234,56;EUR
01.10.2026;31.10.2026;;;Vertrieb;21.000,00;EUR
01.10.2026;31.10.2026;;;Vertrieb;50,00;EUR
"""


def told(path):
    with pytest.raises(ConfigError) as caught:
        read_sheet(path)
    return str(caught.value)


def test_csv_is_read_by_its_own_delimiter_and_encoding(tmp_path):
    path = tmp_path / "costs.csv"
    for delimiter in ";,\t":
        for encoding in ("utf-8", "utf-8-sig", "cp1252"):
            content = delimiter.join(("Währung", "Betrag")) + "\r\n\r\n" + delimiter.join(('"a\nb"', "5")) + "\r\n"
            path.write_bytes(content.encode(encoding))
            found = read_sheet(path)
            assert (found.name, list(found.heads)) == ("costs.csv", ["Währung", "Betrag"])
            assert [(number, list(row)) for number, row in found.rows] == [(3, ["a\nb", "5"])]


def test_an_excel_sheet_keeps_numbers_and_days_and_counts_its_rows(tmp_path):
    path = excel(
        tmp_path / "costs.xlsx",
        ["date", "amount", "source"],
        [],
        [datetime.fromisoformat("2026-07-01T12:30"), 10.5, "google"],
        [date(2026, 7, 2), 7, None],
        ["", "  ", None],
    )
    found = read_sheet(path)
    assert [(number, list(row)) for number, row in found.rows] == [
        (3, [date(2026, 7, 1), Decimal("10.5"), "google"]),
        (4, [date(2026, 7, 2), Decimal(7)]),
    ]


def test_a_formula_counts_as_what_was_last_computed_and_is_never_run(tmp_path):
    [(_, row)] = read_sheet(excel(tmp_path / "costs.xlsx", ["source", "amount"], ["=1+1", "5"])).rows
    assert list(row) == [Unreadable("is a formula that was never computed"), "5"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("costs.csv", b"", "holds no rows"),
        ("costs.csv", b"  \r\n;;\r\n", "holds no rows"),
        ("costs.csv", b"a;b\n\x00\x01", "is no text"),
        ("costs.csv", b'a;b\n1;"2\n3;4\n5;6\n', "cannot be read as CSV from row 2"),
        ("costs.csv", b'a;"' + b"x" * 200_000 + b'"\n', "cannot be read as CSV from row 1"),
        ("costs.xlsx", b"PK\x03\x04 nonsense", "is no Excel workbook"),
        ("costs.xlsx", b"", "is no Excel workbook"),
    ],
)
def test_what_is_no_sheet_is_refused_with_what_would_do(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    found = told(path)
    assert reason in found
    assert ".xlsx" in found


@pytest.mark.parametrize("name", ["absent.csv", "absent.xlsx"])
def test_a_file_that_is_not_there_is_said(tmp_path, name):
    assert "No such file" in told(tmp_path / name)


def test_a_sheet_of_endless_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    path = tmp_path / "costs.csv"
    path.write_text("a\n1\n2\n3\n", encoding="utf-8")
    assert "more than 2 rows" in told(path)


@pytest.fixture
def run(tmp_path, sqlite_url, monkeypatch):
    """Return how to run a command on a store that knows one account."""
    monkeypatch.chdir(tmp_path)
    for name in ("HUBSPOT_ACCESS_TOKEN", "HUBSPOT_BASE_URL", "HUBSPOT_REFRESH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SYNCER_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SYNCER_CONFIG", str(tmp_path / "syncer.yaml"))
    monkeypatch.setenv("SYNCER_AGREEMENT", str(tmp_path / "agreement.yaml"))
    store = open_store(sqlite_url)
    with store.commit() as unit:
        unit.desk.keep_account("acme", portal_id="1", time_zone="UTC", currency="EUR", account_type="STANDARD")
        note_read(unit, "acme")

    def call(*arguments):
        done = CliRunner().invoke(app, [str(one) for one in arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    call.store, call.folder = store, tmp_path
    yield call
    store.close()


def counted(text):
    found = json.loads(text)
    return [found[name] for name in ("created", "changed", "unchanged", "gone")]


def written(run, text, name="costs.csv"):
    path = run.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def lines(run):
    return json.loads(run("costs", "list", "--json"))


def of_crm(id_, source, campaign, starts_at=None):
    return CostLine(
        id=id_,
        source=source,
        campaign=campaign,
        amount=Decimal(5),
        currency=None,
        starts_at=starts_at,
        ends_at=None,
    )


def test_the_same_file_twice_changes_nothing_whatever_it_is_called(run):
    assert counted(run("costs", "import", written(run, COSTS), "--json")) == [3, 0, 0, 0]
    assert counted(run("costs", "import", written(run, COSTS, "again.csv"), "--json")) == [0, 0, 3, 0]
    found = lines(run)
    assert [(one["from"], one["to"], one["source"], one["kind"], one["amount"]) for one in found] == [
        ("2026-07-01", "2026-09-30", "google", "media", "1234.56"),
        ("2026-10-01", "2026-10-31", None, "sales", "21000"),
        ("2026-10-01", "2026-10-31", None, "sales", "50"),
    ]
    assert {one["origin"] for one in found} == {"file"}


def test_what_is_said_to_be_new_is_kept_also_where_a_formula_left_many_decimals(run):
    path = excel(run.folder / "costs.xlsx", ["date", "source", "amount"], ["2026-07-01", "google", 100 / 3])
    assert counted(run("costs", "import", path, "--json")) == [1, 0, 0, 0]
    assert [one["amount"] for one in lines(run)] == ["33.333333"]
    assert counted(run("costs", "import", path, "--json")) == [0, 0, 1, 0]


def test_a_line_that_no_row_can_hold_keeps_none_of_the_others(run):
    fits = of_crm("import:a#1", "google", None)
    with pytest.raises(InvalidRecord), run.store.commit() as unit:
        unit.money.keep_costs(
            "acme", [fits, replace(fits, id="import:b#1", amount=Decimal("1e30"))], (), system_clock()
        )
    assert lines(run) == []


def test_a_dry_run_keeps_nothing(run):
    assert counted(run("costs", "import", written(run, COSTS), "--dry-run", "--json")) == [3, 0, 0, 0]
    assert lines(run) == []
    assert "nichts gespeichert" in run("costs", "import", written(run, COSTS), "--dry-run", "--lang", "de")


def test_a_corrected_file_replaces_its_lines_and_leaves_others(run):
    run("costs", "import", written(run, COSTS))
    fewer = COSTS.replace("1.234,56", "1.300,00").replace("01.10.2026;31.10.2026;;;Vertrieb;50,00;EUR\n", "")
    assert counted(run("costs", "import", written(run, fewer), "--json")) == [0, 1, 1, 1]
    other = "datum;Quelle;Betrag\n01.07.2026;linkedin;5\n"
    assert counted(run("costs", "import", written(run, other), "--json")) == [1, 0, 0, 0]
    assert len(lines(run)) == 3


def test_with_replace_the_file_is_all_there_is_for_its_days(run):
    run("costs", "import", written(run, COSTS))
    whole = "von;bis;Quelle;Betrag\n01.07.2026;30.09.2026;google;7\n"
    assert counted(run("costs", "import", written(run, whole), "--replace", "--json")) == [1, 0, 0, 1]
    assert [one["from"] for one in lines(run)] == ["2026-07-01", "2026-10-01", "2026-10-01"]
    assert counted(run("costs", "import", written(run, "datum;Betrag\n"), "--replace", "--json")) == [0, 0, 0, 0]


def test_forget_takes_imported_lines_alone(run):
    crm = of_crm("campaign-1", "google", "brand")
    with run.store.commit() as unit:
        unit.mirror.upsert_costs("acme", [crm], system_clock())
    run("costs", "import", written(run, COSTS))
    assert counted(run("costs", "forget", "--dry-run", "--json")) == [0, 0, 0, 3]
    assert len(lines(run)) == 4
    assert "3 removed" in run("costs", "forget")
    assert [(one["origin"], one["from"]) for one in lines(run)] == [("crm", None)]


def test_cost_that_the_crm_names_as_well_is_said(run):
    crm = of_crm("campaign-1", "google", "brand", at("2026-09-01", 0))
    undated = of_crm("agreement:0", "fair", None)
    with run.store.commit() as unit:
        unit.mirror.upsert_costs("acme", [crm, undated], system_clock())
    found = json.loads(run("costs", "import", written(run, COSTS), "--json"))
    assert found["doubles"] == ["Brand"]
    assert "doppelt" in run("costs", "import", written(run, COSTS), "--lang", "de")
    fair = "datum;Quelle;Kampagne;Art;Betrag\n01.10.2026;fair;;;5\n01.11.2026;;Brand;;5\n01.09.2026;;Brand;Vertrieb;5\n"
    assert json.loads(run("costs", "import", written(run, fair), "--json"))["doubles"] == ["fair"]


def test_days_that_an_earlier_file_or_another_row_covers_otherwise_are_said(run):
    month = "datum;Quelle;Art;Betrag\n2026-07;google;;100\n2026-07;google;Agentur;50\n2026-07;google;;7\n"
    assert json.loads(run("costs", "import", written(run, month), "--json"))["doubles"] == []
    day = "datum;Quelle;Art;Betrag\n2026-07-09;google;;5\n2026-07-09;google;Messe;5\n2026-08-01;linkedin;;5\n"
    assert json.loads(run("costs", "import", written(run, day), "--json"))["doubles"] == ["google"]
    assert json.loads(run("costs", "import", written(run, month), "--json"))["doubles"] == ["google"]
    both = "datum;Quelle;Betrag\n2026-09;xing;5\n2026-09-30;xing;1\n"
    assert json.loads(run("costs", "import", written(run, both), "--json"))["doubles"] == ["xing"]


def test_the_currency_shown_beside_an_amount_is_the_amounts_own(run):
    text = "date;source;amount\n2026-07-01;a;€ 5,50\n2026-07-02;b;7 USD\n"
    for changes in ([2, 0, 0, 0], [0, 0, 2, 0]):
        assert counted(run("costs", "import", written(run, text), "--json")) == changes
    assert [(one["amount"], one["currency"]) for one in lines(run)] == [("5.5", "EUR"), ("7", "USD")]
    with pytest.raises(ConfigError, match="sign that several currencies have"):
        run("costs", "import", written(run, "date;amount\n2026-07-01;$ 5\n"))


def test_a_file_with_problems_keeps_nothing_and_lists_them_all(run, capsys, monkeypatch):
    path = written(run, COSTS + "31.02.2026;;a;b;Quatsch;x;EUR\n")
    monkeypatch.setattr("sys.argv", ["syncer", "costs", "import", str(path)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "3 problems" in said
    assert "costs.csv:5: Betrag" in said
    assert lines(run) == []


def test_formulas_in_a_file_stay_text_and_start_no_cell_of_an_export(run):
    evil = "datum;Quelle;Kampagne;Betrag\n01.10.2026;=cmd|' /C calc'!A0;@SUM(1);5\n"
    run("costs", "import", written(run, evil))
    assert lines(run)[0]["campaign"] == "@SUM(1)"
    table = run("kpis", "K17.cost", "--by", "campaign", "--format", "csv", "--as-of", "2026-12-31")
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert any("@SUM" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in {"=", "+", "@", "\t"}] == []


def test_which_account_a_file_belongs_to_is_not_guessed(run):
    with run.store.commit() as unit:
        unit.desk.keep_account("other", portal_id="2", time_zone="UTC", currency="EUR", account_type="STANDARD")
    with pytest.raises(ConfigError, match=r"which account.*acme, other"):
        run("costs", "import", written(run, COSTS))
    assert counted(run("costs", "import", written(run, COSTS), "--account", "other", "--json")) == [3, 0, 0, 0]


def test_without_any_account_the_next_step_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    monkeypatch.setenv("SYNCER_CONFIG", str(tmp_path / "syncer.yaml"))
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN", raising=False)
    path = tmp_path / "costs.csv"
    path.write_text(COSTS, encoding="utf-8")
    with pytest.raises(ConfigError, match="syncer init"):
        raise CliRunner().invoke(app, ["costs", "import", str(path)]).exception


def test_the_template_is_empty_and_what_it_names_is_read(run):
    assert run("costs", "template", "--lang", "de").splitlines() == ["von;bis;Quelle;Kampagne;Art;Betrag;Währung"]
    for name in ("t.csv", "t.xlsx"):
        run("costs", "template", "-o", run.folder / name, "--lang", "de")
        assert counted(run("costs", "import", run.folder / name, "--json")) == [0, 0, 0, 0]
        with pytest.raises(ConfigError, match="already"):
            run("costs", "template", "-o", run.folder / name)


def test_lists_say_what_to_do_while_they_are_empty(run):
    assert "syncer costs template" in run("costs", "list")
    assert "noch keine Wechselkurse" in run("rates", "list", "--lang", "de")


def test_lists_are_read_in_german(run):
    run("costs", "import", written(run, COSTS + "01.11.2026;;Tokio;;;2.500;JPY\n"))
    run("rates", "import", written(run, "Datum;Währung;Kurs\n01.11.2026;USD;0,92\n", "rates.csv"))
    table = run("costs", "list", "--lang", "de")
    assert all(word in table for word in ("Quelle", "Werbung", "1.234,56", " 2.500  ", "Datei"))
    assert all(word in run("rates", "list", "--lang", "de") for word in ("Kurs", "0,92", "2026-12-01"))


def test_rates_are_imported_once_and_corrected(run):
    text = "date,currency,rate\n2026-10-01,USD,0.92\n2026-11-01,USD,0.93\n"
    path = written(run, text, "rates.csv")
    dry = json.loads(run("rates", "import", path, "--dry-run", "--json"))
    assert (dry["created"], json.loads(run("rates", "list", "--json"))) == (2, [])
    assert "2 new, 0 changed, 0 unchanged" in run("rates", "import", path)
    assert json.loads(run("rates", "import", path, "--json"))["unchanged"] == 2
    mended = written(run, text.replace("0.93", "0.95"), "rates.csv")
    assert "nichts gespeichert" in run("rates", "import", mended, "--dry-run", "--lang", "de")
    assert json.loads(run("rates", "import", mended, "--json"))["changed"] == 1
    assert [(one["from"], one["to"], one["rate"]) for one in json.loads(run("rates", "list", "--json"))] == [
        ("2026-10-01", "2026-10-31", "0.92"),
        ("2026-11-01", "2026-12-01", "0.95"),
    ]


def test_kinds_of_cost_and_models_have_words_in_both_languages(run):
    run("costs", "import", written(run, COSTS))
    table = run("kpis", "K17.cost_by_kind", "--lang", "de", "--as-of", "2026-12-31")
    assert all(word in table for word in ("Art: Werbung", "Art: Vertrieb", "21.050,00 EUR"))
    assert "Modell: Letztkontakt" in run("kpis", "K28.orders", "--lang", "de", "--model", "last")
    assert set(CostKind) == {"media", "agency", "tools", "content", "events", "sales", "internal"}


@pytest.mark.parametrize(
    ("option", "value", "key"), [("--model", "best", "--model"), ("--constant-rates", "someday", "--constant-rates")]
)
def test_options_that_name_nothing_are_refused(run, option, value, key):
    with pytest.raises(ConfigError, match=key):
        run("kpis", "K28", option, value)


def test_in_constant_rates_one_day_counts_for_everything(run):
    costs = "datum;Betrag;Währung\n01.10.2026;100;USD\n"
    run("costs", "import", written(run, costs))
    run(
        "rates",
        "import",
        written(run, "von,bis,currency,rate\n2026-10-01,2026-10-31,USD,0.9\n2026-11-01,2026-11-30,USD,0.8\n", "r.csv"),
    )
    asked = ("kpis", "K17.cost", "--as-of", "2026-12-31", "--json")
    assert json.loads(run(*asked))[0]["value"] == 90
    assert json.loads(run(*asked, "--constant-rates", "2026-11-15"))[0]["value"] == 80
    lacking = json.loads(run(*asked, "--constant-rates", "2026-12-15"))[0]
    assert (lacking["value"], lacking["notes"]["no_rate"]) == (None, {"USD": ["2026-12-15"]})
