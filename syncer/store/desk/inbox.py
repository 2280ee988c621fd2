"""The inbox: hints that webhooks brought, kept before they are answered, settled once their records were read."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, case, delete, func, select, text, update

from syncer.hints import Deed, Hint
from syncer.moments import DAY, Millis
from syncer.store.desk.inbox_values import ErasureRequest, InboxStanding, Tally, Waiting
from syncer.store.engines.dialect import Query, Row, among, chunks, dialect_of, listed, raw
from syncer.store.tables.inbox import DRAINING_ORDER, WAITING, erasure_requests, inbox, webhook_counts

_WAITING, _SETTLED, _DEAD = "waiting", "settled", "dead"
#: HubSpot takes up to a month for an erasure.
_ERASING = 30 * DAY

_COUNT = text(
    "INSERT INTO webhook_counts (account, outcome, number, last_at) VALUES (:account, :outcome, :number, :last_at) "
    "ON CONFLICT (account, outcome) DO UPDATE SET number = webhook_counts.number + excluded.number, "
    "last_at = CASE WHEN excluded.last_at > webhook_counts.last_at THEN excluded.last_at "
    "ELSE webhook_counts.last_at END"
)
_REQUEST = text(
    "INSERT INTO erasure_requests (account, stream, record_id, requested_at) "
    "VALUES (:account, :stream, :record_id, :requested_at) ON CONFLICT DO NOTHING"
)


def _accounts_waiting() -> Query:
    """Return the question after filled inboxes: from one account to the next by the index, however many hints wait."""
    least = select(func.min(inbox.c.account).label("account")).where(text(WAITING))
    filled = least.cte("filled", recursive=True)
    following = least.where(inbox.c.account > filled.c.account).correlate(filled).scalar_subquery()
    filled = filled.union_all(select(following).where(filled.c.account.is_not(None)))
    return select(filled.c.account).where(filled.c.account.is_not(None))


_ACCOUNTS_WAITING = _accounts_waiting()


class Inbox:
    """Reads and writes of the inbox in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def receive(self, account: str, hints: Sequence[Hint], now: Millis) -> int:
        """Keep hints and return how many are new; one that came before, settled or not, stays as it is."""
        rows = [
            (account, one.id, one.stream, one.record_id, one.deed.value, one.occurred_at, now, _WAITING, 0, None)
            for one in hints
        ]
        # In one order, so that two receivers of the same messages never wait for each other.
        return dialect_of(self._connection).add_new(self._connection, inbox, sorted(rows))

    def waiting(self, account: str, limit: int) -> Sequence[Waiting]:
        """Return hints that wait, those that never failed first, then the oldest."""
        columns = (inbox.c.id, inbox.c.stream, inbox.c.record_id, inbox.c.deed, inbox.c.attempts)
        statement = select(*columns).where(inbox.c.account == account, text(WAITING)).order_by(*DRAINING_ORDER)
        return [_waiting(row) for row in raw(self._connection, statement.limit(limit), {})]

    def accounts_waiting(self) -> Sequence[str]:
        """Return the accounts with hints that wait, in order."""
        return [row[0] for row in raw(self._connection, _ACCOUNTS_WAITING, {})]

    def claim(self, account: str, ids: Collection[str]) -> None:
        """Count an attempt on hints that are about to be looked into: it stands even if this process dies of it."""
        self._update(account, ids, {"attempts": inbox.c.attempts + 1})

    def release(self, account: str, ids: Collection[str]) -> None:
        """Take an attempt back: it failed for reasons that are not the hints' own."""
        self._update(account, ids, {"attempts": case((inbox.c.attempts > 0, inbox.c.attempts - 1), else_=0)})

    def settle(self, account: str, ids: Collection[str], now: Millis) -> None:
        """Note that the hints' records were looked at."""
        self._update(account, ids, {"status": _SETTLED, "settled_at": now})

    def give_up(self, account: str, ids: Collection[str], now: Millis) -> None:
        """Note that hints are not looked into any more; the caller buries their records."""
        self._update(account, ids, {"status": _DEAD, "settled_at": now})

    def prune(self, before: Millis) -> int:
        """Forget hints that were settled before a moment, those of erasures a month later; return how many."""
        is_erasure = inbox.c.deed == Deed.ERASED.value
        late = case((is_erasure, before - _ERASING), else_=before)
        old = (inbox.c.settled_at < before) & (inbox.c.settled_at < late)
        return self._connection.execute(delete(inbox).where(old)).rowcount

    def announced(self, account: str, stream: str, record_ids: Collection[str]) -> set[str]:
        """Return those of whom a hint of the last month said that the CRM erased them."""
        columns = inbox.c
        told = (columns.account == account) & (columns.stream == stream) & (columns.deed == Deed.ERASED.value)
        statement = select(columns.record_id).where(told, among(dialect_of(self._connection), columns.record_id))
        return {
            row[0] for chunk in chunks(record_ids) for row in raw(self._connection, statement, {"ids": listed(chunk)})
        }

    def standing(self, account: str) -> InboxStanding:
        """Return how many hints wait, since when, and how many of them failed before."""
        failing = func.sum(case((inbox.c.attempts > 0, 1), else_=0))
        statement = select(func.count(), func.min(inbox.c.received_at), func.coalesce(failing, 0))
        found = raw(self._connection, statement.where(inbox.c.account == account, text(WAITING)), {})
        waiting, oldest, tried = found[0]
        return InboxStanding(waiting=waiting, oldest=oldest, failing=int(tried))

    def count(self, numbers: Mapping[tuple[str, str], int], now: Millis) -> None:
        """Add to what came of webhooks, by account and outcome."""
        rows = [
            {"account": account, "outcome": outcome, "number": number, "last_at": now}
            for (account, outcome), number in sorted(numbers.items())
        ]
        if rows:
            self._connection.execute(_COUNT, rows)

    def counts(self, account: str) -> Mapping[str, Tally]:
        """Return by outcome how often it came and when last; of the empty account what named none."""
        statement = select(webhook_counts.c.outcome, webhook_counts.c.number, webhook_counts.c.last_at)
        rows = raw(self._connection, statement.where(webhook_counts.c.account == account), {})
        return {outcome: Tally(number=number, last_at=last_at) for outcome, number, last_at in sorted(rows)}

    def request_erasure(self, account: str, stream: str, record_ids: Iterable[str], now: Millis) -> None:
        """Note that people are to be erased here too; the first request stands."""
        rows = [
            {"account": account, "stream": stream, "record_id": one, "requested_at": now}
            for one in sorted(set(record_ids))
        ]
        if rows:
            self._connection.execute(_REQUEST, rows)

    def erasures(self, account: str) -> Sequence[ErasureRequest]:
        """Return the open requests, oldest first."""
        columns = erasure_requests.c
        statement = (
            select(columns.stream, columns.record_id, columns.requested_at)
            .where(columns.account == account)
            .order_by(columns.requested_at, columns.stream, columns.record_id)
        )
        rows = raw(self._connection, statement, {})
        return [ErasureRequest(stream=stream, record_id=record, requested_at=at) for stream, record, at in rows]

    def settle_erasure(self, account: str, stream: str, record_id: str) -> bool:
        """Note that a person was erased here; return whether it had been requested."""
        columns = erasure_requests.c
        mine = (columns.account == account) & (columns.stream == stream) & (columns.record_id == record_id)
        return self._connection.execute(delete(erasure_requests).where(mine)).rowcount > 0

    def _update(self, account: str, ids: Collection[str], values: Mapping[str, object]) -> None:
        mine = (inbox.c.account == account) & among(dialect_of(self._connection), inbox.c.id)
        statement = update(inbox).where(mine, text(WAITING)).values(dict(values))
        for chunk in chunks(ids):
            self._connection.execute(statement, {"ids": listed(chunk)})


def _waiting(row: Row) -> Waiting:
    id_, stream, record_id, deed, attempts = row
    return Waiting(id=id_, stream=stream, record_id=record_id, deed=Deed(deed), attempts=attempts)
