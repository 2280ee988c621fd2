"""Lines of a portal out of what a Source read: the shapes that `lines.load` takes. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby

from connectors.sandbox.definitions import EPOCH, default_schemas
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.linefields import LineError
from connectors.sandbox.lineparse import PARSERS, record
from connectors.sandbox.records import default_pipeline
from connectors.sandbox.storefile import Change
from connectors.sandbox.values import parsed_moment
from connectors.values import (
    AccountFacts,
    ExchangeRate,
    HistoryItem,
    LinkRow,
    OwnerRow,
    PipelineStage,
    PropertyDefinition,
    SourceRecord,
)
from syncer.moments import Millis, iso

Line = dict[str, object]

_TYPES = frozenset({"string", "number", "date", "datetime", "enumeration", "bool"})
#: The last millisecond that has a date.
_LAST = 253_402_300_799_999
_SPENT = "hs_spend_items_sum_amount"
_CONTACTS_SCOPE = BY_NAME["contacts"].read_scopes[0]
#: The scope of what is no kind of record.
_SCOPES: Mapping[str, str] = {
    "owners": "crm.objects.owners.read",
    "campaigns": "marketing.campaigns.read",
    "form_submissions": "forms",
    "email_clicks": "content",
    "page_views": "business-intelligence",
}


def scope_of(stream: str) -> str | None:
    """Return the scope that a stream alone needs; None where it shares the contacts' one."""
    kind = BY_NAME.get(stream)
    if kind is None:
        return _SCOPES.get(stream)
    own = kind.read_scopes[-1]
    return None if own == _CONTACTS_SCOPE and stream != "contacts" else own


def change(line: Line, *, key: str) -> Change:
    """Return a line as the file keeps it. Raises LineError where the sandbox could not take it in."""
    name = str(line["type"])
    try:
        if name in BY_NAME:
            record(BY_NAME[name], line)
        else:
            PARSERS[name](line)
    except ValueError as error:
        raise LineError("a number is none") from error
    return name, key, line


def account_change(facts: AccountFacts, rates: Sequence[ExchangeRate]) -> Change:
    """Return the account's own facts; the sandbox holds one rate a currency, the latest."""
    latest = {one.currency: str(one.rate) for one in sorted(rates, key=lambda one: one.at)}
    line: Line = {
        "type": "account",
        "portalId": facts.portal_id,
        "accountType": facts.account_type,
        "timeZone": facts.time_zone,
        "companyCurrency": facts.currency,
        "additionalCurrencies": list(facts.more_currencies),
        "exchangeRates": latest,
    }
    return change(line, key="account")


def owner_change(row: OwnerRow) -> Change:
    """Return an owner."""
    line: Line = {
        "type": "owners",
        "id": row.id,
        "email": row.email,
        "firstName": row.first_name,
        "lastName": row.last_name,
        "userId": row.user_id,
        "teams": [row.team] if row.team else [],
        "archived": row.archived,
    }
    return change(line, key=row.id)


def pipeline_changes(stages: Iterable[PipelineStage], *, stream: str = "deals") -> Iterator[Change]:
    """Yield a stream's pipelines; HubSpot's default one of deals goes where the account has none of its id."""
    found = {id_: list(rows) for id_, rows in groupby(stages, key=lambda stage: stage.pipeline_id)}
    for position, (id_, rows) in enumerate(found.items()):
        line: Line = {
            "type": "pipelines",
            "object": stream,
            "id": id_,
            "label": rows[0].pipeline_label or id_,
            "displayOrder": position,
            "stages": [_stage(stage) for stage in rows],
        }
        yield change(line, key=id_)
    default = default_pipeline()
    if stream == default.kind and default.id not in found:
        gone: Line = {"type": "pipelines", "id": default.id, "label": default.label, "archived": True}
        yield change(gone, key=default.id)


def _stage(stage: PipelineStage) -> Line:
    metadata = {"isClosed": "true" if stage.is_closed else "false"}
    if stage.probability is not None:
        metadata["probability"] = str(stage.probability)
    if stage.state is not None:
        metadata["leadState"] = stage.state
    label = stage.label or stage.stage_id
    return {"id": stage.stage_id, "label": label, "displayOrder": stage.position, "metadata": metadata}


def property_changes(stream: str, known: Iterable[PropertyDefinition]) -> Iterator[Change]:
    """Yield the properties of a stream, but for those whose values the sandbox takes from elsewhere: owners, stages."""
    own = default_schemas()[stream].properties
    return (_property(stream, one) for one in known if one.name not in own or not own[one.name].external)


def _property(stream: str, one: PropertyDefinition) -> Change:
    line: Line = {
        "type": "properties",
        "object": stream,
        "name": one.name,
        "label": one.label or one.name,
        "dataType": one.type if one.type in _TYPES else "string",
        "fieldType": one.field_type,
        "groupName": one.group,
        "description": one.description,
        "options": [{"value": value, "label": label} for value, label in one.options if value],
        "externalOptions": one.type == "enumeration" and not one.options,
        "readOnly": one.read_only,
    }
    return change(line, key=f"{stream}.{one.name}")


