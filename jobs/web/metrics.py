"""What Prometheus scrapes: every account's standing as numbers. Labels name accounts, streams and kinds, never ids."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from jobs.health.status import AccountStatus
from jobs.web.figure_metrics import figure_gauges
from syncer.moments import SECOND
from syncer.records import Kind
from syncer.store import RunTally
from syncer.store.values import KpiRow

#: By account.
Standings = Sequence[tuple[AccountStatus, Sequence[RunTally]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What holds for all accounts."""

    is_writable: bool = True
    is_backed_up: bool = True
    #: Seconds since the last nightly backup that is sound; None where there is none, or none is asked for.
    backup_age: float | None = None


def metrics_page(
    standings: Standings, figures: Mapping[str, Sequence[KpiRow]] = MappingProxyType({}), machine: Machine = Machine()
) -> bytes:
    """Return the accounts' standing, and by account the figures kept last, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Page(standings, figures, machine))
    return generate_latest(registry)


class _Page(Collector):
    """One scrape."""

    def __init__(self, standings: Standings, figures: Mapping[str, Sequence[KpiRow]], machine: Machine) -> None:
        self._standings = standings
        self._figures = figures
        self._machine = machine

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        statuses = [status for status, _ in self._standings]
        yield from _database(self._machine)
        yield from _records(statuses)
        yield from _webhooks(statuses)
        yield from _calls(statuses)
        yield from _runs(self._standings)
        yield from _alarms(statuses)
        yield from _queue(statuses)
        yield from _journals(statuses)
        yield from figure_gauges(self._figures)


def _database(machine: Machine) -> Iterator[Metric]:
    writable = GaugeMetricFamily("syncer_database_writable", "0 where the disk did not take the last write.")
    writable.add_metric((), 1 if machine.is_writable else 0)
    failed = GaugeMetricFamily("syncer_backup_failed", "1 where the last nightly backup failed.")
    failed.add_metric((), 0 if machine.is_backed_up else 1)
    yield from (writable, failed)
    if machine.backup_age is not None:
        age = GaugeMetricFamily("syncer_backup_age_seconds", "Age of the last nightly backup that is sound.")
        age.add_metric((), machine.backup_age)
        yield age


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"syncer_{name}", text, labels=("account", *labels))


def _records(statuses: Sequence[AccountStatus]) -> Iterator[Metric]:
    lag = _gauge("stream_lag_seconds", "Age of the moment up to which a stream was read.", "stream")
    records = _gauge("records", "Live records of the mirror.", "table")
    outbox = _gauge("outbox_rows", "Values meant to be written, by what became of them.", "status")
    letters = _gauge("dead_letters", "Records and values that need a person.")
    for one in statuses:
        for stream, age in one.freshness.items():
            lag.add_metric((one.account, stream), age)
        for table, number in one.records.items():
            records.add_metric((one.account, table), number)
        for status, number in one.outbox.items():
            outbox.add_metric((one.account, status), number)
        letters.add_metric((one.account,), one.dead_letters)
    yield from (lag, records, outbox, letters)


def _webhooks(statuses: Sequence[AccountStatus]) -> Iterator[Metric]:
    told = CounterMetricFamily("syncer_webhooks", "What came of webhooks.", labels=("account", "outcome"))
    depth = _gauge("inbox_hints", "Hints that wait to be looked into.")
    failing = _gauge("inbox_failing", "Hints that wait and failed before.")
    age = _gauge("inbox_oldest_seconds", "For how long the oldest hint has waited; 0 where none waits.")
    erasures = _gauge("erasure_requests", "People whom the CRM erased and of whom something may be kept here.")
    for one in statuses:
        hooks = one.webhooks
        for outcome, tally in hooks.counts.items():
            told.add_metric((one.account, outcome), tally.number)
        depth.add_metric((one.account,), hooks.waiting)
        failing.add_metric((one.account,), hooks.failing)
        age.add_metric((one.account,), (hooks.oldest or 0) / SECOND)
        erasures.add_metric((one.account,), len(hooks.erasures))
    yield from (told, depth, failing, age, erasures)


def _calls(statuses: Sequence[AccountStatus]) -> Iterator[Metric]:
    spent = _gauge("calls_today", "Calls since midnight of the account's time zone.", "stream")
    limited = _gauge("calls_refused_today", "Calls that a limit refused.")
    left = _gauge("calls_left_today", "Calls that the CRM said are left for all apps.")
    allowed = _gauge("calls_allowed_today", "Calls that the CRM said a day has for all apps.")
    at_rest = _gauge("at_rest", "1 while the day's calls are spent.")
    for one in statuses:
        at_rest.add_metric((one.account,), 1 if one.rests else 0)
        if one.spending is None:
            continue
        for stream, number in one.spending.calls.items():
            spent.add_metric((one.account, stream), number)
        limited.add_metric((one.account,), one.spending.limited)
        daily = one.spending.daily
        if daily is not None:
            left.add_metric((one.account,), daily.remaining)
            if daily.limit is not None:
                allowed.add_metric((one.account,), daily.limit)
    yield from (spent, limited, left, allowed, at_rest)


def _runs(standings: Standings) -> Iterator[Metric]:
    kept = _gauge("runs", "Runs that are kept, by job and status.", "job", "status")
    last = _gauge("last_run_timestamp_seconds", "When a job last began.", "job", "status")
    for status, tallies in standings:
        for one in tallies:
            kept.add_metric((status.account, one.job, one.status), one.number)
            last.add_metric((status.account, one.job, one.status), one.last_at / SECOND)
    yield from (kept, last)


def _alarms(statuses: Sequence[AccountStatus]) -> Iterator[Metric]:
    failed = CounterMetricFamily("syncer_failed_runs", "Runs that failed.", labels=("account", "kind"))
    sick = _gauge("rounds_failing", "Rounds that failed in a row because the CRM was away or refused the token.")
    silent = _gauge("stream_silent_hours", "Hours without news; 0 while that is usual for the stream.", "stream")
    lacking = _gauge("stream_lacks_scope", "1 where the last round lacked the scope to read a stream.", "stream")
    behind = _gauge("webhook_to_write_back_seconds", "From the oldest webhook of the last drain that wrote to its end.")
    for one in statuses:
        for kind, number in one.failures.items():
            failed.add_metric((one.account, kind), number)
        sick.add_metric((one.account,), 0 if one.sickness is None else one.sickness.failures)
        hours = {silence.stream: silence.hours for silence in one.silences}
        for stream in one.freshness:
            silent.add_metric((one.account, stream), hours.get(stream, 0))
        for stream in Kind:
            lacking.add_metric((one.account, stream), 1 if stream in one.lacking else 0)
        if one.behind is not None:
            behind.add_metric((one.account,), one.behind)
    yield from (failed, sick, silent, lacking, behind)


def _queue(statuses: Sequence[AccountStatus]) -> Iterator[Metric]:
    """Yield nothing where the database has no queue: an alarm about workers would never end."""
    queued = [(one.account, one.queue) for one in statuses if one.queue is not None]
    if not queued:
        return
    jobs = _gauge("queue_jobs", "Jobs of the distributed engine; failed ones of the last day.", "job", "status")
    oldest = _gauge("queue_oldest_seconds", "For how long the oldest job that is due has waited; 0 where none is.")
    workers = GaugeMetricFamily("syncer_workers", "Workers that live.")
    for account, queue in queued:
        for status, numbers in (("waiting", queue.waiting), ("running", queue.running), ("failed", queue.failed)):
            for job, number in numbers.items():
                jobs.add_metric((account, job, status), number)
        oldest.add_metric((account,), queue.oldest or 0)
    workers.add_metric((), queued[0][1].workers)
    yield from (jobs, oldest, workers)


def _journals(statuses: Sequence[AccountStatus]) -> Iterator[Metric]:
    lag = _gauge("journal_lag_seconds", "Age of the moment up to which the app's journal was read.")
    failing = _gauge("journal_readings_failing", "Readings of the app's journal that failed in a row.")
    gap = _gauge("journal_gap", "1 while a time is open of which the journal may not have told everything.")
    for one in statuses:
        if one.journal is None:
            continue
        if one.journal.lag is not None:
            lag.add_metric((one.account,), one.journal.lag / SECOND)
        failing.add_metric((one.account,), one.journal.failures)
        gap.add_metric((one.account,), 0 if one.journal.gap is None else 1)
    yield from (lag, failing, gap)
