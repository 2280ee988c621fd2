"""A figure that cannot be given says what it lacks, in both languages; a count of nothing needs no more words."""

import json

import pytest

from jobs.wording.lacks import lacking


@pytest.mark.parametrize("asked", [(), ("--by", "owner"), ("--period", "2026Q1")], ids=["all", "by", "quarter"])
def test_an_unknown_figure_says_what_it_lacks(serve, run, asked):
    crm = serve(contacts=60)
    run(crm, "backfill")
    unknown = [row for row in json.loads(run(crm, "kpis", *asked, "--json").stdout) if row["value"] is None]
    silent = [
        (row["id"], row["segment"], row["notes"])
        for row in unknown
        if row["status"] == "undefined"
        and row["n"] != 0
        and not (lacking(row["notes"], "en") and lacking(row["notes"], "de"))
    ]
    assert silent == []
    assert any(row["status"] == "undefined" and row["n"] for row in unknown)
