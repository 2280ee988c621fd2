"""`.env`: what cannot be read of it is a problem with its line, never a variable less."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from syncer.agreement.load import read_text
from syncer.errors import ConfigError, Problem

#: In the folder that a command is called in.
DOTFILE: Final = Path(".env")
#: Editors of some systems put a mark before the first letter; it is none of the first name.
ENCODING: Final = "utf-8-sig"
_ERROR = "cannot be read"
_HINT = "NAME=value, one a line; a value in quotes ends with the same quote"


def refuse_unreadable(path: Path) -> None:
    """Raise ConfigError where the file is there and not every line of it says something."""
    if not path.exists():
        return
    problems = [_problem(path, one) for one in _bindings(path) if one.error or (one.key and one.value is None)]
    if problems:
        raise ConfigError(problems)


def _bindings(path: Path) -> Sequence[Binding]:
    return list(parse_stream(StringIO(read_text(path, _HINT))))


def _problem(path: Path, found: Binding) -> Problem:
    message = _ERROR if found.error else "has no ="
    key = None if found.error else found.key
    return Problem(file=str(path), line=found.original.line, key=key, message=message, hint=_HINT)
