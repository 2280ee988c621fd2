"""Property definitions."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from connectors.sandbox.answers import Json, RefusalError, invalid, nothing, reply
from connectors.sandbox.api.batches import envelope, read_inputs
from connectors.sandbox.api.property_groups import NAME, found_group, schema_of
from connectors.sandbox.calls import Call
from connectors.sandbox.definitions import Definition, Option, Schema, yes_no
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.values import text
from connectors.sandbox.views import Record
from syncer.moments import Millis, iso

_FIELD_TYPES: Mapping[str, frozenset[str]] = {
    "string": frozenset({"text", "textarea", "html", "phonenumber", "file", "calculation_equation"}),
    "number": frozenset({"number", "calculation_equation"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "enumeration": frozenset({"select", "radio", "checkbox", "booleancheckbox"}),
    "bool": frozenset({"booleancheckbox"}),
}
MAX_BATCH = 100


def list_properties(call: Call) -> Response:
    """Answer every property of a kind."""
    _, schema = schema_of(call)
    archived = call.flag("archived")
    found = [held for held in schema.properties.values() if (held.archived_at is not None) is archived]
    return reply({"results": [shown(held) for held in sorted(found, key=lambda held: held.name)]})


def get_property(call: Call) -> Response:
    """Answer one property."""
    _, schema = schema_of(call)
    return reply(shown(_found(schema, call.part("name"))))


def create_property(call: Call) -> Response:
    """Add a property; the name of an archived one brings that back."""
    kind, schema = schema_of(call)
    held = _create(call, kind, schema, call.body())
    return reply(shown(held), 201)


def create_many(call: Call) -> Response:
    """Add properties; those that cannot be added are items of a 207."""
    kind, schema = schema_of(call)
    results: list[Record] = []
    errors: list[Json] = []
    for item in read_inputs(call, top=MAX_BATCH):
        try:
            results.append(_without_dates(shown(_create(call, kind, schema, item))))
        except RefusalError as refusal:
            errors.append({name: value for name, value in refusal.body.items() if name != "correlationId"})
    return envelope(call, results, errors, status=201)


def _without_dates(record: Record) -> Record:
    """Return a property as the answer to a batch creation has it: without who and when."""
    left_out = {"archived", "createdAt", "createdUserId", "updatedAt", "updatedUserId"}
    return {name: value for name, value in record.items() if name not in left_out}


def read_many(call: Call) -> Response:
    """Answer properties by name."""
    _, schema = schema_of(call)
    names = [text(item.get("name")) or "" for item in read_inputs(call, top=MAX_BATCH)]
    found = [(name, schema.live(name)) for name in names]
    errors = [_missing(name) for name, held in found if held is None]
    return envelope(call, [shown(held) for _, held in found if held is not None], errors)


def archive_many(call: Call) -> Response:
    """Archive properties; those that are not there are no error."""
    kind, schema = schema_of(call)
    for item in read_inputs(call, top=MAX_BATCH):
        _archive(call, kind, schema, text(item.get("name")) or "")
    return nothing()


def change_property(call: Call) -> Response:
    """Change a property's label, description, group or options; options are replaced as a whole."""
    kind, schema = schema_of(call)
    held, body = _found(schema, call.part("name")), call.body()
    if held.standard and held.name != "lifecyclestage" and "options" not in body:
        raise invalid(f"Property {held.name} is defined by HubSpot and its definition is read-only")
    given = {field: text(body[key]) or "" for key, field in _TEXTS.items() if key in body}
    if "group" in given:
        found_group(schema, given["group"])
    altered = replace(
        held,
        label=given.get("label", held.label),
        description=given.get("description", held.description),
        group=given.get("group", held.group),
        options=_options(body) if "options" in body else held.options,
        updated=call.portal.clock(),
    )
    _put(call, kind, schema, altered)
    return reply(shown(altered))


_TEXTS = {"label": "label", "description": "description", "groupName": "group"}


def archive_property(call: Call) -> Response:
    """Archive one property."""
    kind, schema = schema_of(call)
    _archive(call, kind, schema, call.part("name"))
    return nothing()


