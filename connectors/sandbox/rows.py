"""Records and where they lie: rows with their history, and one table a kind with the orders that the API reads in."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from connectors.sandbox.definitions import Definition
from connectors.sandbox.kinds import Kind
from syncer.moments import MINUTE, Millis

#: How long a changed row's earlier face is remembered, for an index that lags and for stale reads.
MEMORY = 10 * MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One value that a property had from `at` on."""

    value: str
    at: Millis
    source_type: str | None
    source_id: str | None = None
    user_id: str | None = None


@dataclass(kw_only=True, slots=True)
class Row:
    """One record."""

    id: str
    #: Only properties that have a value.
    properties: dict[str, str]
    created: Millis
    updated: Millis
    archived_at: Millis | None = None
    #: Oldest first, for properties with more than the value they came with.
    history: dict[str, list[Version]] = field(default_factory=dict)
    #: When and how the values without history came.
    base_at: Millis
    base_source: str = "IMPORT"
    base_source_id: str | None = None

    def versions(self, name: str) -> list[Version]:
        """Return what is known of a property's past, oldest first."""
        known = self.history.get(name)
        if known is not None:
            return known
        value = self.properties.get(name)
        if value is None:
            return []
        return [Version(value=value, at=self.base_at, source_type=self.base_source, source_id=self.base_source_id)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """What a row looked like before `until`; None where it did not exist."""

    until: Millis
    properties: dict[str, str] | None
    updated: Millis


class Table:
    """All rows of one kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rows: dict[str, Row] = {}
        #: Merged-away id to the id that answers for it.
        self.aliases: dict[str, str] = {}
        self._live: list[int] = []
        self._gone: list[int] = []
        self._changed: list[tuple[int, int]] = []
        #: In the order of the latest change.
        self._faces: dict[str, list[Face]] = {}
        self._unique: dict[str, dict[str, str]] = {}
        self.identities: set[str] = {"email"} if kind.name == "contacts" else set()

    def add_all(self, rows: Iterable[Row]) -> None:
        """Add many rows and put the orders right once."""
        for row in rows:
            self.rows[row.id] = row
            (self._live if row.archived_at is None else self._gone).append(int(row.id))
            self._changed.append((row.updated, int(row.id)))
            if row.archived_at is None:
                self._index(row)
        for order in (self._live, self._gone):
            order.sort()
        self._changed.sort()

    def add(self, row: Row, *, at: Millis) -> None:
        """Add a row that was created at `at`."""
        self.rows[row.id] = row
        insort(self._live, int(row.id))
        insort(self._changed, (row.updated, int(row.id)))
        self._remember(row.id, Face(until=at, properties=None, updated=at))
        self._index(row)

    def find(self, id_: str) -> Row | None:
        """Return the row of an id, or of the record it was merged into."""
        row = self.rows.get(id_)
        while row is None and id_ in self.aliases:
            id_ = self.aliases[id_]
            row = self.rows.get(id_)
        return row

    def by_value(self, name: str, value: str) -> Row | None:
        """Return the live row that holds a unique value."""
        id_ = self._unique.get(name, {}).get(value.lower())
        return self.rows.get(id_) if id_ else None

    def about_to_change(self, row: Row, *, at: Millis) -> None:
        """Keep the row's present face, and take its unique values out of the index."""
        self._remember(row.id, Face(until=at, properties=dict(row.properties), updated=row.updated))
        self._unindex(row)

    def has_changed(self, row: Row) -> None:
        """Take a changed row into the orders again."""
        insort(self._changed, (row.updated, int(row.id)))
        if len(self._changed) > 2 * len(self.rows) + 1_000:
            self._changed = sorted((row.updated, int(row.id)) for row in self.rows.values())
        self._index(row)

    def archive(self, row: Row, *, at: Millis) -> None:
        """Move a row to the recycle bin."""
        self._unindex(row)
        row.archived_at = at
        del self._live[bisect_left(self._live, int(row.id))]
        insort(self._gone, int(row.id))

    def restore(self, row: Row) -> None:
        """Move a row out of the recycle bin."""
        row.archived_at = None
        del self._gone[bisect_left(self._gone, int(row.id))]
        insort(self._live, int(row.id))
        self._index(row)

    def forget(self, row: Row) -> None:
        """Remove a row for good."""
        self._unindex(row)
        order = self._live if row.archived_at is None else self._gone
        del order[bisect_left(order, int(row.id))]
        del self.rows[row.id]
        self._faces.pop(row.id, None)

    def page(self, after: int, limit: int, *, archived: bool) -> tuple[list[Row], int | None]:
        """Return rows in the order of their ids from `after` on, and the next `after` or None at the end."""
        order = self._gone if archived else self._live
        start = bisect_left(order, after)
        found = [self.rows[str(id_)] for id_ in order[start : start + limit]]
        more = start + limit < len(order)
        return found, int(found[-1].id) + 1 if more and found else None

    def live(self) -> Iterator[Row]:
        """Yield the rows that are not archived, in the order of their ids."""
        return (self.rows[str(id_)] for id_ in self._live)

    def changed_since(self, since: Millis, *, now: Millis) -> Iterator[Row]:
        """Yield live rows whose present or recently remembered change time is not before `since`."""
        seen: set[int] = set()
        start = bisect_left(self._changed, (since, 0))
        latest = takewhile(lambda item: item[1][-1].until >= now - MEMORY, reversed(self._faces.items()))
        recent = (int(id_) for id_, _ in latest)
        for id_ in (*(id_ for _, id_ in self._changed[start:]), *recent):
            row = self.rows.get(str(id_))
            if id_ not in seen and row is not None and row.archived_at is None:
                seen.add(id_)
                yield row

    def seen_at(self, row: Row, at: Millis) -> dict[str, str] | None:
        """Return the row's properties as they stood at `at`, or None where it was not there yet."""
        for face in self._faces.get(row.id, ()):
            if face.until > at:
                return face.properties
        return row.properties

    def face_before(self, row: Row) -> dict[str, str] | None:
        """Return the row's properties before its latest change, or None where nothing is remembered."""
        faces = self._faces.get(row.id)
        return faces[-1].properties if faces else None

    def _remember(self, id_: str, face: Face) -> None:
        """Keep a face, and let go of those that are too old; rows stand in the order of their latest change."""
        earlier = self._faces.pop(id_, [])
        oldest = face.until - MEMORY
        self._faces[id_] = [*(known for known in earlier if known.until >= oldest), face]
        for other in list(takewhile(lambda key: self._faces[key][-1].until < oldest, self._faces)):
            del self._faces[other]

    def _index(self, row: Row) -> None:
        for name, value in self._identity_values(row):
            self._unique.setdefault(name, {})[value] = row.id

    def _unindex(self, row: Row) -> None:
        for name, value in self._identity_values(row):
            if self._unique.get(name, {}).get(value) == row.id:
                del self._unique[name][value]

    def _identity_values(self, row: Row) -> Iterator[tuple[str, str]]:
        for name in self.identities:
            value = row.properties.get(name)
            if value:
                yield name, value.lower()
        if self.kind.name == "contacts":
            for address in row.properties.get("hs_additional_emails", "").split(";"):
                if address:
                    yield "email", address.lower()

    def make_unique(self, definition: Definition) -> None:
        """Hold a property's values to one record each from now on."""
        self.identities.add(definition.name)
        for row in self.live():
            self._index(row)
