"""Takes out of the mirror what the CRM has no more: archived, deleted, or merged into another record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobs.desk import Desk
from syncer.records import Kind
from syncer.store import Holding, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What of one stream is gone."""

    holding: Holding
    #: Archived or deleted.
    lost: Sequence[str]
    #: Merged away: into which record.
    into: Mapping[str, str] = field(default_factory=dict)


def take_out(unit: Unit, desk: Desk, stream: str, gone: Gone) -> None:
    """Mark what is gone; a merge is followed only into a record that the mirror holds."""
    now = desk.clock()
    if stream in set(Kind):
        kind = Kind(stream)
        there = unit.mirror.live(desk.name, kind, set(gone.into.values()))
        unit.reconcile.merge(desk.name, kind, {old: new for old, new in gone.into.items() if new in there}, now)
        unit.mirror.archive(desk.name, kind, gone.lost, now)
    elif gone.holding.table == "stories":
        unit.mirror.archive_stories(desk.name, stream, gone.lost, now)
    elif gone.holding.stream is not None:
        unit.mirror.archive_activities(desk.name, stream, gone.lost, now)
    else:
        unit.reconcile.drop_answers(desk.name, gone.lost)
