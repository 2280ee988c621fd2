"""What an app subscribes to, as a project's file and by the API of legacy apps."""

import pytest

from connectors.hubspot.app_webhooks import AppWebhooks, Subscribed
from connectors.hubspot.subscriptions import project_file, subscriptions
from connectors.sandbox.server import running
from connectors.sandbox.state import Portal
from syncer.errors import AuthFailed

PROPERTIES = {"contacts": ["email", "lastmodifieddate"], "deals": ["amount"], "calls": ["hs_timestamp"]}
TARGET = "https://syncer.firma.example/webhooks/hubspot/hubspot"


def test_records_links_erasures_and_each_property_are_asked_for_with_their_scopes():
    wanted = subscriptions(PROPERTIES)
    assert {(one.event_type, one.property_name) for one in wanted} == {
        *(
            (f"{kind}.{what}", None)
            for kind in ("contact", "deal")
            for what in ("creation", "deletion", "merge", "restore")
        ),
        ("contact.associationChange", None),
        ("deal.associationChange", None),
        ("contact.privacyDeletion", None),
        ("contact.propertyChange", "email"),
        ("deal.propertyChange", "amount"),
    }
    assert {scope for one in wanted for scope in one.scopes} == {"crm.objects.contacts.read", "crm.objects.deals.read"}


def test_the_file_of_a_project_has_each_form_where_it_belongs():
    file = project_file(subscriptions(PROPERTIES), TARGET)
    config = file["config"]
    assert (file["type"], config["settings"]["targetUrl"]) == ("webhooks", TARGET)
    assert {
        "subscriptionType": "object.propertyChange",
        "objectType": "deal",
        "propertyName": "amount",
        "active": True,
    } in (config["subscriptions"]["crmObjects"])
    assert [one["subscriptionType"] for one in config["subscriptions"]["legacyCrmObjects"]] == [
        "contact.associationChange",
        "deal.associationChange",
    ]
    assert config["subscriptions"]["hubEvents"] == [{"subscriptionType": "contact.privacyDeletion", "active": True}]


@pytest.fixture
def crm():
    with running(Portal()) as server:
        yield server


@pytest.fixture
async def app(crm):
    opened = AppWebhooks(base_url=crm.base_url, app_id=7, key="developer-key")
    yield opened
    await opened.close()


async def test_a_legacy_app_is_subscribed_once_and_what_was_switched_off_is_switched_on(crm, app):
    wanted = subscriptions(PROPERTIES)
    assert await app.subscribe(wanted, TARGET) == Subscribed(created=len(wanted), activated=0, unchanged=0)
    crm.portal.subscriptions["7"][0]["active"] = False
    crm.portal.subscriptions["7"].append(
        {"id": "x", "eventType": "ticket.creation", "propertyName": None, "active": True}
    )
    again = await app.subscribe(wanted, TARGET)
    assert again == Subscribed(created=0, activated=1, unchanged=len(wanted) - 1)
    assert all(one["active"] for one in crm.portal.subscriptions["7"])
    assert len(crm.portal.subscriptions["7"]) == len(wanted) + 1
    assert crm.portal.webhook_targets == {"7": TARGET}


async def test_a_key_that_is_not_accepted_is_told_with_what_to_check(crm):
    app = AppWebhooks(base_url=crm.base_url, app_id=7, key="")
    with pytest.raises(AuthFailed) as raised:
        await app.subscribe(subscriptions(PROPERTIES), TARGET)
    await app.close()
    assert "HUBSPOT_DEVELOPER_API_KEY" in (raised.value.hint or "")
