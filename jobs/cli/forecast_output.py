"""What a backfill will cost, on a terminal."""

import typer

from jobs.budget.forecast import ACCOUNT, Forecast
from jobs.cli.tables import print_table
from jobs.cli.ways_output import print_ways

_HEADS = ("stream", "records", "list", "links", "versions", "other", "calls", "minutes")


def print_forecast(forecast: Forecast) -> None:
    """Print one account's forecast."""
    rows = []
    for name, one in forecast.streams.items():
        title = "(the account itself)" if name == ACCOUNT else name
        records = "–" if name == ACCOUNT else "?" if one.records is None else f"{one.records:,}"
        other = one.look + one.count + one.archived + one.proof
        numbers = (one.list, one.links, one.versions, other, one.calls)
        rows.append((title, records, *(f"{number:,}" for number in numbers), f"{forecast.minutes[name]:.1f}"))
    rows.append(("all", "", "", "", "", "", f"{forecast.calls:,}", f"{forecast.all_minutes:.1f}"))
    print_table(_HEADS, rows, title=f"{forecast.account} · what a backfill will cost", right=_HEADS[1:])
    print_ways({name: one.way for name, one in forecast.streams.items() if one.way is not None})
    typer.echo(_rate(forecast))
    typer.echo(_day(forecast))
    for name, one in forecast.streams.items():
        for note in one.notes:
            typer.echo(f"{name}: {note}")
    for note in forecast.notes:
        typer.echo(note)


def _rate(forecast: Forecast) -> str:
    if not forecast.paces:
        return "rate: not limited here"
    paces = ", ".join(f"{name} {pace:.1f}" for name, pace in forecast.paces.items())
    return f"calls a second that Syncer allows itself: {paces}"


def _day(forecast: Forecast) -> str:
    day = forecast.day
    if day is None or day.limit is None or forecast.left_today is None:
        return "the CRM names no daily limit"
    fits = "fits into today" if forecast.calls <= forecast.left_today else f"takes {forecast.days:,} days"
    return (
        f"today: {day.remaining:,} of {day.limit:,} calls are left, {forecast.left_today:,} of them before the share "
        f"of the account's other apps: {fits}"
    )
