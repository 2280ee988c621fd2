"""Proof that an export says what the CRM's records say: some of its rows beside the same records read by id."""

from collections.abc import Sequence
from itertools import islice

from connectors.exporting import Exported
from connectors.values import SourceRecord
from syncer.errors import ExportUnusable
from syncer.writeback import same_value

#: Rows of a sample: what one call reads by id.
SIZE = 100


def sample(file: Exported) -> list[SourceRecord]:
    """Return rows from everywhere in the file."""
    return list(islice(islice(file.records(), 0, None, max(1, file.count // SIZE)), SIZE))


def refuse_differing(stream: str, exported: Sequence[SourceRecord], present: Sequence[SourceRecord]) -> None:
    """Raise ExportUnusable where a row says otherwise than its record, or where too few can be compared.

    A record that changed since, or is gone, proves nothing either way.
    """
    now = {record.id: record for record in present if record.asked_id is None}
    pairs = [(row, now[row.id]) for row in exported if row.id in now]
    comparable = [(row, record) for row, record in pairs if same_value(row.updated_at, record.updated_at)]
    differing = sorted({name for row, record in comparable for name in _differing(row, record)})
    if differing:
        why = f"{len(differing)} properties are not exported as the API tells them: {', '.join(differing[:5])}"
        raise ExportUnusable(why, stream=stream)
    if 2 * len(comparable) < len(exported):
        why = f"only {len(comparable)} of {len(exported)} rows could be held against their records"
        raise ExportUnusable(why, stream=stream)


def _differing(row: SourceRecord, record: SourceRecord) -> Sequence[str]:
    """Return what a row says otherwise; to the millisecond, or the mirror would differ by how it was read."""
    return [
        name
        for name, value in row.properties.items()
        if not same_value(value, record.properties.get(name) or None, within=1)
    ]
