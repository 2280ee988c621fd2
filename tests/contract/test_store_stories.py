"""Stories: what leads and quotes tell is history of the records they are about, and is taken back with them."""

import pytest

from syncer.moments import Millis
from syncer.records import ChangeSource, Contact, Deal, Evidence, Kind
from syncer.store import Holding, Store
from syncer.tellings import Story, Telling
from tests.contract.store_build import (
    ACCOUNT,
    FOREVER,
    clean,
    connect,
    contact_facts,
    deal_facts,
    dirty,
    evidence_ids,
    link,
    put,
)


def quote(*tellings: tuple[int, str | None], id_: str = "9", deals: tuple[str, ...] = ("7",), **more: object) -> Story:
    told = tuple(Telling(Millis(at), value, ChangeSource.USER) for at, value in tellings)
    return Story(id=id_, stream="quotes", topic="quote", kind=Kind.DEAL, record_ids=deals, tellings=told, **more)


def lead(*tellings: tuple[int, str], id_: str = "5", contacts: tuple[str, ...] = ("1",), **more: object) -> Story:
    told = tuple(Telling(Millis(at), value, ChangeSource.USER) for at, value in tellings)
    return Story(id=id_, stream="leads", topic="lead", kind=Kind.CONTACT, record_ids=contacts, tellings=told, **more)


def told(store: Store, deal: str = "7", known_at: int = FOREVER) -> list[tuple[str, int, str | None]]:
    facts = deal_facts(store, [deal], known_at)[deal]
    return [(one.property, one.at, one.value) for one in facts.changes]


