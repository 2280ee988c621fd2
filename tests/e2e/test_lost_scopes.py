"""A token that may read less than before: named wherever somebody looks, with the scope to grant."""

import json

import pytest

from connectors.sandbox.records import Token
from jobs.health.readiness import troubles
from jobs.health.status import read_status
from jobs.rounds import backfill_round, sync_round
from jobs.settings_file import ScheduleFile
from jobs.web.metrics import metrics_page
from jobs.webhooks.drain import drain_round
from syncer.errors import MissingScope
from syncer.moments import HOUR
from tests.e2e.commands import TOKEN
from tests.e2e.hooking import listening, quiet_contact

_KINDS = ("contacts", "companies", "deals")
_SCOPES = {f"crm.objects.{kind}.{mode}" for kind in (*_KINDS, "owners") for mode in ("read", "write")} | {"oauth"}
WHAT = "deals cannot be read: the token lacks a scope"
REMEDY = "grant the token the scope crm.objects.deals.read"


def _lose(crm, key: str = "pat-test-1") -> None:
    crm.portal.tokens[key] = Token(app_id="1", scopes=frozenset(_SCOPES - {"crm.objects.deals.read"}))


def _told(desk, crm) -> dict[str, str]:
    status = read_status(desk.store, desk.name, crm.clock())
    found = {one.what: one.remedy for one in troubles(status, ScheduleFile())}
    page = metrics_page([(status, [])]).decode()
    assert f'syncer_stream_lacks_scope{{account="hubspot",stream="deals"}} {float(WHAT in found)}' in page
    assert 'syncer_stream_lacks_scope{account="hubspot",stream="contacts"} 0.0' in page
    return found


async def test_a_stream_that_the_token_may_not_read_any_more_is_told_until_it_may(serve, open_desk):
    crm = serve(contacts=15)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        await sync_round(desk)
        assert _told(desk, crm) == {}
        _lose(crm)
        await sync_round(desk)
        assert _told(desk, crm) == {WHAT: REMEDY}
        for number in range(12):
            # However many drains there were since, the round is what is told of.
            with listening(crm) as happened:
                crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": f"title {number}"})
                happened.receive(desk.store, crm)
            await drain_round(desk)
        assert _told(desk, crm) == {WHAT: REMEDY}
        crm.clock.ahead += HOUR
        with pytest.raises(MissingScope):
            # An hour later the account is looked at anew, and its pipelines may not be read either.
            await sync_round(desk)
        [what] = [what for what, remedy in _told(desk, crm).items() if remedy == REMEDY]
        assert what.startswith("the last round ended failed: the token lacks a scope")
        del crm.portal.tokens["pat-test-1"]
        crm.clock.ahead = 0
        await sync_round(desk)
        assert _told(desk, crm) == {}


def test_status_names_the_scope_in_both_languages(serve, run):
    crm = serve(contacts=5)
    run(crm, "sync", "--json")
    _lose(crm, TOKEN)
    run(crm, "sync", "--json")
    assert f"{WHAT}. {REMEDY}" in run(crm, "status").stdout
    german = run(crm, "status", "--lang", "de").stdout
    assert "Deals ist nicht zu lesen: dem Token fehlt ein Scope. dem Token den Scope crm.objects.deals.read" in german
    [status] = json.loads(run(crm, "status", "--json").stdout)
    assert status["lacking"] == {"deals": REMEDY}


def test_status_says_why_the_last_round_failed(serve, run):
    crm = serve(contacts=5)
    _lose(crm, TOKEN)
    assert run(crm, "sync", "--json").returncode == 1
    assert "last round failed: the token lacks a scope" in run(crm, "status").stdout
    german = run(crm, "status", "--lang", "de").stdout
    assert "letzte Runde gescheitert: dem Token fehlt ein Scope" in german
    assert "dem Token den Scope crm.objects.deals.read geben" in german
