"""What Prometheus scrapes of the figures is what the last measuring kept, under the names that docs/kpis.md has."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobs.web.app import build_app
from syncer.kpis.catalogue import catalogue
from tests.e2e.conftest import settings_for
from tests.e2e.measuring import measured_database

DECLARED = {row.id: row for one in catalogue().values() for row in one.rows.values()}


@pytest.fixture
def measured(sqlite_url, tmp_path):
    """Let the account have been read and measured; to be named before what opens the store."""
    measured_database(tmp_path / "syncer.db")


def told(labels):
    """Return labels without those that say nothing: an unknown part of a segment is an empty label."""
    return frozenset(pair for pair in labels.items() if pair[1])


async def scraped(store, folder):
    """Return the gauges of figures as name → labels → value, and the rows that the JSON has."""
    app = build_app(settings_for("http://127.0.0.1:9", folder), store)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
        page, rows = await client.get("/metrics"), await client.get("/api/kpis")
    samples = [one for family in text_string_to_metric_families(page.text) for one in family.samples]
    figures = {(one.name, told(one.labels)): one.value for one in samples if "_kpi_" in one.name}
    assert len(figures) == sum("_kpi_" in one.name for one in samples)
    return figures, rows.json()


async def test_every_known_figure_is_a_gauge_with_its_value(measured, sqlite_store, tmp_path):
    figures, rows = await scraped(sqlite_store, tmp_path)
    known = [row for row in rows if row["value"] is not None]
    assert len(figures) == len(known) > 100
    for row in known:
        declared = DECLARED[row["id"]]
        labels = {"account": "hubspot", **{part: value or "" for part, value in row["segment"].items()}}
        labels |= {"currency": row["unit"]} if declared.unit == "money" else {}
        assert figures[declared.metric, told(labels)] == row["value"], row["id"]


async def test_before_the_first_measuring_there_are_none(sqlite_store, tmp_path):
    assert await scraped(sqlite_store, tmp_path) == ({}, [])
