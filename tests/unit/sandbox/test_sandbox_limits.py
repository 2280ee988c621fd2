"""Budgets, with HubSpot's headers and bodies."""

from connectors.sandbox.limits import REAL, Limits
from connectors.sandbox.state import Portal
from tests.unit.sandbox.rig import Clock, Crm, Open

LIST = "/crm/v3/objects/contacts?limit=1"
SEARCH = "/crm/v3/objects/contacts/search"
READ = "/crm/v4/associations/contacts/companies/batch/read"


def statuses(crm: Crm, count: int) -> list[int]:
    return [crm.get(LIST).status_code for _ in range(count)]


def test_the_burst_window_rolls(portal: Portal, open_client: Open, clock: Clock) -> None:
    crm = open_client(portal, limits=Limits(burst=3))

    assert statuses(crm, 2) == [200, 200]
    clock.pass_(6_000)
    assert statuses(crm, 2) == [200, 429]
    clock.pass_(4_000)
    assert statuses(crm, 3) == [200, 200, 429]


def test_burst_answers_carry_hubspots_words_and_no_retry_after(portal: Portal, open_client: Open) -> None:
    crm = open_client(portal, limits=Limits(burst=1))
    crm.get(LIST)

    answer = crm.get(LIST)

    assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answer.json()["errorType"] == "RATE_LIMIT"
    assert "correlationId" in answer.json()
    assert "retry-after" not in answer.headers


def test_headers_tell_what_is_left(portal: Portal, open_client: Open) -> None:
    crm = open_client(portal, limits=REAL)
    crm.get(LIST)

    headers = crm.get(LIST).headers

    assert headers["x-hubspot-ratelimit-max"] == "190"
    assert headers["x-hubspot-ratelimit-remaining"] == "188"
    assert headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert headers["x-hubspot-ratelimit-daily-remaining"] == "649998"


def test_searches_are_five_a_second_for_the_whole_account_without_burst_headers(
    portal: Portal, open_client: Open, clock: Clock
) -> None:
    crm = open_client(portal, limits=REAL)

    answers = [crm.post(SEARCH, json={}) for _ in range(6)]
    clock.pass_(1_000)

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[5].json()["message"] == "You have reached your secondly limit."
    assert answers[5].json()["category"] == "RATE_LIMITS"
    assert "policyName" not in answers[5].json()
    assert not any("ratelimit-remaining" in name for name in answers[0].headers)
    assert crm.post(SEARCH, json={}).status_code == 200


def test_searches_and_associations_leave_the_burst_budget_alone(portal: Portal, open_client: Open) -> None:
    crm = open_client(portal, limits=Limits(burst=1, associations=2))

    reads = [crm.post(READ, json={"inputs": []}).status_code for _ in range(3)]

    assert reads == [200, 200, 429]
    assert crm.post(SEARCH, json={}).status_code == 200
    assert crm.get(LIST).status_code == 200


def test_every_app_has_a_burst_of_its_own(portal: Portal, open_client: Open) -> None:
    crm = open_client(portal, limits=Limits(burst=1))
    crm.get(LIST)

    other = crm.request("GET", LIST)
    assert other.status_code == 429
    assert open_client(portal, limits=Limits(burst=1), token="pat-other").get(LIST).status_code == 200


def test_the_day_ends_at_midnight_of_the_account(portal: Portal, open_client: Open, clock: Clock) -> None:
    crm = open_client(portal, limits=Limits(daily=2))

    assert statuses(crm, 3) == [200, 200, 429]
    assert crm.get(LIST).json()["policyName"] == "DAILY"
    assert crm.get(LIST).json()["message"] == "You have reached your daily limit."
    clock.pass_(7 * 3_600_000)
    assert statuses(crm, 1) == [429]
    clock.pass_(3_600_000)
    assert statuses(crm, 1) == [200]
