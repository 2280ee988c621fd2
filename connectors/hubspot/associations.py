"""Reads associations in batches of 1,000 records, each record's own pages followed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from connectors.http import ApiClient, Request
from connectors.hubspot.records import chunks
from connectors.hubspot.scopes import READ_SCOPES
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import LinkBatch, LinkResult, LinkTarget, LinkType, cursor_of
from connectors.limits import Bucket
from connectors.paginate import LoopGuard
from connectors.ports import LinkRow
from connectors.statuses import Errand, Meaning, error_of, item_case

BATCH = 1000
#: HubSpot's own primary types: contact→company, company→contact, deal→company, company→deal, lead→contact/company/deal.
PRIMARY_TYPES = frozenset({1, 2, 5, 6, 578, 580, 582})
_PRIMARY_LABEL = "Primary"
_OWN = "HUBSPOT_DEFINED"


async def read_links(
    api: ApiClient, versions: Versions, pair: tuple[str, str], ids: Sequence[str]
) -> Mapping[str, Sequence[LinkRow]]:
    """Return the associations of every id from the first to the second stream; without any, an empty sequence."""
    rows: dict[str, list[LinkRow]] = {one: [] for one in ids}
    for part in chunks(list(rows), BATCH):
        guards: dict[str, LoopGuard] = defaultdict(lambda: LoopGuard(pair[0]))
        inputs = [{"id": one} for one in part]
        while inputs:
            results = await _told(api, versions, pair, inputs)
            inputs = []
            for result in results:
                from_id = str(result.from_.id)
                rows.setdefault(from_id, []).extend(_rows(from_id, result))
                after = cursor_of(result.paging)
                if after is not None:
                    guards[from_id].check(after)
                    inputs.append({"id": from_id, "after": after})
    return rows


async def _told(
    api: ApiClient, versions: Versions, pair: tuple[str, str], inputs: Sequence[Mapping[str, str]]
) -> Sequence[LinkResult]:
    """Return what is told of every input. One that an answer passes over in silence is asked for once more.

    HubSpot says of each record without links that it has none; silence twice means the same.
    """
    found: list[LinkResult] = []
    is_first = True
    while inputs:
        batch = await _read(api, versions, pair, inputs)
        found += batch.results
        is_whole = len(batch.results) + len(batch.errors) >= len(inputs)
        if is_whole or not (batch.results or is_first):
            break
        told = {str(result.from_.id) for result in batch.results}
        inputs, is_first = [one for one in inputs if one["id"] not in told], False
    return found


_NO_LINKS = b'"crm.associations.NO_ASSOCIATIONS_FOUND"'


async def _read(
    api: ApiClient, versions: Versions, pair: tuple[str, str], inputs: Sequence[Mapping[str, str]]
) -> LinkBatch:
    errand = Errand(stream=pair[0], bucket=Bucket.ASSOCIATIONS, scope=READ_SCOPES.get(pair[1]))
    request = Request(method="POST", path=versions.links(*pair), json={"inputs": inputs}, errand=errand)
    batch = await api.call(request, LinkBatch)
    for raw in batch.errors:
        # A record without links is reported as an item not found: the ordinary case, told apart before the others.
        if _NO_LINKS in bytes(raw):
            continue
        case = item_case(msgspec.json.decode(raw), errand)
        if case.meaning is not Meaning.ABSENT:
            raise error_of(case)
    return batch


def _rows(from_id: str, result: LinkResult) -> Sequence[LinkRow]:
    return [row for target in result.to for row in _rows_to(from_id, target)]


def _rows_to(from_id: str, target: LinkTarget) -> Sequence[LinkRow]:
    is_primary = any(_is_primary(one) for one in target.association_types)
    labels: list[str | None] = [one.label for one in target.association_types if one.label and not _is_primary(one)]
    to_id = str(target.to_object_id)
    return [LinkRow(from_id=from_id, to_id=to_id, label=label, is_primary=is_primary) for label in labels or [None]]


def _is_primary(one: LinkType) -> bool:
    return one.category in (None, _OWN) and (one.type_id in PRIMARY_TYPES or one.label == _PRIMARY_LABEL)
