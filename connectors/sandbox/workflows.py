"""Automation inside the CRM: what it sets by itself when somebody else changes a property."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Workflow:
    """One rule of the portal's own. It is not started by what workflows set."""

    #: Name of the kind of record, such as `contacts`.
    kind: str
    #: The property whose change starts it.
    property: str
    #: The value that starts it, empty where it is cleared; None for any.
    turns: str | None = None
    #: What it sets; an empty text clears.
    sets: Mapping[str, str]

    def starts(self, before: str | None, after: str | None) -> bool:
        """Return whether a change starts it."""
        return (before or "") != (after or "") and self.turns in {None, after or ""}
