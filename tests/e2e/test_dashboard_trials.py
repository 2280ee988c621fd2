"""Another threshold tried on the score page, and how right forecasts were: what the pages say is what is measured."""

import re

import httpx
import pytest

from jobs.deciding.simulate import Trial, simulated
from jobs.web.app import build_app
from jobs.wording.words import number
from tests.e2e.conftest import settings_for
from tests.e2e.measuring import measured_database


@pytest.fixture
def measured(sqlite_url, tmp_path):
    """Let the account have been read and measured; to be named before what opens the store."""
    measured_database(tmp_path / "syncer.db")


@pytest.fixture
def pages(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost")


def cells(page: str, heading: str) -> list[list[str]]:
    section = page[page.index(f'<h2 id="{heading}"') :]
    lines = section[: section.index("</table>")].split("<tr")[2:]
    return [re.findall(r"<t[hd][^>]*>([^<]*)", line) for line in lines]


async def test_a_threshold_is_tried_as_the_command_tries_it_and_nothing_is_kept(measured, crm, open_desk, pages):
    async with open_desk(crm) as desk, pages:
        with desk.store.snapshot() as unit:
            before = (unit.browse.stage_counts("hubspot"), unit.desk.last_snapshot("hubspot"))
        page = (await pages.get("/score?lang=en&threshold=45")).text
        german = (await pages.get("/score?lang=de&threshold=45,5")).text
        found = simulated(desk, Trial(draft=desk.agreement.agreement, thresholds=(45.0,)))
        with desk.store.snapshot() as unit:
            assert (unit.browse.stage_counts("hubspot"), unit.desk.last_snapshot("hubspot")) == before
    [variant] = found.variants
    today, tried = cells(page, "thresholds")
    assert (today[0], tried[0]) == ("T = 60 (today)", "T = 45")
    assert today[1:3] == [number(found.before.a_week(found.frame), "en", digits=1), ""]
    assert tried[1] == number(variant.tally.a_week(found.frame), "en", digits=1)
    assert tried[2].startswith("+")
    assert tried[6] == f"{variant.tally.won} / {variant.tally.mature}"
    assert 'value="45"' in page
    assert cells(german, "thresholds")[1][0] == "T = 45,5"


@pytest.mark.parametrize("threshold", ["high", "0", "101", "-5", "nan"])
async def test_what_is_no_threshold_is_refused_in_both_languages(measured, pages, threshold):
    async with pages:
        english = (await pages.get("/score", params={"lang": "en", "threshold": threshold})).text
        german = (await pages.get("/score", params={"lang": "de", "threshold": threshold})).text
    assert 'role="alert"' in english
    assert "keine Schwelle" in german
    assert "T = 60" not in english


async def test_the_forecast_page_shows_accuracy_by_quarter_and_rep_as_it_was_measured(measured, crm, open_desk, pages):
    async with open_desk(crm) as desk, pages:
        page = (await pages.get("/forecast?lang=en")).text
        with desk.store.snapshot() as unit:
            kept = unit.desk.last_snapshot("hubspot")
            rows = unit.desk.snapshot("hubspot", kept.run, "quarters")
            reps = unit.desk.snapshot("hubspot", kept.run, "reps")
    periods = list(dict.fromkeys(row["period"] for row in rows))
    assert len(periods) == 4
    assert periods == sorted(periods)
    assert [line[0] for line in cells(page, "trend")] == periods
    assert {row["segment"]["age"] for row in rows if row["id"] == "K21"} >= {"quarter_start", "week_5", "week_13"}
    owners = {row["segment"]["owner"] for row in reps if row["id"] == "K21"}
    assert owners
    assert len(cells(page, "reps")) == len(owners)
