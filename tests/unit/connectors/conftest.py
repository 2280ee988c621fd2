"""An account whose HTTP is answered by respx and whose waiting takes no time."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx

from connectors.http import ApiClient
from connectors.hubspot import HubSpot, open_hubspot
from connectors.limits import Budgets
from connectors.patience import Patience
from connectors.tokens import FixedToken

ADDRESS = "https://crm.test"


class Naps(list[float]):
    """Remembers every wait instead of waiting."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def patience(naps: Naps) -> Patience:
    return Patience(sleep=naps, jitter=lambda: 0.0)


@pytest.fixture
def crm() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
        yield router


@pytest.fixture
async def api(crm: respx.MockRouter, patience: Patience, naps: Naps) -> AsyncIterator[ApiClient]:
    budgets = Budgets(tier="unlimited", sleep=naps)
    client = ApiClient(base_url=ADDRESS, tokens=FixedToken("pat-secret"), budgets=budgets, patience=patience)
    yield client
    await client.close()


@pytest.fixture
async def account(crm: respx.MockRouter, patience: Patience) -> AsyncIterator[HubSpot]:
    opened = open_hubspot(token="pat-secret", base_url=ADDRESS, tier="unlimited", patience=patience)
    yield opened
    await opened.close()
