"""What somebody may have meant who named something that there is not."""

from collections.abc import Collection
from difflib import get_close_matches


def meant(asked: str, known: Collection[str]) -> str:
    """Return a question for the name most like the one asked for, with a space behind it; empty where none is."""
    plain = {one.casefold(): one for one in known}
    near = get_close_matches(asked.casefold(), plain, n=1)
    return f"did you mean {plain[near[0]]}? " if near else ""


def among(asked: str, known: Collection[str]) -> str:
    """Return as a hint what there is, the name most like the one asked for first."""
    return f"{meant(asked, known)}there are: {', '.join(known) or 'none'}"
