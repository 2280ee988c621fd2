"""Every table of `syncer tables` out of one state of the database, with the dictionary that says what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.extracts.files import Form, opened_table
from jobs.extracts.folder import replaced
from syncer.extracts.declared import Extract, extracts
from syncer.extracts.dictionary import dictionary_csv, dictionary_markdown
from syncer.store import Store, Unit

#: Only who wrote the files may read them.
_PRIVATE = 0o600


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One file that was written."""

    table: str
    file: str
    rows: int
    columns: int


def write_tables(
    store: Store, accounts: Sequence[str], folder: Path, form: Form, *, personal: bool
) -> Sequence[Written]:
    """Write one file a table and the dictionary; nothing of the folder changes before all of them are whole."""
    shown = [extract.shown(personal=personal) for extract in extracts()]
    with replaced(folder) as half, store.snapshot() as unit:
        written = [_write(unit, accounts, half, form, extract) for extract in shown]
        (half / "dictionary.csv").write_text(dictionary_csv(shown), encoding="utf-8")
        (half / "dictionary.md").write_text(dictionary_markdown(shown), encoding="utf-8")
        if personal:
            for path in half.iterdir():
                path.chmod(_PRIVATE)
    return written


def _write(unit: Unit, accounts: Sequence[str], half: Path, form: Form, extract: Extract) -> Written:
    path, rows = half / f"{extract.name}.{form}", 0
    names = [column.name for column in extract.columns]
    with opened_table(form, path, extract.columns) as write:
        for account in accounts:
            for page in unit.extracts.pages(account, extract.name, names):
                write(page)
                rows += len(page)
    return Written(table=extract.name, file=path.name, rows=rows, columns=len(names))
