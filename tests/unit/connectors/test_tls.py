"""Certificates are read once for all clients of a process."""

import httpx

from connectors.download import Downloads
from connectors.http import ApiClient
from connectors.limits import Budgets
from connectors.tls import certificates
from connectors.tokens import FixedToken


def test_clients_share_what_they_check_certificates_by(monkeypatch):
    certificates.cache_clear()
    made = []
    create = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **asked: made.append(asked) or create(**asked))

    for _ in range(3):
        ApiClient(base_url="https://api.hubapi.com", tokens=FixedToken("pat-1"), budgets=Budgets(tier=None))
        Downloads(base_url="https://api.hubapi.com", is_trusted=lambda _host: True)

    assert made == [{"trust_env": True}]
    certificates.cache_clear()
