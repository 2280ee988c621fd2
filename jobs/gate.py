"""The gate of the intake: who was forgotten stays out, under whatever id or address they come."""

from jobs.desk import Desk
from jobs.erasures import tombstoner_of
from jobs.forget import Eraser, erase_found
from jobs.reading import Batch
from jobs.sieve import Barred, barred, sift
from syncer.store import Unit


def without_forgotten(unit: Unit, desk: Desk, batch: Batch) -> Barred:
    """Take the records of people who were erased, or pruned and rest, out of a batch; return who they are."""
    out = Barred() if desk.keeping is None else barred(unit, desk.name, tombstoner_of(desk.keeping), batch)
    sift(batch, out)
    return out


def settle_forgotten(desk: Desk, batch: Batch) -> None:
    """Take them out, and erase what is held of them under ids and addresses that bear no tombstone yet."""
    with desk.store.snapshot() as unit:
        out = without_forgotten(unit, desk, batch)
    if desk.keeping is not None and (out.new_ids or out.new_addresses):
        rules = desk.agreement.agreement
        eraser = Eraser(store=desk.store, keeping=desk.keeping, agreement=rules, clock=desk.clock)
        erase_found(eraser, desk.name, out.new_ids, out.new_addresses)


def let_in(unit: Unit, desk: Desk, out: Barred) -> None:
    """Take the tombstones of pruned prospects away who did something since: what comes next of them is taken in."""
    if out.lifted:
        unit.privacy.lift(desk.name, unit.privacy.siblings(desk.name, out.lifted))
