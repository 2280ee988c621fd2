"""Views for BI tools say what `syncer kpis` and the ledger say, on both databases, and cannot be written through."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import Connection, delete, literal_column, select, table, text
from sqlalchemy.exc import DatabaseError

from syncer.errors import ConfigError
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import measure
from syncer.kpis.rendering.render import to_json
from syncer.moments import iso
from syncer.store import Store, open_store
from syncer.store.engines.dialect import Row
from syncer.store.upkeep.migrate import upgrade
from syncer.store.views import views
from tests.unit.kpis.ledger import ACCOUNT, g12, question
from tests.unit.kpis.ledger_rows import measuring, new_store

NAMES = ["kpi_rows", *(f"kpi_{key.lower()}" for key in catalogue()), "now_contacts", "now_open_deals", "now_cycles"]
COUNTED = "id, segment, value, n, k, lo, hi, status, unit, basis, period, segment_text, as_of"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def measured(request):
    """A connection that sees figures of two runs, and what the later one measured."""
    with new_store(request, "store_views") as store, measuring(store, g12()) as measures:
        late = [*measure(measures, question()), *measure(measures, question(by=("owner",)), ["K10", "K14"])]
        early = measure(measures, question(), ["K10"])
        keep(measures.connection, "01", early)
        keep(measures.connection, "02", late)
        yield measures.connection, late


def keep(connection: Connection, run: str, rows) -> None:
    statement = text("INSERT INTO kpi_snapshots VALUES (:account, :run, :position, :kpi, :as_of, :row, :split)")
    stamp = {"account": ACCOUNT, "run": run, "as_of": question().as_of, "split": ""}
    found = json.loads(to_json(rows))
    for position, row in enumerate(found):
        connection.execute(statement, stamp | {"position": position, "kpi": row["id"], "row": json.dumps(row)})
    # A split that pages show is no row of the views.
    other = stamp | {"position": len(found), "kpi": "K10", "row": json.dumps(found[0]), "split": "owner"}
    connection.execute(statement, other)


def shown(connection: Connection, columns: str, view: str) -> list[Row]:
    query = select(*map(literal_column, columns.split(", "))).select_from(table(view)).order_by(text("position"))
    return [tuple(row) for row in connection.execute(query)]


def figures(row: Row) -> Row:
    return (row[0], json.loads(row[1]), *(float(one) if isinstance(one, Decimal) else one for one in row[2:12]))


def told(row) -> Row:
    plain = json.loads(to_json([row]))[0]
    keys = ("id", "segment", "value", "n", "k", "lo", "hi", "status", "unit", "basis", "period")
    return (*(plain[key] for key in keys), row.segment_text)


def test_the_numbers_are_those_of_the_last_run(measured):
    connection, rows = measured
    assert [figures(row) for row in shown(connection, COUNTED, "kpi_rows")] == [told(row) for row in rows]
    assert any(row.value is None for row in rows)
    assert any("owner" in row.segment for row in rows)


def test_each_kpi_has_its_own_rows(measured):
    connection, rows = measured
    for key in catalogue():
        mine = [told(row) for row in rows if row.id.partition(".")[0] == key]
        assert [figures(row) for row in shown(connection, COUNTED, f"kpi_{key.lower()}")] == mine, key


def test_every_row_has_its_names_and_its_moment(measured):
    connection, rows = measured
    found = shown(connection, "name_en, name_de, as_of", "kpi_k10")
    declared = catalogue()["K10"].rows
    assert [row[:2] for row in found] == [
        (declared[row.id].names["en"], declared[row.id].names["de"]) for row in rows if row.id in declared
    ]
    moments = {row[2] if isinstance(row[2], str) else iso(round(row[2].timestamp() * 1000)) for row in found}
    assert moments == {iso(question().as_of)}


def test_the_ledger_views_agree_with_the_figures(measured):
    connection, rows = measured
    open_deals = sum(row.value for row in rows if row.id == "K01.deals" and "owner" not in row.segment)
    amount = sum(row.value for row in rows if row.id == "K01.value" and "owner" not in row.segment)
    count, value = connection.execute(text("SELECT count(*), sum(amount) FROM now_open_deals")).one()
    assert (count, value) == (open_deals, amount)
    started = connection.execute(text("SELECT outcome, count(*) FROM now_cycles GROUP BY outcome")).all()
    held = g12().cycles.values()
    assert sum(row[1] for row in started) == sum(len(cycles) for cycles in held)
    assert dict(started)["won"] == sum(one.outcome == "won" for cycles in held for one in cycles)


def test_a_contact_is_shown_without_name_and_address(store):
    columns = set(_columns(store, "now_contacts"))
    assert {"contact_id", "stage", "fit", "owner_id"} <= columns
    assert columns.isdisjoint({"email", "email_key", "first_name", "last_name", "more_emails", "fields"})


def _columns(store: Store, view: str) -> list[str]:
    with store.snapshot() as unit:
        return list(unit.connection.execute(select(literal_column("*")).select_from(table(view))).keys())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_through_a_view(measured, name):
    connection, _ = measured
    with pytest.raises(DatabaseError), connection.begin_nested():
        connection.execute(delete(table(name)))


def made(store: Store) -> dict[str, str]:
    with store.snapshot() as unit:
        dialect = views.dialect_of(unit.connection)
        return {name: mark for name, mark in dialect.found(unit.connection).items() if mark}


def test_views_stay_as_they_are_until_the_catalogue_changes(blank_url, monkeypatch):
    store = open_store(blank_url)
    store.upgrade()
    first = made(store)
    assert sorted(first) == sorted(NAMES)
    store.upgrade()
    assert made(store) == first
    fewer = dict(list(catalogue().items())[:3])
    monkeypatch.setattr("syncer.store.views.view_queries.catalogue", lambda: fewer)
    monkeypatch.setattr(views, "edition", lambda: "later")
    store.upgrade()
    then = made(store)
    assert sorted(then) == sorted([*NAMES[:4], *NAMES[-3:]])
    assert all("edition later" in mark for mark in then.values())
    monkeypatch.undo()
    store.upgrade()
    assert made(store) == first
    store.close()


def test_a_view_of_other_columns_is_made_anew(blank_url, monkeypatch):
    store = open_store(blank_url)
    store.upgrade()
    names = _columns(store, "now_cycles")
    monkeypatch.setattr("syncer.store.views.view_queries._is_moment", lambda _: False)
    monkeypatch.setattr(views, "edition", lambda: "later")
    store.upgrade()
    assert _columns(store, "now_cycles") == names
    monkeypatch.undo()
    store.upgrade()
    store.close()


def test_somebody_elses_view_is_left_alone(blank_url):
    store = open_store(blank_url)
    with store.commit() as unit:
        unit.connection.execute(text("CREATE VIEW kpi_k10 AS SELECT 1 AS mine"))
    with pytest.raises(ConfigError, match="somebody else: kpi_k10"):
        store.upgrade()
    with store.snapshot() as unit:
        assert unit.connection.execute(text("SELECT mine FROM kpi_k10")).scalar_one() == 1
    store.close()


@pytest.mark.postgres
def test_what_was_granted_on_a_view_outlives_a_new_edition(blank_postgres_url, monkeypatch):
    store = open_store(blank_postgres_url)
    store.upgrade()
    with store.commit() as unit:
        unit.connection.execute(text("GRANT SELECT ON kpi_k10 TO PUBLIC"))
    monkeypatch.setattr(views, "edition", lambda: "later")
    store.upgrade()
    with store.snapshot() as unit:
        granted = unit.connection.execute(text("SELECT relacl::text FROM pg_class WHERE relname = 'kpi_k10'"))
        assert "=r/" in granted.scalar_one()
    store.close()


@pytest.mark.postgres
def test_a_view_that_stands_on_ours_is_named_as_the_obstacle(blank_postgres_url, monkeypatch):
    store = open_store(blank_postgres_url)
    store.upgrade()
    with store.commit() as unit:
        unit.connection.execute(text("CREATE VIEW theirs AS SELECT * FROM now_cycles"))
    monkeypatch.setattr("syncer.store.views.view_queries._is_moment", lambda _: False)
    monkeypatch.setattr(views, "edition", lambda: "later")
    with pytest.raises(ConfigError, match="stand on a view of ours"):
        store.upgrade()
    store.close()


def test_views_are_made_in_the_transaction_of_the_upgrade(blank_url):
    store = open_store(blank_url)
    with store.rehearsal() as unit:
        upgrade(unit.connection)
    assert made(store) == {}
    store.close()
