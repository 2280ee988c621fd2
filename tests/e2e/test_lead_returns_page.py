"""Leads that sales postponed, on the page of delayed sales: who comes back, when, and by the quarter."""

import re

import httpx
import pytest

from jobs.rounds import backfill_round
from jobs.web.app import build_app
from syncer.moments import DAY, iso
from tests.e2e.conftest import TODAY, settings_for
from tests.e2e.test_returns import later


@pytest.fixture
def pages(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost")


async def test_a_postponed_lead_stands_in_list_and_calendar_in_both_languages(serve, open_desk, pages):
    async with open_desk(serve(lines=later())) as desk, pages:
        await backfill_round(desk)
        english, german = [(await pages.get(f"/deals?view=other&lang={lang}")).text for lang in ("en", "de")]
        nobody = (await pages.get("/deals?view=other&lang=en&owner=99")).text
        proposed = (await pages.get("/deals?view=proposed&lang=en")).text
        story = (await pages.get("/contacts/101?lang=en")).text
    row = re.search(r'<tr id="lead-101">.*?</tr>', english, re.DOTALL)
    assert row is not None
    assert iso(TODAY + 10 * DAY)[:10] in row[0]
    assert "Rita Rep" in row[0]
    assert "Leads that come back" in english
    assert re.search(r'class="number"[^>]*>0</td><td class="number"[^>]*>1</td>', english)
    assert "Leads mit Wiedervorlage" in german
    assert "falscher Zeitpunkt" in german
    assert "lead-101" not in nobody + proposed
    assert iso(TODAY + 10 * DAY)[:10] in story
