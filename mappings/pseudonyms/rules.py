"""What an agreement reads in texts, and how a stand-in keeps being read the same way. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from mappings.convert import slug
from syncer.agreement import Agreement
from syncer.agreement.patterns import search

_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_WORD = re.compile(r"[\w.\-]+")
#: Signs of an expression that look like letters: a class of signs, an edge of a word.
_SIGNS = re.compile(r"\\[a-zA-Z]")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_REST = re.compile(r"[^\W_]")


class Literals:
    """Every text that an agreement spells out: a value equal to one says no more than the agreement does."""

    def __init__(self, agreement: Agreement) -> None:
        content = agreement.model_dump(mode="json", by_alias=True, exclude={"agreement"})
        self._known = frozenset(word.casefold() for text in _texts(content) for word in _spelt(text) if word)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self._has(text)

    def _has(self, text: str) -> bool:
        return text.strip().casefold() in self._known or slug(text) in self._known


def _texts(content: object) -> Iterator[str]:
    match content:
        case str():
            yield content
        case Mapping():
            for key, value in content.items():
                yield str(key)
                yield from _texts(value)
        case list() | tuple():
            for value in content:
                yield from _texts(value)


def _spelt(text: str) -> Iterator[str]:
    """Yield a text, and where it is a condition the words and quoted texts in it."""
    yield text
    yield from _WORD.findall(text)
    yield from ("".join(found) for found in _QUOTED.findall(text))


def kept_alike(original: str, stand_in: str, patterns: Sequence[re.Pattern[str]], alike: Callable[[str], bool]) -> str:
    """Return the stand-in, with what the patterns found in the original beside it where it needs that to be `alike`.

    Only what a pattern spells out itself is kept. Where nothing helps, the stand-in alone is returned.
    """
    candidates = [stand_in, *(f"{stand_in} {found}" for found in _findings(original, patterns))]
    return next((text for text in candidates if alike(text)), stand_in)


def _findings(original: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    for pattern in patterns:
        hit = search(pattern, original)
        if hit is None:
            continue
        words = sorted(set(_LETTERS.findall(_SIGNS.sub(" ", pattern.pattern).casefold())), key=len, reverse=True)
        found = hit[0].strip()
        rest = found.casefold()
        for word in words:
            rest = rest.replace(word, " ")
        if not _REST.search(rest):
            yield found
        yield " ".join(word for word in words if word in found.casefold())
