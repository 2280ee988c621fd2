"""Pages of figures: forecast, money, score and data quality, from the snapshot and for a day of one's own."""

import re

import httpx
import pytest

from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rounds import backfill_round
from jobs.web.app import build_app
from syncer.kpis.catalogue import catalogue
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import Settlement, Status
from syncer.writeback.intents import Intent
from tests.e2e.conftest import settings_for
from tests.e2e.measuring import measured_database
from tests.e2e.test_evidence_sources import ago, deal, person
from tests.e2e.test_judgements import FIRM, FORM, asked, asker

PAGES = ("/", "/forecast", "/money", "/score", "/quality", "/quality?fault=K42.overdue", "/figures")


@pytest.fixture
def measured(sqlite_url, tmp_path):
    """Let the account have been read and measured; to be named before what opens the store."""
    measured_database(tmp_path / "syncer.db")


@pytest.fixture
def browse(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost")


def text_of(page: httpx.Response) -> str:
    assert page.status_code == 200, page.url
    return page.text


async def test_every_page_stands_before_the_first_measuring_and_says_what_to_run(browse):
    async with browse:
        for page in PAGES:
            assert "syncer backfill" in text_of(await browse.get(page)), page


async def test_every_page_shows_its_figures_in_both_languages(measured, browse):
    said = {
        "/": ("Median days", "Median Tage"),
        "/forecast": ("What changed since", "Was sich änderte seit"),
        "/money": ("Revenue by model of attribution", "Umsatz je Attributionsmodell"),
        "/score": ("What became of each cell", "Was aus jeder Zelle wurde"),
        "/quality": ("Win rate as HubSpot counts", "Abschlussquote, wie HubSpot zählt"),
        "/figures": ("from Suspect, to Inquiry", "von Suspect, nach Inquiry"),
        "/figures/K10.broad": ("<dt>Population</dt>", "<dt>Grundgesamtheit</dt>"),
    }
    async with browse:
        for page, (english, german) in said.items():
            assert english in text_of(await browse.get(page, params={"lang": "en"}))
            assert german in text_of(await browse.get(page, params={"lang": "de"}))
        forecast = text_of(await browse.get("/forecast?lang=en"))
    flow = forecast.partition('aria-labelledby="flow">')[2].partition("</section>")[0]
    assert flow.count("<rect") == 11
    assert 'aria-hidden="true"' in forecast
    assert "As a table" in forecast


async def test_a_day_of_ones_own_is_measured_on_the_spot_and_no_day_is_explained(measured, browse):
    async with browse:
        for page in ("/", "/forecast", "/money", "/score", "/quality"):
            assert "2026-03-31" in text_of(await browse.get(page, params={"as_of": "2026-03-31", "lang": "en"}))
            wrong = text_of(await browse.get(page, params={"as_of": "yesterday", "lang": "en"}))
            assert "is not a date" in wrong
            assert "syncer backfill" not in wrong
        assert "is no period" in text_of(await browse.get("/money", params={"period": "soon", "lang": "en"}))


async def test_faulty_deals_are_named_and_two_ways_of_counting_stand_side_by_side(serve, open_desk, browse):
    late, lost = deal(days=200), deal("81", "closedlost", days=90)
    late["properties"].update(closedate=ago(60), amount="1000")
    lost["properties"].update(closed_lost_reason="Kein Budget in diesem Jahr", closedate=ago(90))
    async with open_desk(serve(lines=[person(), late, lost])) as desk:
        await backfill_round(desk)
        await measure_round(desk, Asked())
    async with browse:
        page = text_of(await browse.get("/quality?fault=K42.overdue&lang=en"))
        assert '/deals/80?lang=en">80</a>' in page
        assert '/deals/81?lang=en">81</a>' not in page
        [lost_row] = [line for line in page.splitlines() if "HubSpot: lost" in line]
        assert (
            'HubSpot: lost</th><td class="number">0</td><td class="number">0</td><td class="number">0</td>' in lost_row
        )
        assert "No such" not in text_of(await browse.get("/quality?fault=K99"))


async def test_a_value_that_a_persons_newer_one_kept_from_being_written_is_listed(sqlite_store, browse):
    intent = Intent(
        account="hubspot",
        kind=Kind.CONTACT,
        record_id="17",
        property="fn_stage",
        value="TAM",
        previous=None,
        rule="r",
        why="because",
        decision="d",
    )
    with sqlite_store.commit() as unit:
        unit.desk.intend("hubspot", "r1", [intent], Millis(1))
        [waiting] = unit.desk.pending("hubspot")
        unit.desk.settle("hubspot", [Settlement(key=waiting.key, status=Status.CONFLICT)], Millis(2))
    async with browse:
        page = text_of(await browse.get("/quality?lang=en"))
    assert (
        '<a href="/contacts/17?lang=en">17</a></td><td title="fn_stage" data-head="Property">Funnel stage</td>' in page
    )


async def test_what_a_figure_counts_leads_to_the_record_that_it_names_or_nowhere(serve, open_desk, browse):
    """A contact's id is looked up among contacts; companies, activities, answers and costs have no page."""
    async with open_desk(serve(contacts=150)) as desk, browse:
        await backfill_round(desk)
        await measure_round(desk, Asked())
        led: set[str] = set()
        for id_ in catalogue():
            page = text_of(await browse.get(f"/figures/{id_}"))
            sections = page.split("<section")
            led |= {one for part in sections for one in re.findall(r'href="(/(?:contacts|deals)/[^"]+)"', part)[:2]}
        dead = [path for path in sorted(led) if (await browse.get(path)).status_code != 200]
    assert (len(led) > 40, dead) == (True, [])


async def test_a_figure_that_counts_more_than_a_page_names_says_where_the_rest_is(serve, open_desk, browse):
    async with open_desk(serve(contacts=150)) as desk, browse:
        await backfill_round(desk)
        page = text_of(await browse.get("/figures/K36.reachable?lang=de"))
        few = text_of(await browse.get("/figures/K12?lang=de"))
    assert "und weitere: syncer explain kpi K36.reachable --json" in page
    assert "und weitere" not in few


async def test_the_board_tells_why_and_who_hears_of_it_and_the_story_shows_the_card(serve, open_desk, browse):
    async with open_desk(serve(lines=[FIRM, asker(), FORM, asked()])) as desk:
        await backfill_round(desk)
    async with browse:
        board = text_of(await browse.get("/handovers?lang=en"))
        story = text_of(await browse.get("/contacts/1?lang=de"))
    assert '<td data-head="Why now">request</td><td class="number" data-head="Attempts">0 / 5</td>' in board
    assert "Übergabekarte" in story
    assert "ausdrücklicher Wunsch" in story
    assert story.count("Warum jetzt?") == 1


async def test_long_families_of_figures_are_folded(measured, browse):
    async with browse:
        page = text_of(await browse.get("/figures?lang=en"))
    folded = [part.partition("</summary>")[0] for part in page.split("<summary>")[1:]]
    assert any("K03" in one for one in folded)
    assert not any(">K10 ·" in one for one in folded)
