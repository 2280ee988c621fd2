"""The morning report, from a portal to a terminal and to a mail server and channels that really listen."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import pytest
from pydantic import SecretStr

from jobs.digest.content import gather
from jobs.digest.sending import send_digests
from jobs.digest.settings import DigestFile, EmailFile, SlackFile, TeamsFile
from jobs.rounds import backfill_round, sync_round
from jobs.wording.words import time_text
from jobs.writing.setup import setup
from syncer.funnel import FunnelStage
from syncer.moments import DAY, Millis, moment
from syncer.store.reports.news import SetBack
from tests.e2e.conftest import settings_for


class Inbox(BaseHTTPRequestHandler):
    """A channel: keeps what it is sent and answers what it is told to."""

    got: ClassVar[list[dict]]
    answers: ClassVar[list[int]]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def channel(*answers: int) -> Iterator[tuple[str, list[dict]]]:
    kind = type("OneInbox", (Inbox,), {"got": [], "answers": list(answers)})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", kind.got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Mailbox:
    """A mail server that speaks just enough SMTP."""

    def __init__(self) -> None:
        self.letters: list[str] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).strip():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go\r\n")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        await writer.drain()
        writer.close()


@pytest.fixture
async def ready(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        yield desk


async def test_a_report_of_a_year_tells_of_every_kind_of_news_and_names_nobody(ready):
    now = ready.clock()
    digest = await asyncio.to_thread(
        gather, ready.store, ready.agreement, "hubspot", since=Millis(now - 365 * DAY), until=now
    )
    assert digest.handed_over
    assert digest.closings
    assert digest.forecast is not None
    text = json.dumps(digest.as_dict(), default=str)
    with ready.store.snapshot() as unit:
        people = [unit.mirror.contact("hubspot", state.contact_id) for state in unit.ledger.states("hubspot")]
    names = {word for one in people if one for word in (one.email, one.last_name) if word}
    assert not [name for name in names if name in text]


async def test_who_sets_a_stage_back_in_the_crm_is_asked_why_once(crm, ready):
    with ready.store.snapshot() as unit:
        states = unit.ledger.states("hubspot")
        lead = next(one.contact_id for one in states if one.stage is FunnelStage.LEAD_SAL)
    crm.portal.edit_as_user("contacts", lead, {"lifecyclestage": "lead"})
    await sync_round(ready)
    now = ready.clock()
    told, later = [
        await asyncio.to_thread(
            gather, ready.store, ready.agreement, "hubspot", since=Millis(at), until=Millis(at + DAY)
        )
        for at in (now - DAY // 2, now + DAY)
    ]
    assert told.set_back == [SetBack(contact_id=lead, before=FunnelStage.LEAD_SAL, after=FunnelStage.INQUIRY)]
    assert not later.set_back


async def test_each_channel_is_told_once_a_day_and_one_that_fails_is_told_again(ready, tmp_path):
    mailbox = Mailbox()
    mail = await asyncio.start_server(mailbox.take, "127.0.0.1", 0)
    port = mail.sockets[0].getsockname()[1]
    now = Millis(ready.clock())
    with channel(500) as (slack, in_slack), channel() as (teams, in_teams):
        settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(
            update={
                "public_url": "https://funnel.example",
                "digest": DigestFile(
                    email=EmailFile(to=["a@firma.example"], sender="b@firma.example"),
                    slack=SlackFile(),
                    teams=TeamsFile(),
                ),
                "digest_addresses": {
                    "email": SecretStr(f"smtp://127.0.0.1:{port}"),
                    "slack": SecretStr(slack),
                    "teams": SecretStr(teams),
                },
            }
        )
        first = await send_digests(settings, ready.store, ready.agreement, "hubspot", now)
        second = await send_digests(settings, ready.store, ready.agreement, "hubspot", now)
        third = await send_digests(settings, ready.store, ready.agreement, "hubspot", now)
    mail.close()
    assert [(one.channel, one.failed, one.silent) for one in first] == [
        ("email", None, False),
        ("slack", "slack answered 500", False),
        ("teams", None, False),
    ]
    assert [(one.failed, one.silent) for one in second] == [(None, True), (None, False), (None, True)]
    assert all(one.silent for one in third)
    assert (len(mailbox.letters), len(in_slack), len(in_teams)) == (1, 2, 1)
    assert "Funnel-Bericht" in in_slack[1]["text"]
    card = in_teams[0]["attachments"][0]["content"]
    assert card["body"][-1]["text"] == "Ansehen: https://funnel.example"
    assert "To: a@firma.example" in mailbox.letters[0]


async def test_what_was_told_by_a_clock_that_was_ahead_leaves_nothing_out_once_it_is_set_back(ready, tmp_path):
    zone, now = ready.agreement.agreement.calendar.zone, ready.clock()
    # A report without news goes out on Mondays.
    monday = next(
        Millis(now + days * DAY) for days in range(7) if moment(now + days * DAY).astimezone(zone).weekday() == 0
    )
    with channel() as (slack, in_slack):
        settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(
            update={"digest": DigestFile(slack=SlackFile()), "digest_addresses": {"slack": SecretStr(slack)}}
        )
        for at in (Millis(monday + 3 * DAY), monday):
            [sent] = await send_digests(settings, ready.store, ready.agreement, "hubspot", at)
            assert sent.failed is None
    assert time_text(monday - DAY, zone, "de") in in_slack[-1]["text"]
    assert time_text(monday, zone, "de") in in_slack[-1]["text"]


async def test_a_channel_that_is_gone_says_so_and_repeats_no_address(ready, tmp_path):
    settings = settings_for("http://127.0.0.1:9", tmp_path).model_copy(
        update={
            "digest": DigestFile(
                email=EmailFile(to=["a@firma.example"], sender="b@firma.example"),
                slack=SlackFile(),
            ),
            "digest_addresses": {
                "email": SecretStr("smtp://user:hidden@127.0.0.1:9"),
                "slack": SecretStr("http://127.0.0.1:9/hidden"),
            },
        }
    )
    sent = await send_digests(settings, ready.store, ready.agreement, "hubspot", Millis(ready.clock()))
    assert [one.failed for one in sent] == [
        "the mail server could not be reached or broke off",
        "slack could not be reached",
    ]


def test_the_command_prints_the_report_in_both_languages_and_as_json(crm, run):
    assert run(crm, "backfill").returncode in {0, 3}
    german = run(crm, "digest", "--lang", "de", "--since", "2020-01-01")
    assert german.returncode == 0
    assert "Neue vertriebsreife Leads" in german.stdout
    assert re.search(r"Gewonnen: \d+", german.stdout)
    found = json.loads(run(crm, "digest", "--json").stdout)
    assert found["account"] == "hubspot"
    refused = run(crm, "digest", "--send")
    assert refused.returncode == 2
    assert "no channel to send the report to" in refused.stderr
