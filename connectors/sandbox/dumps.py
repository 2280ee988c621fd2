"""A portal as JSON lines, the form that `load` takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from connectors.sandbox.definitions import Definition
from connectors.sandbox.holdings import Holdings
from connectors.sandbox.kinds import BY_NAME, KINDS, Kind
from connectors.sandbox.records import Spend, default_pipeline
from connectors.sandbox.rows import Row, Version
from syncer.moments import iso

Line = dict[str, object]
_RANK = {kind.name: rank for rank, kind in enumerate(KINDS)}


def dump(portal: Holdings) -> Iterator[Line]:
    """Yield everything that a portal holds."""
    for kind, keys in _everything(portal):
        for key in keys:
            line = line_of(portal, kind, key)
            if line is not None:
                yield line


def dump_touched(portal: Holdings, touched: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, Line | None]]:
    """Yield (kind, key, line) of what changed; a line of None says that it is gone."""
    for kind, key in sorted(touched):
        yield kind, key, line_of(portal, kind, key)


def line_of(portal: Holdings, kind: str, key: str) -> Line | None:
    """Return one thing as a line, or None where it is not there."""
    if kind in BY_NAME:
        row = portal.tables[kind].rows.get(key)
        return _record(portal, BY_NAME[kind], row) if row else None
    found = _LINES[kind](portal, key)
    return {"type": kind, **found} if found is not None else None


def _everything(portal: Holdings) -> Iterator[tuple[str, Iterable[str]]]:
    yield "account", ["account"]
    yield "owners", portal.owners
    yield "pipelines", {**portal.pipelines, default_pipeline().id: None}
    schemas = portal.schemas.items()
    yield "property_groups", [f"{kind}.{name}" for kind, schema in schemas for name in schema.groups]
    yield "properties", [f"{kind}.{name}" for kind, schema in schemas for name in schema.properties]
    yield "association_labels", [f"{from_}.{to}" for from_, to in portal.links.label_pairs()]
    for kind in KINDS:
        yield kind.name, portal.tables[kind.name].rows
    yield "merged", [f"{kind}.{id_}" for kind, table in portal.tables.items() for id_ in table.aliases]
    yield "blocked", sorted(portal.blocked)
    yield "lacking", sorted(portal.lacking)
    yield "forms", portal.forms
    yield "campaigns", portal.campaigns
    yield "form_submissions", portal.submissions.ids()
    yield "email_events", portal.email_events.ids()
    yield "events", portal.occurrences.ids()


def _record(portal: Holdings, kind: Kind, row: Row) -> Line:
    line: Line = {
        "type": kind.name,
        "id": row.id,
        "properties": row.properties,
        "createdAt": iso(row.created),
        "updatedAt": iso(row.updated),
        "archived": row.archived_at is not None,
        "history": {name: [_version(item) for item in reversed(past)] for name, past in row.history.items()},
        "associations": list(_links(portal, kind, row)),
        "baseAt": iso(row.base_at),
        "baseSource": row.base_source,
        "baseSourceId": row.base_source_id,
    }
    if row.archived_at is not None:
        line["archivedAt"] = iso(row.archived_at)
    return line


def _version(item: Version) -> Line:
    found = {
        "value": item.value,
        "timestamp": iso(item.at),
        "sourceType": item.source_type,
        "sourceId": item.source_id,
        "updatedByUserId": item.user_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def _links(portal: Holdings, kind: Kind, row: Row) -> Iterator[Line]:
    """Yield every link once: from the kind further down the list, whose primary link it may be."""
    for to, to_id, types in portal.links.neighbours(kind.name, row.id):
        if (_RANK[to], int(to_id)) > (_RANK[kind.name], int(row.id)):
            continue
        marks = [{"label": t.label} for t in types if t.label and t.category == "USER_DEFINED"]
        first = any(t.label == "Primary" and t.category == "HUBSPOT_DEFINED" for t in types)
        yield from ({"to": to, "id": to_id, "primary": first, **mark} for mark in (marks or [{}]))


def _owner(portal: Holdings, key: str) -> Line | None:
    owner = portal.owners[key]
    return {
        "id": owner.id,
        "email": owner.email,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": owner.user_id,
        "teams": [{"id": id_, "name": name, "primary": first} for id_, name, first in owner.teams],
        "archived": owner.archived,
        "createdAt": iso(owner.created),
        "updatedAt": iso(owner.updated),
    }


def _account(portal: Holdings, _key: str) -> Line | None:
    account = portal.account
    return {
        "portalId": account.portal_id,
        "accountType": account.account_type,
        "timeZone": account.time_zone,
        "companyCurrency": account.currency,
        "additionalCurrencies": list(account.more_currencies),
        "exchangeRates": dict(account.rates),
        "uiDomain": account.ui_domain,
        "dataHostingLocation": account.hosting,
    }


def _pipeline(portal: Holdings, key: str) -> Line | None:
    pipeline = portal.pipelines.get(key)
    if pipeline is None:
        return {"id": key, "label": key, "archived": True}
    stages = [
        {"id": s.id, "label": s.label, "displayOrder": s.position, "metadata": dict(s.metadata)}
        for s in pipeline.stages
    ]
    position = pipeline.position
    return {"object": pipeline.kind, "id": key, "label": pipeline.label, "displayOrder": position, "stages": stages}


def _group(portal: Holdings, key: str) -> Line | None:
    kind, name = key.split(".", 1)
    group = portal.schemas[kind].groups.get(name)
    if group is None:
        return None
    return {"object": kind, "name": name, "label": group.label, "displayOrder": group.position}


def _property(portal: Holdings, key: str) -> Line | None:
    kind, name = key.split(".", 1)
    held = portal.schemas[kind].properties.get(name)
    if held is None or (held.standard and not held.updated):
        return None
    return {"object": kind, **_definition(held)}


def _definition(held: Definition) -> Line:
    return {
        "name": held.name,
        "label": held.label,
        "dataType": held.type,
        "fieldType": held.field_type,
        "groupName": held.group,
        "description": held.description,
        "options": [
            {"value": o.value, "label": o.label, "displayOrder": o.position, "hidden": o.hidden} for o in held.options
        ],
        "externalOptions": held.external,
        "readOnly": held.read_only,
        "hasUniqueValue": held.unique,
        "hidden": held.hidden,
        "hubspotDefined": held.standard,
        "formField": held.form_field,
        "createdAt": iso(held.created),
        "updatedAt": iso(held.updated),
        "archivedAt": iso(held.archived_at),
    }


def _labels(portal: Holdings, key: str) -> Line | None:
    from_, to = key.split(".", 1)
    held = portal.links.label_rows(from_, to)
    return {"from": from_, "to": to, "labels": held} if held else None


def _merged(portal: Holdings, key: str) -> Line | None:
    kind, id_ = key.split(".", 1)
    into = portal.tables[kind].aliases.get(id_)
    return {"object": kind, "id": id_, "into": into} if into else None


def _form(portal: Holdings, key: str) -> Line | None:
    form = portal.forms[key]
    return {
        "id": key,
        "name": form.name,
        "createdAt": iso(form.created),
        "archived": form.archived,
        "archivedAt": iso(form.archived_at),
        "formType": form.form_type,
    }


def _campaign(portal: Holdings, key: str) -> Line | None:
    campaign = portal.campaigns[key]
    return {
        "id": key,
        "properties": dict(campaign.properties),
        "createdAt": iso(campaign.created),
        "updatedAt": iso(campaign.updated),
        "spend": [_money(item) for item in campaign.spend],
        "budget": [_money(item) for item in campaign.budget],
    }


def _money(item: Spend) -> Line:
    found = {"id": item.id, "name": item.name, "amount": item.amount, "description": item.description}
    return {**found, "createdAt": iso(item.created)}


def _submission(portal: Holdings, key: str) -> Line | None:
    item = portal.submissions.get(key)
    if item is None:
        return None
    values = [{"name": name, "value": value} for name, value in item.values]
    found = {"formId": item.form_id, "conversionId": key, "submittedAt": item.submitted, "pageUrl": item.page_url}
    return {**found, "values": values}


def _email_event(portal: Holdings, key: str) -> Line | None:
    item = portal.email_events.get(key)
    if item is None:
        return None
    found = {"id": key, "recipient": item.recipient, "eventType": item.type, "created": item.created}
    return {**found, "emailCampaignId": item.campaign_id, "url": item.url}


def _occurrence(portal: Holdings, key: str) -> Line | None:
    item = portal.occurrences.get(key)
    if item is None:
        return None
    found = {"id": key, "eventType": item.event_type, "objectType": item.object_type, "objectId": item.object_id}
    return {**found, "occurredAt": iso(item.occurred), "properties": dict(item.properties)}


_LINES: Mapping[str, Callable[[Holdings, str], Line | None]] = {
    "account": _account,
    "owners": _owner,
    "pipelines": _pipeline,
    "property_groups": _group,
    "properties": _property,
    "association_labels": _labels,
    "merged": _merged,
    "blocked": lambda portal, key: {"digest": key} if key in portal.blocked else None,
    "lacking": lambda portal, key: {"scope": key} if key in portal.lacking else None,
    "forms": _form,
    "campaigns": _campaign,
    "form_submissions": _submission,
    "email_events": _email_event,
    "events": _occurrence,
}
