"""A tree into one closure over the values, with the types checked once and for all."""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from syncer.expressions.dates import Dates, dates_of
from syncer.expressions.operands import NOW, Operand, Read, Scope, Values, listed, operand
from syncer.expressions.parse import parse
from syncer.expressions.tokens import ExpressionError
from syncer.expressions.tree import (
    And,
    Arithmetic,
    Call,
    Compare,
    Exists,
    Known,
    Member,
    MemberOfSet,
    Node,
    Not,
    Or,
    Ref,
    Within,
)
from syncer.expressions.vocabulary import Type, Vocabulary, untyped
from syncer.moments import DAY
from syncer.records import Value

#: True, False, or None for what cannot be known.
Test = Callable[[Values], bool | None]

_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RANGE_ENDS = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, ready to be asked. Does not hold where a value it needs is unknown."""

    text: str
    #: Keys that it reads from the values.
    names: frozenset[str]
    #: What its answer owes to the day on which it is asked.
    dates: Dates
    _test: Test = field(repr=False, compare=False)

    def __call__(self, values: Values) -> bool:
        """Say whether it holds; a missing key is an unknown value."""
        return self._test(values) is True


def compile_condition(text: str, names: Collection[str] | Vocabulary) -> Condition:
    """Return a condition ready to be asked; ExpressionError says what is wrong, where, and what exists."""
    scope = Scope(names if isinstance(names, Vocabulary) else untyped(names))
    node = parse(text)
    test = _condition(node, scope)
    return Condition(text, frozenset(scope.keys), dates_of(node, frozenset(scope.moments - {NOW})), test)


def _condition(node: Node, scope: Scope) -> Test:
    match node:
        case And():
            return _all(tuple(_condition(item, scope) for item in node.items))
        case Or():
            return _any(tuple(_condition(item, scope) for item in node.items))
        case Not():
            return _negated(_condition(node.inner, scope))
        case Known() | Ref() | Call() | Arithmetic():
            return _flag(node, scope)
        case _:
            return _question(node, scope)


def _question(node: Compare | Member | MemberOfSet | Within | Exists, scope: Scope) -> Test:
    match node:
        case Compare():
            return _comparison(node, scope)
        case Member():
            return _member(node, scope)
        case MemberOfSet():
            return _member_of_set(node, scope)
        case Within():
            return _within(node, scope)
        case Exists():
            return _exists(operand(node.left, scope).read)
        case _:
            assert_never(node)


def _all(tests: tuple[Test, ...]) -> Test:
    def test(values: Values) -> bool | None:
        result: bool | None = True
        for one in tests:
            found = one(values)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    return test


def _any(tests: tuple[Test, ...]) -> Test:
    def test(values: Values) -> bool | None:
        result: bool | None = False
        for one in tests:
            found = one(values)
            if found is True:
                return True
            if found is None:
                result = None
        return result

    return test


def _negated(test: Test) -> Test:
    def negated(values: Values) -> bool | None:
        found = test(values)
        return None if found is None else not found

    return negated


def _flag(node: Known | Ref | Call | Arithmetic, scope: Scope) -> Test:
    found = operand(node, scope)
    if found.type not in {Type.FLAG, Type.ANY}:
        position = 1 if isinstance(node, Known) else node.position
        raise ExpressionError(
            f"a {found.type.value} alone is no condition", position=position, hint="compare it, or write: ... exists"
        )
    read = found.read

    def test(values: Values) -> bool | None:
        value = read(values)
        return value if isinstance(value, bool) else None

    return test


def _exists(read: Read) -> Test:
    return lambda values: read(values) is not None


def _comparison(node: Compare, scope: Scope) -> Test:
    left = operand(node.left, scope)
    right = _right_side(node.right, left.type, scope)
    if left.type is Type.MOMENT and right.is_duration:
        left = _days_from_now(left, scope, node.position)
    elif right.type is Type.MOMENT and left.is_duration:
        right = _days_from_now(right, scope, node.position)
    kinds = {left.type, right.type} - {Type.ANY}
    if len(kinds) > 1:
        names = " and ".join(sorted(kind.value for kind in kinds))
        raise ExpressionError(f"{names} do not compare", position=node.position, hint=_HINTS.get(left.type))
    if node.sign in _ORDER:
        if kinds & {Type.TEXT, Type.FLAG}:
            raise ExpressionError(f"{kinds.pop().value} has no order", position=node.position, hint="use == or in")
        return _ordered(_ORDER[node.sign], left, right)
    equal = _equal(left.read, right)
    return equal if node.sign == "==" else _negated(equal)


_HINTS = {
    Type.MOMENT: "compare a moment with a moment, or with a duration such as 14d",
    Type.NUMBER: "compare a number with a number or a duration",
    Type.TEXT: "write text in quotes, or as one word",
    Type.FLAG: "true or false",
}


def _right_side(node: Node, expected: Type, scope: Scope) -> Operand:
    """Return the right operand; a bare word is a name only where a name of that type exists, else text."""
    if isinstance(node, Ref) and "." not in node.name and expected in {Type.TEXT, Type.ANY}:
        name = scope.vocabulary.names.get(node.name)
        if name is None or (expected is Type.TEXT and name.type not in {Type.TEXT, Type.ANY}):
            word = node.name
            return Operand(Type.TEXT, lambda _: word, is_constant=True)
    return operand(node, scope)


def _days_from_now(moment: Operand, scope: Scope, position: int) -> Operand:
    at, now = moment.read, scope.now(position)

    def read(values: Values) -> Value:
        then, present = at(values), now(values)
        return (then - present) / DAY if isinstance(then, int) and isinstance(present, int) else None

    return Operand(Type.NUMBER, read, is_duration=True)


def _ordered(order: Callable[[float, float], bool], left: Operand, right: Operand) -> Test:
    first, second = left.read, right.read

    def test(values: Values) -> bool | None:
        one, other = first(values), second(values)
        if one is None or other is None or isinstance(one, str) or isinstance(other, str):
            return None
        return order(one, other)

    limit = second({}) if right.is_constant else None
    if not isinstance(limit, int | float):
        return test

    def against_limit(values: Values) -> bool | None:
        one = first(values)
        return None if one is None or isinstance(one, str) else order(one, limit)

    return against_limit


def _equal(left: Read, right: Operand) -> Test:
    second = right.read

    def test(values: Values) -> bool | None:
        one, other = left(values), second(values)
        if one is None or other is None or isinstance(one, str) is not isinstance(other, str):
            return None
        return _folded(one) == _folded(other)

    return test


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def _within(node: Within, scope: Scope) -> Test:
    left = operand(node.left, scope)
    if left.type not in {Type.MOMENT, Type.ANY}:
        raise ExpressionError(f"{left.type.value} within a duration", position=node.position, hint=_HINTS[Type.MOMENT])
    read, limit = _days_from_now(left, scope, node.position).read, node.days

    def test(values: Values) -> bool | None:
        days = read(values)
        return abs(days) <= limit if isinstance(days, int | float) else None

    return test


def _member(node: Member, scope: Scope) -> Test:
    left = operand(node.left, scope)
    numbers = [item for item in node.items if not isinstance(item, str)]
    words = [item for item in node.items if isinstance(item, str)]
    if (numbers and words) or (left.type in {Type.FLAG, Type.MOMENT}):
        raise ExpressionError("a list holds either numbers or texts", position=node.position)
    if left.type not in {Type.ANY, Type.NUMBER if numbers else Type.TEXT}:
        kind = "numbers" if numbers else "texts"
        raise ExpressionError(f"a list of {kind} for a {left.type.value}", position=node.position)
    if len(numbers) == _RANGE_ENDS:
        test = _in_range(left.read, min(numbers), max(numbers))
    else:
        test = _in(left.read, frozenset(numbers) or frozenset(word.casefold() for word in words), str if words else int)
    return _negated(test) if node.negated else test


def _member_of_set(node: MemberOfSet, scope: Scope) -> Test:
    vocabulary = scope.vocabulary
    left = operand(node.left, scope)
    if node.name in vocabulary.answered_sets:
        test = _answered(vocabulary.answered_sets[node.name], scope)
    elif node.name in vocabulary.sets:
        if left.type not in {Type.TEXT, Type.ANY}:
            raise ExpressionError(f"a set of texts for a {left.type.value}", position=node.position)
        test = _in(left.read, frozenset(item.casefold() for item in vocabulary.sets[node.name]), str)
    else:
        known = {**vocabulary.sets, **vocabulary.answered_sets}
        raise ExpressionError(f"unknown set {node.name!r}", position=node.position, hint=listed(known, node.name))
    return _negated(test) if node.negated else test


def _answered(key: str, scope: Scope) -> Test:
    scope.keys.add(key)

    def test(values: Values) -> bool | None:
        value = values.get(key)
        return value if isinstance(value, bool) else None

    return test


def _in_range(read: Read, low: float, high: float) -> Test:
    def test(values: Values) -> bool | None:
        value = read(values)
        return None if value is None or isinstance(value, str) else low <= value <= high

    return test


def _in(read: Read, items: Collection[float | str], kind: type[str | int]) -> Test:
    is_text = kind is str

    def test(values: Values) -> bool | None:
        value = read(values)
        if value is None or isinstance(value, str) is not is_text:
            return None
        return _folded(value) in items

    return test
