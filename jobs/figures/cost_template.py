"""An empty sheet of costs: headings alone, since an example that stayed in would count."""

import io
import sys
from importlib import import_module
from pathlib import Path

from jobs.wording.words import Language
from mappings.cost_sheet import GERMAN
from syncer.errors import ConfigError, Problem


def headings(lang: Language) -> list[str]:
    """Return the template's headings."""
    return list(GERMAN.values() if lang == "de" else GERMAN)


def write_template(output: Path | None, lang: Language) -> None:
    """Write the template as CSV, in Germany with semicolons, or as an Excel workbook by the name of the file.

    Raises ConfigError where the file exists: it may be filled in already.
    """
    if output is None:
        sys.stdout.write(_csv(lang))
        return
    if output.exists():
        raise ConfigError([Problem(file=str(output), message="is there already", hint="name another file")])
    output.write_bytes(_excel(lang) if output.suffix.lower() == ".xlsx" else _csv(lang).encode("utf-8-sig"))


def _csv(lang: Language) -> str:
    return (";" if lang == "de" else ",").join(headings(lang)) + "\n"


def _excel(lang: Language) -> bytes:
    book = import_module("openpyxl").Workbook()
    book.active.append(headings(lang))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
