"""HubSpot's official client as a transport of the control plane.

It builds and sends the requests; waiting, repeating and translating stay with `connectors.http`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from hubspot import HubSpot
from hubspot.crm.owners.exceptions import ApiException as OwnersAnswer
from hubspot.crm.owners.exceptions import OpenApiException as OwnersError
from hubspot.crm.pipelines.exceptions import ApiException as PipelinesAnswer
from hubspot.crm.pipelines.exceptions import OpenApiException as PipelinesError
from hubspot.crm.properties.exceptions import ApiException as PropertiesAnswer
from hubspot.crm.properties.exceptions import OpenApiException as PropertiesError
from urllib3 import Retry
from urllib3 import exceptions as urllib3_errors

from connectors.http import CONNECT_TIMEOUT, READ_TIMEOUT, Answer, Unanswered, foreign_meaning
from connectors.statuses import Meaning

#: What each exception of the client and of urllib3 beneath it means, most specific first.
FOREIGN: Sequence[tuple[type[Exception], Meaning]] = (
    (urllib3_errors.ConnectTimeoutError, Meaning.NOT_SENT),
    (urllib3_errors.ProxyError, Meaning.NOT_SENT),
    (urllib3_errors.SSLError, Meaning.NOT_SENT),
    (urllib3_errors.TimeoutError, Meaning.OVERDUE),
    (urllib3_errors.DecodeError, Meaning.GARBLED),
    (urllib3_errors.LocationValueError, Meaning.OURS),
    (urllib3_errors.UnrewindableBodyError, Meaning.OURS),
    (urllib3_errors.HostChangedError, Meaning.OURS),
    (urllib3_errors.TimeoutStateError, Meaning.OURS),
    (urllib3_errors.ClosedPoolError, Meaning.OURS),
    (urllib3_errors.HTTPError, Meaning.FAILED),
    # The client packs a TLS failure into an answer without a status.
    (OwnersAnswer, Meaning.NOT_SENT),
    (PipelinesAnswer, Meaning.NOT_SENT),
    (PropertiesAnswer, Meaning.NOT_SENT),
    (OwnersError, Meaning.OURS),
    (PipelinesError, Meaning.OURS),
    (PropertiesError, Meaning.OURS),
)


#: One attempt. Redirects are followed, as the client asks for owners under a path with a slash too many; urllib3 keeps
#: the token from other hosts.
_ONCE = Retry(total=None, connect=0, read=0, redirect=2, status=0, other=0, raise_on_redirect=False)


class RawResponse(Protocol):
    """What the official client returns when told not to read the answer itself."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers, names in any case."""
        ...

    @property
    def data(self) -> bytes:
        """Return the whole body."""
        ...


class Operation(Protocol):
    """A method of the official client: what it is about by position, the rest by keyword."""

    def __call__(self, *args: object, **kwargs: object) -> RawResponse:
        """Send the request and return the unread answer."""
        ...


class Official:
    """The operations of the official client that we use, without retries of its own."""

    def __init__(self, *, token: str, base_url: str) -> None:
        crm = HubSpot(access_token=token, host=base_url, retry=_ONCE).crm
        owners, pipelines = crm.owners.owners_api, crm.pipelines.pipelines_api
        properties, groups = crm.properties.core_api, crm.properties.groups_api
        self._apis = (owners, pipelines, properties, groups)
        self.owners: Operation = owners.get_page
        self.pipelines: Operation = pipelines.get_all
        self.properties: Operation = properties.get_all
        self.create_property: Operation = properties.create
        self.groups: Operation = groups.get_all
        self.create_group: Operation = groups.create

    def close(self) -> None:
        """Let go of connections."""
        for api in self._apis:
            api.api_client.rest_client.pool_manager.clear()


async def send(operation: Operation, *args: object, **kwargs: object) -> Answer:
    """Return the answer of one operation, whatever its status. Raises Unanswered where there is none."""
    return await asyncio.to_thread(_send, operation, args, kwargs)


def _send(operation: Operation, args: Sequence[object], kwargs: Mapping[str, object]) -> Answer:
    timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
    try:
        raw = operation(*args, **kwargs, _preload_content=False, _request_timeout=timeout)
        return Answer(status=raw.status, headers=raw.headers, body=raw.data)
    except (OwnersAnswer, PipelinesAnswer, PropertiesAnswer) as error:
        # Any status beyond 299 is raised, with the answer in it.
        if error.status:
            return Answer(status=error.status, headers=error.headers or {}, body=error.body or b"")
        raise _unanswered(error) from error
    except (OwnersError, PipelinesError, PropertiesError, urllib3_errors.HTTPError) as error:
        raise _unanswered(error) from error


def _unanswered(error: Exception) -> Unanswered:
    # urllib3 wraps what happened in the news that it gives up.
    reason = error.reason if isinstance(error, urllib3_errors.MaxRetryError) else None
    return Unanswered(foreign_meaning(reason or error, FOREIGN) or Meaning.OURS)
