"""Structured logs: set-up, redaction and the list of event names. Ids are facts; people's data and secrets are not."""

import logging
import re
import sys
import threading
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from enum import StrEnum

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_log = structlog.get_logger()

#: Every event that Syncer logs, with the one line that an operator needs. docs/operations.md shows this table.
EVENTS: Mapping[str, str] = {
    "run_started": "a job began",
    "run_finished": "a job ended; counts and seconds are fields",
    "run_failed": "a job ended with an error that a person must look at",
    "run_interrupted": "a job was broken off because the daemon leaves; the next one goes on where it stopped",
    "stream_skipped": "the account's tier or scopes lack this stream; nothing else is affected",
    "stream_halted": "one stream stopped and the others went on; a token that is refused is told once for all of them",
    "way_chosen": "a stream is read in full by its list or by an export; the reason is a field",
    "call_waits": "the CRM cannot be reached, or limits calls: a call is sent again after so many seconds",
    "export_awaited": "the CRM is still making an export, since so many seconds",
    "export_given_up": "an export could not be used, so the list is read; nothing is lost",
    "list_read_in_one": "a list is not in the order of its ids: it is read again from its beginning, page after page",
    "list_read_once_more": "search knows many more than a list named: the list is read once more from its beginning",
    "list_left_records_out": "a list ended without records that search finds and that are there: they were read by id",
    "record_buried": "one record could not be used; see `syncer dead-letters`",
    "write_refused": "the CRM refused a value; see `syncer dead-letters`",
    "notice_created": "a note or task was put into the CRM, or found there after a lost answer",
    "notice_refused": "the CRM refused a note or task; see `syncer handover --json`, then `--retry`",
    "conflict_kept": "a person's newer value was left alone",
    "person_erased": "a person was forgotten; counts are fields, nothing says who",
    "person_erased_again": "an erasure of the journal was made again, after a restored backup or a kill",
    "erasure_not_wiped": "another process kept the database's files from being written anew; it is tried again",
    "backup_taken": "a backup was written and looked over",
    "backup_restored": "a backup took the database's place; erasures made since were made again",
    "prune_put_off": "the CRM was not read for a week by its own clock, so ours may be wrong: nothing was pruned",
    "pruned": "what had its time went; counts are fields",
    "account_rests": "the day's calls are spent; nothing is asked of the account until midnight of its time zone",
    "account_goes_on": "the day's limit was raised before midnight; the account is asked again",
    "report_sent": "a channel has the morning report, or there was nothing to send",
    "report_failed": "a channel refused the morning report or could not be reached",
    "journal_read": "files of an app's journal were read, and their hints kept",
    "journal_failed": "an app's journal could not be read; it is tried again, and rounds read what changed meanwhile",
    "journal_gap": "an app's journal may not have told everything of a time; the next full compare mends it",
    "journal_file_skipped": "a file of the journal was none, however often it was fetched, and was left out",
    "hints_not_kept": "webhooks could not be written to the database and were answered 503; HubSpot sends them again",
    "hints_failed": "webhooks' records could not be looked into; they are tried again, fewer at a time",
    "request_failed": "a page could not be answered: the database is away, or a fault of ours",
    "traces_not_sent": "spans did not reach the collector and are lost; nothing else is affected",
    "budget_unshared": "other processes' calls cannot be asked for: this one keeps to a fifth of the limits",
    "budget_shared": "the limits are shared with other processes again",
    "serving": "the daemon takes requests",
    "schedule_started": "this daemon has the schedule: it does the work by the clock, or defers it",
    "schedule_lost": "the connection that held the schedule broke: nothing more is begun until it is held again",
    "night_made_up_for": "nightly work fell into a time without a leader and is done after all",
    "schedule_unreachable": "nobody can say who has the schedule, for the database is away; it is tried again",
    "standing_by": "another daemon has the schedule; this one serves, and takes it over when that one is gone",
    "worker_started": "a worker does jobs of the queue",
    "worker_cut_off": "a worker lost the database; it begins again",
    "queue_unreachable": "the leader cannot reach the queue; it is tried again",
    "job_not_deferred": "the queue could not take a job; the clock brings the next one",
    "job_repeated": "an attempt failed and is made again, after so many seconds",
    "job_rescued": "a job whose worker died went back into the queue",
    "job_given_up": "a job whose workers died again and again was given up; the clock brings the next one",
    "stop_requested": "a signal asked the daemon to finish and leave",
    "rounds_broken_off": "rounds were not done seconds after the signal and were broken off",
    "ended_hard": "something hung when the daemon left and the process ended without it, as if killed; nothing is lost",
    "reloaded": "settings and agreement were read anew and are in force",
    "reload_refused": "the new files cannot be used; every problem is a field, the old ones stay in force",
    "account_paused": "the CRM was away or refused the token three times in a row; it is asked less often",
    "account_recovered": "a round reached the CRM again",
    "library_warned": "a library complained, or a thread failed; its words may repeat values and are left out",
    "backup_failed": "the nightly backup could not be written or is unsound; no older one was deleted",
}


