"""Several daemons on one PostgreSQL database: one leads, and whatever becomes of it, one leads again."""

import signal
import time

import httpx
import pytest

from tests.e2e.crews import Crew
from tests.e2e.test_daemon import _until

pytestmark = pytest.mark.postgres

CONFIG = "accounts: {hubspot: {tier: unlimited, streams: [contacts]}}\nschedule: {reconcile_hour: null}\n"


@pytest.fixture
def crew(serve, tmp_path, blank_postgres_url):
    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    return Crew(tmp_path, blank_postgres_url, HUBSPOT_BASE_URL=serve(contacts=20).server.base_url)


def test_a_standby_serves_and_takes_over_within_seconds_when_the_leader_is_killed(crew):
    with crew.daemon("first") as first:
        crew.until_logged("first", "run_finished", job="measure")
        with crew.daemon("second"):
            crew.until_logged("second", "standing_by")
            crew.until_logged("second", "serving")
            assert crew.get("second", "/healthz").status_code == 200
            assert crew.get("second", "/api/kpis").json()
            assert not crew.logged("second", "schedule_started")
            first.kill()
            killed_at = time.monotonic()
            crew.until_logged("second", "schedule_started", 30)
            assert time.monotonic() - killed_at < 10
            crew.until_logged("second", "run_started", job="sync")
            assert len(crew.leaders()) == 1


def test_a_leader_that_lost_its_connection_gives_up_and_one_leads_again(crew):
    with crew.daemon("first"):
        crew.until_logged("first", "schedule_started")
        with crew.daemon("second"):
            crew.until_logged("second", "standing_by")
            [before] = crew.leaders()
            assert crew.ask(f"SELECT pg_terminate_backend({before})") == [(True,)]
            crew.until_logged("first", "schedule_lost", 30)
            assert _until(lambda: len(crew.leaders()) == 1, 30)
            [after] = crew.leaders()
            assert after != before
            started = [len(crew.logged(name, "schedule_started")) for name in ("first", "second")]
            assert _until(lambda: sum(len(crew.logged(n, "schedule_started")) for n in ("first", "second")) == 2, 20)
            assert started in ([1, 0], [1, 1], [2, 0])
            assert crew.get("first", "/healthz").status_code == 200
            assert crew.leaders() == [after]


def test_a_standby_takes_over_from_a_leader_that_leaves_in_order(crew):
    with crew.daemon("first") as first:
        crew.until_logged("first", "run_finished", job="measure")
        with crew.daemon("second") as second:
            crew.until_logged("second", "standing_by")
            first.send_signal(signal.SIGTERM)
            assert first.wait(20) == 0
            crew.until_logged("second", "schedule_started", 30)
            second.send_signal(signal.SIGTERM)
            assert second.wait(20) == 0
    assert crew.leaders() == []
    assert not crew.logged("second", "run_failed")
    with pytest.raises(httpx.TransportError):
        crew.get("second", "/healthz")
