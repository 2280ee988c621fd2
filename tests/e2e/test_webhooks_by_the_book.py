"""Webhooks as HubSpot's documentation has them, from a sender that shares nothing with the receiver."""

import gzip
import json
import os
import sqlite3
from contextlib import closing

import pytest

from tests.e2e.by_the_book import App
from tests.e2e.hooking import rep
from tests.e2e.test_daemon import _free_port, _until
from tests.e2e.test_webhook_daemon import SECRET, _metric, daemon
from tests.processes import SYNCER, call

CONTACTS, COMPANIES, DEALS = (f"/crm/objects/2026-09/{kind}" for kind in ("contacts", "companies", "deals"))


def _ids(crm, kind: str) -> list[int]:
    return [int(row.id) for row in crm.portal.tables[kind].live()]


def _change(crm, kind: str, id_: int, **values: str) -> None:
    rep(crm, "PATCH", f"/crm/objects/2026-09/{kind}/{id_}", json={"properties": values})


def _rows(folder, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(folder / "syncer.db")) as database:
        return database.execute(statement).fetchall()


def _happenings(crm, app: App) -> list[object]:
    """Let everything happen that webhooks tell of, and return what they tell, between things that say nothing."""
    people, firms, deals = _ids(crm, "contacts"), _ids(crm, "companies"), _ids(crm, "deals")
    old, merged, kept, gone, back, erased, tied, late = people[:8]
    _change(crm, "contacts", old, jobtitle="Leiterin")
    _change(crm, "contacts", late, jobtitle="Meister")
    _change(crm, "deals", deals[0], dealname="Neu")
    _change(crm, "companies", firms[1], name="Neu & Söhne")
    made = int(rep(crm, "POST", CONTACTS, json={"properties": {"email": "neu@firma.example"}})["id"])
    whole = int(
        rep(crm, "POST", f"{CONTACTS}/merge", json={"primaryObjectId": str(kept), "objectIdToMerge": str(merged)})["id"]
    )
    for one in (gone, back):
        rep(crm, "DELETE", f"{CONTACTS}/{one}")
    crm.portal.restore_as_user("contacts", str(back))
    rep(crm, "POST", f"{CONTACTS}/gdpr-delete", json={"objectId": str(erased)})
    rep(crm, "PUT", f"{CONTACTS}/{tied}/associations/default/companies/{firms[0]}")
    ties = {"associationRemoved": False, "isPrimaryAssociation": False}
    # One number for all, as HubSpot does not promise another; the change is told before the creation.
    return [
        app.event("contact.propertyChange", objectId=old, propertyName=None, propertyValue="x", occurredAt=1_000),
        app.event("contact.propertyChange", objectId=str(late), propertyName="jobtitle", occurredAt="yesterday"),
        app.event("contact.propertyChange", objectId=made, propertyName="email", propertyValue=""),
        None,
        app.event("contact.creation", objectId=str(made), changeFlag="NEW"),
        app.event("contact.merge", objectId=whole, primaryObjectId=kept, mergedObjectIds=[merged], newObjectId=whole),
        5,
        app.event("contact.deletion", objectId=gone, changeFlag="DELETED", mergedObjectIds=None),
        app.event("contact.restore", objectId=back),
        app.event("contact.deletion", objectId=back),
        app.event("contact.privacyDeletion", objectId=erased),
        {},
        app.event("contact.associationChange", associationType="CONTACT_TO_COMPANY", **ties)
        | {"fromObjectId": tied, "toObjectId": firms[0]},
        app.event("object.associationChange", fromObjectTypeId="0-2", toObjectTypeId="0-1", **ties)
        | {"fromObjectId": firms[0], "toObjectId": str(tied), "associationTypeId": 280},
        app.event(
            "", eventType="object.propertyChange", objectTypeId="0-3", objectId=deals[0], propertyName="dealname"
        ),
        app.event("object.propertyChange", objectTypeId="0-2", objectId=firms[1], sourceId="userId:7", appId=9),
        app.event("conversation.newMessage", objectId=1),
        app.event("object.creation", objectTypeId="2-1234567", objectId=1),
        app.event("contact.propertyChange", objectId=old, portalId=app.portal + 1),
        app.event("contact.propertyChange", objectId="12; DROP TABLE inbox"),
        *(app.event("contact.propertyChange", objectId=one, occurredAt=1 << 70) for one in people[8:]),
    ]


