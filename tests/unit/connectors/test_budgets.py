"""Budgets in virtual time: within every limit, and close to it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from connectors.lanes import Urgency
from connectors.limits import Bucket, Budgets, Rest, Shares, Today
from syncer.errors import ConfigError, LimitScope, RateLimited
from syncer.moments import Millis, millis
from tests.unit.connectors.virtual_time import most_in, run

BURST = "x-hubspot-ratelimit-"
PLAN = {f"{BURST}max": "190", f"{BURST}interval-milliseconds": "10000"}
FREE = {f"{BURST}max": "100", f"{BURST}interval-milliseconds": "10000"}


async def call(budgets: Budgets, bucket: Bucket = Bucket.GENERAL, headers: Mapping[str, str] | None = None) -> None:
    async with budgets.turn(bucket, "contacts") as learn:
        learn(headers or {})


async def saturate(budgets: Budgets, bucket: Bucket, seconds: float, callers: int = 8) -> list[float]:
    loop = asyncio.get_running_loop()
    moments: list[float] = []

    async def call_on() -> None:
        while loop.time() < seconds:
            async with budgets.turn(bucket, "contacts"):
                moments.append(loop.time())
                await asyncio.sleep(0.01)

    await asyncio.gather(*(call_on() for _ in range(callers)))
    return moments


@pytest.mark.parametrize(
    ("tier", "bucket", "calls", "window"),
    [
        ("free", Bucket.GENERAL, 100, 10),
        ("professional", Bucket.GENERAL, 190, 10),
        ("oauth", Bucket.GENERAL, 110, 10),
        ("addon", Bucket.GENERAL, 250, 10),
        ("professional", Bucket.SEARCH, 5, 1),
        ("professional", Bucket.ASSOCIATIONS, 150, 10),
    ],
)
def test_saturation_stays_within_the_limit_and_uses_its_share(
    tier: str, bucket: Bucket, calls: int, window: float
) -> None:
    async def main() -> None:
        span = window * 12
        moments = await saturate(Budgets(tier=tier), bucket, span)
        assert most_in(moments, window) <= calls
        used = 0.8 if bucket is Bucket.SEARCH else 0.98
        went = len([moment for moment in moments if moment < span])
        assert 0.985 * used * calls * 12 <= went <= used * calls * (12 + 1 / 4)

    run(main)


def test_all_buckets_together_stay_within_the_general_limit() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        everyone = [saturate(budgets, bucket, 40, callers=3) for bucket in Bucket]
        moments = sorted(moment for moments in await asyncio.gather(*everyone) for moment in moments)
        assert most_in(moments, 10) <= 100
        assert len(moments) >= 0.95 * 400

    run(main)


@pytest.mark.parametrize("tier", ["free", "professional"])
def test_searches_keep_rate_and_distance_while_lists_saturate_the_rest(tier: str) -> None:
    async def main() -> None:
        budgets = Budgets(tier=tier)
        lists = saturate(budgets, Bucket.GENERAL, 40, callers=6)
        _, searches = await asyncio.gather(lists, saturate(budgets, Bucket.SEARCH, 40, callers=1))
        assert most_in(searches, 1) <= 4
        assert len(searches) >= 0.95 * 4 * 40

    run(main)


def test_headers_of_a_bigger_plan_raise_the_rate() -> None:
    async def main() -> None:
        budgets = Budgets()
        await call(budgets, headers=PLAN)
        moments = await saturate(budgets, Bucket.GENERAL, 40)
        assert most_in(moments, 10) <= 190
        assert len(moments) >= 0.95 * 190 * 4
        links = [moment - 40 for moment in await saturate(budgets, Bucket.ASSOCIATIONS, 80)]
        assert len(links) >= 0.95 * 150 * 4

    run(main)


def test_headers_of_a_smaller_plan_lower_the_rate() -> None:
    async def main() -> None:
        budgets = Budgets(tier="professional")
        await call(budgets, headers=FREE)
        assert most_in(await saturate(budgets, Bucket.GENERAL, 40), 10) <= 100

    run(main)


def test_headers_of_an_association_answer_say_nothing_about_the_general_limit() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        await call(budgets, Bucket.ASSOCIATIONS, {**FREE, f"{BURST}max": "1000"})
        assert most_in(await saturate(budgets, Bucket.GENERAL, 40), 10) <= 100

    run(main)


@pytest.mark.parametrize("nonsense", ["many", "", "-1", "nan", "inf"])
def test_broken_headers_change_nothing(nonsense: str) -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        names = ("max", "remaining", "interval-milliseconds", "daily", "daily-remaining")
        await call(budgets, headers={f"{BURST}{name}": nonsense for name in names} | {"date": nonsense})
        assert most_in(await saturate(budgets, Bucket.GENERAL, 40), 10) <= 100
        usage = budgets.usage
        assert (usage.day, usage.burst, usage.spent, usage.server_time) == (None, None, {}, None)

    run(main)


def test_an_unlimited_tier_neither_waits_nor_learns() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        await call(budgets, headers={**FREE, f"{BURST}max": "1"})
        for _ in range(999):
            await call(budgets, Bucket.SEARCH)
        assert asyncio.get_running_loop().time() < 0.1
        assert budgets.usage.calls == {"contacts": 1000}

    run(main)


@pytest.mark.parametrize("tier", ["unlimited", "free"])
def test_a_hold_stops_everyone_in_the_bucket(tier: str) -> None:
    async def main() -> None:
        budgets = Budgets(tier=tier)
        budgets.hold(Bucket.SEARCH, 7)
        budgets.hold(Bucket.SEARCH, 3)
        await call(budgets)
        assert asyncio.get_running_loop().time() < 0.2
        await call(budgets, Bucket.SEARCH)
        assert asyncio.get_running_loop().time() == pytest.approx(7, rel=1e-3)

    run(main)


def test_a_hold_stops_those_too_who_wait_already() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        waiting = asyncio.gather(*(call(budgets) for _ in range(40)))
        await asyncio.sleep(1)
        went = budgets.usage.calls["contacts"]
        budgets.hold(Bucket.GENERAL, 30)
        await asyncio.sleep(29)
        assert budgets.usage.calls["contacts"] == went < 40
        await waiting

    run(main)


async def beside(budgets: Budgets, others: int, seconds: float) -> int:
    """Call as fast as may be beside other apps that hold so many calls of every window; return how many went."""
    loop = asyncio.get_running_loop()
    answered: list[float] = []

    async def call_on() -> None:
        while loop.time() < seconds:
            async with budgets.turn(Bucket.GENERAL, "contacts") as learn:
                await asyncio.sleep(0.05)
                answered.append(loop.time())
                ours = sum(1 for at in answered if at > loop.time() - 10)
                learn({**FREE, f"{BURST}remaining": str(max(0, 100 - ours - others))})

    await asyncio.gather(*(call_on() for _ in range(8)))
    return len([at for at in answered if seconds - 60 < at <= seconds])


@pytest.mark.parametrize(("others", "fewest", "most"), [(0, 575, 592), (40, 340, 360), (80, 105, 120), (100, 40, 75)])
def test_what_other_apps_spend_of_the_burst_is_not_asked_for(others: int, fewest: int, most: int) -> None:
    async def main() -> None:
        assert fewest <= await beside(Budgets(tier="free"), others, 120) <= most

    run(main)


def test_when_others_stop_we_have_the_whole_again() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        await beside(budgets, 80, 60)
        assert await beside(budgets, 0, 140) >= 570

    run(main)


def test_a_daily_429_refuses_every_later_call_unsent_until_somebody_wakes_it() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        budgets.note_limited(LimitScope.DAILY)
        for bucket in Bucket:
            with pytest.raises(RateLimited) as caught:
                await call(budgets, bucket)
            assert caught.value.scope is LimitScope.DAILY
        assert budgets.usage.calls == {}
        budgets.wake()
        await call(budgets)

    run(main)


def test_those_who_wait_when_the_day_ends_do_not_go() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        waiting = [asyncio.create_task(call(budgets)) for _ in range(40)]
        await asyncio.sleep(1)
        went = budgets.usage.calls["contacts"]
        budgets.note_limited(LimitScope.DAILY)
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert budgets.usage.calls["contacts"] == went
        assert sum(isinstance(one, RateLimited) for one in results) == 40 - went

    run(main)


def test_the_associations_day_is_counted_apart() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        budgets.note_limited(LimitScope.ASSOCIATIONS_DAILY)
        await call(budgets)
        await call(budgets, Bucket.SEARCH)
        with pytest.raises(RateLimited) as caught:
            await call(budgets, Bucket.ASSOCIATIONS)
        assert caught.value.scope is LimitScope.ASSOCIATIONS_DAILY

    run(main)


def test_our_own_count_ends_the_associations_day_where_the_plan_states_a_number() -> None:
    async def main() -> None:
        for tier, ends in (("professional", True), ("free", False), (None, False)):
            budgets = Budgets(tier=tier, today=Today(associations=449_998))
            await call(budgets, Bucket.ASSOCIATIONS)
            assert not budgets.usage.spent
            await call(budgets, Bucket.ASSOCIATIONS)
            assert list(budgets.usage.spent) == (["associations"] if ends else [])

    run(main)


def test_a_rest_begun_earlier_refuses_with_its_end() -> None:
    async def main() -> None:
        rest = Rest(message="rests until midnight", until=Millis(5))
        budgets = Budgets(tier="unlimited", today=Today(rests={Bucket.GENERAL: rest}))
        with pytest.raises(RateLimited) as caught:
            await call(budgets, Bucket.SEARCH)
        assert (caught.value.message, caught.value.until) == (rest.message, 5)
        assert budgets.usage.spent == {}, "known already"

    run(main)


def test_a_rest_begun_earlier_is_believed_until_somebody_wakes_the_account() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited", today=Today(rests={Bucket.GENERAL: Rest(message="rests")}))
        budgets.wake()
        await call(budgets)
        assert budgets.usage.calls == {"contacts": 1}

    run(main)


def test_what_all_processes_spent_of_the_day_holds_our_own_calls_once() -> None:
    async def main() -> None:
        budgets = Budgets(tier="professional")
        for _ in range(2):
            await call(budgets, Bucket.ASSOCIATIONS)
        budgets.learn_day(449_998, {})
        await call(budgets, Bucket.ASSOCIATIONS)
        assert not budgets.usage.spent
        await call(budgets, Bucket.ASSOCIATIONS)
        assert list(budgets.usage.spent) == ["associations"]

    run(main)


def test_the_last_of_the_day_is_left_to_other_apps() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited", shares=Shares(daily=0.98))
        daily = {f"{BURST}daily": "250000"}
        await call(budgets, headers={**daily, f"{BURST}daily-remaining": "5001"})
        await call(budgets, headers={**daily, f"{BURST}daily-remaining": "5000"})
        with pytest.raises(RateLimited, match="last 2%"):
            await call(budgets)
        day = budgets.usage.day
        assert day is not None
        assert (day.remaining, day.limit) == (5000, 250_000)

    run(main)


def test_the_whole_day_may_be_used_where_nobody_else_is() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited", shares=Shares(daily=1))
        await call(budgets, headers={f"{BURST}daily": "100", f"{BURST}daily-remaining": "1"})
        assert not budgets.usage.spent
        await call(budgets, headers={f"{BURST}daily": "100", f"{BURST}daily-remaining": "0"})
        assert list(budgets.usage.spent) == ["general"]

    run(main)


async def test_the_crms_clock_is_read_from_its_answers() -> None:
    budgets = Budgets(tier="unlimited")
    await call(budgets, headers={"date": "Tue, 24 Nov 2026 19:42:09 GMT"})
    told = budgets.usage.server_time
    assert told is not None
    assert 0 <= told - millis(datetime(2026, 11, 24, 19, 42, 9, tzinfo=UTC)) < 5_000


async def test_the_crms_clock_goes_on_between_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets, passed = Budgets(tier="unlimited"), [7.0]
    monkeypatch.setattr("connectors.limits.time", SimpleNamespace(monotonic=lambda: passed[0]))
    await call(budgets, headers={"date": "Tue, 24 Nov 2026 19:42:09 GMT"})
    passed[0] += 90.5
    assert budgets.usage.server_time == millis(datetime(2026, 11, 24, 19, 43, 39, 500_000, tzinfo=UTC))


def test_what_is_to_be_written_goes_before_a_backfill_that_saturates_the_pace() -> None:
    async def main() -> None:
        budgets, loop = Budgets(tier="free"), asyncio.get_running_loop()
        lists = asyncio.create_task(saturate(budgets, Bucket.GENERAL, 60, callers=20))
        await asyncio.sleep(30)
        waits = []
        for _ in range(20):
            asked = loop.time()
            async with budgets.turn(Bucket.GENERAL, "contacts", Urgency.FIRST):
                waits.append(loop.time() - asked)
        await lists
        assert max(waits) <= 0.11, "the very next turn, not the twentieth"

    run(main)


@pytest.mark.parametrize("field", ["burst", "search", "daily"])
@pytest.mark.parametrize("share", [0, 1.01, -1])
def test_an_impossible_share_is_refused(field: str, share: float) -> None:
    with pytest.raises(ConfigError):
        Shares(**{field: share})


def test_an_unknown_tier_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        Budgets(tier="platinum")
    assert "professional" in str(caught.value)
