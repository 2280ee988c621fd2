"""What a manager reads with --lang de, on a small generated portal; English beside it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import system_clock
from jobs.cli.app import app
from jobs.cli.kpi_output import print_kpis
from jobs.wording.terms import term
from jobs.wording.words import stage_name, stage_text
from syncer.agreement import load_default
from syncer.funnel import FunnelStage
from syncer.funnel.facts import CycleType, Origin, Outcome
from syncer.kpis.asked.ports import EXPIRED
from syncer.kpis.catalogue import catalogue
from syncer.kpis.result import Kpi
from tests.english import english_in

SYNCER = Path(__file__).parents[3] / "syncer"


@pytest.fixture(scope="module")
def syncer(tmp_path_factory):
    """Return how to run a command on an account that was read once."""
    folder = tmp_path_factory.mktemp("german")
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=60, seed=3, today=system_clock()))
    with pytest.MonkeyPatch.context() as patch, running(portal, limits=UNLIMITED) as server:
        patch.chdir(folder)
        patch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{folder / 'syncer.db'}")
        patch.setenv("SYNCER_CONFIG", str(folder / "syncer.yaml"))
        patch.setenv("SYNCER_AGREEMENT", str(folder / "agreement.yaml"))
        patch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
        patch.setenv("HUBSPOT_BASE_URL", server.base_url)
        (folder / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")

        def call(*arguments: str) -> str:
            done = CliRunner().invoke(app, arguments)
            assert done.exit_code in {0, 3}, done.output
            return done.stdout

        call("backfill")
        yield call


def _contact(syncer) -> str:
    rows = json.loads(syncer("explain", "kpi", "K02", "--json"))
    return next(row for row in rows if row["numerator"])["numerator"][0].partition("#")[0]


def test_a_deal_is_explained_in_german(syncer):
    deal = json.loads(syncer("explain", "kpi", "K10.open", "--json"))[0]["denominator"][0]
    text = syncer("explain", "deal", deal, "--lang", "de")
    for label in (
        "Ergebnis: offen",
        "Grund: ",
        "Wiedervorlage: ",
        "Hauptkontakt: ",
        "Hauptkontakt wegen: ",
        "gewonnene Deals in dieser Phase: ",
        "gültig ab",
        "nicht unterzeichnete",
    ):
        assert label in text
    assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", text)
    assert not re.search(r"\d{4}-\d\d-\d\d|outcome|valid_from|unsigned", text)


def test_a_deal_in_english_is_told_in_words_and_local_times(syncer):
    deal = json.loads(syncer("explain", "kpi", "K10.open", "--json"))[0]["denominator"][0]
    text = syncer("explain", "deal", deal)
    for label in ("outcome: open", "rule: deal stage is open", "comes back: ", "valid from", "unsigned default"):
        assert label in text
    assert not re.search(r"\dT\d|open_stage|_at\b|appointmentscheduled|qualifiedtobuy", text)


def test_the_history_of_a_contact_is_german(syncer):
    text = syncer("explain", "contact", _contact(syncer), "--lang", "de")
    for label in ("hubspot Kontakt", "nicht unterzeichnete Vorgabe", "Zyklus", "Regel", "Beleg", "Suspect"):
        assert label in text
    assert not re.search(r"SUSPECT|\d{4}-\d\d-\d\dT|unsigned|passed through", text)


def test_a_figure_is_explained_in_german(syncer):
    text = syncer("explain", "kpi", "K02", "--lang", "de")
    for label in ("Formel: ", "Grundgesamtheit: ", "Vereinbarung: ", "gezählt (", "davon im Zähler (", "von Suspect"):
        assert label in text
    assert not re.search(r"formula|population|counted|numerator|left out|unsigned|cohort", text)


def test_a_figure_in_english_keeps_its_words(syncer):
    text = syncer("explain", "kpi", "K02")
    for label in (
        "formula: ",
        "population: ",
        "counted (",
        "of them in the numerator (",
        "from SUSPECT",
        "all (cohort)",
    ):
        assert label in text


def test_a_table_is_german_to_the_last_reason_and_number(capsys):
    row = Kpi(
        id="K02",
        name="Rate",
        basis="cohort",
        period="all",
        as_of="2026-11-24",
        segment={"source": "test", "from": "LEAD_SAL", "cycle_type": "expansion", "owner": None},
        value=0.4762,
        n=1234,
        k=600,
        unit="ratio",
        excluded={"no_date": 1200, "off_scale": 2},
    )
    print_kpis([row], "de")
    text = " ".join(capsys.readouterr().out.split())
    assert "Quelle: test, von Akzeptiert (SAL), Zyklusart: Bestandskunde, Zuständig: –" in text
    for label in ("47,6 %", "1.234", "alle (Kohorte)", "ohne Datum 1.200, außerhalb der Skala 2"):
        assert label in text


def test_every_code_that_a_report_may_show_has_german_words():
    dims = {dim for declaration in catalogue().values() for dim in declaration.dims}
    codes = {*dims, *CycleType, *Origin, *Outcome, *load_default().reasons.codes, *_left_out()}
    assert [code for code in sorted(codes) if term(code, "de") == code] == []


def _left_out() -> set[str]:
    """Return every reason for which a unit does not count, as the code names them."""
    kpis = "".join(path.read_text(encoding="utf-8") for path in (SYNCER / "kpis").rglob("*.py"))
    found = set(re.findall(r'excluded\["(\w+)"\]', kpis))
    ledger = (SYNCER / "store" / "measures" / "populations.py").read_text(encoding="utf-8")
    ledger = ledger.partition("def cycle_excluded")[2].partition("def _first")[0]
    found |= set(re.findall(r', "(\w+)"\)', ledger)) | {EXPIRED}
    assert {"void", "partner", "no_date", "no_fx"} <= found
    return found


@pytest.mark.parametrize("stage", list(FunnelStage))
def test_a_stage_is_its_code_in_english_and_its_name_in_german(stage):
    assert stage_text(stage, "en") == stage
    assert stage_text(stage, "de") == stage_name(stage, "de")


@pytest.mark.parametrize(
    "command",
    [
        ("kpis",),
        ("kpis", "--by", "owner"),
        ("explain", "kpi", "K10"),
        ("explain", "kpi", "K25"),
        ("agreement", "review"),
        ("handover",),
        ("digest",),
        ("costs", "list"),
        ("rates", "list"),
    ],
)
def test_no_report_says_english_to_who_reads_german(syncer, command):
    assert english_in(syncer(*command, "--lang", "de")) == []
