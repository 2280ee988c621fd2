"""Commands about the database itself: db backup, db restore, db verify."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import JsonOption, LangOption

if TYPE_CHECKING:
    from jobs.health.backup import Restored
    from jobs.wording.words import Language
    from syncer.store import BackupFacts

_FAILED = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    db = typer.Typer(help="The database: backup, restore, verify.", no_args_is_help=True)
    db.command()(backup)
    db.command()(restore)
    db.command()(verify)
    app.add_typer(db, name="db")


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="New file to write; one that exists is never overwritten.")
    ],
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Write a backup while everything goes on working, and look it over. SQLite; for PostgreSQL use pg_dump."""
    from jobs.cli.frame import opened
    from jobs.figures.asking import language
    from jobs.health.backup import backup as taken

    chosen = language(lang)
    with opened() as (_, store):
        _show(taken(store, file), chosen, as_json=as_json)


def verify(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A backup; left out, the database itself.")
    ] = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Look a backup or the database over: integrity, revision of the tables, rows."""
    from jobs.cli.frame import opened
    from jobs.figures.asking import language
    from jobs.health.backup import verify as looked_over

    chosen = language(lang)
    with opened() as (_, store):
        found = looked_over(store, file)
    _show(found, chosen, as_json=as_json)
    if not found.is_sound:
        raise typer.Exit(_FAILED)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `syncer db backup` wrote.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Put it in the database's place; without it both are only shown.")
    ] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Put a backup in the database's place; erasures made since are made again. Then run: syncer sync."""
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.cli.frame import log_of_command, print_json
    from jobs.figures.asking import language
    from jobs.health.backup import restore as restored
    from jobs.privacy.erasures import keeping_of
    from jobs.privacy.forget import Eraser
    from jobs.settings import load_settings
    from syncer.store import open_store

    chosen = language(lang)
    settings = load_settings(need_accounts=False)
    log_of_command(settings.log)
    # The present database may be damaged or of a newer version: it is opened and not touched.
    store = open_store(settings.database_url)
    try:
        rules = agreement_of(settings).agreement
        eraser = Eraser(store=store, keeping=keeping_of(settings), agreement=rules, clock=system_clock)
        found = restored(eraser, file, apply=apply)
    finally:
        store.close()
    if as_json:
        print_json(_as_dict(found))
        return
    _show(found.backup, chosen, as_json=False)
    _print_restored(found, chosen)


def _print_restored(found: "Restored", lang: "Language") -> None:
    from jobs.cli.command_words import said

    if found.erased_again is not None:
        typer.echo(said("db_restored", lang, erased=found.erased_again, kept=found.writes_kept))
    elif found.present is None:
        typer.echo(said("gives_way_unread", lang))
    else:
        present = found.present
        rows, at = sum(present.rows.values()), _last_run(present, lang)
        typer.echo(said("gives_way", lang, rows=rows, at=at))


def _last_run(facts: "BackupFacts", lang: "Language") -> str:
    """Return when the last run began: a backup is looked at without settings, so without a time zone."""
    from jobs.cli.command_words import said
    from jobs.wording.words import utc_text

    return said("never", lang) if facts.last_run_at is None else utc_text(facts.last_run_at, lang)


def _as_dict(found: "Restored") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(found)


def _show(found: "BackupFacts", lang: "Language", *, as_json: bool) -> None:
    from dataclasses import asdict

    from jobs.cli.command_words import heads, said
    from jobs.cli.frame import print_json
    from jobs.cli.tables import print_table
    from jobs.wording.sentences import spoken
    from jobs.wording.words import number
    from syncer.moments import iso

    if as_json:
        print_json({**asdict(found), "last_run_at": iso(found.last_run_at), "sound": found.is_sound})
        return
    rows = [(name, number(count, lang)) for name, count in found.rows.items() if count]
    titles = heads(lang, "table", "rows")
    print_table(titles, rows, title=found.file, right=titles[1:])
    for fault in found.faults:
        typer.echo(said("damaged", lang, fault=spoken(fault, lang)), err=True)
    state = "sound" if found.is_sound else "not_sound"
    typer.echo(said(state, lang, revision=found.revision or "–", at=_last_run(found, lang)))
