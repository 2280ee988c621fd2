"""Commands that write to the CRM, or show what they would write: sync, plan, push, undo."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, ForceOption, JsonOption, LangOption

if TYPE_CHECKING:
    from jobs.desk import Desk
    from jobs.rounds import RoundResult
    from jobs.writing.plan import Plan
    from jobs.writing.push import PushCount
    from jobs.writing.undo import UndoResult


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(sync)
    app.command()(plan)
    app.command()(push)
    app.command()(undo)


def sync(
    account: AccountOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Stop after the plan and print it; write nothing.")
    ] = False,
    force: ForceOption = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """One round: read what changed, decide, plan, write back."""
    from jobs.cli.frame import each_account
    from jobs.cli.results import finish_round, show_plans
    from jobs.figures.asking import language
    from jobs.rounds import dry_round, sync_round

    chosen = language(lang)

    async def rehearse(desk: "Desk") -> "Plan":
        return await dry_round(desk, force=force)

    async def work(desk: "Desk") -> "RoundResult":
        return await sync_round(desk, force=force)

    if dry_run:
        show_plans(each_account(account, rehearse, quiet=as_json), as_json=as_json, lang=chosen)
    else:
        finish_round(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def plan(
    account: AccountOption = None,
    full: Annotated[bool, typer.Option("--full", help="Compare every record, not only those decided anew.")] = False,
    force: ForceOption = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Compare what was decided with what the CRM holds and put the differences into the outbox."""
    from jobs.cli.frame import each_account
    from jobs.cli.results import show_plans
    from jobs.figures.asking import language
    from jobs.rounds import plan_round

    chosen = language(lang)

    async def work(desk: "Desk") -> "Plan":
        return await plan_round(desk, full=full, force=force)

    show_plans(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def push(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """Send the outbox to the CRM."""
    from jobs.cli.frame import each_account
    from jobs.cli.results import finish_push
    from jobs.figures.asking import language
    from jobs.rounds import push_round

    chosen = language(lang)

    async def work(desk: "Desk") -> "PushCount":
        return await push_round(desk)

    finish_push(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def undo(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run to take back, as `syncer status` lists it.")],
    account: AccountOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Restore; without it the steps are only shown.")] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Show, or restore, what a run wrote, wherever nobody changed it since."""
    from jobs.cli.frame import each_account
    from jobs.cli.undo_output import finish_undo
    from jobs.figures.asking import language
    from jobs.writing.undo import undo_run

    chosen = language(lang)

    async def work(desk: "Desk") -> "UndoResult | None":
        return await undo_run(desk, run, apply=apply)

    finish_undo(each_account(account, work, quiet=as_json), run=run, apply=apply, as_json=as_json, lang=chosen)
