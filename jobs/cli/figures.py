"""Commands that report figures and say why: kpis, explain."""

from typing import Annotated

import typer

from jobs.cli.options import AccountOption, AsOfOption, JsonOption, KnownAtOption, LangOption

ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Attribution: first, last, linear, u, w, full_path, time_decay."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command()(kpis)
    app.command()(explain)


def kpis(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="K01 … K43, or one row (K10.broad); all when left out."),
    ] = None,
    account: AccountOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    period: Annotated[
        str | None, typer.Option("--period", help="2026Q2, 2026-07, 2026, 2026W14, 2026-01-01..2026-03-31, all.")
    ] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="cohort or period.")] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Split by source, owner, pipeline, quarter, …; repeatable.")
    ] = None,
    model: ModelOption = None,
    constant_rates: Annotated[
        str | None, typer.Option("--constant-rates", help="Take this day's exchange rates for every amount.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table, json, csv, parquet or xlsx.")] = "table",
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="File to write; standard output otherwise.")
    ] = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Print KPIs with n, interval and what was left out; unknown is shown as a dash, never as zero."""
    from jobs.bootstrap import agreement_of
    from jobs.cli.frame import opened
    from jobs.cli.kpi_output import write_kpis
    from jobs.figures.asking import Asked, account_names, language, measured, question

    asked = Asked(
        as_of=as_of,
        known_at=known_at,
        period=period,
        basis=basis,
        by=tuple(by or ()),
        lang=lang,
        model=model,
        constant_rates=constant_rates,
    )
    with opened() as (settings, store):
        agreement = agreement_of(settings)
        rows = [
            row
            for name in account_names(settings, store, account)
            for row in measured(store, question(store, agreement, name, asked), ids)
        ]
    write_kpis(rows, "json" if as_json else form, output, language(lang))


def explain(
    what: Annotated[str, typer.Argument(metavar="contact|deal|kpi", help="contact, deal or kpi.")],
    ident: Annotated[str, typer.Argument(metavar="ID", help="Record id, e-mail address, or KPI id.")],
    account: AccountOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    period: Annotated[str | None, typer.Option("--period", help="For a KPI: as with `syncer kpis`.")] = None,
    model: ModelOption = None,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Say why: evidence, rules and contributions of a contact or deal; formula, ids and exclusions of a KPI."""
    from jobs.bootstrap import agreement_of
    from jobs.cli.explaining import explain_contact, explain_deal, explain_kpi
    from jobs.cli.frame import opened
    from jobs.figures.asking import Asked, one_account
    from syncer.errors import ConfigError, Problem

    ways = {"contact": explain_contact, "deal": explain_deal, "kpi": explain_kpi}
    if what not in ways:
        raise ConfigError([Problem(key="explain", message=f"cannot explain {what!r}", hint="contact, deal or kpi")])
    with opened() as (settings, store):
        asked = Asked(as_of=as_of, known_at=known_at, period=period, lang=lang, model=model)
        name = one_account(settings, store, account)
        ways[what](store, agreement_of(settings), name, asked, ident, as_json=as_json)
