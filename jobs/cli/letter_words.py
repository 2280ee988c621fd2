"""What `syncer dead-letters` says, in English and German."""

from collections.abc import Mapping

from jobs.words import LANGUAGES, Language

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

_REASONS: Mapping[str, str] = {
    "the record cannot be read": "der Datensatz ist nicht lesbar",
    "the CRM did not take a value": "das CRM nahm einen Wert nicht an",
    "a webhook could not be looked into": "einem Webhook war nicht nachzugehen",
    "the CRM erased a person and did not say whom": "das CRM hat eine Person gelöscht und nicht gesagt, wen",
    "the decision cannot be kept": "die Entscheidung lässt sich nicht speichern",
}


def said(key: str, lang: Language) -> str:
    """Return a text; an unknown key is a KeyError, so no list shows a placeholder."""
    return _WORDS[key][LANGUAGES.index(lang)]


def reason_text(reason: str, lang: Language) -> str:
    """Return why a letter was written; one that we have no German for stays as it was kept."""
    return reason if lang == "en" else _REASONS.get(reason, reason)
