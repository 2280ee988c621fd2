"""The official client's connections: like those of the data plane they follow nobody and wait for nobody without end.

They go by the proxy and the certificates that the environment names.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import HTTPResponse, PoolManager, ProxyManager, Retry, Timeout, make_headers
from urllib3 import exceptions as urllib3_errors
from urllib3.response import BaseHTTPResponse
from urllib3.util import parse_url

from connectors.addresses import is_loopback
from connectors.tls import certificates

#: One attempt: waiting and repeating are `connectors.http`'s.
_ONCE = Retry(total=None, connect=0, read=0, redirect=False, status=0, other=0)
_PART = 65_536
#: Connections that are kept open: a look asks for every kind of record at once.
_KEPT = 20


class Connections:
    """What the official client sends its requests by.

    A token never leaves for where a redirect points, and on its way to this machine meets no proxy.
    """

    def __init__(self, base_url: str, *, longest: float) -> None:
        self._longest = longest
        self.manager = _manager(base_url)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        timeout: Timeout,
        body: str | None = None,
        fields: Sequence[tuple[str, str]] | None = None,
        preload_content: bool = True,
    ) -> BaseHTTPResponse:
        """Return the whole answer, a redirect like any other.

        Raises TimeoutError of urllib3 for one that is not whole in time, and what else urllib3 raises.
        """
        del preload_content
        until = monotonic() + self._longest
        answer = self.manager.request(
            method, url, body, fields, headers, preload_content=False, redirect=False, timeout=timeout
        )
        return _whole(answer, until)

    def clear(self) -> None:
        """Let go of what is not under way."""
        self.manager.clear()


def _manager(base_url: str) -> PoolManager:
    url = urlsplit(base_url)
    host = url.hostname or ""
    is_here = is_loopback(host)
    proxy = None if is_here else _proxy(url.scheme, host)
    trusted = certificates(trust_env=not is_here)
    if proxy is None:
        return PoolManager(maxsize=_KEPT, retries=_ONCE, ssl_context=trusted)
    named = _credentials(proxy)
    return ProxyManager(proxy, maxsize=_KEPT, proxy_headers=named, retries=_ONCE, ssl_context=trusted)


def _proxy(scheme: str, host: str) -> str | None:
    named = getproxies()
    proxy = named.get(scheme) or named.get("all")
    if not proxy or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _credentials(proxy: str) -> Mapping[str, str]:
    auth = parse_url(proxy).auth
    return make_headers(proxy_basic_auth=unquote(auth)) if auth else {}


def _whole(answer: BaseHTTPResponse, until: float) -> BaseHTTPResponse:
    parts: list[bytes] = []
    while part := answer.read1(_PART):
        parts.append(part)
        if monotonic() > until:
            answer.close()
            raise urllib3_errors.TimeoutError
    return HTTPResponse(body=b"".join(parts), headers=answer.headers, status=answer.status, reason=answer.reason)
