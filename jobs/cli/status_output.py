"""An account's status on a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import typer

from jobs.cli.command_words import counted_as, heads, said
from jobs.cli.tables import print_table
from jobs.health.spoken import rest_text, sickness_text, silence_text
from jobs.health.status import AccountStatus
from jobs.wording.sentences import spoken
from jobs.wording.terms import term
from jobs.wording.words import Language, date_text, number, time_text
from syncer.moments import SECOND
from syncer.store import Run

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their language, and the zone of their clocks."""

    lang: Language = "en"
    zone: ZoneInfo = _UTC

    def says(self, key: str, **facts: object) -> str:
        """Return a text of a command."""
        return said(key, self.lang, **facts)

    def at(self, moment: int | None) -> str:
        """Return a moment."""
        return time_text(moment, self.zone, self.lang)

    def term(self, code: str) -> str:
        """Return a code: in English as the JSON has it."""
        return code if self.lang == "en" else term(code, self.lang)

    def number(self, value: float) -> str:
        """Return a whole number."""
        return number(value, self.lang)


ENGLISH = Reader()


def print_status(status: AccountStatus, reader: Reader = ENGLISH, *, takes_webhooks: bool = False) -> None:
    """Print one account."""
    records = ", ".join(
        f"{reader.number(count)} {reader.term(name)}" for name, count in status.records.items() if count
    )
    typer.echo(f"{status.account}: {records or reader.says('nothing_read')}")
    _print_tables(status, reader)
    typer.echo(reader.says("reconciled", what=_reconciled(status.reconciled, reader)))
    waiting = [reader.says(name, count=status.outbox[name]) for name in _waiting(status.outbox)]
    typer.echo(reader.says("outbox", what=", ".join(waiting) or reader.says("empty")))
    letters = reader.says("see_letters") if status.dead_letters else ""
    typer.echo(reader.says("dead_letters", count=status.dead_letters) + letters)
    if status.sickness is not None:
        typer.echo(reader.says("sick", what=sickness_text(status.sickness, reader.zone, reader.lang)))
    for line in round_lines(status, reader):
        typer.echo(line)
    for silent in status.silences:
        typer.echo(reader.says("silent", what=silence_text(silent, reader.lang)))
    told = [*hook_lines(status, reader, takes_webhooks=takes_webhooks), *journal_lines(status, reader)]
    for line in [*queue_lines(status, reader), *told, *budget_lines(status, reader)]:
        typer.echo(line)


def _print_tables(status: AccountStatus, reader: Reader) -> None:
    rows = [(stream, age(seconds, reader)) for stream, seconds in status.freshness.items()]
    if rows:
        print_table(heads(reader.lang, "stream", "read_up_to"), rows)
    runs = [
        (run.id, run.job, reader.at(run.started_at), took(run, reader), reader.term(run.status), counted(run, reader))
        for run in status.runs
    ]
    if runs:
        columns = heads(reader.lang, "run", "job", "started", "took", "status", "counts")
        print_table(columns, runs, right=columns[3:4])


def _waiting(outbox: Mapping[str, int]) -> Sequence[str]:
    return [name for name, count in outbox.items() if name in {"pending", "sending"} and count]


def round_lines(status: AccountStatus, reader: Reader = ENGLISH) -> Sequence[str]:
    """Return why the last round failed and which streams it could not read for want of a scope, with what helps."""
    counts = {} if status.last_round is None else status.last_round.counts
    told = [spoken(str(counts[name]), reader.lang) for name in ("why", "remedy") if name in counts]
    failed = [reader.says("last_failed", why=". ".join(told))] if told else []
    lacking = [
        reader.says("lacking", stream=reader.term(stream), remedy=spoken(remedy, reader.lang))
        for stream, remedy in status.lacking.items()
    ]
    return [*failed, *lacking]


def queue_lines(status: AccountStatus, reader: Reader = ENGLISH) -> Sequence[str]:
    """Return what waits for workers and how many there are; nothing where the database has no queue."""
    queue = status.queue
    if queue is None:
        return ()
    parts = [("jobs_wait", queue.waiting), ("jobs_run", queue.running), ("jobs_failed", queue.failed)]
    what = [reader.says(key, jobs=_jobs(jobs, reader)) for key, jobs in parts if jobs]
    oldest = "" if queue.oldest is None else reader.says("oldest_job", seconds=round(queue.oldest))
    key = {0: "no_worker", 1: "one_worker"}.get(queue.workers, "workers")
    workers = reader.says(key, count=queue.workers)
    return [reader.says("queue", what=" · ".join(what) or reader.says("empty"), oldest=oldest, workers=workers)]


