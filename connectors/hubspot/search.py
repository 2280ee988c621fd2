"""Reads what changed in a window of time, complete past search's cap of 10,000 and however the index is ordered.

Every page asks for ids above the last one, so rows that leave the window while it is read shift nothing, and no offset
grows. Search does not promise its order: a page out of order, or fewer rows than announced, brings a second reading
by offset. The recipe is Airbyte's and supaglue's; estuary/connectors#5180 shows why order is not trusted.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec

from connectors.courses import Sighting
from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.records import read_errand
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import Record, RecordPage
from connectors.limits import Bucket
from connectors.paginate import walk
from connectors.values import Having
from syncer.errors import BadAnswer
from syncer.moments import SECOND, Millis

PAGE = 200
#: Search refuses to page beyond this many results.
CAP = 10_000
#: No part of a window is divided below this many milliseconds, however much changed in it.
FINEST = SECOND
#: Characters of a search body; the limit itself is 3,000.
BODY = 2_900
ID = "hs_object_id"
_BY_ID = [{"propertyName": ID, "direction": "ASCENDING"}]


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Records of a stream modified in [since, until), with some properties."""

    stream: str
    since: Millis
    until: Millis
    properties: Sequence[str]


def modified_property(stream: str) -> str:
    """Return the property of the last change; contacts answer nothing when filtered on the other one."""
    return "lastmodifieddate" if stream == "contacts" else "hs_lastmodifieddate"


def fits_search(window: Window) -> bool:
    """Tell whether a search body can name all the properties."""
    return len(msgspec.json.encode(_body(window, above="9" * 19, after="9" * 5))) <= BODY


def _body(window: Window, *, above: str | None = None, after: str | None = None) -> Mapping[str, object]:
    modified = modified_property(window.stream)
    filters = [
        {"propertyName": modified, "operator": "GTE", "value": str(window.since)},
        {"propertyName": modified, "operator": "LT", "value": str(window.until)},
    ]
    if above is not None:
        filters.append({"propertyName": ID, "operator": "GT", "value": above})
    body: dict[str, object] = {
        "filterGroups": [{"filters": filters}],
        "sorts": _BY_ID,
        "properties": list(window.properties),
        "limit": PAGE,
    }
    if after is not None:
        body["after"] = after
    return body


@dataclass(frozen=True, kw_only=True, slots=True)
class Portion:
    """Some records of a window; where there are none, everything before `read_to` has been handed over."""

    records: Sequence[Record] = ()
    read_to: Millis | None = None


async def changed(api: ApiClient, versions: Versions, window: Window) -> AsyncIterator[Portion]:
    """Yield the window's records in portions.

    A window of more than `CAP` changes is read in parts, the oldest first, and the end of each part is told; a record
    that changes meanwhile may come again with a later part. How many there are is a hint of search's, and decides about
    nothing but the parts.
    """
    parts = [window]
    while parts:
        part = parts.pop()
        first = await _search(api, versions, part.stream, _body(part))
        if (first.total or 0) > CAP and part.until - part.since > FINEST:
            parts += reversed(_halves(part))
            continue
        async for records in _whole(api, versions, part, first):
            yield Portion(records=records)
        if part is not window:
            yield Portion(read_to=part.until)


async def _whole(
    api: ApiClient, versions: Versions, window: Window, first: RecordPage
) -> AsyncIterator[Sequence[Record]]:
    """Yield each record of a window once."""
    seen: set[str] = set()
    announced = first.total or 0
    in_order = True
    async for page in _by_id(api, versions, window, first):
        in_order = in_order and _ascends(page.results, seen)
        fresh = _fresh(page.results, seen)
        if fresh:
            yield fresh
    if in_order and announced <= len(seen):
        return
    async for page in _by_offset(api, versions, window):
        fresh = _fresh(page.results, seen)
        if fresh:
            yield fresh


async def count_all(api: ApiClient, versions: Versions, stream: str, having: Sequence[Having] = ()) -> int | None:
    """Return what search says the total is of records to which any condition applies, by the smallest page there is."""
    groups = [{"filters": _conditions(one)} for one in having]
    page = await _search(api, versions, stream, {"filterGroups": groups, "properties": [ID], "limit": 1})
    return page.total


