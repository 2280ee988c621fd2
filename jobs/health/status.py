"""How an account stands: freshness of each stream, last runs, full compare, outbox, dead letters, budget."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from jobs.budget.parking import Rest, rests
from jobs.budget.spending import Spending, today
from jobs.health.failures import failures
from jobs.health.silence import Silence, silences
from jobs.health.stock import StockOf, whole_stock
from jobs.names import DRAIN, RECONCILE, SYNC, WINDOW
from jobs.serving.breaker import Sickness, sickness
from jobs.webhooks.hook_standing import HookStanding, read_hooks
from jobs.webhooks.journal_standing import JournalStanding, read_journal_standing
from syncer.moments import Millis, iso
from syncer.store import QueueStanding, Run, Store, Unit


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
    #: The last round that is over, whatever its end.
    last_round: Run | None = None
    #: The last full compare that came to its end.
    reconciled: Run | None = None
    #: What our calls cost today and what the CRM said last of its limits; None where it was never asked.
    spending: Spending | None = None
    #: Why and until when nothing is asked of it, or of its associations.
    rests: Sequence[Rest] = ()
    #: Rounds that failed in a row; None where the last one reached the CRM.
    sickness: Sickness | None = None
    #: Streams that bring nothing, unlike in earlier weeks.
    silences: Sequence[Silence] = ()
    #: Failed runs by kind of error.
    failures: Mapping[str, int] = field(default_factory=dict)
    #: Seconds from the oldest webhook of the last drain that wrote until it was written back.
    behind: float | None = None
    #: Its jobs of the distributed engine; None where the database has no queue.
    queue: QueueStanding | None = None
    #: How far the app's journal was read; None where it never was.
    journal: JournalStanding | None = None
    #: When large tables and settled values were counted; None does not say.
    counted_at: Millis | None = None

    @property
    def lacking(self) -> Mapping[str, str]:
        """By stream that the last round could not read for want of a scope, what helps: contacts, companies, deals."""
        found = None if self.last_round is None else self.last_round.counts.get("lacking")
        return found if isinstance(found, Mapping) else {}

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
            "lacking": dict(self.lacking),
            "reconciled": reconciled,
            "budget": None if self.spending is None else self.spending.as_dict(),
            "webhooks": self.webhooks.as_dict(),
            "parked": [rest.as_dict() for rest in self.rests],
            "sick": None if self.sickness is None else self.sickness.as_dict(),
            "silent": [one.as_dict() for one in self.silences],
            "failures": dict(self.failures),
            "webhook_to_write_back_seconds": self.behind,
            "queue": None if self.queue is None else _queued(self.queue),
            "journal": None if self.journal is None else self.journal.as_dict(),
        }


def _queued(queue: QueueStanding) -> dict[str, object]:
    return {
        "waiting": dict(queue.waiting),
        "running": dict(queue.running),
        "failed": dict(queue.failed),
        "oldest_seconds": None if queue.oldest is None else round(queue.oldest, 1),
        "workers": queue.workers,
    }


def _timed(run: Run) -> dict[str, object]:
    return {**asdict(run), "started_at": iso(run.started_at), "ended_at": iso(run.ended_at)}


def read_status(
    store: Store, account: str, now: Millis, *, runs: int = 10, counted: StockOf = whole_stock
) -> AccountStatus:
    """Return how an account stands at `now`; large tables are counted, unless `counted` knows another way."""
    with store.snapshot() as unit:
        held = counted(unit, account, now)
        windows = unit.desk.positions(account, WINDOW)
        return AccountStatus(
            account=account,
            freshness={stream: max(0, (now - int(at)) // 1000) for stream, at in sorted(windows.items())},
            records=held.records,
            outbox=held.outbox,
            counted_at=held.counted_at,
            dead_letters=len(unit.desk.dead_letters(account)),
            runs=unit.desk.runs(account, runs),
            webhooks=read_hooks(unit, account, now),
            last_round=unit.desk.last_ended(account, (SYNC,), now),
            reconciled=unit.desk.last_run(account, RECONCILE),
            spending=today(unit, account, now),
            rests=tuple(rests(unit, account, now).values()),
            sickness=sickness(unit, account),
            silences=silences(unit, account, now),
            failures=failures(unit, account),
            behind=_behind(unit, account),
            queue=unit.queue.standing(account),
            journal=read_journal_standing(unit, account, now),
        )


def _behind(unit: Unit, account: str) -> float | None:
    last = unit.desk.last_run(account, (DRAIN,))
    behind = None if last is None else last.counts.get("behind")
    return float(behind) if isinstance(behind, int | float) else None
