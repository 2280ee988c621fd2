from syncer.privacy import Tombstoner, new_key
from syncer.privacy.tombstones import key_id


def test_a_tombstone_says_nothing_and_is_recognised_by_its_key_alone():
    key = new_key()
    made = Tombstoner([key]).newest("hubspot", ["7"], ["anna@firma.example"])
    assert len(made) == 2
    assert all(len(one) == 64 and "anna" not in one for one in made)
    assert set(made) == {
        *Tombstoner([key]).of_ids("hubspot", ["7"]),
        *Tombstoner([key]).of_addresses("hubspot", ["anna@firma.example"]),
    }
    assert set(made).isdisjoint(Tombstoner([new_key()]).of_ids("hubspot", ["7"]))


def test_the_same_id_in_another_account_and_the_same_text_as_an_address_are_somebody_else():
    stones = Tombstoner([new_key()])
    assert len({*stones.of_ids("a", ["7"]), *stones.of_ids("b", ["7"]), *stones.of_addresses("a", ["7"])}) == 3


def test_after_a_change_of_keys_old_tombstones_are_still_recognised():
    old, new = new_key(), new_key()
    made = Tombstoner([old]).newest("hubspot", ["7"], [])
    both = Tombstoner([new, old])
    assert both.of_ids("hubspot", ["7"])[made[0]] == "7"
    assert both.newest("hubspot", ["7"], []) != made
    assert both.key_ids == [key_id(new), key_id(old)]


def test_what_a_key_is_known_by_is_not_the_key():
    key = new_key()
    assert len(key_id(key)) == 8
    assert key_id(key) not in key
