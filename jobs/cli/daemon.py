"""Commands that serve: run, worker, sandbox, demo."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.options import LangOption

HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(run)
    app.command()(worker)
    app.command()(sandbox)
    app.command()(demo)


def run(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8400,
    lang: LangOption = "en",
) -> None:
    """The daemon: rounds by the clock, and the dashboard."""
    from jobs.serving.hangups import keep_in_mind

    keep_in_mind()
    import asyncio

    from jobs.cli.command_words import said
    from jobs.cli.frame import opened
    from jobs.daemon import Calls, run_daemon
    from jobs.figures.asking import language
    from jobs.serving.signals import end_hard
    from jobs.settings import load_settings

    chosen = language(lang)

    def say_where(address: str) -> None:
        typer.echo(said("dashboard_at", chosen, address=address), err=True)

    with opened(need_accounts=True, logs_all=True) as (settings, store):
        calls = Calls(reread=load_settings, on_serving=say_where, on_leaving=end_hard)
        asyncio.run(run_daemon(settings, store, host=host, port=port, calls=calls))


def worker(
    at_once: Annotated[int, typer.Option("--jobs", min=1, max=8, help="Jobs at once, each on another account.")] = 4,
    lang: LangOption = "en",
) -> None:
    """A worker of the distributed engine (PostgreSQL): does the jobs that `syncer run` defers."""
    from jobs.serving.hangups import keep_in_mind

    keep_in_mind()
    import asyncio

    from jobs.cli.frame import opened
    from jobs.distributed.worker import WorkerCalls, run_worker
    from jobs.figures.asking import language
    from jobs.serving.signals import end_hard
    from jobs.settings import load_settings

    language(lang)

    with opened(need_accounts=True, logs_all=True) as (settings, store):
        calls = WorkerCalls(reread=load_settings, on_leaving=end_hard)
        asyncio.run(run_worker(settings, store, at_once=at_once, calls=calls))


def sandbox(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8300,
    load: Annotated[
        list[Path] | None,
        typer.Option("--load", help="JSON lines, or a portal spec (YAML) over CSV files; repeatable."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the CSV files that a portal spec names.")
    ] = None,
    generate: Annotated[int, typer.Option("--generate", min=0, help="Fill with this many generated contacts.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the generated data.")] = 1,
    state: Annotated[
        Path | None, typer.Option("--state", help="SQLite file that keeps the portal; memory otherwise.")
    ] = None,
    clone: Annotated[
        str | None, typer.Option("--clone", help="Copy this account of syncer.yaml into --state first; only read.")
    ] = None,
    pseudonymise: Annotated[
        bool, typer.Option("--pseudonymise", help="Copy no names, addresses and texts of people.")
    ] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Throw an earlier copy in --state away.")] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Fill --state and leave.")] = False,
    webhooks: Annotated[
        str | None, typer.Option("--webhooks", help="Send webhooks to this address, as HubSpot would.")
    ] = None,
    secret_env: Annotated[
        str | None, typer.Option("--secret-env", help="Variable with the client secret; HUBSPOT_CLIENT_SECRET.")
    ] = None,
    lose: Annotated[float, typer.Option("--lose", min=0, max=1, help="Share of webhook events that never come.")] = 0.0,
    lang: LangOption = "en",
) -> None:
    """The embedded CRM alone: speaks HubSpot's API, for rehearsals and tests."""
    from jobs.cli.clone_output import Copying, copy_account
    from jobs.cli.command_words import said
    from jobs.figures.asking import language
    from jobs.rehearsal.sandbox import Filling, Hooked, open_portal, serve_portal
    from jobs.webhooks.hooks import KEY_VARIABLE

    chosen = language(lang)
    wanted = Copying(pseudonymise=pseudonymise, restart=restart, filled=bool(load or generate), no_serve=no_serve)
    copy_account(clone, state, wanted, chosen)
    if clone and no_serve:
        return
    portal = open_portal(Filling(load=tuple(load or ()), data=data, generate=generate, seed=seed, state=state))
    if no_serve:
        portal.close()
        return

    def say_how(address: str) -> None:
        typer.echo(f"HUBSPOT_BASE_URL={address}", err=True)
        typer.echo(said("any_token", chosen), err=True)

    hooked = Hooked(address=webhooks, secret_env=secret_env or KEY_VARIABLE, lost=lose) if webhooks else None
    serve_portal(portal, host, port, hooked=hooked, on_taken=say_how)


def demo(
    contacts: Annotated[int, typer.Option("--contacts", min=20, help="Generated contacts.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same portal.")] = 1,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Print and leave; serve no dashboard.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the dashboard.")] = 8400,
    lang: LangOption = "en",
) -> None:
    """Everything once, on a sandbox CRM with generated data: set up, read, decide, write back, measure, show."""
    from connectors.listening import listening
    from jobs.cli.command_words import said
    from jobs.cli.demo_output import print_demo
    from jobs.figures.asking import language
    from jobs.rehearsal.demo import run_demo, serve_demo

    # Taken at once: whoever waited for the demo is not told at its end that the port is somebody else's.
    with (
        listening("127.0.0.1", 0 if no_serve else port) as listener,
        run_demo(contacts=contacts, seed=seed, lang=language(lang)) as done,
    ):
        print_demo(done)
        if not no_serve:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}/?lang={lang}"
            typer.echo(said("dashboard_at", language(lang), address=address))
            serve_demo(done, listener)
