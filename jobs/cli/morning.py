"""The morning report on a terminal and into its channels."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.settings import Settings
    from syncer.agreement import InForce
    from syncer.store import Store


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command()(digest)


def digest(
    account: AccountOption = None,
    since: Annotated[
        str | None, typer.Option("--since", help="A date or an ISO moment; a day ago when left out.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send it to the channels of syncer.yaml, to each once a day.")
    ] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """The morning report: what happened since yesterday, what is due, what needs a person. Names nobody."""
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.cli.frame import one_or_all, opened, print_json
    from jobs.digest.content import gather
    from jobs.digest.telling import tell
    from jobs.figures.asking import account_names, clock_option, language
    from syncer.moments import DAY, Millis

    with opened() as (settings, store):
        agreement, now = agreement_of(settings), system_clock()
        zone = agreement.agreement.calendar.zone
        begin = Millis(now - DAY) if since is None else clock_option(since, zone, option="--since")
        names = account_names(settings, store, account)
        if send:
            _send(settings, store, agreement, names)
            return
        found = [gather(store, agreement, name, since=begin, until=now) for name in names]
        if as_json:
            print_json(one_or_all([one.as_dict() for one in found]))
            return
        for one in found:
            for line in tell(one, zone, language(lang), link=settings.public_url):
                typer.echo(line)


def _send(settings: "Settings", store: "Store", agreement: "InForce", names: "Sequence[str]") -> None:
    import asyncio

    from jobs.bootstrap import system_clock
    from jobs.digest.sending import send_digests
    from syncer.errors import ConfigError, Problem

    if not settings.digest.variables:
        hint = "name email, slack or teams in the section digest of syncer.yaml"
        raise ConfigError([Problem(key="digest", message="no channel to send the report to", hint=hint)])
    is_failed = False
    for name in names:
        for one in asyncio.run(send_digests(settings, store, agreement, name, system_clock())):
            state = one.failed or ("nothing to send" if one.silent else "sent")
            typer.echo(f"{name}: {one.channel}: {state}" + (f" ({one.hint})" if one.hint else ""))
            is_failed = is_failed or one.failed is not None
    if is_failed:
        raise typer.Exit(1)
