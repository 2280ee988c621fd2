"""Stand-ins for values: the same value has the same one under the same key, and none leads back without it. Pure."""

import re
import unicodedata
from base64 import b32encode
from collections.abc import Container
from hashlib import blake2b
from urllib.parse import unquote

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS)
_WORD = 4
_DOMAIN = 6
_CODE = 10

_ADDRESS = re.compile(r"[^\s/?&=<>\"',;:()#|]+(?:@|%40)[^\s/?&=<>\"',;:()#|]+", re.IGNORECASE)
_PAGE = re.compile(r"(?:[a-z][a-z0-9+.-]*://|/|www\.)[^\s]*", re.IGNORECASE)
_QUERY = re.compile(r"[?#].+\Z", re.DOTALL)


class StandIns:
    """Stand-ins under one key. `open_domains` stay: they are providers' or named by the rules, not people's."""

    def __init__(self, key: bytes, open_domains: Container[str]) -> None:
        self._key = key
        self._open = open_domains

    def word(self, purpose: str, text: str, length: int = _WORD) -> str:
        """Return a made-up word of so many syllables, capitalised."""
        number = int.from_bytes(self._digest(purpose, text), "big")
        syllables = []
        for _ in range(length):
            number, place = divmod(number, len(_SYLLABLES))
            syllables.append(_SYLLABLES[place])
        return "".join(syllables).capitalize()

    def phrase(self, purpose: str, text: str) -> str:
        """Return two made-up words."""
        return f"{self.word(purpose, text)} {self.word(f'{purpose}+', text)}"

    def code(self, purpose: str, text: str) -> str:
        """Return 16 letters and digits."""
        return b32encode(self._digest(purpose, text)[:_CODE]).decode().lower()

    def domain(self, text: str) -> str:
        """Return a domain under `.example`, or the domain itself where it may stay."""
        host = _plain(text)
        is_open = "." in host and host in self._open
        return host if is_open else f"{self.word('domain', host, _DOMAIN).lower()}.example"

    def address(self, text: str) -> str:
        """Return an address at the stand-in of its domain; what is no address does not become one."""
        name, at, host = _plain(text).rpartition("@")
        if not (name and at and host):
            return self.code("no address", _plain(text))
        return f"{self.code('address', f'{name}@{host}')}@{self.domain(host)}"

    def scrubbed(self, text: str) -> str:
        """Return a text of the portal's own without addresses in it, and a page's address without its query."""
        cut = _PAGE.sub(lambda found: self._page(found[0]), text)
        return _ADDRESS.sub(lambda found: self.address(unquote(found[0])), cut)

    def _page(self, url: str) -> str:
        return _QUERY.sub(lambda found: f"?{self.code('query', found[0])}", url)

    def _digest(self, purpose: str, text: str) -> bytes:
        return blake2b(f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), key=self._key, digest_size=32).digest()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().lower()
