"""Campaigns with their money."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import quote, unquote

from starlette.responses import Response

from connectors.sandbox.answers import Json, RefusalError, invalid, reply
from connectors.sandbox.api.batches import envelope, read_inputs
from connectors.sandbox.calls import Call
from connectors.sandbox.records import Campaign, Spend
from connectors.sandbox.values import text
from connectors.sandbox.views import Record
from syncer.moments import iso

MAX_PAGE = 100


def encoded(position: int) -> str:
    """Return a cursor as some families send it: encoded for an address already."""
    return quote(b64encode(str(position).encode()).decode())


def decoded(cursor: str | None) -> int:
    """Return the position of such a cursor; raises the 400 for one that was encoded again."""
    try:
        return int(b64decode(unquote(cursor), validate=True)) if cursor else 0
    except ValueError:
        raise invalid("after is not a cursor of this list") from None


def list_campaigns(call: Call) -> Response:
    """Answer a page of campaigns; properties come only when asked for."""
    limit = call.number("limit", default=50, top=MAX_PAGE)
    found = _sorted(call, list(call.portal.campaigns.values()))
    name = call.query("name")
    if name:
        found = [item for item in found if name.lower() in item.properties.get("hs_name", "").lower()]
    start = decoded(call.query("after"))
    asked = call.names("properties")
    body: Record = {"total": len(found), "results": [_shown(item, asked) for item in found[start : start + limit]]}
    if start + limit < len(found):
        body["paging"] = call.paging(encoded(start + limit))
    return reply(body)


def _sorted(call: Call, found: list[Campaign]) -> list[Campaign]:
    sort = call.query("sort") or "hs_name"
    name, descending = sort.lstrip("-"), sort.startswith("-")
    moments = {"createdAt": lambda item: item.created, "updatedAt": lambda item: item.updated}
    if name in moments:
        return sorted(found, key=moments[name], reverse=descending)
    return sorted(found, key=lambda item: (item.properties.get("hs_name", ""), item.id), reverse=descending)


def get_campaign(call: Call) -> Response:
    """Answer one campaign."""
    return reply(_shown(_found(call), call.names("properties")))


def read_many(call: Call) -> Response:
    """Answer campaigns by id."""
    asked = call.names("properties")
    results: list[Record] = []
    errors: list[Json] = []
    for item in read_inputs(call, top=MAX_PAGE):
        id_ = text(item.get("id")) or ""
        held = call.portal.campaigns.get(id_)
        if held is None:
            errors.append(_unknown(id_))
        else:
            results.append({**_shown(held, asked), "assets": {}})
    return envelope(call, results, errors)


def _unknown(id_: str) -> Json:
    message = f"Invalid campaign GUID format: {id_}"
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "subCategory": "CampaignApiError.INVALID_REQUEST",
        "message": f"Invalid request: '{message}'",
        "context": {"message": [message]},
    }


def budget_totals(call: Call) -> Response:
    """Answer a campaign's budget and spend, item by item."""
    held = _found(call)
    budget, spend = _sum(held.budget), _sum(held.spend)
    return reply(
        {
            "budgetTotal": float(budget),
            "spendTotal": float(spend),
            "remainingBudget": float(budget - spend),
            "currencyCode": held.properties.get("hs_currency_code", call.portal.account.currency),
            "budgetItems": [_item(item, order) for order, item in enumerate(held.budget)],
            "spendItems": [_item(item, order) for order, item in enumerate(held.spend)],
        }
    )


def get_spend(call: Call) -> Response:
    """Answer one spend item."""
    for order, item in enumerate(_found(call).spend):
        if item.id == call.part("item_id"):
            return reply(_item(item, order))
    raise RefusalError(404, "Spend item was not found", category="OBJECT_NOT_FOUND")


def _found(call: Call) -> Campaign:
    held = call.portal.campaigns.get(call.part("id"))
    if held is None:
        raise RefusalError(404, f"Campaign {call.part('id')} was not found", category="OBJECT_NOT_FOUND")
    return held


def _sum(items: Sequence[Spend]) -> Decimal:
    return sum((Decimal(item.amount) for item in items), Decimal(0))


def _item(item: Spend, order: int) -> Record:
    return {
        "id": item.id,
        "name": item.name,
        "amount": float(Decimal(item.amount)),
        "description": item.description,
        "order": order,
        "createdAt": item.created,
        "updatedAt": item.created,
    }


def _shown(item: Campaign, asked: Sequence[str]) -> Record:
    computed = {
        "hs_budget_items_sum_amount": str(_sum(item.budget)) if item.budget else None,
        "hs_spend_items_sum_amount": str(_sum(item.spend)) if item.spend else None,
    }
    held = {**item.properties, **{name: value for name, value in computed.items() if value is not None}}
    return {
        "id": item.id,
        "properties": {name: held[name] for name in sorted(asked) if name in held},
        "createdAt": iso(item.created),
        "updatedAt": iso(item.updated),
        "businessUnits": [{"id": 0}],
    }
