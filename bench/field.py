"""The field: the tools that Syncer is measured beside, and how each is told to read contacts.

No code of theirs is here. All are asked for every property that the portal has, as Syncer and the floor are.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measured import run_piped
from bench.venvs import interpreter

_POINTED = Path(__file__).parent / "pointed.py"
_TOKEN = "pat-bench-1"  # noqa: S105
_DUCKDB = "target-duckdb==0.8.0"
_SQLITE = "target-sqlite==0.2.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where one peer is at work: a folder of its own, and the portal's address."""

    folder: Path
    address: str

    def keep(self, name: str, content: object) -> str:
        """Write a JSON file and return its path."""
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """One tool, or a tap and the target that it is piped into."""

    name: str
    #: Pinned; each has an environment of its own.
    packages: tuple[str, ...]
    #: What is there afterwards.
    lands: str
    #: The commands to measure; what they need is prepared here, unmeasured.
    commands: Callable[[Place, Sequence[Path]], Sequence[Sequence[str]]]
    #: Prints the number of rows that were landed: run by the last package's interpreter; None where nothing lands.
    count: Callable[[Place], str] | None
    #: The part of the contacts that it is given: less for one that would take the whole day.
    part: float = 1.0

    def prepared(self, place: Place) -> Sequence[Sequence[str]]:
        """Return the commands, everything installed. Raises FailedError."""
        return self.commands(place, [interpreter(package) for package in self.packages])

    def landed(self, place: Place) -> int | None:
        """Return the number of rows that were landed, None for a peer that lands none. Raises FailedError."""
        if self.count is None:
            return None
        counted = place.folder / "counted"
        code = f"open({str(counted)!r}, 'w').write(str({self.count(place)}))"
        run_piped([[str(interpreter(self.packages[-1])), "-c", code]])
        return int(counted.read_text(encoding="utf-8"))


def _pointed(python: Path, place: Place, command: str, *arguments: str) -> Sequence[str]:
    return [str(python), "-P", str(_POINTED), place.address, command, *arguments]


def _catalog(place: Place, discover: Sequence[str], *, without: Sequence[Sequence[str]] = ()) -> str:
    """Return the path of a Singer catalog that selects contacts with everything but some breadcrumbs."""
    found = place.folder / "discovered.json"
    run_piped([discover, ["tee", str(found)]])
    streams = json.loads(found.read_text(encoding="utf-8"))["streams"]
    contacts = [one for one in streams if one["tap_stream_id"] == "contacts"]
    for entry in (entry for one in contacts for entry in one["metadata"]):
        entry["metadata"]["selected"] = entry["breadcrumb"] not in [list(one) for one in without]
    return place.keep("catalog.json", {"streams": contacts})


def _singer_tap(place: Place, python: Path) -> Sequence[str]:
    config = place.keep("tap.json", {"api_key": _TOKEN, "start_date": "2020-01-01T00:00:00Z"})
    discover = _pointed(python, place, "tap_hubspot:main", "--config", config, "--discover")
    # It lands every property twice, as a column and within `properties`: once is enough.
    catalog = _catalog(place, discover, without=[("properties", "properties")])
    return _pointed(python, place, "tap_hubspot:main", "--config", config, "--properties", catalog)


def _meltano_tap(place: Place, python: Path) -> Sequence[str]:
    # Without start_date it lists; with one it searches, and beyond 10,000 records of one moment never ends.
    config = place.keep("tap.json", {"access_token": _TOKEN})
    command = "tap_hubspot.tap:TapHubspot.cli"
    catalog = _catalog(place, _pointed(python, place, command, "--config", config, "--discover"))
    return _pointed(python, place, command, "--config", config, "--catalog", catalog)


Tap = Callable[[Place, Path], Sequence[str]]
Commands = Callable[[Place, Sequence[Path]], Sequence[Sequence[str]]]


