"""What Python's engine stumbles over in a regular expression, in words that need no knowledge of the engine."""

import re
import warnings
from collections.abc import Mapping

from syncer.agreement.patterns import compiled

#: What the engine says, in part → what that is; the first that fits speaks.
_SAID: Mapping[str, str] = {
    "unterminated subpattern": "a ( is not closed",
    "unterminated name": "the name of a group is not closed",
    "unterminated comment": "a comment (?# is not closed",
    "unterminated character set": "a [ is not closed",
    "unbalanced parenthesis": "a ) closes nothing",
    "bad character range": "a range in [ ] that has no order",
    "nothing to repeat": "nothing stands before a *, +, ? or {",
    "multiple repeat": "two repetitions follow one another",
    "min repeat greater": "a repetition { } has more at least than at most",
    "repetition number": "a repetition { } is too large",
    "end of pattern)": "a backslash stands at the end",
    "bad escape": "a backslash before a letter or digit that means nothing with it",
    "escape": "a backslash code is not complete",
    "character name": "a backslash code names no character",
    "missing {": "a backslash code is not complete",
    "group name": "a group's name is unknown, taken or no name",
    "cannot refer": "refers to a group that is still open",
    "group": "refers to a group that does not exist",
    "global flags": "flags such as (?i) stand only at the beginning",
    "look": "a look-behind (?<= or (?<! varies in length",
    "two branches": "a condition (?( ) has more than two branches",
    "Possible": "a [, --, &&, ~~ or || within [ ] without a backslash",
}
_OPENING = "(? is followed by something unknown"


def misspelling(pattern: str) -> str | None:
    """Return what is wrong with a regular expression, and at which character, counted from 0; None where nothing is.

    What the engine takes and warns of, since it will read it otherwise one day, is wrong as well: it is a class of
    another engine (`[[:alpha:]]`), and finds something else.
    """
    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):
            compiled(pattern)
    except re.error as error:
        said = _plain(error.msg)
        return said if error.pos is None else f"{said} at position {error.pos}"
    except (OverflowError, FutureWarning) as error:
        return _plain(str(error))
    except RecursionError:
        return "too many groups within groups"
    return None


def _plain(said: str) -> str:
    return next((plain for part, plain in _SAID.items() if part in said), _OPENING)
