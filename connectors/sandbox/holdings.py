"""What a portal holds, in memory: what reads and changes it stands in other modules, its file in `state`."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock

from connectors.sandbox.definitions import Schema, default_schemas, stage_moments
from connectors.sandbox.draws import Draws
from connectors.sandbox.exports import Exports
from connectors.sandbox.feeds import Feed
from connectors.sandbox.grants import Grants
from connectors.sandbox.habits import Habits
from connectors.sandbox.happenings import Happening
from connectors.sandbox.journal import Journal
from connectors.sandbox.kinds import KINDS
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
from syncer.moments import Millis, millis

Clock = Callable[[], Millis]


def system_clock() -> Millis:
    """Return the present moment."""
    return millis(datetime.now(UTC))


class Holdings:
    """Everything that one account knows; its lock is for who changes it."""

    def __init__(self, *, clock: Clock = system_clock, habits: Habits | None = None, seed: int = 1) -> None:
        self.clock = clock
        self.habits = habits or Habits()
        self.lock = RLock()
        self.draws = Draws(seed)
        #: Whether somebody writes down what changed.
        self.is_kept = False
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

    def new_id(self) -> str:
        """Return an id that no record has had."""
        self._last_id += 1
        return str(self._last_id)

    def note_id(self, id_: str) -> None:
        """Keep new ids above one that came from outside."""
        self._last_id = max(self._last_id, int(id_))

    def touch(self, kind: str, id_: str) -> None:
        """Remember that something changed, for the file."""
        if self.is_kept:
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
