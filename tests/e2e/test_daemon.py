"""The daemon as an operator runs it: it keeps the account in step, answers, and leaves when told to."""

import os
import signal
import socket
import time

import httpx

from tests import plain_http
from tests.processes import SYNCER, Child, call


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _environment(crm, folder):
    return {
        **os.environ,
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
        "SYNCER_CONFIG": str(folder / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "SYNCER_LOG": "json",
        "HUBSPOT_ACCESS_TOKEN": "pat-test-1",
        "HUBSPOT_BASE_URL": crm.server.base_url,
    }


#: A loaded machine takes its time; what never comes is missed all the same.
_PATIENCE = 3


def _until(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds * _PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def test_it_syncs_measures_answers_and_leaves_on_a_signal(serve, tmp_path):
    crm = serve(contacts=30)
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    port = _free_port()
    process = Child(SYNCER, "run", "--port", str(port), env=_environment(crm, tmp_path))

    def measured() -> bool:
        try:
            return bool(plain_http.get(f"http://127.0.0.1:{port}/api/kpis", timeout=5).json())
        except httpx.TransportError:
            return False

    try:
        assert _until(measured, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) is not None
    finally:
        process.kill()
        process.wait()


def test_it_refuses_to_listen_beyond_this_machine_without_a_password(serve, tmp_path):
    crm = serve(contacts=20)
    everywhere = "0.0.0.0"  # noqa: S104 - the very address that must be refused
    done = call(SYNCER, "run", "--host", everywhere, env=_environment(crm, tmp_path))
    assert done.returncode == 2
    assert "needs a password" in done.stderr
