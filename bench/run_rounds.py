"""A backfill and whole rounds after it, each with what it asked the portal: what bench/calls.py counts.

Run as `python -m bench.run_rounds REPORT`, the account in the environment; writes a JSON list of bench.measured.Asked:
of the backfill, of the first round, and of two in which nothing changed.
"""

import asyncio
import sys
from itertools import pairwise
from pathlib import Path

import msgspec

from bench.measured import Asked, asked_of
from jobs.bootstrap import opened_desk, opened_store
from jobs.rounds import RoundResult, backfill_round, sync_round
from jobs.settings import load_settings

_ROUNDS = 3


async def main() -> list[Asked]:
    """Backfill, go three rounds, and return what was asked in each."""
    settings = load_settings()
    address = settings.accounts["hubspot"].base_url
    steps: list[Asked] = []
    with opened_store(settings) as store:
        async with opened_desk(settings, store, "hubspot") as desk:
            _check(await backfill_round(desk))
            steps.append(asked_of(address))
            for _ in range(_ROUNDS):
                _check(await sync_round(desk))
                steps.append(asked_of(address))
    return steps[:1] + [_between(*pair) for pair in pairwise(steps)]


def _check(result: RoundResult) -> None:
    if result.halted:
        raise SystemExit(f"halted: {result.halted}")


def _between(before: Asked, after: Asked) -> Asked:
    calls = {name: made - before.calls.get(name, 0) for name, made in after.calls.items()}
    return Asked(calls={name: made for name, made in calls.items() if made}, refused=after.refused - before.refused)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(asyncio.run(main())))
