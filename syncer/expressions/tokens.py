"""Text of a condition into tokens, with positions; refuses what is too long."""

import re
from enum import Enum
from typing import NamedTuple

from syncer.errors import ConfigError, Problem

_MAX_LENGTH = 1_000


class ExpressionError(ConfigError):
    """A condition cannot be read. `position` is 1-based; `name` is the name that does not exist, if that is why."""

    def __init__(self, message: str, *, position: int, hint: str | None = None, name: str | None = None) -> None:
        super().__init__([Problem(message=f"{message} at position {position}", hint=hint)])
        self.position = position
        self.hint = hint
        self.name = name


class Shape(Enum):
    """Kinds of token."""

    STRING = "string"
    DURATION = "duration"
    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"
    END = "end"


class Token(NamedTuple):
    """One token. `position` is 1-based."""

    shape: Shape
    text: str
    position: int


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"[^"]*"|'[^']*')
    |(?P<duration>\d+(?:\.\d+)?[hdwmy]\b)
    |(?P<number>\d+(?:\.\d+)?(?!\w))
    |(?P<word>[^\W\d]\w*(?:\.\w+|\[[^\W\d][\w.]*\]\.\w+)*)
    |(?P<sign>==|!=|<=|>=|[<>+*(),\[\]-])""",
    re.VERBOSE,
)


def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a condition, an END among them; ExpressionError names the first thing that is none."""
    if len(text) > _MAX_LENGTH:
        raise ExpressionError(
            f"a condition of {len(text)} characters", position=1, hint=f"at most {_MAX_LENGTH} characters"
        )
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(
                f"unexpected {text[position]!r}",
                position=position + 1,
                hint="names, numbers, 'text', durations such as 14d, and or not in within exists == != < <= > >= + - *",
            )
        if match.lastgroup != "space":
            found.append(Token(Shape(match.lastgroup), match.group(), position + 1))
        position = match.end()
    return (*found, Token(Shape.END, "", len(text) + 1))