@pytest.fixture
def ready(store: Store) -> Store:
    """Return a store with two contacts, two deals and nothing to decide."""
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(store, 1, "deals", Deal(id="7"), Deal(id="8"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"))
    put(store, 1, "stories", quote(id_="1", deals=()), lead(id_="1", contacts=()))
    clean(store)
    return store


def test_a_quote_is_history_of_its_deal_and_makes_it_dirty(ready: Store) -> None:
    result = put(ready, 5, "stories", quote((50, "DRAFT"), (60, "APPROVED")))
    assert (result.created, result.updated, result.unchanged) == (1, 0, 0)
    assert told(ready) == [("quote:9", 50, "DRAFT"), ("quote:9", 60, "APPROVED")]
    assert dirty(ready) == (["1"], ["7"])
    assert told(ready, known_at=4) == []


def test_a_lead_is_evidence_of_its_contact(ready: Store) -> None:
    put(ready, 5, "stories", lead((50, "connected:1:")))
    expected = Evidence(50, 30, "lead:5:50", "lead", None, None, "user", "connected:1:", None, 5)
    assert contact_facts(ready)["1"].evidence == [expected]
    assert dirty(ready) == (["1"], [])


def test_read_again_it_changes_nothing(ready: Store) -> None:
    stories = [quote((50, "DRAFT")), lead((50, "new:1:"))]
    put(ready, 5, "stories", *stories)
    clean(ready)
    again = put(ready, 6, "stories", *stories)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert dirty(ready) == ([], [])


def test_what_it_tells_no_more_is_taken_back_and_the_past_keeps_it(ready: Store) -> None:
    put(ready, 5, "stories", quote((50, "DRAFT"), (60, "APPROVED")))
    put(ready, 6, "stories", quote((50, "DRAFT"), (61, "REJECTED")))
    assert told(ready) == [("quote:9", 50, "DRAFT"), ("quote:9", 61, "REJECTED")]
    assert told(ready, known_at=5) == [("quote:9", 50, "DRAFT"), ("quote:9", 60, "APPROVED")]


def test_linked_to_another_record_it_tells_about_that_one(ready: Store) -> None:
    put(ready, 5, "stories", quote((50, "DRAFT")), lead((50, "new:1:")))
    clean(ready)
    put(ready, 6, "stories", quote((50, "DRAFT"), deals=("8",)), lead((50, "new:1:"), contacts=("2",)))
    assert (told(ready, "7"), told(ready, "8")) == ([], [("quote:9", 50, "DRAFT")])
    assert (evidence_ids(ready, "1"), evidence_ids(ready, "2")) == ([], ["lead:5:50"])
    assert dirty(ready) == (["1", "2"], ["7", "8"])


def test_archived_it_tells_nothing_and_back_again_it_does(ready: Store) -> None:
    put(ready, 5, "stories", quote((50, "DRAFT")), lead((50, "new:1:")))
    clean(ready)
    with ready.commit() as unit:
        assert unit.mirror.archive_stories(ACCOUNT, "quotes", ["9", "404"], Millis(6)) == 1
        assert unit.mirror.archive_stories(ACCOUNT, "leads", ["5"], Millis(6)) == 1
        assert unit.mirror.archive_stories(ACCOUNT, "leads", ["5"], Millis(6)) == 0
    assert told(ready) == []
    assert evidence_ids(ready, "1") == []
    assert dirty(ready) == (["1"], ["7"])
    put(ready, 7, "stories", quote((50, "DRAFT")), lead((50, "new:1:")))
    assert told(ready) == [("quote:9", 50, "DRAFT")]
    assert evidence_ids(ready, "1") == ["lead:5:50"]


def test_told_before_its_record_is_known_it_waits_there(store: Store) -> None:
    put(store, 5, "stories", quote((50, "DRAFT")), lead((50, "new:1:")))
    put(store, 6, "deals", Deal(id="7"))
    put(store, 6, "contacts", Contact(id="1"))
    assert told(store) == [("quote:9", 50, "DRAFT")]
    assert evidence_ids(store, "1") == ["lead:5:50"]


@pytest.mark.parametrize("story_first", [True, False])
def test_what_it_told_about_a_merged_record_belongs_to_the_survivor(ready: Store, story_first: bool) -> None:
    steps = [
        lambda: put(ready, 5, "stories", quote((50, "DRAFT")), lead((50, "new:1:"))),
        lambda: put(ready, 6, "deals", Deal(id="8", merged_ids=("7",))),
        lambda: put(ready, 6, "contacts", Contact(id="2", merged_ids=("1",))),
    ]
    for step in steps if story_first else reversed(steps):
        step()
    # Read once more, still or again with the old ids, nothing is told twice.
    put(ready, 8, "stories", quote((50, "DRAFT"), updated_at=Millis(8)), lead((50, "new:1:"), contacts=("2",)))
    assert told(ready, "8") == [("quote:9", 50, "DRAFT")]
    assert evidence_ids(ready, "2") == ["lead:5:50"]


def test_the_first_of_a_stream_demands_that_everything_be_decided_anew(store: Store) -> None:
    def full() -> bool:
        with store.snapshot() as unit:
            return unit.facts.dirty(ACCOUNT, Millis(0)).full

    put(store, 1, "deals", Deal(id="7"))
    clean(store)
    assert not full()
    put(store, 2, "stories", quote((50, "DRAFT")))
    assert full()
    clean(store)
    put(store, 3, "stories", quote((50, "DRAFT"), id_="10"))
    assert not full()
    with store.snapshot() as unit:
        assert unit.mirror.has_stories(ACCOUNT, "quotes")
        assert not unit.mirror.has_stories(ACCOUNT, "leads")


def test_the_full_compare_knows_stories_by_id_and_merged_records_by_their_survivor(ready: Store) -> None:
    put(ready, 5, "stories", quote((50, "DRAFT")))
    put(ready, 6, "deals", Deal(id="8", merged_ids=("7",)))
    holding = Holding(table="stories", stream="quotes")
    theirs = [quote((50, "DRAFT"), deals=("8",)), quote((50, "DRAFT"), id_="404")]
    with ready.snapshot() as unit:
        same = unit.reconcile.compare(ACCOUNT, holding, theirs)
        other = unit.reconcile.compare(ACCOUNT, holding, [quote((50, "APPROVED"), deals=("8",))])
        assert unit.reconcile.live(ACCOUNT, holding, ["9", "5"]) == {"9"}
        assert unit.reconcile.ids_between(ACCOUNT, holding, after="", upto=None) == ["1", "9"]
    assert (set(same.missing), same.differing) == ({"404"}, {})
    assert other.differing == {"9": ("tellings",)}


def test_a_value_that_no_column_holds_is_refused_by_name(store: Store) -> None:
    result = put(store, 5, "stories", quote((50, "a\0b")))
    assert [error.record for error in result.refused] == ["9"]
    assert told_nothing(store)


def told_nothing(store: Store) -> bool:
    put(store, 6, "deals", Deal(id="7"))
    return told(store) == []