def shown(held: Definition) -> Record:
    """Return a property as the API shows it."""
    record: Record = {
        "updatedAt": iso(held.updated),
        "createdAt": iso(held.created),
        "name": held.name,
        "label": held.label,
        "type": held.type,
        "fieldType": held.field_type,
        "description": held.description,
        "groupName": held.group,
        "options": [_shown_option(option) for option in held.options],
        "displayOrder": held.position,
        "calculated": held.field_type.startswith("calculation"),
        "externalOptions": held.external,
        "hasUniqueValue": held.unique,
        "hidden": held.hidden,
        "modificationMetadata": {
            "archivable": not held.standard,
            "readOnlyDefinition": held.standard,
            "readOnlyValue": held.read_only,
        },
        "formField": held.form_field,
        "dataSensitivity": "non_sensitive",
    }
    if held.standard:
        record["hubspotDefined"] = True
    else:
        record |= {"archived": held.archived_at is not None, "createdUserId": "1", "updatedUserId": "1"}
    if held.owner:
        record["referencedObjectType"] = "OWNER"
    if held.archived_at is not None:
        record["archivedAt"] = iso(held.archived_at)
    return record


def _shown_option(option: Option) -> Record:
    found: Record = {"label": option.label, "value": option.value, "displayOrder": option.position}
    return {**found, "hidden": option.hidden, "description": option.description}


def _create(call: Call, kind: str, schema: Schema, body: Mapping[str, object]) -> Definition:
    definition = _understood(schema, body, call.portal.clock())
    held = schema.live(definition.name)
    if held is not None:
        raise RefusalError(
            409,
            f"A property named '{definition.name}' already exists.",
            category="OBJECT_ALREADY_EXISTS",
            sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
            context={"name": [definition.name]},
        )
    _put(call, kind, schema, definition)
    if definition.unique and kind in BY_NAME:
        call.portal.tables[kind].make_unique(definition)
    return definition


def _understood(schema: Schema, body: Mapping[str, object], now: Millis) -> Definition:
    given = {key: text(body.get(key)) or "" for key in ("name", "label", "type", "fieldType", "groupName")}
    lacking = [key for key, value in given.items() if not value]
    if lacking:
        raise invalid(f"Some required fields were not set: [{', '.join(lacking)}]")
    if not NAME.fullmatch(given["name"]):
        raise invalid("Property names have lower-case letters, digits and underscores, and start with a letter")
    if given["fieldType"] not in _FIELD_TYPES.get(given["type"], frozenset()):
        raise invalid(f"fieldType {given['fieldType']} does not fit type {given['type']}")
    found_group(schema, given["groupName"])
    options = _options(body)
    if given["type"] == "bool":
        options = options or yes_no()
    if given["type"] == "enumeration" and not options and not body.get("externalOptions"):
        raise invalid("An enumeration needs options")
    return Definition(
        name=given["name"],
        label=given["label"],
        type=given["type"],
        field_type=given["fieldType"],
        group=given["groupName"],
        description=text(body.get("description")) or "",
        options=options,
        external=body.get("externalOptions") is True,
        unique=body.get("hasUniqueValue") is True,
        hidden=body.get("hidden") is True,
        form_field=body.get("formField") is True,
        position=int(text(body.get("displayOrder")) or -1),
        created=now,
        updated=now,
    )


def _options(body: Mapping[str, object]) -> tuple[Option, ...]:
    raw = body.get("options")
    items = [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []
    options = tuple(
        Option(
            value=text(item.get("value")) or "",
            label=text(item.get("label")) or "",
            position=int(text(item.get("displayOrder")) or position),
            hidden=item.get("hidden") is True,
            description=text(item.get("description")) or "",
        )
        for position, item in enumerate(items)
    )
    values = [option.value for option in options]
    if len(set(values)) != len(values) or not all(values):
        raise invalid("Property option values have to be there and to differ from each other")
    return options


def _put(call: Call, kind: str, schema: Schema, definition: Definition) -> None:
    schema.add(definition)
    call.portal.touch("properties", f"{kind}.{definition.name}")


def _archive(call: Call, kind: str, schema: Schema, name: str) -> None:
    held = schema.live(name)
    if held is None:
        return
    if held.standard:
        raise invalid(f"Property {name} is defined by HubSpot and cannot be archived")
    _put(call, kind, schema, replace(held, archived_at=call.portal.clock()))


def _found(schema: Schema, name: str) -> Definition:
    held = schema.live(name)
    if held is None:
        raise RefusalError(404, f"No property exists with name '{name}'", category="OBJECT_NOT_FOUND")
    return held


def _missing(name: str) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"No property exists with name '{name}'",
        "context": {"name": [name]},
    }
