"""Who may use how much of an account's limits: one text that every process on the account changes in its turn.

Pure: the text and the moment come in, the new text goes out. At any moment what all hold of a window is at most what
the window may hold, and nobody holds less than counts against it: no window overflows, whoever comes, goes or dies.
"""

from collections.abc import Mapping
from zlib import crc32

import msgspec

from syncer.moments import SECOND, Millis

#: How long a lease holds that is not renewed.
LEASE_MS = 5 * SECOND
#: Where there are more processes than calls, somebody else has none after so long.
_TURN_MS = 5 * SECOND
#: What is urgent leaves this part to the rest.
_LEFT = 10


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a process holds of one limit, and what it wants."""

    #: Calls that count now, or may before the answer is there.
    calls: int
    #: Calls a window that it could use; 0 where it wants none.
    wish: int
    urgent: bool = False
    #: Calls that a window may hold over all processes, and its length.
    most: int
    window_ms: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What a process leaves behind of one limit."""

    #: Calls that stop to count in the first tenth of a window, in the second, and so on.
    fading: list[int]
    window_ms: int


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What a process has of one limit."""

    #: As many calls may count at once.
    calls: int
    #: Calls a window at the even pace; `calls` follow as others give theirs back.
    pace: int
    #: Calls that the other processes hold.
    others: int


class _Held(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    calls: int
    wish: int = 0
    urgent: bool = False
    #: Calls of a window as its process knows the plan.
    most: int = 0
    #: Calls of a dead process count so much longer than its lease; those of one that took its leave fade.
    window_ms: int = 0
    fading: list[int] = []

    def counted(self, since: int) -> int:
        """Return how many calls count so many milliseconds after the lease ended."""
        if since < 0:
            return self.calls
        if self.fading:
            return sum(self.fading[since * len(self.fading) // self.window_ms :])
        return self.calls if since < self.window_ms else 0


class _Lease(msgspec.Struct, frozen=True, kw_only=True):
    until: Millis
    lanes: dict[str, _Held]


_Leases = dict[str, _Lease]


def renewed(
    text: str | None, holder: str, asked: Mapping[str, Asked], now: Millis
) -> tuple[str, Mapping[str, Granted]]:
    """Return the leases with the holder's renewed, and what it has now."""
    others = {name: lease for name, lease in _decoded(text).items() if name != holder and _counts(lease, now)}
    granted = {limit: _granted(others, holder, limit, one, now) for limit, one in asked.items()}
    held = {
        limit: _Held(
            calls=granted[limit].calls, wish=one.wish, urgent=one.urgent, most=one.most, window_ms=one.window_ms
        )
        for limit, one in asked.items()
    }
    leases = others | {holder: _Lease(until=Millis(now + LEASE_MS), lanes=held)}
    return msgspec.json.encode(leases).decode(), granted


def released(text: str | None, holder: str, left: Mapping[str, Left], now: Millis) -> str:
    """Return the leases with the holder gone: only the calls that it made still count, for a window."""
    leases = {name: lease for name, lease in _decoded(text).items() if name != holder and _counts(lease, now)}
    held = {
        limit: _Held(calls=sum(one.fading), window_ms=one.window_ms, fading=one.fading) for limit, one in left.items()
    }
    if any(one.calls for one in held.values()):
        leases[holder] = _Lease(until=now, lanes=held)
    return msgspec.json.encode(leases).decode()


def _decoded(text: str | None) -> _Leases:
    """Return what others left; what nobody can read is worth no halt: whoever is alive renews within a second."""
    try:
        return {} if text is None else msgspec.json.decode(text, type=_Leases)
    except msgspec.MsgspecError:
        return {}


def _counts(lease: _Lease, now: Millis) -> bool:
    """Tell whether calls of a lease can still count; one from the future was written by another clock."""
    longest = max((held.window_ms for held in lease.lanes.values()), default=0)
    return lease.until <= now + LEASE_MS and now < lease.until + longest


def _granted(others: _Leases, holder: str, limit: str, asked: Asked, now: Millis) -> Granted:
    taken, most, wishes, urgent = 0, asked.most, {holder: asked.wish}, {holder} if asked.urgent else set[str]()
    for name, lease in others.items():
        held = lease.lanes.get(limit)
        if held is None:
            continue
        taken += held.counted(now - lease.until)
        if now < lease.until:
            wishes[name] = held.wish
            most = max(most, held.most)
            urgent |= {name} if held.urgent else set()
    pace = parts(wishes, urgent, asked.most, now)[holder]
    # Who knows of a smaller plan than the others may call once: the answer tells him.
    first = min(pace, most - taken, 1)
    calls = max(asked.calls, min(pace, asked.most - taken), first)
    return Granted(calls=calls, pace=pace, others=taken)


def parts(wishes: Mapping[str, int], urgent: set[str], most: int, now: Millis) -> Mapping[str, int]:
    """Return how many of a window's calls each process should have: no more than it wishes while others wish for more.

    Those with something urgent come first and leave a tenth to the rest; what nobody wishes for is spread.
    """
    first = {name: wish for name, wish in wishes.items() if name in urgent}
    rest = {name: wish for name, wish in wishes.items() if name not in urgent}
    reserve = min(max(1, most // _LEFT), sum(rest.values())) if first else 0
    found = _fair(first, most - reserve, now)
    found |= _fair(rest, most - sum(found.values()), now)
    spare = _fair(dict.fromkeys(wishes, most), most - sum(found.values()), now)
    return {name: found[name] + spare[name] for name in wishes}


def _fair(wishes: Mapping[str, int], most: int, now: Millis) -> dict[str, int]:
    """Return each its wish, or an even part where wishes are too many; remainders go round."""
    found: dict[str, int] = {}
    left = most
    order = sorted(wishes, key=lambda name: (wishes[name], crc32(f"{name} {now // _TURN_MS}".encode())))
    for place, name in enumerate(order):
        found[name] = min(wishes[name], left // (len(order) - place))
        left -= found[name]
    return found
