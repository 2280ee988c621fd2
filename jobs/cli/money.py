"""Commands about money that no CRM knows: costs and exchange rates, from sheets that a person fills in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.cli.options import AccountOption, JsonOption, LangOption

if TYPE_CHECKING:
    from jobs.settings import Settings
    from jobs.wording.words import Language
    from syncer.store import Store

SheetArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV or Excel (.xlsx), headings English or German.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would change; keep nothing.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write, .csv or .xlsx; standard output otherwise.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    costs = typer.Typer(help="What marketing and sales cost, from sheets.", no_args_is_help=True)
    costs.command("import")(costs_import)
    costs.command("list")(costs_list)
    costs.command("template")(costs_template)
    costs.command("forget")(costs_forget)
    app.add_typer(costs, name="costs")
    rates = typer.Typer(help="What other currencies are worth.", no_args_is_help=True)
    rates.command("import")(rates_import)
    rates.command("list")(rates_list)
    app.add_typer(rates, name="rates")


def costs_import(
    file: SheetArgument,
    account: AccountOption = None,
    dry_run: DryRunOption = False,
    whole: Annotated[
        bool, typer.Option("--replace", help="The file is all there is for its days: other imported lines in them go.")
    ] = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Keep the costs of a sheet; twice the same file changes nothing, a corrected one replaces its lines."""
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.cli.frame import opened, print_json
    from jobs.cli.money_output import print_cost_import
    from jobs.figures.asking import own_currency
    from jobs.figures.costs import Order, import_costs
    from jobs.figures.sheets import read_sheet
    from mappings.cost_sheet import cost_lines

    chosen, sheet = _language(lang), read_sheet(file)
    with opened() as (settings, store):
        order = Order(account=_one_account(settings, store, account), whole=whole, dry_run=dry_run)
        lines = cost_lines(sheet, own_currency(store, order.account))
        done = import_costs(store, agreement_of(settings).agreement, lines, order, system_clock())
    if as_json:
        print_json({"account": order.account, **done.as_dict()})
    else:
        print_cost_import(done, chosen)


def costs_list(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """List every cost line: of the CRM's campaigns, of the agreement, of imported sheets."""
    from jobs.bootstrap import agreement_of
    from jobs.cli.frame import opened, print_json
    from jobs.cli.money_output import print_costs
    from jobs.figures.costs import listed_costs

    with opened() as (settings, store):
        zone = agreement_of(settings).agreement.calendar.zone
        rows = [row for name in _accounts(settings, store, account) for row in listed_costs(store, name, zone)]
    if as_json:
        print_json(_plain(rows))
    else:
        print_costs(rows, _language(lang))


def costs_template(output: OutputOption = None, lang: LangOption = "en") -> None:
    """Write an empty sheet of costs to fill in: headings alone, and on the terminal what belongs under each."""
    from jobs.cli.command_words import said
    from jobs.cli.money_output import say_columns
    from jobs.figures.cost_template import write_template

    chosen = _language(lang)
    write_template(output, chosen)
    if output is not None:
        typer.echo(said("file_written", chosen, name=output), err=True)
    say_columns(chosen)


def costs_forget(
    account: AccountOption = None, dry_run: DryRunOption = False, lang: LangOption = "en", as_json: JsonOption = False
) -> None:
    """Forget every imported cost line of an account; those of the CRM and of the agreement stay."""
    from jobs.bootstrap import system_clock
    from jobs.cli.frame import opened, print_json
    from jobs.cli.money_output import print_cost_import
    from jobs.figures.costs import forget_costs

    chosen = _language(lang)
    with opened() as (settings, store):
        name = _one_account(settings, store, account)
        done = forget_costs(store, name, dry_run=dry_run, now=system_clock())
    if as_json:
        print_json({"account": name, **done.as_dict()})
    else:
        print_cost_import(done, chosen)


def rates_import(
    file: SheetArgument,
    account: AccountOption = None,
    dry_run: DryRunOption = False,
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Keep the exchange rates of a sheet; they go before the CRM's own."""
    from jobs.bootstrap import agreement_of, system_clock
    from jobs.cli.frame import opened, print_json
    from jobs.cli.money_output import print_rate_import
    from jobs.figures.asking import reporting_currency
    from jobs.figures.sheets import read_sheet
    from jobs.pulling.currencies import import_rates
    from mappings.rate_sheet import rate_lines

    chosen, sheet = _language(lang), read_sheet(file)
    with opened() as (settings, store):
        name = _one_account(settings, store, account)
        into = reporting_currency(store, agreement_of(settings).agreement, name)
        done = import_rates(store, name, rate_lines(sheet, into), system_clock(), dry_run=dry_run)
    if as_json:
        print_json({"account": name, **done.as_dict()})
    else:
        print_rate_import(done, chosen)


def rates_list(account: AccountOption = None, lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """List every exchange rate, by currency and day, with where it comes from."""
    from jobs.bootstrap import system_clock
    from jobs.cli.frame import opened, print_json
    from jobs.cli.money_output import print_rates
    from jobs.pulling.currencies import listed_rates

    with opened() as (settings, store):
        now = system_clock()
        rows = [row for name in _accounts(settings, store, account) for row in listed_rates(store, name, now)]
    if as_json:
        print_json(_plain(rows))
    else:
        print_rates(rows, _language(lang))


def _accounts(settings: "Settings", store: "Store", account: str | None) -> Sequence[str]:
    from jobs.figures.asking import account_names

    return account_names(settings, store, account)


def _one_account(settings: "Settings", store: "Store", account: str | None) -> str:
    """Return the account that a sheet belongs to, or refuse to guess."""
    from syncer.errors import ConfigError, Problem

    names = _accounts(settings, store, account)
    if len(names) == 1:
        return names[0]
    hint = f"one of: {', '.join(names)}" if names else "configure an account first: syncer init"
    raise ConfigError([Problem(key="--account", message="say which account the file belongs to", hint=hint)])


def _language(lang: str) -> "Language":
    from jobs.figures.asking import language

    return language(lang)


def _plain(rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    """Return rows with exact numbers as JSON shows them: as text."""
    return [{key: value if value is None else str(value) for key, value in row.items()} for row in rows]
