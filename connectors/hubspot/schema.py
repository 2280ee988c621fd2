"""The control plane: owners, pipelines, properties and groups, through HubSpot's official client."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from connectors.bodies import decoded
from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot import wire_portal
from connectors.hubspot.official import Official
from connectors.hubspot.records import read_errand
from connectors.hubspot.scopes import schema_scope
from connectors.hubspot.versions import Versions
from connectors.paginate import walk
from connectors.statuses import Effect, Errand
from connectors.values import OwnerRow, PipelineStage, PropertyDefinition
from syncer.errors import AlreadyExists

T = TypeVar("T")

_OWNERS_A_PAGE = 100
#: Campaigns have no properties API: the names that HubSpot documents (2026-05).
_CAMPAIGN_PROPERTIES = {
    "hs_name": "string",
    "hs_start_date": "date",
    "hs_end_date": "date",
    "hs_notes": "string",
    "hs_audience": "string",
    "hs_currency_code": "enumeration",
    "hs_campaign_status": "enumeration",
    "hs_owner": "enumeration",
    "hs_utm": "string",
    "hs_goal": "string",
    "hs_color_hex": "string",
    "hs_created_by_user_id": "number",
    "hs_object_id": "number",
    "hs_budget_items_sum_amount": "number",
    "hs_spend_items_sum_amount": "number",
}


class Schema:
    """What an account's records look like, and the creation of what is missing."""

    def __init__(self, *, api: ApiClient, official: Official, versions: Versions) -> None:
        self._api = api
        self._official = official
        self._versions = versions

    def close(self) -> None:
        """Let go of connections."""
        self._official.close()

    async def owners(self) -> Sequence[OwnerRow]:
        """Return all owners, archived ones included; one listed as both counts as live."""
        rows = [row for archived in (True, False) for row in await self._owners(archived=archived)]
        return list({row.id: row for row in rows}.values())

    async def _owners(self, *, archived: bool) -> Sequence[OwnerRow]:
        async def fetch(after: str | None) -> wire_portal.OwnerPage:
            params = [("limit", str(_OWNERS_A_PAGE)), ("archived", str(archived).lower())]
            params.extend([] if after is None else [("after", after)])
            path = self._versions.list_owners()
            return await self._call(_get(path, read_errand("owners"), params), wire_portal.OwnerPage)

        return [_owner_row(owner) async for page in walk(fetch, stream="owners") for owner in page.results]

    async def pipelines(self, stream: str) -> Sequence[PipelineStage]:
        """Return every stage of every pipeline of a stream's records, in the order that people see.

        Archived ones are among them where HubSpot names them: records may stand in them, and did.
        """
        errand = replace(read_errand(stream), stream="pipelines")
        path = self._versions.list_pipelines(stream)
        found = await self._call(_get(path, errand), wire_portal.PipelineList)
        pipelines = sorted(found.results, key=lambda pipeline: pipeline.display_order)
        return [
            _stage(pipeline, stage)
            for pipeline in pipelines
            for stage in sorted(pipeline.stages, key=lambda stage: stage.display_order)
        ]

    async def definitions(self, stream: str) -> Mapping[str, PropertyDefinition]:
        """Return the properties of a stream by name."""
        if stream == "campaigns":
            return {name: _campaign_property(name, kind) for name, kind in _CAMPAIGN_PROPERTIES.items()}
        path = self._versions.list_properties(stream)
        found = await self._call(_get(path, read_errand(stream)), wire_portal.PropertyList)
        return {one.name: _definition(one) for one in found.results}

    async def groups(self, stream: str) -> Sequence[str]:
        """Return the names of the property groups."""
        found = await self._call(_get(self._versions.list_groups(stream), read_errand(stream)), wire_portal.GroupList)
        return [group.name for group in found.results]

    async def create_group(self, stream: str, name: str, label: str) -> None:
        """Create a property group; one that exists is left alone."""
        body = {"name": name, "label": label, "displayOrder": -1}
        await self._create(stream, self._versions.list_groups(stream), body, wire_portal.Group)

    async def create_properties(self, stream: str, definitions: Sequence[PropertyDefinition]) -> None:
        """Create properties; those that exist are left alone, archived ones come back."""
        present = await self.definitions(stream)
        path = self._versions.list_properties(stream)
        for definition in definitions:
            if definition.name not in present:
                await self._create(stream, path, _creation(definition), wire_portal.Property)

    async def add_options(self, stream: str, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Add options (value, label) to a property; those that it has stay as they are."""
        path = self._versions.property(stream, name)
        present = (await self._call(_get(path, read_errand(stream)), wire_portal.Choices)).options
        held = {option.get("value") for option in present}
        new = [option for option in _options(options, after=len(present)) if option["value"] not in held]
        # HubSpot replaces the list as a whole (2026-02): what is there goes along.
        body = {"options": [*present, *new]}
        errand = Errand(stream=stream, effect=Effect.REPEATABLE, scope=schema_scope(stream))
        await self._call(Request(method="PATCH", path=path, json=body, errand=errand), wire_portal.Choices)

    async def _create(self, stream: str, path: str, body: Mapping[str, object], shape: type[object]) -> None:
        # Repeatable: a second creation of the same name is answered 409.
        errand = Errand(stream=stream, effect=Effect.REPEATABLE, scope=schema_scope(stream))
        try:
            await self._call(Request(method="POST", path=path, json=body, errand=errand), shape)
        except AlreadyExists:
            return

    async def _call(self, request: Request, shape: type[T]) -> T:
        return await self._api.exchange(request, self._official.send, partial(decoded, shape=shape))


def _get(path: str, errand: Errand, params: Sequence[tuple[str, str]] = ()) -> Request:
    return Request(method="GET", path=path, params=params, errand=errand)


def _owner_row(owner: wire_portal.Owner) -> OwnerRow:
    teams = sorted(owner.teams, key=lambda team: not team.primary)
    # A deactivated user keeps the id under the longer name.
    user = owner.user_id if owner.user_id is not None else owner.user_id_including_inactive
    return OwnerRow(
        id=owner.id,
        email=owner.email,
        first_name=owner.first_name,
        last_name=owner.last_name,
        user_id=None if user is None else str(user),
        team=teams[0].name if teams else None,
        archived=owner.archived,
    )


def _stage(pipeline: wire_portal.Pipeline, stage: wire_portal.Stage) -> PipelineStage:
    state = stage.metadata.get("leadState")
    return PipelineStage(
        pipeline_id=pipeline.id,
        pipeline_label=pipeline.label,
        stage_id=stage.id,
        label=stage.label,
        position=stage.display_order,
        is_closed=str(stage.metadata.get("isClosed")).lower() == "true",
        probability=_probability(stage.metadata.get("probability")),
        state=None if state is None else str(state),
    )


def _probability(value: str | float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _campaign_property(name: str, kind: str) -> PropertyDefinition:
    return PropertyDefinition(name=name, label=name, type=kind, field_type="text", group="campaigns", read_only=True)


def _definition(one: wire_portal.Property) -> PropertyDefinition:
    return PropertyDefinition(
        name=one.name,
        label=one.label,
        type=one.type,
        field_type=one.field_type,
        group=one.group_name,
        options=tuple((option.value, option.label) for option in sorted(one.options, key=_position)),
        read_only=one.calculated
        or (one.modification_metadata is not None and one.modification_metadata.read_only_value),
        description=one.description or "",
    )


def _position(option: wire_portal.Option) -> int:
    return option.display_order


def _creation(definition: PropertyDefinition) -> Mapping[str, object]:
    return {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "groupName": definition.group,
        "description": definition.description,
        "options": _options(definition.options),
        "formField": False,
    }


def _options(options: Sequence[tuple[str, str]], *, after: int = 0) -> Sequence[Mapping[str, object]]:
    return [
        {"value": value, "label": label, "displayOrder": position, "hidden": False}
        for position, (value, label) in enumerate(options, start=after)
    ]
