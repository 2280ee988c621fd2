"""A condition as a tree of frozen values: what was written, not yet what it means."""

from dataclasses import dataclass
from typing import NamedTuple


class Known(NamedTuple):
    """A literal. A duration is in days."""

    value: float | str | bool
    is_duration: bool = False


class Ref(NamedTuple):
    """A word: a name, or text where text is expected."""

    name: str
    position: int


class Call(NamedTuple):
    """A function with its arguments."""

    name: str
    arguments: "tuple[Node, ...]"
    position: int


class Arithmetic(NamedTuple):
    """`left sign right`, sign being one of + - *."""

    sign: str
    left: "Node"
    right: "Node"
    position: int


class Compare(NamedTuple):
    """`left sign right`, sign being one of == != < <= > >=."""

    sign: str
    left: "Node"
    right: "Node"
    position: int


class Member(NamedTuple):
    """`left in [..]`."""

    left: "Node"
    items: tuple[float | str, ...]
    negated: bool
    position: int


class MemberOfSet(NamedTuple):
    """`left in name_of_a_set`."""

    left: "Node"
    name: str
    negated: bool
    position: int


class Within(NamedTuple):
    """`left within 14d`: at most so far from now, before or after."""

    left: "Node"
    days: float
    position: int


class Exists(NamedTuple):
    """`left exists`: known."""

    left: "Node"


class Not(NamedTuple):
    """`not inner`."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them; as an operand of a comparison, the first that is known."""

    items: "tuple[Node, ...]"
    position: int


Node = Known | Ref | Call | Arithmetic | Compare | Member | MemberOfSet | Within | Exists | Not | And | Or
