"""A page that fails is answered and logged without anything that the request brought."""

import httpx
import pytest
from starlette.requests import Request
from starlette.routing import Route
from structlog.testing import capture_logs

from jobs.web.app import build_app
from syncer.errors import Unavailable
from tests.e2e.conftest import settings_for


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Unavailable("the database is away"), 503, "the database is away"),
        (KeyError("anna@firma.example"), 500, "KeyError"),
    ],
    ids=["away", "fault"],
)
async def test_a_page_that_fails_says_where_the_reason_is(sqlite_store, tmp_path, error, status, reason):
    async def broken(request: Request) -> None:
        raise error

    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store, [Route("/broken", broken)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        with capture_logs() as logs:
            answer = await client.get("/broken?who=anna@firma.example")
    assert answer.status_code == status
    assert "the log says why" in answer.text
    assert "das Protokoll sagt, warum" in answer.text
    assert [(one["event"], one["reason"], "anna" in str(one)) for one in logs] == [("request_failed", reason, False)]
