"""What `syncer dead-letters` says, in English and German."""

from collections.abc import Mapping

from jobs.wording.counted import worded
from jobs.wording.words import Language

_WORDS: Mapping[str, tuple[str, str]] = {
    "none": (
        "none: every record was understood and every write was taken",
        "keine: Jeder Datensatz wurde verstanden, jeder Wert angenommen",
    ),
    "account": ("account", "Konto"),
    "id": ("id", "ID"),
    "concerns": ("concerns", "betrifft"),
    "read": ("reading", "Lesen"),
    "write": ("writing", "Schreiben"),
    "reason": ("reason", "Grund"),
    "problems": ("problems", "Probleme"),
    "dropped": ("{count} dropped", "{count} verworfen"),
    "replayed": (
        "{tried} tried again, {waiting} still {waiting:waits|wait}",
        "{tried} erneut versucht, {waiting} {waiting:wartet|warten} weiter",
    ),
}


def said(key: str, lang: Language, **facts: object) -> str:
    """Return a text with its facts; an unknown key is a KeyError, so no list shows a placeholder."""
    return worded(_WORDS[key], lang, facts)
