"""What people read for a code in a report, in English and German."""

from collections.abc import Mapping

from jobs.words import LANGUAGES, Language, number, stage_text

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
    "no_offer": ("no offer yet", "noch ohne Angebot"),
    "no_probability": ("no probability", "ohne Wahrscheinlichkeit"),
    "no_resume_date": ("no resume date", "ohne Wiedervorlage"),
    "no_value": ("no value", "ohne Wert"),
    "off_scale": ("off the scale", "außerhalb der Skala"),
    "cost_no_date": ("cost without date", "Kosten ohne Datum"),
    "cost_no_fx": ("cost without exchange rate", "Kosten ohne Wechselkurs"),
    "not_ready": ("not ready yet", "noch nicht so weit"),
    "bad_timing": ("bad timing", "falscher Zeitpunkt"),
    "invalid": ("invalid", "ungültig"),
    "duplicate": ("duplicate", "Dublette"),
    "machine": ("machine", "Maschine"),
    "user": ("person", "Mensch"),
    "crm": ("CRM", "CRM"),
    "form": ("form", "Formular"),
    "email_click": ("e-mail click", "E-Mail-Klick"),
    "email_in": ("e-mail received", "E-Mail erhalten"),
    "email_out": ("e-mail sent", "E-Mail gesendet"),
    "page_view": ("page view", "Seitenaufruf"),
    "registration": ("registration", "Anmeldung"),
    "unsubscribe": ("unsubscribed", "Abmeldung"),
    "call": ("call", "Anruf"),
    "meeting": ("meeting", "Termin"),
    "message": ("message", "Nachricht"),
    "note": ("note", "Notiz"),
    "task": ("task", "Aufgabe"),
    "lead_status": ("lead status", "Lead-Status"),
    "lifecycle": ("lifecycle stage", "Lifecycle-Phase"),
    "lead": ("lead", "Lead"),
    "pending": ("waiting", "wartet"),
    "sending": ("being sent", "wird gesendet"),
    "written": ("written", "geschrieben"),
    "unchanged": ("was so already", "war schon so"),
    "conflict": ("a person's value stands", "Wert eines Menschen gilt"),
    "failed": ("failed", "fehlgeschlagen"),
    "cancelled": ("cancelled", "entfallen"),
    "running": ("running", "läuft"),
    "done": ("done", "fertig"),
    "interrupted": ("interrupted", "unterbrochen"),
    "parked": ("at rest", "ruht"),
    "contacts": ("contacts", "Kontakte"),
    "companies": ("companies", "Firmen"),
    "deals": ("deals", "Deals"),
    "activities": ("activities", "Aktivitäten"),
    "links": ("links", "Verknüpfungen"),
    "changes": ("changes", "Änderungen"),
    "owners": ("owners", "Zuständige"),
    "costs": ("cost lines", "Kostenzeilen"),
    "answers": ("survey answers", "Umfrageantworten"),
    "stories": ("leads and quotes", "Leads und Angebote"),
    "mature": ("mature", "reif"),
    "immature": ("immature", "unreif"),
    "small_n": ("uncertain", "unsicher"),
    "n<5": ("too few", "zu wenige"),
    "undefined": ("undefined", "nicht bestimmt"),
    "cohort": ("cohort", "Kohorte"),
    "snapshot": ("snapshot", "Stichtag"),
    "period": ("period", "Zeitraum"),
    "all": ("all", "alle"),
}

_OF_STAGES = frozenset({"stage", "from", "to"})
_OF_CODES = frozenset({"cycle_type", "dealtype", "origin"})


def term(code: str, lang: Language) -> str:
    """Return how a report says a code; one without words of its own stays as it is."""
    found = _TERMS.get(code)
    return code if found is None else found[LANGUAGES.index(lang)]


def member(dim: str, value: str | None, lang: Language) -> str:
    """Return a segment's value in words where the values are ours; sources and teams are named by the user."""
    if value is None:
        return "–"
    if dim in _OF_STAGES:
        return stage_text(value, lang)
    return term(value, lang) if dim in _OF_CODES else value


def exclusions(counts: object, lang: Language) -> str:
    """Return what a figure leaves out and how many of each; nothing for what is no mapping of counts."""
    if not isinstance(counts, Mapping):
        return ""
    return ", ".join(f"{term(reason, lang)} {number(count, lang)}" for reason, count in counts.items())
