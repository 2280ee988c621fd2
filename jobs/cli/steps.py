"""Commands that read and decide: backfill, pull, reconcile, derive, measure."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, AsOfOption, JsonOption, KindOption, KnownAtOption, LangOption, StreamOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.desk import Desk
    from jobs.pulling.drift import ReconcileResult
    from jobs.rounds import RoundResult
    from syncer.store.values import KpiRow


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(backfill)
    app.command()(pull)
    app.command()(reconcile)
    app.command()(derive)
    app.command()(measure)


def backfill(
    account: AccountOption = None,
    stream: StreamOption = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin at the first page, whatever was read before.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Foretell calls and minutes, stream by stream; read and write nothing.")
    ] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Read everything from the CRM, resuming where an earlier backfill stopped, and decide."""
    from jobs.cli.frame import each_account
    from jobs.cli.results import finish_round
    from jobs.figures.asking import language
    from jobs.rounds import backfill_round

    chosen = language(lang)

    if dry_run:
        _foretell(account, stream or (), restart=restart, as_json=as_json)
        return

    async def work(desk: "Desk") -> "RoundResult":
        return await backfill_round(desk, streams=stream or (), restart=restart)

    finish_round(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def _foretell(account: str | None, streams: "Sequence[str]", *, restart: bool, as_json: bool) -> None:
    from jobs.budget.forecast import Forecast, forecast_round
    from jobs.cli.forecast_output import print_forecast
    from jobs.cli.frame import each_account, one_or_all, print_json

    async def work(desk: "Desk") -> Forecast:
        return await forecast_round(desk, streams=streams, restart=restart)

    found = each_account(account, work, quiet=True)
    if as_json:
        print_json(one_or_all([one.as_dict() for one in found]))
        return
    for one in found:
        print_forecast(one)


def pull(
    account: AccountOption = None, stream: StreamOption = None, lang: LangOption = "en", as_json: JsonOption = False
) -> None:
    """Read what changed since the last round, and nothing else."""
    from jobs.cli.frame import each_account
    from jobs.cli.results import finish_round
    from jobs.figures.asking import language
    from jobs.rounds import pull_round

    chosen = language(lang)

    async def work(desk: "Desk") -> "RoundResult":
        return await pull_round(desk, streams=stream or ())

    finish_round(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def reconcile(
    account: AccountOption = None,
    kind: KindOption = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Mend the mirror; without it the differences are only shown.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Believe that records are gone even where they are an unusual share.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare mirror and CRM in full: missed changes, deletions, merges, drift; the CRM is never written."""
    from jobs.cli.frame import each_account
    from jobs.cli.reconcile_output import finish_reconcile
    from jobs.pulling.reconcile import reconcile_round
    from jobs.pulling.sweep import Orders

    async def work(desk: "Desk") -> "ReconcileResult":
        return await reconcile_round(desk, streams=kind or (), orders=Orders(apply=apply, force=force))

    finish_reconcile(each_account(account, work, quiet=as_json), as_json=as_json)


def derive(
    account: AccountOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Decide every contact and deal, not only the dirty ones.")
    ] = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide stage, score and outcome of what changed or came due; as of another time: show, and keep nothing."""
    if as_of is not None or known_at is not None:
        _survey(account, as_of, known_at, as_json=as_json)
        return
    from dataclasses import asdict

    from jobs.cli.frame import each_account, one_or_all, print_json
    from jobs.rounds import derive_round

    async def work(desk: "Desk") -> dict[str, object]:
        return {"account": desk.name, **asdict(await derive_round(desk, full=full))}

    results = each_account(account, work, quiet=as_json)
    if as_json:
        print_json(one_or_all(results))
        return
    for one in results:
        typer.echo(
            f"{one['account']}: {one['contacts']:,} contacts, {one['deals']:,} deals, {one['companies']:,} companies "
            f"decided; {one['changed']:,} contacts stand otherwise than before"
        )


def _survey(account: str | None, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from jobs.bootstrap import agreement_of
    from jobs.cli.frame import each_account, one_or_all, print_json
    from jobs.cli.tables import print_table
    from jobs.deciding.derive import Clocks
    from jobs.deciding.survey import survey
    from jobs.figures.asking import clock_option
    from jobs.settings import load_settings

    zone = agreement_of(load_settings(need_accounts=False)).agreement.calendar.zone
    clocks = Clocks(
        as_of=clock_option(as_of, zone, option="--as-of"), known_at=clock_option(known_at, zone, option="--known-at")
    )

    async def work(desk: "Desk") -> dict[str, object]:
        return {"account": desk.name, **asdict(await survey(desk, clocks))}

    results = each_account(account, work, quiet=as_json)
    if as_json:
        print_json(one_or_all(results))
        return
    for one in results:
        for title, name in (("contacts", "stages"), ("deals", "outcomes")):
            counts = one[name]
            rows = [(str(key), f"{number:,}") for key, number in counts.items()] if isinstance(counts, dict) else []
            print_table((name, title), rows, title=f"{one['account']} · as of {as_of or 'now'}", right=(title,))


def measure(account: AccountOption = None, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Compute every KPI and keep the figures as a snapshot for dashboard and digest."""
    from jobs.cli.frame import each_account, print_json
    from jobs.figures.asking import Asked
    from jobs.rounds import measure_round

    async def work(desk: "Desk") -> "Sequence[KpiRow]":
        return await measure_round(desk, Asked(as_of=as_of))

    results = each_account(account, work, quiet=as_json)
    if as_json:
        print_json([row for rows in results for row in rows])
        return
    typer.echo(f"{sum(len(rows) for rows in results)} figures kept; see `syncer kpis` or the dashboard")
