"""The feeds: newest first, cut at the moment asked for, and nothing personal beyond the address that joins."""

import httpx
import pytest
import respx

from connectors.hubspot import HubSpot
from connectors.values import SourceRecord
from syncer.errors import MissingScope
from syncer.moments import Millis

FORMS = "/marketing/v3/forms"
SUBMISSIONS = "/form-integrations/v1/submissions/forms/f1"
CLICKS = "/email/public/v1/events"
VIEWS = "/events/event-occurrences/2026-09"
NOW = 1_790_000_000_000


async def read(account: HubSpot, stream: str, since: int | None = None) -> list[SourceRecord]:
    pages = [page async for page in account.source.events(stream, since=None if since is None else Millis(since))]
    assert all(page.records for page in pages)
    return [record for page in pages for record in page.records]


def submission(number: int, *values: tuple[str, object]) -> dict[str, object]:
    return {
        "conversionId": f"s{number}",
        "submittedAt": NOW - number,
        "pageUrl": "https://www.example.com/demo",
        "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in values],
    }


async def test_submissions_keep_the_address_and_nothing_else_that_was_typed(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1", "name": "Demo"}]})
    one = submission(1, ("email", "a@x.example"), ("phone", "0170"), ("consent", True))
    crm.get(SUBMISSIONS).respond(200, json={"results": [one]})
    [record] = await read(account, "form_submissions")
    assert record.id == "s1"
    assert record.properties == {
        "submitted_at": str(NOW - 1),
        "form_id": "f1",
        "form_name": "Demo",
        "page_url": "https://www.example.com/demo",
        "email": "a@x.example",
    }


async def test_submissions_are_read_until_the_first_old_one(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1"}]})
    pages = [[submission(n) for n in (1, 2)], [submission(n) for n in (3, 4)], [submission(n) for n in (5, 6)]]
    answers = [
        httpx.Response(200, json={"results": page, "paging": {"next": {"after": str(number)}}})
        for number, page in enumerate(pages)
    ]
    route = crm.get(SUBMISSIONS).mock(side_effect=answers)
    assert [one.id for one in await read(account, "form_submissions", since=NOW - 3)] == ["s1", "s2", "s3"]
    assert route.call_count == 2
    assert route.calls[0].request.url.params["limit"] == "50"


async def test_submissions_without_an_id_get_one_that_is_their_own(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1"}]})
    bare = [{"submittedAt": NOW, "values": [{"name": "email", "value": who}]} for who in ("a@x", "b@x")]
    crm.get(SUBMISSIONS).respond(200, json={"results": bare})
    records = await read(account, "form_submissions")
    assert len({record.id for record in records}) == 2
    assert not any("@" in record.id for record in records)


@pytest.mark.parametrize("odd", [["a", "b"], {"x": 1}, None, 7, True])
async def test_what_else_was_typed_spoils_no_feed_whatever_it_is(
    crm: respx.MockRouter, account: HubSpot, odd: object
) -> None:
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1"}]})
    values = [{"name": "topics", "value": odd}, {"name": "email", "value": odd}, {"name": "email", "value": "a@x"}]
    crm.get(SUBMISSIONS).respond(200, json={"results": [{"submittedAt": NOW, "values": values}]})
    (record,) = await read(account, "form_submissions")
    assert record.properties["email"] == "a@x"


async def test_all_forms_are_walked(crm: respx.MockRouter, account: HubSpot) -> None:
    first = {"results": [{"id": "f1"}], "paging": {"next": {"after": "x"}}}
    pages = [first, {"results": [{"id": "f2"}]}, {"results": []}]
    route = crm.get(FORMS).mock(side_effect=[httpx.Response(200, json=page) for page in pages])
    crm.get(SUBMISSIONS).respond(200, json={"results": [submission(1)]})
    crm.get(SUBMISSIONS.replace("f1", "f2")).respond(200, json={"results": [submission(2)]})
    assert [one.properties["form_id"] for one in await read(account, "form_submissions")] == ["f1", "f2"]
    asked = [call.request.url.params for call in route.calls]
    assert [(one["formTypes"], one.get("archived")) for one in asked] == [("all", None), ("all", None), ("all", "true")]


@pytest.mark.parametrize(
    ("archived_at", "since", "read_again"),
    [
        ("2026-09-20T00:00:00Z", None, True),
        ("2026-09-20T00:00:00Z", NOW, False),
        ("2026-09-22T00:00:00Z", NOW, True),
        (None, NOW, True),
    ],
)
async def test_an_archived_form_is_read_while_it_may_have_been_filled_in(
    crm: respx.MockRouter, account: HubSpot, archived_at: str | None, since: int | None, read_again: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        archived = "archived" in request.url.params
        return httpx.Response(200, json={"results": [{"id": "f1", "archivedAt": archived_at}] if archived else []})

    crm.get(FORMS).mock(side_effect=answer)
    route = crm.get(SUBMISSIONS).respond(200, json={"results": [submission(0)]})
    assert len(await read(account, "form_submissions", since=since)) == int(read_again)
    assert route.called is read_again


async def test_a_list_that_ignores_the_archive_switch_is_not_read_twice(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1"}]})
    route = crm.get(SUBMISSIONS).respond(200, json={"results": [submission(1)]})
    assert len(await read(account, "form_submissions")) == 1
    assert route.call_count == 1


async def test_where_every_kind_of_form_cannot_be_asked_for_hubspots_own_choice_is_read(
    crm: respx.MockRouter, account: HubSpot
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "formTypes" in request.url.params:
            return httpx.Response(400, json={"category": "VALIDATION_ERROR", "message": "formTypes"})
        return httpx.Response(200, json={"results": [{"id": "f1"}]})

    crm.get(FORMS).mock(side_effect=answer)
    crm.get(SUBMISSIONS).respond(200, json={"results": [submission(1)]})
    assert [one.id for one in await read(account, "form_submissions")] == ["s1"]


async def test_clicks_follow_the_offset_while_there_is_more(crm: respx.MockRouter, account: HubSpot) -> None:
    def event(number: int) -> dict[str, object]:
        return {
            "id": f"e{number}",
            "created": NOW,
            "recipient": "a@x.example",
            "emailCampaignId": 7,
            "url": "https://u",
        }

    pages = [
        {"events": [event(1)], "hasMore": True, "offset": "o1"},
        {"events": [event(2)], "hasMore": False, "offset": "o2"},
    ]
    route = crm.get(CLICKS).mock(side_effect=[httpx.Response(200, json=page) for page in pages])
    records = await read(account, "email_clicks", since=NOW)
    assert [record.id for record in records] == ["e1", "e2"]
    assert records[0].properties == {
        "created": str(NOW),
        "recipient": "a@x.example",
        "email_campaign_id": "7",
        "email_name": None,
        "url": "https://u",
    }
    params = route.calls[1].request.url.params
    assert (params["eventType"], params["startTimestamp"], params["offset"]) == ("CLICK", str(NOW), "o1")


async def test_clicks_older_than_asked_for_are_left_out(crm: respx.MockRouter, account: HubSpot) -> None:
    events = [{"id": "new", "created": NOW}, {"id": "old", "created": NOW - 1}]
    crm.get(CLICKS).respond(200, json={"events": events})
    assert [one.id for one in await read(account, "email_clicks", since=NOW)] == ["new"]


@pytest.mark.parametrize(
    ("properties", "url", "path"),
    [
        ({"hs_url": "https://w.example/a?b=1", "hs_url_path": "/given"}, "https://w.example/a?b=1", "/given"),
        ({"hs_url": "", "hs_canonical_url": "https://w.example/pricing#x"}, "https://w.example/pricing#x", "/pricing"),
        ({}, None, None),
    ],
)
async def test_page_views_take_the_first_address_that_is_filled(
    crm: respx.MockRouter, account: HubSpot, properties: dict[str, str], url: str | None, path: str | None
) -> None:
    view = {"id": "v1", "objectId": "9", "occurredAt": "2026-05-11T23:47:17.075Z", "properties": properties}
    route = crm.get(VIEWS).respond(200, json={"results": [view]})
    [record] = await read(account, "page_views", since=NOW)
    assert (record.properties["url"], record.properties["path"]) == (url, path)
    assert record.properties["contact_id"] == "9"
    assert record.properties["occurred_at"] == "2026-05-11T23:47:17.075Z"
    params = route.calls[0].request.url.params
    assert (params["eventType"], params["occurredAfter"]) == ("e_visited_page", "2026-09-21T14:13:20.000Z")


async def test_a_form_deleted_since_it_was_listed_is_passed_over(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1"}, {"id": "f2"}]})
    crm.get(SUBMISSIONS).respond(404, json={"category": "OBJECT_NOT_FOUND"})
    crm.get(SUBMISSIONS.replace("f1", "f2")).respond(200, json={"results": [submission(2)]})
    assert [one.id for one in await read(account, "form_submissions")] == ["s2"]


@pytest.mark.parametrize(
    "ended",
    [
        httpx.Response(404, json={"status": "error", "message": "resource not found"}),
        httpx.Response(404, text="<html>"),
        httpx.Response(410, text="<html>"),
    ],
    ids=["said", "page", "gone"],
)
async def test_submissions_that_are_refused_of_every_form_are_no_empty_feed(
    crm: respx.MockRouter, account: HubSpot, ended: httpx.Response
) -> None:
    """HubSpot has ended them: what stands in for the feed must go on doing so."""
    crm.get(FORMS).respond(200, json={"results": [{"id": "f1"}, {"id": "f2"}]})
    crm.get(path__startswith=SUBMISSIONS.replace("f1", "")).mock(return_value=ended)
    with pytest.raises(MissingScope):
        await read(account, "form_submissions")


async def test_archived_forms_without_submissions_are_passed_over(crm: respx.MockRouter, account: HubSpot) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"results": [{"id": "f1"}] if "archived" in request.url.params else []})

    crm.get(FORMS).mock(side_effect=answer)
    crm.get(SUBMISSIONS).respond(404, json={"category": "OBJECT_NOT_FOUND"})
    assert await read(account, "form_submissions") == []


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    ("stream", "where"),
    [
        ("form_submissions", (FORMS, "forms")),
        ("email_clicks", (CLICKS, "content")),
        ("page_views", (VIEWS, "Enterprise")),
    ],
)
async def test_a_feed_that_the_account_lacks_names_what_is_missing(
    crm: respx.MockRouter, account: HubSpot, stream: str, where: tuple[str, str], status: int
) -> None:
    path, scope = where
    crm.get(path).respond(status, json={"status": "error", "message": "no"})
    with pytest.raises(MissingScope) as caught:
        await read(account, stream)
    assert scope in (caught.value.hint or "")
    assert caught.value.stream == stream
