"""What a backfill will cost, before it begins: calls and minutes by stream, against what is left of the day.

Built from search's counts and the sizes of the connector's calls, the way `jobs/pulling/backfill.py` reads.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil

from connectors.ending import together
from connectors.values import Day, Usage
from jobs.budget.parking import refuse_at_rest
from jobs.desk import Desk, Portal
from jobs.names import LEADS
from jobs.pulling.backfill import groups
from jobs.pulling.completeness import tallied
from jobs.pulling.exporting import foretold, is_counted
from jobs.pulling.look import look, refuse_unknown
from jobs.pulling.reading import CHUNK, LINKED
from jobs.pulling.standins import has_standin
from jobs.pulling.versions import storied_contacts
from jobs.pulling.watermarks import read_watermark
from jobs.pulling.ways import By, Way, calls_a_day, left_of_the_day
from jobs.runs import recorded_run
from syncer.errors import PreconditionFailed, RecordError, StreamError
from syncer.records import Kind

#: Calls of the look that a backfill begins with: account, owners live and archived, pipelines of deals.
LOOK = 4
#: The account's pool of owners, pipelines and facts, as a row beside the streams.
ACCOUNT = "account"
_MINUTE = 60.0

_LAGS = "counts are search's: its index lags behind, and no promise says that its totals are exact"
_ANSWERS = "minutes are those of the allowed rate: a CRM that answers slowly takes longer, one page after the other"
_FEEDS = "an event feed names no total: at least 1 call"
_UNCOUNTED = "search does not count this stream: at least 1 call"
_ARCHIVED = "how many archived records there are, search does not say: at least 1 call for them"
_STORIES = "search did not say how many contacts have a story: at most this many calls"


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamForecast:
    """Calls that one stream will take, by what they are for."""

    #: Records that will be listed; None where nobody can say.
    records: int | None = None
    #: The look at its properties.
    look: int = 0
    #: Of its list, or of an export instead.
    list: int = 0
    archived: int = 0
    links: int = 0
    versions: int = 0
    #: The question how many records there are, where their number decides the way.
    count: int = 0
    #: The question to search at the end.
    proof: int = 0
    #: Which way it will be read, and why; None for what has no list.
    way: Way | None = None
    #: What the numbers do not know.
    notes: Sequence[str] = ()

    @property
    def calls(self) -> int:
        """All of them."""
        return self.look + self.count + self.list + self.archived + self.links + self.versions + self.proof


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What a backfill of one account will cost."""

    account: str
    #: By stream, in the order of reading; calls of the account itself stand under ACCOUNT.
    streams: Mapping[str, StreamForecast]
    minutes: Mapping[str, float]
    #: Calls a second by limit, as far as limited.
    paces: Mapping[str, float]
    day: Day | None
    #: Calls that we may make today before the share of other apps begins; None where the CRM names no daily limit.
    left_today: int | None
    #: Days that the calls take, today included; None where the CRM names no daily limit.
    days: int | None

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(one.calls for one in self.streams.values())

    @property
    def all_minutes(self) -> float:
        """Streams that are read side by side share the rate, so all calls count one after the other."""
        return sum(self.minutes.values())

    @property
    def notes(self) -> Sequence[str]:
        """What the numbers do not know."""
        return (_LAGS, *((_ANSWERS,) if self.paces else ()))

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        day = self.day
        return {
            "account": self.account,
            "dry_run": True,
            "streams": {
                name: {**asdict(one), "calls": one.calls, "minutes": round(self.minutes[name], 2)}
                for name, one in self.streams.items()
            },
            "calls": self.calls,
            "minutes": round(self.all_minutes, 2),
            "calls_a_second": dict(self.paces),
            "day": day and {"limit": day.limit, "remaining": day.remaining},
            "left_today": self.left_today,
            "fits_today": None if self.left_today is None else self.calls <= self.left_today,
            "days": self.days,
            "notes": list(self.notes),
        }


async def forecast_round(desk: Desk, *, streams: Sequence[str] = (), restart: bool = False) -> Forecast:
    """Return what `backfill` with the same arguments will cost; takes a look and a question or two a stream.

    Raises RateLimited while the account rests.
    """
    refuse_unknown(desk, streams, key="--stream")
    with recorded_run(desk, "backfill --dry-run") as run:
        await refuse_at_rest(desk)
        portal = await look(desk)
        found = {ACCOUNT: StreamForecast(look=LOOK + (LEADS in portal.properties) + bool(portal.more_currencies))}
        found |= {name: StreamForecast(list=1, notes=(_FEEDS,)) for name in _wanted(portal.feeds, streams)}
        for group in groups(desk, _wanted(portal.streams, streams)):
            of_group = await together(*(_stream(desk, portal, name, restart=restart) for name in group))
            found |= dict(zip(group, of_group, strict=True))
        forecast = _priced(desk.name, _with_looks(desk, portal, found), desk.source.usage)
        run.counts.update(calls=forecast.calls)
    return forecast


