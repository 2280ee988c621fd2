"""Writing records with HubSpot's habits: checks, forward-only lifecycle, computed properties, history."""

from collections.abc import Collection, Mapping

from connectors.sandbox import effects
from connectors.sandbox.answers import PropertyProblem, held_elsewhere, invalid, taken
from connectors.sandbox.definitions import Definition
from connectors.sandbox.happenings import Origin
from connectors.sandbox.holdings import Holdings
from connectors.sandbox.kinds import Kind
from connectors.sandbox.rows import Row, Version
from connectors.sandbox.tellings import tell, tell_changes, tell_creation
from connectors.sandbox.values import InvalidValueError, normal, text
from syncer.moments import Millis, iso

#: The origin of what workflows set.
AUTOMATION = "AUTOMATION_PLATFORM"


def problems_of(
    portal: Holdings, kind: Kind, row: Row | None, properties: Mapping[str, object], *, lenient: bool = False
) -> tuple[dict[str, str], list[PropertyProblem]]:
    """Return the values in stored form, and what is wrong with the others. Null changes nothing and is left out."""
    values: dict[str, str] = {}
    problems: list[PropertyProblem] = []
    pipeline = _pipeline_of(row, properties)
    for name, raw in properties.items():
        value = text(raw)
        if value is None:
            continue
        definition = portal.schemas[kind.name].live(name)
        try:
            values[name] = _stored(portal, kind, definition, (name, value), pipeline=pipeline, lenient=lenient)
        except InvalidValueError as error:
            problems.append(PropertyProblem(name=name, code=error.code, message=error.message))
    return values, problems


