"""Creates single records with their links, finds them again by a marker, and archives them.

HubSpot knows no idempotency key: a create that was not answered is looked for before anybody repeats it (2026-11).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.associations import read_links
from connectors.hubspot.records import BATCH, Reading, chunks, read_by_id
from connectors.hubspot.scopes import write_scope
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import Record
from connectors.lanes import Urgency
from connectors.statuses import Effect, Errand
from connectors.values import Anchor, NewRecord
from syncer.errors import Unavailable

#: HubSpot's own association types (2026-11).
_TYPES: Mapping[tuple[str, str], int] = {
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("notes", "deals"): 214,
    ("tasks", "contacts"): 204,
    ("tasks", "companies"): 192,
    ("tasks", "deals"): 216,
}


class Marked(NamedTuple):
    """A property and the text by which a record is known again."""

    property: str
    marker: str


async def create_record(api: ApiClient, versions: Versions, stream: str, record: NewRecord) -> str:
    """Create a record with its links in one request, which is never repeated after an unknown outcome."""
    body = {
        "properties": dict(record.values),
        "associations": [_association(stream, anchor) for anchor in record.anchors],
    }
    request = Request(method="POST", path=versions.list_objects(stream), json=body, errand=_errand(stream, Effect.ONCE))
    created = await api.call(request, Record)
    return created.id


async def find_marked(api: ApiClient, versions: Versions, stream: str, near: Anchor, wanted: Marked) -> str | None:
    """Return the record linked to `near` that carries a marker; links and records are read, never the search index."""
    rows = await read_links(api, versions, (near.stream, stream), [near.id])
    if near.id not in rows:
        raise Unavailable("HubSpot does not tell what the record is linked to", stream=near.stream, record=near.id)
    ids = list(dict.fromkeys(row.to_id for row in rows[near.id]))
    reading = Reading(stream=stream, properties=(wanted.property,), urgency=Urgency.FIRST)
    found = await read_by_id(api, versions, reading, ids) if ids else ()
    marked = (one.id for one in found if wanted.marker in (one.properties.get(wanted.property) or ""))
    return min(marked, default=None)


async def archive_records(api: ApiClient, versions: Versions, stream: str, ids: Sequence[str]) -> None:
    """Put records into the bin; HubSpot answers success for ids that are gone."""
    for part in chunks(ids, BATCH):
        body = {"inputs": [{"id": one} for one in part]}
        path = versions.batch_archive(stream)
        await api.tell(Request(method="POST", path=path, json=body, errand=_errand(stream, Effect.REPEATABLE)))


def _association(stream: str, anchor: Anchor) -> Mapping[str, object]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TYPES[stream, anchor.stream]}]
    return {"to": {"id": anchor.id}, "types": types}


def _errand(stream: str, effect: Effect) -> Errand:
    return Errand(stream=stream, effect=effect, scope=write_scope(stream), urgency=Urgency.FIRST)
