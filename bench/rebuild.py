"""Whether a rebuild equals many rounds, at any size: `python -m bench.rebuild 100000 50 300`.

Contacts, rounds, changes a round. Prints how many decisions differ in what lasts and in which columns, and the ratio of
a rebuild's time to that of an ordinary round. Takes minutes, so `python -m bench` leaves it out.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from jobs.bootstrap import opened_desk
from jobs.deciding.derive import derive
from jobs.pulling.look import look
from jobs.rounds import backfill_round, read_changes
from syncer.log import LogFormat, configure_log
from syncer.store import open_store
from tests.e2e.conftest import settings_for
from tests.e2e.rebuilding import Clock, held, hours_later, lasting, live_on, portal_of, without_decisions


async def main(contacts: int, rounds: int, changes: int) -> None:
    """Live through the rounds, rebuild from nothing, compare."""
    clock, dice = Clock(), random.Random(11)
    account = portal_of(contacts, 11, clock)
    with tempfile.TemporaryDirectory() as place, running(account, limits=UNLIMITED) as server:
        grown, rebuilt = Path(place, "grown.db"), Path(place, "rebuilt.db")
        settings = settings_for(server.base_url, Path(place))
        store = open_store(f"sqlite:///{grown}")
        store.upgrade()
        spent = []
        async with opened_desk(settings, store, "hubspot", clock=clock) as desk:
            await backfill_round(desk)
            portal = await look(desk)
            for _ in range(rounds):
                live_on(account, dice, changes)
                hours_later(clock, dice)
                await read_changes(desk, portal)
                began = time.process_time()
                await derive(desk)
                spent.append(time.process_time() - began)
        without_decisions(grown, rebuilt)
        other = open_store(f"sqlite:///{rebuilt}")
        async with opened_desk(settings, other, "hubspot", clock=clock) as desk:
            began = time.process_time()
            await derive(desk, full=True)
            whole = time.process_time() - began
        _report(lasting(held(grown)), lasting(held(rebuilt)), whole / (sum(spent) / len(spent)))


Rows = Mapping[str, Sequence[Mapping[str, object]]]


def _report(small: Rows, afresh: Rows, ratio: float) -> None:
    for table, rows in afresh.items():
        ours, theirs = (Counter(tuple(row.items()) for row in side) for side in (small[table], rows))
        left, right = list(ours - theirs), list(theirs - ours)
        print(f"{table}: {len(rows):,} rows, {len({one[1] for one in [*left, *right]}):,} records differ")
        for name, count in _columns(left, right).most_common():
            print(f"  {name}: {count:,}")
    print(f"a rebuild costs {ratio:,.0f} times the mean round")


_Row = tuple[tuple[str, object], ...]


def _columns(left: Sequence[_Row], right: Sequence[_Row]) -> Counter[str]:
    """Count the columns in which each row differs from the one of the other side that is most like it."""
    found: Counter[str] = Counter()
    for row in left:
        peers = [[name for (name, ours), (_, theirs) in zip(row, one, strict=True) if ours != theirs] for one in right]
        found.update(min(peers, key=len, default=["missing"]))
    return found


if __name__ == "__main__":
    configure_log(LogFormat.JSON, level=50)
    asyncio.run(main(*map(int, sys.argv[1:4])))
