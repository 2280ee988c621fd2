"""What a full compare reads and repairs beyond a pull's own writes, in one transaction."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from syncer.moments import Millis
from syncer.records import Kind, Link
from syncer.store.mirror import absences, sweep
from syncer.store.mirror.compare import Record, compare
from syncer.store.mirror.links import differing_links
from syncer.store.mirror.merges import absorb
from syncer.store.values import Compared, Holding


class Reconcile:
    """The mirror held against a full list of the CRM."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ids_between(
        self, account: str, holding: Holding, *, after: str, upto: str | None, limit: int = 1_000
    ) -> Sequence[str]:
        """Return the first live ids above `after` and not above `upto` (None: to the end), by number as lists go."""
        return sweep.ids_between(self._connection, account, holding, after=after, upto=upto, limit=limit)

    def count(self, account: str, holding: Holding) -> int:
        """Return the number of live rows."""
        return sweep.live_count(self._connection, account, holding)

    def live(self, account: str, holding: Holding, ids: Collection[str]) -> set[str]:
        """Return those of `ids` that have a live row."""
        return sweep.live_among(self._connection, account, holding, ids)

    def count_among(self, account: str, holding: Holding, ids: Collection[str]) -> int:
        """Return how many of `ids` have a live row."""
        return sweep.live_count_among(self._connection, account, holding, ids)

    def compare(self, account: str, holding: Holding, records: Sequence[Record]) -> Compared:
        """Return which records are missing here, and in what the others differ."""
        return compare(self._connection, account, holding, records)

    def differing_links(
        self, account: str, from_kind: Kind, to_kind: Kind, links: Mapping[str, Sequence[Link]]
    ) -> set[str]:
        """Return the records whose links in one direction are not exactly those given."""
        return differing_links(self._connection, account, (from_kind, to_kind), links)

    def doubt(self, account: str, holding: Holding, ids: Collection[str]) -> None:
        """Make the next upsert of these records count as a difference, whatever their rows' digests say."""
        sweep.doubt(self._connection, account, holding, ids)

    def merge(self, account: str, kind: Kind, merged: Mapping[str, str], now: Millis) -> None:
        """Make every key an alias of its value, and move what was known under it; what is so already stays."""
        absorb(self._connection, account, kind, merged, now)

    def absent_deals(self, account: str) -> list[str]:
        """Return the deals marked as gone that too few full compares have missed."""
        return absences.absent_deals(self._connection, account)

    def note_absent_deals(self, account: str, now: Millis, *, but: Collection[str] = ()) -> Sequence[str]:
        """Count one more full compare that missed the deals marked as gone; return those now gone for good.

        Deals in `but` were there after all: they are counted anew from the next one on.
        """
        return absences.note_absent_deals(self._connection, account, now, but=but)

    def drop_answers(self, account: str, ids: Collection[str]) -> None:
        """Forget survey answers that the CRM no longer has."""
        sweep.drop_answers(self._connection, account, ids)
