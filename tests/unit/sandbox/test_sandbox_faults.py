"""Troubles to order."""

import httpx
import pytest

from connectors.sandbox.faults import Fate, Fault, Faults, Trouble
from connectors.sandbox.server import running
from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import Open

PATH = "/crm/v3/objects/contacts/1"
HEADERS = {"authorization": "Bearer pat-1"}


@pytest.fixture
def held(portal: Portal) -> Portal:
    portal.load([{"type": "contacts", "id": "1", "properties": {"firstname": "A"}, "createdAt": "2026-01-01"}])
    return portal


def name(portal: Portal) -> str:
    return portal.tables["contacts"].rows["1"].properties["firstname"]


def once(trouble: Trouble, **facts: object) -> Faults:
    return Faults(rules=[Fault(trouble=trouble, times=1, **facts)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Trouble.BURST_LIMIT, 429),
        (Trouble.SEARCH_LIMIT, 429),
        (Trouble.DAILY_LIMIT, 429),
        (Trouble.LOCKED, 423),
        (Trouble.MIGRATING, 477),
        (Trouble.STATUS, 502),
        (Trouble.HTML, 200),
        (Trouble.EMPTY, 200),
    ],
)
def test_troubles_before_the_work_change_nothing_and_pass(
    held: Portal, open_client: Open, trouble: Trouble, status: int
) -> None:
    crm = open_client(held, faults=once(trouble))
    body = {"properties": {"firstname": "B"}}

    answer = crm.patch(PATH, json=body)

    assert answer.status_code == status
    assert name(held) == "A"
    assert crm.patch(PATH, json=body).json()["properties"]["firstname"] == "B"
    if trouble is Trouble.MIGRATING:
        assert answer.headers["retry-after"] == "3600"


def test_a_status_after_the_work_hides_that_it_was_done(held: Portal, open_client: Open) -> None:
    crm = open_client(held, faults=once(Trouble.STATUS_AFTER, status=524))

    assert crm.patch(PATH, json={"properties": {"firstname": "B"}}).status_code == 524
    assert name(held) == "B"


def test_an_ignored_batch_write_answers_with_neither_results_nor_errors(held: Portal, open_client: Open) -> None:
    crm = open_client(held, faults=once(Trouble.IGNORED_WRITE))
    body = {"inputs": [{"id": "1", "properties": {"firstname": "B"}}]}

    answer = crm.post("/crm/v3/objects/contacts/batch/update", json=body)

    assert (answer.status_code, answer.json()) == (200, {"status": "COMPLETE", "results": []})
    assert name(held) == "A"


def test_a_cut_list_names_no_next_page(portal: Portal, open_client: Open) -> None:
    portal.load([{"type": "contacts", "id": str(one), "createdAt": "2026-01-01"} for one in (1, 2)])
    crm = open_client(portal, faults=once(Trouble.CUT_LIST))

    cut, whole = (crm.get("/crm/v3/objects/contacts?limit=1").json() for _ in range(2))

    assert [one["id"] for one in cut["results"]] == [one["id"] for one in whole["results"]] == ["1"]
    assert "paging" not in cut
    assert "paging" in whole


def test_a_stale_read_shows_what_was_before(held: Portal, open_client: Open) -> None:
    crm = open_client(held, faults=once(Trouble.STALE_READ, methods=frozenset({"GET"})))
    crm.patch(PATH, json={"properties": {"firstname": "B"}})

    seen = [crm.get(PATH).json()["properties"]["firstname"] for _ in range(2)]

    assert seen == ["A", "B"]


def test_faults_pick_their_calls() -> None:
    rule = Fault(trouble=Trouble.STATUS, times=1, skip=1, path="/search", methods=frozenset({"POST"}))
    fate = Fate(Faults(rules=[rule]))

    hits = [
        bool(fate.of(*call))
        for call in (
            ("POST", "/a/search"),
            ("GET", "/a/search"),
            ("POST", "/a"),
            ("POST", "/b/search"),
            ("POST", "/b/search"),
        )
    ]

    assert hits == [False, False, False, True, False]
    assert fate.dealt == {Trouble.STATUS: 1}


def test_chance_is_repeatable_and_about_as_likely_as_asked() -> None:
    def day(seed: int) -> list[bool]:
        fate = Fate(Faults(rules=[Fault(trouble=Trouble.STATUS, probability=0.3)], seed=seed))
        return [bool(fate.of("GET", "/")) for _ in range(1_000)]

    assert day(1) == day(1)
    assert day(1) != day(2)
    assert 250 < sum(day(1)) < 350


@pytest.mark.parametrize(
    ("trouble", "written"), [(Trouble.RESET_BEFORE, False), (Trouble.RESET_AFTER, True), (Trouble.TRUNCATED, True)]
)
def test_connections_break_before_or_after_the_work(held: Portal, trouble: Trouble, written: bool) -> None:
    with (
        running(held, faults=once(trouble, methods=frozenset({"PATCH"}))) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS) as client,
    ):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.patch(PATH, json={"properties": {"firstname": "B"}})
        assert client.get(PATH).json()["properties"]["firstname"] == ("B" if written else "A")


def test_a_slow_answer_is_late(held: Portal) -> None:
    with (
        running(held, faults=once(Trouble.LATENCY, seconds=0.3)) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, timeout=0.1) as client,
    ):
        with pytest.raises(httpx.ReadTimeout):
            client.get(PATH)
        assert client.get(PATH).status_code == 200
