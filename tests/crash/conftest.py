"""The CRM of the end-to-end tests, for crashes."""

from tests.e2e.conftest import serve

__all__ = ["serve"]
