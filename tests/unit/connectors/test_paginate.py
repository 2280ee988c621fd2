"""Paging to the end, from anywhere, and never in a circle."""

from dataclasses import dataclass

import pytest

from connectors.paginate import walk
from syncer.errors import BadAnswer


@dataclass(frozen=True)
class Leaf:
    number: int
    next_cursor: str | None


async def numbers(cursors: list[str | None], after: str | None = None) -> list[int]:
    asked: list[str | None] = []

    async def fetch(cursor: str | None) -> Leaf:
        asked.append(cursor)
        return Leaf(number=len(asked), next_cursor=cursors[len(asked) - 1])

    read = [leaf.number async for leaf in walk(fetch, stream="contacts", after=after)]
    assert asked == [after, *cursors[:-1]]
    return read


async def test_a_list_is_read_to_its_end() -> None:
    assert await numbers(["a", "b", None]) == [1, 2, 3]


async def test_a_list_is_read_from_a_cursor_on() -> None:
    assert await numbers(["c", None], after="b") == [1, 2]


@pytest.mark.parametrize("circle", [["a"], ["a", "b"], ["a", "b", "c", "d", "e"]], ids=len)
async def test_a_circle_of_any_length_is_an_error(circle: list[str]) -> None:
    with pytest.raises(BadAnswer):
        await numbers(["lead", "in", *circle * 20, None])
