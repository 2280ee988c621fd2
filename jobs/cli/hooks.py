"""Commands about webhooks: what to subscribe to, subscribing, and draining what came."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.hubspot.journal_subscriptions import JournalSubscription
    from jobs.desk import Desk
    from jobs.webhooks.drain import DrainResult
    from jobs.webhooks.journal import JournalResult
    from jobs.webhooks.subscribing import Wish
    from jobs.wording.words import Language


def register(app: typer.Typer) -> None:
    """Add the group to the tree."""
    group = typer.Typer(
        name="webhooks",
        help="What HubSpot should tell Syncer of at once, and what it told.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command()(show)
    group.command("apply")(apply_)
    group.command()(drain)
    group.command("read-journal")(read_journal)
    app.add_typer(group)


def show(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Show the address, scopes and subscriptions that the app in HubSpot needs."""
    from jobs.cli.command_words import said
    from jobs.cli.frame import failures, print_json
    from jobs.figures.asking import language

    chosen = language(lang)
    wishes = _wishes(account)
    if as_json:
        print_json([*(one.as_dict() for one in wishes), *failures()])
        return
    for one in wishes:
        _print(one, chosen)
    ways = ["way_project", "way_app", *(["way_journal"] if any(one.reads_journal for one in wishes) else [])]
    told = said("or_way", chosen).join(said(way, chosen) for way in ways)
    typer.echo(said("next_apply", chosen, ways=told))


