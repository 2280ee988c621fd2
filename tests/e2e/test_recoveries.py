"""What befalls a crew on PostgreSQL: a leader that is stopped and goes on, a server restarted under everybody."""

import signal
from collections import Counter
from contextlib import ExitStack

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.switches import HandoverForm
from tests.crash.test_killed_rounds import shown
from tests.e2e.crews import Crew
from tests.e2e.test_daemon import _until
from tests.e2e.test_handover_cards import anchors, lines, live, open_telling, ready

__all__ = ["open_telling"]

pytestmark = pytest.mark.postgres

CONTACTS = tuple(str(number) for number in range(101, 107))
CONFIG = (
    "engine: distributed\n"
    "accounts: {hubspot: {tier: unlimited, write_back: {handover: task, proposals: task}}}\n"
    "schedule: {reconcile_hour: null, sync_every: 1}\n"
)
#: The first write takes a while, and what happens meanwhile happens in mid-round.
SLOW = Faults(rules=[Fault(trouble=Trouble.LATENCY, times=1, path="/batch/update", seconds=6.0)])


def _rounds(crew: Crew) -> Counter:
    return Counter(status for (status,) in crew.ask("SELECT status FROM runs WHERE job = 'sync'"))


def _workers(crew: Crew) -> int:
    return crew.get("leader", "/readyz").json()["accounts"][0]["queue"]["workers"]


def test_a_leader_that_was_stopped_has_a_successor_and_steps_down_when_it_goes_on(serve, tmp_path, blank_postgres_url):
    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    crm = serve(lines=list(lines(*CONTACTS)))
    crew = Crew(tmp_path, blank_postgres_url, HUBSPOT_BASE_URL=crm.server.base_url)
    with ExitStack() as running:
        first = running.enter_context(crew.daemon("first"))
        crew.until_logged("first", "schedule_started")
        running.enter_context(crew.daemon("second"))
        crew.until_logged("second", "standing_by")
        [before] = crew.leaders()
        first.send_signal(signal.SIGSTOP)
        crew.until_logged("second", "schedule_started", 40)
        assert _until(lambda: len(crew.leaders()) == 1, 10)
        [after] = crew.leaders()
        assert after != before
        first.send_signal(signal.SIGCONT)
        crew.until_logged("first", "schedule_lost", 20)
        assert crew.get("first", "/healthz").status_code == 200
        assert crew.leaders() == [after]
        assert crew.ask("SELECT task_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2") == [
            ("sync", "todo", 1)
        ]
        assert not crew.logged("second", "schedule_lost")


async def test_a_server_restarted_in_mid_round_costs_no_job_and_repeats_nothing_that_people_see(
    serve, tmp_path, own_postgres_server, open_telling
):
    calm = serve(lines=list(lines(*CONTACTS)))
    async with open_telling(calm, HandoverForm.TASK) as desk:
        await ready(desk)

    (tmp_path / "syncer.yaml").write_text(CONFIG, encoding="utf-8")
    crm = serve(lines=list(lines(*CONTACTS)), faults=SLOW)
    crew = Crew(tmp_path, own_postgres_server.url, HUBSPOT_BASE_URL=crm.server.base_url)
    assert crew.call("setup", "--apply").returncode == 0
    dealt = crm.server.server.fate.dealt
    with crew.daemon("leader"), crew.running("one", "worker"), crew.running("two", "worker"):
        assert _until(lambda: bool(dealt), 90), "the slow write never came"
        own_postgres_server.stop()
        crew.until_logged("leader", "schedule_lost", 20)
        own_postgres_server.start()
        assert _until(lambda: len(crew.logged("leader", "schedule_started")) == 2, 30)
        assert _until(lambda: _rounds(crew)["done"] >= 1, 90), (crew.told("one")[-5:], crew.told("two")[-5:])
        assert _until(lambda: crew.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == [(0,)], 60)
        assert len(crew.leaders()) == 1
        # A worker that was cut off from its round as well registers anew once it has rested.
        assert _until(lambda: _workers(crew) == 2, 60), (crew.told("one")[-5:], crew.told("two")[-5:])
        # The next round may have begun meanwhile; it ends too.
        assert _until(lambda: _rounds(crew).keys() <= {"done", "interrupted"}, 60)
    assert shown(crm) == shown(calm)
    assert Counter(contact for task in live(crm) for contact in anchors(crm, task)) == dict.fromkeys(CONTACTS, 1)
