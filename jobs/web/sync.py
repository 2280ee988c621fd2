"""How the copy and the write-back stand: freshness, runs, what waits, what needs a person, what was spent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs.health.spoken import rest_text, sickness_text, silence_text
from jobs.health.status import AccountStatus, read_status
from jobs.health.stock import last_stock
from jobs.web.pages import Asking
from jobs.web.site import Site
from jobs.wording.sentences import spoken
from jobs.wording.streams import job_name, stream_name
from jobs.wording.terms import term
from jobs.wording.words import Language, number, time_text
from syncer.moments import DAY, HOUR, MINUTE, SECOND
from syncer.store import DeadLetter

_RUNS = 20
_LETTERS = 200
#: A stream that was read longer ago than this is marked, in milliseconds.
_STALE = 2 * HOUR


def sync_routes(site: Site) -> Sequence[Route]:
    """Return the route of the page."""

    async def page(request: Request) -> Response:
        asking = site.pages.asking(request)
        return site.pages.page(request, "sync.html", asking, **await asyncio.to_thread(_shown, site, asking))

    return [Route("/sync", page)]


def _shown(site: Site, asking: Asking) -> Mapping[str, object]:
    status, letters = _read(site, asking)
    lang = asking.lang
    if status is None:
        return {"status": None}
    return {
        "status": status,
        "streams": [
            (stream_name(stream, lang), age(seconds, lang), seconds * SECOND > _STALE)
            for stream, seconds in _streams(status)
        ],
        "records": [(term(name, lang), number(count, lang)) for name, count in status.records.items() if count],
        "outbox": [(term(name, lang), number(count, lang)) for name, count in status.outbox.items() if count],
        "counted": time_text(status.counted_at, site.zone, lang),
        "letters": [_letter(one, lang) for one in letters],
        "letters_in_all": number(status.dead_letters, lang),
        "runs": [
            (run.id, job_name(run.job, lang), time_text(run.started_at, site.zone, lang), term(run.status, lang))
            for run in status.runs
        ],
        "reconciled": None if status.reconciled is None else time_text(status.reconciled.started_at, site.zone, lang),
        "calls": None if status.spending is None else number(sum(status.spending.calls.values()), lang),
        "left": _left(status, lang),
        "rests": [rest_text(rest, lang) for rest in status.rests],
        "alarms": _alarms(site, status, lang),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterRow:
    """A record that needs a person, in the words of whoever reads."""

    stream: str
    record_id: str
    reason: str
    problems: str


def _letter(one: DeadLetter, lang: Language) -> LetterRow:
    return LetterRow(
        stream=stream_name(one.stream, lang),
        record_id=one.record_id,
        reason=spoken(one.reason, lang),
        problems="; ".join(spoken(problem, lang) for problem in one.problems),
    )


def _alarms(site: Site, status: AccountStatus, lang: Language) -> Sequence[str]:
    sick = [sickness_text(status.sickness, site.zone, lang)] if status.sickness else []
    return [*sick, *(silence_text(one, lang) for one in status.silences)]


def _read(site: Site, asking: Asking) -> tuple[AccountStatus | None, Sequence[DeadLetter]]:
    if asking.account is None:
        return None, ()
    status = read_status(site.store, asking.account, site.clock(), runs=_RUNS, counted=last_stock)
    with site.store.snapshot() as unit:
        return status, unit.desk.dead_letters(asking.account)[:_LETTERS]


def _streams(status: AccountStatus) -> Sequence[tuple[str, int]]:
    """Return streams with the seconds since they were read, the stalest first."""
    return sorted(status.freshness.items(), key=lambda one: -one[1])


def _left(status: AccountStatus, lang: Language) -> str | None:
    spent = status.spending
    if spent is None or spent.daily is None:
        return None
    of = "" if spent.daily.limit is None else f" / {number(spent.daily.limit, lang)}"
    return f"{number(spent.daily.remaining, lang)}{of}"


def age(seconds: int, lang: Language) -> str:
    """Return a length of time in its largest fitting unit."""
    for unit, english, german in ((DAY, "days", "Tage"), (HOUR, "hours", "Stunden"), (MINUTE, "minutes", "Minuten")):
        if seconds * SECOND >= 2 * unit:
            return f"{number(seconds * SECOND // unit, lang)} {english if lang == 'en' else german}"
    return f"{seconds} {'seconds' if lang == 'en' else 'Sekunden'}"
