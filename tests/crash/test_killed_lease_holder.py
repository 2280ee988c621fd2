"""Processes at full speed on one account, one of them killed: the CRM refuses nobody, and the rest go on."""

import json
import subprocess
import time

from connectors.sandbox.limits import Limits
from tests.processes import Child

WORKER = """
import asyncio, json, sys, time
from connectors.hubspot import open_hubspot
from connectors.limits import Shares
from jobs.budget.sharing import SharedLimits
from syncer.store import open_store

async def main(url, address, seconds):
    exchange = SharedLimits(open_store(url), "hubspot").exchange
    account = open_hubspot(token="pat-worker-1", base_url=address, tier=None, shares=Shares(exchange=exchange))
    ends = time.monotonic() + seconds

    async def call_on():
        # On a starved machine seconds alone say little.
        while time.monotonic() < ends or sum(account.source.usage.calls.values()) < 20:
            await account.source.account()

    await account.source.account()
    print("ready", flush=True)
    await asyncio.gather(*(call_on() for _ in range(4)))
    usage = account.source.usage
    await account.close()
    print(json.dumps({"calls": sum(usage.calls.values()), "refused": usage.limited}), flush=True)

asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
"""


def worker(url: str, address: str, seconds: float) -> Child:
    process = Child(WORKER, url, address, str(seconds), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_nobody_is_refused_when_one_of_two_is_killed_and_a_third_joins(serve, sqlite_url):
    server = serve(limits=Limits(burst=60, window=3.0)).server
    first, dying = worker(sqlite_url, server.base_url, 9), worker(sqlite_url, server.base_url, 60)
    time.sleep(2)
    dying.kill()
    dying.communicate()
    third = worker(sqlite_url, server.base_url, 4)
    said = [json.loads(process.communicate(timeout=60)[0].splitlines()[-1]) for process in (first, third)]
    assert [one["refused"] for one in said] == [0, 0]
    assert server.server.budgets.refused == {}
    assert all(one["calls"] >= 20 for one in said)
