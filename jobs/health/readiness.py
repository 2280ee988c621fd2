"""What is wrong with a daemon that runs, and what to do about it: the words behind `/readyz`."""

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.health.status import AccountStatus
from jobs.settings_file import ScheduleFile
from jobs.wording.counted import plural
from jobs.wording.sentences import spoken
from jobs.wording.words import Language
from syncer.moments import MINUTE, SECOND

#: A stream is late once so many rounds have passed it by; its watermark lies a few minutes back anyway.
_ROUNDS, _LAG_MINUTES = 3, 5
#: Milliseconds after which a hint should have been drained.
_DRAINED_WITHIN = MINUTE
#: Seconds after which a worker should have begun a job.
_WORKED_ON_WITHIN = 60
#: Readings of a journal in a row that may fail before anybody is told.
_READINGS = 3
_BAD = frozenset({"failed", "halted", "interrupted"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One thing that is wrong."""

    account: str
    what: str
    remedy: str

    def as_dict(self, lang: Language) -> dict[str, object]:
        """Return the JSON form, its sentences in a language."""
        return {"account": self.account, "what": spoken(self.what, lang), "remedy": spoken(self.remedy, lang)}


def troubles(status: AccountStatus, schedule: ScheduleFile) -> Iterator[Trouble]:
    """Yield what is wrong with an account, each with its remedy; nothing where all is well."""
    for what, remedy in (*_read(status, schedule), *_found(status), *_journal(status)):
        yield Trouble(account=status.account, what=what, remedy=remedy)


def _read(status: AccountStatus, schedule: ScheduleFile) -> Iterator[tuple[str, str]]:
    if not status.freshness:
        yield "nothing was read yet", "wait for the first round, or look at the log: run_failed says why there is none"
    for rest in status.rests:
        yield rest.message, "nothing; or raise limits.daily_share in syncer.yaml"
    if status.sickness is not None:
        yield (
            status.sickness.message,
            "syncer check says whether the CRM or the token is to blame; it is tried again",
        )
    for silent in status.silences:
        yield silent.message, "did somebody stop what feeds the CRM, or take a scope or a view away? syncer reconcile"
    late = _late(status, schedule)
    if late and not status.rests:
        yield f"not read for long: {late}", "look at the log: stream_halted and run_failed say why"


def _found(status: AccountStatus) -> Iterator[tuple[str, str]]:
    for stream, remedy in status.lacking.items():
        yield f"{stream} cannot be read: the token lacks a scope", remedy
    last = status.last_round
    if last is not None and last.status in _BAD:
        why, log = last.counts.get("why"), f"look at the log of run {last.id}"
        if why is None:
            yield f"the last round ended {last.status}", log
        else:
            yield f"the last round ended failed: {why}", str(last.counts.get("remedy", log))
    yield from _unworked(status)
    hooks = status.webhooks
    if hooks.oldest is not None and hooks.oldest > _DRAINED_WITHIN:
        waiting = plural(hooks.waiting, "webhook waits", "webhooks wait")
        what = f"{waiting}, the oldest for {hooks.oldest // SECOND:,} seconds"
        yield what, "look at the log of the last drain; a first full pull makes them wait too"
    if hooks.erasures:
        yield (
            f"{plural(len(hooks.erasures), 'person is', 'people are')} to be erased here too",
            "syncer status names them",
        )
    if status.dead_letters:
        yield plural(status.dead_letters, "record needs a person", "records need a person"), "syncer dead-letters"


def _unworked(status: AccountStatus) -> Iterator[tuple[str, str]]:
    queue = status.queue
    if queue is not None and queue.oldest is not None and queue.oldest > _WORKED_ON_WITHIN:
        waiting = sum(queue.waiting.values())
        jobs = plural(waiting, "job waits", "jobs wait")
        workers = plural(queue.workers, "worker lives", "workers live")
        what = f"{jobs}, the oldest for {queue.oldest:,.0f} seconds; {workers}"
        yield what, "start a worker (syncer worker), or more of them; a long job of the account makes others wait too"


def _journal(status: AccountStatus) -> Iterator[tuple[str, str]]:
    found = status.journal
    if found is None or (found.gap is None and found.failures < _READINGS):
        return
    for what in found.troubles:
        yield f"journal: {what}", "syncer webhooks read-journal says more; the nightly full compare closes a gap"


def _late(status: AccountStatus, schedule: ScheduleFile) -> str:
    is_told = status.journal is not None or status.webhooks.last_at is not None
    longest = max(schedule.sync_every, schedule.idle_every) if is_told else schedule.sync_every
    most = (_ROUNDS * longest + _LAG_MINUTES) * MINUTE // SECOND
    ages = {stream: age for stream, age in status.freshness.items() if age > most and stream not in status.lacking}
    return ", ".join(f"{stream} for {age:,} seconds" for stream, age in ages.items())
