"""Stages of pipelines, as HubSpot lists them."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import msgspec

from connectors.http import ApiClient
from connectors.hubspot.official import Official
from connectors.hubspot.schema import Schema
from connectors.hubspot.versions import Versions


class Answering:
    """An account that gives one answer to everything."""

    def __init__(self, answer: object) -> None:
        self._body = msgspec.json.encode(answer)

    async def exchange(self, _request: object, _send: object, decode: Callable[[bytes], object]) -> object:
        return decode(self._body)


async def test_an_archived_stage_keeps_its_meaning_for_deals_that_stand_in_it() -> None:
    old = {"id": "9", "label": "Alt", "displayOrder": 1, "archived": True, "metadata": {"isClosed": "true"}}
    stages = [{"id": "1", "label": "Neu", "displayOrder": 0, "metadata": {"isClosed": "false"}}, old]
    pipeline = {"id": "default", "label": "Vertrieb", "displayOrder": 0, "stages": stages}
    schema = Schema(
        api=cast("ApiClient", Answering({"results": [pipeline]})),
        official=cast("Official", SimpleNamespace(send=None)),
        versions=Versions(),
    )
    assert [(one.stage_id, one.is_closed) for one in await schema.pipelines("deals")] == [("1", False), ("9", True)]
