"""The distributed engine as an operator runs it: a leader that defers, workers that do, on PostgreSQL."""

import json
import signal
import time
from collections import Counter

import pytest

from connectors.sandbox.faults import NONE, Fault, Faults, Trouble
from connectors.sandbox.hooks import Hooks
from jobs.switches import HandoverForm
from tests.crash.test_killed_rounds import shown
from tests.e2e.crews import Crew
from tests.e2e.test_daemon import _free_port, _until
from tests.e2e.test_handover_cards import anchors, lines, live, open_telling, ready

__all__ = ["open_telling"]

pytestmark = pytest.mark.postgres

CONTACTS = tuple(str(number) for number in range(101, 107))
CONFIG = (
    "engine: distributed\n"
    "accounts: {hubspot: {tier: unlimited, write_back: {handover: task, proposals: task}}}\n"
    "schedule: {reconcile_hour: null}\n"
)
SECRET = "client-secret-of-the-app"
#: The first write hangs, and with it the job and its worker.
HANGING = Faults(rules=[Fault(trouble=Trouble.LATENCY, times=1, path="/batch/update", seconds=60.0)])


@pytest.fixture
def portal(serve):
    return lambda faults=NONE: serve(lines=list(lines(*CONTACTS)), faults=faults)


@pytest.fixture
def crew(tmp_path, blank_postgres_url):
    def of(crm, config: str = CONFIG) -> Crew:
        (tmp_path / "syncer.yaml").write_text(config, encoding="utf-8")
        return Crew(tmp_path, blank_postgres_url, HUBSPOT_BASE_URL=crm.server.base_url)

    return of


def _hops(crm) -> dict[str, list[str | None]]:
    rows = crm.portal.tables["contacts"].rows.values()
    return {row.id: [one.value for one in row.versions("fn_stage")] for row in rows}


def _is_quiet(crew: Crew, hooks: Hooks) -> bool:
    """Say whether no hint is on its way, waits or is being looked into."""
    jobs = crew.ask("SELECT id FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
    return hooks.is_idle and not jobs and not crew.ask("SELECT id FROM inbox WHERE settled_at IS NULL")


def _worker_at_work(crew: Crew) -> str:
    return next(name for name in ("one", "two") if crew.logged(name, "run_started", job="sync"))


async def test_a_worker_killed_in_mid_job_changes_nothing_in_the_end_and_repeats_nothing_that_people_see(
    portal, crew, open_telling
):
    calm = portal()
    async with open_telling(calm, HandoverForm.TASK) as desk:
        await ready(desk)

    crm = portal(HANGING)
    here = crew(crm)
    assert here.call("setup", "--apply").returncode == 0
    dealt = crm.server.server.fate.dealt
    with here.running("one", "worker") as one, here.running("two", "worker") as two, here.daemon("leader"):
        assert _until(lambda: bool(dealt), 90), "the slow write never came"
        victim = _worker_at_work(here)
        (one if victim == "one" else two).kill()
        heir = "two" if victim == "one" else "one"
        here.until_logged("leader", "job_rescued", job="sync")
        here.until_logged(heir, "run_finished", job="measure")
        assert here.get("leader", "/readyz").json()["accounts"][0]["queue"]["workers"] == 1
        page = here.get("leader", "/metrics").text
        assert "syncer_workers 1.0" in page
        assert 'syncer_queue_oldest_seconds{account="hubspot"}' in page
    assert shown(crm) == shown(calm)
    assert _hops(crm) == _hops(calm)
    assert Counter(contact for task in live(crm) for contact in anchors(crm, task)) == dict.fromkeys(CONTACTS, 1)
    assert {job for (job,) in here.ask("SELECT DISTINCT job FROM runs WHERE status = 'done'")} >= {"sync", "measure"}
    assert here.call("sync", "--json").stdout.count('"written": 0') == 1


def test_a_worker_leaves_within_ten_seconds_and_another_does_what_it_left(portal, crew):
    crm = portal(HANGING)
    here = crew(crm)
    assert here.call("setup", "--apply").returncode == 0
    with here.daemon("leader"), here.running("one", "worker") as one:
        assert _until(lambda: bool(crm.server.server.fate.dealt), 90), "the slow write never came"
        one.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert one.wait(20) == 0
        assert time.monotonic() - began < 10
        assert here.ask("SELECT status FROM runs WHERE job = 'sync'") == [("interrupted",)]
        with here.running("two", "worker"):
            here.until_logged("two", "run_finished", job="measure")
            assert not here.logged("leader", "job_rescued")
            [status] = json.loads(here.call("status", "--json").stdout)
            assert status["queue"]["workers"] == 1
            assert "1 worker" in here.call("status").stdout
    assert Counter(contact for task in live(crm) for contact in anchors(crm, task)) == dict.fromkeys(CONTACTS, 1)


def test_webhooks_at_a_standby_and_values_left_in_the_outbox_are_a_workers_business(portal, crew):
    crm = portal()
    here = crew(crm)
    assert here.call("setup", "--apply").returncode == 0
    told = {"SYNCER_PUBLIC_URL": "http://127.0.0.1:1", "HUBSPOT_CLIENT_SECRET": SECRET}
    with here.daemon("leader", **told), here.running("one", "worker", **told):
        here.until_logged("one", "run_finished", job="measure")
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        with here.running("standby", "run", "--port", str(port), **told | {"SYNCER_PUBLIC_URL": address}):
            here.until_logged("standby", "serving")
            untouched = crm.value("contacts", "101", "fn_stage")
            with Hooks(crm.portal, f"{address}/webhooks/hubspot", SECRET) as hooks:
                crm.portal.edit_as_user("contacts", "101", {"hs_lead_status": "IN_PROGRESS"})
                here.until_logged("one", "run_finished", job="drain")
                # Our own words come back as hints, and their drain would write what the commands below leave.
                assert _until(lambda: all(_is_quiet(here, hooks) for _ in range(2)), 60)
            assert not here.logged("standby", "schedule_started")
        assert crm.value("contacts", "101", "fn_stage") != untouched
        crm.portal.edit_as_user("contacts", "102", {"hs_lead_status": "IN_PROGRESS"})
        before = crm.value("contacts", "102", "fn_stage")
        for command in ("pull", "derive", "plan"):
            # The worker may be at the account still, and a command does not wait for it.
            assert _until(lambda command=command: here.call(command).returncode == 0, 30)
        here.until_logged("one", "run_finished", job="push")
        assert crm.value("contacts", "102", "fn_stage") != before
        assert not here.logged("leader", "run_started")


def test_on_sqlite_and_without_the_engine_a_worker_is_refused(portal, crew, tmp_path):
    crm = portal()
    here = crew(crm)
    here.environment["SYNCER_DATABASE_URL"] = f"sqlite:///{tmp_path / 'syncer.db'}"
    for command in ("worker", "run"):
        refused = here.call(command)
        assert refused.returncode == 2
        assert "workers need PostgreSQL" in refused.stderr
    checked = here.call("check")
    assert checked.returncode == 2
    assert "workers need PostgreSQL" in checked.stdout
    here.environment["SYNCER_DATABASE_URL"] = here.url
    (tmp_path / "syncer.yaml").write_text(CONFIG.replace("distributed", "embedded"), encoding="utf-8")
    refused = here.call("worker")
    assert refused.returncode == 2
    assert "engine: distributed in syncer.yaml" in refused.stderr
