"""A file of JSON lines: what every line holds and where it stands; every line that is none is named, all at once."""

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from connectors.sandbox.lines import Place
from syncer.errors import ConfigError, Problem

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _TwiceError(ValueError):
    """A key that an object gives twice: nobody knows which of the values is meant."""


def read_json_lines(path: Path) -> Sequence[tuple[Place, Mapping[str, object]]]:
    """Return the objects of a file with their places; raises ConfigError with every bad line.

    Numbers keep the digits that stand in the file.
    """
    problems: list[Problem] = []
    found: list[tuple[Place, Mapping[str, object]]] = []
    for number, text in _lines(path):
        try:
            line = json.loads(text, parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_object)
        except _TwiceError as error:
            problems.append(Problem(file=str(path), line=number, key=str(error), message="the key stands twice"))
        except (ValueError, RecursionError):
            problems.append(Problem(file=str(path), line=number, message="is not JSON", hint="one object a line"))
        else:
            if isinstance(line, dict):
                found.append((Place(str(path), number), line))
            else:
                problems.append(Problem(file=str(path), line=number, message="is not a JSON object"))
    if problems:
        raise ConfigError(problems)
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every line that says anything; a line ends where the file breaks it, not at a sign inside a text."""
    for number, text in enumerate(_text(path).split("\n"), start=1):
        if text.strip():
            yield number, text


def _text(path: Path) -> str:
    raw = path.read_bytes()
    encoding = "utf-16" if raw.startswith(_UTF16) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = Problem(file=str(path), line=line, message=f"cannot be read as {encoding}", hint="save it as UTF-8")
        raise ConfigError([problem]) from None


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
