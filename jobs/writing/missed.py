"""Records that a push does not find: looked at by id, and out of the mirror where the CRM says how they went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.values import SourceRecord
from jobs.desk import Desk
from jobs.privacy.announced import request_announced
from jobs.pulling.departed import Gone, take_out
from syncer.records import Kind
from syncer.store import Holding, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """What a look by id says of records that an answer left out."""

    #: There after all: their values, by id.
    here: Mapping[str, Mapping[str, str | None]]
    #: In the CRM's bin.
    binned: Sequence[str]
    #: Merged away: into which record.
    into: Mapping[str, str]


#: Nothing was left out.
NONE = Missed(here={}, binned=(), into={})


async def look_for(desk: Desk, kind: Kind, ids: Sequence[str], properties: Sequence[str]) -> Missed:
    """Ask for records by id, and for the rest in the bin.

    What neither has is in no part of the answer: a token for another portal would find nothing at all, so that is for
    the full compare.
    """
    found = await desk.source.by_id(kind, ids, properties=properties)
    here = {raw.id: _values(raw, properties) for raw in found if raw.asked_id is None}
    into = {raw.asked_id: raw.id for raw in found if raw.asked_id is not None}
    rest = [one for one in ids if one not in here and one not in into]
    binned = await desk.source.by_id(kind, rest, properties=(), archived=True) if rest else ()
    return Missed(here=here, binned=[raw.id for raw in binned if raw.asked_id is None], into=into)


def take_out_missed(unit: Unit, desk: Desk, kind: Kind, missed: Missed) -> None:
    """Mark in the mirror what went, so that nothing is planned for it until it is seen again."""
    gone = Gone(holding=Holding(table=kind.value), lost=missed.binned, into=missed.into)
    take_out(unit, desk, kind, gone)
    request_announced(unit, desk, kind, missed.binned)


def _values(raw: SourceRecord, properties: Sequence[str]) -> Mapping[str, str | None]:
    return {name: raw.properties.get(name) for name in properties}
