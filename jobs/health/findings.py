"""What a look at files, database and accounts found."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a finding is."""

    FINE = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at."""

    level: Level
    area: str
    what: str
    remedy: str | None = None
    #: Stands in a file or in the environment, not in the CRM.
    is_configuration: bool = False
    #: Another agreement might not find it.
    is_by_agreement: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {"level": self.level.value, "area": self.area, "finding": self.what, "remedy": self.remedy}
