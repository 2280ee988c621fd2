"""What is told of a web event, once its address or name has had its time: people are shown no digests."""

import re

#: How reduced texts end: a digest, so that rules which count different contents still can.
DIGESTED = re.compile(r"(^|.* )#[0-9a-f]{16}", re.DOTALL)


def legible(text: str | None) -> str:
    """Return what a text says to people: of a reduced one the telling word, empty where none is left."""
    found = DIGESTED.fullmatch(text or "")
    return (text or "") if found is None else found[1].rstrip()
