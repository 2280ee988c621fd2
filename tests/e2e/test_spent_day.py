"""The day's calls are spent: nothing is asked until midnight there, nothing is lost, and it goes on by itself."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.limits import Limits
from jobs.bootstrap import system_clock
from jobs.budget.parking import end_of_rest, kept_rests
from jobs.modes import BackfillMode
from jobs.pulling.look import look
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.pulling.ways import By
from jobs.rounds import backfill_round, dry_round, pull_round, push_round, sync_round
from jobs.writing.plan import plan
from jobs.writing.setup import setup
from syncer.errors import RateLimited
from syncer.moments import DAY, HOUR, MINUTE, moment

LAVISH = 1_000_000
HOUR_THERE = 6


@pytest.fixture
def serve(serve):
    """Return how to start a CRM whose account is in a time zone in which it is morning: midnight is far either way."""

    def start(*args, **options):
        crm = serve(*args, **options)
        ahead = (HOUR_THERE - moment(crm.clock()).hour + 12) % 24 - 12
        crm.portal.account = replace(crm.portal.account, time_zone=f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT")
        return crm

    return start


def _zone(crm) -> ZoneInfo:
    return ZoneInfo(crm.portal.account.time_zone)


def _limits(daily: int) -> Limits:
    return Limits(burst=LAVISH, search=LAVISH, associations=LAVISH, daily=daily)


def _spend(crm) -> None:
    """Let other apps of the account spend what is left of its day."""
    crm.server.server.budgets.limits = _limits(crm.server.server.budgets.today)


def _asked(crm) -> int:
    """Return how many calls reached the CRM, refused ones included."""
    budgets = crm.server.server.budgets
    return budgets.today + sum(budgets.refused.values())


def _where_it_is_morning(crm) -> str:
    """Return a zone where no midnight comes soon, whenever the test runs; the signs of these names are turned round."""
    behind = moment(crm.clock()).hour - 6
    return f"Etc/GMT{behind:+d}" if behind <= 12 else f"Etc/GMT{behind - 24:+d}"


def _midnight(crm) -> None:
    """Let the day end on both sides."""
    rest = timedelta(days=1)
    local = moment(crm.clock()).astimezone(_zone(crm))
    ends = datetime.combine(local.date() + rest, datetime.min.time(), tzinfo=_zone(crm))
    crm.clock.ahead += int((ends - moment(crm.clock())).total_seconds() * 1000) + 1_000
    crm.server.server.budgets.limits = _limits(LAVISH)


def _outbox(desk) -> dict[str, int]:
    with desk.store.snapshot() as unit:
        return {status: count for status, count in unit.desk.outbox_counts("hubspot").items() if count}


async def _full_outbox(desk) -> dict[str, int]:
    await setup(desk, apply=True)
    await backfill_round(desk)
    await plan(desk, await look(desk), run="r1")
    return _outbox(desk)


async def test_a_spent_day_rests_until_midnight_of_the_accounts_time_zone(serve, open_desk):
    crm = serve(limits=_limits(LAVISH))
    async with open_desk(crm) as desk:
        waiting = await _full_outbox(desk)
        _spend(crm)
        first = await push_round(desk)
        local = moment(crm.clock()).astimezone(_zone(crm))
        tomorrow = local.date() + timedelta(days=1)
        assert first.parked["until_local"] == f"{tomorrow} 00:00 {_zone(crm).key}"
        assert _outbox(desk) == waiting
    asked = _asked(crm)
    for work in (push_round, sync_round, pull_round, backfill_round):
        async with open_desk(crm) as desk:
            assert (await work(desk)).parked["until_local"] == first.parked["until_local"]
            assert set(_outbox(desk)) == {"pending"}

    async def compare(desk):
        return await reconcile_round(desk, orders=Orders(apply=False))

    async def create(desk):
        return await setup(desk, apply=True)

    for refused in (dry_round, compare, create):
        async with open_desk(crm) as desk:
            with pytest.raises(RateLimited) as caught:
                await refused(desk)
            assert first.parked["until_local"] in caught.value.message
    assert _asked(crm) == asked, "not one call while it rests"
    _midnight(crm)
    async with open_desk(crm) as desk:
        done = await sync_round(desk)
        assert (done.parked, done.failed) == (None, 0)
        assert done.written >= sum(waiting.values())
        assert not set(_outbox(desk)) - {"written", "unchanged", "cancelled"}


async def test_the_reserve_for_other_apps_ends_our_day_before_the_crm_does(serve, open_desk):
    crm = serve(limits=_limits(1_000))
    async with open_desk(crm) as desk:
        assert (await backfill_round(desk)).parked is None
        crm.server.server.budgets.today = 899
        second = await pull_round(desk)
    assert "the last 10% of 1,000 are left to the account's other apps" in second.parked["why"]
    assert crm.server.server.budgets.refused == {}
    assert crm.server.server.budgets.today <= 900 + 20, "what was under way when the reserve was reached"


def _many_contacts():
    return [
        {"type": "contacts", "id": str(number), "createdAt": "2026-05-04T10:00:00Z", "properties": {}}
        for number in range(1, 2251)
    ]


async def test_a_backfill_that_meets_the_end_of_the_day_resumes_after_it(serve, open_desk):
    crm = serve(lines=_many_contacts(), limits=_limits(LAVISH))
    async with open_desk(crm, streams=("contacts",), backfill=BackfillMode.LIST) as desk:
        await look(desk)
        crm.server.server.budgets.limits = _limits(crm.server.server.budgets.today + 24)
        first = await backfill_round(desk)
    assert first.parked
    assert 1000 <= first.streams["contacts"].read < 2250
    _midnight(crm)
    async with open_desk(crm, streams=("contacts",), backfill=BackfillMode.LIST) as desk:
        second = await sync_round(desk)
    assert second.parked is None
    assert first.streams["contacts"].read + second.streams["contacts"].read == 2250


async def test_a_day_too_short_for_the_list_is_long_enough_for_an_export(serve, open_desk):
    crm = serve(lines=_many_contacts(), limits=_limits(LAVISH))
    async with open_desk(crm, streams=("contacts",)) as desk:
        await look(desk)
        crm.server.server.budgets.limits = _limits(crm.server.server.budgets.today + 24)
        done = await backfill_round(desk)
    assert done.parked is None
    assert done.ways["contacts"].by is By.EXPORT
    assert done.proof["contacts"].listed == 2250


async def test_a_limit_that_was_raised_is_found_out_by_one_call_an_hour(serve, open_desk):
    crm = serve(limits=_limits(LAVISH))
    crm.portal.account = replace(crm.portal.account, time_zone=_where_it_is_morning(crm))
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        _spend(crm)
        assert (await pull_round(desk)).parked
    asked = _asked(crm)
    crm.clock.ahead = HOUR - MINUTE
    async with open_desk(crm) as desk:
        assert (await pull_round(desk)).parked
    assert _asked(crm) == asked
    for hour in (1, 2):
        crm.clock.ahead = hour * (HOUR + MINUTE)
        for _ in range(3):
            async with open_desk(crm) as desk:
                assert (await pull_round(desk)).parked
        assert _asked(crm) == asked + hour, "one refused call an hour, however many rounds"
    crm.server.server.budgets.limits = _limits(LAVISH)
    crm.clock.ahead = 3 * (HOUR + MINUTE)
    async with open_desk(crm) as desk:
        assert (await pull_round(desk)).parked is None
        assert kept_rests(desk.store, "hubspot", crm.clock()) == {}


async def test_a_spent_day_of_associations_stops_only_what_needs_them(serve, open_desk):
    spent = Fault(trouble=Trouble.DAILY_LIMIT, path="/associations/", probability=1.0)
    crm = serve(faults=Faults(rules=(spent,)))
    async with open_desk(crm) as desk:
        result = await backfill_round(desk)
        rests = kept_rests(desk.store, "hubspot", crm.clock())
    assert result.parked is None
    assert list(rests) == ["associations"]
    assert {"contacts", "deals", "calls"} <= set(result.halted)
    assert {"companies", "campaigns", "page_views"} & set(result.halted) == set()
    assert result.streams["companies"].read > 0
    asked = _asked(crm)
    async with open_desk(crm, streams=("contacts", "calls")) as desk:
        again = await pull_round(desk, streams=("contacts", "calls"))
    assert set(again.halted) == {"contacts", "calls"}
    assert "association calls for today are spent" in again.halted["contacts"]
    assert _asked(crm) == asked


async def test_a_clock_that_goes_back_does_not_keep_the_account_at_rest(serve, open_desk):
    crm = serve(limits=_limits(LAVISH))
    crm.clock.ahead = 300 * DAY
    async with open_desk(crm) as desk:
        await look(desk)
        _spend(crm)
        assert (await pull_round(desk)).parked
    crm.clock.ahead = 0
    crm.server.server.budgets.limits = _limits(LAVISH)
    async with open_desk(crm) as desk:
        assert (await pull_round(desk)).parked is None


async def test_with_a_wrong_clock_it_is_the_crms_midnight_that_counts(serve, open_desk):
    crm = serve(limits=_limits(LAVISH))
    async with open_desk(crm) as right:
        desk = replace(right, clock=lambda: crm.clock() + 7 * HOUR)
        await look(desk)
        _spend(crm)
        parked = (await pull_round(desk)).parked
        [rest] = kept_rests(desk.store, "hubspot", desk.clock()).values()
    there = moment(rest.until - 7 * HOUR + 2_000).astimezone(_zone(crm))
    assert parked
    assert (there.hour, there.minute) == (0, 0)
    assert 0 < rest.until - 7 * HOUR - system_clock() <= 25 * HOUR


async def test_an_account_whose_zone_nobody_knows_rests_until_midnight_in_utc(serve, open_desk):
    crm = serve(limits=_limits(0))
    async with open_desk(crm) as desk:
        parked = (await sync_round(desk)).parked
    assert parked["time_zone"] == "UTC"
    until = datetime.fromisoformat(parked["until"])
    assert abs(end_of_rest(crm.clock(), ZoneInfo("UTC"), None) - until.timestamp() * 1000) < 10_000


def _json(done):
    return json.loads(done.stdout)


def test_commands_say_until_when_and_end_in_one(serve, run, tmp_path):
    crm = serve(contacts=30, limits=_limits(LAVISH))
    run(crm, "setup", "--apply")
    run(crm, "backfill")
    run(crm, "plan")
    _spend(crm)
    assert run(crm, "push").returncode == 1
    asked = _asked(crm)
    for command in (["push"], ["sync"], ["pull"], ["backfill"]):
        done = run(crm, *command, "--json")
        assert done.returncode == 1
        assert _json(done)["parked"]["until_local"].endswith(f"00:00 {_zone(crm).key}")
        plain = run(crm, *command)
        assert plain.returncode == 1
        assert "rests until" in plain.stderr
    for command in (["sync", "--dry-run"], ["reconcile"], ["setup", "--apply"], ["check"]):
        done = run(crm, *command)
        assert done.returncode == 1
        assert "it rests until" in done.stderr + done.stdout
    told = _json(run(crm, "reconcile", "--json"))
    assert told["parked"]["until"]
    assert "rests until" in told["error"]
    assert _asked(crm) == asked
    with closing(sqlite3.connect(tmp_path / "syncer.db")) as store, store:
        assert {row[0] for row in store.execute("SELECT DISTINCT status FROM outbox")} == {"pending"}


def test_one_account_at_rest_does_not_keep_the_others_from_their_work(serve, run, tmp_path):
    rested, fresh = serve(contacts=20, limits=_limits(0)), serve(contacts=20)
    (tmp_path / "syncer.yaml").write_text(
        "accounts:\n"
        f"  first: {{tier: unlimited, base_url: '{rested.server.base_url}'}}\n"
        f"  second: {{tier: unlimited, base_url: '{fresh.server.base_url}'}}\n",
        encoding="utf-8",
    )
    done = run(None, "backfill", "--json")
    assert done.returncode == 1
    first, second = _json(done)
    assert first["parked"]
    assert second["parked"] is None
    assert second["streams"]["contacts"]["read"] > 0
    shown = run(None, "setup", "--json")
    assert shown.returncode == 1
    assert {one["account"] for one in _json(shown) if "property" in one} == {"second"}
    assert [one["account"] for one in _json(shown) if "error" in one] == ["first"]
    assert "first: the account's calls for today are spent" in shown.stderr


@pytest.mark.parametrize("command", [["backfill"], ["sync"], ["reconcile"], ["setup"], ["webhooks", "show"]])
def test_one_account_whose_token_was_revoked_does_not_keep_the_others_from_their_work(serve, run, tmp_path, command):
    crm = serve(contacts=10)
    (tmp_path / "syncer.yaml").write_text(
        "accounts:\n"
        f"  first: {{tier: unlimited, base_url: '{crm.server.base_url}', token_env: FIRST_TOKEN}}\n"
        f"  second: {{tier: unlimited, base_url: '{crm.server.base_url}'}}\n",
        encoding="utf-8",
    )
    done = run(None, *command, "--json", FIRST_TOKEN="expired-1")
    assert done.returncode == 1
    told = [one for one in _json(done) if one["account"] == "second"]
    assert told
    assert not told[0].get("halted")
    (failed,) = [one for one in _json(done) if one["account"] == "first"]
    assert failed["error"]
    assert "FIRST_TOKEN" in failed["hint"]
    assert "first" in done.stderr
    assert "check FIRST_TOKEN: it is unknown, expired or revoked" in done.stderr + done.stdout
