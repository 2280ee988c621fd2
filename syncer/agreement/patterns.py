"""Regular expressions of an agreement: searched in a bounded text, and refused where a search might never end.

Python's engine tries the ways through an expression one after the other. How many there are at most is worked out from
the expression alone, for the longest text that is looked at, so that no text that anybody writes can take long. The
fewer ways, the more of a text is looked at.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

#: Characters of a text that every expression looks at.
READ = 500
#: Characters that one with few ways through it looks at: all that CRMs keep in a text, or some pages.
_FURTHER = (65_536, 5_000)
#: Ways through an expression from all characters of a text at which it may begin: two open repetitions, and room.
_MOST = 4 * READ**3
#: More ways than anybody waits for.
_ENDLESS = 1_000 * _MOST
#: More groups within groups than anybody reads.
_DEEPEST = 50

#: What opens a group, or stands for nothing but itself: flags, comments, what a group held.
_OPENING = re.compile(r"\((?:\?(?:P<\w+>|P=\w+\)|#[^)]*\)|\(\w+\)|<?[=!]|>|[aiLmsux-]*[:)]))?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_TIMES = re.compile(r"(?:([*+?])|\{(\d*)(?:(,)(\d*))?\})[?+]?")


class Piece(NamedTuple):
    """A part of an expression: how many ways lead through it, and the letters that each of them begins with."""

    ways: int
    start: str = ""
    #: The part is these letters and nothing else.
    is_plain: bool = False


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return where an expression is first found in the part of a text that is looked at."""
    return pattern.search(text, 0, READ if len(text) <= READ else reach(pattern.pattern))


def compiled(pattern: str) -> re.Pattern[str]:
    """Return an expression ready for searches, whatever the case."""
    return re.compile(pattern, re.IGNORECASE)


def is_endless(pattern: str) -> bool:
    """Say whether a search for a valid expression might take longer than anybody waits."""
    return _takes_long(pattern, READ)


@cache
def reach(pattern: str) -> int:
    """Return how many characters of a text an expression that is not endless looks at."""
    return next((most for most in _FURTHER if not _takes_long(pattern, most)), READ)


def _takes_long(pattern: str, most: int) -> bool:
    return _Reader(pattern, most).whole() * most > _MOST


class _Reader:
    """Reads an expression from left to right, as it is searched in so many characters at most."""

    def __init__(self, text: str, most: int) -> None:
        self._text = text
        self._most = most
        self._at = 0
        self._depth = 0

    def whole(self) -> int:
        """Return the ways through the whole expression; one that is not understood has too many."""
        ways = self._branches().ways
        return ways if self._at == len(self._text) else _ENDLESS

    def _branches(self) -> Piece:
        found = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            found.append(self._sequence())
        if len(found) == 1:
            return found[0]
        ways = [one.ways for one in found]
        return Piece(max(ways) if _exclude(found) else _bounded(sum(ways)))

    def _sequence(self) -> Piece:
        ways, start, is_plain = 1, "", True
        while self._next() not in {"", "|", ")"}:
            piece = self._repeated(self._item())
            ways = _bounded(ways * piece.ways)
            start += piece.start if is_plain else ""
            is_plain = is_plain and piece.is_plain
        return Piece(ways, start, is_plain)

    def _repeated(self, piece: Piece) -> Piece:
        found = _TIMES.match(self._text, self._at)
        if found is None or not any(found.groups()):
            return piece
        self._at = found.end()
        return _times(piece, *_limits(found, self._most))

    def _item(self) -> Piece:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[" and (found := _CLASS.match(self._text, self._at)) is not None:
            self._at = found.end()
            return Piece(1)
        if char == "\\":
            return self._escaped()
        self._at += 1
        return Piece(1, "", is_plain=True) if char in "^$" else Piece(1, *_letter(char))

    def _escaped(self) -> Piece:
        char = self._text[self._at + 1]
        self._at += 2
        if char in "bBAZ":
            return Piece(1, "", is_plain=True)
        return Piece(1) if char.isalnum() else Piece(1, char, is_plain=True)

    def _group(self) -> Piece:
        found = _OPENING.match(self._text, self._at)
        self._depth += 1
        if found is None or self._depth > _DEEPEST:
            self._at = len(self._text) + 1
            return Piece(_ENDLESS)
        self._at = found.end()
        if found[0].endswith(")") and not found[0].startswith("(?("):
            self._depth -= 1
            return Piece(1)
        piece = self._branches()
        self._at += 1
        self._depth -= 1
        return Piece(piece.ways) if found[0][1:2] == "?" and found[0] != "(?:" else piece

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]


def _letter(char: str) -> tuple[str, bool]:
    return ("", False) if char == "." else (char.casefold(), True)


def _limits(found: re.Match[str], longest: int) -> tuple[int, int]:
    """Return how often something is repeated, at least and at most, in a text of so many characters."""
    sign, least, comma, most = found.groups()
    if sign is not None:
        return int(sign == "+"), 1 if sign == "?" else longest
    low = min(int(least or 0), longest)
    high = int(most or longest) if comma else low
    return low, min(high, longest)


def _times(piece: Piece, low: int, high: int) -> Piece:
    """Return a part that is repeated: with one way through it, the number of times is all that can vary."""
    ways = piece.ways
    if high <= low:
        return Piece(_bounded(ways**low))
    return Piece(high - low + 1 if ways == 1 else _bounded((ways ** (high + 1) - ways**low) // (ways - 1)))


def _exclude(found: Sequence[Piece]) -> bool:
    """Say whether no two parts can hold at the same place."""
    starts = sorted(one.start for one in found)
    return all(one and not two.startswith(one) for one, two in combinations(starts, 2))


def _bounded(ways: int) -> int:
    return min(ways, _ENDLESS)
