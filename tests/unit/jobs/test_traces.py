"""Whether traces are on, by OpenTelemetry's own variables."""

import os
import sys

import pytest

from jobs.environment import hand_on_telemetry
from jobs.modes import Exporter
from jobs.settings import load_settings
from syncer.errors import ConfigError

VARIABLES = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@pytest.fixture
def traces(tmp_path, monkeypatch):
    """Return what the settings make of some variables."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def read(**variables: str) -> Exporter | None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load_settings(need_accounts=False).traces

    return read


@pytest.mark.parametrize(
    ("variables", "exporter"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, Exporter.OTLP),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, Exporter.OTLP),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Exporter.OTLP),
        ({"OTEL_TRACES_EXPORTER": "console", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, Exporter.CONSOLE),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, None),
    ],
)
def test_traces_are_on_where_the_environment_says_so(traces, variables, exporter):
    assert traces(**variables) is exporter


def test_an_exporter_that_is_not_here_is_a_problem_that_names_those_that_are(traces):
    with pytest.raises(ConfigError) as raised:
        traces(OTEL_TRACES_EXPORTER="zipkin")
    [problem] = raised.value.problems
    assert problem.key == "OTEL_TRACES_EXPORTER"
    assert problem.hint == "one of otlp, console, none"


@pytest.mark.parametrize("missing", ["opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"])
def test_asked_for_and_not_installed_says_how_to_install_it(traces, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigError) as raised:
        traces(OTEL_TRACES_EXPORTER="otlp")
    [problem] = raised.value.problems
    assert "not installed" in problem.message
    assert "-m pip install 'syncer[traces]'" in problem.hint


def test_what_the_library_reads_by_itself_may_stand_in_the_file_too_and_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"OTEL_SERVICE_NAME": "crm-sync", "OTEL_TRACES_SAMPLER": ""})
    lines = ("OTEL_SERVICE_NAME=other", "OTEL_TRACES_SAMPLER=always_off", "OTEL_LOG_LEVEL=", "HUBSPOT_CLIENT_ID=1")
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    hand_on_telemetry()
    assert os.environ == {"OTEL_SERVICE_NAME": "crm-sync", "OTEL_TRACES_SAMPLER": "always_off"}
