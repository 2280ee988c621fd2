"""The desk: cursors, runs, outbox, dead letters, snapshots, account facts and OAuth grants."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from syncer.moments import Millis
from syncer.records import Kind
from syncer.store.desk import grants, letters, outbox, runs, standing
from syncer.store.desk.outbox import Settlement
from syncer.store.rows import marks
from syncer.store.values import AccountFacts, DeadLetter, KpiRow, OutboxEntry, Run, RunTally, Snapshot, StoredGrant
from syncer.writeback.intents import Intent, Written


class Desk:
    """Reads and writes of what jobs keep, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cursor(self, account: str, stream: str, kind: str) -> str | None:
        """Return a position in a stream, or None where it was never begun."""
        return runs.cursor(self._connection, account, stream, kind)

    def positions(self, account: str, kind: str) -> Mapping[str, str]:
        """Return by stream the positions of one kind."""
        return runs.positions(self._connection, account, kind)

    def keep_cursor(self, account: str, stream: str, kind: str, position: str, *, expected: str | None = None) -> None:
        """Make a position durable with the commit.

        Raises ChangedMeanwhile where the position is no longer the `expected` one.
        """
        if expected is not None:
            runs.expect_cursor(self._connection, account, stream, kind, expected)
        runs.keep_cursor(self._connection, account, stream, kind, position)

    def drop_cursor(self, account: str, stream: str, kind: str) -> None:
        """Forget a position: the stream begins anew."""
        runs.drop_cursor(self._connection, account, stream, kind)

    def begin_run(self, account: str, job: str, now: Millis) -> str:
        """Record a run and return its id, which sorts by start."""
        return runs.begin_run(self._connection, account, job, now)

    def close_abandoned(self, account: str, now: Millis, *, only: str | None = None, but: str | None = None) -> int:
        """Note that runs still called running were broken off: whoever holds what they held knows that they are dead.

        Those of one job `only`, or of all `but` one.
        """
        return runs.close_abandoned(self._connection, account, now, only=only, but=but)

    def end_run(self, run: str, now: Millis, status: str, counts: Mapping[str, object]) -> None:
        """Record how a run ended and what it counted."""
        runs.end_run(self._connection, run, now, status, counts)

    def drop_run(self, run: str) -> None:
        """Forget a run that kept and wrote nothing that names it."""
        runs.drop_run(self._connection, run)

    def runs(self, account: str, limit: int = 20) -> Sequence[Run]:
        """Return runs, the latest first."""
        return runs.latest_runs(self._connection, account, limit)

    def run_tallies(self, account: str) -> Sequence[RunTally]:
        """Return how many runs of each job and status are kept, and when the last of them began."""
        return runs.run_tallies(self._connection, account)

    def last_ended(self, account: str, jobs: Collection[str], now: Millis) -> Run | None:
        """Return the latest run of any of some jobs that is over by now, whatever its end, or None."""
        return runs.last_ended(self._connection, account, jobs, now)

    def last_run(self, account: str, jobs: Collection[str]) -> Run | None:
        """Return the latest run of any of some jobs that came to its end, or None where there is none."""
        return runs.last_run(self._connection, account, jobs)

    def run(self, run: str) -> Run | None:
        """Return a run, or None where there is none."""
        return runs.run(self._connection, run)

    def intend(self, account: str, run: str, intents: Iterable[Intent], now: Millis) -> int:
        """Record values to write and return how many are new.

        A value that waits already for the same decision stays as it is; one that waits for an older decision on the
        same property is cancelled. A value that was settled before is recorded anew.
        """
        return outbox.intend(self._connection, account, run, intents, now)

    def pending(
        self, account: str, limit: int | None = None, *, without: Collection[Kind] = ()
    ) -> Sequence[OutboxEntry]:
        """Return open values by run, record and property; those left `sending` by a crash are to be read back."""
        return outbox.pending(self._connection, account, limit, without)

    def claim(self, account: str, keys: Collection[str], now: Millis) -> int:
        """Note that open values are about to be sent; return how many were still open."""
        return outbox.claim(self._connection, account, keys, now)

    def release(self, account: str, keys: Collection[str], now: Millis) -> None:
        """Take claims back: nothing was sent, and the attempt does not count."""
        outbox.release(self._connection, account, keys, now)

    def settle(self, account: str, settlements: Collection[Settlement], now: Millis) -> None:
        """Note what became of values."""
        outbox.settle(self._connection, account, settlements, now)

    def reopen(self, account: str, keys: Collection[str], now: Millis) -> int:
        """Make failed values open again; return how many were."""
        return outbox.reopen(self._connection, account, keys, now)

    def written(self, account: str, since: Millis) -> Sequence[OutboxEntry]:
        """Return what we wrote from a moment on, oldest first: the ledger of our own writes."""
        return outbox.written(self._connection, account, since)

    def adopt(self, account: str, entries: Collection[OutboxEntry]) -> None:
        """Take values over as another state of this database knew them, whatever is known of them here."""
        outbox.adopt(self._connection, account, entries)

    def of_run(self, account: str, run: str) -> Sequence[OutboxEntry]:
        """Return every value of one run by record and property."""
        return outbox.of_run(self._connection, account, run)

    def of_record(self, account: str, kind: Kind, record_id: str) -> Sequence[OutboxEntry]:
        """Return every value of one record, the latest first."""
        return outbox.of_record(self._connection, account, kind, record_id)

    def doubtful(self, account: str, limit: int) -> Sequence[OutboxEntry]:
        """Return values that the CRM refused or that a person's newer value kept from being written, latest first."""
        return outbox.doubtful(self._connection, account, limit)

    def has_written(self, account: str) -> bool:
        """Return whether we ever wrote to the account."""
        return standing.has_written(self._connection, account)

    def written_values(
        self, account: str, kind: Kind, ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[Written]]]:
        """Return by record and property the values that we wrote, oldest first."""
        return standing.written_values(self._connection, account, kind, ids)

    def outbox_counts(self, account: str) -> Mapping[str, int]:
        """Return the number of outbox rows by status."""
        return standing.outbox_counts(self._connection, account)

    def few_of_outbox(self, account: str, most: int) -> Mapping[str, int] | None:
        """Return the number of outbox rows by status, or None where there are more than `most`."""
        return standing.few_of_outbox(self._connection, account, most)

    def unsettled(self, account: str) -> Mapping[str, int]:
        """Return the number of outbox rows that are open or that a person should look at, by status."""
        return standing.unsettled(self._connection, account)

    def bury(
        self,
        account: str,
        stream: str,
        record_id: str,
        *,
        reason: str,
        problems: Sequence[str],
        now: Millis,
        payload_ref: str | None = None,
    ) -> str:
        """Keep a dead letter and return its id; `reason` and `problems` hold no personal value."""
        of = (stream, record_id)
        return letters.bury(
            self._connection, account, of, reason=reason, problems=problems, at=now, payload_ref=payload_ref
        )

    def dead_letters(self, account: str) -> Sequence[DeadLetter]:
        """Return the open dead letters, oldest first."""
        return letters.letters(self._connection, account)

    def drop(self, account: str, id_: str) -> bool:
        """Forget a dead letter; return whether it was there."""
        return letters.drop(self._connection, account, id_)

    def mark_replayed(self, account: str, id_: str) -> bool:
        """Note that a dead letter's record went through after all; return whether it was open."""
        return letters.mark_replayed(self._connection, account, id_)

    def demand_full_derive(self, account: str) -> None:
        """Demand that everything be decided anew; `facts.dirty` says so until its answer went through `clear_dirty`."""
        marks.demand_full(self._connection, account)

    def keep_snapshot(self, account: str, run: str, as_of: Millis, splits: Mapping[str, Sequence[KpiRow]]) -> None:
        """Keep KPI rows as a run reported them: under "" the catalogue's own, under a name a split that pages show.

        What the run kept before gives way; of named splits only those of the newest run stay.
        """
        runs.keep_snapshot(self._connection, account, run, as_of, splits)

    def snapshot(self, account: str, run: str, split: str = "") -> Sequence[KpiRow]:
        """Return the KPI rows of one split that a run reported, in its order."""
        return runs.snapshot(self._connection, account, run, split)

    def last_snapshot(self, account: str) -> Snapshot | None:
        """Return which KPI rows were kept last, or None where there never were any."""
        return runs.last_snapshot(self._connection, account)

    def account_names(self) -> Sequence[str]:
        """Return the accounts that the store knows."""
        return runs.account_names(self._connection)

    def keep_account(
        self,
        account: str,
        *,
        portal_id: str | None,
        time_zone: str | None,
        currency: str | None,
        account_type: str | None,
    ) -> None:
        """Keep what the CRM says about the account itself."""
        facts = AccountFacts(
            account=account, portal_id=portal_id, time_zone=time_zone, currency=currency, account_type=account_type
        )
        runs.keep_account(self._connection, facts)

    def account(self, account: str) -> AccountFacts | None:
        """Return what is known about an account, or None where nothing was ever kept."""
        return runs.account(self._connection, account)

    def grant(self, account: str) -> StoredGrant | None:
        """Return what an OAuth app was granted in the account's portal, or None where it is not connected."""
        return grants.grant(self._connection, account)

    def keep_grant(self, kept: StoredGrant) -> None:
        """Keep a grant in place of the one before. Call it under the store's `token_lock`."""
        grants.keep_grant(self._connection, kept)

    def drop_grant(self, account: str) -> bool:
        """Forget a grant; return whether there was one."""
        return grants.drop_grant(self._connection, account)
