"""Leads and quotes as HubSpot keeps them, read as what they tell from when on."""

import pytest

from connectors.values import HistoryItem, PipelineStage, SourceRecord
from mappings.convert import emails
from mappings.fields import definitions
from mappings.leads import lead_states
from mappings.records import RecordMapper
from mappings.stories import as_it_stands, as_lead, story
from syncer.errors import InvalidRecord
from syncer.moments import DAY, Millis
from syncer.records import ChangeSource, Contact, Kind
from syncer.tellings import LeadState, LeadWord, Story, Telling, lead_word

_STORIES = definitions("hubspot").stories
_CREATED = "2026-05-01T08:00:00Z"


def item(at: int, value: str | None, source: str | None = "CRM_UI") -> HistoryItem:
    return HistoryItem(value=value, at=Millis(at), source_type=source, source_id=None)


def quote(history: list[HistoryItem], *, created: str | None = _CREATED, **properties: str | None) -> Story:
    raw = SourceRecord(stream="quotes", id="9", properties=properties, created_at=created)
    return story(raw, _STORIES["quotes"], ["7", "7"], {"hs_status": history}, as_it_stands)


def lead(states: list[HistoryItem], reasons: list[HistoryItem]) -> list[str | None]:
    raw = SourceRecord(stream="leads", id="5", properties={}, created_at=_CREATED)
    history = {"hs_pipeline_stage": states, "hs_lead_disqualification_reason": reasons}
    word = as_lead({"c": LeadState.CONNECTED, "d": LeadState.DISQUALIFIED})
    return [one.value for one in story(raw, _STORIES["leads"], ["1"], history, word).tellings]


def test_versions_of_a_quote_are_told_oldest_first_and_each_once() -> None:
    told = quote([item(30, "APPROVED"), item(20, "DRAFT", "API"), item(10, "DRAFT")], hs_status="APPROVED")
    assert told.tellings == (
        Telling(Millis(10), "DRAFT", ChangeSource.USER),
        Telling(Millis(30), "APPROVED", ChangeSource.USER),
    )
    assert (told.topic, told.kind, told.record_ids) == ("quote", Kind.DEAL, ("7",))


def test_the_named_day_is_the_last_on_which_a_quote_holds() -> None:
    told = quote([item(10, "APPROVED")], hs_status="APPROVED", hs_expiration_date="2026-06-30")
    assert told.tellings[-1] == Telling(Millis(1_782_777_600_000 + DAY), "EXPIRED", ChangeSource.CALCULATED)
    exact = quote([item(10, "APPROVED")], hs_status="APPROVED", hs_expiration_date=str(1_782_777_600_001))
    assert exact.tellings[-1].at == 1_782_777_600_001


@pytest.mark.parametrize("status", ["ACCEPTED", "WON"])
def test_what_the_buyer_took_does_not_expire(status: str) -> None:
    told = quote([item(10, status)], hs_status=status, hs_expiration_date="2026-06-30")
    assert [one.value for one in told.tellings] == [status]


def test_a_date_before_the_last_version_ends_nothing() -> None:
    assert len(quote([item(2_000 * DAY * 20, "APPROVED")], hs_expiration_date="2026-06-30").tellings) == 1


def test_without_versions_the_present_status_stands_since_creation() -> None:
    assert quote([], hs_status="DRAFT").tellings == (Telling(Millis(1_777_622_400_000), "DRAFT"),)
    assert quote([], hs_status=None).tellings == ()


def test_what_cannot_be_read_is_named_at_once_and_without_its_value() -> None:
    with pytest.raises(InvalidRecord) as raised:
        quote([], created=None, hs_status="DRAFT", hs_expiration_date="soon", hs_lastmodifieddate="later")
    assert raised.value.problems == (
        "updatedAt is not a date or time",
        "hs_expiration_date is not a date or time",
        "neither a version nor a creation date says since when it stands",
    )


def test_a_lead_tells_its_state_its_stage_and_why_it_ended() -> None:
    states = [item(10, "c"), item(20, "d"), item(40, "c"), item(50, "x")]
    # The first reason comes a moment after the stage and stands until the next one.
    told = lead(states, [item(21, "Bad timing: Q3"), item(45, None)])
    assert told == ["connected:c:", "disqualified:d:Bad timing: Q3", "connected:c:", ":x:"]
    assert lead_word(told[1] or "") == LeadWord(LeadState.DISQUALIFIED, "d", "Bad timing: Q3")
    assert lead_word(told[3] or "") == LeadWord(None, "x", None)


def test_a_state_that_was_cleared_tells_nothing_from_then_on() -> None:
    assert lead([item(10, "c"), item(20, None)], []) == ["connected:c:", None]


def stage(id_: str, label: str, state: str | None, position: int, pipeline: str = "p") -> PipelineStage:
    return PipelineStage(
        pipeline_id=pipeline,
        pipeline_label="Leads",
        stage_id=id_,
        label=label,
        position=position,
        is_closed=False,
        probability=None,
        state=state,
    )


def test_hubspots_own_stages_are_read_by_state_label_and_order() -> None:
    stages = [
        stage("1", "New", "NEW", 0),
        stage("2", "Attempting", "IN_PROGRESS", 1),
        stage("3", "Connected", "IN_PROGRESS", 2),
        stage("4", "Prüfung", "IN_PROGRESS", 3),
        stage("5", "Qualified", "QUALIFIED", 4),
        stage("6", "Abgelegt", "UNQUALIFIED", 5),
        stage("7", "Prüfung", "IN_PROGRESS", 0, "q"),
    ]
    assert dict(lead_states(reversed(stages))) == {
        "1": LeadState.NEW,
        "2": LeadState.ATTEMPTING,
        "3": LeadState.CONNECTED,
        "4": LeadState.CONNECTED,
        "5": LeadState.QUALIFIED,
        "6": LeadState.DISQUALIFIED,
        "7": LeadState.ATTEMPTING,
    }


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("Disqualified", LeadState.DISQUALIFIED),
        ("Unqualified lead", LeadState.DISQUALIFIED),
        ("Nicht qualifiziert", LeadState.DISQUALIFIED),
        ("Qualifiziert", LeadState.QUALIFIED),
        ("Termin vereinbart", LeadState.CONNECTED),
        ("Nicht erreicht", LeadState.ATTEMPTING),
        ("Kontaktversuch", LeadState.ATTEMPTING),
        ("Neu", LeadState.NEW),
        ("Warteschleife", None),
    ],
)
def test_without_a_state_the_label_speaks(label: str, state: LeadState | None) -> None:
    assert lead_states([stage("1", label, None, 0)]).get("1") is state


def test_further_addresses_come_in_lower_case_each_once_and_only_addresses() -> None:
    assert emails(" A@b.de ; c@D.de;;a@b.de;nobody") == ("a@b.de", "c@d.de")
    mapper = RecordMapper(Kind.CONTACT, definitions("hubspot").objects[Kind.CONTACT], ())
    raw = SourceRecord(stream="contacts", id="1", properties={"hs_additional_emails": "x@y.de"})
    found = mapper(raw)
    assert isinstance(found, Contact)
    assert found.more_emails == ("x@y.de",)
