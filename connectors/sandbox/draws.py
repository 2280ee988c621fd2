"""Repeatable chance and identifiers: the same seed gives the same sequence on every machine."""

from hashlib import blake2b
from uuid import UUID


class Draws:
    """A seeded sequence."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def chance(self) -> float:
        """Return the next number in [0, 1)."""
        return int.from_bytes(self._next()[:8]) / 2**64

    def uuid(self) -> str:
        """Return the next identifier."""
        return str(UUID(bytes=self._next(), version=4))

    def _next(self) -> bytes:
        self._count += 1
        return blake2b(f"{self._seed}:{self._count}".encode(), digest_size=16).digest()


def scatter(value: str) -> bytes:
    """Return a sort key that puts values into an order unrelated to any other, always the same."""
    return blake2b(value.encode(), digest_size=8).digest()