def _environment(crm, folder) -> dict[str, str]:
    return {
        **os.environ,
        "SYNCER_DATABASE_URL": f"sqlite:///{folder / 'syncer.db'}",
        "SYNCER_CONFIG": str(folder / "syncer.yaml"),
        "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
        "HUBSPOT_ACCESS_TOKEN": "pat-test-1",
        "HUBSPOT_BASE_URL": crm.server.base_url,
    }


@pytest.fixture
def book(serve, tmp_path):
    """Return a CRM, its app and a daemon that has read and measured everything."""
    crm, port = serve(contacts=30), _free_port()
    with daemon(crm, tmp_path, port) as process:
        yield crm, App(port=port, secret=SECRET, portal=crm.portal.account.portal_id), process


def test_what_happened_in_the_crm_is_so_here_whatever_way_it_was_told(book, tmp_path):
    crm, app, _ = book
    rounds = _rows(tmp_path, "SELECT count(*) FROM runs WHERE job = 'sync'")
    told = _happenings(crm, app)
    assert app.send(*told) == 200
    assert app.send(*reversed(told)) == 200
    assert _until(lambda: _metric(app.port, "syncer_inbox_hints") == 0, 60)
    assert _rows(tmp_path, "SELECT DISTINCT stream FROM inbox ORDER BY 1") == [
        ("companies",),
        ("contacts",),
        ("deals",),
    ]
    assert _rows(tmp_path, "SELECT count(*) FROM runs WHERE job = 'sync'") == rounds
    compared = json.loads(call(SYNCER, "reconcile", "--json", env=_environment(crm, tmp_path)).stdout)
    assert {name: one["findings"] for name, one in compared["streams"].items() if one["findings"]} == {}


def test_what_was_answered_with_200_outlives_a_kill(book, tmp_path):
    crm, app, process = book
    wanted = {str(one) for one in _ids(crm, "contacts")}
    batches = [app.event("contact.propertyChange", objectId=one) for one in wanted]
    assert [app.send(*batches[start : start + 7]) for start in range(0, len(batches), 7)] == [200] * -(
        -len(wanted) // 7
    )
    process.kill()
    process.wait()
    assert {one for (one,) in _rows(tmp_path, "SELECT record_id FROM inbox")} == wanted


def test_a_signature_is_of_the_address_as_hubspot_calls_it(book):
    _, app, _ = book
    for query in (
        "?src=hs%3Aapp%2Fv3&x=%28a%29",
        "?a=%20b%25&c=+d",
        "?%3F=%40%21%24%27%2A%2C%3B",
        "?a=%c3%bc",
    ):
        assert app.send(app.event("contact.creation", objectId=1), path=f"{app.path}{query}") == 200, query
    assert app.send(app.event("contact.creation", objectId=1), path=f"{app.path}/hubspot") == 200
    assert app.send(path=f"{app.path}/nobody") == 404


def test_a_delivery_counts_for_five_minutes_both_ways_and_comes_twice_for_nothing(book, tmp_path):
    _, app, _ = book
    event = app.event("contact.creation", objectId=1)
    assert [app.send(event, late=seconds) for seconds in (295, -295, 305, -305)] == [200, 200, 401, 401]
    assert [app.exchange(app.sent[0])[0] for _ in range(3)] == [200] * 3
    assert _rows(tmp_path, "SELECT count(*) FROM inbox") == [(1,)]


def test_bodies_come_whole_in_chunks_one_behind_the_other_and_never_break_anything(book, tmp_path):
    _, app, _ = book
    body = json.dumps([app.event("contact.creation", objectId=one) for one in range(100)]).encode()
    assert app.exchange(app.request(body, chunked=True))[0] == 200
    assert app.exchange(b"".join(app.request(body) for _ in range(3)), 3) == [200] * 3
    packed = gzip.compress(body)
    assert app.exchange(app.request(packed, head="\r\nContent-Encoding: gzip"))[0] in range(200, 500)
    assert app.exchange(app.request(body, head="\r\nExpect: 100-continue"), 2) == [100, 200]
    assert _rows(tmp_path, "SELECT count(*) FROM inbox") == [(100,)]
