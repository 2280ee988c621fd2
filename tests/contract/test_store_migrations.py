from collections.abc import Callable

import pytest
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from syncer.errors import ConfigError
from syncer.records import Contact
from syncer.store import Store, open_store, tables
from syncer.store.upkeep.migrate import HEAD, KNOWN
from syncer.store.upkeep.scripts import configured
from tests.contract.store_build import put


def engine_of(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def upgraded(url: str) -> Store:
    store = open_store(url)
    store.upgrade()
    return store


def test_migrations_produce_exactly_the_tables(blank_url: str) -> None:
    upgraded(blank_url).close()
    engine = engine_of(blank_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": tables.metadata}
        )
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_a_new_database_is_what_the_migrations_end_up_with(blank_url: str) -> None:
    migrate(blank_url, command.upgrade, "head")
    migrated = described(blank_url)
    migrate(blank_url, command.downgrade, "base")
    upgraded(blank_url).close()
    assert described(blank_url) == migrated


def migrate(url: str, way: Callable[[Config, str], None], revision: str) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        way(configured(connection), revision)
    engine.dispose()


def described(url: str) -> dict[str, object]:
    """Columns in any order, keys in theirs, indexes with their conditions, and how SQLite stores a table."""
    engine = engine_of(url)
    with engine.connect() as connection:
        seen = inspect(connection)
        found = {
            name: (
                sorted(_column(one) for one in seen.get_columns(name)),
                seen.get_pk_constraint(name),
                sorted(_indexes(connection, name)),
                _declaration(connection, name).endswith("WITHOUT ROWID"),
            )
            for name in seen.get_table_names()
        }
    engine.dispose()
    assert set(found) == {*tables.metadata.tables, "alembic_version"}
    return found


def _column(column: ReflectedColumn) -> tuple[str, str, str, bool, str | None]:
    collation = getattr(column["type"], "collation", None)
    return column["name"], str(column["type"]), str(collation), column["nullable"], column["default"]


def _indexes(connection: Connection, name: str) -> list[str]:
    postgres = "SELECT indexdef FROM pg_indexes WHERE tablename = :name"
    sqlite = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"
    statement = postgres if connection.dialect.name == "postgresql" else sqlite
    return [" ".join(row.split()) for row in connection.scalars(text(statement), {"name": name})]


def _declaration(connection: Connection, name: str) -> str:
    if connection.dialect.name == "postgresql":
        return ""
    found = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name})
    return str(found.scalar_one()).strip()


@pytest.mark.postgres
def test_ids_are_collated_by_code_point_on_postgres(postgres_url: str) -> None:
    engine = engine_of(postgres_url)
    statement = """
        SELECT c.relname || '.' || a.attname, k.collname FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation k ON k.oid = a.attcollation
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND k.collname = 'C'
    """
    with engine.connect() as connection:
        found = {row[0] for row in connection.execute(text(statement))}
    engine.dispose()
    expected = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if getattr(column.type.dialect_impl(engine.dialect), "collation", None) == "C"
    }
    assert found == expected
    assert {"contacts.id", "evidence.contact_id", "links.to_id"} <= found


def test_upgrade_twice_changes_nothing(blank_url: str) -> None:
    store = upgraded(blank_url)
    put(store, 1, "contacts", Contact(id="1"))
    store.upgrade()
    with store.snapshot() as unit:
        assert unit.mirror.counts("hubspot")["contacts"] == 1
    store.close()


def test_a_database_of_the_first_version_keeps_its_records_and_gets_the_later_tables(blank_url: str) -> None:
    migrate(blank_url, command.upgrade, "0001")
    engine = engine_of(blank_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('hubspot', 'deals', 'backfill', '7')"))
    engine.dispose()
    store = upgraded(blank_url)
    with store.snapshot() as unit:
        assert unit.desk.cursor("hubspot", "deals", "backfill") == "7"
        assert unit.desk.grant("hubspot") is None
    store.close()


def test_the_code_names_every_revision_that_exists() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        directory = ScriptDirectory.from_config(configured(connection))
        assert directory.get_current_head() == HEAD
        assert {script.revision for script in directory.walk_revisions()} == KNOWN
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(blank_url: str) -> None:
    upgraded(blank_url).close()
    engine = engine_of(blank_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store = open_store(blank_url)
    with pytest.raises(ConfigError, match="newer syncer") as raised:
        store.upgrade()
    assert raised.value.problems[0].hint is not None
    store.close()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_tables_of_another_program_are_not_taken_over(blank_url: str) -> None:
    engine = engine_of(blank_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE contacts (name TEXT)"))
    store = open_store(blank_url)
    with pytest.raises(ConfigError, match="another program: contacts"):
        store.upgrade()
    store.close()
    assert inspect(engine).get_table_names() == ["contacts"]
    engine.dispose()


def test_a_migration_that_fails_leaves_no_table_behind(blank_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(blank_url, command.upgrade, "0001")
    engine = engine_of(blank_url)
    before = inspect(engine).get_table_names()
    made = op.create_table
    calls = 0

    def failing(*args: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise RuntimeError("the disk went away")
        return made(*args, **more)

    monkeypatch.setattr(op, "create_table", failing)
    store = open_store(blank_url)
    with pytest.raises(RuntimeError):
        store.upgrade()
    assert inspect(engine).get_table_names() == before
    monkeypatch.undo()
    store.upgrade()
    store.close()
    engine.dispose()


def test_a_new_database_that_fails_half_way_is_left_empty(blank_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(connection: object) -> None:
        raise RuntimeError("the disk went away")

    monkeypatch.setattr("syncer.store.upkeep.migrate.keep_views", failing)
    store = open_store(blank_url)
    with pytest.raises(RuntimeError):
        store.upgrade()
    engine = engine_of(blank_url)
    assert inspect(engine).get_table_names() == []
    monkeypatch.undo()
    store.upgrade()
    store.close()
    engine.dispose()
