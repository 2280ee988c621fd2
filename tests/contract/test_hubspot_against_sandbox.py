"""The HubSpot connector against the sandbox CRM, over real HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack

import httpx
import pytest

from connectors.hubspot import HubSpot, open_hubspot
from connectors.hubspot.versions import FOLLOWING, numbered
from connectors.patience import Patience
from connectors.sandbox.faults import NONE, Fault, Faults, Trouble
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED, Limits
from connectors.sandbox.records import Token
from connectors.sandbox.server import Running, running
from connectors.sandbox.state import Habits, MergedId, Portal
from connectors.values import Anchor, NewRecord, PropertyDefinition, RecordWrite, SourceRecord
from syncer.errors import (
    AuthFailed,
    BadAnswer,
    Missing,
    MissingScope,
    Rejected,
    SchemaChanged,
    SyncerError,
    TransientError,
    Unavailable,
)
from syncer.moments import DAY, Millis

TODAY = Millis(1_795_500_000_000)
TOKEN = "pat-eu1-contract"
ENDS = Millis(TODAY + 400 * DAY)
Serve = Callable[..., Running]
Connect = Callable[..., HubSpot]


#: Kinds of record that the generated portal has none of.
_NEVER_GENERATED: list[dict[str, object]] = [
    {"type": kind, "id": "900000001", "createdAt": "2026-05-01T10:00:00Z", "properties": properties}
    for kind, properties in (
        ("leads", {"hs_lead_name": "A"}),
        ("quotes", {"hs_title": "Q", "hs_expiration_date": "2026-12-31"}),
    )
]


@pytest.fixture(scope="module")
def lines() -> list[dict[str, object]]:
    return [*generate_portal(today=TODAY, contacts=230, seed=5), *_NEVER_GENERATED]


@pytest.fixture
def serve(lines: list[dict[str, object]]) -> Iterator[Serve]:
    """Return a function that serves a generated portal until the test ends."""
    with ExitStack() as stack:

        def serve_(*, limits: Limits = UNLIMITED, faults: Faults = NONE, merged_id: MergedId = MergedId.NEW) -> Running:
            portal = Portal(habits=Habits(index_lag=0, merged_id=merged_id))
            portal.load(lines)
            return stack.enter_context(running(portal, limits=limits, faults=faults))

        yield serve_


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Return a function that opens an account which waits a hundredth of what it should."""
    async with AsyncExitStack() as stack:

        def connect_(server: Running, *, tier: str | None = "unlimited", token: str = TOKEN) -> HubSpot:
            patience = Patience(sleep=lambda seconds: asyncio.sleep(seconds / 100))
            account = open_hubspot(token=token, base_url=server.base_url, tier=tier, patience=patience)
            stack.push_async_callback(account.close)
            return account

        yield connect_


async def everything(account: HubSpot, stream: str, *, archived: bool = False) -> list[SourceRecord]:
    names = sorted(await account.source.definitions(stream))
    pages = account.source.pages(stream, properties=names, archived=archived)
    return [record async for page in pages for record in page.records]


