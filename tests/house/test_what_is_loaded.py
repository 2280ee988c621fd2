"""What a process does not need it does not load: memory that an idle daemon keeps, time that every command takes."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("kept_out", ["sqlalchemy.dialects.postgresql", "psycopg", "alembic", "procrastinate"])
def test_a_store_on_sqlite_loads_nothing_of_other_databases_and_of_older_versions(kept_out, tmp_path):
    code = (
        "import sys; from syncer.store import open_store\n"
        f"store = open_store('sqlite:///{tmp_path / 'new.db'}'); store.upgrade()\n"
        f"sys.stdout.write(str([one for one in sys.modules if one.startswith({kept_out!r})]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]"
