"""Kills syncer at random moments amid HubSpot's faults, against an undisturbed life.

Run as `python -m bench.kills 200 [SEED [SERVER]]`; SERVER is a PostgreSQL server's URL with its database `postgres`.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.kill_orders import Forks
from bench.kill_world import FIRST, Life, edit, new_portal, repeated, rest, shaken, shown
from jobs.bootstrap import system_clock
from syncer.moments import Millis

_CONTACTS, _EDITS = 80, 6


def calm(folder: Path, today: Millis, forks: Forks, server: str | None = None) -> Life:
    """Return a life that nothing disturbed, at the end of the same days."""
    life = Life(folder=folder, portal=new_portal(_CONTACTS, today), dice=random.Random(0), forks=forks, server=server)
    rest(life)
    for part in range(3):
        edit(life.portal, _EDITS, part)
    rest(life)
    return life


def one_life(folder: Path, seed: int, today: Millis, smooth: Life, *, short: bool = False) -> tuple[Life, list[str]]:
    """Live once with kills and faults; return it, and in words all that differs from an undisturbed life."""
    life = Life(
        folder=folder,
        portal=new_portal(_CONTACTS, today),
        dice=random.Random(seed),
        forks=smooth.forks,
        server=smooth.server,
    )
    shaken(life, seed, _EDITS, FIRST[::3] if short else FIRST)
    here, there = shown(life.portal), shown(smooth.portal)
    wrong = [
        f"{key}: {here.get(key)} instead of {there.get(key)}"
        for key in sorted(here.keys() | there.keys())
        if here.get(key) != there.get(key)
    ]
    known = set(repeated(smooth.portal))
    wrong += [f"{where}: given the same value twice" for where in repeated(life.portal) if where not in known]
    wrong += [f"{number} open {name}" for name, number in life.open_rows().items()]
    return life, wrong


def main(wanted: int, first_seed: int = 1, server: str | None = None) -> int:
    """Kill at least so often and print what came of it; 1 where anything differed."""
    kills: Counter[str] = Counter()
    dealt: Counter[str] = Counter()
    faults, lives, began, today = 0, 0, time.monotonic(), system_clock()
    with tempfile.TemporaryDirectory() as name:
        smooth = calm(Path(name), today, Forks(), server)
    while kills.total() < wanted:
        with tempfile.TemporaryDirectory() as name:
            life, wrong = one_life(Path(name), first_seed + lives, today, smooth)
        lives += 1
        kills, dealt, faults = kills + life.kills, dealt + life.dealt, faults + len(wrong)
        print(f"life {first_seed + lives - 1}: {life.kills.total()} kills, {len(wrong)} differences", flush=True)
        for line in wrong[:10]:
            print(f"  {line}", flush=True)
    smooth.forks.close()
    print(f"{kills.total()} kills in {lives} lives: {dict(sorted(kills.items()))}")
    print(f"faults dealt: {dict(sorted(dealt.items()))}")
    print(f"{faults} differences, {time.monotonic() - began:,.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    wanted, seed, server = (*sys.argv[1:], None, None, None)[:3]
    sys.exit(main(int(wanted or 200), int(seed or 1), server))
