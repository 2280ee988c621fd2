"""Addresses that a token may be sent to."""

from ipaddress import ip_address

import httpx

from syncer.errors import ConfigError, Problem


def checked_address(base_url: str) -> str:
    """Return the address without a trailing slash.

    Raises ConfigError unless it is https, or http to this machine: a token must not cross a network in clear.
    """
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))
    if not safe or not url.host or url.userinfo or url.query or url.fragment:
        hint = "https://..., or http:// to this machine; without user name and query"
        raise ConfigError([Problem(message="the CRM's address cannot be used", key="HUBSPOT_BASE_URL", hint=hint)])
    return base_url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
