"""One CRM with HubSpot's faults and one syncer that is killed again and again: a part of bench/kills.py."""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.kill_database import Database, new_database
from bench.kill_orders import Forks, is_alive
from bench.webhook_latency import APP, free_port
from connectors.sandbox.faults import NONE, Fault, Faults, Trouble
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import HookHabits, Hooks
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import Running, running
from connectors.sandbox.state import Habits, Portal
from syncer.moments import Millis

#: Decay goes on between two runs, and an edit's own moment differs between two portals; everything else must be equal.
_DRIFTS = re.compile(r"fn_(engagement|priority|score_reasons|cell|.*_at|.*_since)")
_SHOWN = re.compile(r"fn_.*|lifecyclestage|hs_lead_status")
_TRUTHS = ("fn_stage", "fn_outcome", "lifecyclestage", "hs_lead_status")
_BEGUN = re.compile(rb"run_started|schedule_started")
#: Commands of a life before any edit; each is killed at a random moment of its work, or comes to its end.
FIRST = ("backfill",) * 6 + ("sync", "derive --full", "plan", "push", "push", "push") * 2 + ("sync",) * 3
_LONGEST = {"derive --full": 0.3, "plan": 0.3, "push": 0.6, "backfill": 0.8, "sync": 1.2}
_PATIENCE = 90.0


def bad_day(seed: int, probability: float = 0.02) -> Faults:
    """Return every fault that HubSpot is known for, each rare, so that work goes on between them."""
    writes = frozenset({"POST", "PATCH", "PUT"})
    rules = [
        *(Fault(trouble=one, probability=probability) for one in (Trouble.BURST_LIMIT, Trouble.RESET_BEFORE)),
        *(Fault(trouble=one, probability=probability) for one in (Trouble.TRUNCATED, Trouble.HTML, Trouble.EMPTY)),
        Fault(trouble=Trouble.SEARCH_LIMIT, probability=probability, path="/search"),
        Fault(trouble=Trouble.LOCKED, probability=probability / 4, methods=writes),
        Fault(trouble=Trouble.MIGRATING, times=1, skip=60),
        Fault(trouble=Trouble.DAILY_LIMIT, times=1, skip=40),
        *(Fault(trouble=Trouble.STATUS, probability=probability / 2, status=one) for one in (500, 502, 503)),
        Fault(trouble=Trouble.STATUS_AFTER, probability=0.1, path="/batch/", methods=writes),
        Fault(trouble=Trouble.RESET_AFTER, probability=0.1, path="/batch/", methods=writes),
        Fault(trouble=Trouble.IGNORED_WRITE, times=1, probability=0.1, path="/batch/update", methods=writes),
        Fault(trouble=Trouble.STALE_READ, probability=0.05, path="/batch/read"),
    ]
    return Faults(rules=rules, seed=seed)


def new_portal(contacts: int, today: Millis) -> Portal:
    """Return the portal that every life begins with."""
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=contacts, seed=5, today=today))
    return portal


@dataclass(kw_only=True)
class Life:
    """One database, one portal, and what befell them."""

    folder: Path
    portal: Portal
    dice: random.Random
    forks: Forks
    #: The server that keeps it; None keeps it in a file.
    server: str | None = None
    kills: Counter[str] = field(default_factory=Counter)
    dealt: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.database: Database = new_database(self.folder, self.server)
        self.port = free_port()
        self.log = self.folder / "command.log"
        (self.folder / "syncer.yaml").write_text(
            "accounts: {hubspot: {tier: unlimited, write_back: {handover: task}}}\nschedule: {reconcile_hour: null}\n",
            encoding="utf-8",
        )

    @property
    def address(self) -> str:
        """Where this life's daemon takes webhooks."""
        return f"http://127.0.0.1:{self.port}/webhooks/hubspot"

    @contextmanager
    def served(self, faults: Faults = NONE) -> Iterator[Running]:
        """Serve the portal, and note which faults it dealt out."""
        with running(self.portal, limits=UNLIMITED, faults=faults) as server:
            yield server
            self.dealt.update({trouble.value: number for trouble, number in server.server.fate.dealt.items()})

    def call(self, server: Running, *arguments: str) -> int:
        """Run a command to its end and return its exit code."""
        self.begin(server, *arguments)
        return self.forks.ended()

    def begin(self, server: Running, *arguments: str) -> int:
        """Start a command and return its process id."""
        return self.forks.begin(arguments, self.environment(server), self.log)

    def kill(self, server: Running, *arguments: str) -> bool:
        """Start a command, kill it at a random moment of its work, and say whether it was still at it."""
        name = " ".join(arguments)
        child = self.begin(server, *arguments)
        self._until_begun(child)
        time.sleep(self.dice.uniform(0, _LONGEST.get(name, 2.5)))
        was_at_work = self.forks.killed(child)
        self.kills[name.split()[0]] += was_at_work
        return was_at_work

    def _until_begun(self, child: int) -> None:
        """Wait until the work itself has begun: a kill before it proves nothing."""
        end = time.monotonic() + _PATIENCE
        while is_alive(child) and not _BEGUN.search(self.log.read_bytes() if self.log.exists() else b""):
            if time.monotonic() > end:
                return
            time.sleep(0.005)

    def let_midnight_pass(self) -> None:
        """Let the day of a spent account end."""
        self.database.change("DELETE FROM cursors WHERE kind = 'rests'")

    def let_time_pass(self) -> None:
        """Let two minutes go by for notices that were sent without an answer."""
        self.database.change("UPDATE notices SET sent_at = sent_at - 180000 WHERE status = 'sending'")

    def open_rows(self) -> Mapping[str, int]:
        """Return what a life that has come to rest must not hold: writes under way or refused, hints that wait."""
        statements = (
            "SELECT 'value', kind || '.' || property, status, coalesce(error, '') FROM outbox WHERE status != 'failed'",
            "SELECT 'notice', form, status, coalesce(error, '') FROM notices",
            "SELECT 'hint', stream, status, '' FROM inbox",
            "SELECT 'letter', stream, status, reason FROM dead_letters",
        )
        rows = [row for statement in statements for row in self.database.rows(statement)]
        return Counter(" ".join(row) for row in rows if row[2] in {"pending", "sending", "failed", "waiting", "open"})

    def environment(self, server: Running) -> Mapping[str, str]:
        """Return what this life's processes see."""
        return {
            **os.environ,
            "SYNCER_DATABASE_URL": self.database.url,
            "SYNCER_ERASURES": str(self.folder / "erasures"),
            "SYNCER_CONFIG": str(self.folder / "syncer.yaml"),
            "SYNCER_AGREEMENT": str(self.folder / "agreement.yaml"),
            "SYNCER_LOG": "json",
            "SYNCER_PUBLIC_URL": self.address.removesuffix("/webhooks/hubspot"),
            "HUBSPOT_CLIENT_SECRET": APP,
            "HUBSPOT_ACCESS_TOKEN": "pat-bench-1",
            "HUBSPOT_BASE_URL": server.base_url,
        }


