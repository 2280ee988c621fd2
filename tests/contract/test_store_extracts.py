"""The tables for BI tools hold what the ledger believes now, the same on both databases."""

import json

import pytest
from pyarrow import parquet
from sqlalchemy import update

from jobs.extracts.export import write_tables
from jobs.extracts.files import Form
from syncer.extracts.declared import extracts
from syncer.kpis.measure import measure
from syncer.kpis.rendering.render import to_json
from syncer.records import Contact, Deal, Owner
from syncer.store import tables
from syncer.store.views.extracts import Extracts
from tests.contract.store_build import ACCOUNT, call, deal_decision, decision, put, save, span
from tests.unit.kpis.ledger import g12, question
from tests.unit.kpis.ledger_rows import write


def rows(store, name):
    declared = next(extract for extract in extracts() if extract.name == name)
    columns = [column.name for column in declared.columns]
    with store.snapshot() as unit:
        pages = list(unit.extracts.pages(ACCOUNT, name, columns))
    return [dict(zip(columns, row, strict=True)) for page in pages for row in page]


@pytest.mark.parametrize("extract", extracts(), ids=lambda one: one.name)
def test_every_declared_column_has_a_query(store, extract):
    with store.snapshot() as unit:
        assert {column.name for column in extract.columns} <= set(Extracts(unit.connection).columns(extract.name))
        columns = [column.name for column in extract.columns]
        assert list(unit.extracts.pages(ACCOUNT, extract.name, columns)) == []


def test_a_contact_stands_where_the_ledger_says_and_one_undecided_has_no_stage(store):
    put(store, 1, "contacts", Contact(id="1", email="a@x.example", first_name="=A"), Contact(id="2"))
    save(store, 5, decision("1", "SUSPECT", "INQUIRY"))
    first, second = rows(store, "contacts")
    assert (first["contact_id"], first["stage"], first["since"], first["fit"]) == ("1", "INQUIRY", 200, 50.0)
    assert (first["email"], json.loads(first["flags"])) == ("a@x.example", ["review"])
    assert (second["contact_id"], second["stage"], second["fit"]) == ("2", None, None)


def test_a_merged_and_an_erased_contact_are_no_rows(store):
    put(store, 1, "contacts", *(Contact(id=id_, email=f"{id_}@x.example") for id_ in ("1", "2", "3")))
    with store.commit() as unit:
        table = tables.contacts
        unit.connection.execute(update(table).where(table.c.id == "2").values(merged_into="1"))
        unit.connection.execute(update(table).where(table.c.id == "3").values(id="~0a1b", email=None))
    assert [row["contact_id"] for row in rows(store, "contacts")] == ["1"]


def test_a_deal_is_shown_in_its_latest_span_and_what_was_superseded_is_not(store):
    put(store, 1, "deals", Deal(id="d", name="Anlage"))
    for now, stage in ((10, "a"), (20, "b")):
        decided = deal_decision("d", span("d", 1, 50, stage_id=stage), span("d", 50, stage_id=f"{stage}2"))
        with store.commit() as unit:
            unit.ledger.save_deals(ACCOUNT, [decided], now=now, agreement="1")
    (deal,) = rows(store, "deals")
    assert (deal["name"], deal["stage_id"], deal["valid_from"], deal["pipeline"]) == ("Anlage", "b2", 50, None)
    assert [(one["valid_from"], one["stage_id"]) for one in rows(store, "deal_spans")] == [(1, "b"), (50, "b2")]


def test_rows_of_another_account_stay_out(store):
    put(store, 1, "contacts", Contact(id="1"))
    with store.snapshot() as unit:
        assert list(unit.extracts.pages("other", "contacts", ["contact_id"])) == []


def test_a_thousand_rows_come_page_by_page_and_in_order(store, monkeypatch):
    monkeypatch.setattr("syncer.store.views.extracts._PAGE", 300)
    put(store, 1, "contacts", *(Contact(id=str(10_000 + number)) for number in range(1_000)))
    with store.snapshot() as unit:
        pages = [len(page) for page in unit.extracts.pages(ACCOUNT, "contacts", ["contact_id"])]
    assert pages == [300, 300, 300, 100]
    assert [row["contact_id"] for row in rows(store, "contacts")] == [str(10_000 + n) for n in range(1_000)]


@pytest.fixture
def measured(store):
    """A ledger with figures of a run."""
    with store.commit() as unit:
        write(unit.connection, g12())
        found = json.loads(to_json(measure(unit.measures, question(), ["K01", "K10"])))
        unit.desk.keep_snapshot(ACCOUNT, "01", question().as_of, {"": found})
    return store, found


def test_figures_are_those_of_the_last_run(measured):
    store, found = measured
    told = rows(store, "kpis")
    for name in ("id", "status", "unit", "n", "k"):
        assert [row[name] for row in told] == [one[name] for one in found]
    shown = [None if row["value"] is None else float(row["value"]) for row in told]
    assert shown == [one["value"] for one in found]
    assert {row["as_of"] for row in told} == {question().as_of}


@pytest.mark.parametrize("form", Form)
def test_twice_gives_the_same_bytes_and_no_file_names_a_person(measured, tmp_path, form):
    store, _ = measured
    put(store, 1, "contacts", Contact(id="z1", email="eve@x.example", first_name="Eve", last_name="Nobodyelse"))
    with store.commit() as unit:
        unit.mirror.replace_owners(ACCOUNT, [Owner(id="7", email="rep@us.example", first_name="Rita")])
    put(store, 2, "activities", call("c", 5, "z1", subject="Anruf mit Eve Nobodyelse"))
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        written = write_tables(store, [ACCOUNT], folder, form, personal=False)
        assert [one.table for one in written] == [extract.name for extract in extracts()]
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(["dictionary.csv", "dictionary.md", *(f"{one.name}.{form}" for one in extracts())])
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()
        told = told_by(first / name)
        assert not [word for word in ("eve@", "Nobodyelse", "rep@us") if word in told], name
    assert "z1" in told_by(first / f"contacts.{form}")
    assert "Rita" in told_by(first / f"owners.{form}")


def told_by(path):
    return str(parquet.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text(encoding="utf-8")


def test_who_asks_for_people_gets_them_in_files_that_others_cannot_read(store, tmp_path):
    put(store, 1, "contacts", Contact(id="1", email="eve@x.example", first_name="=Eve"))
    write_tables(store, [ACCOUNT], tmp_path / "out", Form.CSV, personal=True)
    assert "eve@x.example,'=Eve," in (tmp_path / "out" / "contacts.csv").read_text(encoding="utf-8")
    assert not [path for path in (tmp_path / "out").iterdir() if path.stat().st_mode & 0o077]
