"""What a condition may speak of: names with their types, sets, functions."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Type(Enum):
    """What a name's value is. Conditions that mix them up are refused when compiled."""

    #: A number; also a count of days, which compares with a duration.
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    #: Milliseconds since the epoch; compared with a duration, it is the days from `as_of` that count.
    MOMENT = "moment"
    #: Not known beforehand; a value that does not fit a comparison leaves it unknown.
    ANY = "any"


class Name(NamedTuple):
    """A name that a condition may use."""

    type: Type = Type.ANY
    #: Under which the values hold it; "" is the name itself.
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Everything that one kind of condition may speak of."""

    names: Mapping[str, Name]
    #: Set by name; text compares without regard to case.
    sets: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: Sets whose membership the values answer themselves: name of the set to the key of a flag.
    answered_sets: Mapping[str, str] = field(default_factory=dict)
    #: Functions of a moment and a whole number, such as `end_of_quarter(as_of, 1)`; they return a moment.
    moments: Mapping[str, Callable[[int, int], int]] = field(default_factory=dict)


def untyped(names: Collection[str]) -> Vocabulary:
    """Return a vocabulary of names whose types are not known."""
    return Vocabulary(names={name: Name() for name in names})
