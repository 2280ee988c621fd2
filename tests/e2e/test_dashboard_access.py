"""Who gets in: with and without passwords, by cookie and by header, and what other sites cannot make a browser do."""

from base64 import b64encode

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from jobs.web.access import Role, doorkeeper
from jobs.web.app import build_app
from jobs.web.guard import COOKIE, Guard
from syncer.moments import HOUR, Millis
from tests.e2e.conftest import settings_for

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DECIDES, LOOKS = "may decide things", "may only look on"


@pytest.fixture
def visit(sqlite_store, tmp_path):
    def opened(*, locked: bool = True, host: str = "dashboard.example", **changes: object) -> httpx.AsyncClient:
        passwords = {
            "dashboard_password": SecretStr(QUICK.hash(DECIDES)),
            "reader_password": SecretStr(QUICK.hash(LOOKS)),
        }
        base = settings_for("http://127.0.0.1:9", tmp_path)
        settings = base.model_copy(update={**(passwords if locked else {}), **changes})
        transport = httpx.ASGITransport(app=build_app(settings, sqlite_store))
        return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")

    return opened


async def test_strangers_see_the_login_and_nothing_else(visit):
    async with visit() as client:
        for path in ("/", "/contacts", "/contacts/1", "/deals", "/figures", "/sync", "/handovers"):
            answer = await client.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/login?next=")
        assert (await client.get("/api/kpis")).status_code == 401
        assert (await client.post("/handovers/1", data={"answer": "accept"})).status_code == 401
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json().keys() == {"status"}
        assert (await client.get("/login")).status_code == 200
        assert (await client.get("/static/style.css")).status_code == 200


async def test_after_the_login_one_is_where_one_wanted_to_go_and_after_leaving_outside(visit):
    async with visit() as client:
        entered = await client.post("/login", data={"password": DECIDES, "next": "/deals?view=other"})
        assert entered.headers["location"] == "/deals?view=other"
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
        assert (await client.get("/deals")).status_code == 200
        assert "accounts" in (await client.get("/readyz")).json()
        assert (await client.post("/logout")).status_code == 303
        assert (await client.get("/deals")).status_code == 303


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
async def test_the_login_leads_to_no_other_site(visit, next_):
    async with visit() as client:
        entered = await client.post("/login", data={"password": DECIDES, "next": next_})
        assert entered.headers["location"] == "/"


async def test_behind_tls_the_cookie_stays_there(visit):
    async with visit(public_url="https://funnel.example") as client:
        entered = await client.post("/login", data={"password": DECIDES})
        assert "Secure" in entered.headers["set-cookie"]
        assert "max-age" in entered.headers["strict-transport-security"]


REFRESH = {"hx-request": "true", "hx-source": "main#content", "hx-current-url": "http://d.example/deals?view=other"}


async def test_a_page_left_open_is_sent_to_the_login_and_leads_back_once_its_session_is_gone(visit):
    async with visit() as client:
        answer = await client.get("/deals?view=other", headers=REFRESH)
        outside = await client.get("/deals", headers={**REFRESH, "hx-current-url": "http://evil.example"})
        posted = await client.post("/deals/1", headers=REFRESH)
    assert answer.status_code == posted.status_code == 401
    assert answer.headers["hx-redirect"] == posted.headers["hx-redirect"] == "/login?next=%2Fdeals%3Fview%3Dother"
    assert outside.headers["hx-redirect"] == "/login?next="
    assert "www-authenticate" not in answer.headers


async def test_a_session_ends_twelve_hours_after_a_person_used_it_though_its_page_refreshes_itself():
    hours = [0.0]
    keeper = doorkeeper({Role.READER: SecretStr(QUICK.hash(LOOKS))}, lambda: Millis(int(hours[0] * HOUR)))
    cookies = {COOKIE: keeper.begin(Role.READER)}
    seen = Starlette(routes=[Route("/", lambda _: PlainTextResponse("figures"))])
    guarded = Guard(seen, keeper=keeper, is_encrypted=False)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=guarded), base_url="http://d", cookies=cookies
    ) as at:
        hours[0] = 11
        assert (await at.get("/")).text == "figures"
        hours[0] = 22
        assert (await at.get("/", headers=REFRESH)).text == "figures"
        hours[0] = 23.5
        assert (await at.get("/", headers=REFRESH)).status_code == 401


async def test_a_wrong_password_says_so_and_the_sixth_guess_waits(visit):
    async with visit() as client:
        said = [(await client.post("/login?lang=en", data={"password": "wrong"})) for _ in range(6)]
    assert [one.status_code for one in said] == [401, 401, 401, 401, 429, 429]
    assert "not the password" in said[0].text
    assert "Minutes to wait: 15" in said[5].text


async def test_readers_look_and_do_not_decide(visit):
    async with visit() as client:
        await client.post("/login", data={"password": LOOKS})
        page = await client.get("/handovers?lang=en")
        assert "read only" in page.text
        key = (await client.get("/handovers")).text
        assert "Accept" not in key
        refused = await client.post("/handovers/1", data={"answer": "accept", "form_key": "made up"})
        assert refused.status_code == 403