def apply_(
    account: AccountOption = None,
    project: Annotated[
        Path | None, typer.Option("--project", help="Folder of the app's project: the webhook file is written there.")
    ] = None,
    app_id: Annotated[
        int | None, typer.Option("--app-id", min=1, help="Legacy public app: subscribe by HubSpot's API.")
    ] = None,
    journal: Annotated[bool, typer.Option("--journal", help="Subscribe the app's journal by HubSpot's API.")] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Make the subscriptions: as a file of the app's project, of a legacy public app by the API, or of the journal."""
    from jobs.cli.command_words import said
    from jobs.cli.frame import print_json
    from jobs.figures.asking import language
    from jobs.webhooks.subscribing import write_project_file
    from syncer.errors import ConfigError, Problem

    chosen = language(lang)
    if [project is not None, app_id is not None, journal].count(True) != 1:
        hint = "a private app is subscribed by hand in HubSpot, by what `syncer webhooks show` lists"
        message = "takes --project FOLDER, --app-id ID or --journal"
        raise ConfigError([Problem(key="webhooks apply", message=message, hint=hint)])
    wishes = _wishes(account)
    if len(wishes) != 1:
        raise ConfigError([Problem(key="--account", message="name one: each app is set up by itself")])
    if project is not None:
        path = write_project_file(wishes[0], project)
        done: dict[str, object] = {"account": wishes[0].account, "file": str(path), "scopes": wishes[0].scopes}
        told = said("project_holds", chosen, path=path, count=len(wishes[0].subscriptions))
    elif journal:
        done, told = _journal_subscribed(wishes[0], chosen)
    else:
        done, told = _subscribed(wishes[0], app_id or 0, chosen)
    if as_json:
        print_json(done)
    else:
        typer.echo(told)
        typer.echo(said("scopes_needed", chosen, scopes=" ".join(wishes[0].scopes)))


def _subscribed(wish: "Wish", app_id: int, lang: "Language") -> tuple[dict[str, object], str]:
    import asyncio
    from dataclasses import asdict

    from jobs.bootstrap import choose
    from jobs.cli.command_words import said
    from jobs.settings import load_settings
    from jobs.webhooks.subscribing import subscribe_app

    account = choose(load_settings(), wish.account)
    found = asyncio.run(subscribe_app(wish, account.base_url, app_id))
    told = said("subscribed", lang, **asdict(found))
    return {"account": wish.account, "app_id": app_id, **asdict(found), "scopes": wish.scopes}, told


def _journal_subscribed(wish: "Wish", lang: "Language") -> tuple[dict[str, object], str]:
    import asyncio

    from jobs.bootstrap import choose
    from jobs.cli.command_words import said
    from jobs.settings import load_settings
    from jobs.webhooks.subscribing import subscribe_journal

    made = asyncio.run(subscribe_journal(wish, choose(load_settings(), wish.account)))
    there = len(wish.journal) - made
    told = said("journal_subscribed", lang, made=made, there=there)
    return {"account": wish.account, "created": made, "unchanged": there, "scopes": wish.scopes}, told


def read_journal(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Read what is new in the journals of apps into the inbox; `syncer run` does it by itself, and drains it."""
    from jobs.cli.command_words import said
    from jobs.cli.frame import one_or_all, print_json
    from jobs.figures.asking import language

    chosen = language(lang)
    results = _journals_read(account)
    if as_json:
        print_json(one_or_all([one.as_dict() for one in results]))
        return
    for one in results:
        counts = {"files": one.files, "events": one.events, "kept": one.kept}
        typer.echo(said("journal_read", chosen, accounts=", ".join(one.accounts), **counts))
        if one.gaps:
            typer.echo(said("journal_gaps", chosen, names=", ".join(one.gaps)))


def _journals_read(account: str | None) -> "Sequence[JournalResult]":
    import asyncio

    from jobs.bootstrap import choose, system_clock
    from jobs.cli.frame import opened
    from jobs.webhooks.journal import app_tokens, read_journal
    from jobs.webhooks.journal_place import read_apps
    from syncer.errors import ConfigError, Problem

    with opened(need_accounts=True) as (settings, store):
        named = [choose(settings, account)] if account else list(settings.accounts.values())
        wanted = {one.name for one in named}
        apps = [one for one in read_apps(list(settings.accounts.values())) if wanted.intersection(one.names)]
        if not apps:
            hint = "accounts.ACCOUNT.journal: true in syncer.yaml, and the app's client id and secret in .env"
            raise ConfigError([Problem(key="webhooks read-journal", message="no account reads a journal", hint=hint)])

        async def read() -> "Sequence[JournalResult]":
            return [await read_journal(store, app, app_tokens(app.first, system_clock), system_clock) for app in apps]

        return asyncio.run(read())


def drain(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Look into the webhooks that wait, decide and write back; `syncer run` does it by itself."""
    from jobs.cli.frame import each_account, one_or_all, print_json
    from jobs.figures.asking import language
    from jobs.webhooks.drain import drain_round

    chosen = language(lang)

    async def work(desk: "Desk") -> "tuple[str, DrainResult | None]":
        return desk.name, await drain_round(desk)

    results = each_account(account, work, quiet=True)
    if as_json:
        print_json(one_or_all([one.as_dict() if one else {"account": name, "looked_at": 0} for name, one in results]))
    else:
        for name, one in results:
            typer.echo(_drained(name, one, chosen))
    if any(one and (one.failed or one.given_up) for _, one in results):
        raise typer.Exit(3)
    if any(one and (one.halted or one.parked) for _, one in results):
        raise typer.Exit(1)


def _drained(account: str, result: "DrainResult | None", lang: "Language") -> str:
    from jobs.cli.command_words import said

    if result is None:
        return said("nothing_waits", lang, account=account)
    names = ("looked_at", "derived", "written", "given_up", "waiting")
    return said("drained", lang, account=account, **{name: getattr(result, name) for name in names})


def _wishes(account: str | None) -> "Sequence[Wish]":
    from jobs.cli.frame import each_account
    from jobs.settings import load_settings
    from jobs.webhooks.subscribing import wished_webhooks

    settings = load_settings()

    async def work(desk: "Desk") -> "Wish":
        return await wished_webhooks(desk, settings.public_url)

    return each_account(account, work, quiet=True)


def _print(wish: "Wish", lang: "Language") -> None:
    from jobs.cli.command_words import heads, said
    from jobs.cli.tables import print_table

    typer.echo(f"{wish.account}: {wish.target_url or said('no_target', lang)}")
    typer.echo(said("scopes", lang, scopes=" ".join(wish.scopes)))
    names: dict[str, list[str]] = {}
    for one in wish.subscriptions:
        names.setdefault(one.event_type, []).extend([one.property_name] if one.property_name else [])
    scopes = {one.event_type: " ".join(one.scopes) for one in wish.subscriptions}
    rows = [(name, ", ".join(of), scopes[name]) for name, of in names.items()]
    print_table(heads(lang, "subscription", "properties", "scope"), rows)
    if wish.journal:
        typer.echo(said("journal_tells", lang))
        told = [(f"{one.kind} {one.stream}", ", ".join(one.actions), _chosen(one)) for one in wish.journal]
        print_table(heads(lang, "subscription", "actions", "other_ends"), told)


def _chosen(one: "JournalSubscription") -> str:
    return ", ".join((*one.properties, *one.to_streams))
