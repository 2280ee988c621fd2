"""What people read for a stream of records and for a job, in English and German; commands take the codes."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language

_STREAMS: Mapping[str, tuple[str, str]] = {
    "contacts": ("contacts", "Kontakte"),
    "companies": ("companies", "Firmen"),
    "deals": ("deals", "Deals"),
    "calls": ("calls", "Anrufe"),
    "emails": ("e-mails", "E-Mails"),
    "meetings": ("meetings", "Termine"),
    "notes": ("notes", "Notizen"),
    "tasks": ("tasks", "Aufgaben"),
    "communications": ("messages", "Nachrichten"),
    "leads": ("leads", "Leads"),
    "quotes": ("quotes", "Angebote"),
    "feedback_submissions": ("survey answers", "Umfrageantworten"),
    "campaigns": ("campaigns", "Kampagnen"),
    "form_submissions": ("form submissions", "Formulareingänge"),
    "email_clicks": ("e-mail clicks", "E-Mail-Klicks"),
    "page_views": ("page views", "Seitenaufrufe"),
    "erasures": ("erasures", "Löschungen"),
    "exchange_rates": ("exchange rates", "Wechselkurse"),
    "owners": ("owners", "Zuständige"),
}

_JOBS: Mapping[str, tuple[str, str]] = {
    "backfill": ("reading in full", "Gesamtabruf"),
    "backfill --dry-run": ("foretelling a full reading", "Vorausschau auf den Gesamtabruf"),
    "sync": ("round", "Runde"),
    "sync --dry-run": ("round, dry run", "Proberunde"),
    "pull": ("reading changes", "Abruf der Änderungen"),
    "derive": ("deciding", "Entscheiden"),
    "plan": ("planning", "Planen"),
    "push": ("writing back", "Zurückschreiben"),
    "measure": ("measuring", "Messen"),
    "freeze": ("freezing the pipeline", "Einfrieren der Pipeline"),
    "reconcile": ("full compare", "Vollabgleich"),
    "reconcile --apply": ("full compare, mending", "Vollabgleich mit Behebung"),
    "drain": ("webhooks", "Webhooks"),
    "replay": ("trying again", "Wiederholung"),
    "undo": ("undoing", "Rücknahme"),
}

#: What a job is at, where that is no stream; streams keep the codes that commands take.
_STEPS: Mapping[str, tuple[str, str]] = {
    "decided": ("decided", "entschieden"),
    "planned": ("planned", "geplant"),
    "written back": ("written back", "zurückgeschrieben"),
}
_COMPARED = (" compared", " verglichen")


def step_name(step: str, lang: Language) -> str:
    """Return what a progress line calls a step; a stream keeps its code."""
    if lang == "de" and step.endswith(_COMPARED[0]):
        return step.removesuffix(_COMPARED[0]) + _COMPARED[1]
    return _said(_STEPS, step, lang)


def stream_name(stream: str, lang: Language) -> str:
    """Return what a stream holds; one of another connector keeps its code."""
    return _said(_STREAMS, stream, lang)


def job_name(job: str, lang: Language) -> str:
    """Return what a job does; one without words keeps its code."""
    return _said(_JOBS, job, lang)


def _said(table: Mapping[str, tuple[str, str]], code: str, lang: Language) -> str:
    found = table.get(code)
    return code if found is None else found[LANGUAGES.index(lang)]