async def test_programs_bring_a_password_in_the_header(visit):
    async with visit() as client:
        right = {"authorization": "Basic " + b64encode(f"prometheus:{LOOKS}".encode()).decode()}
        wrong = {"authorization": "Basic " + b64encode(b"prometheus:wrong").decode()}
        assert (await client.get("/api/kpis", headers=right)).status_code == 200
        assert (await client.get("/api/kpis", headers=wrong)).status_code == 401
        assert (await client.get("/api/kpis", headers={"authorization": "Basic ###"})).status_code == 401
        assert (await client.get("/api/kpis", headers={"authorization": "Bearer x"})).status_code == 401


async def test_another_site_cannot_send_a_form(visit):
    async with visit() as client:
        await client.post("/login", data={"password": DECIDES})
        forged = await client.post("/handovers/1", data={"answer": "accept", "form_key": ""})
        assert forged.status_code == 403
        elsewhere = {"sec-fetch-site": "cross-site"}
        assert (await client.post("/login", data={"password": DECIDES}, headers=elsewhere)).status_code == 403


async def test_without_a_password_only_names_of_this_machine_are_answered(visit):
    async with visit(locked=False) as client:
        assert (await client.get("/")).status_code == 421
    for host in ("localhost:8400", "127.0.0.1:8400", "[::1]:8400"):
        async with visit(locked=False, host=host) as client:
            assert (await client.get("/")).status_code == 200
            assert (await client.get("/login")).status_code == 303


@pytest.mark.parametrize(
    ("body", "status"), [(b"a=" + b"x" * 20_000, 413), (b"\xff=%ff", 400), (b"&".join([b"a=1"] * 60), 400)]
)
async def test_a_body_that_is_no_form_is_refused(visit, body, status):
    async with visit() as client:
        assert (await client.post("/login", content=body)).status_code == status


@pytest.mark.parametrize("shown", ["http://[::1", "http://[x]/", "//\xff", "\x00", ":", "http://a:b:c/?" + "x" * 9_000])
async def test_a_stranger_whose_page_has_a_crooked_address_is_sent_to_the_login(visit, shown):
    async with visit() as client:
        answer = await client.get("/deals", headers={"HX-Request": "true", "HX-Current-URL": shown.encode("latin-1")})
        assert answer.status_code == 401
        assert answer.headers["hx-redirect"].startswith("/login?next=")


@pytest.mark.parametrize("key", ["", "ü", "\x00", "😀", "x" * 10_000])
async def test_a_form_with_a_crooked_key_is_refused(visit, key):
    async with visit() as client:
        await client.post("/login", data={"password": DECIDES})
        for path in ("/handovers/1", "/deals/1"):
            answer = await client.post(path, data={"form_key": key, "answer": "accept"})
            assert answer.status_code == 403


@pytest.mark.parametrize("password", ["", "ü", "\x00", "😀", "\x7f" * 3_000])
async def test_a_crooked_password_is_a_wrong_one(visit, password):
    async with visit() as client:
        assert (await client.post("/login", data={"password": password})).status_code == 401
        told = b64encode(f"a:{password}".encode()).decode()
        assert (await client.get("/metrics", headers={"Authorization": f"Basic {told}"})).status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/contacts", "/deals", "/figures", "/handovers", "/money", "/quality", "/score", "/sync"]
)
async def test_whoever_asks_for_the_head_of_a_page_gets_that_of_the_page(visit, path):
    async with visit(locked=False, host="127.0.0.1") as client:
        asked, got = await client.head(path), await client.get(path)
        assert (asked.status_code, asked.headers["content-type"]) == (200, got.headers["content-type"])
    async with visit() as client:
        assert (await client.head(path)).status_code == 303


@pytest.mark.parametrize(
    "asked",
    [
        *(f"/contacts?after={digits}:7" for digits in ("9" * 5_000, "9" * 30, "-" + "9" * 19, "--5", "-")),
        *(f"/score?threshold={one}" for one in ("9" * 5_000, "1e999", "nan", "-inf", "%00")),
        *(f"/figures?as_of={one}" for one in ("0001-01-01", "9999-12-31", "%00", "2026-02-30", "-1")),
        *(f"/api/kpis?period={one}" for one in ("0000", "9999", "9999-12", "0001-Q1", "%00", "2026-09-01..0001-01-01")),
        *(f"/api/kpis?as_of={one}&by=owner" for one in ("0001-01-01", "9999-12-31")),
        "/money?period=9999",
        "/api/kpis?period=0001",
        "/api/kpis?period=1901",
        "/api/kpis?as_of=1900-01-02",
        "/api/kpis?as_of=2199-12-30",
        "/forecast?as_of=0001-01-01",
        "/deals?owner=%00",
        "/contacts?owner=%ED%A0%80",
    ],
    ids=lambda one: one[:40],
)
async def test_whatever_is_asked_in_an_address_is_no_fault_of_ours(visit, asked):
    async with visit(locked=False, host="127.0.0.1") as client:
        assert (await client.get(asked)).status_code < 500


async def test_what_no_database_can_hold_is_refused_before_one_is_asked(store, tmp_path):
    settings = settings_for("http://127.0.0.1:9", tmp_path)
    transport = httpx.ASGITransport(app=build_app(settings, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/deals?owner=1")).status_code == 200
        for address in ("/contacts/%00", "/deals/1%00", "/deals?owner=%00", "/figures/K01?by=a%00b", "/?account=%00"):
            assert (await client.get(address)).status_code == 400, address
