"""A CRM of one contact that judges what is written to it, and a desk on it."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from connectors.values import RecordWrite, WriteResult
from syncer.errors import SyncerError
from syncer.records import Kind
from syncer.store import Store
from syncer.writeback import Intent

Values = Mapping[str, str | None]


class Crm:
    """Holds one contact; what `judge` says against a write is its answer."""

    def __init__(self, judge: Callable[[Values], SyncerError | None]) -> None:
        self.judge = judge
        self.held: dict[str, str | None] = {}

    async def read(self, kind: Kind, ids: Sequence[str], *, properties: Sequence[str]) -> Mapping[str, Values]:
        return {"1": {name: self.held.get(name) for name in properties}}

    async def write(self, kind: Kind, writes: Sequence[RecordWrite]) -> Sequence[WriteResult]:
        error = self.judge(writes[0].values)
        if error is None:
            self.held |= writes[0].values
        return [WriteResult(id="1", error=error)]


def desk_on(store: Store, crm: Crm) -> SimpleNamespace:
    quiet = SimpleNamespace(advance=lambda *_: None, done=lambda *_: None)

    async def sleep(_: float) -> None:
        """Wait no time at all."""

    return SimpleNamespace(name="hubspot", store=store, destination=crm, clock=lambda: 1, progress=quiet, sleep=sleep)


def planned(store: Store, values: Values, decision: str = "d", previous: str | None = None) -> None:
    """Put values of the contact into the outbox, planned where the CRM held `previous`."""
    head = {"account": "hubspot", "kind": Kind.CONTACT, "record_id": "1", "previous": previous, "rule": "x", "why": "y"}
    with store.commit() as unit:
        intents = [Intent(**head, property=name, value=value, decision=decision) for name, value in values.items()]
        unit.desk.intend("hubspot", "r", intents, 1)
