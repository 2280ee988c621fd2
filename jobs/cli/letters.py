"""Dead letters: records that need a person."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from jobs.desk import Desk
    from jobs.wording.words import Language
    from syncer.store import DeadLetter


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command("dead-letters")(dead_letters)


def dead_letters(
    action: Annotated[
        str,
        typer.Argument(metavar="list|replay|drop", help="list; replay one by its ID, or all; drop one by its ID."),
    ] = "list",
    ident: Annotated[
        str | None, typer.Argument(metavar="ID", help="As listed: stream:record of reading, write:stream:record.")
    ] = None,
    account: AccountOption = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """List the records that could not be used or written, each with its reason; try them again, or drop one."""
    from jobs.figures.asking import language
    from syncer.errors import ConfigError, Problem

    spoken = language(lang)
    if action == "replay":
        _replay(account, ident, spoken, as_json=as_json)
    elif action == "drop" and ident is not None:
        _drop(account, ident, spoken, as_json=as_json)
    elif action == "list" and ident is None:
        _list(account, spoken, as_json=as_json)
    else:
        raise ConfigError([Problem(key="dead-letters", message="takes `list`, `replay [ID]` or `drop ID`")])


def _list(account: str | None, lang: "Language", *, as_json: bool) -> None:
    from dataclasses import asdict

    from jobs.cli.frame import opened, print_json
    from jobs.cli.letter_words import said
    from jobs.cli.tables import print_table
    from jobs.figures.asking import account_names
    from jobs.wording.sentences import spoken

    with opened() as (settings, store), store.snapshot() as unit:
        names = account_names(settings, store, account)
        found = [(name, letter) for name in names for letter in unit.desk.dead_letters(name)]
    if as_json:
        print_json([{"account": name, "concerns": _concerns(one), **asdict(one)} for name, one in found])
    elif not found:
        typer.echo(said("none", lang))
    else:
        rows = [
            (name, one.id, said(_concerns(one), lang), spoken(one.reason, lang), _problems(one, lang))
            for name, one in found
        ]
        print_table([said(key, lang) for key in ("account", "id", "concerns", "reason", "problems")], rows)


def _problems(letter: "DeadLetter", lang: "Language") -> str:
    from jobs.wording.sentences import spoken

    return "; ".join(spoken(one, lang) for one in letter.problems)


def _concerns(letter: "DeadLetter") -> str:
    return "write" if letter.is_write else "read"


def _drop(account: str | None, ident: str, lang: "Language", *, as_json: bool) -> None:
    from jobs.cli.frame import opened, print_json
    from jobs.cli.letter_words import said
    from jobs.figures.asking import account_names
    from jobs.writing.replay import no_letter

    with opened() as (settings, store):
        names = account_names(settings, store, account)
        with store.commit() as unit:
            dropped = sum(unit.desk.drop(name, ident) for name in names)
    if not dropped:
        raise no_letter(ident)
    if as_json:
        print_json({"dropped": dropped})
    else:
        typer.echo(said("dropped", lang, count=dropped))


def _replay(account: str | None, ident: str | None, lang: "Language", *, as_json: bool) -> None:
    from jobs.cli.frame import each_account, print_json
    from jobs.cli.letter_words import said
    from jobs.writing.replay import no_letter, replay

    async def work(desk: "Desk") -> tuple[int, int]:
        return await replay(desk, ident)

    results = each_account(account, work, quiet=True)
    tried, waiting = (sum(one[place] for one in results) for place in (0, 1))
    if ident is not None and not tried:
        raise no_letter(ident)
    if as_json:
        print_json({"tried": tried, "waiting": waiting})
    else:
        typer.echo(said("replayed", lang, tried=tried, waiting=waiting))
    if waiting:
        raise typer.Exit(3)
