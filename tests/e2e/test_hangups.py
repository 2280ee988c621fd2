"""SIGHUP that comes while a daemon starts is obeyed once it runs, and does not end it."""

import signal

from jobs.serving import hangups
from tests.e2e.daemons import Daemon
from tests.processes import SYNCER, Child

#: A service manager that is faster than the files are read.
AT_ONCE = f"""
import os, signal
from jobs.serving import hangups
keep = hangups.keep_in_mind
def keep_and_hang_up():
    keep()
    os.kill(os.getpid(), signal.SIGHUP)
hangups.keep_in_mind = keep_and_hang_up
{SYNCER}
"""


def test_a_hangup_while_the_daemon_starts_has_it_read_its_files_once_more(serve, tmp_path):
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=serve(contacts=5).server.base_url)
    with (tmp_path / "daemon.log").open("w") as log:
        options = {"env": daemon.environment, "cwd": tmp_path, "stdout": log, "stderr": log}
        process = Child(AT_ONCE, "run", "--port", str(daemon.port), **options)
    try:
        assert daemon.until_logged("reloaded")["accounts"] == ["hubspot"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()


def test_a_hangup_is_taken_once():
    before = signal.getsignal(signal.SIGHUP)
    try:
        hangups.keep_in_mind()
        signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert hangups.taken()
    assert not hangups.taken()
