"""The backfill of one account and nothing after it: what bench/backfill.py holds against the floor."""

import asyncio

from jobs.bootstrap import opened_desk, opened_store
from jobs.pulling.backfill import backfill
from jobs.pulling.look import look
from jobs.settings import load_settings


async def main() -> None:
    """Read every stream of the account in the environment."""
    settings = load_settings()
    with opened_store(settings) as store:
        async with opened_desk(settings, store, "hubspot") as desk:
            count = await backfill(desk, await look(desk, afresh=True))
    if count.halted:
        raise SystemExit(f"halted: {count.halted}")


if __name__ == "__main__":
    asyncio.run(main())
