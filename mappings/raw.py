"""A vendor's record as mappings read it: its properties by candidate, its moments, what is wrong with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from mappings.convert import moment
from syncer.moments import Millis

_T = TypeVar("_T")


class Raw(Protocol):
    """A vendor's record, as far as mappings read it."""

    @property
    def stream(self) -> str:
        """Name of the stream."""
        ...

    @property
    def id(self) -> str:
        """Vendor id."""
        ...

    @property
    def properties(self) -> Mapping[str, str | None]:
        """Values as text; absent and None mean the same."""
        ...

    @property
    def created_at(self) -> str | None:
        """When the vendor created the record."""
        ...

    @property
    def updated_at(self) -> str | None:
        """When the vendor changed it last."""
        ...

    @property
    def archived_at(self) -> str | None:
        """When it was archived."""
        ...


def changed_at(raw: Raw) -> Millis | None:
    """Return the latest moment of change that a record tells of; None where it tells none that can be read."""
    told = (raw.updated_at, raw.properties.get("lastmodifieddate"), raw.properties.get("hs_lastmodifieddate"))
    return max((at for one in told if (at := moment_of("updatedAt", one, [])) is not None), default=None)


def first(candidates: Sequence[str], properties: Mapping[str, str | None]) -> str | None:
    """Return the first of the candidates that says something."""
    return next((text for name in candidates if (text := properties.get(name))), None)


def first_moment(candidates: Sequence[str], properties: Mapping[str, str | None], problems: list[str]) -> Millis | None:
    """Return the moment of the first candidate that says something; what is wrong with it joins `problems`."""
    return moment_of(candidates[0] if candidates else "moment", first(candidates, properties), problems)


def moment_of(name: str, text: str | None, problems: list[str]) -> Millis | None:
    """Return a text as a moment; what is wrong with it joins `problems` under `name`."""
    return parsed(name, moment, text, problems)


def parsed(name: str, convert: Callable[[str], _T], text: str | None, problems: list[str]) -> _T | None:
    """Return a text as `convert` reads it, None for none or blanks; what is wrong joins `problems` under `name`."""
    if not text or text.isspace():
        return None
    try:
        return convert(text)
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None
