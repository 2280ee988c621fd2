"""An event loop whose time passes only by waiting."""

import asyncio
import selectors
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Sequence


class VirtualSelector(selectors.SelectSelector):
    """Never waits: what would have been waited is added to the clock, and a microsecond for the work itself."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += max(timeout or 0.0, 1e-6)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only by waiting."""

    def __init__(self) -> None:
        self.selector = VirtualSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


def run(main: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())


def most_in(moments: Sequence[float], seconds: float) -> int:
    """Return how many of the moments fall into one window of so many seconds, at most."""
    ordered = sorted(moments)
    return max(bisect_left(ordered, start + seconds) - place for place, start in enumerate(ordered))
