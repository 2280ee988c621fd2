"""Reading lists, records by id, history, associations and campaigns in HubSpot's shapes."""

import json
from collections.abc import Callable

import httpx
import pytest
import respx

from connectors.hubspot import HubSpot, open_hubspot
from connectors.values import HistoryItem, LinkRow, SourceRecord
from syncer.errors import BadAnswer, ConfigError, CursorExpired, MissingScope, Unavailable
from syncer.moments import Millis

LIST = "/crm/objects/2026-09/contacts"
READ = "/crm/objects/2026-09/contacts/batch/read"
LINKS = "/crm/associations/2026-09/contacts/companies/batch/read"
Answer = dict[str, object]


def inputs(request: httpx.Request) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(request.content)["inputs"]
    return found


def present(request: httpx.Request) -> httpx.Response:
    results = [{"id": one["id"], "properties": {"email": f"{one['id']}@x.example"}} for one in inputs(request)]
    return httpx.Response(200, json={"results": list(reversed(results))})


def listing(count: int, size: int = 100) -> Callable[[httpx.Request], httpx.Response]:
    """Serve a list whose cursor is the first id of the next page."""

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("after", 1))
        ids = range(start, min(start + size, count + 1))
        body: Answer = {"results": [{"id": str(one), "properties": {"email": None}} for one in ids]}
        if start + size <= count:
            body["paging"] = {"next": {"after": str(start + size), "link": "https://elsewhere.test"}}
        return httpx.Response(200, json=body)

    return answer


