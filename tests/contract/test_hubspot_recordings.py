"""What HubSpot really answered is understood: every recorded exchange of an endpoint that the connector uses."""

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.bodies import decoded
from connectors.facts import facts_of
from connectors.hubspot import HubSpot, open_hubspot, wire, wire_portal
from connectors.limits import Bucket
from connectors.patience import Patience
from connectors.statuses import Case, Effect, Errand, error_of, meaning_of
from connectors.values import LinkRow, RecordWrite
from syncer.errors import (
    BadAnswer,
    LimitScope,
    MissingScope,
    NotApplied,
    RateLimited,
    Rejected,
    SchemaChanged,
    SyncerError,
)
from syncer.moments import Millis

SHARED = Path(os.environ.get("SYNCER_SHARED_DATA", Path(__file__).parents[2] / "../shared/data"))
RECORDINGS = SHARED / "hubspot_recordings"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(
        not RECORDINGS.is_dir(), reason=f"RECORDED HUBSPOT TRAFFIC NOT TRIED: no {RECORDINGS}; set SYNCER_SHARED_DATA"
    ),
]
INTERACTIONS = ("grouparoo__grouparoo", "sensadrome__ruby_hubspot_api")


@dataclass(frozen=True)
class Exchange:
    path: str
    method: str
    status: int
    asked: Mapping[str, Any] | None
    answer: bytes


def exchanges(ending: str, *statuses: int) -> Iterator[Exchange]:
    for folder in INTERACTIONS:
        for line in (RECORDINGS / folder / "interactions.jsonl").read_text().splitlines():
            raw = json.loads(line)
            if "/crm/v3/" in raw["path"] and raw["path"].endswith(ending) and raw["status"] in statuses:
                yield Exchange(raw["path"], raw["method"], raw["status"], raw["request_body"], body_of(folder, raw))


def body_of(folder: str, raw: Mapping[str, Any]) -> bytes:
    if raw.get("response_body_file"):
        return recorded(f"{folder}/{raw['response_body_file']}")
    body = raw["response_body"]
    text: str = body if isinstance(body, str) else json.dumps(body)
    return text.encode()


def recorded(name: str) -> bytes:
    return (RECORDINGS / name).read_bytes()


