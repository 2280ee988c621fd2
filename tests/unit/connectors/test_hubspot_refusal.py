"""Taking a refused batch apart: only the guilty fail, in few steps."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from connectors.facts import Facts, Fault
from connectors.hubspot.refusal import is_about_records, taken_apart
from connectors.statuses import Case, Effect, Errand, Meaning
from connectors.values import RecordWrite


def writes(*values: Mapping[str, str]) -> list[RecordWrite]:
    return [RecordWrite(id=str(number), values=one) for number, one in enumerate(values)]


def sent(refuse: Sequence[Fault], bad: set[str], batch: Sequence[RecordWrite]) -> tuple[set[str], set[str], int]:
    """Play a CRM that refuses any batch with a bad record; return who failed, who was written, and the calls."""
    failed: set[str] = set()
    written: set[str] = set()
    calls, waiting = 0, [batch]
    while waiting:
        part = waiting.pop()
        calls += 1
        if not any(one.id in bad for one in part):
            written.update(one.id for one in part)
            continue
        parts = taken_apart(Facts(spoken=True, faults=refuse), part)
        failed.update(one.id for one in parts.guilty)
        waiting.extend(parts.retries)
    return failed, written, calls


@given(count=st.integers(1, 100), data=st.data())
def test_without_a_clue_exactly_the_bad_ones_fail(count: int, data: st.DataObject) -> None:
    batch = writes(*[{"a": "1"}] * count)
    bad = data.draw(st.sets(st.sampled_from([one.id for one in batch])))
    failed, written, _ = sent((), bad, batch)
    assert failed == bad
    assert written == {one.id for one in batch} - bad


@given(st.lists(st.sampled_from(["good", "bad", "worse", ""]), min_size=1, max_size=100))
def test_with_a_named_value_exactly_its_carriers_fail(values: list[str]) -> None:
    batch = writes(*[{"stage": value} if value else {"other": "x"} for value in values])
    bad = {one.id for one in batch if one.values.get("stage") in {"bad", "worse"}}
    failed, written, _ = sent((Fault("INVALID_OPTION", "stage"),), bad, batch)
    assert failed == bad
    assert written == {one.id for one in batch} - bad


def test_one_bad_value_among_a_hundred_costs_few_calls() -> None:
    batch = writes(*[{"stage": "bad" if number == 41 else f"s{number}"} for number in range(100)])
    assert sent((Fault("INVALID_OPTION", "stage"),), {"41"}, batch)[2] <= 15


def test_whoever_alone_carries_the_named_property_is_found_at_once() -> None:
    batch = writes(*[{"stage": "x"} if number == 41 else {"other": "x"} for number in range(100)])
    assert sent((Fault("INVALID_OPTION", "stage"),), {"41"}, batch) == ({"41"}, {one.id for one in batch} - {"41"}, 2)


def test_fifty_times_the_same_bad_value_costs_few_calls() -> None:
    batch = writes(*[{"stage": "bad" if number % 2 else "good"} for number in range(100)])
    bad = {str(number) for number in range(1, 100, 2)}
    failed, _, calls = sent((Fault("INVALID_OPTION", "stage"),), bad, batch)
    assert failed == bad
    assert calls <= 5


def test_a_property_that_is_not_there_condemns_its_carriers_at_once() -> None:
    batch = writes({"nope": "1"}, {"stage": "a"}, {"nope": "2", "stage": "a"})
    parts = taken_apart(Facts(faults=(Fault("PROPERTY_DOESNT_EXIST", "nope"),)), batch)
    assert [one.id for one in parts.guilty] == ["0", "2"]
    assert [[one.id for one in part] for part in parts.retries] == [["1"]]


def test_a_property_that_is_empty_elsewhere_condemns_nobody_who_carries_another() -> None:
    batch = writes(*[{"dealstage": "lost"}] * 4)
    parts = taken_apart(Facts(faults=(Fault("MISSING_CONDITIONAL_REQUIRED_PROPERTY", "closed_lost_reason"),)), batch)
    assert parts.guilty == ()
    assert [len(part) for part in parts.retries] == [2, 2]


def test_ids_that_the_refusal_names_are_believed() -> None:
    parts = taken_apart(Facts(ids=("1",)), writes({"a": "1"}, {"a": "1"}, {"a": "1"}))
    assert [one.id for one in parts.guilty] == ["1"]


def test_only_refusals_of_records_are_taken_apart() -> None:
    errand = Errand(effect=Effect.REPEATABLE)
    about = {meaning for meaning in Meaning if is_about_records(Case(meaning=meaning, errand=errand))}
    assert about == {Meaning.REFUSED, Meaning.NO_PROPERTY, Meaning.EXISTS}
    gone = Case(meaning=Meaning.ABSENT, errand=errand, facts=Facts(category="OBJECT_NOT_FOUND"))
    assert is_about_records(gone)
