"""Account, owners, pipelines, campaigns, event feeds, tokens and scopes."""

from urllib.parse import unquote

import pytest

from connectors.sandbox.records import Token
from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import START, Crm, Open


def test_account_details_say_zone_and_currency(crm: Crm) -> None:
    answer = crm.get("/account-info/2026-09/details").json()

    assert (answer["timeZone"], answer["companyCurrency"]) == ("Europe/Berlin", "EUR")
    assert (answer["utcOffset"], answer["utcOffsetMilliseconds"]) == ("+02:00", 7_200_000)


def test_usage_counts_todays_calls_until_midnight_of_the_account(crm: Crm) -> None:
    crm.get("/crm/v3/owners")

    answer = crm.get("/account-info/v3/api-usage/daily/private-apps").json()["results"][0]

    assert answer["currentUsage"] == 2
    assert answer["resetsAt"] == "2026-09-21T22:00:00.000Z"


def test_owners_are_paged_and_archived_ones_stand_apart(crm: Crm, portal: Portal) -> None:
    owners = [
        {"type": "owners", "id": str(id_), "email": f"o{id_}@b.example", "userId": 900 + id_} for id_ in (1, 2, 3)
    ]
    portal.load([*owners, {"type": "owners", "id": "4", "archived": True, "teams": [{"id": "5", "name": "DACH"}]}])

    first = crm.get("/crm/v3/owners?limit=2").json()
    second = crm.get(first["paging"]["next"]["link"]).json()

    assert [owner["id"] for owner in (*first["results"], *second["results"])] == ["1", "2", "3"]
    assert "paging" not in second
    assert [owner["id"] for owner in crm.get("/crm/v3/owners?archived=true").json()["results"]] == ["4"]
    assert [owner["id"] for owner in crm.get("/crm/v3/owners?email=o2@b.example").json()["results"]] == ["2"]
    assert crm.get("/crm/owners/2026-09/902?idProperty=userId").json()["id"] == "2"
    assert crm.get("/crm/owners/2026-09/2").json()["userId"] == 902
    assert crm.get("/crm/owners/2026-09/77").status_code == 404


def test_pipeline_metadata_are_texts(crm: Crm) -> None:
    answer = crm.get("/crm/pipelines/2026-09/deals").json()["results"]

    assert [pipeline["id"] for pipeline in answer] == ["default"]
    assert answer[0]["stages"][5]["metadata"] == {"isClosed": "true", "probability": "1.0"}
    assert crm.get("/crm/v3/pipelines/deals/default/stages/closedlost").json()["metadata"]["probability"] == "0.0"
    assert crm.get("/crm/v3/pipelines/deals/nonsense").status_code == 404
    assert len(crm.get("/crm/v3/pipelines/deals/default/stages").json()["results"]) == 7


def test_lifecycle_stages_are_a_pipeline_of_contacts(crm: Crm) -> None:
    answer = crm.get("/crm/v3/pipelines/contacts").json()["results"][0]

    assert answer["id"] == "contacts-lifecycle-pipeline"
    assert answer["stages"][0]["metadata"] == {"isClosed": "false", "state": "OPEN"}


def campaign(id_: str, name: str) -> dict[str, object]:
    spend = [{"id": f"{id_}-1", "name": "Ads", "amount": 100.5, "createdAt": START}, {"name": "Fair", "amount": "20"}]
    return {"type": "campaigns", "id": id_, "properties": {"hs_name": name}, "createdAt": "2026-01-01", "spend": spend}


def test_campaigns_bring_only_the_properties_asked_for_and_cursors_that_are_encoded(crm: Crm, portal: Portal) -> None:
    portal.load([campaign("c1", "Alpha"), campaign("c2", "Beta"), campaign("c3", "Gamma")])

    bare = crm.get("/marketing/v3/campaigns").json()["results"][0]
    first = crm.get("/marketing/campaigns/2026-09?limit=2&properties=hs_name,hs_spend_items_sum_amount").json()
    second = crm.get(first["paging"]["next"]["link"]).json()

    assert bare["properties"] == {}
    assert first["total"] == 3
    assert first["results"][0]["properties"] == {"hs_name": "Alpha", "hs_spend_items_sum_amount": "120.5"}
    assert first["paging"]["next"]["after"] == "Mg%3D%3D"
    assert [item["id"] for item in second["results"]] == ["c3"]


