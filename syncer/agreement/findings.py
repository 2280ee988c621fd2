"""One finding about the agreement's content, and findings that several checks share."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from syncer.agreement.tree import Path


class Fault(NamedTuple):
    """One thing wrong, with the path to it."""

    path: Path
    message: str
    hint: str | None = None
    #: Other sections, or dotted keys, that the finding relies on: where one of them is broken, it may be an echo.
    relies_on: tuple[str, ...] = ()
    #: It matters as well where the file leaves the part to the default.
    binds_default: bool = False


def is_inside(key: str, owner: str) -> bool:
    """Say whether a dotted key is another or stands below it."""
    return key == owner or key.startswith((f"{owner}.", f"{owner}["))


def duplicates(ids: Iterable[tuple[Path, str]]) -> Iterator[Fault]:
    """Yield a fault for every id that stood before."""
    seen: set[str] = set()
    for path, one in ids:
        if one in seen:
            yield Fault(path, f"id {one} is taken", "every rule has an id of its own")
        seen.add(one)


def allowed(names: Collection[str]) -> str:
    """Return what may stand where something unknown stands."""
    return f"allowed: {', '.join(sorted(names))}" if names else "none is known here"


def unknown_event(path: Path, event: str, known: Collection[str]) -> Fault:
    """Return the fault of naming an event that no rule of `events` gives."""
    return Fault(path, f"unknown event {event!r}", allowed(known), ("events",))
