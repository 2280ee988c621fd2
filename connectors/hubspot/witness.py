"""What search finds and a mirror lacks: the second witness of a list that may have ended without a word.

Where as many ids are held as search has places between two of its ids, none is asked for; a million records take a
hundred searches.
"""

from collections.abc import AsyncIterator, Sequence

from connectors.http import ApiClient
from connectors.hubspot.search import CAP, ids_between, sight
from connectors.hubspot.versions import Versions
from connectors.values import Held

#: Places from one sight to the next: a page short of the furthest that search shows.
_STRIDE = CAP - 100


async def unheld(api: ApiClient, versions: Versions, stream: str, held: Held) -> AsyncIterator[Sequence[str]]:
    """Yield the ids that search finds and `held` does not name."""
    above = 0
    while True:
        ahead = await sight(api, versions, stream, above, _STRIDE - 1)
        names = await held(str(above), None if ahead.id is None else str(ahead.id))
        if len(names) < (ahead.left if ahead.id is None else _STRIDE):
            async for ids in ids_between(api, versions, stream, (above, ahead.id)):
                yield [one for one in ids if one not in names]
        if ahead.id is None:
            return
        above = ahead.id
