"""Which way streams are read in full, on a terminal."""

from collections.abc import Mapping

import typer

from jobs.pulling.ways import By, Way

#: A list of fewer calls is not worth a line.
_WORTH_A_LINE = 50


def print_ways(ways: Mapping[str, Way]) -> None:
    """Print the way of every stream that is long, or that an export was thought of for."""
    shown = {stream: way for stream, way in ways.items() if _is_told(way)}
    for stream, way in shown.items():
        typer.echo(f"{stream}: {way.words}")
    rest = sorted({way.why for stream, way in ways.items() if stream not in shown})
    if rest:
        typer.echo(f"{'the others' if shown else 'every stream'}: read by list: {'; '.join(rest)}")


def _is_told(way: Way) -> bool:
    return way.by is By.EXPORT or way.is_fallback or (way.list_calls or 0) >= _WORTH_A_LINE
