"""An account's status on a terminal."""

from collections.abc import Mapping, Sequence

import typer

from jobs.cli.tables import print_table
from jobs.health.status import AccountStatus
from syncer.moments import SECOND, iso
from syncer.store import Run

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def print_status(status: AccountStatus, *, takes_webhooks: bool = False) -> None:
    """Print one account."""
    records = ", ".join(f"{count:,} {name}" for name, count in status.records.items() if count)
    typer.echo(f"{status.account}: {records or 'nothing read yet: syncer backfill'}")
    rows = [(stream, age(seconds)) for stream, seconds in status.freshness.items()]
    if rows:
        print_table(("stream", "read up to"), rows)
    runs = [(run.id, run.job, iso(run.started_at) or "", took(run), run.status, counted(run)) for run in status.runs]
    if runs:
        print_table(("run", "job", "started", "took", "status", "counts"), runs, right=("took",))
    typer.echo(f"reconciled: {_reconciled(status.reconciled)}")
    waiting = {name: count for name, count in status.outbox.items() if name in {"pending", "sending"} and count}
    typer.echo(f"outbox: {', '.join(f'{count:,} {name}' for name, count in waiting.items()) or 'empty'}")
    typer.echo(f"dead letters: {status.dead_letters:,}" + (" — syncer dead-letters" if status.dead_letters else ""))
    if status.sickness is not None:
        typer.echo(f"sick: {status.sickness.message}")
    for silent in status.silences:
        typer.echo(f"silent: {silent.message}")
    told = [*hook_lines(status, takes_webhooks=takes_webhooks), *journal_lines(status)]
    for line in [*queue_lines(status), *told, *budget_lines(status)]:
        typer.echo(line)


def queue_lines(status: AccountStatus) -> Sequence[str]:
    """Return what waits for workers and how many there are; nothing where the database has no queue."""
    queue = status.queue
    if queue is None:
        return ()
    parts = [("wait", queue.waiting), ("run", queue.running), ("failed within a day", queue.failed)]
    said = [f"{_jobs(jobs)} {word}" for word, jobs in parts if jobs]
    oldest = "" if queue.oldest is None else f" · the oldest has waited for {queue.oldest:,.0f} seconds"
    workers = f"{queue.workers:,} worker{'' if queue.workers == 1 else 's'}" if queue.workers else "no worker"
    return [f"queue: {' · '.join(said) or 'empty'}{oldest} · {workers}"]


def _jobs(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {duty}" for duty, number in numbers.items())


def hook_lines(status: AccountStatus, *, takes_webhooks: bool) -> Sequence[str]:
    """Return whether webhooks arrive, what waits and what was refused; nothing where none are taken or ever were."""
    hooks = status.webhooks
    lines = []
    if takes_webhooks or hooks.is_sent or (hooks.counts and status.journal is None):
        last = "none has ever arrived: syncer webhooks show" if hooks.last_at is None else f"last {iso(hooks.last_at)}"
        oldest = "" if hooks.oldest is None else f", the oldest for {hooks.oldest // SECOND:,} seconds"
        lines.append(f"webhooks: {last} · {hooks.waiting:,} wait{oldest} · {hooks.failing:,} failed before")
    if hooks.untold and lines:
        lines.append(f"webhooks: silent, while rounds found {hooks.untold:,} changes: syncer webhooks show")
    refused = ", ".join(f"{one.number:,} {name} (last {iso(one.last_at)})" for name, one in hooks.refused().items())
    lines += [f"webhooks refused: {refused}"] if refused else []
    ids = ", ".join(f"{one.stream}:{one.record_id}" for one in hooks.erasures)
    return [*lines, *([f"to be erased here too, for the CRM erased them: {ids}"] if ids else [])]


def journal_lines(status: AccountStatus) -> Sequence[str]:
    """Return how far the app's journal was read, what failed, and what may be missing; nothing where it never was."""
    found = status.journal
    if found is None:
        return ()
    until = "never yet" if found.until is None else f"up to {iso(found.until)}"
    lines = [f"journal: read {until} · {found.files:,} files · {status.webhooks.waiting:,} hints wait"]
    lines += [f"journal: {message}" for message in found.troubles]
    return lines


def budget_lines(status: AccountStatus) -> Sequence[str]:
    """Return what was spent today, what the CRM said last of its limits, and how long the account rests."""
    spent = status.spending
    if spent is None:
        return ()
    by_stream = sorted(spent.calls.items(), key=lambda one: (-one[1], one[0]))
    calls = ", ".join(f"{stream} {number:,}" for stream, number in by_stream if number)
    lines = [f"calls on {spent.day}: {sum(spent.calls.values()):,}" + (f" ({calls})" if calls else "")]
    lines[0] += f" · {spent.associations:,} for associations · {spent.limited:,} refused by a limit"
    if spent.daily is not None:
        of = "" if spent.daily.limit is None else f" of {spent.daily.limit:,}"
        lines.append(f"day: {spent.daily.remaining:,}{of} calls left for all apps, as told {iso(spent.daily.at)}")
    if spent.burst is not None:
        one = spent.burst
        left = "" if one.remaining is None else f", {one.remaining:,} left"
        lines.append(f"burst: {one.calls:,} calls in {one.seconds:g} seconds{left}, as told {iso(one.at)}")
    return [*lines, *(f"at rest: {rest.message}" for rest in status.rests)]


def took(run: Run) -> str:
    """Return how long a run took, a dash while it goes on."""
    if run.ended_at is None:
        return "–"
    seconds = (run.ended_at - run.started_at) / SECOND
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes < _MINUTE else f"{minutes // _MINUTE} h {minutes % _MINUTE} min"


def counted(run: Run) -> str:
    """Return what a run counted, without what stayed at zero."""
    numbers = {name: count for name, count in run.counts.items() if isinstance(count, int) and count}
    return " · ".join(f"{name} {count:,}" for name, count in numbers.items()) or "–"


def _reconciled(run: Run | None) -> str:
    if run is None:
        return "never: syncer reconcile"
    counts = ", ".join(f"{run.counts.get(name, 0):,} {name}" for name in ("compared", "faults", "repaired", "left"))
    return f"{iso(run.started_at)} {run.status}: {counts}"


def age(seconds: int) -> str:
    """Return a length of time in its largest fitting unit."""
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name} ago"
    return f"{seconds} seconds ago"