async def test_what_was_archived_is_found_by_id_and_search_counts_the_living(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    live, archived = await everything(account, "contacts"), await everything(account, "contacts", archived=True)
    ids = [live[0].id, *(record.id for record in archived), "999999999"]
    found = await account.source.by_id("contacts", ids, properties=(), archived=True)
    assert sorted(record.id for record in found) == sorted(record.id for record in archived)
    assert found
    assert all(record.archived_at for record in found)
    assert await account.source.total("contacts") == len(live)


async def test_the_full_list_and_the_whole_window_agree(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    for stream in account.source.streams.objects:
        listed = await everything(account, stream)
        window = {"since": Millis(0), "until": ENDS}
        changed = [
            record.id
            async for page in account.source.changes(stream, **window, properties=["hs_object_id"])
            for record in page.records
        ]
        assert listed, stream
        assert sorted(changed) == sorted(record.id for record in listed), stream


async def test_api_economy_of_a_backfill_and_of_a_quiet_round(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    count = len([one async for page in account.source.pages("contacts", properties=["email"]) for one in page.records])
    assert account.source.usage.calls == {"contacts": -(-count // 100)}
    quiet = connect(serve())
    for stream in quiet.source.streams.objects:
        window = {"since": Millis(ENDS - 1), "until": ENDS}
        assert [page async for page in quiet.source.changes(stream, **window, properties=["hs_object_id"])] == []
    assert set(quiet.source.usage.calls.values()) == {1}


async def test_feeds_are_complete_and_cut_by_since(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    moments = {"form_submissions": "submitted_at", "email_clicks": "created", "page_views": "occurred_at"}
    for stream, at in moments.items():
        everything_ = [one async for page in account.source.events(stream, since=None) for one in page.records]
        since = Millis(TODAY - 90 * DAY)
        recent = [one async for page in account.source.events(stream, since=since) for one in page.records]
        assert len({one.id for one in everything_}) == len(everything_) > len(recent) > 0, stream
        assert all(one.properties[at] for one in everything_), stream


async def test_the_control_plane(serve: Serve, connect: Connect) -> None:
    server = serve()
    left = {
        "type": "owners",
        "id": "77",
        "email": "left@x.example",
        "firstName": "Le",
        "lastName": "Ft",
        "archived": True,
    }
    server.portal.load([left])
    account = connect(server)
    facts = await account.source.account()
    assert facts.time_zone == "Europe/Berlin"
    owners = await account.source.owners()
    assert [owner.id for owner in owners if owner.archived] == ["77"]
    assert len({owner.id for owner in owners}) == len(owners) > 1
    assert all(owner.user_id and owner.user_id != owner.id for owner in owners if not owner.archived)
    stages = await account.source.pipelines()
    assert {stage.pipeline_id for stage in stages} > {"default"}
    assert any(stage.is_closed and stage.probability == 1 for stage in stages)
    definitions = await account.source.definitions("deals")
    assert definitions["hs_is_closed"].read_only
    assert not definitions["dealname"].read_only
    assert "newbusiness" in dict(definitions["dealtype"].options)


@pytest.mark.parametrize("status", [429, 502])
async def test_the_official_client_makes_one_attempt(serve: Serve, status: int) -> None:
    once = Fault(trouble=Trouble.STATUS, status=status, path="/owners", times=1)
    server = serve(faults=Faults(rules=(once,)))
    account = open_hubspot(token=TOKEN, base_url=server.base_url, tier="unlimited", patience=Patience(attempts=1))
    with pytest.raises(TransientError):
        await account.source.owners()
    await account.close()


STAGE = PropertyDefinition(
    name="fn_stage",
    label="Stage",
    type="enumeration",
    field_type="select",
    group="funnel_worker",
    options=(("mql", "MQL"), ("sql", "SQL")),
)


async def set_up(account: HubSpot) -> None:
    await account.destination.create_group("contacts", "funnel_worker", "Funnel")
    await account.destination.create_properties("contacts", [STAGE])


async def test_setting_up_twice_is_setting_up_once(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    await set_up(account)
    await set_up(account)
    assert "funnel_worker" in await account.destination.groups("contacts")
    created = (await account.source.definitions("contacts"))["fn_stage"]
    assert (created.type, created.options, created.group) == (STAGE.type, STAGE.options, STAGE.group)


async def test_writes_arrive_and_only_the_bad_ones_fail(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    await set_up(account)
    ids = [record.id for record in await everything(account, "contacts")]
    batch = [RecordWrite(id=one, values={"fn_stage": "mql"}) for one in ids]
    batch[3] = RecordWrite(id=ids[3], values={"fn_stage": "nonsense"})
    batch[5] = RecordWrite(id=ids[5], values={"nope": "1"})
    batch[7] = RecordWrite(id=ids[7], values={"hs_object_id": "1"})
    batch.append(RecordWrite(id="987654321", values={"fn_stage": "mql"}))
    results = await account.destination.write("contacts", batch)
    failed = {one.id: type(one.error) for one in results if one.error}
    assert failed == {ids[3]: Rejected, ids[5]: SchemaChanged, ids[7]: Rejected, "987654321": Missing}
    held = await account.destination.read("contacts", [*ids, "987654321"], properties=["fn_stage"])
    assert set(held) == set(ids)
    assert {one for one, values in held.items() if values["fn_stage"] != "mql"} == {ids[3], ids[5], ids[7]}


async def test_writing_m_records_costs_a_call_a_hundred(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    await set_up(account)
    ids = [record.id for record in await everything(account, "contacts")]
    before = account.source.usage.calls["contacts"]
    await account.destination.write("contacts", [RecordWrite(id=one, values={"fn_stage": "sql"}) for one in ids])
    assert account.source.usage.calls["contacts"] - before == -(-len(ids) // 100)


async def test_a_stage_steps_back_only_after_clearing(serve: Serve, connect: Connect) -> None:
    server = serve()
    account = connect(server)
    one = next(iter(await everything(account, "contacts"))).id
    lifecycle = "lifecyclestage"

    async def write(value: str) -> str | None:
        [result] = await account.destination.write("contacts", [RecordWrite(id=one, values={lifecycle: value})])
        assert result.error is None
        return (await account.destination.read("contacts", [one], properties=[lifecycle]))[one][lifecycle]

    assert await write("opportunity") == "opportunity"
    assert await write("lead") == "opportunity"
    await account.destination.clear("contacts", [one], lifecycle)
    assert await write("lead") == "lead"


@pytest.mark.parametrize("merged_id", MergedId)
async def test_a_merged_record_is_found_under_its_old_ids(serve: Serve, connect: Connect, merged_id: MergedId) -> None:
    server = serve(merged_id=merged_id)
    account = connect(server)
    first, second, third = [record.id for record in await everything(account, "contacts")][:3]
    async with httpx.AsyncClient(base_url=server.base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        body = {"primaryObjectId": first, "objectIdToMerge": second}
        merged = (await client.post("/crm/objects/2026-09/contacts/merge", json=body)).json()["id"]
    found = await account.source.by_id("contacts", [first, second, third], properties=["email"])
    by_asked = {record.asked_id or record.id: record.id for record in found}
    assert by_asked == {first: merged, second: merged, third: third}
    held = await account.destination.read("contacts", [first, second, third], properties=["email"])
    assert set(held) == {first, second, third} & {merged, third}
    wrote = await account.destination.write("contacts", [RecordWrite(id=second, values={"jobtitle": "CFO"})])
    assert wrote[0].error is None or isinstance(wrote[0].error, Missing)


async def test_archived_records_are_listed_apart(serve: Serve, connect: Connect) -> None:
    server = serve()
    account = connect(server)
    one = next(iter(await everything(account, "deals"))).id
    async with httpx.AsyncClient(base_url=server.base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        await client.delete(f"/crm/objects/2026-09/deals/{one}")
    archived = {record.id: record for record in await everything(account, "deals", archived=True)}
    assert archived[one].archived
    assert one not in {record.id for record in await everything(account, "deals")}


async def test_history_and_links(serve: Serve, connect: Connect) -> None:
    account = connect(serve())
    ids = [record.id for record in await everything(account, "contacts")]
    histories = await account.source.history("contacts", ids, properties=["lifecyclestage"])
    assert {record.id for record in histories} == set(ids)
    moments = [[item.at for item in record.history.get("lifecyclestage", ())] for record in histories]
    assert any(len(one) > 1 for one in moments)
    assert all(one == sorted(one, reverse=True) for one in moments)
    links = await account.source.links("contacts", "companies", ids)
    assert set(links) == set(ids)
    assert any(row.is_primary for rows in links.values() for row in rows)
    assert not all(links.values())


async def test_older_versions_read_the_same(serve: Serve) -> None:
    server = serve()
    classic = {family: numbered(family) for family in FOLLOWING}
    read = []
    for versions in (None, {"default": "2026-03"}, classic):
        account = open_hubspot(token=TOKEN, base_url=server.base_url, tier="unlimited", versions=versions)
        contacts = await everything(account, "contacts")
        links = await account.source.links("contacts", "companies", [one.id for one in contacts])
        views = [one async for page in account.source.events("page_views", since=None) for one in page.records]
        control = [await account.source.account(), await account.source.owners(), await account.source.pipelines()]
        control += [await account.source.definitions("contacts"), await account.destination.groups("contacts")]
        read.append((control, contacts, links, sorted(one.id for one in views)))
        await account.close()
    assert read[0] == read[1] == read[2]


async def test_a_wrong_token_and_a_wrong_address(serve: Serve, connect: Connect) -> None:
    account = connect(serve(), token="wrong")
    for call in (account.source.account, account.source.owners, account.source.pipelines):
        with pytest.raises(AuthFailed):
            await call()
    closed = open_hubspot(token=TOKEN, base_url="http://127.0.0.1:9", patience=Patience(attempts=1))
    for call in (closed.source.account, closed.source.owners):
        with pytest.raises(Unavailable) as caught:
            await call()
        assert "HUBSPOT_BASE_URL" in (caught.value.hint or "")
    await closed.close()


CHAOS = Faults(
    seed=3,
    rules=(
        Fault(trouble=Trouble.BURST_LIMIT, probability=0.05),
        Fault(trouble=Trouble.STATUS, status=502, probability=0.05),
        Fault(trouble=Trouble.STATUS_AFTER, status=500, probability=0.05),
        Fault(trouble=Trouble.RESET_BEFORE, probability=0.05),
        Fault(trouble=Trouble.RESET_AFTER, probability=0.05),
        Fault(trouble=Trouble.TRUNCATED, probability=0.05),
        Fault(trouble=Trouble.HTML, probability=0.02, methods=frozenset({"GET"})),
        Fault(trouble=Trouble.LOCKED, probability=0.05),
    ),
)


async def test_a_bad_day_changes_nothing_in_what_is_read_and_written(serve: Serve, connect: Connect) -> None:
    calm, bad = connect(serve()), connect(serve(faults=CHAOS))
    await set_up(bad)
    assert await bad.source.owners() == await calm.source.owners()
    for stream in ("deals", "calls", "companies"):
        assert await everything(bad, stream) == await everything(calm, stream)
    ids = [record.id for record in await everything(bad, "contacts")]
    assert ids == [record.id for record in await everything(calm, "contacts")]
    assert await bad.source.links("contacts", "companies", ids) == await calm.source.links("contacts", "companies", ids)
    for start in range(0, len(ids), 10):
        writes = [RecordWrite(id=one, values={"fn_stage": "mql"}) for one in ids[start : start + 10]]
        assert not any(one.error for one in await bad.destination.write("contacts", writes))
    held = await bad.destination.read("contacts", ids, properties=["fn_stage"])
    assert {values["fn_stage"] for values in held.values()} == {"mql"}


async def raised(call: Callable[[], Awaitable[object]]) -> type[Exception] | None:
    try:
        await call()
    except SyncerError as error:
        return type(error)
    return None


@pytest.mark.parametrize("trouble", [Trouble.HTML, Trouble.EMPTY])
async def test_an_address_that_is_no_crm_says_so_in_both_planes(
    serve: Serve, connect: Connect, trouble: Trouble
) -> None:
    account = connect(serve(faults=Faults(rules=(Fault(trouble=trouble, probability=1.0),))))
    assert await raised(account.source.account) is BadAnswer
    assert await raised(account.source.owners) is BadAnswer
    assert await raised(lambda: account.source.definitions("contacts")) is BadAnswer


async def test_a_token_without_scopes_is_told_which(serve: Serve, connect: Connect) -> None:
    server = serve()
    server.portal.tokens["pat-poor"] = Token(app_id="1", scopes=frozenset({"crm.objects.deals.read"}))
    account = connect(server, token="pat-poor")
    with pytest.raises(MissingScope) as caught:
        await everything(account, "contacts")
    assert "crm.objects.contacts.read" in (caught.value.hint or "")
    assert await everything(account, "deals")


async def test_what_is_to_be_written_overtakes_a_reading_that_saturates_the_pace(serve: Serve) -> None:
    server = serve(limits=Limits(burst=20, window=1.0))
    account = open_hubspot(token=TOKEN, base_url=server.base_url, tier=None)
    await account.source.account()
    done: list[str] = []

    async def read(name: str) -> None:
        await account.source.by_id("contacts", ["1"], properties=())
        done.append(name)

    reading = asyncio.gather(*(read("read") for _ in range(40)))
    await asyncio.sleep(0.5)
    await account.destination.read("contacts", ["1"], properties=())
    done.append("held")
    await account.destination.write("contacts", [RecordWrite(id="1", values={"jobtitle": "CFO"})])
    done.append("written")
    await reading
    await account.close()
    assert done.index("written") < 30, "two turns and what was under way, not the end of the queue"
    assert server.server.budgets.refused == {}


async def test_at_full_speed_there_is_no_429_in_either_bucket(serve: Serve, connect: Connect) -> None:
    """HubSpot's limits, ten seconds scaled to one. Virtual time holds the rate exactly; this is wall-clock time."""
    server = serve(limits=Limits(burst=19, window=1.0, associations=15))
    account = open_hubspot(token=TOKEN, base_url=server.base_url, tier=None)
    await account.source.account()
    seconds = 4.0
    started = time.monotonic()

    async def list_on() -> int:
        calls = 0
        while time.monotonic() - started < seconds:
            async for _ in account.source.pages("contacts", properties=["email"]):
                calls += 1
        return calls

    async def search_on() -> int:
        calls = 0
        while time.monotonic() - started < seconds:
            async for _ in account.source.changes("notes", since=Millis(0), until=Millis(1), properties=[]):
                pass
            calls += 1
        return calls

    *listed, searched = await asyncio.gather(*(list_on() for _ in range(4)), search_on())
    taken = time.monotonic() - started
    await account.close()
    assert account.source.usage.limited == 0
    assert server.server.budgets.refused == {}
    assert searched / taken >= 0.9 * 4, "one search a second is left to other apps"
    assert (sum(listed) + searched) / taken >= 0.8 * 19


async def test_a_task_is_created_with_its_links_found_by_its_marker_and_archived(
    serve: Serve, connect: Connect
) -> None:
    account = connect(serve())
    contact = (await everything(account, "contacts"))[0].id
    near = Anchor(stream="contacts", id=contact)
    values = {"hs_timestamp": "2026-11-21T09:00:00Z", "hs_task_subject": "A", "hs_task_body": "B<br>[syncer k.1]"}
    wanted = {"property_name": "hs_task_body", "marker": "[syncer k.1]"}
    assert await account.destination.find("tasks", near, **wanted) is None
    created = await account.destination.create("tasks", NewRecord(values=values, anchors=(near,)))
    assert await account.destination.find("tasks", near, **wanted) == created
    await account.destination.archive("tasks", [created, "999999999"])
    assert await account.destination.find("tasks", near, **wanted) is None
