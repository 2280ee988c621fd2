"""Event feeds: many small facts that are only ever added, read newest first."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Feed(Generic[Item]):
    """The items of one feed, by id, by group and by time."""

    def __init__(self, *, when: Callable[[Item], int], group: Callable[[Item], str]) -> None:
        self._when = when
        self._group = group
        self._items: dict[str, Item] = {}
        #: Newest first, by group; None is everything. Rebuilt after an addition.
        self._ordered: dict[str | None, list[Item]] | None = None

    def add(self, id_: str, item: Item) -> None:
        """Add an item, or replace the one of that id."""
        self._items[id_] = item
        self._ordered = None

    def get(self, id_: str) -> Item | None:
        """Return one item, or None."""
        return self._items.get(id_)

    def ids(self) -> Iterable[str]:
        """Return the id of every item."""
        return self._items.keys()

    def newest_first(self, group: str | None = None) -> list[Item]:
        """Return the items of a group, or all of them, newest first."""
        if self._ordered is None:
            everything = sorted(self._items.values(), key=self._when, reverse=True)
            self._ordered = {None: everything}
            for item in everything:
                self._ordered.setdefault(self._group(item), []).append(item)
        return self._ordered.get(group, [])
