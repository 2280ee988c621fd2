"""Silence is an alarm: a stream that brings nothing while the same hours of earlier weeks did; nights are known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count

import msgspec

from syncer.moments import HOUR, Millis, iso
from syncer.store import Store, Unit

_WEEK = 7 * 24
#: Hours that are remembered before the last arrival, hours of silence that are compared, earlier weeks looked at.
_MEMORY, _LONGEST, _WEEKS = 5 * _WEEK, 72, 4
#: Weeks that must be known, and arrivals that each of them must have had, before silence says anything.
_KNOWN, _FEWEST = 2, 3
_KEY, _LAST = ("account", "arrivals"), ("account", "last_arrival")

#: Hour since 1970 → reads in it that brought something.
Hours = Mapping[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """A stream that brings nothing, unlike in earlier weeks."""

    stream: str
    #: The end of the last hour that brought something.
    since: Millis
    hours: int
    #: Arrivals in the same hours of the quietest earlier week.
    usual: int

    @property
    def message(self) -> str:
        """What an operator is told."""
        return f"{self.stream}: nothing for {self.hours:,} hours, where earlier weeks brought {self.usual:,} and more"

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**asdict(self), "since": iso(self.since)}


def silence(stream: str, hours: Hours, now: Millis) -> Silence | None:
    """Return that a stream is silent, or None where it is not, or where too little is known to tell."""
    if not hours:
        return None
    last, whole = max(hours), now // HOUR
    quiet = whole - last - 1
    length = min(quiet, _LONGEST)
    usual = _usual(hours, last, whole, length) if length > 0 else ()
    if len(usual) < _KNOWN or min(usual) < _FEWEST:
        return None
    return Silence(stream=stream, since=Millis((last + 1) * HOUR), hours=quiet, usual=min(usual))


def _usual(hours: Hours, last: int, end: int, length: int) -> Sequence[int]:
    """Return what earlier weeks brought in the same hours, as far as the memory covers them."""
    ends = (end - _WEEK * week for week in count(1))
    found: list[int] = []
    for until in ends:
        if until - length < min(hours) or len(found) == _WEEKS:
            return found
        if until <= last:
            found.append(sum(hours.get(hour, 0) for hour in range(until - length, until)))
    return found


def silences(unit: Unit, account: str, now: Millis) -> Sequence[Silence]:
    """Return the streams of an account that are silent now."""
    found = (silence(stream, hours, now) for stream, hours in _kept(unit, account).items())
    return [one for one in found if one is not None]


def last_arrival(unit: Unit, account: str) -> Millis | None:
    """Return when a read of any stream last brought something; None where none ever did."""
    kept = unit.desk.cursor(account, *_LAST)
    return None if kept is None else Millis(int(kept))


def note_arrivals(store: Store, account: str, streams: Collection[str], now: Millis) -> None:
    """Remember that streams brought something this hour."""
    if not streams:
        return
    hour = now // HOUR
    with store.commit() as unit:
        kept = _kept(unit, account)
        for stream in streams:
            before = {one: number for one, number in kept.get(stream, {}).items() if hour - _MEMORY <= one <= hour}
            kept[stream] = {**before, hour: before.get(hour, 0) + 1}
        unit.desk.keep_cursor(account, *_KEY, msgspec.json.encode(kept).decode())
        unit.desk.keep_cursor(account, *_LAST, str(now))


def _kept(unit: Unit, account: str) -> dict[str, dict[int, int]]:
    text = unit.desk.cursor(account, *_KEY)
    try:
        return {} if text is None else msgspec.json.decode(text, type=dict[str, dict[int, int]])
    except msgspec.MsgspecError:
        return {}
