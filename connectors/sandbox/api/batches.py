"""Records by the hundred: read, create, update, upsert, archive, each with HubSpot's partial answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from connectors.sandbox import writes
from connectors.sandbox.answers import (
    Json,
    PropertyProblem,
    RefusalError,
    invalid,
    invalid_properties,
    not_found,
    nothing,
    reply,
)
from connectors.sandbox.api.objects import MAX_HISTORY, MAX_PAGE, change, create, face, find_row, settled, writable
from connectors.sandbox.calls import Call
from connectors.sandbox.draws import scatter
from connectors.sandbox.kinds import Kind
from connectors.sandbox.rows import Row
from connectors.sandbox.values import text
from connectors.sandbox.views import Record, show, show_created, show_written, wish
from syncer.moments import iso


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One input of a batch."""

    id: str
    id_property: str | None
    properties: Mapping[str, object]
    trace: str | None


def read(call: Call) -> Response:
    """Answer records by id or unique property; ids that are not there make it a 207."""
    kind, body = call.kind(), call.body()
    history = _strings(body.get("propertiesWithHistory"))
    top = MAX_HISTORY if history else MAX_PAGE
    inputs = _inputs(call, top=top, what="property histories" if history else "object reads")
    wanted = wish(kind, _strings(body.get("properties")), history)
    found: dict[str, Row] = {}
    missing: list[str] = []
    for item in inputs:
        row = find_row(call, kind, item.id, text(body.get("idProperty")))
        if row is None or (row.archived_at is not None) is not call.flag("archived"):
            missing.append(item.id)
        else:
            found[row.id] = row
    shown = [show(call.portal, kind, row, wanted, properties=face(call, kind, row)) for row in found.values()]
    return envelope(call, shown, [not_found(kind, missing)] if missing else [])


def create_many(call: Call) -> Response:
    """Add records: all or none, unless every input has a trace id of its own."""
    kind = writable(call)
    inputs = _inputs(call)
    valued = _valued(call, kind, [(item, None) for item in inputs])
    traces = [item.trace for item in inputs]
    alone = None not in traces and len(set(traces)) == len(traces)
    if not alone:
        _claim_all(call, kind, valued)
    results: list[Record] = []
    errors: list[Json] = []
    for item, values in valued:
        try:
            settled(call, kind, None, values)
        except RefusalError as refusal:
            errors.append(_refused(item, refusal))
            continue
        results.append(show_created(call.portal, kind, create(call, kind, values)))
    return envelope(call, results, errors, status=201)


def update_many(call: Call) -> Response:
    """Change records. Ids that are not there make it a 207; ids that were merged away are passed over in silence."""
    kind = writable(call)
    inputs = _inputs(call)
    _refuse_duplicates(inputs)
    found = [(item, find_row(call, kind, item.id, item.id_property)) for item in inputs]
    live = [(item, row) for item, row in found if row is not None and row.archived_at is None]
    missing = [item.id for item, row in found if row is None or row.archived_at is not None]
    merged = {item.id for item, row in live if not item.id_property and row.id != item.id}
    rows = {item.id: row for item, row in live if item.id not in merged}
    valued = _valued(call, kind, [(item, rows[item.id]) for item, _ in live if item.id in rows])
    results: list[Record] = []
    errors: list[Json] = [not_found(kind, missing)] if missing else []
    for item, values in valued:
        row = rows[item.id]
        try:
            settled(call, kind, row, values)
        except RefusalError as refusal:
            errors.append(_refused(item, refusal))
            continue
        change(call, kind, row, values)
        results.append(show_written(call.portal, kind, row, values))
    return envelope(call, results, errors)


def upsert_many(call: Call) -> Response:
    """Change the records that a unique property finds, add the others; one bad input refuses the whole batch."""
    kind = writable(call)
    inputs = _inputs(call)
    _refuse_duplicates(inputs)
    if any(not item.id_property for item in inputs):
        raise invalid("idProperty is required for upsert")
    found = [(item, find_row(call, kind, item.id, item.id_property)) for item in inputs]
    named = [(_with_identity(item), row) for item, row in found]
    valued = _valued(call, kind, named)
    for (_, row), (_, values) in zip(found, valued, strict=True):
        settled(call, kind, row, values)
    results: list[Record] = []
    for (_, row), (_, values) in zip(found, valued, strict=True):
        if row is None:
            results.append({**show_created(call.portal, kind, create(call, kind, values)), "new": True})
        else:
            change(call, kind, row, values)
            results.append({**show_written(call.portal, kind, row, values), "new": False})
    return envelope(call, results, [])


