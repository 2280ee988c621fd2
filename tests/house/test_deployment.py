"""What deploy/ tells Prometheus and Grafana is what `/metrics` says."""

import json
import re
from pathlib import Path

import pytest
import yaml

from jobs.budget.spending import DayTold, Spending
from jobs.health.silence import Silence
from jobs.health.status import AccountStatus
from jobs.web.metrics import Machine, metrics_page
from jobs.webhooks.hook_standing import HookStanding
from jobs.webhooks.journal_standing import JournalStanding
from syncer.store import QueueStanding, RunTally, Tally

DEPLOY = Path(__file__).parents[2] / "deploy"
_NAME = re.compile(r"\bsyncer_[a-z_]+")
_LABELS = re.compile(r"(syncer_[a-z_]+)\{([^}]*)\}")


def _page() -> str:
    hooks = HookStanding(
        last_at=1, waiting=1, oldest=1, failing=0, counts={"kept": Tally(number=1, last_at=1)}, untold=0, erasures=()
    )
    status = AccountStatus(
        account="one",
        freshness={"contacts": 1},
        records={"contacts": 1},
        outbox={"pending": 1},
        dead_letters=0,
        counted_at=1,
        runs=(),
        webhooks=hooks,
        spending=Spending(
            day="2026-01-01",
            calls={"contacts": 1},
            associations=0,
            limited=0,
            daily=DayTold(remaining=1, limit=2, at=1),
        ),
        silences=[Silence(stream="contacts", since=1, hours=2, usual=3)],
        failures={"AuthFailed": 1},
        behind=1.0,
        queue=QueueStanding(waiting={"sync": 1}, running={"drain": 1}, failed={"sync": 2}, oldest=3.0, workers=1),
        journal=JournalStanding(until=1, lag=1, files=1, skipped_files=0, failures=0, why=None, gap=None),
    )
    runs = [RunTally(job="sync", status="done", number=1, last_at=1)]
    return metrics_page([(status, runs)], machine=Machine(backup_age=1.0)).decode()


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """Return every metric with the names of its labels."""
    samples = re.findall(r"^(syncer_\w+)(?:\{([^}]*)\})? ", _page(), re.MULTILINE)
    return {name: set(re.findall(r"(\w+)=", labels)) for name, labels in samples}


def _rules() -> list[dict]:
    return [rule for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]


def _dashboard() -> dict:
    return json.loads((DEPLOY / "grafana.json").read_text())


def _panels() -> list[str]:
    return [target["expr"] for panel in _dashboard()["panels"] for target in panel["targets"]]


def _expressions() -> list[str]:
    panels = _panels()
    asked = [one["query"]["query"] for one in _dashboard()["templating"]["list"] if one["type"] == "query"]
    return [*(rule["expr"] for rule in _rules()), *panels, *asked]


def test_every_metric_that_is_asked_for_exists_with_its_labels(known):
    named = {name for expression in _expressions() for name in _NAME.findall(expression)}
    assert named
    assert named <= known.keys()
    for expression in _expressions():
        for name, labels in _LABELS.findall(expression):
            assert set(re.findall(r"(\w+)[=!]", labels)) <= known[name], expression


def test_every_metric_has_a_panel(known):
    assert {name for expression in _panels() for name in _NAME.findall(expression)} == known.keys()


@pytest.mark.parametrize(
    "metric",
    [
        "syncer_database_writable",
        "syncer_backup_failed",
        "syncer_backup_age_seconds",
        "syncer_rounds_failing",
        "syncer_stream_lag_seconds",
        "syncer_stream_lacks_scope",
        "syncer_inbox_oldest_seconds",
        "syncer_journal_gap",
        "syncer_journal_readings_failing",
        "syncer_outbox_rows",
        "syncer_dead_letters",
        "syncer_erasure_requests",
        "syncer_queue_oldest_seconds",
        "syncer_at_rest",
    ],
)
def test_what_a_person_must_hear_of_has_an_alarm(metric):
    assert any(metric in _NAME.findall(rule["expr"]) for rule in _rules())


def test_every_alarm_says_how_bad_it_is_and_what_to_do():
    names = [rule["alert"] for rule in _rules()]
    assert len(names) == len(set(names))
    for rule in _rules():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"].keys() == {"summary", "remedy"}
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_labels_that_a_text_speaks_of_are_those_of_its_expression(known):
    for rule in _rules():
        spoken = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert spoken <= set().union(*(known[name] for name in _NAME.findall(rule["expr"])))


def test_the_dashboard_has_the_form_that_grafana_loads_and_no_panel_covers_another():
    board = _dashboard()
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= board.keys()
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        assert {"id", "title", "type", "datasource", "gridPos", "targets"} <= panel.keys()
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    sources = {one["name"] for one in board["templating"]["list"]}
    assert set(re.findall(r"\$\{?(source|account)", json.dumps(board))) == sources
