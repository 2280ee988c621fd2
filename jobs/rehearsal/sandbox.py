"""Fills and serves the embedded CRM: from JSON lines, CSV files with a spec, generated data or a copied account."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.clonefile import refuse_half
from connectors.sandbox.csv_portal import load_csv_portal
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import HookHabits, Hooks
from connectors.sandbox.server import serve
from connectors.sandbox.state import Portal
from jobs.bootstrap import system_clock
from jobs.environment import secret_of
from syncer.errors import ConfigError, Problem

_SPEC_ENDINGS = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """What a portal is filled with."""

    load: tuple[Path, ...] = ()
    #: Folder of the CSV files that a portal spec names; the spec's own folder when None.
    data: Path | None = None
    #: Number of generated contacts.
    generate: int = 0
    seed: int = 1
    #: SQLite file that keeps the portal's state.
    state: Path | None = None


def open_portal(filling: Filling) -> Portal:
    """Return a portal filled as asked; ConfigError lists every problem of the files."""
    if filling.state:
        refuse_half(filling.state)
    portal = Portal.open(filling.state) if filling.state else Portal()
    if filling.generate and any(table.rows for table in portal.tables.values()):
        portal.close()
        hint = "leave --generate out to serve it, or name a new file"
        raise ConfigError([Problem(file=str(filling.state), message="holds a portal already", hint=hint)])
    if filling.generate:
        portal.load(generate_portal(contacts=filling.generate, seed=filling.seed, today=system_clock()))
    for path in filling.load:
        portal.load(portal_lines(path, filling.data))
    return portal


def portal_lines(path: Path, data: Path | None) -> Iterable[Mapping[str, object]]:
    """Return a file's lines: a portal spec (YAML) reads its CSV files, anything else is JSON lines."""
    if not path.exists():
        raise ConfigError([Problem(file=str(path), message="is not there", key="--load")])
    if path.suffix.lower() in _SPEC_ENDINGS:
        return load_csv_portal(path, data)
    return _json_lines(path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hooked:
    """Where a portal's webhooks go."""

    address: str
    #: Name of the variable that holds the client secret.
    secret_env: str
    #: Share of events that never come.
    lost: float = 0.0


def serve_portal(
    portal: Portal, host: str, port: int, *, hooked: Hooked | None = None, on_taken: Callable[[str], None]
) -> None:
    """Serve until interrupted, and send webhooks where that is asked for; `on_taken` is told the base URL."""
    try:
        with _hooks(portal, hooked) if hooked else nullcontext():
            serve(portal, host, port, on_taken=on_taken)
    finally:
        portal.close()


def _hooks(portal: Portal, hooked: Hooked) -> Hooks:
    secret = secret_of(hooked.secret_env)
    if secret is None:
        hint = f"set {hooked.secret_env} to the same secret as for syncer run"
        raise ConfigError([Problem(key="--secret-env", message=f"{hooked.secret_env} is not set", hint=hint)])
    habits = HookHabits(lost=hooked.lost)
    return Hooks(portal, hooked.address, secret.get_secret_value(), habits=habits)


def _json_lines(path: Path) -> Iterator[Mapping[str, object]]:
    problems: list[Problem] = []
    found: list[Mapping[str, object]] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError:
            problems.append(Problem(file=str(path), line=number, message="is not JSON", hint="one object a line"))
            continue
        if isinstance(line, dict):
            found.append(line)
        else:
            problems.append(Problem(file=str(path), line=number, message="is not a JSON object"))
    if problems:
        raise ConfigError(problems)
    return iter(found)
