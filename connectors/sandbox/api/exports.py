"""Exports: ordering one, asking for it, fetching its file."""

from starlette.responses import Response

from connectors.sandbox.answers import PageNotFoundError, RefusalError, invalid, reply
from connectors.sandbox.calls import Call
from connectors.sandbox.definitions import Definition
from connectors.sandbox.exports import MOST_A_DAY, Order
from connectors.sandbox.kinds import KINDS, Kind, find_kind
from syncer.moments import Millis

_REQUIRED = ("exportName", "format", "language", "objectType", "objectProperties", "exportType")


def start(call: Call) -> Response:
    """Order an export of every live record that the index has seen; nothing is filtered here."""
    body = call.body()
    lacking = [name for name in _REQUIRED if not body.get(name)]
    if lacking:
        raise invalid(f"Some required fields were not set: [{', '.join(lacking)}]")
    if (body["exportType"], body["format"]) != ("VIEW", "CSV"):
        raise invalid("The sandbox exports views as CSV only")
    exports = call.portal.exports
    if exports.ordered >= MOST_A_DAY:
        raise RefusalError(429, "You have reached the limit of exports in 24 hours.", category="RATE_LIMITS")
    id_ = exports.order(_order(call, _kind(body["objectType"]), body))
    status = call.request.url.replace(path=f"{call.request.url.path}/tasks/{id_}/status")
    return reply({"id": id_, "links": {"status": str(status)}}, 202)


def status(call: Call) -> Response:
    """Tell how an export stands; each answer about a finished one carries a new address."""
    id_ = call.part("id")
    word = call.portal.exports.status(id_)
    if word is None:
        raise RefusalError(404, f"Export {id_} not found", category="OBJECT_NOT_FOUND")
    body: dict[str, object] = {"status": word, "numErrors": 0, "errors": []}
    if word == "COMPLETE":
        address = call.request.url.replace(path=f"/export-files/{call.portal.exports.address(id_)}")
        body["result"] = str(address)
    return reply(body)


def file(call: Call) -> Response:
    """Hand the file to whoever holds its address."""
    found = call.portal.exports.file(call.part("key"))
    if found is None:
        raise PageNotFoundError
    kind = "application/zip" if found.startswith(b"PK") else "text/csv;charset=utf-8"
    return Response(found, media_type=kind)


def _kind(named: object) -> Kind:
    found = find_kind(str(named).lower())
    if found is None or found not in KINDS:
        raise invalid(f"Unable to infer object type from: {named}")
    return found


def _order(call: Call, kind: Kind, body: dict[str, object]) -> Order:
    portal, asked, options = call.portal, body["objectProperties"], body.get("exportInternalValuesOptions")
    schema = portal.schemas[kind.name]
    definitions: list[Definition] = []
    for name in asked if isinstance(asked, list) else ():
        definition = schema.live(str(name))
        if definition is None:
            raise invalid(f"Property {name} does not exist")
        definitions.append(definition)
    table, indexed = portal.tables[kind.name], Millis(portal.clock() - portal.habits.index_lag)
    seen = ((row.id, table.seen_at(row, indexed)) for row in table.live())
    wanted = options if isinstance(options, list) else []
    return Order(
        definitions=definitions,
        records=[(id_, dict(values)) for id_, values in seen if values is not None],
        names="NAMES" in wanted,
        values="VALUES" in wanted,
        zone=portal.account.time_zone,
    )
