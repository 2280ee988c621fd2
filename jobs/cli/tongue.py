"""In which language this process was asked to speak, for who says something where no command is known.

Read before anything else is loaded: helps and refusals speak too.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.wording.words import Language

OPTION: Final = "--lang"
#: Of the environment or `.env`: the language of calls that name none.
VARIABLE: Final = "SYNCER_LANG"
_GERMAN: Final = "de"


def asked_language() -> "Language":
    """Return the language that the call names, wherever it does, else that of the variable; else English."""
    named = _named(sys.argv[1:])
    return "de" if (kept_language() if named is None else named) == _GERMAN else "en"


def kept_language() -> str:
    """Return what the variable says, the environment before `.env`; empty where it is not set."""
    return os.environ.get(VARIABLE) or _of_file(Path(".env"))


def _named(words: "Sequence[str]") -> str | None:
    """Return the language that the words of a call name; None where they name none."""
    for place, word in enumerate(words):
        if word == OPTION:
            return next(iter(words[place + 1 : place + 2]), "")
        if word.startswith(f"{OPTION}="):
            return word.partition("=")[2]
    return None


def _of_file(path: Path) -> str:
    """Return what a file says of the variable; who reads the settings tells what is wrong with the file."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""
    if VARIABLE not in text:
        return ""
    from io import StringIO

    from dotenv.parser import parse_stream

    found = [one.value for one in parse_stream(StringIO(text)) if one.key == VARIABLE]
    return (found[-1] or "") if found else ""
