"""The dashboard in a real browser: logging in, deciding, leafing through, by keyboard too, and judged by axe-core."""

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from importlib import resources

import pytest
import uvicorn
from pydantic import SecretStr
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from jobs.rounds import backfill_round, sync_round
from jobs.web.app import build_app
from syncer.moments import iso
from tests.e2e.conftest import settings_for
from tests.e2e.measuring import measured_database
from tests.e2e.test_evidence_sources import person
from tests.e2e.test_judgements import FIRM, FORM, asked, asker, stale

PASSWORD = "may decide things"
#: What axe-core may find and we would not live with.
_GRAVE = {"serious", "critical"}
_PAGES = (
    *("/", "/handovers", "/contacts", "/contacts/1", "/deals", "/deals?view=other", "/deals/80"),
    *("/forecast", "/money", "/score", "/figures", "/quality?fault=K42.overdue", "/sync"),
)
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no Chromium with its driver found; install chromium and chromium-driver to run these tests")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}", "--window-size=1280,1000"):
        options.add_argument(flag)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
    opened.implicitly_wait(5)
    # A busy machine takes its time over the largest page.
    opened.set_script_timeout(180)
    yield opened
    opened.quit()


class Dashboards:
    """Dashboards over one store, each at an address of its own until it is stopped."""

    def __init__(self, store, folder) -> None:
        self._store, self._folder, self._served = store, folder, []

    def __call__(self, **changes: object) -> str:
        settings = settings_for("http://127.0.0.1:9", self._folder).model_copy(update=changes)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(build_app(settings, self._store), log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        self._served.append((server, thread, listener))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def stop(self) -> None:
        while self._served:
            server, thread, listener = self._served.pop()
            server.should_exit = True
            thread.join()
            listener.close()


@pytest.fixture
def serve_dashboard(sqlite_store, tmp_path) -> Iterator[Dashboards]:
    served = Dashboards(sqlite_store, tmp_path)
    yield served
    served.stop()


@pytest.fixture
def filled(sqlite_url, tmp_path):
    """Let an account of a few have been read and measured; to be named before what opens the store."""
    delayed = {**stale(), "associations": [{"to": "contacts", "id": "3"}]}
    measured_database(tmp_path / "syncer.db", [FIRM, asker(), FORM, asked(), person("3"), delayed])


async def test_log_in_accept_a_lead_and_log_out(filled, serve_dashboard, browser):
    base = serve_dashboard(dashboard_password=SecretStr(PASSWORD))
    browser.get(f"{base}/handovers?lang=en")
    assert "Log in" in browser.title
    browser.find_element(By.ID, "name").send_keys("Vera")
    browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    assert browser.current_url.endswith("/handovers?lang=en")
    browser.find_element(By.CSS_SELECTOR, "button[aria-label='Accept: Anna Muster1']").click()
    _await(browser, lambda: "Noted." in _text(browser, "#said"))
    browser.find_element(By.LINK_TEXT, "Deutsch").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "Übergaben"
    browser.find_element(By.CSS_SELECTOR, "form[action='/logout'] button").click()
    browser.get(f"{base}/")
    assert "/login" in browser.current_url


def _await(browser, is_so):
    WebDriverWait(browser, 20, ignored_exceptions=[StaleElementReferenceException]).until(lambda _: is_so())


def _text(browser, selector):
    return browser.execute_script("return document.querySelector(arguments[0]).textContent", selector)


def _mark(browser):
    """Leave something behind that a page load would sweep away."""
    browser.execute_script("window.mark = 'here'")


def _is_marked(browser):
    return browser.execute_script("return window.mark") == "here"


async def test_an_answer_is_given_and_told_without_leaving_the_page(filled, serve_dashboard, browser):
    browser.get(f"{serve_dashboard()}/handovers?lang=en")
    _mark(browser)
    accept = browser.find_element(By.CSS_SELECTOR, "button[aria-label='Accept: Anna Muster1']")
    ActionChains(browser).double_click(accept).perform()
    _await(browser, lambda: _text(browser, "#said").startswith("Anna Muster1: Noted."))
    assert browser.find_element(By.CSS_SELECTOR, "#contact-1 .answers").text == "accepted"
    assert browser.switch_to.active_element.get_attribute("id") == "said"
    assert (_is_marked(browser), browser.current_url.endswith("/handovers?lang=en")) == (True, True)
    sent = browser.execute_script(
        "return performance.getEntriesByType('resource').filter(e => e.name.includes('/handovers/1')).length"
    )
    assert sent == 1
    assert browser.execute_script("return localStorage.length + sessionStorage.length") == 0


async def test_a_filter_changes_list_title_and_address_and_the_way_back_leads_back(filled, serve_dashboard, browser):
    base = serve_dashboard()
    browser.get(f"{base}/contacts?lang=en")
    _mark(browser)
    Select(browser.find_element(By.ID, "stage")).select_by_value("LEAD_SQL")
    browser.find_element(By.CSS_SELECTOR, "form.filters button").click()
    _await(browser, lambda: "stage=LEAD_SQL" in browser.current_url)
    assert _is_marked(browser)
    find = browser.find_element(By.ID, "find")
    find.send_keys("1", Keys.ENTER)
    _await(browser, lambda: browser.current_url.startswith(f"{base}/contacts/1"))
    _await(browser, lambda: browser.title == "Anna Muster1 · hubspot")
    browser.back()
    _await(browser, lambda: "stage=LEAD_SQL" in browser.current_url and browser.title == "Contacts · hubspot")
    assert Select(browser.find_element(By.ID, "stage")).first_selected_option.get_attribute("value") == "LEAD_SQL"


#: A minute passes in a second.
_HURRY = "const every = window.setInterval; window.setInterval = (call, wait) => every(call, wait / 60)"


@pytest.fixture
def hurried(browser):
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _HURRY})
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


