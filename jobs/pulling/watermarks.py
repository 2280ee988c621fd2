"""How far each stream was read: a moment that moves forward only, so that the next round misses nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobs.desk import Desk, Portal
from jobs.names import WINDOW
from syncer.moments import MINUTE, Millis

#: The present is read to its end; a watermark stays behind it, since the CRM's index lags.
LAG = 2 * MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Watermarks:
    """The watermarks of an account's streams, as they were when a pull began, and where it moves them."""

    desk: Desk
    _known: Mapping[str, Millis]
    #: Of streams that brought nothing: kept together at the end.
    _quiet: dict[str, Millis] = field(default_factory=dict)

    @classmethod
    async def of(cls, desk: Desk) -> "Watermarks":
        """Return them as they stand."""
        return cls(desk=desk, _known=await asyncio.to_thread(_read, desk))

    def since(self, stream: str, overlap: int) -> Millis | None:
        """Return from when on a stream is read, `overlap` milliseconds before its watermark; None where it has none."""
        known = self._known.get(stream)
        return None if known is None else Millis(max(0, known - overlap))

    async def settle(self, stream: str, at: Millis, *, is_quiet: bool) -> None:
        """Move a stream's watermark: at once, or where it brought nothing with those of others by `keep`."""
        if is_quiet:
            self._quiet[stream] = at
        else:
            await keep_watermark(self.desk, stream, at)

    async def keep(self) -> None:
        """Keep the watermarks of the streams that brought nothing. What ends before that reads their windows again."""
        if self._quiet:
            await asyncio.to_thread(_keep, self.desk, self._quiet)
            self._quiet.clear()


async def keep_watermark(desk: Desk, stream: str, at: Millis) -> None:
    """Move a stream's watermark forward, never backward: a clock that jumps back must not lose a change."""
    await asyncio.to_thread(_keep, desk, {stream: at})


def read_watermark(desk: Desk, stream: str) -> Millis | None:
    """Return how far a stream was read, or None where it never was."""
    return _read(desk).get(stream)


async def with_watermark(desk: Desk, streams: Sequence[str]) -> Sequence[str]:
    """Return those of some streams and feeds that were read to their end before."""
    known = await asyncio.to_thread(_read, desk)
    return [name for name in streams if name in known]


async def never_read(desk: Desk, streams: Sequence[str]) -> Sequence[str]:
    """Return those of some streams that no backfill has ever finished."""
    known = await with_watermark(desk, streams)
    return [name for name in dict.fromkeys(streams) if name not in known]


async def never_delivered(desk: Desk, portal: Portal) -> Sequence[str]:
    """Return the feeds that have delivered nothing yet."""
    return await never_read(desk, portal.feeds)


def in_crm_time(desk: Desk, at: Millis) -> Millis:
    """Return a moment of ours by the CRM's clock, where that is behind: the future must not count as read.

    Where the CRM's clock is ahead of ours, or not known yet, the moment stays: then only less is read.
    """
    there = desk.source.usage.server_time
    return at if there is None else Millis(at - max(0, desk.clock() - there))


def _read(desk: Desk) -> Mapping[str, Millis]:
    with desk.store.snapshot() as unit:
        return {stream: Millis(int(at)) for stream, at in unit.desk.positions(desk.name, WINDOW).items()}


def _keep(desk: Desk, marks: Mapping[str, Millis]) -> None:
    with desk.store.commit() as unit:
        before = unit.desk.positions(desk.name, WINDOW)
        for stream, at in marks.items():
            unit.desk.keep_cursor(desk.name, stream, WINDOW, str(max(at, int(before.get(stream, 0)))))
