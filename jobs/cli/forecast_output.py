"""What a backfill will cost, on a terminal."""

import typer

from jobs.budget.forecast import ACCOUNT, Forecast
from jobs.cli.command_words import heads, said
from jobs.cli.tables import print_table
from jobs.cli.ways_output import print_ways
from jobs.wording.sentences import spoken
from jobs.wording.words import Language, number

_HEADS = ("stream", "records", "list", "links", "versions", "other_calls", "calls_head", "minutes")


def print_forecast(forecast: Forecast, lang: Language) -> None:
    """Print one account's forecast."""
    rows = []
    for name, one in forecast.streams.items():
        title = said("account_itself", lang) if name == ACCOUNT else name
        records = "–" if name == ACCOUNT else "?" if one.records is None else number(one.records, lang)
        other = one.look + one.count + one.archived + one.proof
        numbers = (one.list, one.links, one.versions, other, one.calls)
        minutes = number(forecast.minutes[name], lang, digits=1)
        rows.append((title, records, *(number(count, lang) for count in numbers), minutes))
    sums = (number(forecast.calls, lang), number(forecast.all_minutes, lang, digits=1))
    rows.append((said("all_streams", lang), "", "", "", "", "", *sums))
    titles = heads(lang, *_HEADS)
    print_table(titles, rows, title=said("backfill_cost", lang, account=forecast.account), right=titles[1:])
    print_ways({name: one.way for name, one in forecast.streams.items() if one.way is not None}, lang)
    typer.echo(_rate(forecast, lang))
    typer.echo(_day(forecast, lang))
    for name, one in forecast.streams.items():
        for note in one.notes:
            typer.echo(f"{name}: {spoken(note, lang)}")
    for note in forecast.notes:
        typer.echo(spoken(note, lang))


def _rate(forecast: Forecast, lang: Language) -> str:
    if not forecast.paces:
        return said("no_rate", lang)
    paces = ", ".join(f"{name} {number(pace, lang, digits=1)}" for name, pace in forecast.paces.items())
    return said("rate", lang, paces=paces)


def _day(forecast: Forecast, lang: Language) -> str:
    day, left = forecast.day, forecast.left_today
    if day is None or day.limit is None or left is None:
        return said("no_daily_limit", lang)
    is_enough = forecast.calls <= left
    fits = said("fits_today", lang) if is_enough else said("takes_days", lang, days=forecast.days)
    return said("today_left", lang, remaining=day.remaining, limit=day.limit, left=left, fits=fits)
