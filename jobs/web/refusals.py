"""Why the dashboard refuses something, in the reader's language: what code raises says it in English."""

from collections.abc import Mapping

from jobs.wording.words import Language
from syncer.errors import Problem

#: What an error says → the same in German.
_GERMAN: Mapping[str, str] = {
    "Not Found": "Das gibt es hier nicht.",
    "Method Not Allowed": "So wird diese Seite nicht aufgerufen.",
    "sent by another site": "Das Formular kam von einer anderen Website.",
    "the form is too large": "Das Formular ist zu groß.",
    "this is no form": "Das ist kein Formular.",
    "the form is out of date; load the page again": "Das Formular ist veraltet; bitte die Seite neu laden.",
    "readers may look, not decide": "Wer nur liest, entscheidet nicht.",
    "answer other or open": "Möglich sind: other oder open.",
    "no such contact in the mirror": "Diesen Kontakt kennt Syncer nicht.",
    "no account yet": "Es gibt noch kein Konto.",
    "no such deal in the mirror": "Diesen Deal kennt Syncer nicht.",
}
#: What is asked wrongly → the fault in German; where it ends in a colon, what would be right follows.
_FAULTS: Mapping[str, str] = {
    "--as-of": "Der Stichtag ist kein Datum wie 2026-09-30",
    "--period": "Das ist kein Zeitraum wie 2026, 2026Q3, 2026-09 oder 2026-09-01..2026-09-30",
    "--basis": "Diese Kennzahl kennt die Basis nicht; möglich:",
    "--by": "So lässt sich keine Kennzahl aufteilen",
    "ID": "Diese Kennzahl gibt es nicht; möglich:",
    "--threshold": "Das kann keine Schwelle der Stufe 1 sein: Sie liegt über der Stufe 2 und nicht über der Skala",
    "reason": "Diesen Grund kennt die Vereinbarung nicht; möglich:",
}


def refusal(reason: str, lang: Language) -> str:
    """Return why a request is refused; a reason without German words stays as it is."""
    return reason if lang == "en" else _GERMAN.get(reason, reason)


def fault(problem: Problem, lang: Language) -> str:
    """Return what is wrong with one part of a question, with its remedy."""
    known = None if lang == "en" else _FAULTS.get(problem.key or "")
    if known is None:
        return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return f"{known} {problem.hint}" if known.endswith(":") else known
