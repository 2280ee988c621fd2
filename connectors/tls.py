"""What HTTPS certificates are checked by, one for all clients of a process: to read it takes as long as many calls."""

import ssl
from functools import cache

import httpx


@cache
def certificates(*, trust_env: bool) -> ssl.SSLContext:
    """Return the certificates to trust; with `trust_env` those that SSL_CERT_FILE or SSL_CERT_DIR name, where set."""
    return httpx.create_ssl_context(trust_env=trust_env)
