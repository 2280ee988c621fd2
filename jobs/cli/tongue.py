"""In which language this process was asked to speak, for who says something where no command is known."""

import sys
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.wording.words import Language

_OPTION = "--lang"


def asked_language() -> "Language":
    """Return the language that the command line asks for, wherever it says so; English where it says none."""
    given = sys.argv[1:]
    return "de" if f"{_OPTION}=de" in given or (_OPTION, "de") in pairwise(given) else "en"
