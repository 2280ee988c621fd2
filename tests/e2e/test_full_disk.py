"""A disk that takes nothing any more is told where somebody looks, until it takes something again."""

import httpx
import pytest

from jobs.web.app import build_app
from syncer.errors import Unwritable
from syncer.records import Contact
from tests.contract.store_build import ACCOUNT, put
from tests.e2e.conftest import settings_for


def _let_grow(store, pages: int) -> None:
    with store.snapshot() as unit:
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


async def test_a_full_disk_is_told_by_readiness_and_numbers_until_a_write_is_kept(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    people = [Contact(id=str(number), first_name="x" * 500) for number in range(2_000)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        assert "syncer_database_writable 1.0" in (await client.get("/metrics")).text
        _let_grow(sqlite_store, 1)
        with pytest.raises(Unwritable):
            put(sqlite_store, 1, "contacts", *people)
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "failed")
        assert ready.json()["hint"] == "look at the disk's space and health"
        assert "Datenträger" in (await client.get("/readyz?lang=de")).json()["hint"]
        assert "syncer_database_writable 0.0" in (await client.get("/metrics")).text
        _let_grow(sqlite_store, 1_000_000)
        put(sqlite_store, 1, "contacts", *people)
        assert (await client.get("/readyz")).status_code == 200
    with sqlite_store.snapshot() as unit:
        assert unit.mirror.contact(ACCOUNT, "7") is not None
