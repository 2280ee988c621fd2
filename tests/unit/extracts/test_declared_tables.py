"""Every table and column that BI tools get is declared with its meaning in both languages."""

import csv
import io

import pytest

from syncer.extracts.declared import Type, extracts
from syncer.extracts.dictionary import dictionary_csv, dictionary_markdown

COLUMNS = [(extract.name, column) for extract in extracts() for column in extract.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table}.{column.name}" for table, column in COLUMNS])
def test_a_column_has_type_origin_and_both_languages(table, column):
    assert column.origin in {"crm", "syncer", "file"}
    assert all(len(words) > 1 and not words.endswith(".") for words in column.words.values())
    if column.type is Type.MOMENT:
        assert column.unit == "UTC"
    if column.type is Type.MONEY:
        assert "currency" in {other.name for name, other in COLUMNS if name == table}


def test_names_and_addresses_are_shown_to_nobody_who_does_not_ask():
    plain = {(extract.name, column.name) for extract in extracts() for column in extract.shown(personal=False).columns}
    whole = {(extract.name, column.name) for extract in extracts() for column in extract.shown(personal=True).columns}
    contacts = {("contacts", name) for name in ("email", "first_name", "last_name")}
    assert whole - plain == contacts | {("owners", "email")}
    assert len(whole) == len(COLUMNS)


def test_the_dictionary_lists_every_column_once():
    rows = list(csv.DictReader(io.StringIO(dictionary_csv(extracts()))))
    assert [(row["table"], row["column"], row["type"], row["en"], row["de"]) for row in rows] == [
        (table, column.name, column.type, column.words["en"], column.words["de"]) for table, column in COLUMNS
    ]
    page = dictionary_markdown(extracts())
    assert page.count("\n| ") == len(COLUMNS) + len(extracts())
    for extract in extracts():
        assert f"## {extract.name}\n\n{extract.words['en']}.\n\n{extract.words['de']}.\n" in page


def test_no_word_breaks_the_table_of_the_dictionary():
    assert not [column.name for _, column in COLUMNS if any("|" in word for word in column.words.values())]
