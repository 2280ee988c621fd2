"""Fit: who the contact is, in points. Groups with caps, deductions, gates; nothing here depends on behaviour."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from syncer.funnel.facts import ContactFacts
from syncer.records import Value
from syncer.scoring.names import Getter
from syncer.scoring.plan import Test
from syncer.scoring.rounding import half_up


class FitRule(NamedTuple):
    """Points for a fact of the profile."""

    id: str
    points: float
    test: Test
    names: tuple[str, ...]
    text: str


class FitGroup(NamedTuple):
    """Rules under one cap: the sum stays within [-cap, cap]."""

    name: str
    cap: float
    #: Only the first rule that holds counts.
    first_match: bool
    rules: tuple[FitRule, ...]


class Gate(NamedTuple):
    """A condition that keeps a contact out before any score."""

    id: str
    test: Test


#: Conditions that read the same fact, asked about its value. Answers are remembered: one bit for each that holds.
Answer = Callable[[Value], int]
#: Conditions that read the same several facts.
Question = Callable[[ContactFacts, int], int]


class Grades(NamedTuple):
    """Thresholds of fit, highest first, and the grade below them all."""

    steps: tuple[tuple[float, str], ...]
    rest: str


class FitPlan(msgspec.Struct, frozen=True):
    """Everything fit reads. Bits: rules of groups in order, then deductions, missing facts, and gates."""

    getters: tuple[tuple[str, Getter], ...]
    #: How to read a fact, and what the conditions on it alone say.
    facts: tuple[tuple[Getter, Answer], ...]
    questions: tuple[Question, ...]
    groups: tuple[FitGroup, ...]
    deductions: tuple[FitRule, ...]
    gates: tuple[Gate, ...]
    #: Names whose absence lowers completeness.
    profile: tuple[str, ...]
    grades: Grades
    low: float
    high: float
    #: Standings by bits: different contacts, the same answers.
    known: dict[int, "Standing"]


class Fit(msgspec.Struct, frozen=True):
    """Fit of one contact. `points` rounded half-up to two decimals."""

    points: float
    grade: str
    #: Share of known fit-relevant facts, 0..1.
    completeness: float
    #: Ids of the rules that counted.
    hits: tuple[str, ...]
    #: Fit-relevant facts that nobody knows.
    missing: tuple[str, ...]


class Standing(msgspec.Struct, frozen=True):
    """What a contact's profile alone says."""

    #: The gate that keeps the contact out.
    gate: str | None
    fit: Fit


def profile_of(facts: ContactFacts, getters: tuple[tuple[str, Getter], ...], as_of: int) -> dict[str, Value]:
    """Return the named facts of a contact."""
    return {name: read(facts, as_of) for name, read in getters}


def standing_of(plan: FitPlan, facts: ContactFacts, as_of: int) -> Standing:
    """Return a contact's fit and the gate that keeps it out."""
    bits = 0
    for read, answer in plan.facts:
        bits |= answer(read(facts, as_of))
    for ask in plan.questions:
        bits |= ask(facts, as_of)
    standing = plan.known.get(bits)
    if standing is None:
        standing = plan.known[bits] = Standing(_gate(plan, bits), _measure(plan, bits))
    return standing


def grade_of(grades: Grades, points: float) -> str:
    """Return the grade of a fit."""
    for threshold, grade in grades.steps:
        if points >= threshold:
            return grade
    return grades.rest


def _gate(plan: FitPlan, bits: int) -> str | None:
    """Return the id of the first gate that keeps a contact out, or None."""
    first = sum(len(group.rules) for group in plan.groups) + len(plan.deductions) + len(plan.profile)
    return next((one.id for number, one in enumerate(plan.gates, first) if bits >> number & 1), None)


def _measure(plan: FitPlan, bits: int) -> Fit:
    rules = [(group, rule) for group in plan.groups for rule in group.rules]
    held = {number for number in range(len(rules) + len(plan.deductions) + len(plan.profile)) if bits >> number & 1}
    hits: list[FitRule] = []
    total, number = 0.0, 0
    for group in plan.groups:
        numbers = range(number, number + len(group.rules))
        found = [group.rules[one - number] for one in numbers if one in held]
        found = found[:1] if group.first_match else found
        hits += found
        total += min(max(sum(rule.points for rule in found), -group.cap), group.cap)
        number += len(group.rules)
    taken = [rule for offset, rule in enumerate(plan.deductions) if number + offset in held]
    number += len(plan.deductions)
    points = half_up(min(max(total + sum(rule.points for rule in taken), plan.low), plan.high))
    missing = tuple(name for offset, name in enumerate(plan.profile) if number + offset in held)
    return Fit(
        points=points,
        grade=grade_of(plan.grades, points),
        completeness=1.0 - len(missing) / len(plan.profile) if plan.profile else 1.0,
        hits=tuple(rule.id for rule in (*hits, *taken)),
        missing=missing,
    )
