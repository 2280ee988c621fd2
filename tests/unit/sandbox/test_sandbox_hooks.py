"""The sandbox's webhooks: what is told of what happens, and HubSpot's habits of telling it."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pydantic import SecretStr

from connectors.hubspot.signatures import Signed, signer, signer_v1
from connectors.sandbox.hooks import HookHabits, Hooks
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import erase, merge

SECRET = "sandbox-secret"
CALM = HookHabits(twice=0, shuffled=False)


class Listener:
    """Keeps what arrives, and answers with a status of choice."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[dict, bytes]] = []
        self.statuses: list[int] = []

    @property
    def events(self) -> list[dict]:
        return [event for _, body in self.deliveries for event in json.loads(body)]

    def of(self, name: str) -> list[dict]:
        return [event for event in self.events if event["subscriptionType"].endswith(name)]


@pytest.fixture
def listener():
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.deliveries.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(heard.statuses.pop(0) if heard.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    heard.address = f"http://127.0.0.1:{server.server_port}/hooks"
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def hooked(portal, listener, habits=CALM):
    with Hooks(portal, listener.address, SECRET, habits=habits) as hooks:
        yield hooks
        end = time.monotonic() + 10
        while not hooks.is_idle and time.monotonic() < end:
            time.sleep(0.005)


@pytest.fixture
def people(crm):
    new = [{"properties": {"email": f"p{number}@firma.example"}} for number in range(3)]
    return [crm.post("/crm/v3/objects/contacts", json=one).json()["id"] for one in new]


def test_every_delivery_is_signed_as_the_receiver_checks_it(portal, people, listener, clock):
    with hooked(portal, listener):
        portal.edit_as_user("contacts", people[0], {"firstname": "Anna"})
    (headers, body) = listener.deliveries[0]
    request = Signed(method="POST", uri=listener.address, body=body, headers=headers)
    assert signer(request, [SecretStr(SECRET)], clock()) == SecretStr(SECRET)
    with hooked(portal, listener, HookHabits(twice=0, v1=True)):
        portal.edit_as_user("contacts", people[0], {"firstname": "Berta"})
    (headers, body) = listener.deliveries[-1]
    request = Signed(method="POST", uri=listener.address, body=body, headers=headers)
    assert signer_v1(request, [SecretStr(SECRET)]) == SecretStr(SECRET)


def test_only_what_differs_is_told_with_who_did_it(portal, people, listener):
    with hooked(portal, listener):
        portal.edit_as_user("contacts", people[0], {"firstname": "Anna", "email": "p0@firma.example"}, user_id="9")
    (event,) = listener.of("propertyChange")
    assert event["subscriptionType"] == "contact.propertyChange"
    assert (event["objectId"], event["propertyName"], event["propertyValue"]) == (int(people[0]), "firstname", "Anna")
    assert (event["changeSource"], event["sourceId"], event["attemptNumber"]) == ("CRM_UI", "userId:9", 0)


def test_everything_that_can_happen_to_records_is_told(portal, people, listener, crm):
    path = "/crm/v3/objects"
    with hooked(portal, listener):
        company = crm.post(f"{path}/companies", json={"properties": {"name": "Firma"}}).json()["id"]
        crm.put(f"/crm/v4/objects/contacts/{people[0]}/associations/default/companies/{company}")
        crm.delete(f"/crm/v4/objects/contacts/{people[0]}/associations/companies/{company}")
        crm.delete(f"/crm/v4/objects/contacts/{people[0]}/associations/companies/{company}")
        crm.delete(f"{path}/contacts/{people[0]}")
        portal.restore_as_user("contacts", people[0])
        merge(portal, BY_NAME["contacts"], portal.find("contacts", people[0]), portal.find("contacts", people[1]), at=1)
        erase(portal, BY_NAME["contacts"], portal.find("contacts", people[2]))
    told = {event["subscriptionType"] for event in listener.events}
    assert told >= {
        "company.creation",
        "company.propertyChange",
        "contact.associationChange",
        "company.associationChange",
        "contact.deletion",
        "contact.restore",
        "contact.merge",
        "contact.privacyDeletion",
    }
    assert [one["associationRemoved"] for one in listener.of("contact.associationChange")] == [False, True]
    assert listener.of("merge")[0]["mergedObjectIds"] == [int(people[1])]


def test_other_kinds_are_told_in_the_generic_form_and_all_of_them_on_demand(portal, people, listener, crm):
    note = {"properties": {"hs_timestamp": "2026-11-01T10:00:00Z"}}
    with hooked(portal, listener, HookHabits(twice=0, generic=True)):
        crm.post("/crm/v3/objects/notes", json=note)
        portal.edit_as_user("contacts", people[0], {"firstname": "Anna"})
    assert {(event["subscriptionType"], event["objectTypeId"]) for event in listener.events} >= {
        ("object.creation", "0-46"),
        ("object.propertyChange", "0-1"),
    }


def test_a_hundred_events_at_most_go_into_one_delivery(portal, people, listener):
    with hooked(portal, listener):
        for number in range(230):
            portal.edit_as_user("contacts", people[0], {"firstname": f"Anna {number}"})
    assert max(len(json.loads(body)) for _, body in listener.deliveries) <= 100
    assert len(listener.events) == 230


def test_a_refused_delivery_comes_again_until_it_is_taken(portal, people, listener):
    listener.statuses = [500, 404, 301]
    with hooked(portal, listener, HookHabits(twice=0, retries=(0, 0, 0, 0))) as hooks:
        portal.edit_as_user("contacts", people[0], {"firstname": "Anna"})
    assert [event["attemptNumber"] for event in listener.events] == [0, 1, 2, 3]
    assert len({event["eventId"] for event in listener.events}) == 1
    assert (hooks.counts["accepted"], hooks.counts["refused"], hooks.counts["lost"]) == (1, 3, 0)


def test_what_nobody_takes_is_lost_in_the_end(portal, people, listener):
    listener.statuses = [500] * 9
    with hooked(portal, listener, HookHabits(twice=0, retries=(0, 0))) as hooks:
        portal.edit_as_user("contacts", people[0], {"firstname": "Anna"})
    assert (hooks.counts["accepted"], hooks.counts["refused"], hooks.counts["lost"]) == (0, 3, 1)


def test_events_are_doubled_disordered_and_lost_as_ordered(portal, people, listener):
    with hooked(portal, listener, HookHabits(twice=1)):
        for number in range(20):
            portal.edit_as_user("contacts", people[0], {"firstname": f"Anna {number}"})
    numbers = [event["eventId"] for event in listener.events]
    assert sorted(numbers) == sorted([*set(numbers)] * 2)
    assert numbers != sorted(numbers)
    before = len(listener.deliveries)
    with hooked(portal, listener, HookHabits(lost=1)) as hooks:
        portal.edit_as_user("contacts", people[0], {"firstname": "Berta"})
    assert (len(listener.deliveries), hooks.counts["never sent"]) == (before, 1)


def test_once_an_app_subscribes_only_what_it_asked_for_is_sent(portal, people, listener, crm):
    def subscribe(**body) -> int:
        return crm.post("/webhooks/v3/7/subscriptions?hapikey=k", json=body).status_code

    assert subscribe(eventType="contact.propertyChange", propertyName="firstname", active=True) == 201
    assert subscribe(eventType="contact.propertyChange", propertyName="firstname", active=True) == 409
    assert subscribe(eventType="contact.deletion", active=False) == 201
    assert subscribe(active=True) == 400
    with hooked(portal, listener):
        portal.edit_as_user("contacts", people[0], {"firstname": "Anna", "lastname": "Muster"})
        crm.delete(f"/crm/v3/objects/contacts/{people[1]}")
    assert [event["propertyName"] for event in listener.events] == ["firstname"]


def test_settings_of_an_app_need_a_developers_key_and_an_address(crm, portal):
    assert crm.put("/webhooks/v3/7/settings", json={"targetUrl": "https://x.example"}).status_code == 401
    assert crm.put("/webhooks/v3/7/settings?hapikey=k", json={}).status_code == 400
    assert crm.put("/webhooks/v3/7/settings?hapikey=k", json={"targetUrl": "https://x.example"}).status_code == 200
    assert portal.webhook_targets == {"7": "https://x.example"}
    assert crm.patch("/webhooks/v3/7/subscriptions/1?hapikey=k", json={"active": True}).status_code == 404
