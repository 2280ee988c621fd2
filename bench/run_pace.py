"""Backfills of one account again and again for so many seconds: what bench/pace.py holds against the allowed rate.

Prints calls, 429 answers and seconds as JSON. What is called in a first window is not counted: others begin meanwhile.
"""

import asyncio
import json
import sys
import time

from jobs.bootstrap import opened_desk, opened_store
from jobs.pulling.backfill import backfill
from jobs.pulling.look import look
from jobs.settings import load_settings

_WINDOW = 10.0


async def main(seconds: float) -> None:
    """Read every stream of the account in the environment until the time is over; that much is counted."""
    settings = load_settings()
    with opened_store(settings) as store:
        async with opened_desk(settings, store, "hubspot") as desk:
            portal = await look(desk, afresh=True)

            async def read_on() -> None:
                while True:
                    await backfill(desk, portal, restart=True)

            reading = asyncio.create_task(read_on())
            await asyncio.sleep(_WINDOW)
            before, began = sum(desk.source.usage.calls.values()), time.monotonic()
            await asyncio.sleep(seconds)
            calls = sum(desk.source.usage.calls.values()) - before
            taken = time.monotonic() - began
            reading.cancel()
            await asyncio.wait([reading])
            print(json.dumps({"calls": calls, "refused": desk.source.usage.limited, "seconds": taken}))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
