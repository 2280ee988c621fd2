"""The outbox: values that we mean to write, recorded before the write and settled one by one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Text, bindparam, func, select, text, update

from syncer.records import Kind
from syncer.store.engines.dialect import Row, among, chunks, dialect_of, listed, raw
from syncer.store.tables.desk import DOUBTFUL, OPEN, SENDING_ORDER, outbox
from syncer.store.values import OutboxEntry, Status
from syncer.writeback.intents import Intent

_COLUMNS = tuple(column for column in outbox.columns if column.name != "account")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What became of one value."""

    key: str
    status: Status
    #: Why it failed; never a personal value.
    error: str | None = None
    #: What the CRM held just before the write; None leaves what was planned.
    previous: str | None = None


def intend(connection: Connection, account: str, run: str, intents: Iterable[Intent], now: int) -> int:
    """Record values to write and return how many are new.

    A value that waits already for the same decision stays as it is; one that waits for an older decision on the same
    property is cancelled. A value that was settled before is recorded anew under its run.
    """
    waiting = _waiting(connection, account)
    fresh: dict[str, Intent] = {}
    outdated: list[str] = []
    for intent in intents:
        there = waiting.get((intent.kind.value, intent.record_id, intent.property), {})
        outdated += [key for decision, key in there.items() if decision != intent.decision]
        if intent.decision not in there:
            fresh[_key(intent)] = intent
    settled = _known(connection, account, fresh)
    named = {f"{key}~{run}" if key in settled else key: intent for key, intent in fresh.items()}
    again = _known(connection, account, [key for key in named if key.endswith(f"~{run}")])
    settle(connection, account, [Settlement(key=key, status=Status.CANCELLED) for key in outdated], now)
    rows = [_row(account, key, run, intent, now) for key, intent in named.items() if key not in again]
    dialect_of(connection).append(connection, outbox, rows)
    return len(rows)


def pending(connection: Connection, account: str, limit: int | None, without: Collection[Kind]) -> list[OutboxEntry]:
    """Return open values by run, record and property: unclaimed ones, and claimed ones that were never settled.

    Values of some kinds of record are passed over.
    """
    others = [outbox.c.kind != kind.value for kind in without]
    waiting = select(*_COLUMNS).where(outbox.c.account == account, text(OPEN), *others)
    statement = waiting.order_by(*SENDING_ORDER).limit(limit)
    return [entry_of(row) for row in raw(connection, statement, {})]


def claim(connection: Connection, account: str, keys: Collection[str], now: int) -> int:
    """Note that open values are about to be sent; return how many were still open."""
    dialect = dialect_of(connection)
    statement = update(outbox).where(outbox.c.account == account, among(dialect, outbox.c.key), text(OPEN))
    values = {"status": Status.SENDING.value, "attempts": outbox.c.attempts + 1, "changed_at": now}
    return sum(connection.execute(statement.values(values), {"ids": listed(chunk)}).rowcount for chunk in chunks(keys))


def release(connection: Connection, account: str, keys: Collection[str], now: int) -> None:
    """Take claims back: nothing was sent, and the attempt does not count.

    A row that an earlier push left `sending` stays in doubt: its attempts say so.
    """
    claimed = outbox.c.status == Status.SENDING.value
    statement = update(outbox).where(outbox.c.account == account, among(dialect_of(connection), outbox.c.key), claimed)
    values = {"status": Status.PENDING.value, "attempts": outbox.c.attempts - 1, "changed_at": now}
    for chunk in chunks(keys):
        connection.execute(statement.values(values), {"ids": listed(chunk)})


def settle(connection: Connection, account: str, settlements: Collection[Settlement], now: int) -> None:
    """Note what became of values."""
    if not settlements:
        return
    before = func.coalesce(bindparam("held", type_=Text), outbox.c.previous)
    statement = (
        update(outbox)
        .where(outbox.c.account == account, outbox.c.key == bindparam("of"))
        .values(status=bindparam("to"), error=bindparam("because"), previous=before, changed_at=now)
    )
    values = [{"of": s.key, "to": s.status.value, "because": s.error, "held": s.previous} for s in settlements]
    connection.execute(statement, values)


