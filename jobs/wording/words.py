"""What people read, in English and German: stage names, labels, numbers and dates."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from syncer.funnel import FunnelStage
from syncer.moments import millis, moment
from syncer.notation import NOTHING, Lang, between, date_text, exact, minute_text, money, number, percent

__all__ = [
    "LANGUAGES",
    "NOTHING",
    "Language",
    "between",
    "clipped",
    "date_text",
    "exact",
    "iso_text",
    "money",
    "number",
    "percent",
    "stage_name",
    "stage_text",
    "time_text",
    "utc_text",
    "word",
]

Language = Lang

_UTC = ZoneInfo("UTC")

LANGUAGES: tuple[Language, ...] = ("en", "de")

_STAGES: Mapping[FunnelStage, tuple[str, str]] = {
    FunnelStage.OUT: ("Out of market", "Außerhalb"),
    FunnelStage.TAM: ("Market (TAM)", "Markt (TAM)"),
    FunnelStage.SUSPECT: ("Suspect", "Suspect"),
    FunnelStage.INQUIRY: ("Inquiry", "Inquiry"),
    FunnelStage.LEAD_MQL: ("Lead (MQL)", "Lead (MQL)"),
    FunnelStage.LEAD_SQL: ("Sales-ready (SQL)", "Sales-ready (SQL)"),
    FunnelStage.LEAD_SAL: ("Accepted (SAL)", "Akzeptiert (SAL)"),
    FunnelStage.LEAD_DEAL: ("Deal", "Deal"),
    FunnelStage.OPPORTUNITY: ("Opportunity", "Verkaufschance"),
    FunnelStage.FORECAST: ("Forecast", "Forecast"),
    FunnelStage.CLOSED_WON: ("Closed-Won", "Gewonnen"),
    FunnelStage.CLOSED_LOST: ("Closed-Lost", "Verloren"),
    FunnelStage.CLOSED_OTHER: ("Closed-Other", "Closed-Other"),
}

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Funnel", "Trichter"),
    "as_of": ("as of", "Stand"),
    "agreement": ("Agreement", "Vereinbarung"),
    "funnel": ("Funnel", "Trichter"),
    "stage": ("Stage", "Stufe"),
    "now": ("Now", "Bestand"),
    "entered": ("Entered", "Eingetreten"),
    "onward": ("Went on", "Weiter"),
    "interval": ("95% interval", "95-%-Intervall"),
    "hottest": ("Hottest leads", "Heißeste Leads"),
    "contact": ("Contact", "Kontakt"),
    "cell": ("Cell", "Zelle"),
    "priority": ("Priority", "Priorität"),
    "why": ("Why", "Warum"),
    "forecast": ("Forecast this quarter", "Forecast dieses Quartal"),
    "sum": ("Sum", "Summe"),
    "weighted": ("Weighted", "Gewichtet"),
    "commit": ("Commit", "Commit"),
    "best_case": ("Best case", "Best Case"),
    "won_quarter": ("Won so far", "Bisher gewonnen"),
    "outcomes": ("Outcomes", "Ergebnisse"),
    "won": ("Won", "Gewonnen"),
    "lost": ("Lost", "Verloren"),
    "other": ("Other (delayed)", "Other (vertagt)"),
    "open": ("Open", "Offen"),
    "win_rate": ("Win rate, won of won and lost", "Abschlussquote, gewonnen von gewonnen und verloren"),
    "win_rate_broad": ("Win rate, won of all closed", "Abschlussquote, gewonnen von allen geschlossenen"),
    "kpis": ("Figures", "Kennzahlen"),
    "figure": ("Figure", "Kennzahl"),
    "value": ("Value", "Wert"),
    "basis": ("Basis", "Basis"),
    "period": ("Period", "Zeitraum"),
    "sync": ("Sync", "Abgleich"),
    "last_runs": ("Last runs", "Letzte Läufe"),
    "run": ("Run", "Lauf"),
    "job": ("Job", "Aufgabe"),
    "status": ("Status", "Status"),
    "started": ("Started", "Beginn"),
    "dead_letters": ("Records that need a person", "Datensätze, die jemand ansehen muss"),
    "written_back": ("Written back", "Zurückgeschrieben"),
    "nothing_yet": (
        "Nothing has been measured yet. Run: syncer backfill",
        "Noch nichts gemessen. Starten mit: syncer backfill",
    ),
    "other_language": ("Deutsch", "English"),
    "excluded": ("Left out", "Ausgeschlossen"),
    "none": ("none", "keine"),
    "segment": ("segment", "Segment"),
    "left_out": ("left out", "ausgeschlossen"),
    "formula": ("formula", "Formel"),
    "population": ("population", "Grundgesamtheit"),
    "counted": ("counted", "gezählt"),
    "in_numerator": ("of them in the numerator", "davon im Zähler"),
    "json_lists_all": ("--json lists all", "alle mit --json"),
    "cycle": ("cycle", "Zyklus"),
    "at": ("at", "am"),
    "from": ("from", "von"),
    "to": ("to", "nach"),
    "rule": ("rule", "Regel"),
    "evidence": ("evidence", "Beleg"),
    "passed_through": ("passed through", "übersprungen"),
    "handed_over": ("handed over", "übergeben"),
    "by_what": ("by", "Anlass"),
    "contact_by": ("contact by", "Kontakt bis"),
    "touched": ("in touch", "kontaktiert"),
    "attempts": ("attempts", "Versuche"),
    "decide_by": ("decide by", "Entscheidung bis"),
    "heard_by": ("overdue, heard by", "überfällig, geht an"),
    "card": ("card", "Karte"),
    "nobody_waits": ("nobody waits for sales", "niemand wartet auf den Vertrieb"),
    "no_handover": ("was not handed over in its present cycle", "wurde im laufenden Zyklus nicht übergeben"),
    "cohort": ("cohort", "Kohorte"),
    "snapshot": ("snapshot", "Stichtag"),
    "basis_period": ("period", "Zeitraum"),
    "all": ("all", "alle"),
}


def word(key: str, lang: Language) -> str:
    """Return a label; an unknown key is a KeyError, so no page shows a placeholder."""
    return _WORDS[key][LANGUAGES.index(lang)]


def clipped(text: str, longest: int) -> str:
    """Return a text in one line of at most so many characters, cut after a word, or within one that alone is longer."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    kept = line[: longest - 2]
    whole = kept.rpartition(" ")[0] if line[longest - 2] != " " else kept
    return f"{whole} …" if len(whole) > longest // 2 else f"{kept}…"


def stage_text(code: str, lang: Language) -> str:
    """Return a stage as reports say it: its code in English, its name in German."""
    return stage_name(code, lang) if lang == "de" and code in set(FunnelStage) else code


def stage_name(stage: str, lang: Language) -> str:
    """Return a stage's name."""
    return _STAGES[FunnelStage(stage)][LANGUAGES.index(lang)]


def time_text(value: int | None, zone: ZoneInfo, lang: Language) -> str:
    """Return a moment as local date and time, or a dash for None."""
    return NOTHING if value is None else minute_text(moment(value).astimezone(zone), lang)


def utc_text(value: int | None, lang: Language) -> str:
    """Return a moment in UTC, and says so: where no agreement names a time zone."""
    return NOTHING if value is None else f"{time_text(value, _UTC, lang)} UTC"


def iso_text(text: str, zone: ZoneInfo, lang: Language) -> str:
    """Return a moment that a story holds as ISO 8601 as local date and time."""
    return time_text(millis(datetime.fromisoformat(text)), zone, lang)
