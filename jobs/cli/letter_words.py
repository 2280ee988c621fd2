"""What `syncer dead-letters` says, in English and German."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language

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
    "replayed": ("{tried} tried again, {waiting} still wait", "{tried} erneut versucht, {waiting} warten weiter"),
}


def said(key: str, lang: Language) -> str:
    """Return a text; an unknown key is a KeyError, so no list shows a placeholder."""
    return _WORDS[key][LANGUAGES.index(lang)]
