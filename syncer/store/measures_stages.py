"""How many contacts or companies stand in each stage."""

from collections.abc import Iterator

from sqlalchemy import Connection

from syncer.funnel.facts import FunnelStage
from syncer.kpis.ports import Cut, StageCount, Unit
from syncer.store.measures_queries import companies_by_stage, contacts_by_stage, grouped
from syncer.store.measures_segments import reader


def stages(connection: Connection, cut: Cut, unit: Unit) -> Iterator[StageCount]:
    """Count contacts or companies by the stage in which they stand."""
    keys, chosen = contacts_by_stage(cut) if unit is Unit.CONTACTS else companies_by_stage(cut)
    read = reader(cut)
    for *segment, stage, units in grouped(connection, keys, chosen):
        yield StageCount(read(segment), FunnelStage(stage), units)
