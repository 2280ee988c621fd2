"""How the distributed engine's queue stands: what waits, what is done, who works. Read only; the library writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import LiteralString

from sqlalchemy import Connection, text

from syncer.store.engines.dialect import raw

#: Seconds between two heartbeats of a worker, and after which one that is silent counts as dead.
HEARTBEAT_S, DEAD_AFTER_S = 2.0, 8.0
#: Registers a lane that a worker has beside its first one. Its number is below zero, so that each worker is counted
#: once, whatever lanes workers of other versions have.
REGISTER_BESIDE: LiteralString = (
    "INSERT INTO procrastinate_workers (id) OVERRIDING SYSTEM VALUE "
    "VALUES (-nextval(pg_get_serial_sequence('procrastinate_workers', 'id'))) RETURNING id AS worker_id"
)

_THERE = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
_COUNTS = text(
    "SELECT status::text, task_name, count(*) FROM procrastinate_jobs WHERE args->>'account' = :account GROUP BY 1, 2"
)
#: A repetition waits until its time has come, and only then is late.
_OLDEST = text(
    "SELECT extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))) FROM procrastinate_jobs job "
    "JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred' "
    "WHERE job.status = 'todo' AND job.args->>'account' = :account AND coalesce(job.scheduled_at, now()) <= now()"
)
_WORKERS = text(
    "SELECT count(*) FROM procrastinate_workers "
    "WHERE id > 0 AND last_heartbeat > now() - make_interval(secs => :dead_after)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStanding:
    """One account's part of the queue."""

    #: Jobs by duty.
    waiting: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    #: Attempts that failed or were broken off, of the last day.
    failed: Mapping[str, int] = field(default_factory=dict)
    #: Seconds for which the oldest job that is due has waited; None where none is.
    oldest: float | None = None
    #: Workers that live, whatever they work on.
    workers: int = 0


class Queue:
    """Reads of the queue in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def is_there(self) -> bool:
        """Whether the database has a queue."""
        if self._connection.dialect.name != "postgresql":
            return False
        return bool(self._connection.execute(_THERE).scalar_one())

    def standing(self, account: str) -> QueueStanding | None:
        """Return how an account's jobs stand, or None where the database has no queue."""
        if not self.is_there:
            return None
        counts: dict[str, dict[str, int]] = {"todo": {}, "doing": {}, "failed": {}, "aborted": {}}
        for status, duty, number in raw(self._connection, _COUNTS, {"account": account}):
            counts.setdefault(status, {})[duty] = number
        oldest = self._connection.execute(_OLDEST, {"account": account}).scalar()
        return QueueStanding(
            waiting=counts["todo"],
            running=counts["doing"],
            failed=_added(counts["failed"], counts["aborted"]),
            oldest=None if oldest is None else float(oldest),
            workers=self.workers(),
        )

    def workers(self) -> int:
        """Return how many workers live."""
        found = self._connection.execute(_WORKERS, {"dead_after": DEAD_AFTER_S}).scalar_one()
        return int(found)


def _added(some: Mapping[str, int], others: Mapping[str, int]) -> Mapping[str, int]:
    return {duty: some.get(duty, 0) + others.get(duty, 0) for duty in sorted({*some, *others})}
