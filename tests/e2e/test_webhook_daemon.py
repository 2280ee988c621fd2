"""The daemon with webhooks, as an operator runs it: edits come back within a second, kills and signals lose none."""

import os
import signal
import time
from contextlib import contextmanager

import httpx
import pytest

from connectors.sandbox.hooks import HookHabits, Hooks
from syncer.hints import Deed, Hint
from syncer.store import open_store
from tests import plain_http
from tests.e2e.test_daemon import _free_port, _until
from tests.processes import SYNCER, Child, call

SECRET = "client-secret-of-the-app"
STREAMS = "[contacts, companies, deals]"


@contextmanager
def daemon(crm, folder, port: int):
    """Run the daemon until the block ends; it may be killed in it. The first one has read everything by then."""
    is_first = not (folder / "syncer.db").exists()
    (folder / "syncer.yaml").write_text(
        f"accounts: {{hubspot: {{tier: unlimited, streams: {STREAMS}}}}}\nschedule: {{reconcile_hour: null}}\n",
        encoding="utf-8",
    )
    environment = {
        **os.environ,
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
        "SYNCER_CONFIG": str(folder / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "SYNCER_LOG": "json",
        "SYNCER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HUBSPOT_CLIENT_SECRET": SECRET,
        "HUBSPOT_ACCESS_TOKEN": "pat-test-1",
        "HUBSPOT_BASE_URL": crm.server.base_url,
    }
    if is_first:
        call(SYNCER, "setup", "--apply", env=environment).check_returncode()
    with (folder / "daemon.log").open("a") as log:
        process = Child(SYNCER, "run", "--port", str(port), env=environment, stdout=log, stderr=log)
    try:
        reached = 'syncer_last_run_timestamp_seconds{account="hubspot",job="measure"' if is_first else "syncer_records"
        assert _until(lambda: _metric(port, reached) is not None, 60)
        yield process
    finally:
        process.kill()
        process.wait()


def _metric(port: int, name: str) -> float | None:
    try:
        lines = plain_http.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text.splitlines()
    except httpx.TransportError:
        return None
    found = [line for line in lines if line.startswith(name) and 'status="running"' not in line]
    return float(found[0].split()[-1]) if found else None


def _contacts(crm) -> list:
    return [row for row in crm.portal.tables["contacts"].live() if not row.properties.get("hs_lead_status")]


def _edit(crm, row) -> None:
    crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})


def _hold(crm, row) -> str | None:
    return crm.value("contacts", row.id, "fn_stage")


def test_edits_come_back_within_a_second_and_a_signal_leaves_what_waits_to_the_next_start(serve, tmp_path):
    crm, port = serve(contacts=30), _free_port()
    first, second = _contacts(crm)[:2]
    address = f"http://127.0.0.1:{port}/webhooks/hubspot"
    with daemon(crm, tmp_path, port) as process, Hooks(crm.portal, address, SECRET) as hooks:
        before = _hold(crm, first)
        _edit(crm, first)
        began = time.monotonic()
        assert _until(lambda: _hold(crm, first) != before, 10)
        # A round or a measurement may be under way; the drain follows at once.
        assert time.monotonic() - began < 5
        assert _until(lambda: hooks.is_idle and _metric(port, "syncer_inbox_hints") == 0, 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        _edit(crm, second)
        # Nobody answers any more: HubSpot keeps trying.
        assert _until(lambda: hooks.counts["refused"] > 0, 20)
        before = _hold(crm, second)
        with daemon(crm, tmp_path, port):
            assert _until(lambda: _hold(crm, second) != before, 30)
            assert _until(lambda: hooks.is_idle, 30)
    assert hooks.counts["lost"] == 0
    log = (tmp_path / "daemon.log").read_text()
    assert "Traceback" not in log
    assert "stop_requested" in log
    assert SECRET not in log


def test_killed_at_any_moment_it_looks_into_every_hint_in_the_end(serve, tmp_path):
    crm, port = serve(contacts=25), _free_port()
    rows = _contacts(crm)[:8]
    habits = HookHabits(twice=0.3, retries=(0.2,) * 100)
    with daemon(crm, tmp_path, port):
        before = {row.id: _hold(crm, row) for row in rows}
    address = f"http://127.0.0.1:{port}/webhooks/hubspot"
    with Hooks(crm.portal, address, SECRET, habits=habits) as hooks:
        for kill in range(2):
            with daemon(crm, tmp_path, port) as process:
                for row in rows[kill * 4 : kill * 4 + 4]:
                    _edit(crm, row)
                    time.sleep(0.1 * kill)
                process.kill()
        with daemon(crm, tmp_path, port):
            assert _until(lambda: hooks.is_idle and _metric(port, "syncer_inbox_hints") == 0, 60)
            assert _until(lambda: all(_hold(crm, row) != before[row.id] for row in rows), 20)
    store = open_store(f"sqlite:///{tmp_path / 'syncer.db'}")
    with store.snapshot() as unit:
        assert unit.inbox.waiting("hubspot", 10) == []
        assert unit.desk.dead_letters("hubspot") == []
        assert dict(unit.desk.outbox_counts("hubspot")).keys() <= {"written", "unchanged", "cancelled"}
    store.close()


def test_readiness_says_what_is_wrong_and_what_to_do(serve, tmp_path):
    crm, port = serve(contacts=20), _free_port()
    with daemon(crm, tmp_path, port):
        store = open_store(f"sqlite:///{tmp_path / 'syncer.db'}")
        assert _until(lambda: plain_http.get(f"http://127.0.0.1:{port}/readyz").json()["status"] == "ok", 30)
        with store.commit() as unit:
            unit.inbox.request_erasure("hubspot", "contacts", ["7"], 1)
            unit.inbox.receive("hubspot", [Hint("a", "contacts", "7", Deed.CHANGED, 1)], 1)
        answer = plain_http.get(f"http://127.0.0.1:{port}/readyz")
        store.close()
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "degraded"
    assert all(one["account"] == "hubspot" and one["what"] and one["remedy"] for one in body["problems"])
    assert any("erased" in one["what"] for one in body["problems"])


@pytest.mark.parametrize("command", [["status"], ["check"]])
def test_silence_is_named(serve, run, command):
    crm = serve(contacts=20)
    more = {"SYNCER_PUBLIC_URL": "https://syncer.firma.example", "HUBSPOT_CLIENT_SECRET": SECRET}
    done = run(crm, *command, **more)
    assert "has ever arrived" in done.stdout
    assert "syncer webhooks show" in done.stdout