def shaken(life: Life, seed: int, edits: int, commands: Sequence[str]) -> None:
    """Live through first reads, decisions, write-backs and webhooks with kills and faults, then come to rest."""
    with life.served() as server:
        life.call(server, "setup", "--apply")
    with life.served(bad_day(seed)) as server:
        for command in commands:
            life.kill(server, *command.split())
            life.let_midnight_pass()
    # People edit what they see: both lives show them the same before they do.
    rest(life)
    with life.served(bad_day(seed + 1_000)) as server:
        habits = HookHabits(twice=0.2, retries=(0.2,) * 300)
        with Hooks(life.portal, life.address, APP, habits=habits) as hooks:
            for part in range(6):
                if part % 2 == 0:
                    edit(life.portal, edits, part // 2)
                life.kill(server, "run", "--port", str(life.port))
                life.let_midnight_pass()
            _take_the_rest(life, hooks)
    rest(life)


def _take_the_rest(life: Life, hooks: Hooks) -> None:
    """Let a daemon live until every webhook was taken."""
    with life.served() as server:
        child = life.begin(server, "run", "--port", str(life.port))
        end = time.monotonic() + _PATIENCE
        while not hooks.is_idle and time.monotonic() < end:
            time.sleep(0.1)
        life.forks.killed(child)


def rest(life: Life) -> None:
    """Run what an operator runs the morning after, without faults, until nothing is left to do."""
    with life.served() as server:
        life.call(server, "setup", "--apply")
        for command in ("sync", "webhooks drain", "dead-letters replay", "sync"):
            life.let_time_pass()
            life.call(server, *command.split())


def edit(portal: Portal, edits: int, part: int) -> None:
    """Do a share of what people do in the CRM meanwhile."""
    rows = [row for row in portal.tables["contacts"].live() if int(row.id) % 3 == part]
    for row in sorted(rows, key=lambda one: int(one.id))[:edits]:
        portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})


def shown(portal: Portal) -> Mapping[tuple[str, str, str], str]:
    """Return what a person sees of our work in the CRM: values, and how many tasks each record has."""
    values = {
        (kind, row.id, name): value
        for kind in ("contacts", "companies", "deals")
        for row in portal.tables[kind].rows.values()
        for name, value in row.properties.items()
        if _SHOWN.fullmatch(name) and not _DRIFTS.fullmatch(name)
    }
    tasks = Counter(
        contact
        for row in portal.tables["tasks"].live()
        if row.base_source == "INTEGRATION"
        for contact in portal.links.of("tasks", row.id, "contacts")
    )
    return values | {("contacts", id_, "tasks"): str(number) for id_, number in tasks.items()}


def repeated(portal: Portal) -> Sequence[str]:
    """Return where we gave a record the same value twice over: an effect that a person sees again."""
    found = []
    for kind in ("contacts", "deals"):
        for row in portal.tables[kind].rows.values():
            for name in _TRUTHS:
                ours = [one.value for one in row.versions(name) if one.source_type == "INTEGRATION" and one.value]
                found += [f"{kind}/{row.id}.{name}"] if len(ours) != len(set(ours)) else []
    return found
