"""Writes one HubSpot account: minimal batches, results matched by id, a refused batch taken apart.

`refusal` says how a refused batch is taken apart.
"""

from collections.abc import Mapping, Sequence

from connectors.exchange import Request, Setback
from connectors.http import ApiClient
from connectors.hubspot import wire
from connectors.hubspot.creation import Marked, archive_records, create_record, find_marked
from connectors.hubspot.records import BATCH, Reading, chunks, read_by_id
from connectors.hubspot.refusal import is_about_records, taken_apart
from connectors.hubspot.schema import Schema
from connectors.hubspot.scopes import write_scope
from connectors.hubspot.versions import Versions
from connectors.lanes import Urgency
from connectors.statuses import Case, Effect, Errand, error_of, item_case, narrowed
from connectors.values import Anchor, NewRecord, PropertyDefinition, RecordWrite, SourceRecord, WriteResult
from syncer.errors import Missing, NotApplied

Results = dict[str, WriteResult]


class HubSpotDestination:
    """The Destination of one HubSpot account."""

    def __init__(self, *, api: ApiClient, schema: Schema, versions: Versions) -> None:
        self._api = api
        self._schema = schema
        self._versions = versions

    async def read(
        self, stream: str, ids: Sequence[str], *, properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, str | None]]:
        """Return the values that HubSpot holds now, by id; an id that is gone or merged away is absent."""
        reading = Reading(stream=stream, properties=properties, urgency=Urgency.FIRST)
        records = await read_by_id(self._api, self._versions, reading, ids)
        return {
            record.id: {name: record.properties.get(name) for name in properties}
            for record in records
            if record.asked_id is None
        }

    async def write(self, stream: str, writes: Sequence[RecordWrite]) -> Sequence[WriteResult]:
        """Send the values in batches of 100 and return one result a write.

        Several writes to one id are sent as one; HubSpot refuses a batch with an id twice. Raises UnknownOutcome when
        a batch was sent and not answered, other transient and stream errors as they come.
        """
        merged = _merged(writes)
        results: Results = {one.id: WriteResult(id=one.id) for one in writes}
        for part in chunks([one.id for one in merged.values() if one.values], BATCH):
            results.update(await self._deliver(stream, [merged[one] for one in part]))
        return [results[one.id] for one in writes]

    async def clear(self, stream: str, ids: Sequence[str], property_name: str) -> Sequence[WriteResult]:
        """Blank one property; the new value must follow in a later write, never in the same batch."""
        return await self.write(stream, [RecordWrite(id=one, values={property_name: None}) for one in ids])

    async def create(self, stream: str, record: NewRecord) -> str:
        """Create a record together with its links and return its id. Raises UnknownOutcome without an answer."""
        return await create_record(self._api, self._versions, stream, record)

    async def find(self, stream: str, near: Anchor, *, property_name: str, marker: str) -> str | None:
        """Return the live record linked to `near` whose property contains a marker, or None."""
        return await find_marked(self._api, self._versions, stream, near, Marked(property_name, marker))

    async def archive(self, stream: str, ids: Sequence[str]) -> None:
        """Put records into the bin; those that are gone are no error."""
        await archive_records(self._api, self._versions, stream, ids)

    async def groups(self, stream: str) -> Sequence[str]:
        """Return the names of the property groups."""
        return await self._schema.groups(stream)

    async def create_group(self, stream: str, name: str, label: str) -> None:
        """Create a property group; one that exists is left alone."""
        await self._schema.create_group(stream, name, label)

    async def create_properties(self, stream: str, definitions: Sequence[PropertyDefinition]) -> None:
        """Create properties; those that exist are left alone."""
        await self._schema.create_properties(stream, definitions)

    async def add_options(self, stream: str, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Add options (value, label) to a property; those that it has stay as they are."""
        await self._schema.add_options(stream, name, options)

    async def _deliver(self, stream: str, writes: Sequence[RecordWrite]) -> Results:
        """Write one batch; a refused one is taken apart until only the guilty are left out."""
        results: Results = {}
        waiting: list[Sequence[RecordWrite]] = [writes]
        while waiting:
            batch = waiting.pop()
            answer = await self._send(stream, batch)
            if isinstance(answer, wire.Batch):
                results.update(await self._settled(stream, batch, answer))
                continue
            case = answer.case
            if not is_about_records(case):
                raise answer.error
            parts = taken_apart(case.facts, batch)
            results.update({one.id: _failed(one.id, narrowed(case, one.values)) for one in parts.guilty})
            waiting.extend(parts.retries)
        return results

    async def _send(self, stream: str, batch: Sequence[RecordWrite]) -> wire.Batch | Setback:
        body = {"inputs": [_input(one) for one in batch]}
        path = self._versions.batch_update(stream)
        return await self._api.ask(Request(method="POST", path=path, json=body, errand=_errand(stream)), wire.Batch)

    async def _settled(self, stream: str, batch: Sequence[RecordWrite], answer: wire.Batch) -> Results:
        """Match results and errors of an answer to the writes, by id and never by position."""
        results = {one.id: one for one in map(_success, answer.results)}
        cases = [item_case(raw, _errand(stream)) for raw in answer.errors]
        results.update({one: _failed(one, case) for case in cases for one in case.facts.ids})
        silent = [one.id for one in batch if one.id not in results]
        unnamed = next((case for case in cases if not case.facts.ids), None)
        if unnamed is not None:
            results.update({one: _failed(one, unnamed) for one in silent})
        else:
            results.update(await self._explain_silence(stream, silent))
        return {one.id: results[one.id] for one in batch}

    async def _explain_silence(self, stream: str, ids: Sequence[str]) -> Results:
        """Say what became of writes that HubSpot answered with neither a result nor an error."""
        if not ids:
            return {}
        found = await read_by_id(self._api, self._versions, _silent_reading(stream), ids)
        by_asked = {record.asked_id or record.id: record for record in found}
        return {one: _silent_result(one, by_asked.get(one)) for one in ids}


def _merged(writes: Sequence[RecordWrite]) -> Mapping[str, RecordWrite]:
    merged: dict[str, RecordWrite] = {}
    for one in writes:
        earlier = merged.get(one.id)
        values = {**earlier.values, **one.values} if earlier else one.values
        merged[one.id] = RecordWrite(id=one.id, values=values)
    return merged


def _input(one: RecordWrite) -> Mapping[str, object]:
    # Empty text clears, null would change nothing (2026-11). The trace id comes back with results and errors.
    properties = {name: "" if value is None else value for name, value in one.values.items()}
    return {"id": one.id, "properties": properties, "objectWriteTraceId": one.id}


def _success(record: wire.Record) -> WriteResult:
    asked = record.object_write_trace_id or record.id
    return WriteResult(id=asked, new_id=record.id if record.id != asked else None)


def _errand(stream: str) -> Errand:
    return Errand(stream=stream, effect=Effect.REPEATABLE, scope=write_scope(stream), urgency=Urgency.FIRST)


def _silent_reading(stream: str) -> Reading:
    return Reading(stream=stream, properties=(), urgency=Urgency.FIRST)


def _failed(record_id: str, case: Case) -> WriteResult:
    error = error_of(case)
    error.record = record_id
    return WriteResult(id=record_id, error=error)


def _silent_result(record_id: str, found: SourceRecord | None) -> WriteResult:
    if found is None or found.asked_id is not None:
        gone = Missing("the record was deleted or merged away", record=record_id)
        return WriteResult(id=record_id, error=gone, new_id=found.id if found else None)
    ignored = NotApplied("HubSpot answered success and reported neither a result nor an error", record=record_id)
    return WriteResult(id=record_id, error=ignored)
