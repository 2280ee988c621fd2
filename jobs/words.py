"""What people read, in English and German: stage names, labels, numbers and dates."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from syncer.funnel import FunnelStage
from syncer.moments import millis, moment

Language = Literal["en", "de"]

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
    "onward": ("Went on", "Weitergekommen"),
    "interval": ("95 % interval", "95-%-Intervall"),
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
    "other": ("Other (delayed)", "Other (verzögert)"),
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
    "cohort": ("cohort", "Kohorte"),
    "snapshot": ("snapshot", "Stichtag"),
    "basis_period": ("period", "Zeitraum"),
    "all": ("all", "alle"),
}

#: Codes that stand in reports: dimensions, outcomes, reasons of deals, why something does not count.
_TERMS: Mapping[str, tuple[str, str]] = {
    "unsigned default": ("unsigned default", "nicht unterzeichnete Vorgabe"),
    "contact": ("contact", "Kontakt"),
    "deal": ("deal", "Deal"),
    "outcome": ("outcome", "Ergebnis"),
    "rule": ("rule", "Regel"),
    "reason": ("reason", "Grund"),
    "proposal": ("proposal", "Vorschlag"),
    "resume_at": ("resume_at", "Wiedervorlage"),
    "offer_at": ("offer_at", "Angebot vom"),
    "pushes": ("pushes", "Verschiebungen"),
    "months": ("months", "Monate"),
    "quarters": ("quarters", "Quartale"),
    "slip_days": ("slip_days", "Tage Verzug"),
    "primary_contact": ("primary_contact", "Hauptkontakt"),
    "flags": ("flags", "Hinweise"),
    "valid_from": ("valid_from", "gültig ab"),
    "valid_to": ("valid_to", "gültig bis"),
    "stage_id": ("stage_id", "Dealphase"),
    "amount": ("amount", "Betrag"),
    "close_date": ("close_date", "Abschlussdatum"),
    "open": ("open", "offen"),
    "won": ("won", "gewonnen"),
    "lost": ("lost", "verloren"),
    "other": ("other", "vertagt"),
    "created_in_error": ("created_in_error", "irrtümlich angelegt"),
    "contract_lock_in": ("contract_lock_in", "Vertragsbindung"),
    "competitor": ("competitor", "Wettbewerber"),
    "price": ("price", "Preis"),
    "budget_freeze": ("budget_freeze", "Budgetsperre"),
    "project_postponed": ("project_postponed", "Projekt verschoben"),
    "sponsor_left": ("sponsor_left", "Ansprechpartner ausgeschieden"),
    "reorg_merger": ("reorg_merger", "Umstrukturierung oder Fusion"),
    "legal_procurement_hold": ("legal_procurement_hold", "Recht oder Einkauf hält auf"),
    "no_decision": ("no_decision", "keine Entscheidung"),
    "no_response_after_interest": ("no_response_after_interest", "keine Antwort nach Interesse"),
    "product_gap": ("product_gap", "Produktlücke"),
    "chose_inhouse": ("chose_inhouse", "Eigenlösung"),
    "no_fit": ("no_fit", "passt nicht"),
    "explicit_no": ("explicit_no", "klare Absage"),
    "unspecified": ("unspecified", "ohne Angabe"),
    "stage": ("stage", "Stufe"),
    "from": ("from", "von"),
    "to": ("to", "nach"),
    "source": ("source", "Quelle"),
    "campaign": ("campaign", "Kampagne"),
    "owner": ("owner", "Zuständig"),
    "team": ("team", "Team"),
    "pipeline": ("pipeline", "Pipeline"),
    "dealtype": ("dealtype", "Dealart"),
    "newbusiness": ("newbusiness", "Neugeschäft"),
    "existingbusiness": ("existingbusiness", "Bestandsgeschäft"),
    "industry": ("industry", "Branche"),
    "country": ("country", "Land"),
    "grade": ("grade", "Note"),
    "cell": ("cell", "Zelle"),
    "origin": ("origin", "Herkunft"),
    "cycle_type": ("cycle_type", "Zyklusart"),
    "acquisition": ("acquisition", "Neukunde"),
    "winback": ("winback", "Rückgewinnung"),
    "inbound": ("inbound", "Inbound"),
    "outbound": ("outbound", "Outbound"),
    "referral": ("referral", "Empfehlung"),
    "reopened": ("reopened", "Wiedereröffnung"),
    "import": ("import", "Import"),
    "survey": ("survey", "Umfrage"),
    "month": ("month", "Monat"),
    "quarter": ("quarter", "Quartal"),
    "year": ("year", "Jahr"),
    "void": ("void", "nie echt"),
    "test": ("test", "Testdatensatz"),
    "out": ("out of market", "außerhalb des Markts"),
    "renewal": ("renewal", "Verlängerung"),
    "ignored": ("ignored pipeline", "nicht gezählte Pipeline"),
    "partner": ("partner", "Partnergeschäft"),
    "unmapped": ("unmapped stage", "nicht zugeordnete Stufe"),
    "expansion": ("expansion", "Bestandskunde"),
    "expired": ("expired", "verfallen"),
    "negative": ("negative length", "Dauer unter null"),
    "no_date": ("no date", "ohne Datum"),
    "no_amount": ("no amount", "ohne Betrag"),
    "no_fx": ("no exchange rate", "ohne Wechselkurs"),
    "no_probability": ("no probability", "ohne Wahrscheinlichkeit"),
    "no_resume_date": ("no resume date", "ohne Wiedervorlage"),
    "no_value": ("no value", "ohne Wert"),
    "off_scale": ("off the scale", "außerhalb der Skala"),
    "cost_no_date": ("cost without date", "Kosten ohne Datum"),
    "cost_no_fx": ("cost without exchange rate", "Kosten ohne Wechselkurs"),
}


def word(key: str, lang: Language) -> str:
    """Return a label; an unknown key is a KeyError, so no page shows a placeholder."""
    return _WORDS[key][LANGUAGES.index(lang)]


def term(code: str, lang: Language) -> str:
    """Return how a report says a code; one without words of its own stays as it is."""
    found = _TERMS.get(code)
    return code if found is None else found[LANGUAGES.index(lang)]


def stage_text(code: str, lang: Language) -> str:
    """Return a stage as reports say it: its code in English, its name in German."""
    return stage_name(code, lang) if lang == "de" and code in set(FunnelStage) else code


def stage_name(stage: str, lang: Language) -> str:
    """Return a stage's name."""
    return _STAGES[FunnelStage(stage)][LANGUAGES.index(lang)]


