"""The dashboard in a real browser: logging in, deciding, leafing through, by keyboard too, and judged by axe-core."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib import resources

import pytest
import uvicorn
from pydantic import SecretStr
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jobs.figures.asking import Asked
from jobs.rounds import backfill_round, measure_round
from jobs.web.app import build_app
from tests.e2e.conftest import settings_for
from tests.e2e.test_judgements import FIRM, FORM, asked, asker

PASSWORD = "may decide things"
#: What axe-core may find and we would not live with.
_GRAVE = {"serious", "critical"}
_PAGES = (
    *("/", "/handovers", "/contacts", "/contacts/1", "/deals", "/deals?view=other"),
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
    yield opened
    opened.quit()


@pytest.fixture
def serve_dashboard(sqlite_store, tmp_path) -> Iterator[Callable[..., str]]:
    stops = []

    def start(**changes: object) -> str:
        settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(update=changes)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(build_app(settings, sqlite_store), log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        stops.append((server, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread in stops:
        server.should_exit = True
        thread.join()


@pytest.fixture
async def filled(serve, open_desk):
    async with open_desk(serve(lines=[FIRM, asker(), FORM, asked()])) as desk:
        await backfill_round(desk)
        await measure_round(desk, Asked())


async def test_log_in_accept_a_lead_and_log_out(filled, serve_dashboard, browser):
    base = serve_dashboard(dashboard_password=SecretStr(PASSWORD))
    browser.get(f"{base}/handovers?lang=en")
    assert "Log in" in browser.title
    browser.find_element(By.ID, "name").send_keys("Vera")
    browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    assert browser.current_url.endswith("/handovers?lang=en")
    browser.find_element(By.CSS_SELECTOR, "button[aria-label='Accept: Anna Muster1']").click()
    assert "Noted." in browser.find_element(By.CSS_SELECTOR, "[role=status]").text
    browser.find_element(By.LINK_TEXT, "Deutsch").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "Übergaben"
    browser.find_element(By.CSS_SELECTOR, "form[action='/logout'] button").click()
    browser.get(f"{base}/")
    assert "/login" in browser.current_url


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


async def test_a_phone_scrolls_no_page_sideways(filled, serve_dashboard, browser):
    base = serve_dashboard()
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    wide = []
    for page in _PAGES:
        _see(browser, base + page)
        width = browser.execute_script("return document.documentElement.scrollWidth")
        if width > 390:
            wide.append((page, width))
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide == []


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
