"""Erasure, tombstones and the log of erasures, in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from syncer.moments import Millis, iso
from syncer.store.engines.dialect import Row, among, chunks, dialect_of, is_empty, listed, raw
from syncer.store.mirror.joins import owners_of
from syncer.store.mirror.people import Person, everybody, grown, person_of
from syncer.store.privacy.erasing import Erasing
from syncer.store.privacy.nobody import moments_of
from syncer.store.privacy.personal import PLACES
from syncer.store.tables import erasures, tombstones

#: Reasons of a tombstone: for good, and until the person acts again.
ERASED, EXPIRED = "erased", "expired"
#: Reason of a log entry that took tombstones away.
LIFTED = "lifted"
#: Letters of a tombstone that logs show, and how many tombstones of one erasure.
PREFIX, _SHOWN = 8, 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """One erasure as the log keeps it: nothing in it says whose."""

    id: str
    account: str
    at: Millis
    actor: str
    reason: str
    key_id: str
    #: Keyed digests of the person's ids and addresses.
    tombstones: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedErasure:
    """One line of the log of erasures."""

    id: str
    account: str
    at: Millis
    actor: str
    reason: str
    #: Rows erased or made impersonal, by table.
    counts: Mapping[str, int]
    #: First letters of its tombstones.
    tombstones: Sequence[str]
    wiped_at: Millis | None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**asdict(self), "at": iso(self.at), "wiped_at": iso(self.wiped_at)}


class Privacy:
    """Reads and writes of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def person(self, account: str, id_or_email: str) -> Person:
        """Return whoever has an id or an address; false where nothing is known under it."""
        return person_of(self._connection, account, id_or_email)

    def grown(self, account: str, ids: Collection[str], addresses: Collection[str]) -> Person:
        """Return the person who has these ids and addresses, with everything that belongs to them."""
        return grown(self._connection, account, ids, addresses)

    def everybody(self, account: str) -> tuple[set[str], set[str]]:
        """Return every contact id and every address under which anything is known."""
        return everybody(self._connection, account)

    def erase(
        self, person: Person, now: Millis, blur: Callable[[Sequence[int]], int], *, keeps_company: bool = False
    ) -> Mapping[str, int]:
        """Empty every personal place of one person; return the rows concerned by table.

        `blur` returns the shift of the moments that are kept for figures; with `keeps_company` past figures of
        companies stay too.
        """
        plain = Erasing(connection=self._connection, person=person, shift=0, now=now)
        work = Erasing(
            connection=self._connection,
            person=person,
            shift=blur(moments_of(plain)),
            now=now,
            keeps_company=keeps_company,
        )
        counts = {
            str(place.table.name): place.eraser(work, place.table, place.whose(work, place.table))
            for place in PLACES
            if place.whose is not None
        }
        return {name: count for name, count in counts.items() if count}

    def held(self, person: Person) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """Return by table every row that says something about a person, whole."""
        work = Erasing(connection=self._connection, person=person, shift=0, now=0)
        return {
            str(place.table.name): [
                dict(zip((column.name for column in place.table.columns), row, strict=True))
                for row in work.rows(place.table, place.whose(work, place.table))
            ]
            for place in PLACES
            if place.whose is not None
        }

    def log(self, erasure: Erasure, counts: Mapping[str, int]) -> None:
        """Keep an erasure and its tombstones; of one that took tombstones away, itself alone."""
        text = orjson.dumps(dict(counts)).decode()
        row = (erasure.account, erasure.id, erasure.at, erasure.actor, erasure.reason, text, None)
        dialect = dialect_of(self._connection)
        dialect.upsert(self._connection, erasures, [row])
        made = [] if erasure.reason == LIFTED else sorted(erasure.tombstones)
        tail = (erasure.reason, erasure.key_id, erasure.id, erasure.at)
        dialect.upsert(self._connection, tombstones, [(erasure.account, one, *tail) for one in made])

    def holders(self, account: str, addresses: Collection[str]) -> Mapping[str, str]:
        """Return the live contact of every known address."""
        return owners_of(self._connection, account, addresses)

    def has_tombstones(self, account: str) -> bool:
        """Return whether anybody's records are not to be taken in."""
        return not is_empty(self._connection, tombstones, account)

    def among(self, account: str, digests: Collection[str]) -> Mapping[str, tuple[str, Millis]]:
        """Return reason and moment of those of the digests that are tombstones."""
        columns = tombstones.c
        statement = select(columns.digest, columns.reason, columns.at).where(
            columns.account == account, among(dialect_of(self._connection), columns.digest)
        )
        found = [row for chunk in chunks(digests) for row in raw(self._connection, statement, {"ids": listed(chunk)})]
        return {digest: (reason, at) for digest, reason, at in found}

    def lift(self, account: str, digests: Collection[str]) -> int:
        """Take tombstones away; return how many there were."""
        statement = delete(tombstones).where(
            tombstones.c.account == account, among(dialect_of(self._connection), tombstones.c.digest)
        )
        return sum(self._connection.execute(statement, {"ids": listed(chunk)}).rowcount for chunk in chunks(digests))

    def siblings(self, account: str, digests: Collection[str]) -> set[str]:
        """Return all tombstones of the erasures that any of the digests belongs to."""
        columns = tombstones.c
        mine = select(columns.erasure).where(
            columns.account == account, among(dialect_of(self._connection), columns.digest)
        )
        statement = select(columns.digest).where(columns.account == account, columns.erasure.in_(mine))
        return {row[0] for row in raw(self._connection, statement, {"ids": listed(digests)})}

    def erasures(self) -> Sequence[Erasure]:
        """Return every erasure of every account, oldest first; retention's are told by their tombstones' reason."""
        stones: dict[tuple[str, str], list[Row]] = {}
        columns = tombstones.c
        for row in raw(self._connection, select(columns.account, columns.erasure, columns.digest, columns.key_id), {}):
            stones.setdefault((row[0], row[1]), []).append(row)
        logged = select(*erasures.columns).order_by(erasures.c.at, erasures.c.id)
        return [
            Erasure(
                account=row[0],
                id=row[1],
                at=row[2],
                actor=row[3],
                reason=row[4],
                key_id=next((stone[3] for stone in stones.get((row[0], row[1]), ())), ""),
                tombstones=sorted(stone[2] for stone in stones.get((row[0], row[1]), ())),
            )
            for row in raw(self._connection, logged, {})
        ]

    def logged(self) -> Sequence[LoggedErasure]:
        """Return the log of erasures, oldest first."""
        rows = select(erasures.c.id, erasures.c.counts, erasures.c.wiped_at)
        kept = {row[0]: row[1:] for row in raw(self._connection, rows, {})}
        return [
            LoggedErasure(
                id=one.id,
                account=one.account,
                at=one.at,
                actor=one.actor,
                reason=one.reason,
                counts=orjson.loads(kept[one.id][0]),
                tombstones=[digest[:PREFIX] for digest in one.tombstones[:_SHOWN]],
                wiped_at=kept[one.id][1],
            )
            for one in self.erasures()
        ]

    def key_ids(self) -> set[str]:
        """Return what the keys of all tombstones are known by."""
        return {row[0] for row in raw(self._connection, select(tombstones.c.key_id).distinct(), {})}

    def erasure_ids(self) -> set[tuple[str, str]]:
        """Return account and id of every erasure."""
        return {(row[0], row[1]) for row in raw(self._connection, select(erasures.c.account, erasures.c.id), {})}

    def unwiped(self, upto: Millis) -> int:
        """Return the number of erasures up to a moment of which bytes may still lie in the database's files."""
        statement = select(func.count()).select_from(erasures).where(_unwiped(upto))
        return int(self._connection.execute(statement).scalar_one())

    def wiped(self, upto: Millis, now: Millis) -> None:
        """Note that the files were written anew after the erasures up to a moment."""
        self._connection.execute(update(erasures).where(_unwiped(upto)).values(wiped_at=now))


def _unwiped(upto: int) -> ColumnElement[bool]:
    return erasures.c.wiped_at.is_(None) & (erasures.c.at <= upto)
