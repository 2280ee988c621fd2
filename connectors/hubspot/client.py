"""Opens one HubSpot account: its source and its destination over one client and one set of budgets."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from connectors.addresses import checked_address
from connectors.download import Downloads
from connectors.http import ApiClient
from connectors.hubspot.destination import HubSpotDestination
from connectors.hubspot.exports import is_hubspots
from connectors.hubspot.official import Official
from connectors.hubspot.schema import Schema
from connectors.hubspot.source import HubSpotSource
from connectors.hubspot.versions import versions_with
from connectors.limits import Budgets, Shares, Today
from connectors.patience import Patience
from connectors.tokens import Tokens, fixed_token

BASE_URL = "https://api.hubapi.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class HubSpot:
    """One HubSpot account, both roles."""

    source: HubSpotSource
    destination: HubSpotDestination

    async def close(self) -> None:
        """Let go of connections."""
        await self.source.close()


def open_hubspot(
    *,
    token: str | Tokens,
    base_url: str = BASE_URL,
    tier: str | None = None,
    versions: Mapping[str, str] | None = None,
    shares: Shares | None = None,
    today: Today | None = None,
    patience: Patience | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> HubSpot:
    """Return an account ready to use; nothing is sent yet.

    `token` is one without expiry, or what renews one that has.
    `tier` is a preset of `connectors.tiers.TIERS`; None starts with the smallest and follows what HubSpot's headers
    say. `shares` are the parts of the limits that are used, `today` is what is known of the account's day. Raises
    ConfigError for an unusable token, address, tier, share or version.
    """
    tokens = fixed_token(token) if isinstance(token, str) else token
    chosen = versions_with(versions)
    address = checked_address(base_url)
    patience = patience or Patience()
    budgets = Budgets(tier=tier, shares=shares, today=today, sleep=patience.sleep)
    api = ApiClient(base_url=address, tokens=tokens, budgets=budgets, patience=patience, transport=transport)
    schema = Schema(api=api, official=Official(base_url=address), versions=chosen)
    return HubSpot(
        source=HubSpotSource(
            api=api,
            schema=schema,
            versions=chosen,
            downloads=Downloads(base_url=address, is_trusted=is_hubspots, transport=transport),
            sleep=patience.sleep,
        ),
        destination=HubSpotDestination(api=api, schema=schema, versions=chosen),
    )
