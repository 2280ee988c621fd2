"""Every error of Syncer, grouped by what the worker does next.

SyncerError
├─ ConfigError                   STOP_PROCESS   AgreementError
├─ TransientError                RETRY          RateLimited · Unavailable · UnknownOutcome
├─ PreconditionFailed            REREAD         Missing · AlreadyExists · ChangedMeanwhile
├─ RecordError                   DEAD_LETTER    InvalidRecord · Rejected · NotApplied
├─ StreamError                   HALT_STREAM    AuthFailed · MissingScope · SchemaChanged · CursorExpired
│                                               · UnsafePlan · BadAnswer · Unordered · ExportUnusable
└─ Bug                           STOP_PROCESS

A person's newer value is no error: it is left alone and counted as a conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from syncer.moments import Millis


class Recovery(Enum):
    """What the worker does about an error. Only the worker reads it."""

    STOP_PROCESS = "stop_process"
    RETRY = "retry"
    REREAD = "reread"
    DEAD_LETTER = "dead_letter"
    HALT_STREAM = "halt_stream"


class LimitScope(Enum):
    """Which of the CRM's budgets ran out."""

    BURST = "burst"
    SEARCH = "search"
    DAILY = "daily"
    #: Association calls have a day of their own.
    ASSOCIATIONS_DAILY = "associations_daily"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong in something a person wrote."""

    message: str
    #: The file it stands in; None for the environment.
    file: str | None = None
    #: 1-based line; None where the source has no lines.
    line: int | None = None
    #: Dotted key, or the variable's name.
    key: str | None = None
    #: What would be accepted, or the command that helps.
    hint: str | None = None

    def __str__(self) -> str:
        line = None if self.line is None else str(self.line) if self.file else f"line {self.line}"
        where = ":".join(part for part in (self.file, line) if part is not None)
        parts = [part for part in (where, self.key, self.message) if part]
        text = ": ".join(parts)
        return f"{text} ({self.hint})" if self.hint else text


class SyncerError(Exception):
    """Root of the tree. Carries where it happened and what to do; never a secret or a personal value."""

    recovery: ClassVar[Recovery] = Recovery.STOP_PROCESS

    def __init__(
        self,
        message: str,
        *,
        account: str | None = None,
        stream: str | None = None,
        record: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.account = account
        self.stream = stream
        self.record = record
        self.hint = hint


class ConfigError(SyncerError):
    """Files or environment cannot be used; every problem is listed at once. Exit code 2."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class AgreementError(ConfigError):
    """The agreement file is broken, contradicts itself, or lacks a signature."""


class TransientError(SyncerError):
    """Passing trouble: the same call may go through later."""

    recovery = Recovery.RETRY


class RateLimited(TransientError):
    """The CRM said 429, 423 or 477. `retry_after` in seconds where the CRM named it.

    Of a spent day, `until` is when the next one begins, where that is known.
    """

    def __init__(
        self,
        message: str,
        *,
        scope: LimitScope = LimitScope.UNKNOWN,
        retry_after: float | None = None,
        until: Millis | None = None,
        account: str | None = None,
        stream: str | None = None,
    ) -> None:
        super().__init__(message, account=account, stream=stream)
        self.scope = scope
        self.retry_after = retry_after
        self.until = until


class Unavailable(TransientError):
    """No connection, a time-out before sending, or a 5xx on a call that changes nothing."""


class Unwritable(Unavailable):
    """The database can be read perhaps, but takes nothing: its disk is full or sick."""


class UnknownOutcome(TransientError):
    """A write was sent and no answer came back: read back before any repetition."""


class PreconditionFailed(SyncerError):
    """The CRM's state is not what the decision assumed: read the record again and decide anew."""

    recovery = Recovery.REREAD


class Missing(PreconditionFailed):
    """The record is not there (deleted, merged away, or never was)."""


class AlreadyExists(PreconditionFailed):
    """What was to be created is there already."""


class ChangedMeanwhile(PreconditionFailed):
    """The record changed between decision and write."""


class RecordError(SyncerError):
    """One record cannot go on; it becomes a dead letter and its stream goes on."""

    recovery = Recovery.DEAD_LETTER


class InvalidRecord(RecordError):
    """The CRM's record cannot be understood. `problems` name field and reason, never the value."""

    def __init__(self, problems: Sequence[str], *, stream: str | None = None, record: str | None = None) -> None:
        super().__init__("; ".join(problems), stream=stream, record=record)
        self.problems = tuple(problems)


class Rejected(RecordError):
    """The CRM refused a write. `correlation_id` is what its support asks for, `codes` are its reasons."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        correlation_id: str | None = None,
        codes: Sequence[str] = (),
        record: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, record=record, hint=hint)
        self.status = status
        self.correlation_id = correlation_id
        self.codes = codes


class NotApplied(RecordError):
    """The CRM answered success and the value read back is not the one written."""


class StreamError(SyncerError):
    """One stream cannot go on; the others do."""

    recovery = Recovery.HALT_STREAM


class AuthFailed(StreamError):
    """The token is unknown, expired or revoked."""


class MissingScope(StreamError):
    """The token lacks a scope; `hint` names it."""


class SchemaChanged(StreamError):
    """A property, option or stage that we rely on is gone."""


class CursorExpired(StreamError):
    """The position in the stream is no longer valid: backfill it."""


class UnsafePlan(StreamError):
    """The plan would change an implausible share of the CRM."""


class BadAnswer(StreamError):
    """The CRM answered something that is not its API: HTML, half a JSON, nothing."""


class Unordered(BadAnswer):
    """A list is not in the order of its ids: parts of it prove nothing, read it in one."""


class ExportUnusable(StreamError):
    """What the CRM exported cannot be taken for its records: read the list."""


class Bug(SyncerError):
    """If you see this it is ours."""
