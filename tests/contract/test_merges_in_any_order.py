"""Domain R7: whoever went into whom and whenever it is told, one log is left under the last id, and decides alike."""

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

import pytest

from syncer.funnel import decide_contact
from syncer.funnel.facts import ContactFacts
from syncer.moments import DAY, Millis
from syncer.records import Activity, Contact, Kind
from syncer.store import Store
from tests.contract.store_build import ACCOUNT, call, connect, contact_facts, form, link, put
from tests.unit.funnel.build import rules

_START = 1_767_225_600_000
_EACH = 5
_FORMS = ("Whitepaper A", "Demo anfordern", "Newsletter", "Kontakt")

#: Writes one thing at a moment.
Step = Callable[[Store, int], object]


class _Past(NamedTuple):
    """Three people who turn out to be one, and the id that is left."""

    survivor: str
    #: What is known of the survivor at the end.
    record: Contact
    steps: list[Step]
    #: The same, as if there had been one record from the beginning.
    plain: list[Step]
    plain_id: str


def _ids(seed: int, *, is_new: bool) -> Mapping[str, str]:
    """Return the ids of three people, of the first merge and of the second: a new record, or one of the two."""
    made = {name: f"{seed}{name}" for name in "abc"}
    return made | ({"ab": f"{seed}x", "abc": f"{seed}y"} if is_new else {"ab": made["b"], "abc": made["c"]})


def _past(seed: int, *, is_new: bool) -> _Past:
    chance, ids = Random(seed), _ids(seed, is_new=is_new)
    people = [Contact(id=ids[name], email=f"{ids[name]}@example.org", created_at=Millis(_START)) for name in "abc"]
    addresses = tuple(one.email or "" for one in people)
    last = Contact(
        id=ids["abc"],
        email=addresses[2],
        more_emails=addresses[:2],
        created_at=Millis(_START),
        merged_ids=tuple(sorted({ids["a"], ids["b"], ids["c"], ids["ab"]} - {ids["abc"]})),
    )
    first = Contact(
        id=ids["ab"],
        email=addresses[1],
        more_emails=addresses[:1],
        created_at=Millis(_START),
        merged_ids=tuple(sorted({ids["a"], ids["b"]} - {ids["ab"]})),
    )
    facts = [_fact(chance, seed, number, ids, addresses) for number in range(chance.randrange(3, 9))]
    steps: list[Step] = [_adds(one) for one in facts]
    chance.shuffle(steps)
    told = [_tells(one) for one in (*people, first, last)]
    at = sorted(chance.randrange(len(steps) + 1) for _ in told)
    for place, one in reversed(list(zip(at, told, strict=True))):
        steps.insert(place, one)
    return _Past(ids["abc"], last, steps, [_adds(_alone(seed, one)) for one in facts], f"{seed}one")


def _fact(chance: Random, seed: int, number: int, ids: Mapping[str, str], addresses: tuple[str, ...]) -> Activity:
    at = Millis(_START + chance.randrange(200) * DAY + number)
    if chance.randrange(3) == 0:
        both = tuple(ids[name] for name in chance.sample("abc", chance.randrange(1, 4)))
        return call(f"{seed}-{number}", at, *both)
    return form(f"{seed}-{number}", at, chance.choice(addresses), subject=chance.choice(_FORMS))


def _alone(seed: int, one: Activity) -> Activity:
    if one.email is not None:
        return form(one.id, one.occurred_at, f"{seed}one@example.org", subject=one.subject)
    return call(one.id, one.occurred_at, f"{seed}one")


def _adds(one: Activity) -> Step:
    return lambda store, now: put(store, now, "activities", one)


def _tells(one: Contact) -> Step:
    return lambda store, now: put(store, now, "contacts", one)


def _connects(deal_id: str, contact_id: str) -> Step:
    return lambda store, now: connect(store, now, link(Kind.DEAL, deal_id, Kind.CONTACT, contact_id))


def _decided(facts: ContactFacts) -> object:
    found = decide_contact(facts, rules=rules(), as_of=Millis(_START + 400 * DAY))
    return found.stage, found.events, found.cycles, found.score, found.due_at


@pytest.mark.parametrize("is_new", [True, False], ids=["a new id", "one of the two"])
@pytest.mark.parametrize("first", range(0, 3 * _EACH, _EACH))
def test_merges_of_merged_in_any_order_leave_one_log(store: Store, first: int, *, is_new: bool) -> None:
    for seed in range(first, first + _EACH):
        past = _past(seed, is_new=is_new)
        one = Contact(id=past.plain_id, email=f"{past.plain_id}@example.org", created_at=Millis(_START))
        for step in (_tells(one), *past.plain):
            step(store, 1)
        plain = contact_facts(store, [past.plain_id])[past.plain_id]
        for now, step in enumerate(past.steps, 2):
            step(store, now)
        merged = contact_facts(store, [past.survivor])[past.survivor]
        assert [one.id for one in merged.evidence] == [one.id for one in plain.evidence]
        assert _decided(merged) == _decided(plain)


@pytest.mark.parametrize("is_new", [True, False], ids=["a new id", "one of the two"])
def test_a_deal_linked_under_any_of_the_ids_is_the_survivors(store: Store, *, is_new: bool) -> None:
    for number, name in enumerate(("a", "b", "c", "ab")):
        seed = 9000 + number
        past, ids = _past(seed, is_new=is_new), _ids(seed, is_new=is_new)
        past.steps.insert(Random(seed).randrange(len(past.steps) + 1), _connects(f"{seed}d", ids[name]))
        for now, step in enumerate(past.steps, 1):
            step(store, now)
        with store.snapshot() as unit:
            assert unit.facts.deals_of(ACCOUNT, [past.survivor]) == {past.survivor: [f"{seed}d"]}
