"""Fills and serves the embedded CRM: from JSON lines, CSV files with a spec, generated data or a copied account."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.clonefile import refuse_half
from connectors.sandbox.csv_portal import load_csv_portal
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.hooks import HookHabits, Hooks
from connectors.sandbox.jsonlines import read_json_lines
from connectors.sandbox.lines import Place
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
    try:
        _fill(portal, filling)
    except BaseException:
        portal.close()
        raise
    return portal


def _fill(portal: Portal, filling: Filling) -> None:
    if filling.generate and any(table.rows for table in portal.tables.values()):
        hint = "leave --generate out to serve it, or name a new file"
        raise ConfigError([Problem(file=str(filling.state), message="holds a portal already", hint=hint)])
    if filling.generate:
        portal.load(generate_portal(contacts=filling.generate, seed=filling.seed, today=system_clock()))
    if filling.load:
        _take_in(portal, filling.load, filling.data)


def _take_in(portal: Portal, paths: Sequence[Path], data: Path | None) -> None:
    """Load what all files hold, or nothing and everything that is wrong with any of them."""
    problems: list[Problem] = []
    found: list[tuple[Place, Mapping[str, object]]] = []
    for path in paths:
        try:
            found += _read(path, data)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    portal.load((line for _place, line in found), (place for place, _line in found))


def _read(path: Path, data: Path | None) -> Sequence[tuple[Place, Mapping[str, object]]]:
    """Return a file's lines with their places: a portal spec (YAML) reads its CSV files, else they are JSON lines."""
    if not path.exists():
        raise ConfigError([Problem(file=str(path), message="is not there", key="--load")])
    if path.suffix.lower() in _SPEC_ENDINGS:
        return [(Place(str(path), None), line) for line in load_csv_portal(path, data)]
    return read_json_lines(path)


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
