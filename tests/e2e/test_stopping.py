"""A command that somebody stops says so, leaves its run in order, and shows no traceback, whenever that happens."""

import os
import signal
import subprocess
import sys

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from tests.e2e.daemons import Daemon
from tests.e2e.test_daemon import _until
from tests.processes import SYNCER, Child

SLOW_S = 40.0
SLOW = Faults(rules=[Fault(trouble=Trouble.LATENCY, probability=1.0, seconds=SLOW_S, path="contacts")])
CONFIG = "accounts: {hubspot: {tier: unlimited, streams: [contacts, companies, deals]}}\n"
AT_A_TERMINAL = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {SYNCER}"
#: What a shell does to Ctrl-C for what it starts in the background.
IN_BACKGROUND = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SYNCER}"
#: Whoever loads the commands is stopped, in the second case while a class is being made.
WHILE_LOADING = """
import sys
class Attribute:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt
class Stopped:
    def find_spec(self, name, path=None, target=None):
        if name == "jobs.cli.app":
            {body}
sys.meta_path.insert(0, Stopped())
from jobs.cli import main
main()
"""


@pytest.mark.parametrize(
    ("code", "sent", "ended"),
    [(AT_A_TERMINAL, signal.SIGINT, -2), (AT_A_TERMINAL, signal.SIGTERM, -15), (IN_BACKGROUND, signal.SIGTERM, -15)],
    ids=["interrupted", "terminated", "terminated in the background"],
)
def test_a_command_that_is_stopped_in_mid_run_leaves_it_in_order(serve, tmp_path, code, sent, ended):
    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    crm = serve(contacts=20, faults=SLOW)
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=crm.server.base_url)
    with (tmp_path / "pull.log").open("w") as log:
        pull = Child(code, "pull", env=daemon.environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        assert _until(lambda: bool(crm.server.server.fate.dealt), 60), "the slow call never came"
        pull.send_signal(sent)
        assert pull.wait(SLOW_S / 2) == ended
    finally:
        pull.kill()
    said = (tmp_path / "pull.log").read_text()
    assert said.endswith("\nstopped\n")
    assert "Traceback" not in said
    assert daemon.ask("SELECT job, status FROM runs") == [("pull", "interrupted")]


@pytest.mark.parametrize("body", ["raise KeyboardInterrupt", "class Made: attribute = Attribute()"])
def test_a_command_that_is_stopped_while_it_is_loaded_says_so(body):
    done = subprocess.run([sys.executable, "-c", WHILE_LOADING.format(body=body)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-2, b"stopped\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_is_no_fault_to_speak_of(unbuffered):
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-c", SYNCER, "--help"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (1, b"")
