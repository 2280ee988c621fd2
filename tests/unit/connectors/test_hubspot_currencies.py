"""The exchange rates that an account keeps, in HubSpot's shapes."""

from decimal import Decimal

import httpx
import pytest
import respx

from connectors.hubspot import HubSpot
from connectors.hubspot.versions import versions_with
from connectors.values import ExchangeRate
from syncer.errors import MissingScope
from syncer.moments import Millis

RATES = "/settings/currencies/2026-09/exchange-rates"
ACCOUNT = "/account-info/2026-09/details"


def line(code: str, rate: float | str, at: str | None) -> dict[str, object]:
    told = {"id": "1", "fromCurrencyCode": code, "toCurrencyCode": "EUR", "conversionRate": rate, "visibleInUI": True}
    return told if at is None else {**told, "effectiveAt": at}


async def test_rates_are_read_page_by_page_exact_and_with_their_moment(crm: respx.MockRouter, account: HubSpot) -> None:
    first = {"results": [line("USD", 0.92, "2026-01-01T00:00:00Z")], "paging": {"next": {"after": "2"}}}
    last = {"results": [line("CHF", "1.0612", "1767225600000"), line("GBP", 1.2, None)]}
    route = crm.get(RATES).mock(side_effect=[httpx.Response(200, json=body) for body in (first, last)])
    assert await account.source.exchange_rates() == [
        ExchangeRate(currency="USD", into="EUR", rate=Decimal("0.92"), at=Millis(1_767_225_600_000)),
        ExchangeRate(currency="CHF", into="EUR", rate=Decimal("1.0612"), at=Millis(1_767_225_600_000)),
        ExchangeRate(currency="GBP", into="EUR", rate=Decimal("1.2"), at=Millis(0)),
    ]
    assert route.calls[1].request.url.params["after"] == "2"


async def test_without_the_scope_the_missing_one_is_named(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(RATES).respond(403, json={"category": "MISSING_SCOPES", "message": "no"})
    with pytest.raises(MissingScope) as caught:
        await account.source.exchange_rates()
    assert "settings.currencies.read" in str(caught.value.hint)


async def test_the_account_says_which_further_currencies_it_has(crm: respx.MockRouter, account: HubSpot) -> None:
    crm.get(ACCOUNT).respond(200, json={"portalId": 1, "companyCurrency": "EUR", "additionalCurrencies": ["USD"]})
    assert (await account.source.account()).more_currencies == ("USD",)
    crm.get(ACCOUNT).respond(200, json={"portalId": 1, "additionalCurrencies": None})
    assert (await account.source.account()).more_currencies == ()


def test_numbered_paths_of_currencies_have_the_number_in_front() -> None:
    assert versions_with({"currencies": "v3"}).exchange_rates() == "/settings/v3/currencies/exchange-rates"
