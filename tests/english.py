"""Finds English left in German text: whatever a word table of ours says in both languages."""

import html
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache

import jobs
from syncer.kpis.catalogue import catalogue
from syncer.scoring.texts import TEXTS

#: What stands in pages as it is: identifiers, and what the CRM's own people wrote.
_AS_IT_IS = re.compile(r'<(\w+)[^>]* translate="no"[^>]*>.*?</\1>|<code>.*?</code>|<title>.*?</title>', re.DOTALL)
_LINKS_TO_ENGLISH = re.compile(r'<a hreflang="en".*?</a>', re.DOTALL)
#: Words of tables that are names in German too, or parts of what the CRM's people write.
_NAMES = frozenset({"call", "Contact", "Deal", "deal", "form", "id", "meeting", "Rate"})


def english_of(page: str) -> list[str]:
    """Return the English words of our tables that stand in a German page, labels included."""
    shown = _LINKS_TO_ENGLISH.sub(" ", _AS_IT_IS.sub(" ", page))
    labels = re.findall(r'(?:aria-label|placeholder|data-says)="([^"]*)"', shown)
    return english_in(html.unescape(" | ".join([re.sub(r"<[^>]+>", " | ", shown), *labels])))


def english_in(text: str) -> list[str]:
    """Return the English words of our tables that stand in a German text."""
    return sorted(one for one in _english() if _stands(one, text))


@cache
def _english() -> frozenset[str]:
    """Return what our tables say in English and nowhere in German."""
    pairs = list(_tables())
    german = " | ".join(said for _, said in pairs)
    return frozenset(said for said, other in pairs if said != other and not _stands(said, german)) - _NAMES


def _stands(words: str, text: str) -> bool:
    # Most words stand nowhere, and that is cheaper to find out without a pattern.
    return words in text and re.search(rf"(?<![\w@./=-]){re.escape(words)}(?![\w@./=-])", text) is not None


def _tables() -> Iterator[tuple[str, str]]:
    for found in pkgutil.walk_packages(jobs.__path__, "jobs."):
        for table in vars(importlib.import_module(found.name)).values():
            if isinstance(table, Mapping):
                yield from (pair for pair in table.values() if _is_pair(pair))

    yield from ((said, TEXTS["de"][key]) for key, said in TEXTS["en"].items() if "{" not in said)
    for declared in catalogue().values():
        yield from ((one.names["en"], one.names["de"]) for one in declared.rows.values())


def _is_pair(value: object) -> bool:
    return type(value) is tuple and len(value) == 2 and all(isinstance(one, str) and one for one in value)


def english_parts(text: str) -> list[str]:
    """Return the pieces of our English sentences, between their facts, that stand in a German text."""
    return sorted(one for one in _pieces() if one in text)


@cache
def _pieces() -> frozenset[str]:
    pairs = list(_tables())
    german = " | ".join(other for _, other in pairs)
    pieces = {piece.strip(" .:;,()·–…") for said, _ in pairs for piece in re.split(r"\{\w*(?::[^{}]*)?\}", said)}
    return frozenset(one for one in pieces if " " in one and len(one) > _SHORT and one not in german)


#: Pieces up to this length say too little to be told from names and codes.
_SHORT = 9
