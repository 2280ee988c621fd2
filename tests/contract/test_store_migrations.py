from pathlib import Path

import pytest
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from syncer.errors import ConfigError
from syncer.records import Contact
from syncer.store import Store, open_store, tables
from syncer.store.migrate import HEAD, KNOWN
from syncer.store.scripts import configured
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


@pytest.mark.parametrize("name", sorted(tables.metadata.tables))
def test_migrations_keep_keys_and_clustering(sqlite_url: str, tmp_path: Path, name: str) -> None:
    """Alembic compares neither the order of a primary key nor how SQLite stores the table."""
    plain = create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    tables.metadata.create_all(plain)
    migrated = create_engine(sqlite_url)
    keys = [inspect(engine).get_pk_constraint(name)["constrained_columns"] for engine in (plain, migrated)]
    assert keys[0] == keys[1]
    clustered = [_declaration(engine, name).endswith("WITHOUT ROWID") for engine in (plain, migrated)]
    assert clustered[0] == clustered[1]
    plain.dispose()
    migrated.dispose()


def _declaration(engine: Engine, name: str) -> str:
    with engine.connect() as connection:
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
    engine = engine_of(blank_url)
    with engine.begin() as connection:
        command.upgrade(configured(connection), "0001")
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
    engine = engine_of(blank_url)
    assert inspect(engine).get_table_names() == []
    monkeypatch.undo()
    store.upgrade()
    store.close()
    engine.dispose()