def test_a_campaign_cursor_that_was_encoded_twice_leads_nowhere(crm: Crm, portal: Portal) -> None:
    portal.load([campaign("c1", "Alpha"), campaign("c2", "Beta")])
    cursor = crm.get("/marketing/v3/campaigns?limit=1").json()["paging"]["next"]["after"]

    assert crm.get("/marketing/v3/campaigns", params={"after": unquote(cursor)}).status_code == 200
    assert crm.get("/marketing/v3/campaigns", params={"after": "%" + cursor}).status_code == 400


def test_campaign_money_comes_item_by_item(crm: Crm, portal: Portal) -> None:
    portal.load([campaign("c1", "Alpha")])

    answer = crm.get("/marketing/v3/campaigns/c1/budget/totals").json()

    assert (answer["budgetTotal"], answer["spendTotal"], answer["remainingBudget"]) == (0, 120.5, -120.5)
    assert [(item["name"], item["amount"]) for item in answer["spendItems"]] == [("Ads", 100.5), ("Fair", 20)]
    assert crm.get("/marketing/v3/campaigns/c1/spend/c1-1").json()["createdAt"] == START
    assert crm.get("/marketing/v3/campaigns/zz").status_code == 404


def test_batch_read_of_campaigns_reports_unknown_ids(crm: Crm, portal: Portal) -> None:
    portal.load([campaign("c1", "Alpha")])

    answer = crm.post("/marketing/v3/campaigns/batch/read", json={"inputs": [{"id": "c1"}, {"id": "zz"}]})

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["subCategory"] == "CampaignApiError.INVALID_REQUEST"


def test_submissions_come_newest_first_in_pages_of_fifty(crm: Crm, portal: Portal) -> None:
    def filled(at: int) -> dict[str, object]:
        values = [{"name": "email", "value": f"p{at}@b.example"}]
        return {
            "type": "form_submissions",
            "formId": "f1",
            "submittedAt": START + at,
            "pageUrl": "https://b.example/demo",
            "values": values,
        }

    portal.load([{"type": "forms", "id": "f1", "name": "Demo anfordern"}, *(filled(at) for at in range(60))])
    path = "/form-integrations/v1/submissions/forms/f1"

    first = crm.get(f"{path}?limit=50").json()
    second = crm.get(f"{path}?limit=50&after={first['paging']['next']['after']}").json()

    times = [item["submittedAt"] for item in (*first["results"], *second["results"])]
    assert times == [START + at for at in reversed(range(60))]
    assert first["results"][0]["values"] == [{"name": "email", "value": "p59@b.example", "objectTypeId": "0-1"}]
    assert len({item["conversionId"] for item in (*first["results"], *second["results"])}) == 60
    assert crm.get(f"{path}?limit=51").status_code == 400
    assert [form["name"] for form in crm.get("/marketing/v3/forms").json()["results"]] == ["Demo anfordern"]
    assert crm.get("/marketing/v3/forms/f1").json()["id"] == "f1"
    assert crm.get("/form-integrations/v1/submissions/forms/zz").status_code == 404


def test_email_events_are_filtered_and_paged_by_offset(crm: Crm, portal: Portal) -> None:
    def event(at: int, kind: str) -> dict[str, object]:
        return {
            "type": "email_events",
            "recipient": "a@b.example",
            "eventType": kind,
            "created": START + at,
            "emailCampaignId": 9,
        }

    portal.load([event(1, "CLICK"), event(2, "OPEN"), event(3, "CLICK"), event(4, "CLICK")])
    path = "/email/public/v1/events"

    first = crm.get(f"{path}?eventType=CLICK&limit=2").json()
    second = crm.get(f"{path}?eventType=CLICK&limit=2&offset={first['offset']}").json()
    since = crm.get(path, params={"eventType": "CLICK", "startTimestamp": START + 3}).json()

    assert [item["created"] - START for item in (*first["events"], *second["events"])] == [4, 3, 1]
    assert (first["hasMore"], second["hasMore"]) == (True, False)
    assert [item["created"] - START for item in since["events"]] == [4, 3]


