"""A command on a terminal does not log beside its bars what its tables show; a pipe and a daemon get every line."""

import io
import sys

import pytest
import structlog

from jobs.cli.frame import log_of_command
from syncer.log import LogFormat, configure_log


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _log_as_before():
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("stream", "form", "logs_all", "is_said"),
    [
        (Terminal, LogFormat.CONSOLE, False, False),
        (Terminal, LogFormat.CONSOLE, True, True),
        (Terminal, LogFormat.JSON, False, True),
        (io.StringIO, LogFormat.CONSOLE, False, True),
    ],
)
def test_a_terminal_is_spared_what_the_command_shows(monkeypatch, stream, form, logs_all, is_said):
    monkeypatch.setattr(sys, "stderr", stream())
    log_of_command(form, logs_all=logs_all)
    log = structlog.get_logger()
    log.info("run_finished", read=5)
    log.warning("call_waits", seconds=9)
    assert ("run_finished" in sys.stderr.getvalue()) is is_said
    assert "call_waits" in sys.stderr.getvalue()


@pytest.mark.parametrize(("form", "is_whole"), [(LogFormat.CONSOLE, False), (LogFormat.JSON, True)])
def test_a_line_for_people_counts_the_streams_and_json_holds_them(monkeypatch, form, is_whole):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    configure_log(form)
    structlog.get_logger().info("run_finished", proof={"deals": {"listed": 100}, "calls": {"listed": 7}})
    said = sys.stderr.getvalue()
    assert ("listed" in said) is is_whole
    assert ("proof=(2)" in said) is not is_whole
