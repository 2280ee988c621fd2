"""What `syncer tables` says about the files that it wrote."""

from collections.abc import Sequence
from pathlib import Path

import typer

from jobs.cli.tables import print_table
from jobs.extracts.export import Written
from jobs.wording.words import Language
from syncer.extracts.declared import extracts
from syncer.kpis.rendering.render import figure_text

_HEADS = {"en": ("file", "rows", "columns", "holds"), "de": ("Datei", "Zeilen", "Spalten", "Inhalt")}
_BESIDE = {
    "en": "dictionary.md and dictionary.csv in {folder} say what each column means.",
    "de": "dictionary.md und dictionary.csv in {folder} sagen, was jede Spalte bedeutet.",
}
_WITHOUT = {
    "en": "Names and addresses of contacts are left out; --personal brings them.",
    "de": "Namen und Adressen der Kontakte sind weggelassen; --personal nimmt sie hinzu.",
}
_WITH = {
    "en": "The files name people: keep them as the CRM is kept, and delete them when somebody is to be forgotten.",
    "de": "Die Dateien nennen Personen: so schützen wie das CRM, und löschen, wenn jemand vergessen werden soll.",
}


def print_written(written: Sequence[Written], folder: Path, lang: Language, *, personal: bool) -> None:
    """Print one line a file, and what a reader has to know."""
    heads, words = _HEADS[lang], {extract.name: extract.words[lang] for extract in extracts()}
    rows = [
        (one.file, figure_text(one.rows, "count", lang), str(one.columns), words[one.table].partition(";")[0])
        for one in written
    ]
    print_table(heads, rows, right=heads[1:3])
    typer.echo(_BESIDE[lang].format(folder=folder))
    typer.echo((_WITH if personal else _WITHOUT)[lang])