def _jobs(numbers: Mapping[str, int], reader: Reader) -> str:
    return ", ".join(f"{reader.number(count)} {duty}" for duty, count in numbers.items())


def hook_lines(status: AccountStatus, reader: Reader = ENGLISH, *, takes_webhooks: bool) -> Sequence[str]:
    """Return whether webhooks arrive, what waits and what was refused; nothing where none are taken or ever were."""
    hooks = status.webhooks
    lines = []
    if takes_webhooks or hooks.is_sent or (hooks.counts and status.journal is None):
        last = (
            reader.says("no_hook") if hooks.last_at is None else reader.says("last_hook", at=reader.at(hooks.last_at))
        )
        oldest = "" if hooks.oldest is None else reader.says("oldest_hook", seconds=hooks.oldest // SECOND)
        lines.append(reader.says("hooks", last=last, waiting=hooks.waiting, oldest=oldest, failing=hooks.failing))
    if hooks.untold and lines:
        lines.append(reader.says("silent_hooks", count=hooks.untold))
    refused = [
        reader.says("refused_of", count=one.number, name=name, at=reader.at(one.last_at))
        for name, one in hooks.refused().items()
    ]
    lines += [reader.says("refused_hooks", what=", ".join(refused))] if refused else []
    ids = ", ".join(f"{one.stream}:{one.record_id}" for one in hooks.erasures)
    return [*lines, *([reader.says("to_erase", ids=ids)] if ids else [])]


def journal_lines(status: AccountStatus, reader: Reader = ENGLISH) -> Sequence[str]:
    """Return how far the app's journal was read, what failed, and what may be missing; nothing where it never was."""
    found = status.journal
    if found is None:
        return ()
    until = reader.says("never_yet") if found.until is None else reader.says("up_to", at=reader.at(found.until))
    line = reader.says("journal", until=until, files=found.files, waiting=status.webhooks.waiting)
    return [line, *(reader.says("journal_trouble", what=spoken(one, reader.lang)) for one in found.troubles)]


def budget_lines(status: AccountStatus, reader: Reader = ENGLISH) -> Sequence[str]:
    """Return what was spent today, what the CRM said last of its limits, and how long the account rests."""
    spent = status.spending
    if spent is None:
        return ()
    by_stream = sorted(spent.calls.items(), key=lambda one: (-one[1], one[0]))
    calls = ", ".join(f"{stream} {reader.number(count)}" for stream, count in by_stream if count)
    lines = [
        reader.says(
            "calls",
            day=date_text(date.fromisoformat(spent.day), reader.lang),
            count=sum(spent.calls.values()),
            streams=f" ({calls})" if calls else "",
            associations=spent.associations,
            limited=spent.limited,
        )
    ]
    if spent.daily is not None:
        limit = "" if spent.daily.limit is None else reader.says("of_limit", limit=spent.daily.limit)
        lines.append(reader.says("day_left", left=spent.daily.remaining, limit=limit, at=reader.at(spent.daily.at)))
    if spent.burst is not None:
        one = spent.burst
        left = "" if one.remaining is None else reader.says("burst_left", left=one.remaining)
        seconds = f"{one.seconds:g}"
        lines.append(reader.says("burst", calls=one.calls, seconds=seconds, left=left, at=reader.at(one.at)))
    return [*lines, *(reader.says("at_rest", what=rest_text(rest, reader.lang)) for rest in status.rests)]


def took(run: Run, reader: Reader = ENGLISH) -> str:
    """Return how long a run took, a dash while it goes on."""
    if run.ended_at is None:
        return "–"
    seconds = (run.ended_at - run.started_at) / SECOND
    if seconds < _MINUTE:
        return f"{number(seconds, reader.lang, digits=1)} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes < _MINUTE else f"{minutes // _MINUTE} h {minutes % _MINUTE} min"


def counted(run: Run, reader: Reader = ENGLISH) -> str:
    """Return what a run counted, without what stayed at zero."""
    numbers = {name: count for name, count in run.counts.items() if isinstance(count, int) and count}
    return (
        " · ".join(f"{counted_as(name, reader.lang)} {reader.number(count)}" for name, count in numbers.items()) or "–"
    )


def _reconciled(run: Run | None, reader: Reader) -> str:
    if run is None:
        return reader.says("never_reconciled")
    counts = {name: run.counts.get(name, 0) for name in ("compared", "faults", "repaired", "left")}
    return reader.says("reconcile_counts", at=reader.at(run.started_at), status=reader.term(run.status), **counts)


def age(seconds: int, reader: Reader = ENGLISH) -> str:
    """Return a length of time in its largest fitting unit."""
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= 2 * unit:
            return reader.says(f"ago_{name}", count=seconds // unit)
    return reader.says("ago_seconds", count=seconds)
