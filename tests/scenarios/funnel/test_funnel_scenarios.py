"""Runs the stories of this folder: given facts, as of a day, then stage, path, cycles, deals, company."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from msgspec import structs

from syncer.funnel import decide_company, decide_contact
from syncer.funnel.facts import (
    CompanyDecision,
    ContactDecision,
    ContactFacts,
    Cycle,
    CycleType,
    DealDecision,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
    Score,
    StageEvent,
)
from syncer.funnel.kept import Delay, Kept
from syncer.moments import millis, moment
from syncer.records import Answer, Change, ChangeSource, Contact, Evidence
from syncer.store.values import CompanyStages
from tests.unit.funnel import build

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
    told = _told(story)
    _check_form(told.contact)
    for key, expected in story["then"].items():
        if key == "deals":
            seen = {one: {name: _of_deal(told.deals[one], name) for name in asked} for one, asked in expected.items()}
            assert seen == expected
        else:
            assert _seen(told, key) == expected, key


def _check_form(decision: ContactDecision) -> None:
    """Whatever a story is about, every field of its decision is of the kind that its name promises."""
    assert isinstance(decision.stage, FunnelStage)
    assert isinstance(decision.outcome, Outcome)
    assert isinstance(decision.relationship, Relationship)
    assert isinstance(decision.score, Score)
    assert decision.cycle_no == len(decision.cycles)
    assert all(isinstance(flag, str) for flag in decision.flags)
    for before, event in pairwise((None, *decision.events)):
        assert isinstance(event, StageEvent)
        assert event.from_stage is (FunnelStage.TAM if before is None else before.to_stage)
        assert isinstance(event.to_stage, FunnelStage)
        assert before is None or before.occurred_at <= event.occurred_at
        assert event.rule.isidentifier()
        assert event.actor in {"machine", "user", "crm"}
        assert isinstance(event.virtual, bool)
        assert isinstance(event.evidence, tuple)
        assert all(isinstance(one, str) for one in event.evidence)
    for cycle in decision.cycles:
        assert isinstance(cycle.type, CycleType)
        assert isinstance(cycle.origin, Origin)
        assert isinstance(cycle.outcome, Outcome)


@pytest.mark.parametrize("number", range(1, 22))
def test_every_rule_of_the_table_of_edge_cases_has_stories(number: int) -> None:
    """Domain B6: R1 to R21, one file each."""
    files = list(_HERE.glob(f"r{number:02d}_*.yaml"))
    assert len(files) == 1
    stories = yaml.safe_load(files[0].read_text(encoding="utf-8"))["stories"]
    assert stories
    assert all(name.startswith(f"R{number} ") for name in stories)


def test_g12_inventory_is_the_published_one() -> None:
    """Domain K01: the stages of the golden fixture at its day."""
    document = yaml.safe_load((_HERE / "g12.yaml").read_text(encoding="utf-8"))
    stages: dict[str, int] = {}
    for story in document["stories"].values():
        stage = _told({"as_of": document["as_of"], "agreement": None, **story}).contact.stage.value
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
    decisions = [
        _told({"as_of": document["as_of"], "agreement": None, **one}).contact for one in document["stories"].values()
    ]
    first = [decision.cycles[0] for decision in decisions]
    real = [sum(getattr(cycle, name) is not None for cycle in first) for name in _MILESTONES]
    passed = [{event.to_stage.value for event in decision.events} for decision in decisions]
    filled = [sum(stage in one for one in passed) for stage in _FILLED]
    assert real == [12, 10, 9, 8, 7, 7]
    assert filled == [12, 11, 10, 9, 7, 7]


_MILESTONES = ("first_contact_at", "inquiry_at", "mql_at", "sales_ready_at", "accepted_at", "offer_at")
_FILLED = ("SUSPECT", "INQUIRY", "LEAD_MQL", "LEAD_SQL", "LEAD_SAL", "OPPORTUNITY")


class Told(NamedTuple):
    """What is decided in a story."""

    contact: ContactDecision
    deals: Mapping[str, DealDecision]
    company: CompanyDecision


def _told(story: Story) -> Told:
    decided = build.rules(story["agreement"])
    as_of = str(story["as_of"])
    given = story["given"]
    rows = [_evidence(one.get("evidence", ())) for one in (given, *given.get("merged", ()))]
    person = build.contact(**_moments(given.get("contact", {})))
    deals = [_deal(one, person, as_of, story["agreement"]) for one in given.get("deals", ())]
    facts = ContactFacts(
        contact=person,
        company=structs.replace(build.COMPANY, **_listed(given.get("company", {}))),
        # One log of all: a fact is its moment, priority and id.
        evidence=sorted({row.place: row for log in rows for row in log}.values()),
        deals=deals,
        answers=[_answer(one) for one in given.get("answers", ())],
    )
    decision = decide_contact(facts, rules=decided, as_of=build.at(as_of))
    colleagues = [FunnelStage(one) for one in given.get("colleagues", ())]
    view = CompanyStages(
        company=build.COMPANY,
        contact_stages=[decision.stage, *colleagues],
        spans=[span for one in deals for span in one.spans[-1:]],
    )
    return Told(decision, {one.deal_id: one for one in deals}, decide_company(view, rules=decided))


def _listed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _answer(given: Mapping[str, Any]) -> Answer:
    when = build.at(str(given["at"]))
    kind, survey = given.get("kind", "NPS"), given.get("survey")
    return Answer(
        id=str(when), contact_id="c", survey_id=survey, survey_type=kind, value=given["value"], answered_at=when
    )


def _moments(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: build.at(str(value)) if name.endswith("_at") else value for name, value in values.items()}
    if "more_emails" in found:
        found["more_emails"] = tuple(found["more_emails"])
    dates = ("entered_", "planned_")
    if "fields" in found:
        known = found["fields"].items()
        found["fields"] = {name: build.at(str(value)) if name.startswith(dates) else value for name, value in known}
    return found


def _evidence(lines: Sequence[Mapping[str, Any]]) -> Iterator[Evidence]:
    for line in lines:
        rest = {name: value for name, value in line.items() if name not in {"at", "until", "every_days"}}
        for when in _days(line):
            yield build.row(when, **rest)


def _days(line: Mapping[str, Any]) -> Iterator[int]:
    """One day, or every so many days until another."""
    when, last = build.at(str(line["at"])), build.at(str(line.get("until", line["at"])))
    while when <= last:
        yield when
        local = moment(when).astimezone(build.BERLIN) + timedelta(days=line.get("every_days", 1))
        when = millis(local)


def _deal(given: Mapping[str, Any], person: Contact, as_of: str, text: str | None) -> DealDecision:
    values = {name: value for name, value in given.items() if name not in {"moves", "changes", "delays", "sales_ready"}}
    for name in ("close_date", "archived_at", "gone_at", "updated_at"):
        if name in values:
            values[name] = build.at(str(values[name]))
    for name in ("two_way",):
        if name in values:
            values[name] = [str(one) for one in values[name]]
    for name in ("planned_purchase", "contract_end"):
        if name in values.get("fields", {}):
            values["fields"] = {**values["fields"], name: build.at(str(values["fields"][name]))}
    if "amount" in values:
        values["amount"] = Decimal(str(values["amount"]))
    ident = values.get("ident", "d1")
    if "created" in values:
        values["created"] = str(values["created"])
    moves = [(str(when), stage) for when, stage in given.get("moves", ())]
    more = [_change(one, ident) for one in given.get("changes", ())]
    values["people"] = [person] if person.id in values.get("people", ()) else ()
    delays = [Delay(rule, *(build.at(str(when)) for when in stretch)) for rule, *stretch in given.get("delays", ())]
    facts = build.deal_facts(moves, more=more, kept=Kept(delays=delays), **values)
    ready = {name: build.at(str(when)) for name, when in given.get("sales_ready", {}).items()}
    return build.decided_deal(replace(facts, sales_ready=ready), as_of, text)


def _change(one: Sequence[Any], deal: str) -> Change:
    when, name, value, *source = one
    text = None if value is None else str(build.at(str(value))) if name == "close_date" else str(value)
    return build.change(str(when), name, text, ChangeSource(source[0]) if source else ChangeSource.USER, deal=deal)


def _seen(told: Told, key: str) -> Any:
    decision = told.contact
    special: Mapping[str, Callable[[], Any]] = {
        "path": lambda: build.path(decision),
        "rules": lambda: [event.rule for event in decision.events],
        "events": lambda: [_event(event) for event in decision.events],
        "last": lambda: _event(decision.events[-1]),
        "score": lambda: _score(decision.score),
        "cycles": lambda: [_cycle(cycle) for cycle in decision.cycles],
        "since": lambda: build.day(decision.since),
        "flags": lambda: list(decision.flags),
        "due_at": lambda: _clock(decision.due_at),
        "sla_due_at": lambda: _clock(decision.sla_due_at),
        "overridden_until": lambda: _clock(decision.overridden_until),
        "company": lambda: told.company.stage.value,
    }
    if key in special:
        return special[key]()
    value = getattr(decision, key)
    return getattr(value, "value", value)


def _event(event: StageEvent) -> str:
    passed, proof = "~" if event.virtual else "", ",".join(event.evidence) or "-"
    entered = f"{event.cycle_no}.{event.seq} {passed}{event.to_stage.value} {build.day(event.occurred_at)}"
    return f"{entered} {event.rule} {event.actor} {proof}"


def _score(score: Score) -> str:
    return f"{score.fit:g} {score.engagement:g} {score.cell} {score.action} {score.basis}"


def _of_deal(decision: DealDecision, name: str) -> Any:
    if name == "spans":
        return [f"{span.outcome.value} {build.day(span.valid_from)}" for span in decision.spans]
    holder = decision if hasattr(decision, name) else decision.spans[-1]
    value = getattr(holder, name)
    if name.endswith("_at") or name in {"close_date", "valid_from"}:
        return build.day(value)
    return list(value) if isinstance(value, tuple) else getattr(value, "value", value)


def _clock(value: int | None) -> str | None:
    return None if value is None else moment(value).astimezone(build.BERLIN).strftime("%Y-%m-%d %H:%M")


def _cycle(cycle: Cycle) -> dict[str, Any]:
    """Return what a cycle has, dates as local days; what it does not have is left out."""
    found: dict[str, Any] = {}
    for name, value in structs.asdict(cycle).items():
        if value is None or name in _SEGMENTS:
            continue
        is_moment = name.endswith("_at") or name in {"reopened_from", "reopened_to"}
        found[name] = build.day(value) if is_moment else getattr(value, "value", value)
    return found


_SEGMENTS = {"cycle_no", "source", "campaign", "owner_id", "country", "industry", "grade"}
