"""Runs, cursors, KPI snapshots and account facts: what a job keeps about itself."""

from collections.abc import Collection, Mapping, Sequence
from secrets import token_hex

import orjson
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from syncer.errors import ChangedMeanwhile
from syncer.moments import moment
from syncer.store.engines.dialect import Row, dialect_of, raw
from syncer.store.rows.marks import ensure_account
from syncer.store.tables import accounts, cursors, kpi_snapshots, runs
from syncer.store.values import AccountFacts, KpiRow, Run, RunTally, Snapshot

RUNNING, INTERRUPTED, FAILED = "running", "interrupted", "failed"
_CURSOR = select(cursors.c.position).where(
    *(cursors.c[name] == bindparam(name) for name in ("account", "stream", "kind"))
)
_POSITIONS = select(cursors.c.stream, cursors.c.position).where(
    *(cursors.c[name] == bindparam(name) for name in ("account", "kind"))
)
_ACCOUNT = select(*accounts.columns).where(accounts.c.account == bindparam("name"))


def cursor(connection: Connection, account: str, stream: str, kind: str) -> str | None:
    """Return a position, or None where the stream was never begun."""
    found = raw(connection, _CURSOR, {"account": account, "stream": stream, "kind": kind})
    return str(found[0][0]) if found else None


def keep_cursor(connection: Connection, account: str, stream: str, kind: str, position: str) -> None:
    """Make a position durable with the commit."""
    dialect_of(connection).upsert(connection, cursors, [(account, stream, kind, position)])


def expect_cursor(connection: Connection, account: str, stream: str, kind: str, expected: str) -> None:
    """Raise ChangedMeanwhile where another process moved the position."""
    if cursor(connection, account, stream, kind) != expected:
        raise ChangedMeanwhile(
            "another process moved the cursor", account=account, stream=stream, hint="run one syncer per account"
        )


def drop_cursor(connection: Connection, account: str, stream: str, kind: str) -> None:
    """Forget a position: the stream begins anew."""
    mine = (cursors.c.account == account) & (cursors.c.stream == stream) & (cursors.c.kind == kind)
    connection.execute(delete(cursors).where(mine))


def begin_run(connection: Connection, account: str, job: str, now: int) -> str:
    """Record a run and return its id, which sorts by start."""
    id_ = f"{moment(now):%Y%m%dT%H%M%S}{now % 1000:03d}-{token_hex(3)}"
    dialect_of(connection).append(connection, runs, [(account, id_, job, now, None, RUNNING, "{}")])
    return id_


def close_abandoned(
    connection: Connection, account: str, now: int, *, only: str | None = None, but: str | None = None
) -> int:
    """Give runs that never ended the status `interrupted`: of one job only, or of all but one; return how many."""
    broken = update(runs).where(runs.c.account == account, runs.c.status == RUNNING)
    if only is not None:
        broken = broken.where(runs.c.job == only)
    if but is not None:
        broken = broken.where(runs.c.job != but)
    return connection.execute(broken.values(status=INTERRUPTED, ended_at=now)).rowcount


def end_run(connection: Connection, id_: str, now: int, status: str, counts: Mapping[str, object]) -> None:
    """Record how a run ended and what it counted."""
    ended = {"ended_at": now, "status": status, "counts": orjson.dumps(counts).decode()}
    connection.execute(update(runs).where(runs.c.id == id_).values(ended))


def drop_run(connection: Connection, id_: str) -> None:
    """Forget a run."""
    connection.execute(delete(runs).where(runs.c.id == id_))


def latest_runs(connection: Connection, account: str, limit: int) -> list[Run]:
    """Return runs, the latest first."""
    statement = select(*runs.columns).where(runs.c.account == account).order_by(runs.c.id.desc()).limit(limit)
    return [_run(row) for row in raw(connection, statement, {})]


def run_tallies(connection: Connection, account: str) -> list[RunTally]:
    """Return how many runs of each job and status are kept, and when the last of them began."""
    statement = (
        select(runs.c.job, runs.c.status, func.count(), func.max(runs.c.started_at))
        .where(runs.c.account == account)
        .group_by(runs.c.job, runs.c.status)
        .order_by(runs.c.job, runs.c.status)
    )
    found = raw(connection, statement, {})
    return [RunTally(job=job, status=status, number=number, last_at=at) for job, status, number, at in found]


