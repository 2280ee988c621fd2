"""The two sides of a comparison: typed readers of values, arithmetic, functions."""

import operator
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from syncer.expressions.tokens import ExpressionError
from syncer.expressions.tree import Arithmetic, Call, Known, Node, Or, Ref
from syncer.expressions.vocabulary import Type, Vocabulary
from syncer.meant import meant
from syncer.moments import DAY
from syncer.records import Value

Values = Mapping[str, Value]
Read = Callable[[Values], Value]

NOW = "as_of"


class Operand(NamedTuple):
    """One side of a comparison."""

    type: Type
    read: Read
    #: Holds for a literal: `read` gives the same for any values.
    is_constant: bool = False
    #: A count of days written as such.
    is_duration: bool = False


class Scope:
    """A vocabulary while one condition is compiled; notes which keys the condition reads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.keys: set[str] = set()
        #: Those of them that are moments.
        self.moments: set[str] = set()

    def key(self, name: str) -> str:
        """Return the key of a name and note it."""
        known = self.vocabulary.names[name]
        key = known.key or name
        self.keys.add(key)
        if known.type is Type.MOMENT:
            self.moments.add(key)
        return key

    def now(self, position: int) -> Read:
        """Return how to read the present moment; ExpressionError where the vocabulary has none."""
        return self.reference(Ref(NOW, position)).read

    def reference(self, ref: Ref) -> Operand:
        """Return the value of a name."""
        name = self.vocabulary.names.get(ref.name)
        if name is None:
            raise self.unknown(ref)
        key = self.key(ref.name)
        return Operand(name.type, lambda values: values.get(key))

    def unknown(self, ref: Ref) -> ExpressionError:
        """Return the error for a name that does not exist; it names those that do."""
        return ExpressionError(
            f"unknown name {ref.name!r}",
            position=ref.position,
            hint=listed(self.vocabulary.names, ref.name),
            name=ref.name,
        )


def listed(known: Collection[str], wanted: str) -> str:
    """Return what exists: the most similar name, then those with the same subject, else all."""
    if not known:
        return "none is known here"
    subject, _, rest = wanted.rpartition(".")
    near = [name for name in known if subject and rest and name.startswith(f"{subject}.")]
    return f"{meant(wanted, known)}allowed: {', '.join(sorted(near or known))}"


def operand(node: Node, scope: Scope) -> Operand:
    """Return one side of a comparison; ExpressionError where the node is a condition."""
    match node:
        case Known():
            return _known(node)
        case Ref():
            return scope.reference(node)
        case Arithmetic():
            return _arithmetic(node, scope)
        case Call():
            return _call(node, scope)
        case Or():
            return _first_known(node, scope)
        case _:
            raise ExpressionError("a condition stands where a value belongs", position=_position(node))


def _known(node: Known) -> Operand:
    value = node.value
    kind = {bool: Type.FLAG, str: Type.TEXT}.get(type(value), Type.NUMBER)
    return Operand(kind, lambda _: value, is_constant=True, is_duration=node.is_duration)


def _first_known(node: Or, scope: Scope) -> Operand:
    operands = [operand(item, scope) for item in node.items]
    kinds = {one.type for one in operands}
    reads = tuple(one.read for one in operands)
    return Operand(
        kinds.pop() if len(kinds) == 1 else Type.ANY,
        lambda values: next((value for read in reads if (value := read(values)) is not None), None),
    )


def _call(node: Call, scope: Scope) -> Operand:
    if node.name in {"max", "min"}:
        return _extreme(node, scope)
    if node.name in scope.vocabulary.moments:
        return _moment_function(node, scope)
    # `owner(company)` and its like are names that look like calls.
    spelt = f"{node.name}({', '.join(item.name for item in node.arguments if isinstance(item, Ref))})"
    if spelt in scope.vocabulary.names:
        return scope.reference(Ref(spelt, node.position))
    known = dict.fromkeys(
        ["max", "min", *scope.vocabulary.moments, *(name for name in scope.vocabulary.names if "(" in name)]
    )
    raise ExpressionError(f"unknown function {node.name!r}", position=node.position, hint=listed(known, node.name))


def _extreme(node: Call, scope: Scope) -> Operand:
    operands = [_number(item, scope, node.position) for item in node.arguments]
    choose = max if node.name == "max" else min
    reads = tuple(one.read for one in operands)

    def read(values: Values) -> Value:
        known = [value for read in reads if isinstance(value := read(values), int | float)]
        return choose(known) if known else None

    return Operand(Type.NUMBER, read)


def _moment_function(node: Call, scope: Scope) -> Operand:
    function = scope.vocabulary.moments[node.name]
    moment, *steps = (operand(item, scope) for item in node.arguments)
    step = steps[0].read({}) if steps else 0
    if moment.type not in {Type.MOMENT, Type.ANY} or len(steps) > 1 or not isinstance(step, int | float):
        raise ExpressionError(f"{node.name} takes a moment and a number", position=node.position)
    read, whole = moment.read, int(step)

    def result(values: Values) -> Value:
        at = read(values)
        return function(at, whole) if isinstance(at, int) else None

    return Operand(Type.MOMENT, result)


def _number(node: Node, scope: Scope, position: int) -> Operand:
    found = operand(node, scope)
    if found.type not in {Type.NUMBER, Type.ANY}:
        raise ExpressionError(f"{found.type.value} where a number belongs", position=position)
    return found


_SIGNS: Mapping[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def _arithmetic(node: Arithmetic, scope: Scope) -> Operand:
    left, right = operand(node.left, scope), operand(node.right, scope)
    kinds = (left.type, right.type)
    if {Type.TEXT, Type.FLAG} & set(kinds):
        raise ExpressionError(f"{node.sign} needs numbers, durations or moments", position=node.position)
    if node.sign == "-" and kinds == (Type.MOMENT, Type.MOMENT):
        return Operand(Type.NUMBER, _calculated(left.read, right.read, lambda a, b: (a - b) / DAY), is_duration=True)
    if kinds[0] is Type.MOMENT and node.sign != "*" and right.is_duration:
        days = DAY if node.sign == "+" else -DAY
        return Operand(Type.MOMENT, _calculated(left.read, right.read, lambda a, b: int(a + days * b)))
    if Type.MOMENT in kinds:
        raise ExpressionError("a moment takes + and - with a duration such as 14d", position=node.position)
    calculated = _calculated(left.read, right.read, _SIGNS[node.sign])
    is_constant = left.is_constant and right.is_constant
    return Operand(Type.NUMBER, calculated, is_constant, left.is_duration or right.is_duration)


def _calculated(left: Read, right: Read, function: Callable[[float, float], float]) -> Read:
    def read(values: Values) -> Value:
        first, second = left(values), right(values)
        if isinstance(first, int | float) and isinstance(second, int | float):
            return function(first, second)
        return None

    return read


def _position(node: Node) -> int:
    """Return where a node begins, as far as it knows."""
    position = getattr(node, "position", None)
    if isinstance(position, int):
        return position
    inner = getattr(node, "left", None) or getattr(node, "inner", None)
    return _position(inner) if inner is not None else 1