def _into(tap: Tap, target: str, config: Mapping[str, object]) -> Commands:
    def commands(place: Place, pythons: Sequence[Path]) -> Sequence[Sequence[str]]:
        landing = {**config, **{name: str(place.folder / "landed.db") for name in ("path", "filepath", "database")}}
        loader = [str(pythons[1].parent / target), "--config", place.keep("target.json", {**landing, **config})]
        return [tap(place, pythons[0]), loader]

    return commands


def _airbyte(place: Place, pythons: Sequence[Path]) -> Sequence[Sequence[str]]:
    credentials = {"credentials_title": "Private App Credentials", "access_token": _TOKEN}
    config = place.keep("config.json", {"start_date": "2020-01-01T00:00:00Z", "credentials": credentials})
    stream = {"name": "contacts", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    modes = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    catalog = place.keep("catalog.json", {"streams": [{"stream": stream, **modes}]})
    read = ("source_hubspot.run:run", "read", "--config", config, "--catalog", catalog)
    return [_pointed(pythons[0], place, *read)]


def _ingestr(place: Place, pythons: Sequence[Path]) -> Sequence[Sequence[str]]:
    wanted = {
        "--source-uri": f"hubspot://?api_key={_TOKEN}",
        "--source-table": "contacts",
        "--dest-uri": f"duckdb:///{place.folder / 'landed.db'}",
        "--dest-table": "main.contacts",
        "--progress": "log",
    }
    options = [part for pair in wanted.items() for part in pair]
    return [_pointed(pythons[0], place, "ingestr.main:main", "ingest", "--yes", *options)]


_COUNT = "{driver}.connect({path!r}).execute('select count(*) from contacts').fetchone()[0]"


def _in_duckdb(place: Place) -> str:
    return _COUNT.format(driver="__import__('duckdb')", path=str(place.folder / "landed.db"))


def _in_sqlite(place: Place) -> str:
    return _COUNT.format(driver="__import__('sqlite3')", path=str(place.folder / "landed.db"))


_DUCKDB_CONFIG = {"database": "landed", "default_target_schema": "main"}
_SQLITE_CONFIG = {"batch_size": 1000}

FIELD: Sequence[Peer] = (
    Peer(
        name="meltano-tap-hubspot | target-duckdb",
        packages=("meltano-tap-hubspot==0.10.1", _DUCKDB),
        lands="DuckDB, properties as one JSON text",
        commands=_into(_meltano_tap, "target-duckdb", _DUCKDB_CONFIG),
        count=_in_duckdb,
    ),
    Peer(
        name="tap-hubspot | target-duckdb",
        packages=("tap-hubspot==4.5.0", _DUCKDB),
        lands="DuckDB, a column a property",
        commands=_into(_singer_tap, "target-duckdb", _DUCKDB_CONFIG),
        count=_in_duckdb,
    ),
    Peer(
        name="tap-hubspot | target-sqlite",
        packages=("tap-hubspot==4.5.0", _SQLITE),
        lands="SQLite, a column a property",
        commands=_into(_singer_tap, "target-sqlite", _SQLITE_CONFIG),
        count=_in_sqlite,
    ),
    Peer(
        name="ingestr (dlt's HubSpot source)",
        packages=("ingestr==0.14.155",),
        lands="DuckDB, a column a property",
        commands=_ingestr,
        count=_in_duckdb,
    ),
    Peer(
        name="airbyte-source-hubspot",
        packages=("airbyte-source-hubspot==5.7.0",),
        lands="nothing: JSON lines on its output, each property twice",
        commands=_airbyte,
        count=None,
        part=0.05,
    ),
)

#: Peers that report on themselves wait for an answer that never comes here.
QUIET: Mapping[str, str] = {"DISABLE_TELEMETRY": "true", "RUNTIME__DLTHUB_TELEMETRY": "false"}

#: Known, and not run: name → why.
NOT_RUN: Mapping[str, str] = {
    "dlt's own HubSpot source": "no package of the registry: `dlt init` fetches its text; ingestr carries a copy",
    "ingestr 1.x": "its package fetches a compiled program from elsewhere at first use",
    "PyAirbyte": "adds a cache to airbyte-source-hubspot, which is measured without one",
}