def reopen(connection: Connection, account: str, keys: Collection[str], now: int) -> int:
    """Make failed values open again, as if never sent; return how many were failed."""
    failed = outbox.c.status == Status.FAILED.value
    statement = update(outbox).where(outbox.c.account == account, among(dialect_of(connection), outbox.c.key), failed)
    values = {"status": Status.PENDING.value, "attempts": 0, "error": None, "changed_at": now}
    return sum(connection.execute(statement.values(values), {"ids": listed(chunk)}).rowcount for chunk in chunks(keys))


def written(connection: Connection, account: str, since: int) -> list[OutboxEntry]:
    """Return what we wrote from a moment on, oldest first: the ledger of our own writes."""
    written_since = (outbox.c.status == Status.WRITTEN.value) & (outbox.c.changed_at >= since)
    statement = select(*_COLUMNS).where(outbox.c.account == account, written_since)
    return [entry_of(row) for row in raw(connection, statement.order_by(outbox.c.changed_at, outbox.c.key), {})]


def of_run(connection: Connection, account: str, run: str) -> list[OutboxEntry]:
    """Return every value of one run by record and property."""
    statement = select(*_COLUMNS).where(outbox.c.account == account, outbox.c.run == run)
    ordered = statement.order_by(outbox.c.kind, outbox.c.record_id, outbox.c.property, outbox.c.key)
    return [entry_of(row) for row in raw(connection, ordered, {})]


def of_record(connection: Connection, account: str, kind: Kind, record_id: str) -> list[OutboxEntry]:
    """Return every value of one record, the latest first."""
    mine = (outbox.c.account == account) & (outbox.c.kind == kind.value) & (outbox.c.record_id == record_id)
    statement = select(*_COLUMNS).where(mine).order_by(outbox.c.changed_at.desc(), outbox.c.property, outbox.c.key)
    return [entry_of(row) for row in raw(connection, statement, {})]


def doubtful(connection: Connection, account: str, limit: int) -> list[OutboxEntry]:
    """Return the latest values that the CRM refused, or that a person's newer value kept from being written."""
    statement = select(*_COLUMNS).where(outbox.c.account == account, text(DOUBTFUL))
    latest = statement.order_by(outbox.c.changed_at.desc(), outbox.c.key).limit(limit)
    return [entry_of(row) for row in raw(connection, latest, {})]


def entry_of(row: Row) -> OutboxEntry:
    """Return the value in a row of `outbox` without its account."""
    return OutboxEntry(
        key=row[0],
        run=row[1],
        kind=Kind(row[2]),
        record_id=row[3],
        property=row[4],
        value=row[5],
        previous=row[6],
        rule=row[7],
        why=row[8],
        decision=row[9],
        status=Status(row[10]),
        attempts=row[11],
        error=row[12],
        changed_at=row[13],
    )


def adopt(connection: Connection, account: str, entries: Collection[OutboxEntry]) -> None:
    """Take values over as another state of this database knew them, whatever is known of them here."""
    rows = [
        tuple(account if column.name == "account" else getattr(one, column.name) for column in outbox.columns)
        for one in entries
    ]
    dialect_of(connection).upsert(connection, outbox, [tuple(map(_plain, row)) for row in rows])


def _plain(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


def _key(intent: Intent) -> str:
    return f"{intent.kind.value}/{intent.record_id}/{intent.property}/{intent.decision}"


def _row(account: str, key: str, run: str, intent: Intent, now: int) -> Row:
    return (
        account,
        key,
        run,
        intent.kind.value,
        intent.record_id,
        intent.property,
        intent.value,
        intent.previous,
        intent.rule,
        intent.why,
        intent.decision,
        Status.PENDING.value,
        0,
        None,
        now,
    )


def _waiting(connection: Connection, account: str) -> dict[tuple[str, str, str], dict[str, str]]:
    """Return keys of open values by what they write and by decision."""
    columns = (outbox.c.kind, outbox.c.record_id, outbox.c.property, outbox.c.decision, outbox.c.key)
    # In the order of the index of what is open; SQLite would rather walk the whole outbox.
    statement = select(*columns).where(outbox.c.account == account, text(OPEN)).order_by(*SENDING_ORDER)
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for kind, record_id, name, decision, key in raw(connection, statement, {}):
        found.setdefault((kind, record_id, name), {})[decision] = key
    return found


def _known(connection: Connection, account: str, keys: Collection[str]) -> set[str]:
    statement = select(outbox.c.key).where(outbox.c.account == account, among(dialect_of(connection), outbox.c.key))
    return {row[0] for chunk in chunks(keys) for row in raw(connection, statement, {"ids": listed(chunk)})}
