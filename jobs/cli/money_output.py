"""Costs and exchange rates as people read them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import typer

from jobs.cli.tables import print_table
from jobs.figures.costs import CostImport
from jobs.pulling.currencies import RateImport
from jobs.wording.terms import term
from jobs.wording.words import Language, exact, number
from mappings.cost_sheet import GERMAN
from syncer.money import CostKind, decimals

_SAID: Mapping[str, tuple[str, str]] = {
    "new": ("new", "neu"),
    "changed": ("changed", "geändert"),
    "unchanged": ("unchanged", "unverändert"),
    "gone": ("removed", "entfernt"),
    "dry": ("nothing was kept: --dry-run", "nichts gespeichert: --dry-run"),
    "doubles": (
        "other lines, of the CRM, the agreement or a file, name cost of the same days, which may count twice: ",
        "andere Zeilen (CRM, Vereinbarung oder Datei) nennen Kosten derselben Tage, die doppelt zählen können: ",
    ),
    "no_costs": (
        "no costs yet: syncer costs template, fill it in, syncer costs import FILE",
        "noch keine Kosten: syncer costs template, ausfüllen, syncer costs import DATEI",
    ),
    "no_rates": (
        "no exchange rates yet: syncer rates import FILE",
        "noch keine Wechselkurse: syncer rates import DATEI",
    ),
}

_COLUMNS: Mapping[str, tuple[str, str]] = {
    "from": (
        "first day, or a column date for a day or a month (2026-12)",
        "erster Tag; oder eine Spalte Datum für Tag oder Monat (12.2026)",
    ),
    "to": ("last day; empty: the day alone", "letzter Tag; leer: nur dieser Tag"),
    "source": ("as reports name it: google, linkedin, …", "wie Berichte sie nennen: google, linkedin, …"),
    "campaign": ("may be empty", "darf leer sein"),
    "kind": (
        f"{', '.join(CostKind)}; empty: media",
        "Werbung, Agentur, Tools, Inhalte, Messe, Vertrieb, intern; leer: Werbung",
    ),
    "amount": ("1,234.56 or 1.234,56; a credit is negative", "1.234,56 oder 1,234.56; eine Gutschrift ist negativ"),
    "currency": ("EUR, CHF, …; empty: the account's own", "EUR, CHF, …; leer: die des Kontos"),
}


def print_cost_import(done: CostImport, lang: Language) -> None:
    """Say what importing a sheet of costs changed."""
    counts = {"new": done.created, "changed": done.changed, "unchanged": done.unchanged, "gone": done.gone}
    typer.echo(", ".join(f"{len(lines)} {_say(name, lang)}" for name, lines in counts.items()))
    if done.doubles:
        typer.echo(_say("doubles", lang) + ", ".join(done.doubles))
    if done.dry_run:
        typer.echo(_say("dry", lang))


def print_rate_import(done: RateImport, lang: Language) -> None:
    """Say what importing a sheet of rates changed."""
    counts = {"new": done.created, "changed": done.changed, "unchanged": done.unchanged}
    typer.echo(", ".join(f"{count} {_say(name, lang)}" for name, count in counts.items()))
    if done.dry_run:
        typer.echo(_say("dry", lang))


def print_costs(rows: Sequence[Mapping[str, object]], lang: Language) -> None:
    """Print cost lines as a table."""
    if not rows:
        typer.echo(_say("no_costs", lang))
        return
    names = ("from", "to", "source", "campaign", "kind", "amount", "currency", "origin_of_line", "account")
    heads = [term(name, lang) for name in names]
    keys = [name if name != "origin_of_line" else "origin" for name in names]
    print_table(heads, [[_cost_cell(row, key, lang) for key in keys] for row in rows], right=(term("amount", lang),))


def print_rates(rows: Sequence[Mapping[str, object]], lang: Language) -> None:
    """Print exchange rates as a table."""
    if not rows:
        typer.echo(_say("no_rates", lang))
        return
    names = ("currency", "into", "from", "to", "rate", "origin_of_line", "account")
    heads = [term(name, lang) for name in names]
    keys = [name if name != "origin_of_line" else "origin" for name in names]
    print_table(heads, [[_cell(row[key], key, lang) for key in keys] for row in rows], right=(term("rate", lang),))


def say_columns(lang: Language) -> None:
    """Say on standard error what belongs under each heading of the template."""
    for name, texts in _COLUMNS.items():
        heading = GERMAN[name] if lang == "de" else name
        typer.echo(f"{heading:10} {texts[1 if lang == 'de' else 0]}", err=True)


def _cost_cell(row: Mapping[str, object], key: str, lang: Language) -> str:
    value, currency = row[key], row["currency"]
    if isinstance(value, Decimal):
        return number(value, lang, digits=decimals(None if currency is None else str(currency)))
    return _cell(value, key, lang)


def _cell(value: object, key: str, lang: Language) -> str:
    match value:
        case None:
            return "–"
        case Decimal():
            return exact(value, lang)
        case _ if key in {"kind", "origin"}:
            return term(f"{key}_{value}", lang)
        case _:
            return str(value)


def _say(name: str, lang: Language) -> str:
    return _SAID[name][1 if lang == "de" else 0]
