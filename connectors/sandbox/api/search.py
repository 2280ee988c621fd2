"""The search endpoint: limits of what may be asked, pages, and the wall at ten thousand."""

from starlette.responses import Response

from connectors.sandbox.answers import invalid, reply
from connectors.sandbox.calls import Call
from connectors.sandbox.searching import search, understand
from connectors.sandbox.values import text
from connectors.sandbox.views import Record, show, wish

MAX_BODY = 3_000
MAX_PAGE = 200
WALL = 10_000


def search_records(call: Call) -> Response:
    """Answer a page of hits. The total counts what is true by now, the results what the index has seen."""
    kind = call.kind()
    if len(call.raw.decode(errors="replace")) > MAX_BODY:
        raise invalid(f"The search request body is longer than {MAX_BODY} characters.")
    body = call.body()
    limit, after = _count(body.get("limit"), "limit", 10), _count(body.get("after"), "after", 0)
    if not 0 < limit <= MAX_PAGE:
        raise invalid(f"limit must be between 1 and {MAX_PAGE}")
    if after + limit > WALL:
        raise invalid("The maximum number of results that can be paged through is 10,000.")
    hits, total = search(call.portal, kind, understand(call.portal, kind, body))
    asked = body.get("properties")
    wanted = wish(kind, [str(name) for name in asked] if isinstance(asked, list) else (), view=kind.search_view)
    shown = hits[after : after + limit]
    found: Record = {
        "total": total,
        "results": [show(call.portal, kind, row, wanted, properties=seen) for row, seen in shown],
    }
    if after + limit < len(hits):
        found["paging"] = {"next": {"after": str(after + limit)}}
    return reply(found)


def _count(raw: object, name: str, default: int) -> int:
    value = text(raw)
    if not value:
        return default
    if not value.isdigit():
        raise invalid(f"{name} is not a number")
    return int(value)
