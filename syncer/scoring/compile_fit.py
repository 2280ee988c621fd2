"""From the agreement's score model to the flat tuples that scoring runs on: fit, gates and the matrix."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from syncer.agreement.names import Ground
from syncer.agreement.score import FitRule as AgreedFitRule
from syncer.agreement.score import NegativeRule, ScoreModel
from syncer.records import Value
from syncer.scoring.compile import Conditions
from syncer.scoring.fit import Answer, FitGroup, FitPlan, FitRule, Gate, Grades, Question
from syncer.scoring.matrix import ACTION_RANK, Cell, Matrix
from syncer.scoring.names import AS_OF, IDLE_DAYS, Getter, getter
from syncer.scoring.plan import Test

_GRADES = "ABCD"
_LEVELS = 4
#: Distinct facts whose answers are remembered.
_REMEMBERED = 50_000

#: A condition with the names that it reads and the bit of its answer.
_Asked = tuple[tuple[str, ...], int, Test]
#: Conditions with their bits.
_Tests = Sequence[tuple[int, Test]]


def fit_plan(
    model: ScoreModel, *, conditions: Conditions, own_domains: Collection[str], more: Iterable[str]
) -> FitPlan:
    """Return the compiled fit rules. `more` are facts of the profile that engagement reads."""
    groups = tuple(
        FitGroup(
            name=name,
            cap=group.cap,
            first_match=group.first_match,
            rules=tuple(_rule(rule, rule.when, rule.pts, conditions) for rule in group.rules),
        )
        for name, group in model.fit.groups.items()
    )
    deductions = tuple(
        _rule(rule, rule.when, rule.fit, conditions)
        for rule in model.negative
        if rule.fit is not None and rule.when is not None
    )
    gates = [(gate.id, conditions(gate.when, Ground.PROFILE)) for gate in model.gates]
    of_groups = [rule for group in groups for rule in group.rules]
    rules = [*of_groups, *deductions]
    profile = _unique(name for rule in of_groups for name in rule.names if name != AS_OF)
    asked = [(rule.names, 1 << number, rule.test) for number, rule in enumerate(rules)]
    missing = {name: 1 << number for number, name in enumerate(profile, len(rules))}
    first_gate = len(rules) + len(profile)
    asked += [(tuple(sorted(test.names)), 1 << number, test) for number, (_, test) in enumerate(gates, first_gate)]
    by_names = _by_names(asked, missing)
    low, high = model.scale.fit
    return FitPlan(
        getters=_getters([*(name for rule in rules for name in rule.names), *more], own_domains),
        facts=tuple(
            (_getter(names[0], own_domains), _answer(names[0], tests, missing.get(names[0], 0)))
            for names, tests in by_names.items()
            if len(names) == 1
        ),
        questions=tuple(
            _several_facts(names, tests, own_domains) for names, tests in by_names.items() if len(names) != 1
        ),
        groups=groups,
        deductions=deductions,
        gates=tuple(Gate(rule_id, test) for rule_id, test in gates),
        profile=profile,
        grades=_grades(model.thresholds.grade),
        low=low,
        high=high,
        known={},
    )


def matrix_plan(model: ScoreModel) -> Matrix:
    """Return the compiled matrix."""
    levels = sorted(model.thresholds.level.items(), key=lambda item: -item[1])
    return Matrix(
        levels=tuple((threshold, level) for level, threshold in levels),
        rest=_LEVELS,
        rest_grade=_GRADES[-1],
        cells={
            (grade, level): Cell(f"{grade}{level}", action.value, ACTION_RANK[action.value])
            for grade, row in model.matrix.items()
            for level, action in enumerate(row, start=1)
        },
    )


def _rule(rule: AgreedFitRule | NegativeRule, when: str, points: float, conditions: Conditions) -> FitRule:
    test = conditions(when, Ground.PROFILE)
    return FitRule(id=rule.id, points=points, test=test, names=tuple(sorted(test.names)), text=when)


def _by_names(asked: Iterable[_Asked], missing: Iterable[str]) -> Mapping[tuple[str, ...], _Tests]:
    """Return the conditions by the facts that they read, together with each fact that may be missing."""
    found: dict[tuple[str, ...], list[tuple[int, Test]]] = {(name,): [] for name in missing}
    for names, bit, test in asked:
        found.setdefault(names, []).append((bit, test))
    return found


def _answer(name: str, tests: _Tests, missing: int) -> Answer:
    @lru_cache(_REMEMBERED, typed=True)
    def answer(value: Value) -> int:
        return sum(bit for bit, test in tests if test({name: value})) | (missing if value is None else 0)

    return answer


def _several_facts(names: Sequence[str], tests: _Tests, own_domains: Collection[str]) -> Question:
    getters = [_getter(name, own_domains) for name in names]

    # Each value an argument of its own: `typed` tells 1 from True among arguments, not inside one.
    @lru_cache(_REMEMBERED, typed=True)
    def answer(*values: Value) -> int:
        profile = dict(zip(names, values, strict=True))
        return sum(bit for bit, test in tests if test(profile))

    return lambda facts, as_of: answer(*[read(facts, as_of) for read in getters])


def _getters(names: Iterable[str], own_domains: Collection[str]) -> tuple[tuple[str, Getter], ...]:
    return tuple((name, _getter(name, own_domains)) for name in _unique(names))


def _getter(name: str, own_domains: Collection[str]) -> Getter:
    """Return how to read a fact; how long a contact has been idle is no part of a profile."""
    return (lambda _facts, _as_of: None) if name == IDLE_DAYS else getter(name, own_domains)


def _grades(thresholds: Mapping[Literal["A", "B", "C"], float]) -> Grades:
    steps = sorted(thresholds.items(), key=lambda item: -item[1])
    return Grades(steps=tuple((threshold, grade) for grade, threshold in steps), rest=_GRADES[-1])


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
