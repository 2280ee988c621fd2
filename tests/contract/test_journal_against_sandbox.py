"""The journal client against the sandbox over HTTP: tokens of the app, subscriptions, files, and what is refused."""

import asyncio

import httpx
import pytest

from connectors.hubspot.journal import READ_SCOPE, Journal
from connectors.hubspot.journal_subscriptions import SCOPES, JournalSubscriptions, journal_subscriptions
from connectors.hubspot.subscriptions import subscriptions
from connectors.hubspot.tokens import AppTokens, TokenEndpoint
from connectors.hubspot.versions import versions_with
from connectors.sandbox.journal import JournalHabits
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.limits import Limits
from connectors.sandbox.merging import erase
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal, system_clock
from connectors.tokens import FixedToken
from syncer.errors import CursorExpired, MissingScope
from syncer.hints import Deed

PROPERTIES = {"contacts": ["email", "jobtitle"], "companies": ["domain"], "deals": ["amount"]}
WANTED = journal_subscriptions(subscriptions(PROPERTIES))


@pytest.fixture(params=["2026-03", "2026-09", "v4"])
def versions(request):
    return versions_with({"journal": request.param})


@pytest.fixture
def crm():
    with running(Portal(habits=Habits(index_lag=0, journal=JournalHabits(events_a_file=2)))) as server:
        yield server


def tokens_of(crm, *scopes: str) -> AppTokens:
    post = TokenEndpoint(base_url=crm.base_url, path="/oauth/2026-09/token")
    return AppTokens(client_id="app-1", client_secret="s", scopes=scopes, post=post, clock=system_clock)


async def subscribe(crm, versions, wanted=WANTED, tokens=None) -> int:
    held = tokens or tokens_of(crm, *SCOPES)
    client = JournalSubscriptions(base_url=crm.base_url, tokens=held, versions=versions)
    try:
        return await client.subscribe(wanted, str(crm.portal.account.portal_id))
    finally:
        await client.close()


@pytest.fixture
async def journal(crm, versions):
    client = Journal(base_url=crm.base_url, tokens=tokens_of(crm, READ_SCOPE), versions=versions)
    yield client
    await client.close()


def contact(crm, **properties: str) -> str:
    path, headers = f"{crm.base_url}/crm/v3/objects/contacts", {"Authorization": "Bearer pat-1"}
    answer = httpx.post(path, json={"properties": properties}, headers=headers)
    assert answer.status_code == 201
    return answer.json()["id"]


async def test_subscriptions_are_made_once_and_a_property_that_is_new_is_made_up_for(crm, versions):
    assert await subscribe(crm, versions) == len(WANTED)
    assert await subscribe(crm, versions) == 0
    held = crm.portal.journal.subscriptions("app-1")
    assert {(one["subscriptionType"], one["objectTypeId"]) for one in held} == {
        *(("OBJECT", kind) for kind in ("0-1", "0-2", "0-3")),
        *(("ASSOCIATION", kind) for kind in ("0-1", "0-3")),
        ("GDPR_PRIVACY_DELETION", "0-1"),
    }
    more = journal_subscriptions(subscriptions({**PROPERTIES, "deals": ["amount", "dealstage"]}))
    assert await subscribe(crm, versions, more) == 1
    assert crm.portal.journal.subscriptions("app-1")[-1]["properties"] == ["amount", "dealstage"]


async def test_files_follow_each_other_in_order_and_the_last_is_followed_by_nothing(crm, versions, journal):
    assert await journal.read(None) is None
    await subscribe(crm, versions)
    ids = [contact(crm, email=f"{name}@firma.example", phone="1") for name in "abc"]
    offset, first = await journal.read(None)
    told = [*first.batch.hints[str(crm.portal.account.portal_id)]]
    while (found := await journal.read(offset)) is not None:
        offset, file = found
        told += file.batch.hints[str(crm.portal.account.portal_id)]
        assert file.until <= system_clock()
    assert [(one.record_id, one.deed) for one in told] == [
        (id_, deed) for id_ in ids for deed in (Deed.CREATED, Deed.CHANGED)
    ]
    assert await journal.read(offset) is None


async def test_what_was_not_asked_for_is_not_told(crm, versions, journal):
    await subscribe(crm, versions, [one for one in WANTED if one.kind == "OBJECT"])
    id_ = contact(crm, email="a@firma.example")
    offset, _ = await journal.read(None)
    crm.portal.edit_as_user("contacts", id_, {"phone": "1"})
    erase(crm.portal, BY_NAME["contacts"], crm.portal.tables["contacts"].rows[id_])
    assert await journal.read(offset) is None


async def test_an_offset_that_nobody_gave_out_is_refused(crm, versions, journal):
    await subscribe(crm, versions)
    with pytest.raises(CursorExpired):
        await journal.read("3c90c3cc-0d44-4b50-8888-8dd25736052a")


async def test_a_token_of_a_portal_or_without_the_scope_reads_no_journal(crm, versions):
    for tokens in (FixedToken("pat-1"), tokens_of(crm, *SCOPES)):
        client = Journal(base_url=crm.base_url, tokens=tokens, versions=versions)
        with pytest.raises(MissingScope):
            await client.read(None)
        await client.close()
    with pytest.raises(MissingScope):
        await subscribe(crm, versions, tokens=tokens_of(crm, READ_SCOPE))


def test_an_apps_own_token_reads_no_records(crm):
    token = asyncio.run(tokens_of(crm, READ_SCOPE).fresh())
    answer = httpx.get(f"{crm.base_url}/crm/v3/objects/contacts", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


async def test_scopes_that_the_app_may_not_name_are_left_out(crm, versions):
    crm.portal.oauth.withheld.add("crm.objects.deals.read")
    assert await subscribe(crm, versions, tokens=tokens_of(crm, *SCOPES, "crm.objects.deals.read")) == len(WANTED)


async def test_reading_the_journal_counts_against_no_limit(versions):
    portal = Portal(habits=Habits(index_lag=0))
    with running(portal, limits=Limits(burst=1, daily=1)) as crm:
        client = Journal(base_url=crm.base_url, tokens=tokens_of(crm, READ_SCOPE), versions=versions)
        assert [await client.read(None) for _ in range(5)] == [None] * 5
        await client.close()


def test_an_address_leads_to_its_file_for_minutes_and_then_nowhere(crm):
    asyncio.run(subscribe(crm, versions_with(None)))
    contact(crm, email="a@firma.example")
    offset = crm.portal.journal.earliest("app-1")
    key, _ = crm.portal.journal.address("app-1", offset)
    address = f"{crm.base_url}/journal-files/{key}"
    assert httpx.get(address).json()["offset"] == offset
    crm.portal.journal._clock = lambda: system_clock() + crm.portal.journal.habits.address_life
    late = httpx.get(address)
    assert (late.status_code, "expired" in late.text) == (403, True)
