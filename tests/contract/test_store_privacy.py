"""Erasure on both databases: every personal place, and nothing but those."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from syncer.funnel.facts import FunnelStage, Outcome, Relationship
from syncer.handover.notices import Form, Notice, Purpose, handover_key
from syncer.hints import Deed, Hint
from syncer.moments import DAY, Millis
from syncer.records import Answer, Change, Contact, Deal, Kind
from syncer.store import EXPIRED, LIFTED, Erasure, Settlement, Status, tables
from syncer.store.privacy.personal import BY_TABLE, PLACES
from syncer.tellings import Story, Telling
from syncer.writeback import Intent
from tests.contract.store_build import (
    ACCOUNT,
    activity,
    call,
    connect,
    cycle,
    deal_decision,
    decision,
    form,
    link,
    put,
    save,
    span,
)

NOW = Millis(1_000)
#: Stands in everything that is known of the person.
MARKS = ("7777", "8888", "muster", "musterfrau")
ADDRESS = "anna.muster@firma.example"


def erase(store, ident="7777", now=NOW, **more):
    with store.commit() as unit:
        person = unit.privacy.person(ACCOUNT, ident)
        return person, unit.privacy.erase(person, now, lambda _: 0, **more)


def everything(store) -> dict[str, list[tuple]]:
    with store.snapshot() as unit:
        return {
            name: [tuple(row) for row in unit.connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in tables.metadata.tables.items()
        }


def hits(store, *marks: str) -> set[str]:
    return {
        name
        for name, rows in everything(store).items()
        if any(mark in str(value).lower() for row in rows for value in row for mark in marks)
    }


def fill(store) -> None:
    """Write the person into every place, beside somebody else."""
    anna = Contact(
        id="7777",
        email=ADDRESS,
        more_emails=("a.musterfrau@home.example",),
        first_name="Anna",
        last_name="Muster",
        company_id="c",
        source="paid_search",
        merged_ids=("8888",),
        fields={"job_title": "Muster"},
        held={"fn_stage": "Muster"},
    )
    put(store, 1, "contacts", Contact(id="8888", email="alt@firma.example", last_name="Musterfrau"))
    put(store, 2, "contacts", anna, Contact(id="1", email="other@firma.example", first_name="Otto"))
    put(store, 3, "deals", Deal(id="d", name="Pumpen"))
    shared = activity("meetings", "meeting", "m", 5, contact_ids=("7777", "1"), subject="Termin")
    alone = call("k", 6, "7777", subject="Anruf Muster")
    waits = form("f", 7, "muster@nowhere.example")
    put(store, 4, "activities", shared, alone, form("g", 8, ADDRESS), waits, call("o", 9, "1"))
    connect(store, 5, link(Kind.DEAL, "d", Kind.CONTACT, "7777"), link(Kind.DEAL, "d", Kind.CONTACT, "1"))
    answer = Answer(id="a", contact_id="7777", survey_id="s", survey_type="NPS", value=9, answered_at=Millis(5))
    with store.commit() as unit:
        unit.mirror.upsert_answers(ACCOUNT, [answer], Millis(5))
    lead = Story(
        id="l7777", stream="leads", topic="lead", kind=Kind.CONTACT, record_ids=("7777",), tellings=(Telling(5, "new"),)
    )
    both = Story(
        id="l2", stream="leads", topic="lead", kind=Kind.CONTACT, record_ids=("7777", "1"), tellings=(Telling(5, "x"),)
    )
    put(store, 6, "stories", lead, both)
    with store.commit() as unit:
        change = Change(kind=Kind.CONTACT, record_id="7777", property="lifecycle", value="muster", at=Millis(4))
        unit.mirror.add_changes(ACCOUNT, [change], Millis(6))
        unit.desk.bury(ACCOUNT, "contacts", "7777", reason="r", problems=["p"], now=Millis(6))
        unit.desk.intend(ACCOUNT, "run", [intent("7777"), intent("1")], Millis(6))
        unit.ledger.save_deals(
            ACCOUNT,
            [deal_decision("d", span("d", 1), primary_contact_id="7777", contact_ids=("1", "7777"))],
            now=Millis(7),
            agreement="1",
        )
        hint = Hint("m7777", "contacts", "7777", Deed.ERASED, Millis(5))
        unit.inbox.receive(ACCOUNT, [hint], Millis(6))
        unit.inbox.request_erasure(ACCOUNT, "contacts", ["7777"], Millis(6))
        unit.notices.intend(ACCOUNT, "run", [notice("7777"), notice("1")], Millis(6))
    save(store, 7, decision("7777", FunnelStage.SUSPECT, FunnelStage.INQUIRY, cycles=[cycle(deal_id="d")]))
    save(store, 8, decision("1", FunnelStage.SUSPECT))


def intent(record_id: str, value: str = "Muster") -> Intent:
    return Intent(
        account=ACCOUNT,
        kind=Kind.CONTACT,
        record_id=record_id,
        property="fn_stage",
        value=value if record_id == "7777" else "x",
        previous=None,
        rule="r",
        why="w",
        decision=f"d{record_id}",
    )


def notice(record_id: str) -> Notice:
    return Notice(
        key=handover_key(record_id, 1, 1),
        form=Form.NOTE,
        purpose=Purpose.HANDOVER,
        kind=Kind.CONTACT,
        record_id=record_id,
        at=Millis(5),
    )


def test_every_column_of_every_table_is_declared_personal_or_not():
    assert set(BY_TABLE) == set(tables.metadata.tables)
    for place in PLACES:
        declared = [*place.personal, *place.impersonal]
        assert sorted(declared) == sorted(column.name for column in place.table.columns), place.table.name
        assert (place.whose is not None) == bool(place.personal), place.table.name


def test_an_erasure_reaches_every_place_and_nothing_of_the_person_is_left(store):
    fill(store)
    reached = {name for name in BY_TABLE if BY_TABLE[name].whose is not None}
    person, counts = erase(store)
    assert person.ids == {"7777", "8888"}
    assert person.addresses == {ADDRESS, "a.musterfrau@home.example", "alt@firma.example"}
    assert set(counts) == reached - {"orphans"}
    assert hits(store, *MARKS) - {"activities", "orphans"} == set()
    # Whose address nobody knows stays: it is somebody else's until a contact has it.
    assert hits(store, "muster@nowhere") == {"activities", "orphans"}


def test_what_waits_for_a_contact_is_erased_by_its_address(store):
    fill(store)
    person, counts = erase(store, " Muster@Nowhere.example ")
    assert (person.ids, counts) == (frozenset(), {"activities": 1, "orphans": 1})
    assert hits(store, "nowhere") == set()


def test_what_others_share_stays_without_the_person(store):
    fill(store)
    before = everything(store)
    erase(store)
    after = everything(store)
    others = [row for row in before["evidence"] if row[1] == "1"]
    assert [row for row in after["evidence"] if row[1] == "1"] == others
    assert {(row[2], row[10]) for row in after["activities"]} >= {("m", '["1"]'), ("o", '["1"]')}
    assert [row[5] for row in after["stories"]] == ['["1"]']
    assert after["deal_states"][0][3:5] == (None, '["1"]')
    assert [row[4] for row in after["links"]] == ["1"]
    assert [row[1] for row in after["contact_states"]] == ["1"]


def test_a_shared_activity_read_again_without_the_person_is_no_difference(store):
    fill(store)
    erase(store)
    upserted = put(
        store, 2_000, "activities", activity("meetings", "meeting", "m", 5, contact_ids=("1",), subject="Termin")
    )
    assert upserted.unchanged == 1


def test_figures_keep_a_cycle_and_events_of_nobody(store):
    fill(store)
    with store.commit() as unit:
        person = unit.privacy.person(ACCOUNT, ADDRESS)
        unit.privacy.erase(person, NOW, lambda moments: 5)
    rows = everything(store)
    (kept,) = [
        dict(zip((c.name for c in tables.cycles.columns), row, strict=True)) for row in rows["cycles"] if row[1] != "1"
    ]
    assert kept["contact_id"].startswith("~")
    assert (kept["started_at"], kept["ended_at"], kept["outcome"], kept["deal_id"]) == (
        105,
        NOW,
        Outcome.VOID.value,
        None,
    )
    events = [row for row in rows["stage_events"] if row[1] == kept["contact_id"]]
    assert [(row[6], row[7], row[9]) for row in events] == [("SUSPECT", 105, "[]"), ("INQUIRY", 205, "[]")]
    (nobody,) = [row for row in rows["contacts"] if row[1] == kept["contact_id"]]
    assert [value for value in nobody if value is not None] == [
        ACCOUNT,
        kept["contact_id"],
        "paid_search",
        False,
        False,
        NOW,
        "{}",
        "{}",
        0,
        0,
        NOW,
    ]
    assert [row[1:3] for row in rows["answers"]] == [(f"{kept['contact_id']}.0", kept["contact_id"])]


def test_a_pruned_prospect_leaves_the_company_to_the_figures(store):
    fill(store)
    erase(store, keeps_company=True)
    assert [row[6] for row in everything(store)["contacts"] if row[1].startswith("~")] == ["c"]


def test_nobody_is_decided_compared_or_found(store):
    fill(store)
    erase(store)
    with store.snapshot() as unit:
        ids = [row[1] for row in everything(store)["contacts"] if row[1].startswith("~")]
        assert [one.contact.id for one in unit.facts.contacts(ACCOUNT, None, Millis(9_999), lambda _: {})] == ["1"]
        assert not unit.privacy.person(ACCOUNT, ids[0])
        assert unit.privacy.everybody(ACCOUNT)[0] == {"1"}


def test_a_test_record_leaves_nothing_and_one_outside_the_market_just_that(store):
    put(store, 1, "contacts", Contact(id="7", created_at=Millis(1)), Contact(id="8", created_at=Millis(1)))
    test = decision("7", cycles=[])
    save(store, 2, replace(test, stage=FunnelStage.OUT, flags=("is_test",)))
    save(store, 2, replace(decision("8", cycles=[]), stage=FunnelStage.OUT, flags=()))
    erase(store, "7")
    erase(store, "8")
    rows = everything(store)
    assert [row[6] for row in rows["stage_events"]] == ["OUT"]
    assert len(rows["contacts"]) == 1


def test_the_second_time_there_is_nobody(store):
    fill(store)
    erase(store)
    before = everything(store)
    assert erase(store) == (erase(store)[0], {})
    assert everything(store) == before


def test_a_rehearsal_counts_the_same_and_keeps_nothing(store):
    fill(store)
    before = everything(store)
    with store.rehearsal() as unit:
        counted = unit.privacy.erase(unit.privacy.person(ACCOUNT, "7777"), NOW, lambda _: 0)
    assert everything(store) == before
    assert erase(store)[1] == counted


def test_the_report_holds_every_row_that_an_erasure_would_reach(store):
    fill(store)
    with store.snapshot() as unit:
        held = unit.privacy.held(unit.privacy.person(ACCOUNT, "7777"))
    _, counts = erase(store)
    assert {name: len(rows) for name, rows in held.items() if rows} == counts


def erasure(id_: str, reason: str, *stones: str, at: int = 5) -> Erasure:
    return Erasure(
        id=id_, account=ACCOUNT, at=Millis(at), actor="A", reason=reason, key_id="k", tombstones=list(stones)
    )


def test_tombstones_are_found_lifted_and_known_by_their_erasure(store):
    with store.commit() as unit:
        assert not unit.privacy.has_tombstones(ACCOUNT)
        unit.privacy.log(erasure("e1", "erased", "s1", "s2"), {"contacts": 1})
        unit.privacy.log(erasure("e2", EXPIRED, "s3", at=6), {})
        unit.privacy.log(erasure("e3", LIFTED, "s1", at=7), {})
    with store.commit() as unit:
        assert unit.privacy.has_tombstones(ACCOUNT)
        assert unit.privacy.among(ACCOUNT, ["s1", "s3", "s9"]) == {"s1": ("erased", 5), "s3": (EXPIRED, 6)}
        assert unit.privacy.siblings(ACCOUNT, ["s2"]) == {"s1", "s2"}
        assert unit.privacy.key_ids() == {"k"}
        assert [(one.id, one.tombstones) for one in unit.privacy.logged()] == [
            ("e1", ["s1", "s2"]),
            ("e2", ["s3"]),
            ("e3", []),
        ]
        assert unit.privacy.lift(ACCOUNT, ["s1", "s2"]) == 2
        assert unit.privacy.unwiped(5) == 1
        unit.privacy.wiped(5, Millis(9))
        assert (unit.privacy.unwiped(5), unit.privacy.unwiped(9)) == (0, 2)


@pytest.mark.parametrize("status", [Status.WRITTEN, Status.UNCHANGED])
def test_old_writes_go_where_a_newer_one_replaced_them(store, status):
    with store.commit() as unit:
        for at, value in ((1, "a"), (2, "b"), (3, "c")):
            one = Intent(
                account=ACCOUNT,
                kind=Kind.CONTACT,
                record_id="1",
                property="fn_fit",
                value=value,
                previous=None,
                rule="r",
                why="w",
                decision=value,
            )
            unit.desk.intend(ACCOUNT, "run", [one], Millis(at))
            key = unit.desk.pending(ACCOUNT)[0].key
            unit.desk.settle(ACCOUNT, [Settlement(key=key, status=status)], Millis(at))
        gone = unit.pruning(ACCOUNT).settled_writes(3, ["fn_fit"])
        assert gone == (2 if status is Status.WRITTEN else 0)
        assert unit.pruning(ACCOUNT).settled_writes(9, ["fn_stage"]) == 0


def test_old_runs_go_but_the_last_of_each_job_and_those_with_figures(store):
    with store.commit() as unit:
        runs = [unit.desk.begin_run(ACCOUNT, job, Millis(at)) for at, job in ((1, "sync"), (2, "measure"), (3, "sync"))]
        runs.append(unit.desk.begin_run(ACCOUNT, "measure", Millis(4)))
        unit.desk.keep_snapshot(ACCOUNT, runs[1], Millis(2), {"": [{"id": "K01"}]})
        assert unit.pruning(ACCOUNT).old_runs(9) == 1
        assert {one.id for one in unit.desk.runs(ACCOUNT)} == set(runs[1:])


def test_sleeping_are_prospects_without_act_sale_or_seller(store):
    old = [Contact(id=str(id_), created_at=Millis(1)) for id_ in range(1, 7)]
    put(store, 1, "contacts", *old, Contact(id="7", created_at=Millis(50)))
    put(
        store,
        2,
        "activities",
        call("k", 60, "2"),
        form("f", 9, None),
        activity("emails", "email_out", "e", 70, contact_ids=("1",)),
    )
    connect(store, 3, link(Kind.DEAL, "d", Kind.CONTACT, "3"))
    for id_ in range(1, 8):
        stage = FunnelStage.LEAD_SAL if id_ == 4 else FunnelStage.SUSPECT
        relation = Relationship.CUSTOMER if id_ == 5 else Relationship.PROSPECT
        save(store, 4, replace(decision(str(id_), stage), relationship=relation))
    with store.snapshot() as unit:
        assert unit.pruning(ACCOUNT).sleeping(40, 10) == ["1", "6"]
        assert unit.pruning(ACCOUNT).sleeping(40, 1) == ["1"]


def test_old_web_events_lose_their_texts_in_mirror_and_ledger_alike(store):
    put(store, 1, "contacts", Contact(id="1", email="a@b.example"))
    views = [
        activity("page_views", "page_view", str(at), at, contact_ids=("1",), subject=f"s{at}", asset="p")
        for at in (1, DAY)
    ]
    put(store, 2, "activities", *views, call("k", 1, "1", subject="stays"))
    with store.commit() as unit:
        pruning = unit.pruning(ACCOUNT)
        assert (pruning.web_activities(DAY, _shorter), pruning.web_evidence(DAY, _shorter)) == (1, 1)
        assert (pruning.web_activities(DAY, _shorter), pruning.web_evidence(DAY, _shorter)) == (0, 0)
    rows = everything(store)
    assert sorted(row[5] for row in rows["activities"]) == [f"s{DAY}", "stays", "x"]
    assert sum('"x","#"' in row[8] for row in rows["evidence"]) == 1
    again = put(
        store, 3, "activities", activity("page_views", "page_view", "1", 1, contact_ids=("1",), subject="x", asset="#")
    )
    assert again.unchanged == 1


def _shorter(kind, subject, asset, outcome):
    return "x", "#"
