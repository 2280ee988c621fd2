"""A deal's property history in business time: which value stood from when on. Pure; knows no meaning of stages.

Imported records carry versions written long after the fact. Where the record's own dates lie before the first
version, those dates are the business times.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from syncer.moments import DAY, MINUTE, Millis, in_calendar, millis
from syncer.records import Change, ChangeSource, Deal

#: Who writes a first version that may be about the past, however soon after the record's creation.
_IMPORTERS = frozenset({ChangeSource.IMPORT, ChangeSource.INTEGRATION, ChangeSource.UNKNOWN})

_ENTERED = "entered_"


class Version(NamedTuple):
    """One value of one property, and from when on it stood."""

    at: Millis
    value: str | None
    source: ChangeSource


Timeline = Sequence[Version]


class Timelines(NamedTuple):
    """Everything of a deal that changes over time, by canonical property, each ascending."""

    created_at: Millis
    versions: Mapping[str, Timeline]

    def of(self, name: str) -> Timeline:
        """Return the versions of one property."""
        return self.versions.get(name, ())

    def value(self, name: str, at: int) -> str | None:
        """Return the value of one property at a moment."""
        version = latest(self.of(name), at)
        return None if version is None else version.value

    def moments(self) -> Iterator[Millis]:
        """Yield every moment at which anything changes, creation included and nothing before it."""
        yield self.created_at
        for timeline in self.versions.values():
            yield from (max(version.at, self.created_at) for version in timeline)


def latest(timeline: Timeline, at: int) -> Version | None:
    """Return the version that stands at a moment, or None before the first."""
    index = bisect_right(timeline, at, key=_at)
    return timeline[index - 1] if index else None


def timelines(deal: Deal, changes: Sequence[Change], *, is_closed: Callable[[str | None], bool]) -> Timelines:
    """Return a deal's history in business time; `is_closed` says which stages end a deal."""
    by_name: dict[str, list[Version]] = {}
    for change in sorted(changes, key=lambda one: one.at):
        by_name.setdefault(change.property, []).append(Version(change.at, change.value, change.source))
    if "close_date" in by_name:
        by_name["close_date"] = [one._replace(value=_moment_text(one.value)) for one in by_name["close_date"]]
    created = _created(deal, changes)
    stages = _moves(by_name.pop("stage", []))
    found: dict[str, Timeline] = {
        "stage": _imported(stages, deal, created, is_closed) if stages else _recorded(deal, created, is_closed)
    }
    taken_down = _taken_down(stages, created)
    for name, present in _present(deal).items():
        found[name] = _settled(by_name.pop(name, []), present, created, taken_down)
    found.update(by_name)
    return Timelines(created, found)


def _moves(stages: list[Version]) -> list[Version]:
    """Return the versions by which a deal moved: a stage that is written once more is not entered anew."""
    return [one for index, one in enumerate(stages) if not index or one.value != stages[index - 1].value]


def _present(deal: Deal) -> Mapping[str, str | None]:
    """Return what the record holds now, for properties whose history may be missing or cut off."""
    return {
        "pipeline": deal.pipeline_id,
        "amount": None if deal.amount is None else str(deal.amount),
        "close_date": None if deal.close_date is None else str(deal.close_date),
        "forecast_category": deal.forecast_category,
        "lost_reason": deal.lost_reason,
    }


def _created(deal: Deal, changes: Iterable[Change]) -> Millis:
    moments = [change.at for change in changes]
    if deal.created_at is not None:
        return deal.created_at
    known = [at for at in (*moments, deal.close_date, deal.updated_at) if at is not None]
    return min(known, default=Millis(0))


def _taken_down(stages: Sequence[Version], created: Millis) -> Millis | None:
    """Return when a deal was entered that had begun a day or more before, whoever entered it; else None."""
    return stages[0].at if stages and stages[0].at - created >= DAY else None


def _settled(versions: list[Version], present: str | None, created: Millis, taken_down: Millis | None) -> Timeline:
    """Return versions whose first one stands from creation on; without any, the present value does."""
    if not versions:
        return (Version(created, present, ChangeSource.UNKNOWN),)
    first = versions[0]
    is_of_the_past = first.source in _IMPORTERS or (taken_down is not None and first.at - taken_down < MINUTE)
    if first.at > created and is_of_the_past:
        return (first._replace(at=created), *versions[1:])
    return versions


def _imported(
    versions: list[Version], deal: Deal, created: Millis, is_closed: Callable[[str | None], bool]
) -> Timeline:
    first = versions[0]
    if first.source not in _IMPORTERS and _taken_down(versions, created) is None and is_closed(first.value):
        return versions
    at = _business_time(first, deal, created, is_closed)
    return (first._replace(at=at), *versions[1:])


def _business_time(first: Version, deal: Deal, created: Millis, is_closed: Callable[[str | None], bool]) -> Millis:
    """Return when an imported first version really began: closed at the close date, open at creation."""
    if not is_closed(first.value):
        return min(first.at, created)
    close = deal.close_date
    return first.at if close is None else min(first.at, max(close, created))


def _recorded(deal: Deal, created: Millis, is_closed: Callable[[str | None], bool]) -> Timeline:
    """Return the stages that the record itself tells of: its date-entered fields, else creation and close date."""
    entered = [
        Version(Millis(int(value)), name.removeprefix(_ENTERED), ChangeSource.UNKNOWN)
        for name, value in deal.fields.items()
        if name.startswith(_ENTERED) and isinstance(value, int)
    ]
    if deal.stage_id is not None and all(version.value != deal.stage_id for version in entered):
        at = created
        if is_closed(deal.stage_id) and deal.close_date is not None:
            at = max(deal.close_date, created)
        entered.append(Version(at, deal.stage_id, ChangeSource.UNKNOWN))
    return sorted(entered, key=lambda version: (version.at, version.value == deal.stage_id))


def _moment_text(text: str | None) -> str | None:
    """Return a date as the CRM writes it, ISO 8601 or epoch milliseconds, as milliseconds in text; else None."""
    if text is None:
        return None
    with suppress(ValueError):
        if text.removeprefix("-").isdecimal():
            return str(in_calendar(int(text)))
        parsed = datetime.fromisoformat(text)
        return str(in_calendar(millis(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))))
    return None


def _at(version: Version) -> Millis:
    return version.at
