"""Reads associations in batches of 1,000 records, each record's own pages followed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.records import chunks
from connectors.hubspot.scopes import READ_SCOPES
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import LinkBatch, LinkResult, LinkTarget, LinkType, cursor_of
from connectors.limits import Bucket
from connectors.paginate import LoopGuard
from connectors.statuses import Errand, Meaning, error_of, item_case
from connectors.values import LinkRow
from syncer.errors import TransientError

BATCH = 1000
#: How often records are asked for whose links HubSpot fails to tell, and seconds before the second time.
_TRIES = 3
_REST_S = 1.0
#: HubSpot's own primary types: contact→company, company→contact, deal→company, company→deal, lead→contact/company/deal.
PRIMARY_TYPES = frozenset({1, 2, 5, 6, 578, 580, 582})
_PRIMARY_LABEL = "Primary"
_OWN = "HUBSPOT_DEFINED"


async def read_links(
    api: ApiClient, versions: Versions, pair: tuple[str, str], ids: Sequence[str]
) -> Mapping[str, Sequence[LinkRow]]:
    """Return the associations of every id from the first to the second stream; without any, an empty sequence.

    An id whose associations HubSpot fails to tell, however often it is asked, is absent.
    """
    rows: dict[str, list[LinkRow]] = {one: [] for one in ids}
    for part in chunks(list(rows), BATCH):
        guards: dict[str, LoopGuard] = defaultdict(lambda: LoopGuard(pair[0]))
        inputs = [{"id": one} for one in part]
        while inputs:
            results, sick = await _told(api, versions, pair, inputs)
            inputs = []
            for result in results:
                from_id = str(result.from_.id)
                rows.setdefault(from_id, []).extend(_rows(from_id, result))
                after = cursor_of(result.paging)
                if after is not None:
                    guards[from_id].check(after)
                    inputs.append({"id": from_id, "after": after})
            for one in sick:
                rows.pop(one, None)
    return rows


async def _told(
    api: ApiClient, versions: Versions, pair: tuple[str, str], inputs: Sequence[Mapping[str, str]]
) -> tuple[Sequence[LinkResult], set[str]]:
    """Return what is told of every input, and the ids of which HubSpot fails to tell anything."""
    found: list[LinkResult] = []
    sick: set[str] = set()
    for turn in range(_TRIES):
        results, sick = await _heard(api, versions, pair, inputs)
        found += results
        inputs = [one for one in inputs if one["id"] in sick]
        if not inputs:
            break
        api.budgets.hold(Bucket.ASSOCIATIONS, _REST_S * (turn + 1))
    return found, sick


async def _heard(
    api: ApiClient, versions: Versions, pair: tuple[str, str], inputs: Sequence[Mapping[str, str]]
) -> tuple[Sequence[LinkResult], set[str]]:
    """Return what is told of every input. One that an answer passes over in silence is asked for once more.

    HubSpot says of each record without links that it has none; silence twice means the same.
    """
    found: list[LinkResult] = []
    sick: set[str] = set()
    is_first = True
    while inputs:
        batch, failed = await _read(api, versions, pair, inputs)
        found += batch.results
        sick |= failed
        is_whole = len(batch.results) + len(batch.errors) >= len(inputs)
        if is_whole or not (batch.results or is_first):
            break
        told = {str(result.from_.id) for result in batch.results} | sick
        inputs, is_first = [one for one in inputs if one["id"] not in told], False
    return found, sick


_NO_LINKS = b'"crm.associations.NO_ASSOCIATIONS_FOUND"'


async def _read(
    api: ApiClient, versions: Versions, pair: tuple[str, str], inputs: Sequence[Mapping[str, str]]
) -> tuple[LinkBatch, set[str]]:
    """Return an answer, and the ids among the inputs that failed alone, for a reason that may pass."""
    errand = Errand(stream=pair[0], bucket=Bucket.ASSOCIATIONS, scope=READ_SCOPES.get(pair[1]))
    request = Request(method="POST", path=versions.links(*pair), json={"inputs": inputs}, errand=errand)
    batch = await api.call(request, LinkBatch)
    failed: set[str] = set()
    for raw in batch.errors:
        # A record without links is reported as an item not found: the ordinary case, told apart before the others.
        if _NO_LINKS in bytes(raw):
            continue
        case = item_case(msgspec.json.decode(raw), errand)
        if case.meaning is Meaning.ABSENT:
            continue
        error = error_of(case)
        if not (isinstance(error, TransientError) and case.facts.ids):
            raise error
        failed.update(case.facts.ids)
    return batch, failed.intersection(one["id"] for one in inputs)


def _rows(from_id: str, result: LinkResult) -> Sequence[LinkRow]:
    return [row for target in result.to for row in _rows_to(from_id, target)]


def _rows_to(from_id: str, target: LinkTarget) -> Sequence[LinkRow]:
    is_primary = any(_is_primary(one) for one in target.association_types)
    labels: list[str | None] = [one.label for one in target.association_types if one.label and not _is_primary(one)]
    to_id = str(target.to_object_id)
    return [LinkRow(from_id=from_id, to_id=to_id, label=label, is_primary=is_primary) for label in labels or [None]]


def _is_primary(one: LinkType) -> bool:
    return one.category in (None, _OWN) and (one.type_id in PRIMARY_TYPES or one.label == _PRIMARY_LABEL)
