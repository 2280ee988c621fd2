"""Records one at a time: list, get, create, change, archive."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from connectors.sandbox import effects, writes
from connectors.sandbox.answers import PageNotFoundError, invalid, invalid_properties, nothing, reply
from connectors.sandbox.calls import Call
from connectors.sandbox.kinds import KINDS, Kind
from connectors.sandbox.lineparse import address_digest
from connectors.sandbox.links import HUBSPOT, LinkType
from connectors.sandbox.rows import Row
from connectors.sandbox.tellings import tell_link
from connectors.sandbox.values import text
from connectors.sandbox.views import Record, Wish, find_kinds, show, show_created, show_links, show_written, wish

MAX_PAGE = 100
#: With property history, pages and batches are smaller.
MAX_HISTORY = 50
#: Associations embedded per record and kind.
EMBEDDED = 100


def list_records(call: Call) -> Response:
    """Answer a page of records in the order of their ids."""
    kind = call.kind()
    wanted = _wish(call, kind)
    top = MAX_HISTORY if wanted.history else MAX_PAGE
    limit = call.number("limit", default=10, top=top)
    after = call.query("after") or "0"
    if not after.isdigit():
        raise invalid("after is not a cursor of this list")
    embedded = find_kinds(call.names("associations"))
    rows, following = call.portal.tables[kind.name].page(int(after), limit, archived=call.flag("archived"))
    body: Record = {"results": [_shown(call, kind, row, wanted, embedded) for row in rows]}
    if following is not None:
        body["paging"] = call.paging(str(following))
    return reply(body)


def get_record(call: Call) -> Response:
    """Answer one record, by id or by a unique property."""
    kind = call.kind()
    row = find_row(call, kind, call.part("id"), call.query("idProperty"))
    if row is None or (row.archived_at is not None) is not call.flag("archived"):
        raise PageNotFoundError
    return reply(_shown(call, kind, row, _wish(call, kind), find_kinds(call.names("associations"))))


def create_record(call: Call) -> Response:
    """Add one record, with its associations."""
    kind = writable(call)
    body = call.body()
    values = checked(call, kind, None, _properties(body))
    links = [_link_wish(call, kind, item) for item in _list(body.get("associations"))]
    if kind.name == "leads" and not links:
        raise invalid("A lead must be associated with a contact or a company.")
    row = create(call, kind, values)
    for to, to_id, types in links:
        call.portal.links.link(kind, row.id, to, to_id, *types)
        effects.recount(call.portal, [(kind.name, row.id), (to.name, to_id)])
        tell_link(call.portal, ((kind, row.id), (to, to_id)), types, removed=False)
    return reply(show_created(call.portal, kind, row), 201)


def change_record(call: Call) -> Response:
    """Change one record."""
    kind = writable(call)
    row = find_row(call, kind, call.part("id"), call.query("idProperty"))
    if row is None or row.archived_at is not None:
        raise PageNotFoundError
    values = checked(call, kind, row, _properties(call.body()))
    change(call, kind, row, values)
    return reply(show_written(call.portal, kind, row, values))


def archive_record(call: Call) -> Response:
    """Put one record into the recycle bin; one that is not there is no error."""
    kind = writable(call)
    row = call.portal.tables[kind.name].rows.get(call.part("id"))
    if row is not None:
        writes.archive(call.portal, kind, row, at=call.portal.clock())
    return nothing()


def writable(call: Call) -> Kind:
    """Return the kind of the path; raises the 400 for one that nobody can write."""
    kind = call.kind()
    if not kind.write_scopes:
        raise invalid(f"{kind.legacy} objects can only be read")
    return kind


def find_row(call: Call, kind: Kind, id_: str, id_property: str | None) -> Row | None:
    """Return the record of an id or of a unique property's value; raises the 400 for a property that is not unique."""
    table = call.portal.tables[kind.name]
    if not id_property or id_property == "hs_object_id":
        return table.find(id_)
    if id_property not in table.identities:
        raise invalid(f"Property {id_property} is not a unique identifier property of {kind.legacy}")
    return table.by_value(id_property, id_)


def checked(call: Call, kind: Kind, row: Row | None, properties: Mapping[str, object]) -> dict[str, str]:
    """Return values that may be written; raises the 400 or 409 that says why not."""
    values, problems = writes.problems_of(call.portal, kind, row, properties, lenient=call.lenient)
    if problems:
        raise invalid_properties(problems)
    settled(call, kind, row, values)
    return values


def settled(call: Call, kind: Kind, row: Row | None, values: dict[str, str]) -> None:
    """Hold valid values against the record and the others: required ones, unique ones, the lifecycle's direction."""
    if row is None:
        _check_required(kind, values)
        if address_digest(values.get("email", "")) in call.portal.blocked:
            raise invalid("This email address was deleted permanently and cannot be added again.")
    writes.claim(call.portal, kind, row.id if row else None, values)
    writes.settle_lifecycle(call.portal, kind, row, values)


def create(call: Call, kind: Kind, values: Mapping[str, str]) -> Row:
    """Add a record with checked values."""
    return writes.create(call.portal, kind, values, origin=call.origin, at=call.portal.clock())


def change(call: Call, kind: Kind, row: Row, values: Mapping[str, str]) -> None:
    """Change a record to checked values."""
    writes.apply(call.portal, kind, row, values, origin=call.origin, at=call.portal.clock())


def _check_required(kind: Kind, values: Mapping[str, str]) -> None:
    for group in kind.required:
        if not any(values.get(name) for name in group):
            names = ", ".join(group)
            raise invalid(
                f"Error creating {kind.legacy}. Some required properties were not set: [{names}]",
                errors=[{"message": "required", "code": "MISSING_REQUIRED", "context": {"properties": list(group)}}],
            )


def _properties(body: Mapping[str, object]) -> Mapping[str, object]:
    found = body.get("properties")
    if not isinstance(found, Mapping):
        raise invalid("Invalid input JSON on line 1, column 2: Some required fields were not set: [properties]")
    return found


def _list(value: object) -> Sequence[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _link_wish(call: Call, kind: Kind, item: Mapping[str, object]) -> tuple[Kind, str, list[LinkType]]:
    end = item.get("to")
    to_id = text(end.get("id")) if isinstance(end, Mapping) else None
    found: list[LinkType] = []
    target: Kind | None = None
    for wanted in _list(item.get("types")):
        category, number = text(wanted.get("associationCategory")), text(wanted.get("associationTypeId"))
        for other in KINDS:
            held = call.portal.links.find_type(kind.name, other.name, category or HUBSPOT, int(number or 0))
            if held is not None:
                found.append(held)
                target = other
    if target is None or to_id is None or to_id not in call.portal.tables[target.name].rows:
        raise invalid(f"One or more associations are not valid: {to_id}")
    return target, to_id, found


def _wish(call: Call, kind: Kind) -> Wish:
    return wish(kind, call.names("properties"), call.names("propertiesWithHistory"))


def _shown(call: Call, kind: Kind, row: Row, wanted: Wish, others: Sequence[Kind]) -> Record:
    record = show(call.portal, kind, row, wanted, properties=face(call, kind, row))
    embedded = {
        to.name: found for to in others if (found := show_links(call.portal, kind, row, to, EMBEDDED)) is not None
    }
    if embedded:
        record["associations"] = embedded
    return record


def face(call: Call, kind: Kind, row: Row) -> Mapping[str, str] | None:
    """Return a record's properties as this call is to see them; None for the present ones."""
    return call.portal.tables[kind.name].face_before(row) if call.stale else None
