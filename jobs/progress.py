"""How far a job is: bars on a terminal, plain lines otherwise, nothing with --json. All on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Progress(Protocol):
    """What a job tells about its way."""

    def advance(self, step: str, by: int) -> None:
        """Count `by` more records of `step`."""
        ...

    def done(self, step: str) -> None:
        """Say that a step has ended."""
        ...


class Silent:
    """Tells nothing."""

    def advance(self, step: str, by: int) -> None:
        """Count nothing."""

    def done(self, step: str) -> None:
        """Say nothing."""


@dataclass
class PlainLines:
    """One line a step, once it is done: for logs, pipes and cron."""

    def __post_init__(self) -> None:
        self._counts: dict[str, int] = {}

    def advance(self, step: str, by: int) -> None:
        """Count `by` more records of `step`."""
        self._counts[step] = self._counts.get(step, 0) + by

    def done(self, step: str) -> None:
        """Write the step's count."""
        sys.stderr.write(f"{step}: {self._counts.pop(step, 0):,}\n")


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Yield the way of telling that suits the terminal."""
    if quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        yield PlainLines()
    else:
        with _bars() as bars:
            yield bars


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:>11,.0f}"),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)


class _Bars:
    """One bar a step; its length is not known before its end, so it pulses until then."""

    def __init__(self, bars: "RichProgress") -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def advance(self, step: str, by: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=None)
        self._bars.advance(self._tasks[step], by)

    def done(self, step: str) -> None:
        self.advance(step, 0)
        count = self._bars.tasks[self._bars.task_ids.index(self._tasks[step])].completed
        self._bars.update(self._tasks[step], total=max(count, 1), completed=max(count, 1) if count else 1)
