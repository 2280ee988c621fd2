"""Money as jobs see it: exchange rates, imported costs, and the pipeline that is frozen day by day."""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection

from syncer.funnel.facts import DealSpan
from syncer.kpis.asked.memory import FrozenDay
from syncer.kpis.asked.ports import Cut
from syncer.moments import Millis
from syncer.money import RateLine
from syncer.records import CostLine
from syncer.store.desk import runs
from syncer.store.measures import freezing
from syncer.store.money import costs, rates
from syncer.store.values import Upserted

_CHANGED = ("account", "money")


class Money:
    """Reads and writes of money over time, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rates(self, account: str, known_at: int) -> Sequence[RateLine]:
        """Return the rates that were believed at a moment."""
        return rates.rates(self._connection, account, known_at)

    def keep_rates(self, account: str, lines: Collection[RateLine], now: Millis) -> Upserted:
        """Write rates that are new or differ. One that is told no longer was told: it stays."""
        done = rates.keep_rates(self._connection, account, lines, now)
        if done.created or done.updated:
            self._note_change(account, now)
        return done

    def costs(self, account: str, prefix: str) -> Sequence[CostLine]:
        """Return the cost lines whose id starts with a prefix, by id."""
        return costs.lines(self._connection, account, prefix)

    def keep_costs(self, account: str, kept: Sequence[CostLine], gone: Collection[str], now: Millis) -> None:
        """Write cost lines, and forget those whose ids are given. Raises InvalidRecord for one that no row can hold."""
        costs.keep(self._connection, account, kept, gone, now)
        if kept or gone:
            self._note_change(account, now)

    def changed_since(self, account: str, since: Millis) -> bool:
        """Return whether costs or rates were written or forgotten at that moment or later."""
        at = runs.cursor(self._connection, account, *_CHANGED)
        return at is not None and int(at) >= since

    def last_frozen(self, account: str) -> int | None:
        """Return the last local day whose pipeline was frozen, None where none ever was."""
        return freezing.last_frozen(self._connection, account)

    def knows_deals(self, account: str) -> bool:
        """Return whether any deal was ever decided: before that there is no pipeline to freeze."""
        return freezing.knows_deals(self._connection, account)

    def freeze(self, cut: Cut, day: FrozenDay, promised: Callable[[DealSpan], bool]) -> int:
        """Freeze the deals open at the cut as those of a day after the last one; return how many there are."""
        return freezing.freeze(self._connection, cut, day, promised)

    def _note_change(self, account: str, now: Millis) -> None:
        runs.keep_cursor(self._connection, account, *_CHANGED, str(now))
