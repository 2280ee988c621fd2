"""How many rows an account has, without counting millions of them: small tables now, large ones as last counted."""

from collections.abc import Callable

from jobs.figures.beside import FEW, Stock, kept_stock
from syncer.moments import Millis
from syncer.store import Unit

#: Returns an account's rows at a moment.
StockOf = Callable[[Unit, str, Millis], Stock]


def whole_stock(unit: Unit, account: str, now: Millis) -> Stock:
    """Return the rows of every table, counted one by one."""
    return Stock(counted_at=now, records=unit.mirror.counts(account), outbox=unit.desk.outbox_counts(account))


def last_stock(unit: Unit, account: str, now: Millis) -> Stock:
    """Return the rows of every table that is small or was ever counted; a large one as the last snapshot has it."""
    few, kept = unit.mirror.few(account, FEW), kept_stock(unit, account)
    before = Stock(counted_at=now, records={}, outbox={}) if kept is None else kept
    large = {name: number for name, number in before.records.items() if name not in few}
    settled = unit.desk.few_of_outbox(account, FEW)
    outbox = {**before.outbox, **unit.desk.unsettled(account)} if settled is None else settled
    return Stock(counted_at=before.counted_at, records={**few, **large}, outbox=outbox)
