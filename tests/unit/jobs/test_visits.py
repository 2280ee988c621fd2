"""Visits come from a CSV file: whole or not at all."""

from datetime import date

import pytest
from openpyxl import Workbook

from jobs.figures.visits import read_visits
from jobs.wording.sentences import spoken
from syncer.errors import ConfigError
from syncer.kpis.asked.visit_lines import UNKNOWN, VisitLine

DAY = date(2026, 5, 1).toordinal() - date(1970, 1, 1).toordinal()


@pytest.fixture
def read(tmp_path):
    def written(text, encoding="utf-8"):
        path = tmp_path / "visits.csv"
        path.write_bytes(text.encode(encoding))
        return read_visits(path)

    return written


def problems(read, text, **values):
    with pytest.raises(ConfigError) as refused:
        read(text, **values)
    return [(one.line, one.key, one.message) for one in refused.value.problems]


def test_english_and_german_files_say_the_same(read):
    plain = VisitLine(day=DAY, source="organic_search", definition="GA4", sessions=1_234, bounced=45)
    english = "Date,Source,Tool,Sessions,Bounces,Note\n2026-05-01,Organic Search,GA4,1234,45,x\n"
    german = "\ufeffDatum;Quelle;Werkzeug;Besuche;Absprünge\r\n01.05.2026;organic search;GA4;1.234;45\r\n\r\n"
    assert read(english) == read(german) == [plain]


def test_every_count_is_taken_and_an_empty_one_is_not_told(read):
    head = "day;source;definition;sessions;bounced;timed;seconds;impressions;clicks;likes"
    [line] = read(f"{head}\n2026-05-01;linkedin;m;5;;3;360;50;2;0")
    counts = (line.bounced, line.timed, line.seconds, line.impressions, line.clicks, line.likes)
    assert counts == (None, 3, 360, 50, 2, 0)


def test_every_problem_is_named_with_its_line(read):
    text = """day;source;definition;sessions;bounced
2026-02-30;google;m;5;
2026-05-01;;;x;1
2026-05-01;google;m;;
2026-05-02;google;m;5;6
2026-05-03;google;m;1
2026-05-03;Google;m;2
"""
    assert problems(read, text) == [
        (2, "day", "is no day"),
        (3, "source", "is empty"),
        (3, "definition", "is empty"),
        (3, "sessions", "is no whole number"),
        (4, "sessions", "is empty"),
        (5, "bounced", "is more than sessions"),
        (7, "day", "the same day, source and definition stand above"),
    ]


def test_a_file_without_the_needed_columns_is_refused(read):
    assert problems(read, "") == [(None, None, "holds no rows")]
    assert problems(read, "sum\n") == [
        (1, None, f"no column {name!r}") for name in ("day", "source", "definition", "sessions")
    ]
    assert problems(read, "day,source,sessions\n") == [(1, None, "no column 'definition'")]


def test_what_is_no_text_file_is_refused(read, tmp_path):
    assert problems(read, "Tag;\x00", encoding="latin-1") == [(None, None, "is no text")]
    with pytest.raises(ConfigError, match="cannot be read"):
        read_visits(tmp_path / "none.csv")


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(ConfigError, match="No such file") as caught:
        read_visits(tmp_path / "nowhere.csv")
    [problem] = caught.value.problems
    assert spoken(problem.message, "de") == "nicht lesbar: Datei oder Ordner gibt es nicht"


@pytest.mark.parametrize("number", ["-1", "1.5", "12,34", "=1+1", "1e3", "1" * 16])
def test_only_whole_numbers_count(read, number):
    found = problems(read, f'day;source;definition;sessions\n2026-05-01;a;m;"{number}"')
    assert found == [(2, "sessions", "is no whole number")]


def test_lines_are_named_as_the_file_counts_them(read):
    text = 'day;source;definition;sessions\n\n2026-05-01;"a\nb";m;1\n2026-05-02;a\u2028b;m;1\n;a;m;1\n'
    assert problems(read, text) == [(6, "day", "is no day")]


def test_a_column_twice_and_what_stands_behind_the_last_one_are_refused(read):
    twice = problems(read, "day,source,definition,sessions,Visits\n2026-05-01,a,m,1,2\n")
    assert twice == [(1, "Visits", "means the same as 'sessions'")]
    found = problems(read, "day,source,definition,sessions\n2026-05-01,a,m,1,234\n2026-05-02,a,m,1,\n")
    assert found == [(2, None, "column 5 stands under no heading")]


def test_a_row_of_sums_or_without_a_day_is_refused(read):
    head = "source;definition;sessions;day\n"
    assert problems(read, f"{head}Gesamt;m;5;2026-05-01\na;m;5\n") == [
        (2, "source", "names a sum of other rows"),
        (3, "day", "is no day"),
    ]


def test_a_quote_that_never_ends_swallows_no_rows(read):
    found = problems(read, 'day;source;definition;sessions;Note\n2026-05-01;a;m;1;"x\n2026-05-02;a;m;1;y\n')
    assert found == [(None, None, "cannot be read as CSV from row 2 on")]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("sign", [";", "\t"])
def test_files_are_read_as_spreadsheets_save_them(read, encoding, sign):
    text = "Datum;Quelle;Werkzeug;Besuche;Absprünge\r\n01.05.2026;Müller;GA4;1.234;45\r\n"
    found = read(text.replace(";", sign), encoding=encoding)
    assert found == [VisitLine(day=DAY, source="müller", definition="GA4", sessions=1_234, bounced=45)]


def test_a_workbook_is_read_too(tmp_path):
    book = Workbook()
    book.active.append(["Datum", "Quelle", "Werkzeug", "Besuche"])
    book.active.append([date(2026, 5, 1), "LinkedIn", "GA4", 1_234])
    book.active.append(["2.5.26", "LinkedIn", "GA4", 0.5])
    book.save(tmp_path / "visits.xlsx")
    with pytest.raises(ConfigError) as refused:
        read_visits(tmp_path / "visits.xlsx")
    assert [(one.line, one.key) for one in refused.value.problems] == [(3, "day"), (3, "sessions")]
    book.active.delete_rows(3)
    book.save(tmp_path / "visits.xlsx")
    assert read_visits(tmp_path / "visits.xlsx") == [
        VisitLine(day=DAY, source="linkedin", definition="GA4", sessions=1_234)
    ]


@pytest.mark.parametrize("word", ["(not set)", "(None)", "Unbekannt", "n/a"])
def test_visits_of_which_the_tool_knows_no_source_are_those_of_none(read, word):
    [line] = read(f"day;source;definition;sessions\n2026-05-01;{word};m;5\n")
    assert line.source == UNKNOWN
