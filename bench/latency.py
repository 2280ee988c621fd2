"""A backfill where every call takes 150 ms, within a Professional account's limits: how near it comes to the limit.

Run as `python -m bench.latency [CONTACTS ACTIVITIES]`. The ratio is the time from the first call to the last answer
over calls ÷ allowed rate (190 in ten seconds): 1 is a portal that is asked as fast as it allows, all the time. Exits 1
for a 429.
"""

import sys
import tempfile
from pathlib import Path

from bench.backfill import syncer
from bench.field import FIELD, QUIET, Peer, Place
from bench.measured import Asked, FailedError, asked_of, run_piped, served
from bench.portal_pages import Portal

LATENCY = 0.150
ALLOWED = 19.0
_ACCOUNT = "streams: [], tier: professional"
_PEERS_CONTACTS = 5_000
_PATIENCE = 600.0


def main(contacts: int = 20_000, activities: int = 60_000) -> None:
    """Print the ratio of Syncer's whole backfill, of its contacts alone, and of the peers' contacts."""
    whole = Portal(
        contacts=contacts,
        companies=contacts // 10,
        deals=contacts // 50,
        activities=activities,
        storied=10,
        linked=True,
        latency=LATENCY,
        limited=True,
    )
    _, asked = syncer(whole, _ACCOUNT)
    _print_row("Syncer, every stream", asked)
    alone = Portal(contacts=_PEERS_CONTACTS, latency=LATENCY, limited=True)
    for portal in (Portal(contacts=contacts, latency=LATENCY, limited=True), alone):
        _, asked_alone = syncer(portal, "streams: [contacts], tier: professional")
        _print_row(f"Syncer, {portal.contacts:,} contacts alone", asked_alone)
    for peer in FIELD:
        if peer.part == 1.0:
            _print_peer(peer, alone)
    raise SystemExit(1 if asked.refused else 0)


def _print_peer(peer: Peer, portal: Portal) -> None:
    with served(portal) as address, tempfile.TemporaryDirectory() as folder:
        place = Place(folder=Path(folder), address=address)
        try:
            run_piped(peer.prepared(place), QUIET, patience=_PATIENCE)
        except FailedError as error:
            print(f"{peer.name:<38} not measured: {str(error).splitlines()[-1]}")
            return
        _print_row(peer.name, asked_of(address))


def _print_row(name: str, asked: Asked) -> None:
    ratio = asked.span / (asked.total / ALLOWED)
    print(f"{name:<38}{asked.total:>7,} calls in {asked.span:>7.1f} s: {ratio:>5.2f}x calls / rate", end="")
    print(f", {asked.refused} answered 429", flush=True)


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:3]))
