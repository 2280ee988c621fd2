"""Exports against the sandbox CRM, over real HTTP: every kind of record as the list tells it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest

from connectors.hubspot import HubSpot, open_hubspot
from connectors.hubspot.versions import CURRENT
from connectors.patience import Patience
from connectors.sandbox.exports import ADDRESS_LIFE, MOST_A_DAY, ExportHabits
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.records import Token
from connectors.sandbox.server import Running, running
from connectors.sandbox.state import Habits, Portal
from connectors.values import SourceRecord
from syncer.errors import ExportUnusable, MissingScope, RateLimited
from syncer.moments import MINUTE, SECOND, Millis

TODAY = Millis(1_795_500_000_000)
LEAD: dict[str, object] = {
    "type": "leads",
    "id": "900000001",
    "createdAt": "2026-05-01T10:00:00Z",
    "properties": {"hs_lead_name": "A", "hs_createdate": "2026-05-01T10:00:00.000Z"},
}


class Clock:
    """A clock that goes on with every pause of the account."""

    def __init__(self) -> None:
        self.now = TODAY
        self.pauses: list[float] = []

    def __call__(self) -> Millis:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now = Millis(self.now + round(seconds * SECOND))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[Running]:
    habits = Habits(index_lag=0, exports=ExportHabits(duration=30 * SECOND, rows_a_file=90))
    portal = Portal(clock=clock, habits=habits)
    portal.load([*generate_portal(today=TODAY, contacts=230, seed=5), LEAD])
    with running(portal, limits=UNLIMITED) as up:
        yield up


@pytest.fixture(params=[CURRENT, "v3"])
async def account(server: Running, clock: Clock, request: pytest.FixtureRequest) -> AsyncIterator[HubSpot]:
    opened = open_hubspot(
        token="pat-eu1-contract",
        base_url=server.base_url,
        tier="unlimited",
        versions={"exports": request.param},
        patience=Patience(sleep=clock.sleep),
    )
    yield opened
    await opened.close()


async def exported(account: HubSpot, stream: str, names: list[str]) -> list[SourceRecord]:
    exports = account.source.exports
    task = await exports.begin(stream, properties=names)
    await exports.wait(stream, task)
    with closing(await exports.open(stream, task, properties=names)) as file:
        records = list(file.records())
        assert file.count == len(records)
        assert list(file.records(skip=7)) == records[7:]
    return records


async def test_every_kind_is_exported_as_it_is_listed(account: HubSpot) -> None:
    offered = [stream for stream in account.source.streams.objects if account.source.exports.offers(stream)]
    for stream in offered:
        names = sorted(await account.source.definitions(stream))
        pages = account.source.pages(stream, properties=names)
        listed = [record async for page in pages for record in page.records]
        assert listed, stream
        found = await exported(account, stream, names)
        assert sorted(found, key=lambda one: int(one.id)) == listed, stream


async def test_an_export_is_asked_for_at_growing_intervals_until_it_is_there(account: HubSpot, clock: Clock) -> None:
    first = await account.source.exports.begin("contacts", properties=["email"])
    second = await account.source.exports.begin("deals", properties=["dealname"])
    await account.source.exports.wait("deals", second)
    assert sum(clock.pauses) >= 60, "one after the other"
    assert sorted(clock.pauses) == clock.pauses
    before = len(clock.pauses)
    await account.source.exports.wait("contacts", first)
    assert len(clock.pauses) == before


async def test_an_address_ends_and_the_next_question_brings_another(account: HubSpot, clock: Clock) -> None:
    exports = account.source.exports
    task = await exports.begin("contacts", properties=["email"])
    await exports.wait("contacts", task)
    clock.now = Millis(clock.now + ADDRESS_LIFE + MINUTE)
    with closing(await exports.open("contacts", task, properties=["email"])) as file:
        assert file.count


async def test_more_exports_than_a_day_has_are_refused(account: HubSpot, server: Running) -> None:
    for _ in range(MOST_A_DAY):
        await account.source.exports.begin("contacts", properties=["email"])
    with pytest.raises(RateLimited):
        await account.source.exports.begin("contacts", properties=["email"])
    assert server.portal.exports.ordered == MOST_A_DAY == account.source.exports.most_a_day


async def test_without_the_scope_none_is_ordered(account: HubSpot, server: Running) -> None:
    scopes = frozenset({"crm.objects.contacts.read"})
    server.portal.tokens["pat-eu1-contract"] = Token(app_id="1", scopes=scopes)
    with pytest.raises(MissingScope, match="scope") as caught:
        await account.source.exports.begin("contacts", properties=["email"])
    assert "crm.export" in (caught.value.hint or "")
    assert server.portal.exports.ordered == 0


async def test_an_unknown_export_is_no_file(account: HubSpot) -> None:
    with pytest.raises(ExportUnusable, match="knows the export no more"):
        await account.source.exports.wait("contacts", "1")
