"""Sends a portal's webhooks with HubSpot's habits: signed, in batches, out of order, twice, again when refused.

Its clock is shortened: what HubSpot spreads over a day comes within seconds.
"""

import hashlib
import hmac
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

import httpx
import orjson

from connectors.sandbox.draws import Draws
from connectors.sandbox.happenings import Happening
from connectors.sandbox.state import Portal

_MOST_EVENTS = 100
_APP_ID = 54_321
#: Seconds for which events are gathered into one delivery.
_GATHER = 0.05
_ANSWER_WITHIN = 5.0
_OK = range(200, 300)


@dataclass(frozen=True, kw_only=True, slots=True)
class HookHabits:
    """How webhooks arrive."""

    #: Share of events that come twice, and that never come.
    twice: float = 0.05
    lost: float = 0.0
    shuffled: bool = True
    #: `object.…` with a type id instead of `contact.…`.
    generic: bool = False
    #: Seconds after which a delivery that was not answered with 2xx comes again; afterwards it is lost.
    retries: Sequence[float] = (0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8)
    #: With the older signature alone.
    v1: bool = False


def signature(secret: str, address: str, body: bytes, timestamp: str) -> str:
    """Return HubSpot's v3 signature of a delivery to an address without escapes."""
    signed = f"POST{address}".encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()


class Hooks:
    """Sends what happens in a portal to one address, for the length of a with-block."""

    def __init__(
        self, portal: Portal, address: str, secret: str, *, habits: HookHabits | None = None, seed: int = 1
    ) -> None:
        self._portal = portal
        self._address = address
        self._secret = secret
        self._habits = habits or HookHabits()
        self._dice = Draws(seed)
        self._happened: SimpleQueue[Happening] = SimpleQueue()
        #: (due, number, attempt, events).
        self._due: list[tuple[float, int, int, list[dict[str, object]]]] = []
        self._numbers = count(1)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        #: Each is written by one thread only.
        self._noted = self._repeated = self._settled = 0
        #: Deliveries by what came of them: accepted, refused, lost; and events sent.
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._portal.watchers.append(self._note)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._portal.watchers.remove(self._note)
        self._leaving.set()
        self._thread.join()

    @property
    def is_idle(self) -> bool:
        """Whether everything that happened was sent, or given up."""
        return self._noted + self._repeated == self._settled

    def send(self, events: Sequence[dict[str, object]], *, attempt: int = 0) -> int | None:
        """Send one delivery now and return the status of its answer, None where there is none."""
        body = orjson.dumps([{**event, "attemptNumber": attempt} for event in events])
        try:
            return httpx.post(
                self._address, content=body, headers=self._headers(body), timeout=_ANSWER_WITHIN
            ).status_code
        except httpx.TransportError:
            return None

    def _headers(self, body: bytes) -> dict[str, str]:
        now = str(self._portal.clock())
        v1 = hashlib.sha256(self._secret.encode() + body).hexdigest()
        headers = {"X-HubSpot-Signature": v1, "X-HubSpot-Signature-Version": "v1", "Content-Type": "application/json"}
        if self._habits.v1:
            return headers
        v3 = signature(self._secret, self._address, body, now)
        return {**headers, "X-HubSpot-Signature-v3": v3, "X-HubSpot-Request-Timestamp": now}

    def _is_subscribed(self, happening: Happening) -> bool:
        """Return whether some app asked for it; where none ever subscribed, everything is sent."""
        wanted = [one for of in self._portal.subscriptions.values() for one in of]
        asked = happening.event(generic=False)
        return not wanted or any(
            one["active"]
            and one["eventType"] == asked["subscriptionType"]
            and one["propertyName"] in {None, asked.get("propertyName")}
            for one in wanted
        )

    def _note(self, happening: Happening) -> None:
        if not self._is_subscribed(happening):
            return
        if self._dice.chance() < self._habits.lost:
            self.counts["never sent"] += 1
            return
        self._noted += 1
        self._happened.put(happening)

    def _run(self) -> None:
        while not self._leaving.is_set():
            batch = self._gathered()
            if batch:
                self._deliver(batch, 0)
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, attempt, events = heappop(self._due)
                self._deliver(events, attempt)

    def _gathered(self) -> list[dict[str, object]]:
        """Return what happened within a moment, up to a hundred, numbered, in any order, some of it twice."""
        events: list[dict[str, object]] = []
        end = time.monotonic() + _GATHER
        while len(events) < _MOST_EVENTS and (left := end - time.monotonic()) > 0:
            try:
                event = self._numbered(self._happened.get(timeout=left))
            except Empty:
                break
            events.append(event)
            if self._dice.chance() < self._habits.twice and len(events) < _MOST_EVENTS:
                self._repeated += 1
                events.append(event)
        if self._habits.shuffled:
            events.sort(key=lambda _: self._dice.chance())
        return events

    def _numbered(self, happening: Happening) -> dict[str, object]:
        number = next(self._numbers)
        return {
            "eventId": number,
            "subscriptionId": 1,
            "portalId": int(self._portal.account.portal_id),
            "appId": _APP_ID,
            **happening.event(generic=self._habits.generic),
        }

    def _deliver(self, events: list[dict[str, object]], attempt: int) -> None:
        if self.send(events, attempt=attempt) in _OK:
            self.counts["accepted"] += 1
            self.counts["events"] += len(events)
            self._settled += len(events)
            return
        self.counts["refused"] += 1
        if attempt >= len(self._habits.retries):
            self.counts["lost"] += 1
            self._settled += len(events)
            return
        due = time.monotonic() + self._habits.retries[attempt]
        heappush(self._due, (due, next(self._numbers), attempt + 1, events))
