"""Commands that read and decide: backfill, pull, reconcile, derive, measure."""

from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, AsOfOption, JsonOption, KindOption, KnownAtOption, LangOption, StreamOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.desk import Desk, Seat
    from jobs.pulling.drift import ReconcileResult
    from jobs.rounds import RoundResult
    from jobs.wording.words import Language
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
        _foretell(account, stream or (), chosen, restart=restart, as_json=as_json)
        return

    async def work(desk: "Desk") -> "RoundResult":
        return await backfill_round(desk, streams=stream or (), restart=restart)

    finish_round(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def _foretell(account: str | None, streams: "Sequence[str]", lang: "Language", *, restart: bool, as_json: bool) -> None:
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
        print_forecast(one, lang)


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
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Compare mirror and CRM in full: missed changes, deletions, merges, drift; the CRM is never written."""
    from jobs.cli.frame import each_account
    from jobs.cli.reconcile_output import finish_reconcile
    from jobs.figures.asking import language
    from jobs.pulling.reconcile import reconcile_round
    from jobs.pulling.sweep import Orders

    chosen = language(lang)

    async def work(desk: "Desk") -> "ReconcileResult":
        return await reconcile_round(desk, streams=kind or (), orders=Orders(apply=apply, force=force))

    finish_reconcile(each_account(account, work, quiet=as_json), as_json=as_json, lang=chosen)


def derive(
    account: AccountOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Decide every contact and deal, not only the dirty ones.")
    ] = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Decide stage, score and outcome of what changed or came due; as of another time: show, and keep nothing."""
    from jobs.figures.asking import language

    chosen = language(lang)
    if as_of is not None or known_at is not None:
        _survey(account, (as_of, known_at), chosen, as_json=as_json)
        return
    from dataclasses import asdict

    from jobs.cli.command_words import said
    from jobs.cli.frame import each_seat, one_or_all, print_json
    from jobs.rounds import derive_round

    async def work(desk: "Seat") -> dict[str, object]:
        return {"account": desk.name, **asdict(await derive_round(desk, full=full))}

    results = each_seat(account, work, quiet=as_json)
    if as_json:
        print_json(one_or_all(results))
        return
    for one in results:
        typer.echo(said("derived", chosen, **one))


def _survey(account: str | None, asked: "tuple[str | None, str | None]", lang: "Language", *, as_json: bool) -> None:
    from jobs.bootstrap import agreement_of
    from jobs.cli.command_words import said
    from jobs.cli.frame import each_seat, one_or_all, print_json
    from jobs.cli.tables import print_table
    from jobs.deciding.derive import Clocks
    from jobs.deciding.survey import survey
    from jobs.figures.asking import clock_option
    from jobs.settings import load_settings

    as_of, known_at = asked
    zone = agreement_of(load_settings(need_accounts=False)).agreement.calendar.zone
    clocks = Clocks(
        as_of=clock_option(as_of, zone, option="--as-of"), known_at=clock_option(known_at, zone, option="--known-at")
    )

    async def work(desk: "Seat") -> dict[str, object]:
        return {"account": desk.name, **(await survey(desk, clocks)).as_dict()}

    results = each_seat(account, work, quiet=as_json)
    if as_json:
        print_json(one_or_all(results))
        return
    for one in results:
        title = said("as_of_title", lang, account=one["account"], at=as_of or said("now_word", lang))
        for of, name in (("contacts_head", "stages"), ("deals_head", "outcomes")):
            counts, heads = one[name], (said(name, lang), said(of, lang))
            rows = [_row(str(key), count, lang) for key, count in counts.items()] if isinstance(counts, dict) else []
            print_table(heads, rows, title=title, right=heads[1:])


def _row(code: str, count: int, lang: "Language") -> tuple[str, str]:
    from jobs.wording.terms import term
    from jobs.wording.words import number, stage_name
    from syncer.funnel import FunnelStage

    name = code if lang == "en" else stage_name(code, lang) if code in set(FunnelStage) else term(code, lang)
    return name, number(count, lang)


def measure(
    account: AccountOption = None, as_of: AsOfOption = None, lang: LangOption = "en", as_json: JsonOption = False
) -> None:
    """Compute every KPI and keep the figures as a snapshot for dashboard and digest."""
    from jobs.cli.command_words import said
    from jobs.cli.frame import each_seat, print_json
    from jobs.figures.asking import Asked, language
    from jobs.figures.measuring import measure_round

    chosen = language(lang)

    async def work(desk: "Seat") -> "Sequence[KpiRow]":
        return await measure_round(desk, Asked(as_of=as_of))

    results = each_seat(account, work, quiet=as_json)
    if as_json:
        print_json([row for rows in results for row in rows])
        return
    typer.echo(said("measured", chosen, count=sum(len(rows) for rows in results)))
