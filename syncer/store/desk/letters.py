"""Dead letters: records that need a person. What cannot be read and what the CRM did not take are two letters."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from syncer.store.engines.dialect import Row, dialect_of, raw
from syncer.store.ledger.ledger_rows import texts
from syncer.store.rows.decode import texts_of
from syncer.store.tables import dead_letters
from syncer.store.values import DeadLetter

#: Letters wait open until they are replayed; one that is dropped is gone.
OPEN, REPLAYED = "open", "replayed"
#: Ids of letters about writing begin so; no stream is called like it.
_WRITE = "write:"

_WAITING = (
    select(*dead_letters.columns)
    .where(dead_letters.c.account == bindparam("of"), dead_letters.c.status == OPEN)
    .order_by(dead_letters.c.buried_at, dead_letters.c.id)
)


def letter_id(stream: str, record_id: str, *, is_write: bool) -> str:
    """Return the id of a record's one letter of its reading, or of its writing."""
    return f"{_WRITE if is_write else ''}{stream}:{record_id}"


def bury(
    connection: Connection,
    account: str,
    of: tuple[str, str],
    *,
    reason: str,
    problems: Sequence[str],
    at: int,
    payload_ref: str | None = None,
) -> str:
    """Keep a letter of a stream's record and return its id; one that is there counts a further attempt."""
    stream, record_id = of
    id_ = letter_id(stream, record_id, is_write=payload_ref is not None)
    _give_own_id(connection, account, of)
    mine = (dead_letters.c.account == account) & (dead_letters.c.id == id_)
    attempts = connection.execute(select(dead_letters.c.attempts).where(mine)).scalar() or 0
    row = (account, id_, stream, record_id, reason, texts(tuple(problems)), payload_ref, OPEN, attempts + 1, at)
    dialect_of(connection).upsert(connection, dead_letters, [row])
    return id_


def _give_own_id(connection: Connection, account: str, of: tuple[str, str]) -> None:
    """Let a letter about writing that an earlier version kept under the id of reading have the id of writing."""
    reading, writing = (letter_id(*of, is_write=is_write) for is_write in (False, True))
    mistaken = (
        (dead_letters.c.account == account) & (dead_letters.c.id == reading) & dead_letters.c.payload_ref.is_not(None)
    )
    connection.execute(update(dead_letters).where(mistaken).values(id=writing))


def letters(connection: Connection, account: str) -> list[DeadLetter]:
    """Return the open letters, oldest first."""
    return [_letter(row) for row in raw(connection, _WAITING, {"of": account})]


def drop(connection: Connection, account: str, id_: str) -> bool:
    """Forget a letter; return whether it was there."""
    mine = (dead_letters.c.account == account) & (dead_letters.c.id == id_)
    return connection.execute(delete(dead_letters).where(mine)).rowcount > 0


def mark_replayed(connection: Connection, account: str, id_: str) -> bool:
    """Note that a letter's record went through after all; return whether it was open."""
    mine = (dead_letters.c.account == account) & (dead_letters.c.id == id_) & (dead_letters.c.status == OPEN)
    return connection.execute(update(dead_letters).where(mine).values(status=REPLAYED)).rowcount > 0


def _letter(row: Row) -> DeadLetter:
    return DeadLetter(
        id=row[1],
        stream=row[2],
        record_id=row[3],
        reason=row[4],
        problems=texts_of(row[5]),
        payload_ref=row[6],
        status=row[7],
        attempts=row[8],
        buried_at=row[9],
    )
