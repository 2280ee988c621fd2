"""Tables fit the terminal that they are shown on, and no word of them is broken."""

import re
import sys

import pytest

from jobs.cli.tables import print_table

RUN = "20261130T161754753-af2c36"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def shown(monkeypatch, capsys):
    """Return how to print a table on a terminal of some columns, and what it shows."""

    def show(heads, rows, *, columns=80, **more) -> list[str]:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", str(columns))
        print_table(heads, rows, **more)
        return _STYLE.sub("", capsys.readouterr().out).splitlines()

    return show


def test_a_column_that_says_nothing_gives_way_where_room_is_short(shown):
    counts = [f"of the kind {number}" for number in range(8)]
    lines = shown(("stream", *counts, "read"), [("feedback_submissions", *"00000000", "24")])
    assert [line.split() for line in lines if line.strip("─ ")] == [["stream", "read"], ["feedback_submissions", "24"]]


def test_a_table_that_fits_keeps_all_its_columns(shown):
    lines = shown(("stream", "gone", "read"), [("deals", "0", "24")])
    assert lines[1].split() == ["stream", "gone", "read"]


def test_what_fits_no_table_is_a_paragraph_a_row(shown):
    heads = ("run", "job", "started", "took", "status", "counts")
    row = (RUN, "backfill --dry-run", "2026-11-30T16:21:54Z", "1.7 s", "interrupted", "compared 1,719 · unreadable 4")
    assert shown(heads, [row, row])[:4] == [
        f"run {RUN}",
        "    job: backfill --dry-run · started: 2026-11-30T16:21:54Z · took: 1.7 s",
        "    status: interrupted · counts: compared 1,719 · unreadable 4",
        f"run {RUN}",
    ]


@pytest.mark.parametrize("columns", [40, 60, 80, 132])
def test_no_line_is_wider_than_the_terminal_and_no_id_is_broken(shown, columns):
    heads = ("id", "figure", "value", "95%", "n", "period", "left out")
    name = "Deals created in the period, still open"
    lines = shown(heads, [(RUN, name, "41.3%", "30.0% – 53.6%", "63", "all (period)", "expansion 9")], columns=columns)
    assert all(len(line) <= columns for line in lines)
    assert any(RUN in line for line in lines)
    words = " ".join(lines).split()
    assert {"created", "period,", "expansion"} <= set(words)


def test_a_head_is_broken_at_its_slash_before_a_table_is_given_up(shown):
    lines = shown(("rules", "hand-overs/week", "precision", "recall"), [("today", "0.4", "28.6%", "40.6%")], columns=36)
    heads = [line.split() for line in lines[1:4]]
    assert [word for line in heads for word in line] == ["hand-", "overs/", "rules", "week", "precision", "recall"]


def test_a_title_is_one_line_however_narrow_its_table(shown):
    assert shown(("table", "rows"), [("links", "1")], title="hubspot · contact ids 1 · would be erased")[0] == (
        "hubspot · contact ids 1 · would be erased"
    )


def test_brackets_of_a_record_are_text(shown):
    assert "[red]" in shown(("name [b]", "n"), [("[red] GmbH", "1")], title="of [i]")[4]


def test_a_pipe_gets_every_column(capsys):
    heads = [f"head {number}" for number in range(12)]
    print_table(heads, [["0"] * 12])
    assert capsys.readouterr().out.count("head") == 12
    assert not sys.stdout.isatty()