#: What a command on a terminal shows by itself, with bars and tables.
SHOWN_ANYWAY = frozenset(
    {
        "backup_taken",
        "journal_read",
        "person_erased",
        "pruned",
        "record_buried",
        "run_finished",
        "run_interrupted",
        "run_started",
        "way_chosen",
    }
)


class LogFormat(StrEnum):
    """How lines are written."""

    CONSOLE = "console"
    JSON = "json"


_SECRET_KEYS = re.compile(r"token|secret|password|authorization|api_?key|cookie|signature", re.IGNORECASE)
_PERSONAL_KEYS = re.compile(r"^(e_?mail|first_?name|last_?name|phone|address|name|subject|body)$", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"""\bpat-[a-z0-9]+-[\w-]+ | \bBearer\s+\S+ | (?<=:)[^:@/\s]+(?=@)
    | \b(?:code|access_token|refresh_token|client_secret|hapikey)=[^&\s"']+   # of an OAuth address or form
    | \b[a-z]{2}\d-[0-9a-f]{4,8}(?:-[0-9a-f]{2,12}){3,}""",
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_HIDDEN = "[hidden]"


def scrub(text: str) -> str:
    """Return text without tokens, passwords in addresses, or e-mail addresses."""
    return _ADDRESS.sub(_HIDDEN, _SECRET_TEXT.sub(_HIDDEN, text))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide secrets and personal data in one event, at any depth: the last gate before a line is written."""
    return {key: _clean(key, value) for key, value in event.items()}


def configure_log(form: LogFormat, level: int = logging.INFO, *, without: Collection[str] = ()) -> None:
    """Set structlog up once per process, without some events; lines go to standard error.

    What libraries log, and threads that nobody waits for leave behind, becomes an event of ours.
    """

    def left_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if event["event"] in without:
            raise structlog.DropEvent
        return event

    last: Sequence[Processor] = (
        [structlog.processors.JSONRenderer()]
        if form is LogFormat.JSON
        else [_brief, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[
            left_out,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger().addHandler(_LIBRARIES)
    threading.excepthook = _note_thread


class _Libraries(logging.Handler):
    """Says that a library complained. A driver's or a parser's words may repeat the values that it refused."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell who complained, and of which error, and nothing else."""
        error = record.exc_info[0] if record.exc_info else None
        _log.warning("library_warned", library=record.name, error=error and error.__name__)


_LIBRARIES = _Libraries(logging.WARNING)


def _note_thread(failed: threading.ExceptHookArgs) -> None:
    name = failed.thread.name if failed.thread else None
    _log.error("library_warned", library=f"thread {name}", error=failed.exc_type.__name__)


def _brief(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Count what a fact holds for each of many streams: a line is for people, JSON holds all."""
    return {key: f"({len(value)})" if isinstance(value, Mapping) else value for key, value in event.items()}


def _clean(key: str, value: object) -> object:
    if _SECRET_KEYS.search(key) or _PERSONAL_KEYS.match(key):
        return _HIDDEN if value is not None else None
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, MutableMapping):
        return {inner: _clean(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", one) for one in value]
    return value
