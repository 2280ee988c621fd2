"""An account's status on a terminal."""

import typer

from jobs.cli.tables import print_table
from jobs.status import AccountStatus
from syncer.moments import iso

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def print_status(status: AccountStatus) -> None:
    """Print one account."""
    records = ", ".join(f"{count:,} {name}" for name, count in status.records.items() if count)
    typer.echo(f"{status.account}: {records or 'nothing read yet: syncer backfill'}")
    rows = [(stream, age(seconds)) for stream, seconds in status.freshness.items()]
    if rows:
        print_table(("stream", "read up to"), rows)
    runs = [(run.id, run.job, iso(run.started_at) or "", run.status) for run in status.runs]
    if runs:
        print_table(("run", "job", "started", "status"), runs)
    waiting = {name: count for name, count in status.outbox.items() if name in {"pending", "sending"} and count}
    typer.echo(f"outbox: {', '.join(f'{count:,} {name}' for name, count in waiting.items()) or 'empty'}")
    typer.echo(f"dead letters: {status.dead_letters:,}" + (" — syncer dead-letters" if status.dead_letters else ""))


def age(seconds: int) -> str:
    """Return a length of time in its largest fitting unit."""
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name} ago"
    return f"{seconds} seconds ago"
