"""What happens in a sandbox, as HubSpot's webhooks would tell it, put into the inbox without a network."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import orjson

from connectors.hubspot.webhooks import read_batch
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from syncer.store import Store
from tests import plain_http

_NUMBERS = count(1)
#: Streams that are compared in full after hints were drained.
COUNTED = ("contacts", "companies", "deals")


class Told(list):
    """Events, in the order in which they happened."""

    def receive(self, store: Store, crm, *, dice: random.Random | None = None) -> int:
        """Put the events into the inbox; with dice in any order and some of them twice. Return the new hints."""
        events = list(self)
        self.clear()
        if dice is not None:
            events += [one for one in events if dice.random() < 0.3]
            dice.shuffle(events)
        return receive(store, crm, events)


def receive(store: Store, crm, events: Sequence[dict]) -> int:
    hints = read_batch(orjson.dumps(events)).hints.get(str(crm.portal.account.portal_id), ())
    with store.commit() as unit:
        return unit.inbox.receive("hubspot", hints, crm.clock())


@contextmanager
def listening(crm, *, generic: bool = False) -> Iterator[Told]:
    """Yield the events of what happens in the block."""
    told = Told()

    def note(happening) -> None:
        portal = crm.portal.account.portal_id
        told.append({"eventId": next(_NUMBERS), "portalId": portal, **happening.event(generic=generic)})

    crm.portal.watchers.append(note)
    yield told
    crm.portal.watchers.remove(note)


def waiting(store: Store) -> list:
    with store.snapshot() as unit:
        return list(unit.inbox.waiting("hubspot", 10_000))


def rep(crm, method: str, path: str, **more) -> dict:
    """Do something in the CRM as another app does."""
    headers = {"Authorization": "Bearer pat-rep-1"}
    answer = plain_http.request(method, f"{crm.server.base_url}{path}", headers=headers, **more)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else {}


def quiet_contact(crm, place: int = 0):
    """Return a contact that nobody works on yet."""
    rows = crm.portal.tables["contacts"].live()
    return [row for row in rows if not row.properties.get("hs_lead_status")][place]


async def faults(desk) -> dict[str, int]:
    result = await reconcile_round(desk, orders=Orders(apply=False))
    return {stream: one.counts()["faults"] for stream, one in result.streams.items() if stream in COUNTED}
