"""Reads records by id in batches: what is gone is absent, what was merged away is found again under its new id."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.scopes import READ_SCOPES
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import Batch, Record, source_record
from connectors.lanes import Urgency
from connectors.statuses import Errand, Meaning, error_of, item_case
from connectors.values import SourceRecord

BATCH = 100
#: "The maximum number of inputs supported in a batch request for property histories is 50" (2026-11).
HISTORY_BATCH = 50
#: Where a survivor names the ids merged into it; contacts may use either.
MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")
_MERGEABLE = frozenset({"contacts", "companies", "deals"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What to read of each record."""

    stream: str
    properties: Sequence[str]
    history: bool = False
    archived: bool = False
    urgency: Urgency = Urgency.ORDINARY


def chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield consecutive parts of at most `size`."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


#: Objects that some tiers lack altogether.
TIERED = frozenset({"communications", "feedback_submissions", "leads", "quotes"})


def read_errand(stream: str, urgency: Urgency = Urgency.ORDINARY) -> Errand:
    """Return the errand of reading a stream."""
    return Errand(stream=stream, scope=READ_SCOPES.get(stream), tiered=stream in TIERED, urgency=urgency)


async def read_batch(
    api: ApiClient, versions: Versions, reading: Reading, ids: Sequence[str]
) -> tuple[Sequence[Record], set[str]]:
    """Return the records that HubSpot finds under up to 100 ids, and the ids that it says are gone.

    Raises the error of any item that is not simply absent.
    """
    named = [*reading.properties, *(MERGED[:1] if reading.stream in _MERGEABLE else ())]
    body: dict[str, object] = {"inputs": [{"id": one} for one in ids], "properties": list(dict.fromkeys(named))}
    if reading.history:
        body["propertiesWithHistory"] = list(reading.properties)
    errand = read_errand(reading.stream, reading.urgency)
    params = (("archived", "true"),) if reading.archived else ()
    path = versions.batch_read(reading.stream)
    batch = await api.call(Request(method="POST", path=path, params=params, json=body, errand=errand), Batch)
    gone: set[str] = set()
    # The object is there, the batch was answered: 404 is about this record.
    about_one = dataclasses.replace(errand, tiered=False)
    for raw in batch.errors:
        case = item_case(raw, about_one)
        if case.meaning is not Meaning.ABSENT:
            raise error_of(case)
        gone.update(case.facts.ids)
    return batch.results, gone


async def read_by_id(
    api: ApiClient, versions: Versions, reading: Reading, ids: Sequence[str]
) -> Sequence[SourceRecord]:
    """Return the records under `ids`; one that answers under another id carries the one asked for."""
    size = HISTORY_BATCH if reading.history else BATCH
    found: list[SourceRecord] = []
    for part in chunks(list(dict.fromkeys(ids)), size):
        records, gone = await read_batch(api, versions, reading, part)
        found.extend(await _matched(api, versions, reading, _Answered(asked=part, records=records, gone=gone)))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answered:
    asked: Sequence[str]
    records: Sequence[Record]
    gone: set[str]


async def _matched(api: ApiClient, versions: Versions, reading: Reading, answered: _Answered) -> Sequence[SourceRecord]:
    by_id = {record.id: source_record(reading.stream, record) for record in answered.records}
    asked = set(answered.asked)
    matched = [record for record in by_id.values() if record.id in asked]
    unanswered = [one for one in answered.asked if one not in by_id and one not in answered.gone]
    if not unanswered:
        return matched
    survivors = {merged: record for record in by_id.values() for merged in merged_ids(record.properties)}
    for one in unanswered:
        record = survivors.get(one) or await _alone(api, versions, reading, one)
        if record is not None:
            matched.append(replace(record, asked_id=one))
    return matched


async def _alone(api: ApiClient, versions: Versions, reading: Reading, asked: str) -> SourceRecord | None:
    # Results come in any order and the survivor may not list its merged ids: ask for this one by itself.
    records, _ = await read_batch(api, versions, reading, [asked])
    return source_record(reading.stream, records[0]) if records else None


def merged_ids(properties: Mapping[str, str | None]) -> Sequence[str]:
    """Return the ids that were merged into a record, from either property: `1;2` or `1:moment;2:moment`."""
    texts = (properties.get(name) for name in MERGED)
    return [part.partition(":")[0] for text in texts if text for part in text.split(";") if part]
