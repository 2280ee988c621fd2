"""What a batch loses: whose records it may not bring in, and what others keep of them."""

from jobs.privacy.sieve import Barred, barred, sift
from jobs.pulling.reading import Batch
from syncer.moments import Millis
from syncer.privacy import Tombstoner, new_key
from syncer.records import Activity, ActivityKind, Answer, Change, Contact, Kind, Link
from syncer.store import EXPIRED, Erasure
from syncer.tellings import Story

STONES = Tombstoner([new_key()])
ACCOUNT = "hubspot"


def activity(id_: str, *contacts: str, kind: str = "call", email: str | None = None, at: int = 5) -> Activity:
    return Activity(
        id=id_, stream="calls", kind=ActivityKind(kind), occurred_at=Millis(at), contact_ids=contacts, email=email
    )


def link(to_id: str) -> Link:
    return Link(from_kind=Kind.DEAL, from_id="d", to_kind=Kind.CONTACT, to_id=to_id)


def test_contacts_go_by_id_by_address_and_by_who_went_into_them():
    out = Barred(ids={"7"}, addresses={"a@b.example"})
    batch = Batch(stream="contacts")
    batch.contacts = [
        Contact(id="7"),
        Contact(id="8", email=" A@b.example"),
        Contact(id="9", more_emails=("a@b.example",)),
        Contact(id="10", merged_ids=("7",)),
        Contact(id="11", email="c@b.example"),
    ]
    batch.changes = [
        Change(kind=kind, record_id="7", property="stage", value="x", at=Millis(1))
        for kind in (Kind.CONTACT, Kind.DEAL)
    ]
    batch.links = {Kind.COMPANY: {"7": (), "11": ()}}
    sift(batch, out)
    assert [one.id for one in batch.contacts] == ["11"]
    assert [one.kind for one in batch.changes] == [Kind.DEAL]
    assert list(batch.links[Kind.COMPANY]) == ["11"]
    assert batch.forgotten == {"7", "8", "9", "10"}


def test_what_others_share_stays_without_the_person():
    batch = Batch(stream="calls")
    batch.activities = [
        activity("1", "7"),
        activity("2", "7", "8"),
        activity("3", "8"),
        activity("4", email="a@b.example"),
        activity("5", "8", email="a@b.example"),
    ]
    batch.answers = [
        Answer(id=one, contact_id=one, survey_id=None, survey_type=None, value=1, answered_at=Millis(1))
        for one in ("7", "8")
    ]
    batch.stories = [
        Story(id="s1", stream="leads", topic="lead", kind=Kind.CONTACT, record_ids=("7",)),
        Story(id="s2", stream="leads", topic="lead", kind=Kind.CONTACT, record_ids=("7", "8")),
        Story(id="s3", stream="quotes", topic="quote", kind=Kind.DEAL, record_ids=("7",)),
    ]
    batch.links = {Kind.CONTACT: {"d": [link("7"), link("8")]}}
    sift(batch, Barred(ids={"7"}, addresses={"a@b.example"}))
    assert [(one.id, one.contact_ids, one.email) for one in batch.activities] == [
        ("2", ("8",), None),
        ("3", ("8",), None),
        ("5", ("8",), None),
    ]
    assert [one.id for one in batch.answers] == ["8"]
    assert [(one.id, one.record_ids) for one in batch.stories] == [("s2", ("8",)), ("s3", ("7",))]
    assert [row.to_id for row in batch.links[Kind.CONTACT]["d"]] == ["8"]
    assert batch.forgotten == {"1", "4", "7", "s1"}


def found(store, batch: Batch, reason: str = "erased", at: int = 100) -> Barred:
    stones = STONES.newest(ACCOUNT, ["7"], ["a@b.example"])
    with store.commit() as unit:
        kept = Erasure(id="e", account=ACCOUNT, at=Millis(at), actor="A", reason=reason, key_id="k", tombstones=stones)
        unit.privacy.log(kept, {})
        return barred(unit, ACCOUNT, STONES, batch)


def test_without_tombstones_or_key_nobody_is_barred(sqlite_store):
    batch = Batch(stream="contacts", contacts=[Contact(id="7")])
    with sqlite_store.commit() as unit:
        assert not barred(unit, ACCOUNT, STONES, batch)
    assert found(sqlite_store, batch).ids == {"7"}
    with sqlite_store.commit() as unit:
        assert not barred(unit, ACCOUNT, None, batch)


def test_a_known_address_bars_the_new_id_beside_it(sqlite_store):
    batch = Batch(stream="contacts", contacts=[Contact(id="9", email="a@b.example", more_emails=("n@b.example",))])
    out = found(sqlite_store, batch)
    assert (out.new_ids, out.new_addresses) == ({"9"}, {"n@b.example"})
    assert out.ids == {"9"}


def test_a_pruned_prospect_rests_until_an_own_act_a_deal_or_a_new_beginning(sqlite_store):
    old = Contact(id="7", email="a@b.example", created_at=Millis(1))
    rests = Batch(stream="contacts", contacts=[old], activities=[activity("1", "7", kind="form", at=99)])
    assert found(sqlite_store, rests, EXPIRED).ids == {"7"}
    sent = Batch(stream="emails", activities=[activity("1", "7", kind="email_out", at=200)])
    assert found(sqlite_store, sent, EXPIRED).ids == {"7"}
    for awake in (
        Batch(stream="forms", activities=[activity("1", kind="form", email="A@b.example", at=101)]),
        Batch(stream="page_views", activities=[activity("1", "7", kind="page_view", at=101)]),
        Batch(stream="contacts", contacts=[Contact(id="7", email="a@b.example", created_at=Millis(101))]),
        Batch(stream="deals", links={Kind.CONTACT: {"d": [link("7")]}}),
    ):
        out = found(sqlite_store, awake, EXPIRED)
        assert (out.ids, out.addresses) == (set(), set())
        assert out.lifted
