"""What a Source read, as lines that the sandbox takes; and the file that such a copy grows in."""

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from connectors.sandbox import copies
from connectors.sandbox.clonefile import (
    PLAIN,
    PSEUDONYMISED,
    CloneFile,
    Heading,
    discard,
    is_clone,
    key_path,
    read_key,
    refuse_half,
)
from connectors.sandbox.linefields import LineError
from connectors.sandbox.records import Token
from connectors.sandbox.state import Portal
from connectors.sandbox.storefile import StoreFile
from connectors.values import (
    AccountFacts,
    HistoryItem,
    LinkRow,
    OwnerRow,
    PipelineStage,
    PropertyDefinition,
    SourceRecord,
)
from syncer.errors import ConfigError

HEADING = Heading(account="hubspot", portal="7", people=PLAIN)


def _stage(pipeline: str, stage: str, **more: object) -> PipelineStage:
    given = {"label": stage, "position": 0, "is_closed": False, "probability": 0.5, **more}
    return PipelineStage(pipeline_id=pipeline, pipeline_label="Vertrieb", stage_id=stage, **given)


def _property(name: str, type_: str = "string", **more: object) -> PropertyDefinition:
    given = {"label": name, "field_type": "text", "group": "contactinformation", **more}
    return PropertyDefinition(name=name, type=type_, **given)


def _loaded(*changes: object) -> Portal:
    portal = Portal()
    portal.load([line for _, _, line in changes if line is not None])
    return portal


def _opened(tmp_path, heading: Heading = HEADING) -> CloneFile:
    return CloneFile.begin(tmp_path / "copy.db", heading)


def test_every_change_lies_under_the_key_that_the_sandbox_saves_it_under(tmp_path):
    raw = SourceRecord(stream="contacts", id="5", properties={"email": "a@b.example"}, created_at="2026-01-01")
    changes = [
        copies.account_change(AccountFacts(portal_id="7", time_zone="UTC", currency=None, account_type=None), ()),
        copies.owner_change(
            OwnerRow(id="1", email=None, first_name="A", last_name=None, user_id="3", team="Nord", archived=True)
        ),
        *copies.pipeline_changes([_stage("p1", "s1")]),
        copies.group_change("contacts", "funnel"),
        *copies.property_changes("contacts", [_property("own")]),
        copies.record_change(raw, history={}, links={}),
        copies.merged_change("contacts", "4", "5"),
        copies.lacking_change("forms", holds=True),
    ]
    store = StoreFile(tmp_path / "a.db")
    store.save(changes)
    store.close()
    portal = Portal.open(tmp_path / "a.db")
    dumped = {(str(line["type"]), key) for kind, key, line in changes for key in [key] if line}
    for kind, key in dumped:
        portal.touched.add((kind, key))
    portal.flush()
    with closing(sqlite3.connect(tmp_path / "a.db")) as database, database:
        assert set(database.execute("SELECT kind, id FROM line")) == dumped
    assert portal.account.portal_id == 7
    assert portal.owners["1"].teams == (("1", "Nord", True),)
    assert portal.find("contacts", "4").id == "5"
    portal.close()


def test_a_portal_without_the_default_pipeline_has_none_ever_after(tmp_path):
    portal = Portal.open(tmp_path / "a.db")
    portal.load([line for _, _, line in copies.pipeline_changes([_stage("p1", "s1"), _stage("p1", "s2")])])
    assert list(portal.pipelines) == ["p1"]
    portal.close()
    again = Portal.open(tmp_path / "a.db")
    assert list(again.pipelines) == ["p1"]
    assert [stage.probability for stage in again.pipelines["p1"].stages] == [0.5, 0.5]
    copy = Portal()
    copy.load(again.dump())
    assert list(copy.pipelines) == ["p1"]
    again.close()


def test_a_stage_without_a_probability_has_none():
    (change,) = copies.pipeline_changes([_stage("default", "s1", probability=None, is_closed=True, label="")])
    portal = _loaded(change)
    (stage,) = portal.pipelines["default"].stages
    assert (stage.probability, stage.closed, stage.label) == (None, True, "s1")


