"""A server of canned HubSpot pages: costs next to nothing, so a benchmark measures its client.

Run as `python -m bench.portal_server PORT CONTACTS`. Contacts only; every page is made from one template.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
import uvicorn

Scope = Mapping[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

_PAGE = 100
_JSON = [(b"content-type", b"application/json;charset=utf-8")]
_HEADERS = [*_JSON, (b"x-hubspot-ratelimit-max", b"100000"), (b"x-hubspot-ratelimit-interval-milliseconds", b"10000")]
_PROPERTIES = {
    "email": "person{i}@firma{c}.example",
    "firstname": "Vorname",
    "lastname": "Nachname{i}",
    "jobtitle": "Leiterin Einkauf",
    "hs_seniority": "head",
    "department": "procurement",
    "lifecyclestage": "lead",
    "hs_lead_status": None,
    "hubspot_owner_id": "11",
    "hs_analytics_source": "PAID_SEARCH",
    "hs_analytics_source_data_1": "herbst",
    "country": "Deutschland",
    "hs_email_optout": "false",
    "createdate": "2026-03-01T08:00:00.000Z",
    "lastmodifieddate": "2026-10-01T08:00:00.000Z",
    "hs_lifecyclestage_lead_date": "2026-03-02T08:00:00.000Z",
    "hs_object_id": "{i}",
}


def _record(number: int) -> dict[str, object]:
    properties = {name: value.format(i=number, c=number // 7) if value else None for name, value in _PROPERTIES.items()}
    return {
        "id": str(number),
        "properties": properties,
        "createdAt": "2026-03-01T08:00:00.000Z",
        "updatedAt": "2026-10-01T08:00:00.000Z",
        "archived": False,
    }


def contacts_page(after: int, total: int) -> bytes:
    """Return the page that starts at record `after`."""
    end = min(after + _PAGE, total)
    body: dict[str, object] = {"results": [_record(1_000_000 + number) for number in range(after, end)]}
    if end < total:
        body["paging"] = {"next": {"after": str(end), "link": ""}}
    return orjson.dumps(body)


def property_list(names: list[str]) -> bytes:
    """Return definitions for `names`."""
    return orjson.dumps(
        {
            "results": [
                {
                    "name": name,
                    "label": name,
                    "type": "string",
                    "fieldType": "text",
                    "groupName": "contactinformation",
                    "options": [],
                }
                for name in names
            ]
        }
    )


class App:
    """The server: contacts, their associations (none), and the look-ups that a run begins with."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._pages: dict[int, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = b""
        while (message := await receive()).get("more_body") or message.get("body"):
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = self._answer(scope["method"], scope["path"], scope["query_string"].decode(), body)
        await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        if method == "GET" and "/objects/" in path and path.endswith("/contacts"):
            after = int(parse_qs(query).get("after", ["0"])[0])
            if after not in self._pages:
                self._pages[after] = contacts_page(after, self._total)
            return 200, self._pages[after]
        if path.endswith("/batch/read") and "associations" in path:
            return 207, _no_links(orjson.loads(body)["inputs"])
        if "/properties/" in path:
            return 200, property_list(list(_PROPERTIES))
        if "account-info" in path:
            return 200, b'{"portalId":1,"timeZone":"Europe/Berlin","companyCurrency":"EUR","accountType":"STANDARD"}'
        return 200, b'{"results":[],"total":0}'


def _no_links(inputs: list[dict[str, str]]) -> bytes:
    errors = [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": "none",
            "context": {"fromObjectId": [one["id"]]},
        }
        for one in inputs
    ]
    return orjson.dumps({"status": "COMPLETE", "results": [], "numErrors": len(errors), "errors": errors})


async def serve(port: int, total: int) -> None:
    """Serve until the process ends."""
    config = uvicorn.Config(App(total), host="127.0.0.1", port=port, log_level="error", lifespan="off")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
