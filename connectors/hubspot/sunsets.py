"""When HubSpot stops supporting what we call: pure functions of versions and a date.

As HubSpot announced it by 2026-11; where two of its pages disagree (v4), the earlier date counts.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from connectors.hubspot.versions import Versions

#: Numbered versions: the first day on which support may be over, and how HubSpot names it.
NUMBERED_ENDS: Mapping[str, tuple[date, str]] = {
    "v1": (date(2027, 9, 1), "September 2027"),
    "v2": (date(2027, 9, 1), "September 2027"),
    "v3": (date(2027, 9, 1), "September 2027"),
    "v4": (date(2027, 3, 30), "30 March 2027"),
}
#: A dated version is supported for so many months.
DATED_MONTHS = 18
_DATED = re.compile(r"(\d{4})-(\d{2})(-beta)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """One version that some API families are asked for."""

    version: str
    families: Sequence[str]
    #: The first day on which support may be over; None for a beta, which may change on any day.
    on: date | None
    #: The same as HubSpot says it.
    when: str
    #: The version that our own default names instead, where it ends later.
    successor: str | None


def endings(versions: Versions, *, unused: Collection[str] = ()) -> Sequence[Ending]:
    """Return every version in use with its end, the earliest first, betas before all; `unused` families are not."""
    grouped: dict[tuple[str, str | None], list[str]] = {}
    for family, version in asdict(versions).items():
        if family in unused:
            continue
        grouped.setdefault((version, _successor(family, version)), []).append(family)
    found = [
        Ending(version=version, families=families, on=_end(version)[0], when=_end(version)[1], successor=successor)
        for (version, successor), families in grouped.items()
    ]
    return sorted(found, key=lambda one: (one.on or date.min, one.version, one.families))


def _successor(family: str, version: str) -> str | None:
    default = str(getattr(Versions(), family))
    now, then = _end(version)[0], _end(default)[0]
    return default if default != version and (now is None or (then is not None and then > now)) else None


def _end(version: str) -> tuple[date | None, str]:
    if version in NUMBERED_ENDS:
        return NUMBERED_ENDS[version]
    parts = _DATED.fullmatch(version)
    if parts is None or parts[3]:
        return None, "any day: it is a beta"
    months = int(parts[1]) * 12 + int(parts[2]) - 1 + DATED_MONTHS
    ends = date(months // 12, months % 12 + 1, 1)
    return ends, f"{ends:%B %Y}"
