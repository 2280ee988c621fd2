"""After a full pass: deals that stay away are asked for by id, and counted until they are gone for good (domain R4)."""

import asyncio

from jobs.desk import Desk
from syncer.records import Kind


async def note_absent(desk: Desk, stream: str) -> None:
    """Count one more full pass that did not find the deals marked as gone; one that is there after all is not counted.

    Costs no call where nothing is marked, or where two passes have told already.
    """
    if stream != Kind.DEAL:
        return
    away = await asyncio.to_thread(_away, desk)
    found = await desk.source.by_id(stream, away, properties=()) if away else ()
    here = {raw.asked_id or raw.id for raw in found}
    await asyncio.to_thread(_note, desk, here)


def _away(desk: Desk) -> list[str]:
    with desk.store.snapshot() as unit:
        return unit.reconcile.absent_deals(desk.name)


def _note(desk: Desk, here: set[str]) -> None:
    with desk.store.commit() as unit:
        unit.reconcile.note_absent_deals(desk.name, desk.clock(), but=here)