class Replay:
    """Answers each call with the next body."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, body = self.answers.pop(0)
        return httpx.Response(status, content=body)


@pytest.fixture
def replay() -> Replay:
    return Replay()


@pytest.fixture
async def account(replay: Replay) -> AsyncIterator[HubSpot]:
    opened = open_hubspot(
        token="pat-x", tier="unlimited", transport=httpx.MockTransport(replay), patience=Patience(attempts=1)
    )
    yield opened
    await opened.close()


def test_every_recorded_search_page_is_read() -> None:
    found = list(exchanges("/search", 200))
    pages = [decoded(one.answer, shape=wire.RecordPage) for one in found]
    assert len(pages) > 600
    assert sum(len(page.results) for page in pages) > 500
    for one, page in zip(found, pages, strict=True):
        raw = json.loads(one.answer)
        assert [record.id for record in page.results] == [record["id"] for record in raw["results"]]
        assert page.next_cursor == raw.get("paging", {}).get("next", {}).get("after")


def test_every_recorded_429_of_a_search_is_a_search_limit() -> None:
    errand = Errand(stream="contacts", bucket=Bucket.SEARCH)
    found = list(exchanges("/search", 429))
    assert len(found) == 69
    for one in found:
        facts = facts_of(one.answer)
        error = error_of(Case(meaning=meaning_of(429, facts, errand), errand=errand, facts=facts, status=429))
        assert isinstance(error, RateLimited)
        assert error.scope is LimitScope.SEARCH
        assert facts.correlation_id


async def test_every_recorded_batch_update_settles_each_of_its_records(replay: Replay, account: HubSpot) -> None:
    count = 0
    for one in exchanges("/batch/update", 200):
        assert one.asked is not None
        replay.answers = [(one.status, one.answer)]
        writes = [RecordWrite(id=raw["id"], values=raw["properties"]) for raw in one.asked["inputs"]]
        results = await account.destination.write("contacts", writes)
        assert [(result.id, result.error) for result in results] == [(write.id, None) for write in writes]
        count += 1
    assert count > 10


@pytest.mark.parametrize(
    ("ending", "status", "error"),
    [("/1", 403, MissingScope), ("/properties/contacts", 403, MissingScope), ("/23828159705", 404, BadAnswer)],
)
def test_recorded_refusals(ending: str, status: int, error: type[SyncerError]) -> None:
    found = list(exchanges(ending, status))
    assert found
    for one in found:
        facts = facts_of(one.answer)
        errand = Errand(stream="contacts", scope="crm.objects.contacts.read")
        case = Case(meaning=meaning_of(status, facts, errand), errand=errand, facts=facts, status=status)
        assert type(error_of(case)) is error


def test_recorded_lists_are_read() -> None:
    for ending in ("/objects/contacts",):
        found = [one for one in exchanges(ending, 200) if one.method == "GET"]
        assert found
        for one in found:
            page = decoded(one.answer, shape=wire.RecordPage)
            assert [record.id for record in page.results] == [raw["id"] for raw in json.loads(one.answer)["results"]]


def test_recorded_properties_are_read() -> None:
    for body in (
        *(one.answer for one in exchanges("/properties/contacts", 200)),
        recorded("amp-labs__connectors/metadata-contacts-properties-sampled.json"),
        recorded("amp-labs__connectors/metadata-deals-properties-sampled.json"),
    ):
        assert decoded(body, shape=wire_portal.PropertyList).results


@pytest.mark.parametrize("kind", ["contacts", "deals"])
def test_recorded_pipelines_are_read(kind: str) -> None:
    body = recorded(f"amp-labs__connectors/metadata-{kind}-external-pipelines.json")
    stages = [stage for one in decoded(body, shape=wire_portal.PipelineList).results for stage in one.stages]
    assert stages
    assert all(stage.id for stage in stages)


async def test_recorded_links_are_read(replay: Replay, account: HubSpot) -> None:
    replay.answers = [(207, recorded("amp-labs__connectors/search__contacts__contacts-to-companies.json"))]
    links = await account.source.links("contacts", "companies", ["501", "103107104018"])
    assert links == {
        "501": [LinkRow(from_id="501", to_id="29022297485", label=None, is_primary=True)],
        "103107104018": [],
    }


async def test_a_recorded_partial_update(replay: Replay, account: HubSpot) -> None:
    replay.answers = [(207, recorded("amp-labs__connectors/batch__update__contacts__err-partial-success.json"))]
    writes = [RecordWrite(id=one, values={"firstname": "x"}) for one in ("171591000199", "unknownIdentifier888")]
    done, lost = await account.destination.write("contacts", writes)
    assert done.error is None
    assert lost.error is not None
    assert lost.error.record == "unknownIdentifier888"


async def test_recorded_unknown_properties(replay: Replay, account: HubSpot) -> None:
    body = recorded("amp-labs__connectors/batch__update__contacts__err-many-invalid-properties.json")
    replay.answers = [(400, body)]
    [result] = await account.destination.write("contacts", [RecordWrite(id="1", values={"first000name": "x"})])
    assert isinstance(result.error, SchemaChanged)
    assert "first000name" in result.error.message


async def test_a_recorded_duplicate_is_no_riddle(replay: Replay, account: HubSpot) -> None:
    body = recorded("amp-labs__connectors/batch__update__contacts__err-duplicate-ids.json")
    replay.answers = [(400, body)]
    [result] = await account.destination.write("contacts", [RecordWrite(id="123456", values={"a": "x"})])
    assert isinstance(result.error, Rejected)
    assert result.error.correlation_id


async def test_recorded_campaigns_are_walked(replay: Replay, account: HubSpot) -> None:
    names = ("read__campaigns__1-first-page.json", "read__campaigns__2-last-page.json")
    replay.answers = [(200, recorded(f"amp-labs__connectors/{name}")) for name in names]
    pages = [page async for page in account.source.pages("campaigns", properties=["hs_name"])]
    assert [len(page.records) for page in pages] == [2, 1]
    assert b"after=Mg%3D%3D" in replay.requests[1].url.query


async def test_recorded_page_views_are_read(replay: Replay, account: HubSpot) -> None:
    body = json.loads(recorded("amp-labs__connectors/read__events__e_visited_page.json"))
    body.pop("paging", None)
    replay.answers = [(200, json.dumps(body).encode())]
    pages = [page async for page in account.source.events("page_views", since=Millis(0))]
    records = [record for page in pages for record in page.records]
    assert len(records) == len(body["results"])
    assert all(record.properties["contact_id"] and record.properties["occurred_at"] for record in records)


async def test_recorded_forms_are_read(replay: Replay, account: HubSpot) -> None:
    forms = json.loads(recorded("amp-labs__connectors/read__marketing-forms.json"))["results"]
    replay.answers = [
        (200, json.dumps({"results": forms}).encode()),
        *((200, b'{"results": []}') for _ in (*forms, "archived ones")),
    ]
    assert [page async for page in account.source.events("form_submissions", since=None)] == []
    assert [request.url.path.rsplit("/", 1)[1] for request in replay.requests[1:-1]] == [form["id"] for form in forms]


async def test_the_recorded_account_is_read(replay: Replay, account: HubSpot) -> None:
    replay.answers = [(200, recorded("amp-labs__connectors/post-auth__account-info.json"))]
    facts = await account.source.account()
    assert (facts.portal_id, facts.time_zone, facts.currency) == ("12345678", "US/Eastern", "USD")


@pytest.mark.parametrize("name", ["contacts", "companies", "deals"])
def test_recorded_pages_of_2023_are_read(name: str) -> None:
    page = decoded(recorded(f"dlt-hub__verified-sources/mock_{name}_data.json"), shape=wire.RecordPage)
    assert page.results


async def test_recorded_history_is_read(replay: Replay, account: HubSpot) -> None:
    raw = json.loads(recorded("dlt-hub__verified-sources/mock_contacts_with_history.json"))
    replay.answers = [(200, json.dumps({"results": raw["results"]}).encode())]
    ids = [record["id"] for record in raw["results"]]
    found = await account.source.history("contacts", ids, properties=["email"])
    for record, source in zip(found, raw["results"], strict=True):
        for name, versions in source["propertiesWithHistory"].items():
            assert [item.value for item in record.history[name]] == [version["value"] for version in versions]
            assert all(item.at > 1_600_000_000_000 for item in record.history[name])


def snippets() -> Iterator[Mapping[str, Any]]:
    if RECORDINGS.is_dir():
        yield from json.loads(recorded("webhooks_and_snippets/error_bodies.json"))["items"]


def test_quoted_errors_become_errors_without_addresses() -> None:
    for one in snippets():
        if isinstance(one["status"], int) and one["status"] >= 400:
            facts = facts_of(json.dumps(one["body"]).encode())
            errand = Errand(stream="contacts", effect=Effect.REPEATABLE)
            meaning = meaning_of(one["status"], facts, errand)
            error = error_of(Case(meaning=meaning, errand=errand, facts=facts, status=one["status"]))
            assert "@" not in error.message
            assert str(facts.correlation_id) in error.message


async def test_the_quoted_success_that_did_nothing(replay: Replay, account: HubSpot) -> None:
    [silent] = [one["body"] for one in snippets() if one["when"] == "batch write silently did nothing"]
    replay.answers = [(200, json.dumps(silent).encode()), (200, b'{"results": [{"id": "1", "properties": {}}]}')]
    [result] = await account.destination.write("contacts", [RecordWrite(id="1", values={"a": "x"})])
    assert isinstance(result.error, NotApplied)