def number(value: float | Decimal | None, lang: Language, *, digits: int = 0) -> str:
    """Return a number in the language's form, or a dash for None: unknown is never zero."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(value: float | None, lang: Language) -> str:
    """Return a share as a percentage with one digit, or a dash for None."""
    if value is None:
        return "–"
    return f"{number(value * 100, lang, digits=1)} %" if lang == "de" else f"{value * 100:.1f}%"


def time_text(value: int | None, zone: ZoneInfo, lang: Language) -> str:
    """Return a moment as local date and time, or a dash for None."""
    if value is None:
        return "–"
    local = moment(value).astimezone(zone)
    return local.strftime("%d.%m.%Y %H:%M" if lang == "de" else "%Y-%m-%d %H:%M")


def iso_text(text: str, zone: ZoneInfo, lang: Language) -> str:
    """Return a moment that a story holds as ISO 8601: unchanged in English, local in German."""
    return text if lang == "en" else time_text(millis(datetime.fromisoformat(text)), zone, lang)


def figure(value: float | Decimal | None, unit: str, lang: Language) -> str:
    """Return a KPI's value in its unit; a dash for None."""
    if value is None:
        return "–"
    if unit == "ratio":
        return percent(float(value), lang)
    if len(unit) == _CURRENCY_LETTERS and unit.isupper():
        return f"{number(value, lang, digits=2)} {unit}"
    return number(value, lang, digits=0 if value == int(value) else 1)


_CURRENCY_LETTERS = 3
