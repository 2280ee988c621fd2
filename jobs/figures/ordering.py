"""What a daemon and the process in which its figures are counted say to each other: a line of JSON each way."""

from enum import StrEnum

import msgspec

from jobs.modes import Exporter
from jobs.settings import Settings
from syncer.agreement import Agreement, InForce
from syncer.log import LogFormat


class Order(msgspec.Struct, kw_only=True, frozen=True):
    """One account whose figures are to be counted, and what is needed for it, the database's secret too."""

    account: str
    database_url: str
    #: The agreement in force as the daemon has read it: the file may have changed since.
    agreement: str
    notice: str | None
    #: Whether another process that is at work on the account is waited for.
    patient: bool
    log: LogFormat
    traces: Exporter | None

    @property
    def in_force(self) -> InForce:
        """The agreement to count by."""
        return InForce(agreement=Agreement.model_validate_json(self.agreement), notice=self.notice)


class Word(StrEnum):
    """What is told of an order."""

    #: The account is to be held; goes on once the same word comes back.
    HOLD = "hold"
    #: One state is in sight, so the account may be let go.
    SEEN = "seen"
    DONE = "done"
    FAILED = "failed"


class Said(msgspec.Struct, kw_only=True, frozen=True):
    """One answer."""

    word: Word
    #: Of a failure, with whether it passes by itself.
    message: str = ""
    hint: str | None = None
    passes: bool = False


def order_of(settings: Settings, rules: InForce, account: str, *, patient: bool) -> Order:
    """Return the order to count an account's figures by the files as they were read."""
    return Order(
        account=account,
        database_url=settings.database_url,
        agreement=rules.agreement.model_dump_json(),
        notice=rules.notice,
        patient=patient,
        log=settings.log,
        traces=settings.traces,
    )


def line(said: Order | Said) -> bytes:
    """Return what is said as a line."""
    return msgspec.json.encode(said) + b"\n"
