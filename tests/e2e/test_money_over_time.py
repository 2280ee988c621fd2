"""Rates from the CRM and the frozen pipeline, on a sandbox that really answers."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.budget.forecast import ACCOUNT, LOOK, forecast_round
from jobs.figures.asking import Asked, measured, question
from jobs.figures.freezing import freeze_days, last_over
from jobs.figures.measuring import measure_round
from jobs.pulling.look import look
from jobs.rounds import backfill_round, freeze_round, sync_round
from jobs.schedule import Nightly
from syncer.kpis.asked.ports import Cut
from syncer.kpis.periods import Calendar
from syncer.moments import DAY, HOUR, Millis, millis
from syncer.money import RateOrigin
from tests.e2e.conftest import planned_for, settings_for

BERLIN = Calendar()
ZONE = ZoneInfo("Europe/Berlin")


def with_dollars(crm, rate=0.5):
    crm.portal.account = replace(crm.portal.account, more_currencies=("USD",), rates={"USD": rate})
    return crm


async def test_rates_are_read_at_a_look_where_the_account_has_more_than_one_currency(serve, open_desk, sqlite_store):
    crm = with_dollars(serve(contacts=20))
    async with open_desk(crm) as desk:
        foretold = await forecast_round(desk)
        assert foretold.streams[ACCOUNT].calls == LOOK + 2
        await look(desk, afresh=True)
    with sqlite_store.snapshot() as unit:
        [line] = unit.money.rates("hubspot", crm.clock())
    assert (line.origin, line.currency, line.into, str(line.rate), line.first_day) == (
        RateOrigin.CRM,
        "USD",
        "EUR",
        "0.5",
        0,
    )


async def test_an_account_of_one_currency_is_not_asked_for_rates(serve, open_desk):
    crm = serve(contacts=20)
    crm.portal.account = replace(crm.portal.account, more_currencies=())
    async with open_desk(crm) as desk:
        await look(desk, afresh=True)
        assert "exchange_rates" not in desk.source.usage.calls


async def test_without_the_scope_the_round_goes_on_and_says_what_is_missing(serve, open_desk):
    crm = with_dollars(serve(contacts=20))
    crm.portal.lacking.add("settings.currencies.read")
    async with open_desk(crm) as desk:
        done = await sync_round(desk)
    assert "settings.currencies.read" in done.skipped["exchange_rates"]
    assert done.streams["contacts"].read == 20


async def test_a_table_of_rates_that_cannot_be_read_halts_nothing_else(serve, open_desk):
    garbled = Fault(trouble=Trouble.STATUS, status=403, times=9, path="/exchange-rates")
    crm = with_dollars(serve(contacts=20, faults=Faults(rules=[garbled])))
    async with open_desk(crm) as desk:
        done = await sync_round(desk)
    assert "exchange_rates" in done.skipped
    assert done.streams["contacts"].read == 20


async def test_rates_that_are_none_are_left_out_and_said(serve, open_desk, sqlite_store):
    crm = with_dollars(serve(contacts=20), rate=-1.0)
    crm.portal.account.rates["CHF"] = 1.05
    async with open_desk(crm) as desk:
        done = await sync_round(desk)
    assert done.skipped["exchange_rates"].startswith("1 of 2")
    with sqlite_store.snapshot() as unit:
        assert [line.currency for line in unit.money.rates("hubspot", crm.clock())] == ["CHF"]


async def test_deals_in_dollars_are_summed_at_the_crms_rate(serve, open_desk, sqlite_store):
    crm = with_dollars(serve(contacts=60))
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        before = _revenue(desk, sqlite_store, crm)
        for id_ in list(crm.portal.tables["deals"].rows):
            crm.portal.edit_as_user("deals", id_, {"deal_currency_code": "USD"})
        crm.clock.ahead = HOUR
        await sync_round(desk)
        after = _revenue(desk, sqlite_store, crm)
    assert before.value > 0
    assert (after.value * 2, after.n, after.unit) == (before.value, before.n, before.unit)


def _revenue(desk, store, crm):
    asked = question(store, desk.agreement, desk.name, Asked())
    now = Millis(crm.clock())
    return measured(store, replace(asked, as_of=now, known_at=now), ["K31.sum"])[0]


def moment(text):
    return millis(datetime.fromisoformat(text).replace(tzinfo=ZONE))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-10-02T01:59", "2026-09-30"),
        ("2026-10-02T02:00", "2026-10-01"),
        ("2026-10-02T23:59", "2026-10-01"),
        # The night in which the clocks go back has a second hour between two and three.
        ("2026-10-25T02:30", "2026-10-24"),
        ("2026-03-29T03:30", "2026-03-28"),
    ],
)
def test_a_day_is_over_from_two_in_the_morning_on(now, expected):
    assert last_over(BERLIN, moment(now)) == date.fromisoformat(expected).toordinal() - date(1970, 1, 1).toordinal()


def days_of(store, account="hubspot"):
    with store.snapshot() as unit:
        last = unit.money.last_frozen(account)
        cut = Cut(account=account, as_of=Millis(0), known_at=Millis(2**60), calendar=BERLIN)
        return [day for day in range((last or 0) - 40, (last or 0) + 1) if unit.measures.frozen(cut, day)]


async def test_measuring_freezes_yesterday_once(crm, open_desk, sqlite_store):
    async with open_desk(crm) as desk:
        assert (await freeze_round(desk)).days == 0
        assert days_of(sqlite_store) == []
        await backfill_round(desk)
        await measure_round(desk, Asked())
        assert days_of(sqlite_store) == [last_over(BERLIN, crm.clock())]
        assert (await freeze_round(desk)).days == 0
        assert days_of(sqlite_store) == [last_over(BERLIN, crm.clock())]


async def test_days_on_which_nothing_ran_are_made_up_for(crm, open_desk, sqlite_store):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        await freeze_round(desk)
        crm.clock.ahead = 5 * DAY
        made_up = await freeze_round(desk)
        assert made_up.days == 5
        assert len(days_of(sqlite_store)) == 6
        with sqlite_store.snapshot() as unit:
            cut = Cut(account="hubspot", as_of=crm.clock(), known_at=crm.clock(), calendar=BERLIN)
            headers = [unit.measures.frozen(cut, day) for day in days_of(sqlite_store)]
            for header in headers:
                kept = list(unit.measures.moves(cut, header))
                live = list(unit.measures.moves(cut, header.as_of))
                assert [(one.before and one.before.amount, one.after) for one in kept] == [
                    (one.before and one.before.amount, one.after) for one in live
                ]
        assert [header.as_of for header in headers] == [
            BERLIN.last_moment(date(1970, 1, 1) + timedelta(days=header.day)) for header in headers
        ]


async def test_the_last_day_of_a_quarter_is_frozen_as_its_final_forecast_before_the_new_one_begins(
    crm, open_desk, sqlite_store
):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        quarter = BERLIN.quarter(crm.clock()).window
        crm.clock.ahead = quarter.end - crm.clock() + 3 * HOUR
        await freeze_round(desk)
        asked = replace(
            question(sqlite_store, desk.agreement, desk.name, Asked()),
            as_of=Millis(crm.clock()),
            known_at=Millis(crm.clock()),
        )
        last_day = BERLIN.day_number(quarter.end - 1)
        assert days_of(sqlite_store)[-1] == last_day
        final = replace(asked, as_of=Millis(quarter.end - 1))
        promised = [
            move
            for move in _moves(sqlite_store, asked, last_day)
            if move.promised and move.before.close_date < quarter.end and move.before.close_date >= quarter.start
        ]
        [forecast] = [row for row in measured(sqlite_store, final, ["K20"]) if row.id == "K20"]
        counting = [move for move in promised if move.excluded is None and move.before.amount is not None]
        assert sum(move.before.amount for move in counting) == forecast.value


def _moves(store, asked, day):
    with store.snapshot() as unit:
        cut = Cut(account=asked.account, as_of=asked.as_of, known_at=asked.known_at, calendar=BERLIN)
        return list(unit.measures.moves(cut, unit.measures.frozen(cut, day)))


class Dying:
    """A store whose process is killed before its third commit."""

    def __init__(self, store):
        self.store = store
        self.commits = 0

    def snapshot(self):
        return self.store.snapshot()

    def commit(self):
        self.commits += 1
        if self.commits > 2:
            raise KeyboardInterrupt
        return self.store.commit()


async def test_a_freeze_that_is_broken_off_goes_on_where_it_stopped(crm, open_desk, sqlite_store):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        freeze_days(sqlite_store, desk.agreement, desk.name, crm.clock())
        later = Millis(crm.clock() + 4 * DAY)
        with pytest.raises(KeyboardInterrupt):
            freeze_days(Dying(sqlite_store), desk.agreement, desk.name, later)
        assert len(days_of(sqlite_store)) == 3
        assert freeze_days(sqlite_store, desk.agreement, desk.name, later).days == 2
        assert len(days_of(sqlite_store)) == 5


async def test_the_daemon_freezes_at_two(crm, sqlite_store, tmp_path, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
    settings = settings_for(crm.server.base_url, tmp_path)
    planned = {one.name: one for one in planned_for(settings, sqlite_store)}
    assert planned["hubspot/freeze"].when == Nightly(2, ZONE)
    await planned["hubspot/freeze"].work()
    assert len(days_of(sqlite_store)) == 1


def test_the_commands_of_money_on_a_real_portal(crm, run, tmp_path):
    run(crm, "backfill")
    (tmp_path / "costs.csv").write_text("datum;Quelle;Art;Betrag\n10.2026;google;Werbung;1.000,00\n", encoding="utf-8")
    done = run(crm, "costs", "import", "costs.csv", "--json")
    assert (done.returncode, json.loads(done.stdout)["created"]) == (0, 1)
    rows = json.loads(run(crm, "kpis", "K16", "K19", "K21", "K22", "K23", "K24", "K28", "K38", "--json").stdout)
    assert {row["id"].split(".")[0] for row in rows} == {"K16", "K19", "K21", "K22", "K23", "K24", "K28", "K38"}
