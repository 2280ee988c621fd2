"""Reads the exchange rates that an account's administrators keep: one line a currency and moment of change."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot.scopes import READ_SCOPES
from connectors.hubspot.versions import Versions
from connectors.hubspot.wire import Paging, cursor_of, moment_of
from connectors.paginate import walk
from connectors.statuses import Errand
from connectors.values import ExchangeRate
from syncer.moments import Millis

_STREAM = "exchange_rates"
_PAGE = "100"


class Rate(msgspec.Struct, gc=False, rename="camel"):
    """One line of the table."""

    from_currency_code: str
    to_currency_code: str
    conversion_rate: float | str
    effective_at: str | None = None


class RatePage(msgspec.Struct):
    """A page of the table."""

    results: list[Rate]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


async def list_rates(api: ApiClient, versions: Versions) -> Sequence[ExchangeRate]:
    """Return every line; one that names no moment holds from the beginning. Raises MissingScope without the scope."""
    errand = Errand(stream=_STREAM, scope=READ_SCOPES[_STREAM])

    async def fetch(cursor: str | None) -> RatePage:
        params = [("limit", _PAGE), *([] if cursor is None else [("after", cursor)])]
        return await api.call(
            Request(method="GET", path=versions.exchange_rates(), params=params, errand=errand), RatePage
        )

    return [_rate(line) async for page in walk(fetch, stream=_STREAM) for line in page.results]


def _rate(line: Rate) -> ExchangeRate:
    return ExchangeRate(
        currency=line.from_currency_code,
        into=line.to_currency_code,
        rate=Decimal(str(line.conversion_rate)),
        at=moment_of(line.effective_at) or Millis(0),
    )
