from syncer.moments import Millis
from syncer.records import Contact
from syncer.store import Store


def test_second_upsert_of_the_same_page_changes_nothing(store: Store) -> None:
    page = [Contact(id="1", email="a@b.de", fields={"x": 1}), Contact(id="2")]
    with store.commit() as unit:
        first = unit.mirror.upsert_contacts("a", page, Millis(1))
    with store.commit() as unit:
        second = unit.mirror.upsert_contacts("a", page, Millis(2))
    assert (first.created, first.updated, first.unchanged, sorted(first.changed_ids)) == (2, 0, 0, ["1", "2"])
    assert (second.created, second.updated, second.unchanged, second.changed_ids) == (0, 0, 2, [])
