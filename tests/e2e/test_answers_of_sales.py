"""Sales accepts by a property of the portal's own (domain B3): it counts from the moment that its history tells."""

from contextlib import asynccontextmanager

import pytest

from jobs.bootstrap import opened_desk
from jobs.budget.forecast import forecast_round
from jobs.deciding.explaining import contact_story
from jobs.rounds import backfill_round, sync_round
from syncer.moments import DAY, iso
from tests.e2e.conftest import TODAY, at_once, settings_for

OWN = {"contacts": {"sales_answer": {"from": ["lead_akzeptanz"], "as": "text"}}}


def ago(days):
    return iso(int(TODAY - days * DAY))


def schema():
    return {
        "type": "properties",
        "object": "contacts",
        "name": "lead_akzeptanz",
        "label": "Lead-Akzeptanz",
        "dataType": "string",
        "fieldType": "text",
    }


def person(*answers, id_="1"):
    versions = [{"value": value, "timestamp": ago(days), "sourceType": "CRM_UI"} for days, value in answers]
    return {
        "type": "contacts",
        "id": id_,
        "createdAt": ago(100),
        "properties": {
            "email": f"p{id_}@firma.de",
            "createdate": ago(100),
            **({"lead_akzeptanz": answers[0][1]} if answers else {}),
        },
        "history": {"lead_akzeptanz": versions} if answers else {},
    }


@pytest.fixture
def open_own(sqlite_store, tmp_path):
    @asynccontextmanager
    async def opened(crm):
        settings = settings_for(crm.server.base_url, tmp_path)
        account = settings.accounts["hubspot"].model_copy(update={"fields": OWN})
        settings = settings.model_copy(update={"accounts": {"hubspot": account}})
        async with opened_desk(settings, sqlite_store, "hubspot", clock=crm.clock, sleep=at_once) as desk:
            yield desk

    return opened


def story(desk, contact="1"):
    agreement = desk.agreement.agreement
    return contact_story(desk.store, agreement, "hubspot", contact, as_of=None, known_at=desk.clock(), lang="en").facts


async def test_an_answer_counts_from_when_it_was_given(serve, open_own):
    crm = serve(lines=[schema(), person((3, "rejected"), (5, "accepted")), person(id_="2")])
    async with open_own(crm) as desk:
        await backfill_round(desk)
        told, other = story(desk), story(desk, "2")
    assert (told["stage"], told["since"]) == ("LEAD_SAL", ago(5))
    assert other["stage"] == "TAM"


async def test_an_answer_given_later_is_read_by_the_next_round(serve, open_own):
    crm = serve(lines=[schema(), person()])
    async with open_own(crm) as desk:
        await backfill_round(desk)
        assert story(desk)["stage"] == "TAM"
        crm.portal.edit_as_user("contacts", "1", {"lead_akzeptanz": "accepted"})
        await sync_round(desk)
        assert story(desk)["stage"] == "LEAD_SAL"
        crm.portal.edit_as_user("contacts", "1", {"lead_akzeptanz": "no_fit"})
        await sync_round(desk)
        assert story(desk)["stage"] == "CLOSED_LOST"


async def test_calls_for_the_histories_of_answers_are_foretold(serve, open_own):
    answered = [person((5, "accepted"), id_=str(number)) for number in range(1, 120)]
    crm = serve(lines=[schema(), *answered])
    silent = serve(lines=[schema(), *(person(id_=str(number)) for number in range(1, 120))])
    async with open_own(silent) as desk:
        without = (await forecast_round(desk, streams=["contacts"])).streams["contacts"].calls
    async with open_own(crm) as desk:
        foretold = (await forecast_round(desk, streams=["contacts"])).streams["contacts"].calls
    assert foretold == without + 3
