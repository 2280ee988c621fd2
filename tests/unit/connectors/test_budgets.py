"""Budgets in virtual time: within every limit, and close to it."""

import asyncio
import selectors
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Sequence

import pytest

from connectors.limits import DAILY_MEMORY, Bucket, Budgets
from syncer.errors import ConfigError, LimitScope, RateLimited


class VirtualSelector(selectors.SelectSelector):
    """Never waits: what would have been waited is added to the clock, and a microsecond for the work itself."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += max(timeout or 0.0, 1e-6)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only by waiting."""

    def __init__(self) -> None:
        self.selector = VirtualSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


def run(main: Callable[[], Coroutine[None, None, None]]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())


def most_in(moments: Sequence[float], seconds: float) -> int:
    return max(bisect_left(moments, start + seconds) - place for place, start in enumerate(moments))


async def saturate(budgets: Budgets, bucket: Bucket, seconds: float, callers: int = 8) -> list[float]:
    loop = asyncio.get_running_loop()
    moments: list[float] = []

    async def call_on() -> None:
        while loop.time() < seconds:
            await budgets.acquire(bucket, "contacts")
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
def test_saturation_stays_within_the_limit_and_above_nine_tenths(
    tier: str, bucket: Bucket, calls: int, window: float
) -> None:
    async def main() -> None:
        span = window * 12
        moments = await saturate(Budgets(tier=tier), bucket, span)
        assert most_in(moments, window) <= calls
        assert len(moments) >= 0.9 * calls * 12

    run(main)


def test_all_buckets_together_stay_within_the_general_limit() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        everyone = [saturate(budgets, bucket, 40, callers=3) for bucket in Bucket]
        moments = sorted(moment for moments in await asyncio.gather(*everyone) for moment in moments)
        assert most_in(moments, 10) <= 100
        assert len(moments) >= 0.9 * 400

    run(main)


@pytest.mark.parametrize("tier", ["free", "professional"])
def test_searches_keep_rate_and_distance_while_lists_saturate_the_rest(tier: str) -> None:
    async def main() -> None:
        budgets = Budgets(tier=tier)
        lists = saturate(budgets, Bucket.GENERAL, 40, callers=6)
        _, searches = await asyncio.gather(lists, saturate(budgets, Bucket.SEARCH, 40, callers=1))
        assert most_in(searches, 1) <= 5
        assert len(searches) >= 0.9 * 5 * 40

    run(main)


def test_headers_of_a_bigger_plan_raise_the_rate() -> None:
    async def main() -> None:
        budgets = Budgets()
        headers = {"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-interval-milliseconds": "10000"}
        budgets.note_headers(Bucket.GENERAL, headers)
        moments = await saturate(budgets, Bucket.GENERAL, 40)
        assert most_in(moments, 10) <= 190
        assert len(moments) >= 0.9 * 190 * 4
        links = [moment - 40 for moment in await saturate(budgets, Bucket.ASSOCIATIONS, 80)]
        assert len(links) >= 0.9 * 150 * 4

    run(main)


def test_headers_of_a_smaller_plan_lower_the_rate() -> None:
    async def main() -> None:
        budgets = Budgets(tier="professional")
        headers = {"x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-interval-milliseconds": "10000"}
        budgets.note_headers(Bucket.GENERAL, headers)
        assert most_in(await saturate(budgets, Bucket.GENERAL, 40), 10) <= 100

    run(main)


def test_headers_of_an_association_answer_say_nothing_about_the_general_limit() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        headers = {"x-hubspot-ratelimit-max": "1000", "x-hubspot-ratelimit-interval-milliseconds": "10000"}
        budgets.note_headers(Bucket.ASSOCIATIONS, headers)
        assert most_in(await saturate(budgets, Bucket.GENERAL, 40), 10) <= 100

    run(main)


def test_broken_headers_change_nothing() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        budgets.note_headers(
            Bucket.GENERAL, {"x-hubspot-ratelimit-max": "many", "x-hubspot-ratelimit-daily-remaining": ""}
        )
        assert most_in(await saturate(budgets, Bucket.GENERAL, 40), 10) <= 100
        assert budgets.usage.daily_remaining is None

    run(main)


def test_an_unlimited_tier_neither_waits_nor_learns() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        headers = {"x-hubspot-ratelimit-max": "1", "x-hubspot-ratelimit-interval-milliseconds": "10000"}
        budgets.note_headers(Bucket.GENERAL, headers)
        for _ in range(1000):
            await budgets.acquire(Bucket.SEARCH, "contacts")
        assert asyncio.get_running_loop().time() < 0.1
        assert budgets.usage.calls == {"contacts": 1000}

    run(main)


def test_a_hold_stops_everyone_in_the_bucket() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        budgets.hold(Bucket.SEARCH, 7)
        budgets.hold(Bucket.SEARCH, 3)
        await budgets.acquire(Bucket.GENERAL, "contacts")
        assert asyncio.get_running_loop().time() < 0.1
        await budgets.acquire(Bucket.SEARCH, "contacts")
        assert asyncio.get_running_loop().time() == pytest.approx(7, rel=1e-3)

    run(main)


def test_when_others_spend_the_burst_we_stand_back() -> None:
    async def main() -> None:
        budgets = Budgets(tier="free")
        headers = {
            "x-hubspot-ratelimit-max": "100",
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
            "x-hubspot-ratelimit-remaining": "0",
        }
        budgets.note_headers(Bucket.GENERAL, headers)
        await budgets.acquire(Bucket.GENERAL, "contacts")
        assert asyncio.get_running_loop().time() == pytest.approx(1, rel=1e-3)

    run(main)


def test_a_spent_day_is_refused_without_a_call_until_one_may_probe() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        budgets.note_limited(LimitScope.DAILY)
        with pytest.raises(RateLimited) as caught:
            await budgets.acquire(Bucket.GENERAL, "contacts")
        assert caught.value.scope is LimitScope.DAILY
        assert budgets.usage.calls == {}
        await asyncio.sleep(DAILY_MEMORY)
        await budgets.acquire(Bucket.GENERAL, "contacts")

    run(main)


def test_the_last_of_the_day_is_left_to_other_apps() -> None:
    async def main() -> None:
        budgets = Budgets(tier="unlimited")
        daily = {"x-hubspot-ratelimit-daily": "250000"}
        budgets.note_headers(Bucket.GENERAL, {**daily, "x-hubspot-ratelimit-daily-remaining": "5001"})
        await budgets.acquire(Bucket.GENERAL, "contacts")
        budgets.note_headers(Bucket.GENERAL, {**daily, "x-hubspot-ratelimit-daily-remaining": "5000"})
        with pytest.raises(RateLimited):
            await budgets.acquire(Bucket.GENERAL, "contacts")
        assert budgets.usage.daily_remaining == 5000

    run(main)


@pytest.mark.parametrize("share", [0, 1.01, -1])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ConfigError):
        Budgets(share=share)


def test_an_unknown_tier_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        Budgets(tier="platinum")
    assert "professional" in str(caught.value)
