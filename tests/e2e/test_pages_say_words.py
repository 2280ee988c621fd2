"""Pages speak to people: no code of ours or of the CRM stands where a word should."""

import html
import re

import httpx
import pytest

from jobs.figures.asking import Asked
from jobs.figures.measuring import measure_round
from jobs.rounds import backfill_round, sync_round
from jobs.web.app import build_app
from jobs.web.figure_rows import shown
from jobs.wording.terms import part
from tests.e2e.conftest import settings_for

_PAGES = (
    *("/", "/handovers", "/contacts", "/deals", "/deals?view=open", "/deals?view=other", "/deals?view=lost"),
    *("/forecast", "/money", "/score", "/figures", "/figures?by=source", "/figures/K08.rejected", "/figures/K27"),
    *("/figures/K36.click_rate", "/figures/K43", "/quality?fault=K42.overdue", "/sync"),
)
#: Keys of the agreement and options of commands, which have no other name.
_NAMES = {"as_of", "sales_goal", "marketing_goal"}
_CODE = re.compile(r"(?<!\.)\b[a-z]+_[a-z_]+\b|\bNone\b(?!:)|\bTrue\b|\{\w+\}")
_APART = re.compile(r'<(\w+)[^>]* translate="no"[^>]*>.*?</\1>|<code>.*?</code>|<script.*?</script>', re.DOTALL)


def codes(page: str) -> set[str]:
    return set(_CODE.findall(html.unescape(re.sub(r"<[^>]+>", " | ", _APART.sub(" ", page))))) - _NAMES


@pytest.fixture
def pages(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost", follow_redirects=True)


@pytest.mark.parametrize("lang", ["en", "de"])
async def test_no_page_shows_codes(serve, open_desk, pages, lang):
    async with open_desk(serve(contacts=150)) as desk, pages:
        await backfill_round(desk)
        await sync_round(desk)
        await measure_round(desk, Asked())
        said = {"accept-language": lang}
        lists = [(await pages.get(path, headers=said)).text for path in ("/contacts", "/deals?view=other")]
        records = [one for page in lists for one in re.findall(r'href="(/(?:contacts|deals)/\d+)', page)[:3]]
        assert len(records) > 3
        left = {path: codes((await pages.get(path, headers=said)).text) for path in (*_PAGES, *records)}
    assert {path: found for path, found in left.items() if found} == {}


def test_an_unknown_figure_says_what_it_lacks_and_a_known_one_does_not():
    blank = dict.fromkeys(("value", "n", "k", "lo", "hi"))
    row = {**blank, "id": "K36.click_rate", "status": "undefined", "unit": "ratio", "segment": {}, "excluded": {}}
    row |= {"basis": "snapshot", "period": "all", "notes": {"lacks": "deliveries"}}
    assert shown(row, "en")["status"] == (
        "undefined: no contact carries a count of mails delivered (HubSpot: hs_email_delivered)"
    )
    assert shown(row, "de")["status"].startswith("nicht bestimmt: kein Kontakt trägt")
    assert shown(row | {"status": "mature", "notes": {}}, "de")["status"] == "reif"


def test_a_part_of_a_segment_reads_as_a_phrase():
    assert part("from", "Lead", "en") == "from Lead"
    assert part("reason", "bad timing", "en") == "reason: bad timing"
    assert part("resume_quarter", "2027Q1", "de") == "Wiedervorlage in 2027Q1"
