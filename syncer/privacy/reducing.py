"""What is left of a web event whose address has had its time: the fact, its moment, what it was by the agreement."""

from hashlib import blake2b
from typing import NamedTuple

from syncer.agreement.events import Events
from syncer.legible import DIGESTED


class Told(NamedTuple):
    """What an event's record says of where it happened."""

    subject: str | None
    asset: str | None


def reduced(events: Events, kind: str, told: Told, outcome: str | None) -> Told:
    """Return the least that is the same event by the agreement: its telling word, and digests that tell texts apart.

    Where only the whole text is the same event, it stays.
    """
    event = events.classify(kind, *told, outcome)
    asset = None if told.asset is None else _digest("", told.asset)
    for word in ("", *_words(events, told)):
        left = Told(None if told.subject is None else _digest(word, told.subject), asset)
        if events.classify(kind, *left, outcome) == event:
            return left
    return told


def _digest(word: str, text: str) -> str:
    if DIGESTED.fullmatch(text):
        return text
    return f"{word} #{blake2b(text.encode(), digest_size=8).hexdigest()}".strip()


def _words(events: Events, told: Told) -> list[str]:
    """Return the parts of the text that the agreement's patterns meet."""
    patterns = [rule.pattern for rule in events.root if rule.pattern is not None]
    found = (pattern.search(text) for pattern in patterns for text in told if text)
    return [hit[0] for hit in found if hit is not None]
