"""What another process can tell of an account's budget."""

import json
import os
import time

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.limits import Limits
from jobs.cli.status_output import budget_lines
from jobs.health.status import read_status
from jobs.pulling.look import look
from jobs.rounds import backfill_round, pull_round
from syncer.moments import DAY
from tests.processes import SYNCER, Child

LAVISH = 1_000_000


def _limits(daily: int) -> Limits:
    return Limits(burst=LAVISH, search=LAVISH, associations=LAVISH, daily=daily)


async def test_calls_add_up_over_runs_and_begin_anew_with_the_day(serve, open_desk, sqlite_store):
    crm = serve(limits=_limits(LAVISH))
    spent = 0
    for _ in range(2):
        async with open_desk(crm) as desk:
            await backfill_round(desk)
            spent += sum(desk.source.usage.calls.values())
    told = read_status(sqlite_store, "hubspot", crm.clock()).as_dict()["budget"]
    assert told["calls_total"] == spent == crm.server.server.budgets.today
    assert told["calls"]["contacts"] > 0
    assert told["association_calls"] > 0
    assert told["daily"]["limit"] == LAVISH
    assert told["daily"]["remaining"] == pytest.approx(LAVISH - spent, abs=15)
    assert told["burst"]["limit"] == LAVISH
    assert told["burst"]["at"]
    crm.clock.ahead = DAY
    tomorrow = read_status(sqlite_store, "hubspot", crm.clock())
    assert tomorrow.as_dict()["budget"]["calls_total"] == 0
    assert tomorrow.as_dict()["budget"]["daily"] is None, "yesterday's remainder says nothing of today"
    async with open_desk(crm) as desk:
        await pull_round(desk)
        one_round = sum(desk.source.usage.calls.values())
    assert read_status(sqlite_store, "hubspot", crm.clock()).as_dict()["budget"]["calls_total"] == one_round


async def test_refusals_are_counted_and_a_rest_is_named(serve, open_desk, sqlite_store):
    crm = serve(limits=_limits(LAVISH))
    async with open_desk(crm) as desk:
        await look(desk)
        crm.server.server.budgets.limits = _limits(crm.server.server.budgets.today)
        await pull_round(desk)
    status = read_status(sqlite_store, "hubspot", crm.clock())
    assert status.as_dict()["budget"]["refused_429"] > 0
    [parked] = status.as_dict()["parked"]
    assert parked["time_zone"] == "Europe/Berlin"
    shown = "\n".join(budget_lines(status))
    assert f"it rests until {parked['until_local']}" in shown
    assert "refused by a limit" in shown


def test_an_account_that_was_never_asked_has_spent_nothing(sqlite_store):
    told = read_status(sqlite_store, "hubspot", 1_790_000_000_000).as_dict()
    assert (told["budget"]["calls_total"], told["parked"]) == (0, [])


def test_status_of_another_process_shows_it_while_a_backfill_is_at_work_and_after_it_was_killed(
    serve,
    run,
    tmp_path,
):
    slow = Fault(trouble=Trouble.LATENCY, path="/objects/2026-09/notes", probability=1.0, seconds=60.0)
    crm = serve(contacts=30, faults=Faults(rules=(slow,)))
    run(crm, "setup", "--apply")
    environment = {
        **os.environ,
        "SYNCER_DATABASE_URL": f"sqlite:///{tmp_path / 'syncer.db'}",
        "SYNCER_CONFIG": str(tmp_path / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(tmp_path / "agreement.yaml"),
        "HUBSPOT_ACCESS_TOKEN": "pat-test-1",
        "HUBSPOT_BASE_URL": crm.server.base_url,
    }
    process = Child(SYNCER, "backfill", env=environment, cwd=tmp_path)
    try:
        end = time.monotonic() + 50
        calls: dict[str, int] = {}
        while time.monotonic() < end and not calls.get("contacts"):
            time.sleep(1)
            calls = json.loads(run(crm, "status", "--json").stdout)[0]["budget"]["calls"]
        assert calls.get("contacts")
    finally:
        process.kill()
        process.wait()
    shown = run(crm, "status")
    assert shown.returncode == 0
    assert "calls on 20" in shown.stdout
    assert "calls left for all apps, as told" in shown.stdout
