"""Pages gathered into chunks: one call of links each, and a cursor that is never ahead of its records."""

from collections.abc import AsyncIterator

import pytest

from connectors.values import Page, SourceRecord
from jobs.pulling.ahead import ahead
from jobs.pulling.reading import chunks


async def pages(*sizes: int) -> AsyncIterator[Page]:
    for place, size in enumerate(sizes):
        records = [SourceRecord(stream="contacts", id=f"{place}.{number}", properties={}) for number in range(size)]
        yield Page(stream="contacts", records=records, cursor=None if place == len(sizes) - 1 else f"after {place}")


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ([100] * 10, [(1000, None), (0, None)]),
        ([100] * 11, [(1000, "after 9"), (100, None)]),
        ([99] * 11, [(990, "after 9"), (99, None)]),
        ([0, 0], [(0, "after 0"), (0, None)]),
        ([100, 0], [(100, None)]),
        ([100, 0, 50], [(100, "after 1"), (50, None)]),
        ([700, 700, 1000], [(700, "after 0"), (700, "after 1"), (1000, None), (0, None)]),
        ([], []),
    ],
)
async def test_a_chunk_is_never_larger_than_one_call_of_links(
    sizes: list[int], found: list[tuple[int, str | None]]
) -> None:
    gathered = [chunk async for chunk in chunks(pages(*sizes))]
    assert [(len(chunk.records), chunk.cursor) for chunk in gathered] == found
    assert sum(len(chunk.records) for chunk in gathered) == sum(sizes)


async def test_reading_ahead_keeps_the_order_and_lets_go_of_its_source() -> None:
    is_closed = []

    async def source() -> AsyncIterator[Page]:
        try:
            async for page in pages(*[1000] * 5):
                yield page
        finally:
            is_closed.append(True)

    reading = ahead(chunks(source()))
    first = await anext(reading)
    await reading.aclose()
    assert first.cursor == "after 0"
    assert [chunk.cursor async for chunk in ahead(chunks(source()))][:4] == [f"after {place}" for place in range(4)]
    assert len(is_closed) == 2
