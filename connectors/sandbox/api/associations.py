"""Associations, in batches or one by one; v4 and the dated versions differ in details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.responses import Response

from connectors.sandbox import effects
from connectors.sandbox.answers import Json, RefusalError, invalid, nothing, reply
from connectors.sandbox.api.batches import envelope, read_inputs
from connectors.sandbox.calls import Call
from connectors.sandbox.kinds import Kind
from connectors.sandbox.links import USER, LinkType, plain
from connectors.sandbox.tellings import tell_link
from connectors.sandbox.values import text
from connectors.sandbox.views import Record

MAX_READ = 1_000
MAX_CREATE = 2_000
MAX_ARCHIVE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """The two kinds of a call."""

    from_: Kind
    to: Kind


def pair_of(call: Call) -> Pair:
    """Return the two kinds of a call."""
    return Pair(from_=call.kind("from_kind"), to=call.kind("to_kind"))


def read(call: Call) -> Response:
    """Answer what every input is linked to; an input without links is an item of the errors, as HubSpot has it."""
    pair = pair_of(call)
    results: list[Record] = []
    errors: list[Json] = []
    for item in read_inputs(call, top=MAX_READ):
        id_ = text(item.get("id")) or ""
        found, following = _page(call, pair, id_, text(item.get("after")))
        if not found:
            errors.append(_nothing_linked(pair, id_))
            continue
        result: Record = {"from": {"id": id_}, "to": found}
        if following is not None:
            result["paging"] = call.paging(following)
        results.append(result)
    return envelope(call, results, errors)


def _page(call: Call, pair: Pair, id_: str, after: str | None) -> tuple[list[Record], str | None]:
    """Return a page of links of one record in the order of ids, and the cursor of the next."""
    others = call.portal.tables[pair.to.name].rows
    row = call.portal.find(pair.from_.name, id_)
    linked = call.portal.links.of(pair.from_.name, row.id, pair.to.name) if row and row.archived_at is None else {}
    live = sorted(int(to_id) for to_id in linked if others[to_id].archived_at is None)
    start = int(after) if after and after.isdigit() else 0
    top = call.number("limit", default=call.portal.habits.association_page, top=500)
    chosen = [to_id for to_id in live if to_id >= start]
    shown = [_to(call, to_id, linked[str(to_id)]) for to_id in chosen[:top]]
    return shown, str(chosen[top]) if len(chosen) > top else None


def _to(call: Call, to_id: int, types: frozenset[LinkType]) -> Record:
    ordered = sorted(types, key=lambda held: (held.category, held.id))
    named = [{"category": held.category, "typeId": held.id, "label": held.label} for held in ordered]
    return {"toObjectId": _number_or_text(call, to_id), "associationTypes": named}


def _number_or_text(call: Call, id_: int | str) -> int | str:
    """Ids of linked records are numbers, and texts since 2026-09."""
    return str(id_) if call.version.startswith("2026-09") else int(id_)


def _nothing_linked(pair: Pair, id_: str) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {pair.to.singular} is associated with {pair.from_.singular} {id_}.",
        "context": {
            "fromObjectId": [id_],
            "fromObjectType": [pair.from_.singular],
            "toObjectType": [pair.to.singular],
        },
    }


def list_of_one(call: Call) -> Response:
    """Answer a page of one record's links."""
    pair = Pair(from_=call.kind(), to=call.kind("to_kind"))
    found, following = _page(call, pair, call.part("id"), call.query("after"))
    body: Record = {"results": found}
    if following is not None:
        body["paging"] = call.paging(following)
    return reply(body)


def create_many(call: Call) -> Response:
    """Add types to links."""
    pair = pair_of(call)
    results: list[Record] = []
    errors: list[Json] = []
    for item in read_inputs(call, top=MAX_CREATE):
        ids = _ids(item)
        problem = _problem(call, pair, ids)
        if problem is not None:
            errors.append(problem)
            continue
        types = [_type(call, pair, wanted) for wanted in _dicts(item.get("types"))]
        link(call, pair, ids, types)
        results.append(_created(call, pair, ids, types))
    return envelope(call, results, errors, status=200 if call.version.startswith("2026-09") else 201)


def create_default(call: Call) -> Response:
    """Link records without a label."""
    pair = pair_of(call)
    results: list[Record] = []
    errors: list[Json] = []
    for item in read_inputs(call, top=MAX_CREATE):
        ids = _ids(item)
        problem = _problem(call, pair, ids)
        if problem is not None:
            errors.append(problem)
            continue
        link(call, pair, ids, [])
        results.append(_spec(pair, ids))
    return envelope(call, results, errors)


def _spec(pair: Pair, ids: tuple[str, str]) -> Record:
    held = plain(pair.from_.name, pair.to.name)
    return {
        "from": {"id": ids[0]},
        "to": {"id": ids[1]},
        "associationSpec": {"associationCategory": held.category, "associationTypeId": held.id},
    }


def _created(call: Call, pair: Pair, ids: tuple[str, str], types: Sequence[LinkType]) -> Record:
    return {
        "fromObjectTypeId": pair.from_.type_id,
        "fromObjectId": _number_or_text(call, ids[0]),
        "toObjectTypeId": pair.to.type_id,
        "toObjectId": _number_or_text(call, ids[1]),
        "labels": [held.label for held in types if held.label],
    }


