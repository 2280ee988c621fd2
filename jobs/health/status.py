"""How an account stands: freshness of each stream, last runs, full compare, outbox, dead letters, budget."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from jobs.budget.parking import Rest, rests
from jobs.budget.spending import Spending, today
from jobs.names import RECONCILE
from jobs.webhooks.hook_standing import HookStanding, read_hooks
from syncer.moments import Millis, iso
from syncer.store import Run, Store


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountStatus:
    """One account's health."""

    account: str
    #: stream → seconds since the moment up to which it was read.
    freshness: Mapping[str, int]
    #: Live records by table.
    records: Mapping[str, int]
    outbox: Mapping[str, int]
    dead_letters: int
    runs: Sequence[Run]
    webhooks: HookStanding
    #: The last full compare that came to its end.
    reconciled: Run | None = None
    #: What our calls cost today and what the CRM said last of its limits; None where it was never asked.
    spending: Spending | None = None
    #: Why and until when nothing is asked of it, or of its associations.
    rests: Sequence[Rest] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        reconciled = None if self.reconciled is None else _timed(self.reconciled)
        return {
            "account": self.account,
            "freshness": dict(self.freshness),
            "records": dict(self.records),
            "outbox": dict(self.outbox),
            "dead_letters": self.dead_letters,
            "runs": [_timed(run) for run in self.runs],
            "reconciled": reconciled,
            "budget": None if self.spending is None else self.spending.as_dict(),
            "webhooks": self.webhooks.as_dict(),
            "parked": [rest.as_dict() for rest in self.rests],
        }


def _timed(run: Run) -> dict[str, object]:
    return {**asdict(run), "started_at": iso(run.started_at), "ended_at": iso(run.ended_at)}


def read_status(store: Store, account: str, now: Millis, *, runs: int = 10) -> AccountStatus:
    """Return how an account stands at `now`."""
    with store.snapshot() as unit:
        windows = unit.desk.positions(account, "window")
        return AccountStatus(
            account=account,
            freshness={stream: max(0, (now - int(at)) // 1000) for stream, at in sorted(windows.items())},
            records=unit.mirror.counts(account),
            outbox=unit.desk.outbox_counts(account),
            dead_letters=len(unit.desk.dead_letters(account)),
            runs=unit.desk.runs(account, runs),
            webhooks=read_hooks(unit, account, now),
            reconciled=unit.desk.last_run(account, RECONCILE),
            spending=today(unit, account, now),
            rests=tuple(rests(unit, account, now).values()),
        )
