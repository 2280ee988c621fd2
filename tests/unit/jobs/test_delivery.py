"""Values that the CRM refuses, ignores or takes: each is told apart, and none sinks another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest

from connectors.limits import Sleep
from connectors.values import RecordWrite, WriteResult
from jobs.desk import Desk
from jobs.writing.delivery import deliver
from syncer.errors import Missing, NotApplied, Rejected, SchemaChanged, UnknownOutcome
from syncer.records import Kind
from syncer.store import OutboxEntry, Status

Values = Mapping[str, str | None]


@dataclass
class Crm:
    """Holds records and judges each write by what it holds."""

    held: dict[str, dict[str, str | None]]
    judge: Callable[[Values, Values], Exception | None] = lambda held, values: None
    ignores: Callable[[Values, Values], frozenset[str]] = lambda held, values: frozenset()
    writes: list[dict[str, Values]] = field(default_factory=list)

    async def read(self, kind: Kind, ids: Sequence[str], *, properties: Sequence[str]) -> Mapping[str, Values]:
        return {one: {name: self.held[one].get(name) for name in properties} for one in ids}

    async def write(self, kind: Kind, writes: Sequence[RecordWrite]) -> Sequence[WriteResult]:
        self.writes.append({one.id: one.values for one in writes})
        return [WriteResult(id=one.id, error=self._take(self.held[one.id], one.values)) for one in writes]

    async def clear(self, kind: Kind, ids: Sequence[str], property_name: str) -> Sequence[WriteResult]:
        return await self.write(kind, [RecordWrite(id=one, values={property_name: None}) for one in ids])

    def _take(self, held: dict[str, str | None], values: Values) -> Exception | None:
        error = self.judge(held, values)
        if isinstance(error, UnknownOutcome):
            raise error
        if error is None:
            kept = self.ignores(held, values)
            held.update({name: value for name, value in values.items() if name not in kept})
        return error


def row(name: str, value: str | None, *, record: str = "1", previous: str | None = None) -> OutboxEntry:
    return OutboxEntry(
        key=f"{record}/{name}",
        run="r",
        kind=Kind.CONTACT,
        record_id=record,
        property=name,
        value=value,
        previous=previous,
        rule="x",
        why="y",
        decision="d",
        status=Status.SENDING,
        attempts=1,
        error=None,
        changed_at=0,
    )


def backward(held: Values, values: Values) -> bool:
    return bool(values.get("lifecyclestage")) and held.get("lifecyclestage") == "customer"


async def at_once(seconds: float) -> None:
    pass


async def run(crm: Crm, *rows: OutboxEntry, sleep: Sleep = at_once) -> dict[str, type[Exception]]:
    desk = cast("Desk", SimpleNamespace(destination=crm, sleep=sleep))
    errors = await deliver(desk, Kind.CONTACT, rows)
    return {key: type(error) for key, error in errors.items()}


STEP = row("lifecyclestage", "lead", previous="customer")


async def test_what_is_taken_costs_one_write() -> None:
    crm = Crm({"1": {}, "2": {}})
    assert await run(crm, row("a", "1"), row("b", "2"), row("a", "3", record="2")) == {}
    assert crm.writes == [{"1": {"a": "1", "b": "2"}, "2": {"a": "3"}}]


@pytest.mark.parametrize("error", [Rejected("no", status=400), SchemaChanged("no")])
async def test_one_value_that_is_refused_does_not_sink_its_neighbours(error: Exception) -> None:
    crm = Crm({"1": {}, "2": {}}, judge=lambda held, values: error if values.get("bad") == "x" else None)
    rows = [row("a", "1"), row("bad", "x"), row("z", "2"), row("bad", "fine", record="2")]
    assert await run(crm, *rows) == {"1/bad": type(error)}
    assert crm.held == {"1": {"a": "1", "z": "2"}, "2": {"bad": "fine"}}


async def test_a_record_that_is_gone_is_not_tried_again() -> None:
    crm = Crm({"1": {}}, judge=lambda held, values: Missing("gone"))
    assert set((await run(crm, row("a", "1"), row("b", "2"))).values()) == {Missing}
    assert len(crm.writes) == 1


async def test_lifecycle_backward_readback_clear_set() -> None:
    crm = Crm({"1": {"lifecyclestage": "customer"}})
    crm.ignores = lambda held, values: frozenset({"lifecyclestage"}) if backward(held, values) else frozenset()
    assert await run(crm, STEP, row("fn_stage", "TAM")) == {}
    assert crm.held["1"] == {"lifecyclestage": "lead", "fn_stage": "TAM"}
    assert crm.writes[1:] == [{"1": {"lifecyclestage": None}}, {"1": {"lifecyclestage": "lead"}}]


async def test_a_step_back_that_is_refused_is_cleared_then_set() -> None:
    no = Rejected("only forward", status=400)
    crm = Crm({"1": {"lifecyclestage": "customer"}}, judge=lambda held, values: no if backward(held, values) else None)
    assert await run(crm, STEP, row("fn_stage", "TAM")) == {}
    assert crm.held["1"] == {"lifecyclestage": "lead", "fn_stage": "TAM"}


@pytest.mark.parametrize("code", ["MISSING_CONDITIONAL_REQUIRED_PROPERTY", "INVALID_OPTION", "READ_ONLY_VALUE"])
async def test_a_refusal_for_another_reason_clears_nothing(code: str) -> None:
    no = Rejected("no", status=400, codes=(code,))
    crm = Crm({"1": {"lifecyclestage": "customer"}}, judge=lambda held, values: no)
    assert await run(crm, STEP) == {STEP.key: Rejected}
    assert crm.writes == [{"1": {"lifecyclestage": "lead"}}]


async def test_where_the_value_does_not_go_in_after_clearing_the_old_one_comes_back() -> None:
    no = Rejected("never", status=400)
    crm = Crm(
        {"1": {"lifecyclestage": "customer"}},
        judge=lambda held, values: no if values.get("lifecyclestage") == "lead" else None,
    )
    assert await run(crm, STEP) == {STEP.key: Rejected}
    assert crm.held["1"] == {"lifecyclestage": "customer"}


async def test_a_value_that_stays_as_it_was_is_not_applied() -> None:
    crm = Crm({"1": {}}, ignores=lambda held, values: frozenset({"a"}))
    assert await run(crm, row("a", "1"), row("b", "2")) == {"1/a": NotApplied}


async def test_a_value_that_shows_a_second_later_was_taken() -> None:
    crm = Crm({"1": {}}, ignores=lambda held, values: frozenset({"a"}))
    waited = []

    async def catch_up(seconds: float) -> None:
        waited.append(seconds)
        crm.held["1"]["a"] = "1"

    assert await run(crm, row("a", "1"), sleep=catch_up) == {}
    assert (waited, len(crm.writes)) == ([1.0], 1)


async def test_a_value_that_the_crm_holds_was_taken_whatever_the_answer_left_out() -> None:
    crm = Crm({"1": {}})

    def silent(held: Values, values: Values) -> Exception | None:
        crm.held["1"].update(values)
        return NotApplied("neither a result nor an error")

    crm.judge = silent
    assert await run(crm, row("fn_stage", "TAM")) == {}
    assert len(crm.writes) == 1


async def test_no_answer_at_any_step_leaves_every_row_in_doubt() -> None:
    lost = UnknownOutcome("lost")
    crm = Crm({"1": {"lifecyclestage": "customer"}})
    crm.ignores = lambda held, values: frozenset({"lifecyclestage"}) if backward(held, values) else frozenset()
    crm.judge = lambda held, values: lost if values == {"lifecyclestage": "lead"} else None
    assert set((await run(crm, STEP, row("a", "1"))).values()) == {UnknownOutcome}