async def sight(api: ApiClient, versions: Versions, stream: str, above: int, places: int) -> Sighting:
    """Return which id stands so many places above another, as search has it, and how many ids there are above."""
    body: dict[str, object] = {
        "filterGroups": [{"filters": [{"propertyName": ID, "operator": "GT", "value": str(above)}]}],
        "sorts": _BY_ID,
        "properties": [ID],
        "limit": 1,
        "after": str(places),
    }
    page = await _search(api, versions, stream, body)
    at = page.results[0].id if page.results else ""
    return Sighting(id=int(at) if at.isdigit() else None, left=page.total or 0)


async def ids_between(
    api: ApiClient, versions: Versions, stream: str, limits: tuple[int, int | None]
) -> AsyncIterator[Sequence[str]]:
    """Yield the ids above the first limit and not above the second, as search has them."""
    above, upto = limits
    last = [] if upto is None else [{"propertyName": ID, "operator": "LTE", "value": str(upto)}]
    while True:
        filters = [{"propertyName": ID, "operator": "GT", "value": str(above)}, *last]
        body = {"filterGroups": [{"filters": filters}], "sorts": _BY_ID, "properties": [ID], "limit": PAGE}
        page = await _search(api, versions, stream, body)
        ids = [record.id for record in page.results]
        yield ids
        if page.next_cursor is None or not ids:
            return
        highest = max(map(int, ids))
        if highest <= above:
            raise BadAnswer("search does not advance past an id: it would never end", stream=stream)
        above = highest


def _conditions(one: Having) -> Sequence[Mapping[str, object]]:
    # Whether NOT_IN finds records without a value is told both ways.
    has_value = {"propertyName": one.property, "operator": "HAS_PROPERTY"}
    if not one.other_than:
        return [has_value]
    return [has_value, {"propertyName": one.property, "operator": "NOT_IN", "values": list(one.other_than)}]


def _fresh(records: Iterable[Record], seen: set[str]) -> Sequence[Record]:
    fresh = [record for record in records if record.id not in seen]
    seen.update(record.id for record in fresh)
    return fresh


def _ascends(records: Sequence[Record], seen: set[str]) -> bool:
    keys = [_order(record.id) for record in records if record.id not in seen]
    return all(low < high for low, high in pairwise(keys))


def _order(record_id: str) -> tuple[int, str]:
    """Return a key that sorts ids as numbers, of any length."""
    return len(record_id), record_id


async def _by_id(api: ApiClient, versions: Versions, window: Window, first: RecordPage) -> AsyncIterator[RecordPage]:
    page, above = first, None
    while True:
        yield page
        if page.next_cursor is None or not page.results:
            return
        highest = max((record.id for record in page.results), key=_order)
        if above is not None and _order(highest) <= _order(above):
            raise BadAnswer("search does not advance past an id: it would never end", stream=window.stream)
        above = highest
        page = await _search(api, versions, window.stream, _body(window, above=above))


async def _by_offset(api: ApiClient, versions: Versions, window: Window) -> AsyncIterator[RecordPage]:
    async def fetch(after: str | None) -> RecordPage:
        return await _search(api, versions, window.stream, _body(window, after=after))

    read = 0
    async for page in walk(fetch, stream=window.stream):
        yield page
        read += len(page.results)
        if page.next_cursor is not None and read + PAGE > CAP:
            break
    else:
        return
    for half in _halves(window):
        async for page in _by_offset(api, versions, half):
            yield page


def _halves(window: Window) -> Sequence[Window]:
    middle = Millis((window.since + window.until) // 2)
    if middle == window.since:
        raise BadAnswer("search holds over 10,000 changes of one millisecond out of order", stream=window.stream)
    return replace(window, until=middle), replace(window, since=middle)


async def _search(api: ApiClient, versions: Versions, stream: str, body: Mapping[str, object]) -> RecordPage:
    errand = replace(read_errand(stream), bucket=Bucket.SEARCH)
    request = Request(method="POST", path=versions.search(stream), json=body, errand=errand)
    return await api.call(request, RecordPage)