def _wanted(names: Iterable[str], streams: Sequence[str]) -> list[str]:
    return [name for name in names if not streams or name in streams]


def _with_looks(desk: Desk, portal: Portal, found: Mapping[str, StreamForecast]) -> Mapping[str, StreamForecast]:
    """Add the look at the properties of streams that are looked at and not read."""
    beside = [name for name in portal.streams if name not in found and _looks(desk, name)]
    return {**found, **{name: StreamForecast(records=0, look=1) for name in beside}}


def _looks(desk: Desk, stream: str) -> int:
    return 0 if stream in desk.definitions.costs else 1


async def _stream(desk: Desk, portal: Portal, stream: str, *, restart: bool) -> StreamForecast:
    total = await _counted(desk, stream)
    is_new, done = await asyncio.to_thread(_position, desk, stream, restart=restart)
    again = (stream in set(Kind) or stream in desk.definitions.stories) and not is_new
    notes = ((_ARCHIVED,) if again else ()) + (() if total is not None else (_UNCOUNTED,))
    rest = max(0, (total or 0) - done)
    costs = desk.source.costs(stream, properties=portal.properties[stream])
    versions, doubts = await _versions(desk, stream, costs.histories, (rest, total or 0))
    way = None if done else await foretold(desk, stream, total, costs)
    listed = max(1, ceil(rest / costs.page)) * costs.calls_a_page
    return StreamForecast(
        records=None if total is None else rest,
        look=_looks(desk, stream) + (is_new and has_standin(desk, stream)),
        list=way.export_calls or listed if way is not None and way.by is By.EXPORT else listed,
        way=way,
        count=1 if way is not None and way.by is By.LIST and await is_counted(desk, stream, costs) else 0,
        archived=1 if again else 0,
        links=ceil(rest / min(CHUNK, costs.links)) * len(_targets(portal, stream)),
        versions=versions,
        proof=0 if total is None else 1,
        notes=(*notes, *doubts),
    )


async def _counted(desk: Desk, stream: str) -> int | None:
    try:
        return await desk.source.total(stream)
    except (StreamError, PreconditionFailed, RecordError):
        return None


def _position(desk: Desk, stream: str, *, restart: bool) -> tuple[bool, int]:
    """Return whether the stream was never read to its end, and how many records a broken-off reading has listed."""
    is_new = read_watermark(desk, stream) is None
    with desk.store.snapshot() as unit:
        cursor = unit.desk.cursor(desk.name, stream, "backfill")
        listed = tallied(unit, desk, stream).listed
    return is_new, listed if cursor and not restart else 0


def _targets(portal: Portal, stream: str) -> Sequence[str]:
    barred = set(portal.skipped) if stream in set(Kind) else set()
    return [to for to in LINKED.get(stream, ()) if to not in barred]


async def _versions(desk: Desk, stream: str, size: int, counts: tuple[int, int]) -> tuple[int, Sequence[str]]:
    """Return the calls for version histories: of every deal, lead and quote, and of contacts with a sales story.

    `size` is how many one call reads, `counts` how many records are still to be read and how many there are.
    """
    rest, total = counts
    if stream in desk.definitions.stories:
        return ceil(rest / size), ()
    if stream not in (Kind.DEAL, Kind.CONTACT) or not desk.definitions.objects[Kind(stream)].history or not rest:
        return 0, ()
    if stream == Kind.DEAL:
        return ceil(rest / size), ()
    storied = await _storied(desk)
    if storied is None:
        return ceil(rest / size), (_STORIES,)
    # Each chunk ends with a call that is half full on the average.
    return ceil(storied * rest / total / size + ceil(rest / CHUNK) / 2) if storied else 0, ()


async def _storied(desk: Desk) -> int | None:
    try:
        having = storied_contacts(desk.definitions.objects[Kind.CONTACT].history)
        return await desk.source.total(Kind.CONTACT, having=having)
    except (StreamError, PreconditionFailed, RecordError):
        return None


def _priced(account: str, streams: Mapping[str, StreamForecast], usage: Usage) -> Forecast:
    calls = sum(one.calls for one in streams.values())
    left, a_day = left_of_the_day(usage), calls_a_day(usage)
    return Forecast(
        account=account,
        streams=streams,
        minutes={name: _minutes(one, usage.paces) for name, one in streams.items()},
        paces=usage.paces,
        day=usage.day,
        left_today=left,
        days=None if left is None else 1 + max(0, ceil((calls - left) / max(1, a_day))),
    )


def _minutes(one: StreamForecast, paces: Mapping[str, float]) -> float:
    """Every call counts against the general limit, those for links and searches against their own as well."""
    spent = {"general": one.calls, "associations": one.links, "search": one.count + one.proof}
    return max((calls / paces[name] for name, calls in spent.items() if name in paces), default=0.0) / _MINUTE
