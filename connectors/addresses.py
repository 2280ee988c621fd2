"""Addresses that a token may be sent to."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from syncer.errors import ConfigError, Problem

#: User names, queries, fragments, and what no address has.
_UNFIT = re.compile(r"[@?#\\\s\x00-\x20\x7f]")
#: What an address may be, in words.
ALLOWED = "https://..., or http:// to this machine; without user name and query"


def checked_address(base_url: str) -> str:
    """Return the address without a trailing slash.

    Raises ConfigError unless it is https, or http to this machine: a token must not cross a network in clear.
    """
    if not is_usable(base_url):
        hint = f"{ALLOWED}; base_url of the account in syncer.yaml goes first"
        raise ConfigError([Problem(message="the CRM's address cannot be used", key="HUBSPOT_BASE_URL", hint=hint)])
    return base_url.rstrip("/")


def is_usable(base_url: str) -> bool:
    """Return whether an address is https, or http to this machine, without user name, query and fragment."""
    try:
        url = urlsplit(base_url)
        host, _ = url.hostname, url.port
    except ValueError:
        return False
    safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(host or ""))
    return safe and bool(host) and _UNFIT.search(base_url) is None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