async def test_a_full_list_costs_one_call_a_hundred_records(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.get(LIST).mock(side_effect=listing(250))
    pages = [page async for page in account.source.pages("contacts", properties=["email", "firstname"])]
    assert [len(page.records) for page in pages] == [100, 100, 50]
    assert [page.cursor for page in pages] == ["101", "201", None]
    assert route.calls[0].request.url.params["properties"] == "email,firstname"
    assert b"properties=email,firstname" in route.calls[0].request.url.query
    assert route.calls[0].request.url.params["limit"] == "100"
    assert "archived" not in route.calls[0].request.url.params
    assert account.source.usage.calls == {"contacts": 3}


async def test_every_cursor_resumes_where_its_page_ended(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(LIST).mock(side_effect=listing(250))
    first, *_ = [page async for page in account.source.pages("contacts", properties=[])]
    rest = [page async for page in account.source.pages("contacts", properties=[], after=first.cursor)]
    assert [record.id for page in rest for record in page.records] == [str(one) for one in range(101, 251)]


async def test_a_record_that_a_list_repeats_within_a_page_or_from_one_to_the_next_comes_once(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("after", 1))
        ids = [*range(start, min(start + 100, 231)), start + 1]
        paging = {"next": {"after": str(start + 99)}} if start + 99 < 230 else None
        return httpx.Response(
            200, json={"results": [{"id": str(one), "properties": {}} for one in ids], "paging": paging}
        )

    crm.get(LIST).mock(side_effect=answer)
    for in_order in (True, False):
        pages = account.source.pages("contacts", properties=[], in_order=in_order)
        found = [record.id async for page in pages for record in page.records]
        assert sorted(found, key=int) == [str(one) for one in range(1, 231)]


async def test_archived_records_are_asked_for_and_marked(crm: respx.MockRouter, account: HubSpot) -> None:
    record = {"id": "1", "properties": {}, "archived": True, "archivedAt": "2026-01-02T00:00:00Z"}
    route = crm.get(LIST).respond(200, json={"results": [record]})
    [page] = [page async for page in account.source.pages("contacts", properties=[], archived=True)]
    assert route.calls[0].request.url.params["archived"] == "true"
    assert page.records[0].archived
    assert page.records[0].archived_at == "2026-01-02T00:00:00Z"


async def test_properties_too_many_for_an_address_are_read_by_id(crm: respx.MockRouter, account: HubSpot) -> None:
    names = [f"a_rather_long_property_name_{number}" for number in range(300)]
    lists = crm.get(LIST).mock(side_effect=listing(150))
    reads = crm.post(READ).mock(side_effect=present)
    pages = [page async for page in account.source.pages("contacts", properties=names)]
    assert lists.calls[0].request.url.params["properties"] == "hs_object_id"
    assert max(len(str(call.request.url)) for call in lists.calls) < 6000
    assert [len(inputs(call.request)) for call in reads.calls] == [100, 50]
    assert pages[0].cursor == "101"
    assert pages[0].records[0].properties["email"]


async def test_a_cursor_that_hubspot_no_longer_takes_asks_for_a_backfill(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    crm.get(LIST).respond(400, json={"category": "VALIDATION_ERROR", "message": "bad after"})
    with pytest.raises(CursorExpired):
        [page async for page in account.source.pages("contacts", properties=[], after="old")]
    with pytest.raises(BadAnswer):
        [page async for page in account.source.pages("contacts", properties=[])]


@pytest.mark.parametrize("paging", [None, {}, {"next": None}, {"next": {}}, {"next": {"after": ""}}])
async def test_a_page_without_a_next_cursor_is_the_last(
    crm: respx.MockRouter, account: HubSpot, paging: Answer | None
) -> None:
    crm.get(LIST).respond(200, json={"results": [{"id": "1", "properties": {}}], "paging": paging})
    (page,) = [page async for page in account.source.pages("contacts", properties=[])]
    assert page.cursor is None


async def test_a_list_that_goes_in_a_circle_is_an_error(crm: respx.MockRouter, account: HubSpot) -> None:
    circle = {"results": [], "paging": {"next": {"after": "5"}}}
    crm.get(LIST).respond(200, json=circle)
    with pytest.raises(BadAnswer):
        [page async for page in account.source.pages("contacts", properties=[])]


async def test_records_by_id_come_in_hundreds_without_those_that_are_gone(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = [one["id"] for one in inputs(request)]
        body: Answer = {"results": [{"id": one, "properties": {}} for one in ids if one != "7"]}
        body["errors"] = [{"category": "OBJECT_NOT_FOUND", "context": {"ids": ["7"]}}] if "7" in ids else []
        return httpx.Response(207, json=body)

    route = crm.post(READ).mock(side_effect=answer)
    ids = [str(one) for one in range(1, 151)]
    found = await account.source.by_id("contacts", [*ids, "1"], properties=["email"])
    assert sorted(record.id for record in found) == sorted(set(ids) - {"7"})
    assert route.call_count == 2


@pytest.mark.parametrize("stream", ["leads", "quotes", "feedback_submissions", "communications"])
async def test_a_record_that_is_gone_is_no_missing_feature(
    crm: respx.MockRouter, account: HubSpot, stream: str
) -> None:
    error = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["7"]}}
    route = crm.post(READ.replace("contacts", stream)).respond(207, json={"results": [], "errors": [error]})
    assert await account.source.by_id(stream, ["7"], properties=[]) == []
    assert route.call_count == 1


async def test_a_merged_record_carries_the_id_that_was_asked_for(crm: respx.MockRouter, account: HubSpot) -> None:
    survivor = {"id": "9", "properties": {"hs_merged_object_ids": "1;2"}}
    route = crm.post(READ).respond(200, json={"results": [{"id": "3", "properties": {}}, survivor]})
    found = await account.source.by_id("contacts", ["1", "2", "3"], properties=["email"])
    assert {(record.asked_id, record.id) for record in found} == {(None, "3"), ("1", "9"), ("2", "9")}
    assert "hs_merged_object_ids" in json.loads(route.calls[0].request.content)["properties"]


async def test_a_survivor_that_hides_its_past_is_found_by_asking_alone(crm: respx.MockRouter, account: HubSpot) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = [one["id"] for one in inputs(request)]
        heirs = {"1": "8", "2": "9"}
        return httpx.Response(200, json={"results": [{"id": heirs[one], "properties": {}} for one in reversed(ids)]})

    crm.post(READ).mock(side_effect=answer)
    found = await account.source.by_id("contacts", ["1", "2"], properties=[])
    assert {(record.asked_id, record.id) for record in found} == {("1", "8"), ("2", "9")}


async def test_trouble_with_one_item_of_a_read_is_no_absence(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.post(READ).respond(207, json={"results": [], "errors": [{"category": "INTERNAL_ERROR"}]})
    with pytest.raises(Unavailable):
        await account.source.by_id("contacts", ["1"], properties=[])


async def test_history_is_read_in_fifties_with_moments_of_either_form(crm: respx.MockRouter, account: HubSpot) -> None:
    versions = [
        {"value": "lead", "timestamp": "2026-01-02T03:04:05.678Z", "sourceType": "CRM_UI", "sourceId": "userId:7"},
        {"value": None, "timestamp": 1_700_000_000_000, "sourceType": "IMPORT"},
        {"value": "x", "timestamp": "never"},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["propertiesWithHistory"] == ["lifecyclestage"]
        history = {"lifecyclestage": versions}
        results = [{"id": one["id"], "properties": {}, "propertiesWithHistory": history} for one in body["inputs"]]
        return httpx.Response(200, json={"results": results})

    route = crm.post(READ).mock(side_effect=answer)
    ids = [str(one) for one in range(1, 102)]
    found = await account.source.history("contacts", ids, properties=["lifecyclestage"])
    assert [len(inputs(call.request)) for call in route.calls] == [50, 50, 1]
    assert len(found) == 101
    assert found[0].history["lifecyclestage"] == (
        HistoryItem(value="lead", at=Millis(1_767_323_045_678), source_type="CRM_UI", source_id="userId:7"),
        HistoryItem(value=None, at=Millis(1_700_000_000_000), source_type="IMPORT", source_id=None),
    )


def target(to_id: object, *types: tuple[int, str | None, str]) -> Answer:
    kinds = [{"typeId": number, "label": label, "category": category} for number, label, category in types]
    return {"toObjectId": to_id, "associationTypes": kinds}


async def test_links_in_all_their_shapes(crm: respx.MockRouter, account: HubSpot) -> None:
    own, users = "HUBSPOT_DEFINED", "USER_DEFINED"
    answer = {
        "results": [
            {
                "from": {"id": "1"},
                "to": [target(7, (1, "Primary", own), (279, None, own)), target("8", (279, None, own))],
            },
            {
                "from": {"id": "2"},
                "to": [target(7, (279, None, own), (1, "Decision maker", users), (12, "Payer", users))],
            },
        ],
        "errors": [
            {
                "category": "OBJECT_NOT_FOUND",
                "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                "context": {"fromObjectId": ["3"]},
            }
        ],
        "numErrors": 1,
    }
    crm.post(LINKS).respond(207, json=answer)
    links = await account.source.links("contacts", "companies", ["1", "2", "3"])
    assert links == {
        "1": [
            LinkRow(from_id="1", to_id="7", label=None, is_primary=True),
            LinkRow(from_id="1", to_id="8", label=None, is_primary=False),
        ],
        "2": [
            LinkRow(from_id="2", to_id="7", label="Decision maker", is_primary=False),
            LinkRow(from_id="2", to_id="7", label="Payer", is_primary=False),
        ],
        "3": [],
    }


@pytest.mark.parametrize(
    ("type_id", "label"),
    [("37", "Champion"), (37, "Champion \\ud83d"), (37, "Cham\\u0000pion")],
    ids=["text", "cut", "nul"],
)
async def test_an_odd_label_among_records_without_links_spoils_no_page(
    crm: respx.MockRouter, account: HubSpot, type_id: str | int, label: str
) -> None:
    none = {"category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
    answer = {
        "results": [
            {"from": {"id": "1"}, "to": [{"toObjectId": 7, "associationTypes": [{"typeId": type_id, "label": "L"}]}]}
        ],
        "errors": [{**none, "context": {"fromObjectId": ["2"]}}],
    }
    crm.post(LINKS).respond(207, text=json.dumps(answer).replace('"L"', f'"{label}"'))
    links = await account.source.links("contacts", "companies", ["1", "2"])
    assert [row.to_id for row in links["1"]] == ["7"]
    assert links["2"] == []


async def test_links_are_read_a_thousand_at_a_time_and_each_to_its_end(crm: respx.MockRouter, account: HubSpot) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        results = []
        for one in inputs(request):
            after = one.get("after")
            result: Answer = {"from": {"id": one["id"]}, "to": [target(after or "first")]}
            if one["id"] == "5" and after != "third":
                result["paging"] = {"next": {"after": "third" if after else "second"}}
            results.append(result)
        return httpx.Response(200, json={"results": results})

    route = crm.post(LINKS).mock(side_effect=answer)
    links = await account.source.links("contacts", "companies", [str(one) for one in range(1, 1002)])
    assert [len(inputs(call.request)) for call in route.calls] == [1000, 1, 1, 1]
    assert [row.to_id for row in links["5"]] == ["first", "second", "third"]
    assert len(links) == 1001


async def test_a_link_list_in_a_circle_is_an_error(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.post(LINKS).respond(
        200, json={"results": [{"from": {"id": "1"}, "to": [], "paging": {"next": {"after": "a"}}}]}
    )
    with pytest.raises(BadAnswer):
        await account.source.links("contacts", "companies", ["1"])


async def test_records_that_an_answer_passes_over_in_silence_are_asked_for_once_more(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    """Silence about 4 of 6 records would take their links away; 6 has none, and nothing says so."""

    def answer(request: httpx.Request) -> httpx.Response:
        linked = [one["id"] for one in inputs(request) if one["id"] != "6"]
        return httpx.Response(200, json={"results": [{"from": {"id": i}, "to": [target("7")]} for i in linked[:2]]})

    route = crm.post(LINKS).mock(side_effect=answer)
    links = await account.source.links("contacts", "companies", ["1", "2", "3", "4", "5", "6"])
    assert {ident: len(rows) for ident, rows in links.items()} == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 0}
    assert [len(inputs(call.request)) for call in route.calls] == [6, 4, 2, 1]


@pytest.mark.parametrize("answer", [{}, {"results": None}, {"results": [{"from": {"id": "1"}, "to": None}]}])
async def test_an_answer_without_any_word_on_links_is_no_sign_of_none(
    crm: respx.MockRouter, account: HubSpot, answer: Answer
) -> None:
    crm.post(LINKS).respond(200, json=answer)
    with pytest.raises(BadAnswer):
        await account.source.links("contacts", "companies", ["1"])


CAMPAIGNS = "/marketing/campaigns/2026-09"


def campaign(number: int, updated: str) -> Answer:
    return {"id": f"c{number}", "properties": {"hs_name": "x"}, "createdAt": updated, "updatedAt": updated}


async def test_campaign_cursors_are_not_encoded_twice(crm: respx.MockRouter, account: HubSpot) -> None:
    pages = [
        {"total": 2, "results": [campaign(1, "2026-05-05T00:00:00Z")], "paging": {"next": {"after": "Mg%3D%3D"}}},
        {"total": 2, "results": [campaign(2, "2026-05-04T00:00:00Z")]},
    ]
    route = crm.get(CAMPAIGNS).mock(side_effect=[httpx.Response(200, json=page) for page in pages])
    read = [page async for page in account.source.pages("campaigns", properties=["hs_name"])]
    assert [page.records[0].id for page in read] == ["c1", "c2"]
    assert b"after=Mg%3D%3D" in route.calls[1].request.url.query
    assert read[0].cursor == "Mg=="


async def test_campaigns_are_read_also_where_a_hundred_are_too_many_for_a_page(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "limit" in request.url.params:
            return httpx.Response(400, json={"category": "VALIDATION_ERROR", "message": "limit must be at most 50"})
        last = "after" in request.url.params
        found = campaign(2 if last else 1, "2026-05-05T00:00:00Z")
        return httpx.Response(200, json={"results": [found]} | ({} if last else {"paging": {"next": {"after": "2"}}}))

    route = crm.get(CAMPAIGNS).mock(side_effect=answer)
    read = [page async for page in account.source.pages("campaigns", properties=["hs_name"])]
    assert [page.records[0].id for page in read] == ["c1", "c2"]
    assert route.call_count == 3, "the size is refused once"


async def test_changed_campaigns_cost_one_call_when_nothing_is_new(crm: respx.MockRouter, account: HubSpot) -> None:
    old = [campaign(number, "2026-05-05T00:00:00Z") for number in range(100)]
    route = crm.get(CAMPAIGNS).respond(200, json={"results": old, "paging": {"next": {"after": "x"}}})
    window = {"since": Millis(1_780_000_000_000), "until": Millis(1_790_000_000_000)}
    assert [page async for page in account.source.changes("campaigns", **window, properties=[])] == []
    assert route.call_count == 1


async def test_changed_campaigns_are_those_of_the_window(crm: respx.MockRouter, account: HubSpot) -> None:
    found = [
        campaign(1, "2026-05-07T00:00:00Z"),
        campaign(2, "2026-05-06T00:00:00Z"),
        campaign(3, "2026-05-05T00:00:00Z"),
    ]
    crm.get(CAMPAIGNS).respond(200, json={"results": found})
    since, until = (Millis(1_777_939_200_000 + day * 86_400_000) for day in (1, 2))
    pages = [page async for page in account.source.changes("campaigns", since=since, until=until, properties=[])]
    assert [record.id for page in pages for record in page.records] == ["c2"]


async def test_an_account_without_campaigns_is_told_so(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(CAMPAIGNS).respond(404, text="<html>")
    with pytest.raises(MissingScope) as caught:
        [page async for page in account.source.pages("campaigns", properties=[])]
    assert "marketing.campaigns.read" in (caught.value.hint or "")
    assert "tier" in (caught.value.hint or "")


async def test_account_facts(crm: respx.MockRouter, account: HubSpot) -> None:
    body = {"portalId": 123, "accountType": "STANDARD", "timeZone": "Europe/Berlin", "companyCurrency": "EUR"}
    crm.get("/account-info/2026-09/details").respond(200, json=body)
    facts = await account.source.account()
    assert (facts.portal_id, facts.time_zone, facts.currency, facts.account_type) == (
        "123",
        "Europe/Berlin",
        "EUR",
        "STANDARD",
    )


async def test_campaign_properties_are_known_without_an_api(account: HubSpot) -> None:
    definitions = await account.source.definitions("campaigns")
    assert definitions["hs_spend_items_sum_amount"].type == "number"
    assert account.source.usage.calls == {}


@pytest.mark.parametrize(
    "wrong",
    [{"tier": "platinum"}, {"versions": {"object": "v3"}}, {"base_url": "http://api.hubapi.com"}],
)
def test_what_cannot_be_opened_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        open_hubspot(token="pat-secret", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("token", ["", "  ", "pat-ü", "pat- x", "pat-\nx"])
def test_what_is_no_token_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_hubspot(token=token)
    assert caught.value.problems[0].key == "HUBSPOT_ACCESS_TOKEN"
    assert "ü" not in str(caught.value)


async def test_a_pasted_line_break_after_the_token_does_no_harm(crm: respx.MockRouter) -> None:
    route = crm.get("/account-info/2026-09/details").respond(200, json={"portalId": 1})
    opened = open_hubspot(token="pat-secret\n", base_url="https://crm.test", tier="unlimited")
    await opened.source.account()
    assert route.calls[0].request.headers["authorization"] == "Bearer pat-secret"
    await opened.close()


async def test_all_streams_are_named(account: HubSpot) -> None:
    assert account.source.streams.objects[:3] == ("contacts", "companies", "deals")
    assert account.source.streams.events == ("form_submissions", "email_clicks", "page_views")


def test_a_record_without_history_has_none() -> None:
    assert SourceRecord(stream="contacts", id="1", properties={}).history == {}


async def test_archived_records_are_read_by_id(crm: respx.MockRouter, account: HubSpot) -> None:
    gone = {"id": "1", "properties": {}, "archived": True, "archivedAt": "2026-01-02T00:00:00Z"}
    route = crm.post(READ).respond(207, json={"results": [gone], "errors": []})
    [found] = await account.source.by_id("contacts", ["1"], properties=[], archived=True)
    assert route.calls[0].request.url.params["archived"] == "true"
    assert found.archived_at == "2026-01-02T00:00:00Z"


async def test_a_total_costs_one_call_and_campaigns_have_none(crm: respx.MockRouter, account: HubSpot) -> None:
    route = crm.post("/crm/objects/2026-09/contacts/search").respond(200, json={"results": [], "total": 1234})
    assert await account.source.total("contacts") == 1234
    assert json.loads(route.calls[0].request.content)["limit"] == 1
    assert await account.source.total("campaigns") is None
    assert account.source.usage.calls == {"contacts": 1}
