"""HubSpot's official client as a transport of the control plane.

It builds and sends the requests, on whatever path: its own methods know v3 alone. Waiting, repeating and translating
stay with `connectors.http`.
"""

from collections.abc import Sequence

from hubspot import HubSpot
from hubspot.crm.properties.exceptions import ApiException, OpenApiException
from urllib3 import exceptions as urllib3_errors

from connectors.exchange import (
    ANSWER_TIMEOUT,
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    Answer,
    Request,
    Unanswered,
    foreign_meaning,
)
from connectors.hubspot.pool import Connections
from connectors.statuses import Meaning
from connectors.threads import in_own_thread

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
    (ApiException, Meaning.NOT_SENT),
    (OpenApiException, Meaning.OURS),
)


class Official:
    """The official client's way to send a request, without retries of its own."""

    def __init__(self, *, base_url: str, key_parameter: str | None = None, longest: float = ANSWER_TIMEOUT) -> None:
        self._address = base_url
        #: The parameter that carries the token where a header does not.
        self._key_parameter = key_parameter
        # Any of its modules has the same transport; this one is loaded for its exceptions anyhow.
        self._client = HubSpot(host=base_url).crm.properties.core_api.api_client
        self._connections = Connections(base_url, longest=longest)
        self._client.rest_client.pool_manager = self._connections
        self._is_closed = False

    def close(self) -> None:
        """Let go of connections; what is still under way lets go of its own when it ends."""
        self._is_closed = True
        self._connections.clear()

    async def send(self, request: Request, token: str) -> Answer:
        """Return the answer to a request, whatever its status. Raises Unanswered where there is none."""
        return await in_own_thread(self._sent, request, token)

    def _sent(self, request: Request, token: str) -> Answer:
        try:
            return self._send(request, token)
        finally:
            if self._is_closed:
                self.close()

    def _send(self, request: Request, token: str) -> Answer:
        named = {"Accept": "application/json"}
        params = list(request.params)
        if self._key_parameter is None:
            named["Authorization"] = f"Bearer {token}"
        else:
            params.append((self._key_parameter, token))
        try:
            raw = self._client.request(
                request.method,
                f"{self._address}{request.path}",
                query_params=params,
                headers=self._client.default_headers | named,
                body=request.json,
                _preload_content=False,
                _request_timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            )
            return Answer(status=raw.status, headers=raw.headers, body=raw.data or b"")
        except ApiException as error:
            # Any status beyond 299 is raised, with the answer in it.
            if error.status:
                return Answer(status=error.status, headers=error.headers or {}, body=error.body or b"")
            raise _unanswered(error) from error
        except (OpenApiException, urllib3_errors.HTTPError) as error:
            raise _unanswered(error) from error


def _unanswered(error: Exception) -> Unanswered:
    # urllib3 wraps what happened in the news that it gives up.
    reason = error.reason if isinstance(error, urllib3_errors.MaxRetryError) else None
    return Unanswered(foreign_meaning(reason or error, FOREIGN) or Meaning.OURS)