async def test_a_board_left_open_shows_who_came_and_keeps_focus_choice_and_place(
    serve, open_desk, serve_dashboard, hurried
):
    crm = serve(lines=[FIRM, asker(), FORM, asked()])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        hurried.get(f"{serve_dashboard()}/handovers?lang=en")
        _mark(hurried)
        hurried.execute_script("document.querySelector('main').style.paddingTop = '2000px'; window.scrollTo(0, 1500)")
        reason = hurried.find_element(By.CSS_SELECTOR, "#contact-1 select")
        Select(reason).select_by_value("bad_timing")
        hurried.execute_script("arguments[0].focus({preventScroll: true})", reason)
        now = iso(crm.clock())
        crm.portal.load([{**asker("2"), "updatedAt": now}, {**asked("2"), "submittedAt": now}])
        await sync_round(desk)
        _await(hurried, lambda: hurried.find_elements(By.ID, "contact-2"))
    assert Select(reason).first_selected_option.get_attribute("value") == "bad_timing"
    assert hurried.switch_to.active_element == reason
    assert _is_marked(hurried)


async def test_a_page_that_nobody_sees_asks_nothing_and_asks_at_once_when_it_is_seen(filled, serve_dashboard, hurried):
    hurried.get(f"{serve_dashboard()}/handovers?lang=en")
    hurried.execute_script("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    await asyncio.sleep(2.5)
    asked_so_far = "return performance.getEntriesByType('resource').filter(e => e.initiatorType == 'fetch').length"
    before = hurried.execute_script(asked_so_far)
    assert before <= 1
    hurried.execute_script("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    _await(hurried, lambda: hurried.execute_script(asked_so_far) > before)


async def test_a_page_left_open_leads_to_the_login_when_its_session_is_gone(filled, serve_dashboard, hurried):
    base = serve_dashboard(dashboard_password=SecretStr(PASSWORD))
    hurried.get(f"{base}/handovers?lang=en")
    hurried.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    assert hurried.current_url == f"{base}/handovers?lang=en"
    hurried.delete_all_cookies()
    _await(hurried, lambda: hurried.current_url == f"{base}/login?next=%2Fhandovers%3Flang%3Den")


async def test_a_page_whose_server_is_gone_says_so_and_keeps_what_it_shows(filled, serve_dashboard, hurried):
    hurried.get(f"{serve_dashboard()}/handovers?lang=de")
    serve_dashboard.stop()
    _await(hurried, lambda: "kann veraltet sein" in _text(hurried, "#stale"))
    assert "Anna Muster1" in _text(hurried, "main")


async def test_from_the_funnel_to_a_person_by_keyboard_alone(filled, serve_dashboard, browser):
    browser.get(f"{serve_dashboard()}/?lang=en")
    active = browser.switch_to.active_element
    active.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "To the content"
    _tab_to(browser, "Sales-ready (SQL)").send_keys(Keys.ENTER)
    _tab_to(browser, "Anna Muster1").send_keys(Keys.ENTER)
    assert browser.find_element(By.TAG_NAME, "h1").text == "Anna Muster1"


def _tab_to(browser, text):
    for _ in range(60):
        found = browser.switch_to.active_element
        if found.text == text:
            return found
        found.send_keys(Keys.TAB)
    pytest.fail(f"no tab stop {text}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_a_grave_fault_of_accessibility(filled, serve_dashboard, browser, scheme):
    base = serve_dashboard()
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
    faults = []
    for page in _PAGES:
        browser.get(base + page)
        browser.execute_script(axe)
        found = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        faults += [(page, one["id"], one["nodes"][0]["html"]) for one in found["violations"] if one["impact"] in _GRAVE]
    assert faults == []


#: Kinds of lists that reach beyond what holds them.
_LISTS_BEYOND = """
return [...document.querySelectorAll('.cards, .few')]
  .filter(e => e.parentElement.scrollWidth > e.parentElement.clientWidth + 1).map(e => e.className)
"""
#: The funnel's columns need more than the smallest of phones.
_NARROWEST = 320


@pytest.mark.parametrize("wide", [320, 360])
async def test_a_phone_scrolls_no_page_and_no_list_sideways(filled, serve_dashboard, browser, wide):
    base = serve_dashboard()
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": wide, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    widths, lists = {}, {}
    for page in _PAGES:
        _see(browser, f"{base}{page}{'&' if '?' in page else '?'}lang=de")
        widths[page] = browser.execute_script("return document.documentElement.scrollWidth")
        lists[page] = browser.execute_script(_LISTS_BEYOND)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert {page: width for page, width in widths.items() if width > wide} == {}
    assert {page: beyond for page, beyond in lists.items() if beyond and wide > _NARROWEST} == {}
    assert not any(one for page, beyond in lists.items() for one in beyond if one == "cards")


@pytest.mark.parametrize("lang", ["en", "de"])
async def test_whoever_decides_at_a_desk_sees_every_button_without_scrolling(filled, serve_dashboard, browser, lang):
    base = serve_dashboard()
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    hidden = {}
    for page in ("/handovers", "/deals", "/contacts/1"):
        _see(browser, f"{base}{page}?lang={lang}")
        hidden[page] = browser.execute_script(
            "return [...document.querySelectorAll('.scroll')].map(e => e.scrollWidth - e.clientWidth)"
        )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert all(hidden.values())
    assert max(width for widths in hidden.values() for width in widths) <= 0


@pytest.fixture
def crowded(sqlite_url, tmp_path):
    """Let names be as long as the CRM takes them; to be named before what opens the store."""
    firm = {**FIRM, "properties": {**FIRM["properties"], "name": "Stahl" * 50}}
    named = asker()
    named["properties"].update(firstname="Anna\N{RIGHT-TO-LEFT OVERRIDE}" * 10, lastname="Muster" * 30)
    delayed = {**stale(), "associations": [{"to": "contacts", "id": "3"}]}
    delayed["properties"]["dealname"] = "Anlage" * 40
    measured_database(tmp_path / "syncer.db", [firm, named, FORM, asked(), person("3"), delayed])


async def test_names_as_long_as_the_crm_takes_push_nothing_out_of_sight(crowded, serve_dashboard, browser):
    base = serve_dashboard()
    hidden = {}
    for page in ("/", "/handovers", "/contacts", "/contacts/1", "/deals", "/deals/80"):
        _see(browser, f"{base}{page}?lang=de")
        hidden[page] = browser.execute_script(
            "return [document.documentElement, ...document.querySelectorAll('.scroll')]"
            ".map(e => e.scrollWidth - e.clientWidth)"
        )
    assert {page: widths for page, widths in hidden.items() if max(widths) > 0} == {}


def _see(browser, address):
    """A busy machine may leave a page without its style; its width says nothing then."""
    for _ in range(5):
        browser.get(address)
        if browser.execute_script("return document.styleSheets.length"):
            return
    pytest.fail(f"{address} never got its style")


async def test_a_page_asks_no_other_host_and_weighs_little(filled, serve_dashboard, browser):
    base = serve_dashboard()
    browser.get(f"{base}/")
    script = "return performance.getEntries().filter(e => e.name.startsWith('http')).map(e => [e.name, e.transferSize])"
    loaded = browser.execute_script(script)
    assert all(name.startswith(base) for name, _ in loaded)
    assert sum(size or 0 for _, size in loaded) < 150_000
