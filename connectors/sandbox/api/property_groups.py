"""Groups of properties, and the schema that holds both."""

import re
from dataclasses import replace

from starlette.responses import Response

from connectors.sandbox.answers import RefusalError, invalid, nothing, reply
from connectors.sandbox.calls import Call
from connectors.sandbox.definitions import CAMPAIGNS, Group, Schema
from connectors.sandbox.values import text
from connectors.sandbox.views import Record

#: Names of properties and groups.
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


def schema_of(call: Call) -> tuple[str, Schema]:
    """Return the kind of a call and its schema."""
    name = CAMPAIGNS if call.part("kind") in {CAMPAIGNS, "campaign", "0-35"} else call.kind().name
    return name, call.portal.schemas[name]


def list_groups(call: Call) -> Response:
    """Answer every group of a kind."""
    _, schema = schema_of(call)
    return reply({"results": [_shown(group) for group in schema.groups.values() if not group.archived]})


def get_group(call: Call) -> Response:
    """Answer one group."""
    _, schema = schema_of(call)
    return reply(_shown(found_group(schema, call.part("name"))))


def create_group(call: Call) -> Response:
    """Add a group."""
    kind, schema = schema_of(call)
    body = call.body()
    name, label = text(body.get("name")) or "", text(body.get("label")) or ""
    if not NAME.fullmatch(name) or not label:
        raise invalid("A property group needs a name in lower-case letters, digits and underscores, and a label")
    held = schema.groups.get(name)
    if held is not None and not held.archived:
        raise RefusalError(
            409,
            f"A property group named '{name}' already exists.",
            category="OBJECT_ALREADY_EXISTS",
            sub_category="Properties.GROUP_WITH_NAME_EXISTS",
            context={"name": [name]},
        )
    group = Group(name=name, label=label, position=int(text(body.get("displayOrder")) or len(schema.groups)))
    _put(call, kind, schema, group)
    return reply(_shown(group), 201)


def change_group(call: Call) -> Response:
    """Change a group's label or place."""
    kind, schema = schema_of(call)
    held, body = found_group(schema, call.part("name")), call.body()
    position = text(body.get("displayOrder"))
    altered = replace(
        held, label=text(body.get("label")) or held.label, position=int(position) if position else held.position
    )
    _put(call, kind, schema, altered)
    return reply(_shown(altered))


def archive_group(call: Call) -> Response:
    """Archive a group."""
    kind, schema = schema_of(call)
    _put(call, kind, schema, replace(found_group(schema, call.part("name")), archived=True))
    return nothing()


def _shown(group: Group) -> Record:
    return {"name": group.name, "label": group.label, "displayOrder": group.position, "archived": group.archived}


def _put(call: Call, kind: str, schema: Schema, group: Group) -> None:
    schema.groups[group.name] = group
    call.portal.touch("property_groups", f"{kind}.{group.name}")


def found_group(schema: Schema, name: str) -> Group:
    """Return a group; RefusalError where there is none of that name."""
    group = schema.groups.get(name)
    if group is None or group.archived:
        raise RefusalError(404, f"No property group exists with name '{name}'", category="OBJECT_NOT_FOUND")
    return group