def _stored(
    portal: Holdings,
    kind: Kind,
    definition: Definition | None,
    item: tuple[str, str],
    *,
    pipeline: str | None,
    lenient: bool,
) -> str:
    name, value = item
    if definition is None:
        raise InvalidValueError("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.read_only:
        raise InvalidValueError("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    if not value:
        return value
    allowed = _allowed(portal, kind, definition, pipeline) if definition.external else None
    return normal(definition, value, allowed=allowed, lenient=lenient)


def _pipeline_of(row: Row | None, properties: Mapping[str, object]) -> str | None:
    asked = text(properties.get("pipeline"))
    return asked or (row.properties.get("pipeline") if row else None)


def _allowed(portal: Holdings, kind: Kind, definition: Definition, pipeline: str | None) -> Collection[str] | None:
    if definition.owner:
        return portal.owners.keys() or None
    if definition.name == "deal_currency_code":
        return {portal.account.currency, *portal.account.more_currencies}
    known = {p.id: p for p in portal.pipelines.values() if p.kind == kind.name}
    if definition.name in {"pipeline", "hs_pipeline"}:
        return known.keys() if known else None
    if definition.name in {"dealstage", "hs_pipeline_stage"} and known:
        chosen = [known[pipeline]] if pipeline in known else list(known.values())
        return {stage.id for held in chosen for stage in held.stages}
    return None


def settle_lifecycle(portal: Holdings, kind: Kind, row: Row | None, values: dict[str, str]) -> None:
    """Drop a lifecycle stage that would step back, or refuse the write, whichever is the portal's habit."""
    wanted = values.get("lifecyclestage")
    held = row.properties.get("lifecyclestage") if row else None
    if not wanted or not held or kind.name not in {"contacts", "companies"}:
        return
    order = {option.value: option.position for option in portal.schemas[kind.name].properties["lifecyclestage"].options}
    if order.get(wanted, 0) >= order.get(held, 0):
        return
    if portal.habits.backward.value == "refused":
        raise invalid("Lifecycle stage can only be moved forward.")
    del values["lifecyclestage"]


def claim(portal: Holdings, kind: Kind, row_id: str | None, values: Mapping[str, str]) -> None:
    """Refuse values that another record owns: 409 for a new contact's address, 400 for everything else."""
    table = portal.tables[kind.name]
    for name in table.identities:
        value = values.get(name)
        owner = table.by_value(name, value) if value else None
        if owner is None or value is None or owner.id == row_id:
            continue
        if name == "email" and row_id is None:
            raise taken(owner.id)
        ids = (row_id or portal.new_id(), owner.id)
        raise held_elsewhere(portal.account.portal_id, kind, name=name, value=value, ids=ids)


def apply(portal: Holdings, kind: Kind, row: Row, values: Mapping[str, str], *, origin: Origin, at: Millis) -> None:
    """Write values that were checked; an empty text clears. Stamps the change time also where nothing differs."""
    if not values:
        return
    table = portal.tables[kind.name]
    table.about_to_change(row, at=at)
    before = {name: row.properties.get(name) for name in values}
    for name, value in values.items():
        _set(
            portal.schemas[kind.name].live(name),
            row,
            Version(
                value=value, at=at, source_type=origin.source_type, source_id=origin.source_id, user_id=origin.user_id
            ),
            name,
        )
    effects.follow(portal, kind, row, before, at=at)
    row.updated = at
    row.properties[kind.modified] = iso(at) or ""
    table.has_changed(row)
    portal.touch(kind.name, row.id)
    news = [name for name in before if before[name] != row.properties.get(name)]
    tell_changes(portal, kind, row, news, origin)
    if origin.source_type != AUTOMATION:
        _automate(portal, kind, row, before, at=at)


def _automate(portal: Holdings, kind: Kind, row: Row, before: Mapping[str, str | None], *, at: Millis) -> None:
    """Let the portal's workflows do what a change starts; they move a lifecycle stage forward only."""
    for workflow in portal.habits.workflows:
        after = row.properties.get(workflow.property)
        if workflow.kind != kind.name or workflow.property not in before:
            continue
        if workflow.starts(before[workflow.property], after):
            values = dict(workflow.sets)
            settle_lifecycle(portal, kind, row, values)
            apply(portal, kind, row, values, origin=Origin(source_type=AUTOMATION), at=Millis(at + 1))


def _set(definition: Definition | None, row: Row, version: Version, name: str) -> None:
    value = version.value
    if value.startswith(";") and definition is not None and definition.multiple:
        held = [item for item in row.properties.get(name, "").split(";") if item]
        value = ";".join(dict.fromkeys([*held, *value[1:].split(";")]))
    if value == row.properties.get(name, ""):
        return
    past = row.versions(name)
    row.history[name] = [
        *past,
        Version(
            value=value,
            at=version.at,
            source_type=version.source_type,
            source_id=version.source_id,
            user_id=version.user_id,
        ),
    ]
    if value:
        row.properties[name] = value
    else:
        row.properties.pop(name, None)


def create(portal: Holdings, kind: Kind, values: Mapping[str, str], *, origin: Origin, at: Millis) -> Row:
    """Add a record with values that were checked, and what the CRM fills in by itself."""
    id_ = portal.new_id()
    stamp = iso(at) or ""
    given = {name: value for name, value in values.items() if value}
    properties = {**effects.born(portal, kind, id_, given, origin.source_id), **given}
    properties |= {"hs_object_id": id_, kind.modified: stamp, kind.created: given.get(kind.created, stamp)}
    row = Row(
        id=id_,
        properties=properties,
        created=at,
        updated=at,
        base_at=at,
        base_source=origin.source_type,
        base_source_id=origin.source_id,
    )
    effects.follow(portal, kind, row, dict.fromkeys(properties), at=at)
    portal.tables[kind.name].add(row, at=at)
    portal.touch(kind.name, id_)
    tell_creation(portal, kind, row, list(given), origin)
    return row


def archive(portal: Holdings, kind: Kind, row: Row, *, at: Millis) -> None:
    """Move a record to the recycle bin; one that is there already stays."""
    if row.archived_at is None:
        portal.tables[kind.name].archive(row, at=at)
        portal.touch(kind.name, row.id)
        tell(portal, kind.name, "deletion", at, objectId=int(row.id))
