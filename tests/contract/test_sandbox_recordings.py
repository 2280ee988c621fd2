"""What HubSpot really answered, and what the sandbox answers to the like request: same status, keys and types."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.sandbox.app import build_app
from connectors.sandbox.definitions import invented
from connectors.sandbox.faults import NONE, Fault, Faults, Trouble
from connectors.sandbox.kinds import find_kind
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.records import Token
from connectors.sandbox.state import Habits, Portal
from tests.contract.sandbox_cases import CASES, CONTACT, SECOND, SNIPPETS, Case
from tests.contract.sandbox_shapes import differences
from tests.unit.sandbox.rig import TOKEN, Crm

SHARED = Path(os.environ.get("SYNCER_SHARED_DATA") or Path(__file__).parents[2] / "../shared/data")
RECORDINGS = SHARED / "hubspot_recordings"
ABSENT = f"no recordings at {RECORDINGS.resolve()}: set SYNCER_SHARED_DATA to compare the sandbox with recorded traffic"

pytestmark = pytest.mark.shared_data

#: Differences that stay, by a part of their text, with the reason.
TOLERATED: Mapping[str, str] = {
    ".url: not recorded": "records carry their page's address since 2025; older recordings do not",
    ".paging: not recorded": "whether there is another page depends on how many records there are",
    ".paging: missing": "as above",
    ".assets.": "the assets of campaigns are not served",
    ".displayOptions.style: missing": "how a form looks is not served",
    ".startedAt: not recorded": "bodies quoted in other people's notes leave moments out",
    ".completedAt: not recorded": "as above",
}
#: Requests that are not replayed, by path, with the reason.
NOT_SERVED: Mapping[str, str] = {
    "/crm/v3/objects/users": "users are no part of a funnel",
    "/crm/v3/objects/2-": "custom objects are not served",
    "/crm/v3/schemas": "object schemas are not served",
    "/contacts/v1": "version 1 is not served",
    "/properties/v1": "version 1 is not served",
    "/crm-associations/v1": "version 1 is not served",
    "/integrations/v1": "version 1 is not served",
}


@dataclass(frozen=True, kw_only=True)
class Exchange:
    name: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, object] | None
    status: int
    headers: Mapping[str, str]
    answer: object

    @property
    def kind(self) -> str:
        found = find_kind(self.path.split("/")[4])
        assert found is not None, self.path
        return found.name


def exchanges(folder: str) -> Iterator[Exchange]:
    """Yield every exchange of a folder that the sandbox serves, one of each sort."""
    path = RECORDINGS / folder / "interactions.jsonl"
    seen: set[tuple[str, str, int]] = set()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        raw = json.loads(line)
        if not raw["path"].startswith("/crm/v3/") or any(raw["path"].startswith(path) for path in NOT_SERVED):
            continue
        sort = (raw["method"], re.sub(r"\d{3,}", "{id}", raw["path"]), raw["status"])
        if sort in seen:
            continue
        seen.add(sort)
        stored = raw.get("response_body_file")
        answer = json.loads((path.parent / stored).read_text(encoding="utf-8")) if stored else raw["response_body"]
        yield Exchange(
            name=f"{sort[0]} {sort[1]} {sort[2]}",
            method=raw["method"],
            path=raw["path"],
            query={name: value for name, value in raw["query"].items() if name != "hapikey"},
            body=raw["request_body"],
            status=raw["status"],
            headers=raw["response_headers"],
            answer=answer,
        )


REPLAYED = [*exchanges("sensadrome__ruby_hubspot_api"), *exchanges("grouparoo__grouparoo")]


def prepared(exchange: Exchange) -> Portal:
    """Return a portal that holds what the recorded request takes for granted."""
    portal = Portal(habits=Habits(index_lag=0))
    for name in _named_properties(exchange.body):
        if portal.schemas[exchange.kind].live(name) is None:
            portal.schemas[exchange.kind].add(invented(name, "own"))
    lines = list(_records(exchange))
    portal.load(lines)
    return portal


def _named_properties(body: Mapping[str, object] | None) -> set[str]:
    text = json.dumps(body or {})
    found = set(re.findall(r'"propertyName": "(\w+)"', text))
    for inner in re.findall(r'"properties": (\{[^}]*\}|\[[^\]]*\])', text):
        found |= set(json.loads(inner))
    return found


def _records(exchange: Exchange) -> Iterator[dict[str, object]]:
    answered = exchange.answer if isinstance(exchange.answer, Mapping) else {}
    results = answered.get("results", [answered] if "id" in answered else [])
    found: dict[str, dict[str, object]] = {}
    if exchange.status < 300 and not exchange.path.endswith("/create") and "properties" not in exchange.path:
        for record in (
            results if exchange.method != "POST" or "batch" in exchange.path or "search" in exchange.path else ()
        ):
            found[str(record["id"])] = {"createdAt": record["createdAt"], "properties": record["properties"]}
    inputs = (exchange.body or {}).get("inputs")
    for item in inputs if isinstance(inputs, list) and "create" not in exchange.path else ():
        found.setdefault(str(item["id"]), {"createdAt": "2022-01-01T00:00:00Z", "properties": {}})
    id_ = exchange.path.rpartition("/")[2]
    if id_.isdigit() and exchange.status < 300:
        found.setdefault(id_, {"createdAt": "2022-01-01T00:00:00Z", "properties": {"email": "a@b.example"}})
    if exchange.method == "GET" and exchange.path.count("/") == 4:
        found |= {"999999999999999": {"createdAt": "2022-01-01T00:00:00Z", "properties": {}}}
    for record_id, record in found.items():
        yield {"type": exchange.kind, "id": record_id, **record}


@contextmanager
def client_of(portal: Portal, *, faults: Faults = NONE, token: str | None = TOKEN) -> Iterator[Crm]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    client = Crm(build_app(portal, limits=UNLIMITED, faults=faults), headers)
    try:
        yield client
    finally:
        client.close()


def untolerated(recorded: object, ours: object) -> list[str]:
    return [text for text in differences(recorded, ours) if not any(part in text for part in TOLERATED)]


def property_names(answer: object) -> set[str]:
    """Return the names of the properties of the first record in an answer."""
    assert isinstance(answer, Mapping)
    record = answer["results"][0] if "results" in answer else answer
    return set(record["properties"])


@pytest.mark.skipif(not REPLAYED, reason=ABSENT)
@pytest.mark.parametrize("exchange", REPLAYED, ids=lambda exchange: exchange.name)
def test_replayed_request_is_answered_like_the_recorded_one(exchange: Exchange) -> None:
    limited = Faults(rules=[Fault(trouble=Trouble.SEARCH_LIMIT, times=1)])

    portal = prepared(exchange)
    if exchange.status == 403:
        portal.tokens[TOKEN] = Token(app_id="1", scopes=frozenset())

    with client_of(portal, faults=limited if exchange.status == 429 else NONE) as client:
        answer = client.request(exchange.method, exchange.path, params=exchange.query, json=exchange.body)

    assert answer.status_code == exchange.status
    if isinstance(exchange.answer, str):
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.text == exchange.answer
    elif exchange.answer is None:
        assert answer.content == b""
    else:
        assert answer.headers["content-type"] == exchange.headers["content-type"]
        assert untolerated(exchange.answer, answer.json()) == []
        if exchange.method == "GET" and "/objects/" in exchange.path and exchange.status == 200:
            assert property_names(answer.json()) == property_names(exchange.answer)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_answer_has_the_shape_of_the_recorded_body(case: Case) -> None:
    path = RECORDINGS / case.file
    if not path.exists():
        pytest.skip(ABSENT)
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(case.lines)
    method, address, body = case.call

    with client_of(portal) as client:
        answer = client.request(method, address, json=body)

    assert answer.status_code == case.status
    assert untolerated(json.loads(path.read_text(encoding="utf-8")), answer.json()) == []


@pytest.mark.parametrize("when", SNIPPETS)
def test_error_bodies_have_the_recorded_shape(when: str) -> None:
    path = RECORDINGS / "webhooks_and_snippets/error_bodies.json"
    if not path.exists():
        pytest.skip(ABSENT)
    items = json.loads(path.read_text(encoding="utf-8"))["items"]
    recorded = next(item for item in items if item["when"].startswith(when))
    portal = Portal(habits=Habits(index_lag=0))
    portal.load([CONTACT, SECOND])
    token = None if when == "missing credentials" else TOKEN
    method, address, body = SNIPPETS[when]

    with client_of(portal, token=token) as client:
        answer = client.request(method, address, json=body)

    assert answer.status_code == recorded["status"]
    assert untolerated(recorded["body"], answer.json()) == []