def test_properties_that_draw_on_owners_and_stages_go_on_doing_so():
    known = [_property("hubspot_owner_id", "enumeration"), _property("dealstage", "enumeration"), _property("own")]
    assert [key for _, key, _ in copies.property_changes("deals", known)] == ["deals.own"]
    options = (("a", "A"), ("", "empty"))
    chosen, free, strange = copies.property_changes(
        "contacts",
        [_property("x", "enumeration", options=options), _property("y", "enumeration"), _property("z", "json")],
    )
    assert chosen[2]["options"] == [{"value": "a", "label": "A"}]
    assert (chosen[2]["externalOptions"], free[2]["externalOptions"]) == (False, True)
    assert strange[2]["dataType"] == "string"


def test_links_versions_and_dates_of_a_record_come_over():
    raw = SourceRecord(
        stream="deals",
        id="9",
        properties={"dealstage": "s2", "amount": None, "createdate": "2026-01-01T00:00:00Z"},
        updated_at="2026-03-01T00:00:00Z",
    )
    past = [
        HistoryItem(value="s2", at=1_770_000_000_000, source_type="CRM_UI", source_id="userId:1"),
        HistoryItem(value=None, at=1_768_000_000_000, source_type=None, source_id=None),
    ]
    links = {
        "contacts": [
            LinkRow(from_id="9", to_id="5", label="Champion", is_primary=False),
            LinkRow(from_id="9", to_id="5", label=None, is_primary=False),
        ]
    }
    contact = SourceRecord(stream="contacts", id="5", properties={}, archived=True, archived_at="2026-02-01")
    portal = _loaded(
        copies.record_change(raw, history={"dealstage": past, "amount": []}, links=links),
        copies.record_change(contact, history={}, links={}),
    )
    row = portal.tables["deals"].rows["9"]
    assert [(one.value, one.source_type) for one in row.versions("dealstage")] == [("", None), ("s2", "CRM_UI")]
    assert (row.created, row.updated) == (1_767_225_600_000, 1_772_323_200_000)
    assert "hs_v2_date_entered_s2" not in row.properties
    assert {one.label for one in portal.links.of("deals", "9", "contacts")["5"]} == {None, "Champion"}
    assert portal.tables["contacts"].rows["5"].archived_at == 1_769_904_000_000


@pytest.mark.parametrize("moment", ["30 February", "99999999999999999999", "-5", ""])
def test_a_date_that_is_none_is_no_date_and_stops_nothing(moment):
    raw = SourceRecord(stream="contacts", id="5", properties={"createdate": moment}, created_at=moment)
    row = _loaded(copies.record_change(raw, history={}, links={})).tables["contacts"].rows["5"]
    assert row.created == 0


def test_a_record_that_the_sandbox_could_not_take_in_is_refused_when_it_is_copied():
    with pytest.raises(LineError, match="id is no number"):
        copies.record_change(SourceRecord(stream="contacts", id="a-1", properties={}), history={}, links={})
    with pytest.raises(LineError, match="recipient is missing"):
        list(copies.event_changes(SourceRecord(stream="email_clicks", id="1", properties={"created": "1"})))
    owner = OwnerRow(id="1", email=None, first_name=None, last_name=None, user_id="x", team=None, archived=False)
    with pytest.raises(LineError, match="a number is none"):
        copies.owner_change(owner)


@pytest.mark.parametrize(("amount", "spent"), [("12.50", Decimal("12.50")), ("viel", None), (None, None)])
def test_a_campaign_has_spent_what_its_sum_says(amount, spent):
    raw = SourceRecord(
        stream="campaigns", id="c", properties={"hs_name": "Herbst", "hs_spend_items_sum_amount": amount}
    )
    campaign = _loaded(copies.campaign_change(raw)).campaigns["c"]
    assert [Decimal(item.amount) for item in campaign.spend] == ([] if spent is None else [spent])
    assert campaign.properties["hs_name"] == "Herbst"


