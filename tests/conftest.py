"""Databases for every test: SQLite files, and PostgreSQL from the binaries of this machine."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
import structlog
from psycopg import sql

from syncer.store import Store, open_store, tables
from tests.contract.store_server import Server, binaries, running, served
from tests.databases import new_database

_NUMBERS = itertools.count()
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables.metadata.tables)
_LONGEST = ("crash", "e2e", "contract", "property")
_NO_POSTGRES = "no PostgreSQL binaries found; install postgresql to run these tests"


# A starved machine makes an example slow; what it shows is none of the code's doing.
hypothesis.settings.register_profile("syncer", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
hypothesis.settings.load_profile("syncer")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose tests take longest, so that no worker is at work long after the others."""
    items.sort(key=lambda item: next((place for place, name in enumerate(_LONGEST) if name in item.path.parts), 9))


@pytest.fixture(autouse=True)
def _fresh_log() -> Iterator[None]:
    """Take back what a command set up: its lines go to the standard error of one test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the URL of a server that lives as long as the tests."""
    folder = binaries()
    if folder is None:
        pytest.skip(_NO_POSTGRES)
    with running(folder) as url:
        yield url


@pytest.fixture
def own_postgres_server() -> Iterator[Server]:
    """Return a server of the test's own, to stop and to start again."""
    folder = binaries()
    if folder is None:
        pytest.skip(_NO_POSTGRES)
    with served(folder) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """Return the URL of a database with tables that lives as long as the tests."""
    url = _create(postgres_server, "migrated")
    store = open_store(url)
    store.upgrade()
    store.close()
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a new SQLite database with tables."""
    return new_database(tmp_path / "syncer.db")


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    """Return the URL of a PostgreSQL database with empty tables: emptying costs a hundredth of creating."""
    with psycopg.connect(migrated_postgres, autocommit=True) as connection:
        connection.execute(_END_OTHERS)
        connection.execute(_EMPTY)
    return migrated_postgres


@pytest.fixture
def blank_postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the URL of a new PostgreSQL database without tables."""
    name = f"blank_{next(_NUMBERS)}"
    yield _create(postgres_server, name)
    _drop(postgres_server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a new database with tables, on each engine in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a new database without tables, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'blank.db'}"
    return str(request.getfixturevalue("blank_postgres_url"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Return a store with tables, on each engine in turn."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """Return a store with tables on SQLite alone, for tests to which the engine does not matter."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def _create(server: str, name: str, template: str = "template0") -> str:
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.replace("/postgres?", f"/{name}?")


def _drop(server: str, name: str) -> None:
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
