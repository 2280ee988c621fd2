"""The portal: everything the sandbox CRM knows, in memory, with a file behind it where one is wanted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from threading import RLock
from typing import Self

from connectors.sandbox import dumps, lines, writes
from connectors.sandbox.definitions import Schema, default_schemas, stage_moments
from connectors.sandbox.draws import Draws
from connectors.sandbox.exports import ExportHabits, Exports
from connectors.sandbox.feeds import Feed
from connectors.sandbox.grants import Grants
from connectors.sandbox.happenings import Happening, tell
from connectors.sandbox.journal import Journal, JournalHabits
from connectors.sandbox.kinds import BY_NAME, KINDS
from connectors.sandbox.links import Links
from connectors.sandbox.records import (
    Account,
    Campaign,
    EmailEvent,
    Form,
    Occurrence,
    Owner,
    Pipeline,
    Submission,
    Token,
    default_pipeline,
)
from connectors.sandbox.rows import Row, Table
from connectors.sandbox.storefile import StoreFile
from connectors.sandbox.workflows import Workflow
from syncer.moments import SECOND, Millis, millis

Clock = Callable[[], Millis]


class Backward(Enum):
    """What a lifecycle stage that would step back meets."""

    #: The answer is a success, the stage stays, the other properties are written.
    IGNORED = "ignored"
    #: 400, nothing is written.
    REFUSED = "refused"


class MergedId(Enum):
    """Which id a merged record answers to."""

    #: A new record; both old ids lead to it.
    NEW = "new"
    #: The primary record; the other id leads to it.
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """Switches for what HubSpot does one way or the other."""

    backward: Backward = Backward.IGNORED
    merged_id: MergedId = MergedId.NEW
    #: How long a write stays invisible to search, in milliseconds of the portal's clock.
    index_lag: int = 5 * SECOND
    #: A deal that enters a closed stage without a close date in the same write gets the present one.
    stamps_close_date: bool = True
    #: Associations returned per record and page.
    association_page: int = 500
    exports: ExportHabits = field(default_factory=ExportHabits)
    journal: JournalHabits = field(default_factory=JournalHabits)
    workflows: tuple[Workflow, ...] = ()


def system_clock() -> Millis:
    """Return the present moment."""
    return millis(datetime.now(UTC))


class Portal:
    """One account. Every public method may be called from any thread."""

    def __init__(self, *, clock: Clock = system_clock, habits: Habits | None = None, seed: int = 1) -> None:
        self.clock = clock
        self.habits = habits or Habits()
        self.lock = RLock()
        self.draws = Draws(seed)
        self._file: StoreFile | None = None
        #: Registered tokens; any other `pat-…` token may do everything.
        self.tokens: dict[str, Token] = {}
        self.oauth = Grants(clock=self.clock, draws=self.draws, tokens=self.tokens)
        self.exports = Exports(clock=self.clock, draws=self.draws, habits=self.habits.exports)
        self.journal = Journal(clock=self.clock, seed=seed, habits=self.habits.journal)
        self.account = Account()
        self.owners: dict[str, Owner] = {}
        self.pipelines: dict[str, Pipeline] = {}
        self.forms: dict[str, Form] = {}
        self.campaigns: dict[str, Campaign] = {}
        self.submissions: Feed[Submission] = Feed(when=lambda item: item.submitted, group=lambda item: item.form_id)
        self.email_events: Feed[EmailEvent] = Feed(when=lambda item: item.created, group=lambda item: item.recipient)
        self.occurrences: Feed[Occurrence] = Feed(when=lambda item: item.occurred, group=lambda item: item.object_id)
        self.schemas: dict[str, Schema] = default_schemas()
        self.tables: dict[str, Table] = {kind.name: Table(kind) for kind in KINDS}
        self.links = Links()
        #: Addresses that were erased and may not come back.
        self.blocked: set[str] = set()
        #: Scopes that no token has, whatever it may do otherwise.
        self.lacking: set[str] = set()
        #: By app, where its webhooks go and what it is subscribed to.
        self.webhook_targets: dict[str, str] = {}
        self.subscriptions: dict[str, list[dict[str, object]]] = {}
        #: Called with everything that happens.
        self.watchers: list[Callable[[Happening], None]] = []
        #: (kind, id) of everything changed since the last flush.
        self.touched: set[tuple[str, str]] = set()
        self._last_id = 1_000_000
        self.set_pipeline(default_pipeline())

    @classmethod
    def open(cls, path: Path, *, clock: Clock = system_clock, habits: Habits | None = None, seed: int = 1) -> Self:
        """Return a portal that lives in a SQLite file: what it held before is there, what happens is kept."""
        portal = cls(clock=clock, habits=habits, seed=seed)
        portal._file = StoreFile(path)
        lines.load(portal, portal._file.lines())
        portal.touched.clear()
        return portal

    def load(self, records: Iterable[Mapping[str, object]]) -> None:
        """Take in JSON-lines objects; raises ConfigError with every bad line, and then nothing was taken in."""
        with self.lock:
            lines.load(self, records)
            self.flush()

    def dump(self) -> Iterator[dict[str, object]]:
        """Yield the portal as JSON-lines objects that `load` accepts."""
        with self.lock:
            yield from dumps.dump(self)

    def flush(self) -> None:
        """Write what changed to the file, in one transaction; without a file there is nothing to do."""
        if self._file is not None and self.touched:
            self._file.save(dumps.dump_touched(self, self.touched))
        self.touched.clear()

    def close(self) -> None:
        """Flush and let go of the file."""
        with self.lock:
            self.flush()
            if self._file is not None:
                self._file.close()

    def new_id(self) -> str:
        """Return an id that no record has had."""
        self._last_id += 1
        return str(self._last_id)

    def note_id(self, id_: str) -> None:
        """Keep new ids above one that came from outside."""
        self._last_id = max(self._last_id, int(id_))

    def touch(self, kind: str, id_: str) -> None:
        """Remember that something changed, for the file."""
        if self._file is not None:
            self.touched.add((kind, id_))

    def tell(self, happening: Happening) -> None:
        """Let everybody who watches know of something, and keep it for apps that read the journal."""
        self.journal.note(happening, self.account.portal_id)
        for watcher in self.watchers:
            watcher(happening)

    def touch_labels(self, from_: str, to: str) -> None:
        """Remember that the custom labels between two kinds changed, for the file."""
        for one, other in self.links.label_pairs():
            if {one, other} == {from_, to}:
                self.touch("association_labels", f"{one}.{other}")

    def set_pipeline(self, pipeline: Pipeline) -> None:
        """Add or replace a pipeline, and the date properties of its stages; an archived one goes."""
        self.touch("pipelines", pipeline.id)
        if pipeline.archived:
            self.pipelines.pop(pipeline.id, None)
            return
        self.pipelines[pipeline.id] = pipeline
        for definition in stage_moments(pipeline.kind, [(stage.id, stage.label) for stage in pipeline.stages]):
            self.schemas[pipeline.kind].add(definition)

    def find(self, kind: str, id_: str) -> Row | None:
        """Return a record by id, also by one that was merged away."""
        return self.tables[kind].find(id_)

    def edit_as_user(
        self, kind: str, id_: str, properties: Mapping[str, str | None], *, user_id: str = "1", at: Millis | None = None
    ) -> None:
        """Change a record as a person does in the CRM's own pages; a lifecycle stage may step back.

        Raises KeyError where there is no such record.
        """
        with self.lock:
            row = self.tables[kind].rows[id_]
            values = {name: value or "" for name, value in properties.items()}
            origin = writes.Origin(
                source_type="CRM_UI", source_id=f"userId:{user_id}", user_id=user_id, forward_only=False
            )
            writes.apply(self, BY_NAME[kind], row, values, origin=origin, at=at or self.clock())
            self.flush()

    def restore_as_user(self, kind: str, id_: str) -> None:
        """Take a record out of the recycle bin again, as a person may for ninety days."""
        with self.lock:
            row = self.tables[kind].rows[id_]
            self.tables[kind].restore(row)
            self.touch(kind, id_)
            tell(self, kind, "restore", self.clock(), objectId=int(id_))
            self.flush()