def test_occurrences_are_found_by_type_object_and_time(crm: Crm, portal: Portal) -> None:
    def view(at: int, contact: str) -> dict[str, object]:
        return {
            "type": "events",
            "eventType": "e_visited_page",
            "objectId": contact,
            "occurredAt": START + at,
            "properties": {"hs_url": "/preise"},
        }

    portal.load([view(1, "7"), view(2, "8"), view(3, "7"), {**view(4, "7"), "eventType": "e_other"}])
    path = "/events/event-occurrences/2026-09"

    of_one = crm.get(f"{path}?objectType=contact&objectId=7&eventType=e_visited_page").json()["results"]
    later = crm.get(path, params={"eventType": "e_visited_page", "occurredAfter": "2026-09-21T14:13:20.001Z"}).json()
    first = crm.get(f"{path}?eventType=e_visited_page&limit=2&sort=occurredAt").json()
    second = crm.get(first["paging"]["next"]["link"]).json()

    assert [item["occurredAt"][-4:-1] for item in of_one] == ["003", "001"]
    assert len(later["results"]) == 2
    assert [item["objectId"] for item in (*first["results"], *second["results"])] == ["7", "8", "7"]
    assert crm.get(path).status_code == 400
    assert crm.get(f"{path}/event-types").json()["eventTypes"] == ["e_other", "e_visited_page"]


def test_currencies_are_served(crm: Crm, portal: Portal) -> None:
    portal.load([{"type": "account", "companyCurrency": "EUR", "exchangeRates": {"CHF": 1.05}}])

    assert crm.get("/settings/currencies/2026-09/company-currency").json() == {"currencyCode": "EUR"}
    rate = crm.get("/settings/v3/currencies/exchange-rates/current").json()["results"][0]
    assert (rate["fromCurrencyCode"], rate["conversionRate"]) == ("CHF", 1.05)


@pytest.mark.parametrize("token", [None, "secret-1"])
def test_without_a_known_token_nobody_gets_in(portal: Portal, open_client: Open, token: str | None) -> None:
    answer = open_client(portal, token=token).get("/crm/v3/objects/contacts")

    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/crm/v3/objects/deals", "crm.objects.deals.read"),
        ("/crm/v3/objects/calls", "crm.objects.contacts.read"),
        ("/crm/v3/objects/emails", "sales-email-read"),
        ("/crm/v3/objects/feedback_submissions", "crm.objects.feedback_submissions.read"),
        ("/crm/v3/owners", "crm.objects.owners.read"),
        ("/crm/v3/pipelines/deals", "crm.objects.deals.read"),
        ("/marketing/v3/campaigns", "marketing.campaigns.read"),
        ("/form-integrations/v1/submissions/forms/1", "forms"),
        ("/email/public/v1/events", "content"),
    ],
)
def test_a_token_without_the_scope_is_told_which_one(portal: Portal, open_client: Open, path: str, scope: str) -> None:
    portal.tokens["pat-narrow"] = Token(app_id="1", scopes=frozenset())

    answer = open_client(portal, token="pat-narrow").get(path)

    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert scope in answer.json()["errors"][0]["context"]["requiredGranularScopes"]


def test_the_properties_api_refuses_in_words_of_its_own(portal: Portal, open_client: Open) -> None:
    portal.tokens["pat-narrow"] = Token(app_id="1", scopes=frozenset())

    answer = open_client(portal, token="pat-narrow").get("/crm/v3/properties/contacts")

    assert answer.status_code == 403
    assert set(answer.json()) == {"status", "message", "correlationId"}
    assert answer.json()["message"].endswith("(requires one of [contacts-read])")


def test_definitions_may_be_read_by_the_scope_for_definitions_alone(portal: Portal, open_client: Open) -> None:
    portal.tokens["pat-schemas"] = Token(app_id="1", scopes=frozenset({"crm.schemas.deals.read"}))
    crm = open_client(portal, token="pat-schemas")

    assert crm.get("/crm/properties/2026-09/deals").status_code == 200
    assert crm.get("/crm/pipelines/2026-09/deals").status_code == 200
    assert crm.get("/crm/objects/2026-09/deals").status_code == 403
    assert crm.get("/crm/properties/2026-09/leads").status_code == 403
    assert crm.get("/crm/properties/2026-09/contacts").status_code == 403


def test_reading_does_not_allow_writing(portal: Portal, open_client: Open) -> None:
    portal.tokens["pat-reader"] = Token(app_id="1", scopes=frozenset({"crm.objects.contacts.read"}))
    crm = open_client(portal, token="pat-reader")
    group = {"name": "g", "label": "G"}

    assert crm.get("/crm/v3/objects/contacts").status_code == 200
    assert crm.post("/crm/v3/objects/contacts", json={"properties": {"email": "a@b.example"}}).status_code == 403
    refused = crm.post("/crm/v3/properties/contacts/groups", json=group)
    assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.schemas.contacts.write"]
    assert crm.get("/account-info/v3/details").status_code == 200
