"""How far a job is: bars on a terminal, plain lines otherwise, nothing with --json. All on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from jobs.wording.streams import step_name
from jobs.wording.words import Language, number

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

    lang: Language = "en"

    def __post_init__(self) -> None:
        self._counts: dict[str, int] = {}

    def advance(self, step: str, by: int) -> None:
        """Count `by` more records of `step`."""
        self._counts[step] = self._counts.get(step, 0) + by

    def done(self, step: str) -> None:
        """Write the step's count."""
        count = number(self._counts.pop(step, 0), self.lang)
        sys.stderr.write(f"{step_name(step, self.lang)}: {count}\n")


@contextmanager
def progress(*, quiet: bool, lang: Language = "en") -> Iterator[Progress]:
    """Yield the way of telling that suits the terminal."""
    if quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        yield PlainLines(lang)
    else:
        with _bars(lang) as bars:
            yield bars


@contextmanager
def _bars(lang: Language) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[count]:>11}"),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars, lang)


class _Bars:
    """One bar a step; its length is not known before its end, so it pulses until then."""

    def __init__(self, bars: "RichProgress", lang: Language) -> None:
        self._bars = bars
        self._lang = lang
        self._tasks: dict[str, TaskID] = {}
        self._counts: dict[str, int] = {}

    def advance(self, step: str, by: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step_name(step, self._lang), total=None, count="0")
        self._counts[step] = self._counts.get(step, 0) + by
        self._bars.update(self._tasks[step], count=number(self._counts[step], self._lang))

    def done(self, step: str) -> None:
        self.advance(step, 0)
        # A step of nothing is full, too.
        self._bars.update(self._tasks[step], total=1, completed=1)
