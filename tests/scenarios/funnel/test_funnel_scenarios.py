"""Runs the stories of this folder: given facts, as of a day, then stage, path, cycles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from syncer.funnel import decide_contact
from syncer.funnel.facts import ContactDecision, ContactFacts, Cycle, DealDecision
from syncer.moments import millis, moment
from syncer.records import Change, ChangeSource, Evidence
from tests.unit.funnel.build import (
    BERLIN,
    COMPANY,
    at,
    change,
    contact,
    day,
    deal_facts,
    decided_deal,
    path,
    row,
    rules,
)

Story = Mapping[str, Any]

_HERE = Path(__file__).parent


def _stories() -> Iterator[Any]:
    for file in sorted(_HERE.glob("*.yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, story in document["stories"].items():
            merged = {"as_of": document.get("as_of"), "agreement": document.get("agreement"), **story}
            yield pytest.param(merged, id=f"{file.stem}: {name}")


@pytest.mark.parametrize("story", tuple(_stories()))
def test_story(story: Story) -> None:
    decision = _told(story)
    for key, expected in story["then"].items():
        assert _seen(decision, key) == expected, key


def test_g12_inventory_is_the_published_one() -> None:
    """Domain K01: the stages of the golden fixture at its day."""
    document = yaml.safe_load((_HERE / "g12.yaml").read_text(encoding="utf-8"))
    stages: dict[str, int] = {}
    for story in document["stories"].values():
        stage = _told({"as_of": document["as_of"], "agreement": None, **story}).stage.value
        stages[stage] = stages.get(stage, 0) + 1
    assert stages == {
        "SUSPECT": 1,
        "INQUIRY": 2,
        "LEAD_MQL": 1,
        "LEAD_SQL": 1,
        "FORECAST": 2,
        "CLOSED_WON": 3,
        "CLOSED_LOST": 1,
        "TAM": 1,
    }


def test_g12_counts_of_cycles_that_really_reached_and_passed() -> None:
    """Domain E1: entered really 12/10/9/8/7/7, skip-filled 12/11/10/9/7/7."""
    document = yaml.safe_load((_HERE / "g12.yaml").read_text(encoding="utf-8"))
    decisions = [_told({"as_of": document["as_of"], "agreement": None, **one}) for one in document["stories"].values()]
    first = [decision.cycles[0] for decision in decisions]
    real = [sum(getattr(cycle, name) is not None for cycle in first) for name in _MILESTONES]
    passed = [{event.to_stage.value for event in decision.events} for decision in decisions]
    filled = [sum(stage in one for one in passed) for stage in _FILLED]
    assert real == [12, 10, 9, 8, 7, 7]
    assert filled == [12, 11, 10, 9, 7, 7]


_MILESTONES = ("first_contact_at", "inquiry_at", "mql_at", "sales_ready_at", "accepted_at", "offer_at")
_FILLED = ("SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "OPPORTUNITY")


def _told(story: Story) -> ContactDecision:
    decided = rules(story["agreement"])
    as_of = str(story["as_of"])
    given = story["given"]
    facts = ContactFacts(
        contact=contact(**_moments(given.get("contact", {}))),
        company=COMPANY,
        evidence=sorted(_evidence(given.get("evidence", ()))),
        deals=[_deal(one, as_of, story["agreement"]) for one in given.get("deals", ())],
    )
    return decide_contact(facts, rules=decided, as_of=at(as_of))


def _moments(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: at(str(value)) if name.endswith("_at") else value for name, value in values.items()}
    if "fields" in found:
        found["fields"] = {
            name: at(str(value)) if name.startswith("entered_") else value for name, value in found["fields"].items()
        }
    return found


def _evidence(lines: Sequence[Mapping[str, Any]]) -> Iterator[Evidence]:
    for line in lines:
        rest = {name: value for name, value in line.items() if name not in {"at", "until", "every_days"}}
        for when in _days(line):
            yield row(when, **rest)


def _days(line: Mapping[str, Any]) -> Iterator[int]:
    """One day, or every so many days until another."""
    when, last = at(str(line["at"])), at(str(line.get("until", line["at"])))
    while when <= last:
        yield when
        local = moment(when).astimezone(BERLIN) + timedelta(days=line.get("every_days", 1))
        when = millis(local)


def _deal(given: Mapping[str, Any], as_of: str, text: str | None) -> DealDecision:
    values = {name: value for name, value in given.items() if name not in {"moves", "changes"}}
    for name in ("close_date", "archived_at"):
        if name in values:
            values[name] = at(str(values[name]))
    if "amount" in values:
        values["amount"] = Decimal(str(values["amount"]))
    ident = values.get("ident", "d1")
    if "created" in values:
        values["created"] = str(values["created"])
    moves = [(str(when), stage) for when, stage in given.get("moves", ())]
    more = [_change(one, ident) for one in given.get("changes", ())]
    return decided_deal(deal_facts(moves, more=more, **values), as_of, text)


def _change(one: Sequence[Any], deal: str) -> Change:
    when, name, value, *source = one
    text = None if value is None else str(at(str(value))) if name == "close_date" else str(value)
    return change(str(when), name, text, ChangeSource(source[0]) if source else ChangeSource.USER, deal=deal)


def _seen(decision: ContactDecision, key: str) -> Any:
    special: Mapping[str, Callable[[], Any]] = {
        "path": lambda: path(decision),
        "rules": lambda: [event.rule for event in decision.events],
        "cycles": lambda: [_cycle(cycle) for cycle in decision.cycles],
        "since": lambda: day(decision.since),
        "flags": lambda: list(decision.flags),
        "sla_due_at": lambda: _clock(decision.sla_due_at),
        "overridden_until": lambda: _clock(decision.overridden_until),
    }
    if key in special:
        return special[key]()
    value = getattr(decision, key)
    return getattr(value, "value", value)


def _clock(value: int | None) -> str | None:
    return None if value is None else moment(value).astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


def _cycle(cycle: Cycle) -> dict[str, Any]:
    """Return what a cycle has, dates as local days; what it does not have is left out."""
    found: dict[str, Any] = {}
    for name, value in cycle._asdict().items():
        if value is None or name in _SEGMENTS:
            continue
        is_moment = name.endswith("_at") or name in {"reopened_from", "reopened_to"}
        found[name] = day(value) if is_moment else getattr(value, "value", value)
    return found


_SEGMENTS = {"cycle_no", "source", "campaign", "owner_id", "country", "industry", "grade"}
