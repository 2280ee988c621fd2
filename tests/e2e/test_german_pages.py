"""Who reads German finds no English of ours: on pages and in refusals."""

import html
import re

import httpx
import pytest

from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rounds import backfill_round, sync_round
from jobs.web.app import build_app
from jobs.wording.sentences import spoken
from syncer.moments import iso
from tests.e2e.conftest import TODAY, settings_for
from tests.english import english_in, english_of

_PAGES = (
    *("/", "/handovers", "/contacts", "/deals", "/deals?view=open", "/deals?view=other", "/deals?view=won"),
    *("/forecast", "/money", "/score", "/figures", "/figures?by=owner", "/figures/K10", "/figures/K20"),
    *("/quality?fault=K42.overdue", "/sync"),
)
_REFUSED = ("/figures?as_of=x", "/figures?period=y", "/figures?by=z", "/figures/K99", "/contacts/0", "/deals/0", "/no")


@pytest.fixture
def pages(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://localhost", headers={"accept-language": "de"}
    )


def test_english_is_found_where_it_is():
    assert english_of('<h1>Trichter</h1> <td title="Median days">Sales-ready</td><p>Went on</p>') == ["Went on"]
    assert english_of('<td translate="no">Went on</td><code>Went on</code>') == []
    assert english_in("(unsigned default)") == ["unsigned default"]


async def test_no_page_shows_english_to_who_reads_german(crm, open_desk, pages):
    async with open_desk(crm) as desk, pages:
        await backfill_round(desk)
        await sync_round(desk)
        await measure_round(desk, Asked())
        lists = {path: (await pages.get(path)).text for path in ("/contacts", "/deals?view=won")}
        records = [re.findall(r'href="(/(?:contacts|deals)/\d+)', page)[0] for page in lists.values()]
        left = {path: english_of((await pages.get(path)).text) for path in (*_PAGES, *records, *_REFUSED)}
    assert {path: words for path, words in left.items() if words} == {}


async def test_records_that_need_a_person_are_said_in_german(serve, open_desk, pages):
    broken = {"email": "no address", "createdate": "soon", "hs_email_optout": "maybe"}
    lines = [{"type": "contacts", "id": "1", "createdAt": iso(TODAY), "properties": broken}]
    async with open_desk(serve(lines=lines)) as desk, pages:
        await backfill_round(desk)
        page = (await pages.get("/sync")).text
        with desk.store.snapshot() as unit:
            letters = unit.desk.dead_letters(desk.name)
    assert letters
    said = {problem for one in letters for problem in one.problems}
    assert [one for one in said if html.escape(one) in page] == []
    assert all(html.escape(spoken(one, "de")) in page for one in said)
    assert '<td data-head="Datenstrom">Kontakte</td>' in page
    assert "Formulareingänge" in page
    assert '<td data-head="Aufgabe">Gesamtabruf</td>' in page


async def test_refusals_are_said_in_german(crm, open_desk, pages):
    async with open_desk(crm) as desk, pages:
        await backfill_round(desk)
        said = {path: (await pages.get(path)).text for path in _REFUSED}
    assert "kein Datum" in said["/figures?as_of=x"]
    assert "kein Zeitraum" in said["/figures?period=y"]
    assert "aufteilen" in said["/figures?by=z"]
    assert "gibt es nicht" in said["/figures/K99"]
    assert "kennt Syncer nicht" in said["/contacts/0"]
    assert "kennt Syncer nicht" in said["/deals/0"]
