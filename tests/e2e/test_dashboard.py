"""The page that people open: in both languages, before and after the first measurement, under a strict policy."""

import re
from hashlib import sha256
from importlib import resources

import httpx
import pytest

from jobs.rounds import backfill_round
from jobs.web.app import build_app
from tests.e2e.conftest import settings_for
from tests.e2e.measuring import measured_database
from tests.e2e.test_judgements import FIRM, FORM, asked, asker


@pytest.fixture
def measured(sqlite_url, tmp_path):
    """Let the account have been read and measured; to be named before what opens the store."""
    measured_database(tmp_path / "syncer.db")


@pytest.fixture
def browse(sqlite_store, tmp_path):
    def get(**headers: str):
        settings = settings_for("http://127.0.0.1:9", tmp_path)
        transport = httpx.ASGITransport(app=build_app(settings, sqlite_store))
        return httpx.AsyncClient(
            transport=transport, base_url="http://localhost", follow_redirects=True, headers=headers
        )

    return get


async def test_an_empty_store_says_what_to_run(browse):
    async with browse() as client:
        page = await client.get("/")
    assert page.status_code == 200
    assert "syncer backfill" in page.text


async def test_the_page_shows_funnel_leads_and_figures_in_both_languages(measured, browse):
    async with browse() as client:
        english, german = await client.get("/?lang=en"), await client.get("/?lang=de")
        figures, table = await client.get("/api/kpis"), await client.get("/figures?lang=en")
    assert "Hottest leads" in english.text
    assert "Heißeste Leads" in german.text
    assert 'lang="de"' in german.text
    assert "K10" in table.text
    assert {row["id"] for row in figures.json()} >= {"K01", "K02", "K10", "K20"}


async def test_nothing_on_the_page_may_be_loaded_from_elsewhere(browse):
    async with browse() as client:
        page = await client.get("/handovers")
        style = await client.get("/static/style.css")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert style.status_code == 200
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "unsafe" not in policy
    scripts = re.findall(r"<script([^>]*)>([^<]*)", page.text)
    assert [bool(re.fullmatch(r' src="/static/[a-z.]+\?v=[0-9a-f]{16}" defer', one)) for one, _ in scripts] == [
        True,
        True,
    ]
    assert [inside for _, inside in scripts] == ["", ""]
    assert not re.search(r"\s(style|on\w+|hx-on\S*)=", page.text)


async def test_a_browser_finds_the_picture_of_its_tab(browse):
    async with browse() as client:
        for path in ("/", "/login"):
            named = re.search(r'rel="icon" href="(/static/icon\.svg\?v=[0-9a-f]+)"', (await client.get(path)).text)[1]
            assert (await client.get(named)).headers["content-type"] == "image/svg+xml"


def test_what_others_wrote_is_what_the_notice_says():
    folder = resources.files("jobs.web").joinpath("static")
    mark = sha256(folder.joinpath("htmx.min.js").read_bytes()).hexdigest()
    notice = folder.joinpath("NOTICE.txt").read_text(encoding="utf-8")
    assert mark in notice
    assert "version 4.0.1" in notice
    assert b'version="4.0.1"' in folder.joinpath("htmx.min.js").read_bytes()
    assert "Zero-Clause BSD" in folder.joinpath("htmx-licence.txt").read_text(encoding="utf-8")


async def test_a_browser_asks_for_a_style_once_until_it_changes(browse):
    async with browse() as client:
        named = re.search(r'href="(/static/style\.css\?v=[0-9a-f]+)"', (await client.get("/")).text)[1]
        kept, bare = await client.get(named), await client.get("/static/style.css?v=0")
    assert "immutable" in kept.headers["cache-control"]
    assert bare.headers["cache-control"] == "no-store"


async def test_the_browsers_language_is_taken_where_none_is_asked_for(browse):
    async with browse(**{"accept-language": "de-CH,de;q=0.9"}) as client:
        assert 'lang="de"' in (await client.get("/")).text


async def test_health_is_answered_and_readiness_names_each_account(browse):
    async with browse() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert [one["account"] for one in ready.json()["accounts"]] == ["hubspot"]


async def test_readiness_says_why_in_german_to_who_asks_for_it(browse, store):
    async with browse() as client:
        ready = (await client.get("/readyz?lang=de")).json()
        assert (await client.get("/readyz")).json()["problems"][0]["what"] == "nothing was read yet"
    assert ready["problems"] == [
        {
            "account": "hubspot",
            "what": "noch wurde nichts gelesen",
            "remedy": "auf die erste Runde warten, oder ins Protokoll sehen: run_failed sagt, warum es keine gibt",
        }
    ]


async def test_paths_outside_the_static_folder_are_not_served(browse):
    async with browse() as client:
        for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/etc/passwd"):
            assert (await client.get(path)).status_code == 404


async def test_a_hostile_name_stays_text_on_every_page(serve, open_desk, browse):
    hostile = '"><img src=x onerror=alert(1)><b hx-post="/logout" hx-trigger="load">'
    line = asker()
    line["properties"]["firstname"] = hostile
    async with open_desk(serve(lines=[FIRM, line, FORM, asked()])) as desk:
        await backfill_round(desk)
    async with browse() as client:
        pages = [(await client.get(path)).text for path in ("/handovers", "/contacts", "/contacts/1")]
    assert ["onerror=alert(1)&gt;" in page for page in pages] == [True] * 3
    assert [re.search(r"<(img|b)\b", page) for page in pages] == [None] * 3
