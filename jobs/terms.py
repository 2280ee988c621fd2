"""What people read for a code in a report, in English and German."""

from collections.abc import Mapping

from jobs.words import LANGUAGES, Language, number

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
    "virtual": ("merely passed through", "bloß durchlaufen"),
    "pending": ("still in time", "noch in der Frist"),
    "decided": ("decided before", "vorher entschieden"),
    "hour": ("hour", "Stunde"),
    "size": ("size", "Firmengröße"),
    "persona": ("persona", "Persona"),
    "product": ("product", "Produkt"),
    "band": ("minutes", "Minuten"),
    "scale": ("scale", "Skala"),
    "property": ("property", "Angabe"),
    "untouched": ("untouched", "unberührt"),
    "not_ready": ("not_ready", "nicht reif"),
    "bad_timing": ("bad_timing", "falscher Zeitpunkt"),
    "invalid": ("invalid", "ungültig"),
    "duplicate": ("duplicate", "Dublette"),
    "company.employees": ("company.employees", "Mitarbeiterzahl"),
    "company.industry": ("company.industry", "Branche der Firma"),
    "company.country": ("company.country", "Land der Firma"),
    "contact.seniority": ("contact.seniority", "Hierarchiestufe"),
    "contact.department": ("contact.department", "Abteilung"),
    "contact.planned_purchase": ("contact.planned_purchase", "geplanter Kaufzeitpunkt"),
    "cost_no_date": ("cost without date", "Kosten ohne Datum"),
    "cost_no_fx": ("cost without exchange rate", "Kosten ohne Wechselkurs"),
}


#: Why a figure cannot be given.
_LACKS: Mapping[str, tuple[str, str]] = {
    "visits": ("needs visits: syncer visits import FILE", "braucht Besuche: syncer visits import DATEI"),
    "visits_by_source": ("visits are known by source alone", "Besuche sind nur nach Quelle bekannt"),
    "one_definition": ("sessions were counted in several ways", "Sitzungen wurden verschieden gezählt"),
    "one_scale": ("answers stand on several scales", "Antworten auf verschiedenen Skalen"),
    "deliveries": ("the CRM does not tell mails delivered", "das CRM nennt keine zugestellten Mails"),
    "responses": ("the CRM does not tell surveys sent", "das CRM nennt keine versandten Umfragen"),
    "anonymous_views": ("the CRM tells no anonymous page views", "das CRM nennt keine anonymen Seitenaufrufe"),
    "legal_basis": ("no contact carries a legal basis", "kein Kontakt trägt eine Rechtsgrundlage"),
    "renewals": ("no renewal pipeline", "keine Verlängerungs-Pipeline"),
    "won_passes": ("nothing was won that way yet", "so wurde noch nichts gewonnen"),
    "fit_rules": ("fit depends on no fact", "die Passung hängt von keiner Angabe ab"),
    "goal": ("no marketing_goal in the agreement", "kein marketing_goal in der Vereinbarung"),
    "goal_metric": ("the goal counts no stage", "das Ziel zählt keine Stufe"),
    "goal_period": ("ask for a period of the goal's kind", "nach einem Zeitraum des Ziels fragen"),
}


def lacking(notes: Mapping[str, object], lang: Language) -> str:
    """Return why a figure cannot be given, as its notes name it; nothing where they do not."""
    found = _LACKS.get(str(notes.get("lacks")))
    return "" if found is None else found[LANGUAGES.index(lang)]


def term(code: str, lang: Language) -> str:
    """Return how a report says a code; one without words of its own stays as it is."""
    found = _TERMS.get(code)
    return code if found is None else found[LANGUAGES.index(lang)]


def exclusions(counts: object, lang: Language) -> str:
    """Return what a figure leaves out and how many of each; nothing for what is no mapping of counts."""
    if not isinstance(counts, Mapping):
        return ""
    return ", ".join(f"{term(reason, lang)} {number(count, lang)}" for reason, count in counts.items())
