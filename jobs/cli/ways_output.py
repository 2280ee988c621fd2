"""Which way streams are read in full, on a terminal."""

from collections.abc import Mapping

import typer

from jobs.pulling.ways import By, Way
from jobs.wording.sentences import spoken
from jobs.wording.words import Language

#: A list of fewer calls is not worth a line.
_WORTH_A_LINE = 50


def print_ways(ways: Mapping[str, Way], lang: Language = "en") -> None:
    """Print the way of every stream that is long, or that an export was thought of for."""
    shown = {stream: way for stream, way in ways.items() if _is_told(way)}
    for stream, way in shown.items():
        typer.echo(f"{stream}: {spoken(way.words, lang)}")
    rest = sorted({way.why for stream, way in ways.items() if stream not in shown})
    if rest:
        text = f"read by list: {'; '.join(spoken(why, lang) for why in rest)}"
        typer.echo(spoken(f"{'the others' if shown else 'every stream'}: {text}", lang))


def _is_told(way: Way) -> bool:
    return way.by is By.EXPORT or way.is_fallback or (way.list_calls or 0) >= _WORTH_A_LINE
