"""Visits brought in by a file show in the figures; explained figures name the very ids."""

import json

FILE = "Datum;Quelle;Werkzeug;Besuche;Absprünge\n{day};Paid Search;matomo;1.000;400\n"


def figures(run, crm, *asked):
    return {row["id"]: row for row in json.loads(run(crm, "kpis", *asked, "--json").stdout)}


def test_visits_are_brought_in_once_however_often_the_file_is(serve, run, tmp_path):
    crm = serve(contacts=25)
    run(crm, "backfill")
    path = tmp_path / "visits.csv"
    path.write_text(FILE.format(day="01.02.2026"), encoding="utf-8")
    told = json.loads(run(crm, "visits", "import", str(path), "--dry-run", "--json").stdout)
    assert (told["lines"], told["sources"], told["sessions"], told["kept"]) == (1, ["paid_search"], 1000, False)
    assert figures(run, crm, "K12")["K12"]["notes"] == {"lacks": "visits"}
    for _ in range(2):
        assert run(crm, "visits", "import", str(path)).stdout == "1 line kept: 1,000 sessions of paid_search\n"
    found = figures(run, crm, "K12", "K29")
    assert (found["K29"]["value"], found["K12.visits"]["value"]) == (0.4, 1000)
    assert 0 < found["K12"]["k"] < 25
    path.write_text(FILE.format(day="31.02.2026"), encoding="utf-8")
    refused = run(crm, "visits", "import", str(path))
    assert refused.returncode == 2
    assert "visits.csv:2: day: is no day" in refused.stderr


def test_the_ids_behind_a_new_figure_are_named(serve, run):
    crm = serve(contacts=60)
    run(crm, "backfill")
    rows = json.loads(run(crm, "kpis", "--json").stdout)
    counted = {row["id"]: row["n"] for row in rows if not row["segment"] and row["n"] is not None}
    for ident in ("K08", "K42"):
        found = json.loads(run(crm, "explain", "kpi", ident, "--json").stdout)
        why = next(one for one in found if one["id"] == ident)
        assert len(why["denominator"]) == counted[ident], ident
        assert set(why["numerator"]) <= set(why["denominator"])
    assert "Geschäftsminuten" in run(crm, "explain", "kpi", "K25", "--lang", "de").stdout
