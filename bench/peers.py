"""Syncer's backfill beside the field's on the same local server: records per CPU second, in one run.

Run as `python -m bench.peers [CONTACTS]`. Peers are installed from pip's registry on first use (bench/venvs.py).
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.backfill import floor, syncer
from bench.field import FIELD, NOT_RUN, QUIET, Peer, Place
from bench.measured import Asked, Cost, FailedError, asked_of, run_piped, served
from bench.portal_pages import Portal

_CONTACTS = 100_000
#: Seconds after which a peer is stopped.
_PATIENCE = 900.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one tool did with one portal."""

    name: str
    records: int
    cost: Cost
    asked: Asked
    lands: str
    is_landed: bool

    @property
    def rate(self) -> float:
        """Return records per CPU second."""
        return self.records / self.cost.cpu


def main(contacts: int = _CONTACTS) -> None:
    """Measure Syncer, the floor and every peer; print the table and the two ratios."""
    portal = Portal(contacts=contacts)
    own = _own("Syncer", lambda: syncer(portal), contacts)
    bare = _own("bare floor", lambda: floor(portal), contacts)
    _print_row(own)
    _print_row(bare)
    results = [one for one in (_tried(peer, contacts) for peer in FIELD) if one is not None]
    for name, reason in NOT_RUN.items():
        print(f"{name:<38} not run: {reason}")
    landed = [one for one in results if one.is_landed]
    print(f"Syncer takes {own.cost.cpu / bare.cost.cpu:.2f}x the CPU of the bare floor")
    if landed:
        fastest = max(landed, key=lambda one: one.rate)
        print(f"Syncer moves {own.rate / fastest.rate:.1f}x the records per CPU second of {fastest.name}", end="")
        print(", the fastest that lands its rows in a database")


def _own(name: str, measure: Callable[[], tuple[Cost, Asked]], contacts: int) -> Result:
    cost, asked = measure()
    lands = "SQLite, typed columns and JSON"
    return Result(name=name, records=contacts, cost=cost, asked=asked, lands=lands, is_landed=True)


def _tried(peer: Peer, contacts: int) -> Result | None:
    try:
        result = _measured(peer, max(1, int(contacts * peer.part)))
    except FailedError as error:
        last = str(error).strip().splitlines()[-1:] or ["without a word"]
        print(f"{peer.name:<38} not measured: {last[0]}", flush=True)
        return None
    _print_row(result)
    return result


def _measured(peer: Peer, contacts: int) -> Result:
    with served(Portal(contacts=contacts)) as address, tempfile.TemporaryDirectory() as folder:
        place = Place(folder=Path(folder), address=address)
        commands = peer.prepared(place)
        before = asked_of(address).total
        cost = run_piped(commands, QUIET, patience=_PATIENCE)
        asked = asked_of(address)
        rows = peer.landed(place)
    calls = Asked(calls={"all": asked.total - before}, refused=asked.refused)
    lost = "" if rows in {None, contacts} else f"; {rows:,} rows of {contacts:,}"
    return Result(
        name=peer.name, records=contacts, cost=cost, asked=calls, lands=peer.lands + lost, is_landed=rows is not None
    )


def _print_row(one: Result) -> None:
    facts = (
        f"{one.records:>9,} records {one.cost.wall:>7.1f} s {one.cost.cpu:>7.1f} CPU s {one.rate:>8,.0f} a CPU s"
        f" {one.cost.memory:>5.0f} MB {one.asked.total:>6,} calls"
    )
    print(f"{one.name:<38}{facts}  {one.lands}", flush=True)


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:2]))