def group_change(stream: str, name: str) -> Change:
    """Return a property group; the port knows its name, so that is its label too."""
    return change({"type": "property_groups", "object": stream, "name": name}, key=f"{stream}.{name}")


def lacking_change(scope: str, *, holds: bool) -> Change:
    """Return whether a scope is one that no token of the copy has."""
    return change({"type": "lacking", "scope": scope}, key=scope) if holds else ("lacking", scope, None)


def record_change(
    raw: SourceRecord,
    *,
    history: Mapping[str, Sequence[HistoryItem]],
    links: Mapping[str, Sequence[LinkRow]],
) -> Change:
    """Return a CRM record with the versions and, by the far end's kind, the links that were read of it."""
    kind = BY_NAME[raw.stream]
    updated = _moment(raw.properties.get(kind.modified), raw.updated_at)
    created = _moment(raw.created_at, raw.properties.get(kind.created))
    born = created if created is not None else updated if updated is not None else EPOCH
    line: Line = {
        "type": raw.stream,
        "id": raw.id,
        "properties": {name: value for name, value in raw.properties.items() if value},
        "createdAt": iso(born),
        "updatedAt": iso(updated if updated is not None else born),
        "archived": raw.archived,
        "history": {name: [_version(item) for item in items] for name, items in history.items() if items},
        "associations": [_link(to, row) for to, rows in links.items() for row in rows],
        # With a base of its own the sandbox makes up no dates of stages.
        "baseAt": iso(updated if updated is not None else born),
    }
    if raw.archived:
        line["archivedAt"] = iso(_moment(raw.archived_at))
    return change(line, key=raw.id)


def _version(item: HistoryItem) -> Line:
    found = {
        "value": item.value,
        "timestamp": iso(item.at),
        "sourceType": item.source_type,
        "sourceId": item.source_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def _link(to: str, row: LinkRow) -> Line:
    found: Line = {"to": to, "id": row.to_id, "primary": row.is_primary}
    return {**found, "label": row.label} if row.label else found


def merged_change(stream: str, gone: str, into: str) -> Change:
    """Return an id that leads to the record it was merged into."""
    return change({"type": "merged", "object": stream, "id": gone, "into": into}, key=f"{stream}.{gone}")


def campaign_change(raw: SourceRecord) -> Change:
    """Return a campaign; what it spent becomes one item of that sum."""
    spent = raw.properties.get(_SPENT)
    line: Line = {
        "type": "campaigns",
        "id": raw.id,
        "properties": {name: value for name, value in raw.properties.items() if value},
        "createdAt": iso(_moment(raw.created_at)),
        "updatedAt": iso(_moment(raw.updated_at)),
        "spend": [{"name": "spend", "amount": spent}] if _is_amount(spent) else [],
    }
    return change(line, key=raw.id)


def _is_amount(text: str | None) -> bool:
    try:
        return Decimal(text or "").is_finite()
    except InvalidOperation:
        return False


def event_changes(raw: SourceRecord) -> Iterator[Change]:
    """Yield what one item of an event feed becomes, under the names that the feeds give their properties."""
    match raw.stream:
        case "form_submissions":
            yield from _submission(raw)
        case "email_clicks":
            yield _click(raw)
        case _:
            yield _view(raw)


def _submission(raw: SourceRecord) -> Iterator[Change]:
    held = raw.properties
    form, address = held.get("form_id") or "", held.get("email")
    yield change({"type": "forms", "id": form, "name": held.get("form_name") or form}, key=form)
    line: Line = {
        "type": "form_submissions",
        "formId": form,
        "conversionId": raw.id,
        "submittedAt": held.get("submitted_at"),
        "pageUrl": held.get("page_url"),
        "values": [{"name": "email", "value": address}] if address else [],
    }
    yield change(line, key=raw.id)


def _click(raw: SourceRecord) -> Change:
    held = raw.properties
    line: Line = {
        "type": "email_events",
        "id": raw.id,
        "recipient": held.get("recipient"),
        "eventType": "CLICK",
        "created": held.get("created"),
        "emailCampaignId": held.get("email_campaign_id"),
        "url": held.get("url"),
    }
    return change(line, key=raw.id)


def _view(raw: SourceRecord) -> Change:
    held = raw.properties
    named = {"hs_url": "url", "hs_url_path": "path", "hs_page_title": "title", "dwell_s": "dwell_s"}
    line: Line = {
        "type": "events",
        "id": raw.id,
        "eventType": "e_visited_page",
        "objectId": held.get("contact_id"),
        "occurredAt": held.get("occurred_at"),
        "properties": {name: value for name, own in named.items() if (value := held.get(own))},
    }
    return change(line, key=raw.id)


def _moment(*texts: str | None) -> Millis | None:
    moments = (parsed_moment(text) for text in texts if text)
    return next((found for found in moments if found is not None and 0 <= found <= _LAST), None)
