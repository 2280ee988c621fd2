"""`syncer tables` writes what BI tools read, typed as a person types it; who is forgotten is in no file any more."""

import csv
import json


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_hold_the_figures_and_nobody_who_was_forgotten(serve, run, tmp_path):
    crm = serve(contacts=30)
    run(crm, "backfill")
    run(crm, "measure")
    told = json.loads(run(crm, "tables", "out", "--format", "csv", "--json").stdout)
    counts = {one["table"]: one["rows"] for one in told["files"]}
    assert (told["folder"], told["accounts"]) == ("out", ["hubspot"])
    assert {name: len(rows(tmp_path / "out" / f"{name}.csv")) for name in counts} == counts
    assert counts["contacts"] > 20
    assert "email" not in rows(tmp_path / "out" / "contacts.csv")[0]
    shown = {row["id"]: row for row in rows(tmp_path / "out" / "kpis.csv") if row["segment"] == "{}"}
    for one in json.loads(run(crm, "kpis", "K10", "K31", "--json").stdout):
        kept = shown[one["id"]]["value"]
        assert (float(kept) if kept else None) == one["value"]

    person = next(row for row in rows(tmp_path / "out" / "contacts.csv") if row["stage"])
    assert run(crm, "tables", "out", "--format", "csv", "--personal", "--lang", "de").stdout.count("Personen") == 1
    email = next(row["email"] for row in rows(tmp_path / "out" / "contacts.csv") if row == row | person)
    assert run(crm, "forget", person["contact_id"], "--by", "DPO").returncode == 0
    assert run(crm, "tables", "out", "--format", "csv", "--personal").returncode == 0
    for path in (tmp_path / "out").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [word for word in (email, f",{person['contact_id']},") if word in text], path.name

    refused = run(crm, "tables", "out", "--format", "xml")
    assert (refused.returncode, "parquet, csv" in refused.stderr) == (2, True)
