"""What `syncer check` and `syncer setup` print."""

from collections.abc import Sequence

import typer

from jobs.cli.command_words import heads, said
from jobs.cli.tables import print_table
from jobs.health.findings import Finding, Level
from jobs.wording.sentences import spoken
from jobs.wording.words import Language
from jobs.writing.setup import CREATES, SetupStep

_LEVELS = {Level.FINE: "ok", Level.NOTE: "level_note", Level.PROBLEM: "problem"}
#: What findings are about that no account has for itself.
_WHOLE = frozenset({"settings", "agreement", "database", "files", "engine"})


def print_findings(findings: Sequence[Finding], lang: Language) -> None:
    """Print findings, each with its remedy."""
    rows = [
        (said(_LEVELS[one.level], lang), _area(one.area, lang), spoken(one.what, lang), spoken(one.remedy or "", lang))
        for one in findings
    ]
    print_table(("", *heads(lang, "area", "finding", "remedy")), rows)


def _area(area: str, lang: Language) -> str:
    """Return what a finding is about: of the whole installation in words, else the account's name."""
    return said(f"area_{area}", lang) if area in _WHOLE else area


def print_steps(results: Sequence[tuple[str, Sequence[SetupStep]]], lang: Language) -> None:
    """Print how the properties of the write-back stand in each account."""
    rows = [
        (name, one.kind, one.name, said(one.state, lang), "" if one.note == CREATES else spoken(one.note, lang))
        for name, steps in results
        for one in steps
    ]
    print_table(heads(lang, "account", "object", "property", "state", "note"), rows)
    if any(one.note == CREATES for _, steps in results for one in steps):
        typer.echo(said("setup_next", lang))
