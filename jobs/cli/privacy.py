"""Commands about one person's data: forget, export; and about data that grew old: prune."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.privacy.forget import Eraser
    from jobs.settings import Settings
    from syncer.store import Store

_NEEDS_PERSON = 3
_ASKED = {
    "en": "Erase this person for good? --dry-run counts what would go",
    "de": "Diese Person endgültig löschen? --dry-run zählt, was verschwände",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(forget)
    app.command()(export)
    app.command()(prune)


def forget(
    ident: Annotated[
        str | None, typer.Argument(metavar="ID|EMAIL", help="Whom; left out, the log of erasures is shown.")
    ] = None,
    account: AccountOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would be erased; erase nothing.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who asked for it, for the log of erasures.")] = "command line",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back on a terminal.")] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Take the tombstones away: the person came back of their own accord.")
    ] = False,
    in_advance: Annotated[
        bool, typer.Option("--in-advance", help="Bar whoever comes under this id or address, though nothing is known.")
    ] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Erase a person everywhere but in the CRM, for good: no later pull brings them back."""
    from jobs.cli.forget_output import print_forgotten, print_lifted, print_log
    from jobs.cli.frame import opened
    from jobs.figures.asking import language
    from jobs.privacy.forget import erase
    from jobs.privacy.forget import lift as taken_away

    said = language(lang)
    with opened() as (settings, store):
        eraser, names = _eraser(settings, store), _accounts(settings, store, account)
        if ident is None:
            print_log(store, names, said, as_json=as_json)
            return
        if lift:
            lifted = {name: taken_away(eraser, name, ident, actor=by) for name in names}
            print_lifted(lifted, said, as_json=as_json)
            return
        if in_advance and "@" not in ident and len(names) > 1:
            raise _which(names)
        if not dry_run and not yes and sys.stdin.isatty():
            typer.confirm(_ASKED[said], abort=True, err=True)
        found = [erase(eraser, name, ident, actor=by, dry_run=dry_run, in_advance=in_advance) for name in names]
    done = [one for one in found if one is not None]
    if not done:
        raise _unknown(names, "see the id or address; to bar them before they are read: syncer forget … --in-advance")
    print_forgotten(done, said, as_json=as_json)
    if any(one.wiped is False for one in done):
        raise typer.Exit(_NEEDS_PERSON)


def export(
    ident: Annotated[str, typer.Argument(metavar="ID|EMAIL", help="Whom it is about.")],
    account: AccountOption = None,
    form: Annotated[str, typer.Option("--format", help="md, to be read; json, complete for machines.")] = "md",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="New file that only you can read; else standard output.")
    ] = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Write down everything that is held about a person, and how they were assessed (Art. 15)."""
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.cli.export_output import write_report
    from jobs.cli.frame import opened
    from jobs.figures.asking import language
    from jobs.privacy.export import Exporting
    from jobs.privacy.export import export as report

    said = language(lang)
    with opened() as (settings, store):
        rules, now = agreement_of(settings).agreement, system_clock()
        work = Exporting(store=store, agreement=rules, retention=settings.retention, now=now, lang=said)
        names = _accounts(settings, store, account)
        found = [one for name in names if (one := report(work, name, ident)) is not None]
    if not found:
        raise _unknown(names, "see the id or address, or read the CRM first: syncer pull")
    write_report(found, "json" if as_json else form, output, zone=rules.calendar.zone, lang=said)


def prune(
    account: AccountOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what has had its time; take nothing out.")] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Take out what had its time by `retention:` in syncer.yaml; past figures stay."""
    from jobs.cli.forget_output import print_pruned
    from jobs.cli.frame import opened
    from jobs.figures.asking import language
    from jobs.privacy.prune import prune as pruned

    said = language(lang)
    with opened() as (settings, store):
        eraser = _eraser(settings, store)
        names = _accounts(settings, store, account)
        found = [pruned(eraser, name, settings.retention, dry_run=dry_run) for name in names]
    print_pruned(found, said, dry_run=dry_run, as_json=as_json)


def _eraser(settings: "Settings", store: "Store") -> "Eraser":
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.privacy.erasures import keeping_of
    from jobs.privacy.forget import Eraser

    rules = agreement_of(settings).agreement
    return Eraser(store=store, keeping=keeping_of(settings), agreement=rules, clock=system_clock)


def _accounts(settings: "Settings", store: "Store", account: str | None) -> "Sequence[str]":
    """Return the accounts to look in: all that the database knows, whether still configured or not."""
    from syncer.errors import ConfigError, Problem
    from syncer.meant import among

    with store.snapshot() as unit:
        known = sorted({*unit.desk.account_names(), *settings.accounts})
    if account is None:
        return known
    if account not in known:
        hint = among(account, known)
        raise ConfigError([Problem(key="--account", message=f"no account named {account}", hint=hint)])
    return [account]


def _which(names: "Sequence[str]") -> Exception:
    """Return the error for an id that is to be barred in every account: it is another person in each."""
    from syncer.errors import ConfigError, Problem

    problem = Problem(key="--account", message="an id means another person in each account", hint=", ".join(names))
    return ConfigError([problem])


def _unknown(names: "Sequence[str]", hint: str) -> Exception:
    from syncer.errors import Missing

    return Missing(f"nothing is known under it in {', '.join(names) or 'any account'}", hint=hint)
