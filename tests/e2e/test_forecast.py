"""What is foretold of a backfill and what the backfill then costs, held together stream by stream."""

import json
import math

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.limits import Limits
from jobs.budget.forecast import ACCOUNT, LOOK, forecast_round
from jobs.modes import BackfillMode
from jobs.rounds import backfill_round

FEEDS = ("form_submissions", "email_clicks", "page_views")
LAVISH = 1_000_000


async def _foretold_and_spent(crm, open_desk, *, restart=False, **options):
    async with open_desk(crm) as desk:
        foretold = await forecast_round(desk, restart=restart, **options)
    async with open_desk(crm) as desk:
        done = await backfill_round(desk, restart=restart, **options)
        spent = dict(desk.source.usage.calls)
    assert not done.halted
    return foretold, done, spent


def _allowed(name, one, done):
    """Return by how many calls a stream may be off.

    Versions of contacts go out in fifties of those of each chunk of a thousand who have a story: the last call of a
    chunk is anything from nearly empty to full, so each chunk can be off by half a call, rounded up. Everything else
    is exact.
    """
    return math.ceil(math.ceil(done.streams[name].read / 1000) / 2) + 1 if name == "contacts" and one.versions else 0


@pytest.mark.parametrize(("contacts", "seed"), [(20, 1), (230, 2), (2_300, 3)])
async def test_a_first_backfill_costs_what_was_foretold(serve, open_desk, contacts, seed):
    crm = serve(contacts=contacts, seed=seed)
    foretold, done, spent = await _foretold_and_spent(crm, open_desk)
    for name, one in foretold.streams.items():
        if name == ACCOUNT:
            parts = ("account", "owners", "pipelines", "exchange_rates")
            assert sum(spent[part] for part in parts) == one.calls == LOOK + 2, (
                "pipelines of leads beside those of deals, and what Swiss francs are worth"
            )
        elif name in FEEDS or one.records is None:
            assert one.calls <= done.streams[name].api_calls
            assert one.notes
        else:
            assert one.records == done.streams[name].read, name
            off = done.streams[name].api_calls - one.calls
            assert abs(off) <= _allowed(name, one, done), name
    assert set(foretold.streams) == {ACCOUNT, *done.streams}


async def test_a_stream_alone_and_a_second_backfill(serve, open_desk):
    crm = serve(contacts=230)
    first, done, spent = await _foretold_and_spent(crm, open_desk, streams=("companies",))
    assert first.streams["companies"].calls == done.streams["companies"].api_calls
    assert first.calls == sum(spent.values())
    again, done, _ = await _foretold_and_spent(crm, open_desk, streams=("companies",), restart=True)
    assert again.streams["companies"].archived == 1
    assert again.streams["companies"].calls == done.streams["companies"].api_calls


async def test_the_rest_of_a_backfill_that_broke_off(serve, open_desk):
    lines = [
        {"type": "contacts", "id": str(number), "createdAt": "2026-05-04T10:00:00Z", "properties": {}}
        for number in range(1, 2251)
    ]
    broken = Fault(trouble=Trouble.STATUS, status=400, path="objects/2026-09/contacts", skip=12, times=1)
    crm = serve(lines=lines, faults=Faults(rules=(broken,)))
    async with open_desk(crm, streams=("contacts",)) as desk:
        assert (await backfill_round(desk)).halted
    async with open_desk(crm, streams=("contacts",)) as desk:
        foretold = await forecast_round(desk)
        from_the_start = await forecast_round(desk, restart=True)
    async with open_desk(crm, streams=("contacts",)) as desk:
        done = await backfill_round(desk)
    assert (foretold.streams["contacts"].records, from_the_start.streams["contacts"].records) == (1250, 2250)
    assert foretold.streams["contacts"].calls == done.streams["contacts"].api_calls


async def test_nothing_is_read_or_written_and_each_stream_is_asked_once(serve, open_desk):
    crm = serve(contacts=60)
    async with open_desk(crm) as desk:
        foretold = await forecast_round(desk)
        calls = desk.source.usage.calls
        with desk.store.snapshot() as unit:
            held = unit.mirror.counts("hubspot")
            assert [held[kind] for kind in ("contacts", "companies", "deals", "activities")] == [0, 0, 0, 0]
            assert unit.desk.cursor("hubspot", "contacts", "backfill") is None
    counted = [name for name, one in foretold.streams.items() if one.records is not None]
    # A look at its properties and its count; contacts are asked for those with a story as well.
    assert {name: calls[name] for name in counted} == {name: 3 if name == "contacts" else 2 for name in counted}


async def test_without_a_word_from_search_the_forecast_says_so(serve, open_desk):
    refused = Fault(trouble=Trouble.STATUS, status=400, path="/search", probability=1.0)
    crm = serve(contacts=60, faults=Faults(rules=(refused,)))
    async with open_desk(crm) as desk:
        foretold = await forecast_round(desk)
    assert foretold.streams["deals"].records is None
    assert any("does not count" in note for note in foretold.streams["deals"].notes)


async def test_minutes_follow_the_rate_and_days_follow_what_is_left(serve, open_desk):
    crm = serve(contacts=230, limits=Limits(burst=190, associations=150, search=LAVISH, daily=1_000))
    async with open_desk(crm, tier="professional", backfill=BackfillMode.LIST) as desk:
        foretold = await forecast_round(desk)
        asked = sum(desk.source.usage.calls.values())
    assert foretold.paces["general"] == pytest.approx(19 * 0.98)
    assert foretold.all_minutes == pytest.approx(foretold.calls / (19 * 0.98) / 60, rel=0.2)
    assert 900 - asked <= foretold.left_today <= 900
    assert foretold.days == 1
    crm.server.server.budgets.today = 895
    async with open_desk(crm, tier="professional") as desk:
        later = await forecast_round(desk, streams=("companies",))
    assert later.left_today < later.calls
    assert later.days == 2


def test_the_command_prints_a_table_or_json_and_ends_in_nought(serve, run):
    crm = serve(contacts=40)
    shown = run(crm, "backfill", "--dry-run")
    assert shown.returncode == 0
    assert "what a backfill will cost" in shown.stdout
    assert "counts are search's" in shown.stdout
    told = json.loads(run(crm, "backfill", "--dry-run", "--json").stdout)
    assert told["calls"] == sum(one["calls"] for one in told["streams"].values())
    assert told["streams"]["contacts"]["records"] > 0
    assert told["fits_today"] is True
    done = json.loads(run(crm, "backfill", "--json").stdout)
    assert done["streams"]["deals"]["api_calls"] == told["streams"]["deals"]["calls"]