def archive_many(call: Call) -> Response:
    """Remove links altogether."""
    pair = pair_of(call)
    for item in read_inputs(call, top=MAX_ARCHIVE):
        from_id = _ids({**item, "to": {}})[0]
        for target in _dicts(item.get("to")):
            unlink(call, pair, (from_id, text(target.get("id")) or ""))
    return _done(call)


def archive_labels(call: Call) -> Response:
    """Remove single types; taking the unlabeled one takes the link."""
    pair = pair_of(call)
    for item in read_inputs(call, top=MAX_ARCHIVE):
        from_id, to_id = _ids(item)
        for wanted in _dicts(item.get("types")):
            number = int(text(wanted.get("associationTypeId")) or 0)
            call.portal.links.unlabel(pair.from_.name, from_id, pair.to.name, to_id, number)
        effects.recount(call.portal, [(pair.from_.name, from_id), (pair.to.name, to_id)])
    return _done(call)


def _done(call: Call) -> Response:
    if call.version == "v4":
        return nothing()
    return envelope(call, [], [])


def put_one(call: Call) -> Response:
    """Set the labels of one link: those it had and the call does not name are gone."""
    pair = Pair(from_=call.kind(), to=call.kind("to_kind"))
    ids = (call.part("id"), call.part("to_id"))
    _must_exist(call, pair, ids)
    wanted = _labels_asked(call)
    types = [_type(call, pair, item) for item in wanted]
    call.portal.links.unlink(pair.from_.name, ids[0], pair.to.name, ids[1])
    link(call, pair, ids, types)
    return reply(_created(call, pair, ids, types), 201)


def _labels_asked(call: Call) -> list[Mapping[str, object]]:
    try:
        return _dicts(orjson.loads(call.raw or b"[]"))
    except orjson.JSONDecodeError:
        raise invalid("Invalid input JSON on line 1, column 1: the body is no JSON") from None


def put_default(call: Call) -> Response:
    """Link two records without a label."""
    pair = Pair(from_=call.kind(), to=call.kind("to_kind"))
    ids = (call.part("id"), call.part("to_id"))
    _must_exist(call, pair, ids)
    link(call, pair, ids, [])
    return envelope(call, [_spec(pair, ids)], [])


def delete_one(call: Call) -> Response:
    """Remove one link."""
    unlink(call, Pair(from_=call.kind(), to=call.kind("to_kind")), (call.part("id"), call.part("to_id")))
    return nothing()


def link(call: Call, pair: Pair, ids: tuple[str, str], types: Sequence[LinkType]) -> None:
    """Link two records and bring what they count up to date."""
    call.portal.links.link(pair.from_, ids[0], pair.to, ids[1], *types)
    effects.recount(call.portal, [(pair.from_.name, ids[0]), (pair.to.name, ids[1])])
    tell_link(call.portal, ((pair.from_, ids[0]), (pair.to, ids[1])), types, removed=False)


def unlink(call: Call, pair: Pair, ids: tuple[str, str]) -> None:
    """Remove a link and bring what the records count up to date."""
    if call.portal.links.unlink(pair.from_.name, ids[0], pair.to.name, ids[1]):
        tell_link(call.portal, ((pair.from_, ids[0]), (pair.to, ids[1])), (), removed=True)
    effects.recount(call.portal, [(pair.from_.name, ids[0]), (pair.to.name, ids[1])])


def _ids(item: Mapping[str, object]) -> tuple[str, str]:
    ends = (item.get("from"), item.get("to"))
    found = [text(end.get("id")) or "" if isinstance(end, Mapping) else "" for end in ends]
    return found[0], found[1]


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _problem(call: Call, pair: Pair, ids: tuple[str, str]) -> Json | None:
    """Return why two records cannot be linked, as an item of a 207."""
    for kind, id_ in zip((pair.from_, pair.to), ids, strict=True):
        row = call.portal.tables[kind.name].rows.get(id_)
        if row is None or row.archived_at is not None:
            return {
                "status": "error",
                "category": "VALIDATION_ERROR",
                "subCategory": "crm.associations.INVALID_IDENTIFIER",
                "message": f"{id_} is not a valid ID",
                "context": {"id": [id_]},
            }
    if pair.from_ is pair.to and ids[0] == ids[1]:
        message = f"Object {ids[0]} cannot be associated to itself ({ids[0]})"
        return {"status": "error", "category": "VALIDATION_ERROR", "message": message}
    return None


def _must_exist(call: Call, pair: Pair, ids: tuple[str, str]) -> None:
    problem = _problem(call, pair, ids)
    if problem is not None:
        raise RefusalError(400, str(problem["message"]), category="VALIDATION_ERROR")


def _type(call: Call, pair: Pair, wanted: Mapping[str, object]) -> LinkType:
    category = text(wanted.get("associationCategory")) or USER
    number = text(wanted.get("associationTypeId")) or "0"
    found = call.portal.links.find_type(pair.from_.name, pair.to.name, category, int(number) if number.isdigit() else 0)
    if found is None:
        raise invalid(f"Association type {category} {number} does not exist between these objects")
    return found
