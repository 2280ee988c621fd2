"""How many calls a backfill makes, next to how many it must: the formula stands in `demanded`. Then idle rounds.

Run as `python -m bench.calls [CONTACTS ACTIVITIES]`; exits 1 where a stream costs a call more than its formula, or a
round in which nothing changed more than one search an object type.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bench.backfill import environment
from bench.measured import Asked, run, served
from bench.portal_pages import Portal
from connectors.hubspot.source import CAMPAIGNS, STREAMS
from jobs.pulling.reading import CHUNK, LINKED

_LIST_PAGE = 100
_HISTORY_BATCH = 50
_ACCOUNT = "streams: [], tier: unlimited, write_back: false"
#: Of the account: its facts, live and archived owners, deal pipelines.
_LOOK = 1 + 2 + 1


def main(contacts: int = 100_000, activities: int = 300_000) -> None:
    """Backfill, go three rounds, print both tables; exit 1 where there was a call too many."""
    portal = Portal(
        contacts=contacts,
        companies=contacts // 10,
        deals=contacts // 50,
        activities=activities,
        storied=10,
        linked=True,
    )
    backfill, _, *idle = _rounds(portal)
    excess = _compared(portal, backfill)
    excess += sum(_idle_excess(number, one) for number, one in enumerate(idle, 1))
    raise SystemExit(1 if excess else 0)


def demanded(portal: Portal, stream: str) -> int:
    """Return the calls that a first backfill of a stream cannot do without.

    Of n records: the property definitions, ⌈n/100⌉ list pages, ⌈n/1000⌉ a kind of link, ⌈storied/50⌉ a thousand
    records for versions (of deals all, of contacts those with something to tell), one search for the proof. A feed
    without items is one call.
    """
    if stream in STREAMS.events:
        return 1
    size = portal.size(stream)
    lists = max(1, _parts(size, _LIST_PAGE))
    if stream == CAMPAIGNS:
        return lists
    links = len(LINKED.get(stream, ())) * _parts(size, CHUNK)
    chunks = (range(start, min(start + CHUNK, size)) for start in range(0, size, CHUNK))
    versions = sum(_parts(_storied(portal, stream, chunk), _HISTORY_BATCH) for chunk in chunks)
    return 1 + lists + links + versions + 1


def _storied(portal: Portal, stream: str, numbers: range) -> int:
    if stream == "deals":
        return len(numbers)
    return sum(map(portal.is_storied, numbers)) if stream == "contacts" else 0


def _parts(size: int, most: int) -> int:
    return -(-size // most)


def _rounds(portal: Portal) -> list[Asked]:
    with served(portal) as address, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "asked.json"
        run(["bench.run_rounds", str(report)], environment(Path(folder), address, _ACCOUNT))
        return msgspec.json.decode(report.read_bytes(), type=list[Asked])


def _compared(portal: Portal, asked: Asked) -> int:
    made = _by_stream(asked.calls)
    wanted = {stream: demanded(portal, stream) for stream in (*STREAMS.objects, *STREAMS.events)} | {"account": _LOOK}
    print(f"{'backfill':<22}{'records':>9}{'calls':>8}{'formula':>9}")
    for stream, calls in wanted.items():
        print(f"{stream:<22}{portal.size(stream):>9,}{made[stream]:>8,}{calls:>9,}")
    print(f"{'all':<22}{'':>9}{asked.total:>8,}{sum(wanted.values()):>9,}")
    return max(0, asked.total - sum(wanted.values())) + sum(
        max(0, made[stream] - calls) for stream, calls in wanted.items()
    )


def _idle_excess(number: int, asked: Asked) -> int:
    made = _by_stream(asked.calls)
    searched = [stream for stream in STREAMS.objects if stream != CAMPAIGNS]
    searches = sum(calls for path, calls in asked.calls.items() if path.endswith("/search"))
    others = {path: calls for path, calls in asked.calls.items() if not path.endswith("/search")}
    print(f"idle round {number}: {searches} searches for {len(searched)} object types that search knows", end="")
    print(f", {sum(others.values())} other calls: {others or 'none'}")
    most = dict.fromkeys((*STREAMS.objects, *STREAMS.events), 1)
    return sum(max(0, calls - most.get(stream, 0)) for stream, calls in made.items())


def _by_stream(calls: Mapping[str, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, made in calls.items():
        found[_stream_of(name.partition(" ")[2])] += made
    return found


#: Where a feed or an account's facts are asked for, by a part of the path.
_ELSEWHERE = {
    "/marketing/campaigns/": CAMPAIGNS,
    "/forms": "form_submissions",
    "/email/public/": "email_clicks",
    "/events/": "page_views",
}


def _stream_of(path: str) -> str:
    parts = path.split("/")
    if "objects" in parts or "associations" in parts or "properties" in parts:
        return next((part for part in parts if part in STREAMS.objects), path)
    return next((stream for part, stream in _ELSEWHERE.items() if part in path), "account")


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:3]))
