"""An erasure that does not say whom is nobody's hint: a letter tells a person what to do."""

from collections import Counter

from jobs.webhooks.keeping import NAMELESS, Delivery, Outcome, receive
from syncer.hints import Deed, Hint
from syncer.moments import Millis

NOW = Millis(1_790_000_000_000)
HINTS = [Hint("m1", "contacts", "", Deed.ERASED, NOW), Hint("m2", "contacts", "7", Deed.ERASED, NOW)]


def test_it_becomes_one_letter_with_a_remedy_however_often_it_comes(store):
    for _ in range(2):
        numbers: Counter = Counter()
        with store.commit() as unit:
            receive(unit, [Delivery(accounts=["a"], hints={"62515": HINTS})], numbers, NOW)
        assert numbers["a", Outcome.UNREADABLE.value] == 1
    with store.snapshot() as unit:
        (letter,) = unit.desk.dead_letters("a")
        assert [one.record_id for one in unit.inbox.waiting("a", 10)] == ["7"]
    assert (letter.stream, letter.attempts, letter.is_write) == (NAMELESS, 2, False)
    assert "syncer reconcile --apply --stream contacts" in " ".join(letter.problems)
    assert "syncer forget" in " ".join(letter.problems)