def archive_many(call: Call) -> Response:
    """Put records into the recycle bin; ids that are not there are no error."""
    kind = writable(call)
    for item in _inputs(call):
        row = call.portal.tables[kind.name].rows.get(item.id)
        if row is not None:
            writes.archive(call.portal, kind, row, at=call.portal.clock())
    return nothing()


def envelope(call: Call, results: Sequence[Record], errors: Sequence[Json], *, status: int = 200) -> Response:
    """Answer a batch: results in an order of HubSpot's own, errors as a 207 that still says COMPLETE."""
    now = iso(call.portal.clock())
    body: Record = {
        "status": "COMPLETE",
        "results": sorted(results, key=_scattered),
        "startedAt": now,
        "completedAt": now,
    }
    if errors:
        body |= {"errors": list(errors), "numErrors": len(errors)}
    return reply(body, 207 if errors else status)


def _scattered(record: Record) -> bytes:
    return scatter(str(record.get("id") or record.get("from") or record.get("toObjectId")))


def read_inputs(call: Call, *, top: int) -> list[Mapping[str, object]]:
    """Return the inputs of a batch as they came; raises the 400 when there are none or too many."""
    raw = call.body().get("inputs")
    if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
        raise invalid("Invalid input JSON on line 1, column 2: Some required fields were not set: [inputs]")
    if len(raw) > top:
        raise invalid(f"The maximum number of inputs supported in a batch request is {top}")
    return raw


def _inputs(call: Call, *, top: int = MAX_PAGE, what: str = "objects") -> list[Input]:
    raw = call.body().get("inputs")
    if isinstance(raw, list) and len(raw) > top:
        raise invalid(f"The maximum number of inputs supported in a batch request for {what} is {top}")
    return [_input(item) for item in read_inputs(call, top=top)]


def _input(item: Mapping[str, object]) -> Input:
    properties = item.get("properties")
    return Input(
        id=text(item.get("id")) or "",
        id_property=text(item.get("idProperty")),
        properties=properties if isinstance(properties, Mapping) else {},
        trace=text(item.get("objectWriteTraceId")),
    )


def _valued(call: Call, kind: Kind, inputs: Sequence[tuple[Input, Row | None]]) -> list[tuple[Input, dict[str, str]]]:
    """Return checked values of every input; one bad property anywhere refuses the whole batch."""
    valued: list[tuple[Input, dict[str, str]]] = []
    problems: list[PropertyProblem] = []
    for item, row in inputs:
        values, found = writes.problems_of(call.portal, kind, row, item.properties, lenient=call.lenient)
        valued.append((item, values))
        problems += found
    if problems:
        raise invalid_properties(problems)
    return valued


def _claim_all(call: Call, kind: Kind, valued: Sequence[tuple[Input, dict[str, str]]]) -> None:
    for name in call.portal.tables[kind.name].identities:
        counts = Counter(values[name].lower() for _, values in valued if values.get(name))
        if any(count > 1 for count in counts.values()):
            raise RefusalError(409, f"{kind.singular.capitalize()} already exists", category="CONFLICT")
    for _, values in valued:
        try:
            settled(call, kind, None, values)
        except RefusalError as refusal:
            if refusal.status == _CONFLICT:
                raise RefusalError(
                    _CONFLICT, f"{kind.singular.capitalize()} already exists", category="CONFLICT"
                ) from refusal
            raise


_CONFLICT = 409


def _refuse_duplicates(inputs: Sequence[Input]) -> None:
    counts = Counter(item.id for item in inputs)
    twice = [id_ for id_, count in counts.items() if count > 1]
    if twice:
        raise RefusalError(
            400,
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique",
            category="VALIDATION_ERROR",
            context={"ids": twice},
        )


def _with_identity(item: Input) -> Input:
    properties = {str(item.id_property): item.id, **item.properties}
    return Input(id=item.id, id_property=item.id_property, properties=properties, trace=item.trace)


def _refused(item: Input, refusal: RefusalError) -> Json:
    """Return a refusal as the item of a 207."""
    context: dict[str, object] = {}
    if item.trace is not None:
        context["objectWriteTraceId"] = [item.trace]
    if item.id:
        context["ids"] = [item.id]
    message = str(refusal.body["message"])
    if refusal.status == _CONFLICT:
        context["existingId"] = [message.rpartition(" ")[2]]
    return {"status": "error", "category": refusal.body.get("category"), "message": message, "context": context}


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
