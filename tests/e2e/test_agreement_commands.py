"""Drafts and hand-overs on the command line: in words, as JSON, in both languages, and with nothing kept."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.cli.app import app
from syncer.errors import ConfigError
from syncer.kpis.statistics.stats import wilson
from tests.e2e.conftest import TODAY
from tests.e2e.test_handover_cards import lines

DRAFT = """\
agreement: {version: 2}
score_model:
  thresholds: {level: {1: 50, 2: 30, 3: 20}}
  handover_capacity_per_week: 5
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("drafts")


@pytest.fixture(scope="module")
def syncer(folder):
    """Return how to run a command on an account that was read once: three hundred contacts, one of whom waits."""
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=300, seed=3, today=TODAY))
    portal.load(lines("101"))
    with pytest.MonkeyPatch.context() as patch, running(portal, limits=UNLIMITED) as server:
        patch.chdir(folder)
        for name, value in (("HUBSPOT_BASE_URL", server.base_url), ("HUBSPOT_ACCESS_TOKEN", "pat-test-1")):
            patch.setenv(name, value)
        for name in ("SYNCER_DATABASE_URL", "SYNCER_CONFIG", "SYNCER_AGREEMENT"):
            patch.delenv(name, raising=False)
        (folder / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
        (folder / "draft.yaml").write_text(DRAFT, encoding="utf-8")
        (folder / "same.yaml").write_text("calendar: {}\n", encoding="utf-8")

        def call(*arguments: str) -> str:
            done = CliRunner().invoke(app, arguments)
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                raise done.exception
            assert done.exit_code in {0, 3}, done.output
            return done.stdout

        call("backfill")
        yield call


def _database(folder):
    with closing(sqlite3.connect(folder / "syncer.db")) as database:
        return list(database.iterdump())


def test_a_check_says_who_has_to_sign_yet(syncer):
    text = syncer("agreement", "check", "draft.yaml")
    assert "version 2" in text
    assert "not signed by marketing: syncer agreement sign --role marketing --by NAME" in text
    assert json.loads(syncer("agreement", "check", "draft.yaml", "--json"))["unsigned"] == ["marketing", "sales"]


def test_a_draft_is_compared_in_words_in_both_languages_and_as_json(syncer):
    english = syncer("agreement", "diff", "default", "draft.yaml")
    assert "engagement for level 1: 60 → 50" in english
    assert "is not signed by sales: it does not run" in english
    german = syncer("agreement", "diff", "default", "draft.yaml", "--lang", "de")
    assert "Aktivität für Stufe 1: 60 → 50" in german
    assert "ist nicht unterzeichnet von Vertrieb" in german
    found = json.loads(syncer("agreement", "diff", "default", "draft.yaml", "--json"))
    keys = [one["key"] for one in found["differences"]]
    assert "score_model.thresholds.level.1" in keys
    assert "both say the same" in syncer("agreement", "diff", "draft.yaml", "draft.yaml")


def test_a_draft_is_simulated_and_nothing_is_kept(syncer, folder):
    before = _database(folder)
    found = json.loads(syncer("agreement", "simulate", "draft.yaml", "--json", "--ids", "--weeks", "52"))
    assert _database(folder) == before
    now, draft = found["now"], found["draft"]
    assert draft["handovers_a_week"] >= now["handovers_a_week"] > 0
    assert draft["n"] >= now["n"] > 0
    assert (now["lo"], now["hi"]) == pytest.approx(tuple(wilson(now["k"], now["n"])))
    assert sum(now["stages"].values()) == sum(draft["stages"].values())
    assert [one["threshold"] for one in found["thresholds"]] == [40, 45, 50, 55, 60]
    weeks = [one["handovers_a_week"] for one in found["thresholds"]]
    assert weeks == sorted(weeks, reverse=True)
    assert all(len(one["ids"]) == one["contacts"] for one in found["moved"])
    same = next(one for one in found["thresholds"] if one["threshold"] == 50)
    assert {name: same[name] for name in draft if name != "agreement"} == {
        name: value for name, value in draft.items() if name != "agreement"
    }
    assert found["advised"] == 40


def test_the_agreement_in_force_as_a_draft_changes_nothing(syncer):
    found = json.loads(syncer("agreement", "simulate", "same.yaml", "--json"))
    assert found["moved"] == []
    assert found["now"] == found["draft"]
    assert "no contact would stand otherwise" in syncer("agreement", "simulate", "same.yaml", "-t", "55")


def test_a_simulation_reads_in_german(syncer):
    text = syncer("agreement", "simulate", "draft.yaml", "--lang", "de", "-t", "45", "--ids")
    assert "T = 45" in text
    for part in ("Trefferquote", "Übergaben/Woche", "Kapazität 5 je Woche", "ist nicht unterzeichnet von Marketing"):
        assert part in text
    assert not re.search(r"\bhand-overs\b|\bprecision\b", text)


def test_a_review_says_what_became_of_hand_overs_and_keeps_nothing(syncer, folder):
    before = _database(folder)
    found = json.loads(syncer("agreement", "review", "--json", "--previous", "draft.yaml"))
    assert _database(folder) == before
    cohort, cells = found["cohort"], found["cells"]
    ends = sum(cohort.get(one, 0) for one in ("won", "lost", "other", "expired", "void", "open"))
    assert cohort["handed"] == ends > 0
    simulated = json.loads(syncer("agreement", "simulate", "same.yaml", "--json"))["now"]
    assert found["simulation"]["now"]["n"] == simulated["n"]
    assert sum(one["n"] for one in cells.values()) <= simulated["n"]
    assert sum(one["n"] for one in found["previous"]["cells"].values()) > 0
    assert found["proposal"]["points_allowed"] in {"nothing", "rates"}
    assert found["proposal"]["changes"] == []
    assert (found["rules"] == []) is (found["proposal"]["rates_allowed"] == "nothing")


def test_a_review_reads_in_both_languages_and_writes_no_draft_of_nothing(syncer, folder):
    english = syncer("agreement", "review", "--draft", "proposed.yaml")
    assert "no draft was written: nothing is proposed" in english
    assert not (folder / "proposed.yaml").exists()
    german = syncer("agreement", "review", "--lang", "de")
    assert re.findall(r"^(\d) [A-ZÄÖÜ]", german, re.MULTILINE) == list("123456789")
    assert not re.search(r"\b(hand-overs?|precision|won|rejected|points)\b", german)


def test_a_draft_of_a_review_overwrites_nothing(syncer):
    with pytest.raises(ConfigError) as caught:
        syncer("agreement", "review", "--draft", "draft.yaml")
    assert [one.message for one in caught.value.problems] == ["a file of that name is there"]
    with pytest.raises(ConfigError) as caught:
        syncer("agreement", "review", "--draft", "nowhere/draft.yaml")
    assert [one.message for one in caught.value.problems] == ["there is no folder nowhere"]


def test_a_threshold_that_cannot_be_is_refused_with_what_can(syncer):
    with pytest.raises(ConfigError) as caught:
        syncer("agreement", "simulate", "draft.yaml", "-t", "10", "-t", "120")
    assert [one.message for one in caught.value.problems] == [
        "a threshold of 10 cannot be",
        "a threshold of 120 cannot be",
    ]
    assert caught.value.problems[0].hint == "level 1 begins above 30 and not above 100"


def test_an_unsigned_draft_never_runs(syncer, folder):
    (folder / "agreement.yaml").write_text(DRAFT, encoding="utf-8")
    try:
        with pytest.raises(ConfigError) as caught:
            syncer("derive")
    finally:
        (folder / "agreement.yaml").unlink()
    assert [one.message for one in caught.value.problems] == ["not signed by marketing", "not signed by sales"]


def test_who_waits_is_listed_with_times_and_each_has_a_card(syncer):
    found = {one["contact"]: one for one in json.loads(syncer("handover", "--json"))}
    mine = found["101"]
    assert (mine["by"], mine["ruling"], mine["card"]) == ("explicit_request", "waiting", None)
    assert mine["touch_due_at"] > mine["handed_at"]
    assert [one["to"] for one in mine["escalation"]] == ["owner", "team_lead"]
    listed = syncer("handover", "--lang", "de")
    assert "ausdrücklicher Wunsch" in listed
    card = json.loads(syncer("handover", "p101@muster.example", "--json"))
    assert card["title"].startswith("Hand-over: Anna <Muster> 101, Muster AG")
    assert len(card["lines"]) <= 16
    german = syncer("handover", "101", "--lang", "de")
    # The hour of this run decides whether the agreed time is over already.
    assert re.search(r"Nächster Schritt: Kontakt(?: bis|, überfällig seit) \d\d\.\d\d\.\d{4} \d\d:\d\d", german)
    assert "Erfahrung" in german
    assert "0 open again" in syncer("handover", "--retry")


def test_a_contact_that_was_never_handed_over_has_no_card(syncer):
    figures = json.loads(syncer("explain", "kpi", "K02", "--json"))
    known = (ident.partition("#")[0] for one in figures for ident in one["denominator"])
    cold = next(ident for ident in known if json.loads(syncer("handover", ident, "--json")) is None)
    assert "was not handed over" in syncer("handover", cold)


def test_an_explanation_has_seven_lines_and_the_service_level(syncer):
    story = json.loads(syncer("explain", "contact", "101", "--json"))
    assert story["sla"]["by"] == "explicit_request"
    assert story["score"]["base_rate"]["months"] == 12
    text = syncer("explain", "contact", "101", "--lang", "de").splitlines()
    assert [line.split(" ")[0] for line in text[1:8]] == [
        "Warum",
        "Fit",
        "Aktivität",
        "Negativ",
        "Erfahrung",
        "Was",
        "Nächster",
    ]
    assert "(SLA 60 min Geschäftszeit)" in text[7]
