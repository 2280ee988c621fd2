"""Writes the access report."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import typer

from jobs.cli.command_words import said
from jobs.cli.frame import one_or_all
from jobs.privacy.export import Report
from jobs.privacy.export_text import report_text
from jobs.wording.words import Language
from syncer.errors import ConfigError, Problem

_PRIVATE = 0o600


def write_report(found: Sequence[Report], form: str, output: Path | None, *, zone: ZoneInfo, lang: Language) -> None:
    """Write the reports of all accounts, as Markdown or JSON; a file is new and private."""
    if form == "json":
        text = orjson.dumps(one_or_all(found), default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    elif form == "md":
        text = "\n".join(report_text(one, zone, lang) for one in found).encode()
    else:
        raise ConfigError([Problem(key="--format", message=f"no format {form!r}", hint="md, json")])
    if output is None:
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
    else:
        _keep(output, text)
        typer.echo(said("file_written", lang, name=output), err=True)


def _keep(path: Path, text: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except OSError as error:
        problem = Problem(key="--output", message=f"{path}: {error.strerror}", hint="name a new file")
        raise ConfigError([problem]) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
