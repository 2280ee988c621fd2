"""What it takes to read one list in parts: how its pages are had, and how one looks ahead in it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from connectors.values import SourceRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One page of a list as it came: `ids` in the list's order, `records` in any."""

    ids: Sequence[int]
    records: Sequence[SourceRecord]
    cursor: str | None

    def below(self, end: int | None) -> "Listing":
        """Return the page up to an id; cut there, nothing follows it."""
        if end is None or not self.ids or max(self.ids) < end:
            return self
        ids = [id_ for id_ in self.ids if id_ < end]
        inside = {str(id_) for id_ in ids}
        records = [record for record in self.records if (record.asked_id or record.id) in inside]
        return Listing(ids=ids, records=records, cursor=None)

    def without(self, last: int) -> "Listing":
        """Return the page without the record that the page before it ended with: some cursors name that one."""
        if not self.ids or self.ids[0] != last:
            return self
        records = [record for record in self.records if (record.asked_id or record.id) != str(last)]
        return Listing(ids=[id_ for id_ in self.ids if id_ != last], records=records, cursor=self.cursor)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """What lies ahead in a list: the id at a place, None past the end, and how many records there are from here on."""

    id: int | None
    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """One list to be read in parts."""

    stream: str
    fetch: Callable[[str | None], Awaitable[Listing]]
    #: (id, number) → the record so many places after the one behind the id. A hint: it proves nothing.
    sight: Callable[[int, int], Awaitable[Sighting]]
    #: Whether the account could be asked more often than it is.
    has_room: Callable[[], bool]
    #: Records a page.
    page: int
