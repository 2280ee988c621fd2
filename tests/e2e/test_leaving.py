"""A daemon that is told to leave leaves in time, whatever it was at, and the next start ends as if nothing had been."""

import signal
import time

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from tests.crash.test_killed_rounds import shown
from tests.e2e.daemons import Daemon
from tests.e2e.test_daemon import _until

SLOW = 30.0
CONFIG = "accounts: {hubspot: {tier: unlimited, streams: [contacts, companies, deals]}}\n"


def _slow(**of: object) -> Faults:
    return Faults(rules=[Fault(trouble=Trouble.LATENCY, probability=1.0, seconds=SLOW, **of)])


def _leaves(process) -> float:
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(20) == 0
    return time.monotonic() - began


@pytest.mark.parametrize("path", ["contacts", "/batch/update"], ids=["reading", "writing"])
def test_it_leaves_within_ten_seconds_in_mid_round_and_the_next_start_ends_the_same(serve, tmp_path, path):
    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    crm = serve(contacts=40)
    calm = serve(contacts=40)
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=crm.server.base_url)
    daemon.call("setup", "--apply")
    with running(crm.portal, limits=UNLIMITED, faults=_slow(path=path)) as slow:
        dealt = slow.server.fate.dealt
        hurt = Daemon(tmp_path, HUBSPOT_BASE_URL=slow.base_url)
        with hurt.running() as process:
            assert _until(lambda: bool(dealt), 40), "the slow call never came"
            assert _leaves(process) < 10
    assert daemon.ask("SELECT DISTINCT status FROM runs WHERE job = 'sync'") == [("interrupted",)]
    assert daemon.until_logged("stop_requested")
    assert "Traceback" not in (tmp_path / "daemon.log").read_text()
    assert daemon.call("sync").returncode in {0, 3}
    assert '"written": 0' in daemon.call("sync", "--json").stdout

    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    undisturbed = Daemon(tmp_path / "calm", HUBSPOT_BASE_URL=calm.server.base_url)
    undisturbed.call("setup", "--apply")
    undisturbed.call("sync")
    assert shown(crm) == shown(calm)


def test_new_files_are_taken_on_a_signal_and_refused_ones_leave_the_old_in_force(serve, tmp_path):
    config = tmp_path / "syncer.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=serve(contacts=20).server.base_url)
    with daemon.running() as process:
        daemon.until_logged("run_finished", job="measure")
        config.write_text("accounts: {hubspot: {teir: free}}\nschedule: {sync_every: 0}\n", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        problems = daemon.until_logged("reload_refused")["problems"]
        assert len(problems) == 2
        assert "did you mean tier?" in problems[0]
        assert daemon.get("/healthz").status_code == 200

        config.write_text(CONFIG.replace("deals", "deals, tickets"), encoding="utf-8")
        (tmp_path / "agreement.yaml").write_text("no: agreement\n", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        assert daemon.until_logged("reload_refused", problems=daemon.log()[-1].get("problems"))
        (tmp_path / "agreement.yaml").unlink()

        config.write_text(CONFIG.replace("hubspot:", "second:"), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        daemon.until_logged("reloaded", accounts=["second"])
        daemon.until_logged("run_finished", job="sync", account="second")
        assert _leaves(process) < 10
    assert "Traceback" not in (tmp_path / "daemon.log").read_text()


def test_a_second_daemon_on_the_same_database_is_refused_and_commands_are_not(serve, tmp_path):
    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=serve(contacts=20).server.base_url)
    with daemon.running():
        daemon.until_logged("run_finished", job="measure")
        second = daemon.call("run", "--port", "0")
        assert second.returncode == 2
        assert "another daemon is at work on this database" in second.stderr
        assert daemon.call("status").returncode == 0
    with daemon.running() as process:
        daemon.until_logged("schedule_started")
        assert process.poll() is None


def test_a_port_that_is_taken_is_named(serve, tmp_path):
    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    base_url = serve(contacts=20).server.base_url
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=base_url)
    refused = daemon.call("run", "--port", base_url.rpartition(":")[2])
    assert refused.returncode == 2
    assert "another --port" in refused.stderr


def test_an_account_that_hangs_holds_up_no_other(serve, tmp_path):
    hanging, well = serve(contacts=20, faults=_slow()), serve(contacts=20)
    (tmp_path / "syncer.yaml").write_text(
        "accounts:\n"
        f"  sick: {{tier: unlimited, base_url: '{hanging.server.base_url}'}}\n"
        f"  well: {{tier: unlimited, base_url: '{well.server.base_url}'}}\n",
        encoding="utf-8",
    )
    daemon = Daemon(tmp_path)
    with daemon.running() as process:
        daemon.until_logged("run_started", account="sick")
        daemon.until_logged("run_finished", job="measure", account="well")
        assert not [one for one in daemon.log() if one["event"] == "run_finished" and one["account"] == "sick"]
        assert _leaves(process) < 10