def test_feeds_come_over():
    items = [
        SourceRecord(
            stream="form_submissions",
            id="s1",
            properties={"form_id": "f", "form_name": "Demo", "submitted_at": "1700000000000", "email": "a@b.example"},
        ),
        SourceRecord(stream="form_submissions", id="s2", properties={"form_id": "f", "submitted_at": "1700000000001"}),
        SourceRecord(
            stream="email_clicks",
            id="e1",
            properties={"recipient": "a@b.example", "created": "1700000000000", "email_campaign_id": "5"},
        ),
        SourceRecord(
            stream="page_views",
            id="v1",
            properties={
                "contact_id": "5",
                "occurred_at": "2026-01-01T00:00:00Z",
                "url": "https://a.example/",
                "title": None,
            },
        ),
    ]
    portal = _loaded(*(change for raw in items for change in copies.event_changes(raw)))
    assert portal.submissions.get("s1").values == (("email", "a@b.example"),)
    assert portal.submissions.get("s2").values == ()
    assert portal.email_events.get("e1").campaign_id == 5
    assert portal.occurrences.get("v1").properties == {"hs_url": "https://a.example/"}


def test_every_stream_but_those_of_contacts_has_a_scope_of_its_own():
    assert copies.scope_of("contacts") == "crm.objects.contacts.read"
    assert copies.scope_of("emails") == "sales-email-read"
    assert copies.scope_of("feedback_submissions") == "crm.objects.feedback_submissions.read"
    assert copies.scope_of("page_views") == "business-intelligence"
    assert copies.scope_of("notes") is None
    assert copies.scope_of("nothing") is None
    assert copies.lacking_change("forms", holds=False) == ("lacking", "forms", None)


def test_a_copy_keeps_lines_and_notes_together_and_goes_on(tmp_path):
    file = _opened(tmp_path)
    file.save([("owners", "1", {"type": "owners", "id": "1"})], {"list owners": "1"})
    assert file.held("owners", {"1", "2"}) == {"1"}
    file.close()
    with pytest.raises(ConfigError, match=r"half a copy.*--clone hubspot"):
        refuse_half(tmp_path / "copy.db")
    again = _opened(tmp_path)
    assert (again.mark("list owners"), again.mark("other"), again.is_whole) == ("1", None, False)
    again.end("2026-01-01")
    again.close()
    refuse_half(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


def test_a_key_is_made_once_for_its_owner_only_and_missed_when_it_is_gone(tmp_path):
    file = _opened(tmp_path, Heading(account="hubspot", portal="7", people=PSEUDONYMISED))
    lies = key_path(file.path)
    lies.write_bytes(b"left over from a crash before it was noted")
    key = read_key(file)
    assert len(key) == 32
    assert read_key(file) == key
    lies.write_bytes(b"x" * 32)
    with pytest.raises(ConfigError, match="is not the key"):
        read_key(file)
    lies.unlink()
    with pytest.raises(ConfigError, match="is gone"):
        read_key(file)
    file.close()


def test_only_a_copy_is_discarded(tmp_path):
    plain = tmp_path / "portal.db"
    portal = Portal.open(plain)
    portal.load([{"type": "owners", "id": "1"}])
    portal.close()
    with pytest.raises(ConfigError, match="no copy of an account"):
        discard(plain)
    assert plain.exists()
    file = _opened(tmp_path)
    read_key(file)
    file.close()
    discard(tmp_path / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("copy")) == []
    assert not is_clone(tmp_path / "copy.db")
    discard(tmp_path / "copy.db")
    (tmp_path / "empty.db").touch()
    discard(tmp_path / "empty.db")


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, by no means, and long enough to be looked at as one", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"notes\.txt: cannot be used"):
        StoreFile(path)
    with pytest.raises(ConfigError, match=r"notes\.txt: cannot be used"):
        refuse_half(path)


def test_a_scope_that_nobody_has_is_refused_to_every_token(portal, open_client):
    portal.load([{"type": "lacking", "scope": "forms"}])
    portal.tokens["pat-all"] = Token(app_id="1")
    portal.tokens["pat-some"] = Token(app_id="2", scopes=frozenset({"forms", "content"}))
    for token in ("pat-anything", "pat-all", "pat-some"):
        crm = open_client(portal, token=token)
        assert crm.get("/marketing/v3/forms").status_code == 403
        assert crm.get("/email/public/v1/events").status_code == 200
    assert {"type": "lacking", "scope": "forms"} in list(portal.dump())
