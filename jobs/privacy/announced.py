"""Erasures that the CRM announced, carried out here once the CRM itself holds the person no more."""

from collections.abc import Collection

from jobs.desk import Desk
from jobs.privacy.forget import Eraser, erase
from syncer.records import Kind
from syncer.store import Unit


def request_announced(unit: Unit, desk: Desk, stream: str, gone: Collection[str]) -> None:
    """Request the erasure of those among `gone` of whom a hint said so, now or while the CRM still answered them."""
    announced = unit.inbox.announced(desk.name, stream, gone)
    known = [one for one in sorted(announced) if unit.mirror.contact(desk.name, one) is not None]
    unit.inbox.request_erasure(desk.name, stream, known, desk.clock())


def carry_out(desk: Desk, stream: str) -> None:
    """Erase whose erasure is requested, and settle the requests. Call it while the account is held."""
    if desk.keeping is None or stream != Kind.CONTACT:
        return
    eraser = Eraser(store=desk.store, keeping=desk.keeping, agreement=desk.agreement.agreement, clock=desk.clock)
    with desk.store.snapshot() as unit:
        requests = [one.record_id for one in unit.inbox.erasures(desk.name) if one.stream == stream]
    for contact_id in requests:
        erase(eraser, desk.name, contact_id, is_held=True)
        with desk.store.commit() as unit:
            unit.inbox.settle_erasure(desk.name, stream, contact_id)
