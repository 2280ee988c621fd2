"""Whether the files and variables that a person named are there: a typing error must not mean defaults."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from syncer.errors import Problem

_PREFIX: Final = "SYNCER_"
#: How alike two names are when one is taken for the other mistyped.
_ALIKE: Final = 0.85


def misplaced(named: Mapping[str, tuple[Path, Path]]) -> Sequence[Problem]:
    """Return a problem for each variable whose file is absent and cannot be meant to be.

    `named` holds variable → (its path, the path without it). A file of the default name may be absent from a folder
    that is there: then the defaults run.
    """
    return [
        problem
        for variable, (path, usual) in named.items()
        if (problem := _misplaced(variable, path, usual)) is not None
    ]


def _misplaced(variable: str, path: Path, usual: Path) -> Problem | None:
    if path.exists():
        return None
    if not path.absolute().parent.is_dir():
        message = f"names {path}, whose folder is not there"
    elif path.name != usual.name:
        message = f"names {path}, which is not there"
    else:
        return None
    hint = f"mend the path, or put the file there; without {variable}, {usual} of the working directory counts"
    return Problem(key=variable, message=message, hint=hint)


def mistyped(set_: Iterable[str], known: Collection[str], named_in_file: Collection[str]) -> Sequence[Problem]:
    """Return a problem for each set SYNCER_ variable that nobody reads and that is much like one that is not set."""
    present = set(set_)
    unread = sorted(one for one in present if one.startswith(_PREFIX) and one not in {*known, *named_in_file})
    missing = [one for one in known if one.startswith(_PREFIX) and one not in present]
    return [
        Problem(key=one, message="no such variable", hint=f"did you mean {near[0]}?")
        for one in unread
        if (near := get_close_matches(one, missing, n=1, cutoff=_ALIKE))
    ]
