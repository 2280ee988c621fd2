"""Reading ahead of what is being stored."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from jobs.pulling.reading import Chunk


async def ahead(source: AsyncIterator[Chunk]) -> AsyncGenerator[Chunk]:
    """Yield the source's chunks, reading one ahead while the last is being stored."""
    following = asyncio.ensure_future(anext(source, None))
    try:
        while (chunk := await following) is not None:
            following = asyncio.ensure_future(anext(source, None))
            yield chunk
    finally:
        following.cancel()
        # Nothing of the source is at work any more when this is over.
        await asyncio.wait({following})
