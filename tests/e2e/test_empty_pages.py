"""A portal in which nobody is: every page says so, and shows no table without rows."""

import re

import httpx
import pytest

from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rounds import backfill_round
from jobs.web.app import build_app
from tests.e2e.conftest import settings_for
from tests.e2e.test_evidence_sources import person

_PAGES = ("/", "/handovers", "/contacts", "/deals", "/forecast", "/money", "/score", "/figures", "/quality", "/sync")
_NO_ROWS = re.compile(r"<tbody>\s*</tbody>")


@pytest.fixture
def pages(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost")


@pytest.mark.parametrize("lines", [[], [person("3")]])
async def test_no_page_shows_a_table_without_rows(serve, open_desk, pages, lines):
    async with open_desk(serve(lines=lines)) as desk, pages:
        await backfill_round(desk)
        await measure_round(desk, Asked())
        asked = [*_PAGES, *(f"/contacts/{one['id']}" for one in lines)]
        found = {path: await pages.get(path, headers={"accept-language": "en"}) for path in asked}
    assert {path: one.status_code for path, one in found.items() if one.status_code != httpx.codes.OK} == {}
    assert [path for path, one in found.items() if _NO_ROWS.search(one.text)] == []