def last_run(connection: Connection, account: str, jobs: Collection[str]) -> Run | None:
    """Return the latest run of any of some jobs that came to its end, or None."""
    return _latest(connection, account, jobs, runs.c.status.not_in([RUNNING, INTERRUPTED, FAILED]))


def last_ended(connection: Connection, account: str, jobs: Collection[str], now: int) -> Run | None:
    """Return the latest run of any of some jobs that is over, whatever its end, or None.

    What began after `now` was begun before the machine's clock was set back.
    """
    return _latest(connection, account, jobs, (runs.c.status != RUNNING) & (runs.c.started_at <= now))


def _latest(connection: Connection, account: str, jobs: Collection[str], which: ColumnElement[bool]) -> Run | None:
    statement = select(*runs.columns).where(runs.c.account == account, runs.c.job.in_(list(jobs)), which)
    found = raw(connection, statement.order_by(runs.c.id.desc()).limit(1), {})
    return _run(found[0]) if found else None


def run(connection: Connection, id_: str) -> Run | None:
    """Return a run, or None where there is none."""
    found = raw(connection, select(*runs.columns).where(runs.c.id == id_), {})
    return _run(found[0]) if found else None


def keep_snapshot(
    connection: Connection, account: str, run_id: str, as_of: int, splits: Mapping[str, Sequence[KpiRow]]
) -> None:
    """Keep KPI rows as a run reported them, "" for the catalogue's own.

    What the run kept before gives way, and so do the other splits of earlier runs: only the newest are looked at.
    """
    mine = (kpi_snapshots.c.run == run_id) | (kpi_snapshots.c.split != "")
    connection.execute(delete(kpi_snapshots).where(kpi_snapshots.c.account == account, mine))
    every = [(split, row) for split, rows in splits.items() for row in rows]
    kept = [
        (account, run_id, position, str(row.get("id", "")), as_of, orjson.dumps(row, default=str).decode(), split)
        for position, (split, row) in enumerate(every)
    ]
    dialect_of(connection).append(connection, kpi_snapshots, kept)


def snapshot(connection: Connection, account: str, run_id: str, split: str) -> list[KpiRow]:
    """Return the KPI rows of one split that a run reported, in its order."""
    of_run = (kpi_snapshots.c.account == account) & (kpi_snapshots.c.run == run_id)
    mine = of_run & (kpi_snapshots.c.split == split)
    statement = select(kpi_snapshots.c.row).where(mine).order_by(kpi_snapshots.c.position)
    return [orjson.loads(row[0]) for row in raw(connection, statement, {})]


def keep_account(connection: Connection, facts: AccountFacts) -> None:
    """Keep what the CRM says about the account itself."""
    ensure_account(connection, facts.account)
    values = {
        "portal_id": facts.portal_id,
        "time_zone": facts.time_zone,
        "currency": facts.currency,
        "account_type": facts.account_type,
    }
    connection.execute(update(accounts).where(accounts.c.account == facts.account).values(values))


def account(connection: Connection, name: str) -> AccountFacts | None:
    """Return what is known about an account, or None where it was never read."""
    found = raw(connection, _ACCOUNT, {"name": name})
    if not found:
        return None
    _, portal_id, time_zone, currency, account_type, *_ = found[0]
    return AccountFacts(
        account=name, portal_id=portal_id, time_zone=time_zone, currency=currency, account_type=account_type
    )


def _run(row: Row) -> Run:
    return Run(
        id=row[1],
        account=row[0],
        job=row[2],
        started_at=row[3],
        ended_at=row[4],
        status=row[5],
        counts=orjson.loads(row[6]),
    )


def account_names(connection: Connection) -> list[str]:
    """Return the accounts that the store knows."""
    return [row[0] for row in raw(connection, select(accounts.c.account).order_by(accounts.c.account), {})]


def positions(connection: Connection, account: str, kind: str) -> Mapping[str, str]:
    """Return by stream the positions of one kind."""
    return {row[0]: row[1] for row in raw(connection, _POSITIONS, {"account": account, "kind": kind})}


def last_snapshot(connection: Connection, account: str) -> Snapshot | None:
    """Return the KPI rows that were kept last, or None where there never were any."""
    kept = kpi_snapshots.c
    run = connection.execute(select(func.max(kept.run)).where(kept.account == account)).scalar()
    if run is None:
        return None
    mine = (kept.account == account) & (kept.run == run)
    as_of = connection.execute(select(func.max(kept.as_of)).where(mine)).scalar_one()
    return Snapshot(run=run, as_of=as_of)
