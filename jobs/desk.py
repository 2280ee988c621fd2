"""What one job of one account works with: settings, store, connector, agreement, clock."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from connectors.limits import Sleep
from connectors.ports import Destination, Source
from jobs.privacy.erasures import Keeping
from jobs.privacy.retention import RetentionFile
from jobs.progress import Progress, Silent
from jobs.settings import Account
from mappings.fields import Definitions
from syncer.agreement import InForce
from syncer.moments import Millis
from syncer.records import Stage
from syncer.store import Store
from syncer.tellings import LeadState

Clock = Callable[[], Millis]


class Seat(Protocol):
    """One account whose records are here, whether or not its CRM can be asked."""

    @property
    def name(self) -> str:
        """The account's name."""
        ...

    @property
    def store(self) -> Store:
        """Where its records are."""
        ...

    @property
    def agreement(self) -> InForce:
        """The agreement in force."""
        ...

    @property
    def clock(self) -> Clock:
        """What tells the present moment."""
        ...

    @property
    def progress(self) -> Progress:
        """What is told of how far a job is."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Seated:
    """One account whose CRM is not asked: for what needs no token."""

    name: str
    store: Store
    agreement: InForce
    clock: Clock
    progress: Progress = field(default_factory=Silent)


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One account at work."""

    account: Account
    store: Store
    source: Source
    destination: Destination
    agreement: InForce
    definitions: Definitions
    clock: Clock
    progress: Progress
    #: Milliseconds that each round reads again before its watermark.
    overlap: int
    #: Where tombstones' key and the journal of erasures are; None where this desk erases nobody.
    keeping: Keeping | None = None
    retention: RetentionFile = field(default_factory=RetentionFile)
    #: How a job waits between two looks at the CRM, in seconds; given so that tests need no time.
    sleep: Sleep = asyncio.sleep

    @property
    def name(self) -> str:
        """The account's name."""
        return self.account.name


class LeadStage(NamedTuple):
    """One stage of a lead pipeline."""

    label: str
    #: None where neither the CRM's own state nor the label says what it means.
    state: LeadState | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Portal:
    """What the account itself has, as looked up at the start of a run."""

    #: stream → vendor properties that exist there and are worth asking for.
    properties: Mapping[str, Sequence[str]]
    #: stream → property → allowed values, in display order.
    options: Mapping[str, Mapping[str, Sequence[str]]]
    stages: Sequence[Stage]
    #: stream → properties that the CRM lets nobody write.
    locked: Mapping[str, Collection[str]]
    #: Streams that this account can read.
    streams: Sequence[str]
    #: Event feeds that this account can read.
    feeds: Sequence[str]
    #: stream → why it is left out.
    skipped: Mapping[str, str]
    #: Stream → why nobody can tell now whether it is there: nothing is read of it until somebody can.
    away: Mapping[str, str] = field(default_factory=dict)
    #: Stages of the lead pipelines by id.
    lead_stages: Mapping[str, LeadStage] = field(default_factory=dict)
    #: kind → properties of ours that the CRM has with a type that cannot hold our values: name → type.
    unfit: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Further currencies that records may carry.
    more_currencies: Sequence[str] = ()
