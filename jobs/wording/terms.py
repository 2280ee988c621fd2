"""What people read for a code in a report, in English and German."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language, number, stage_text

#: Codes that stand in reports: dimensions, outcomes, reasons of deals, why something does not count.
_TERMS: Mapping[str, tuple[str, str]] = {
    "unsigned default": ("unsigned default", "nicht unterzeichnete Vorgabe"),
    "contact": ("contact", "Kontakt"),
    "deal": ("deal", "Deal"),
    "outcome": ("outcome", "Ergebnis"),
    "rule": ("rule", "Regel"),
    "reason": ("reason", "Grund"),
    "proposal": ("proposal", "Vorschlag"),
    "comes back": ("comes back", "Wiedervorlage"),
    "resume_at": ("resume_at", "Wiedervorlage"),
    "offer_at": ("offer_at", "Angebot vom"),
    "pushes": ("pushes", "Verschiebungen"),
    "months": ("months", "Monate"),
    "quarters": ("quarters", "Quartale"),
    "slip_days": ("slip_days", "Tage Verzug"),
    "primary_contact": ("primary_contact", "Hauptkontakt"),
    "primary_by": ("primary_by", "Hauptkontakt wegen"),
    "label": ("label", "Bezeichnung am Deal"),
    "mark": ("mark", "Kennzeichen im CRM"),
    "sales_ready": ("last sales-ready", "zuletzt kaufbereit"),
    "earliest": ("earliest", "am längsten bekannt"),
    "won_stays": ("won_stays", "gewonnene Deals in dieser Phase"),
    "p75_days": ("p75_days", "Tage (75 %)"),
    "deals": ("deals", "Deals"),
    "flags": ("flags", "Hinweise"),
    "backdated": ("backdated", "rückdatiert"),
    "unspecified_reason": ("reason missing", "Grund fehlt"),
    "unmapped_stage": ("stage not mapped", "Phase nicht zugeordnet"),
    "offer_fallback": ("no evidence of an offer", "ohne Angebotsnachweis"),
    "deleted_won_deal": ("won and deleted, not confirmed yet", "gewonnen und gelöscht, noch unbestätigt"),
    "no_contact": ("without a contact", "ohne Kontakt"),
    "valid_from": ("valid_from", "gültig ab"),
    "valid_to": ("valid_to", "gültig bis"),
    "stage_id": ("stage_id", "Dealphase"),
    "amount": ("amount", "Betrag"),
    "close_date": ("close_date", "Abschlussdatum"),
    "open": ("open", "offen"),
    "won": ("won", "gewonnen"),
    "lost": ("lost", "verloren"),
    "other": ("other", "vertagt"),
    "created_in_error": ("created in error", "irrtümlich angelegt"),
    "contract_lock_in": ("contract lock-in", "Vertragsbindung"),
    "competitor": ("competitor", "Wettbewerber"),
    "price": ("price", "Preis"),
    "budget_freeze": ("budget freeze", "Budgetsperre"),
    "project_postponed": ("project postponed", "Projekt verschoben"),
    "sponsor_left": ("sponsor left", "Ansprechpartner ausgeschieden"),
    "reorg_merger": ("reorganisation or merger", "Umstrukturierung oder Fusion"),
    "legal_procurement_hold": ("legal or procurement hold", "Recht oder Einkauf hält auf"),
    "no_decision": ("no decision", "keine Entscheidung"),
    "no_response_after_interest": ("no response after interest", "keine Antwort nach Interesse"),
    "product_gap": ("product gap", "Produktlücke"),
    "chose_inhouse": ("solved in-house", "Eigenlösung"),
    "no_fit": ("no fit", "passt nicht"),
    "explicit_no": ("clear no", "klare Absage"),
    "unspecified": ("not stated", "ohne Angabe"),
    "stage": ("stage", "Stufe"),
    "from": ("from", "von"),
    "to": ("to", "nach"),
    "source": ("source", "Quelle"),
    "campaign": ("campaign", "Kampagne"),
    "owner": ("owner", "Zuständig"),
    "team": ("team", "Team"),
    "pipeline": ("pipeline", "Pipeline"),
    "dealtype": ("deal type", "Dealart"),
    "newbusiness": ("new business", "Neugeschäft"),
    "existingbusiness": ("existing business", "Bestandsgeschäft"),
    "industry": ("industry", "Branche"),
    "country": ("country", "Land"),
    "grade": ("grade", "Note"),
    "cell": ("cell", "Zelle"),
    "origin": ("origin", "Herkunft"),
    "resume_quarter": ("comes back in", "Wiedervorlage in"),
    "cycle_type": ("cycle type", "Zyklusart"),
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
    "more_clicks": ("more clicks than deliveries", "mehr Klicks als Zustellungen"),
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
    "not_ready": ("not ready", "nicht reif"),
    "bad_timing": ("bad timing", "falscher Zeitpunkt"),
    "invalid": ("invalid", "ungültig"),
    "duplicate": ("duplicate", "Dublette"),
    "company.employees": ("head count", "Mitarbeiterzahl"),
    "company.industry": ("industry of the company", "Branche der Firma"),
    "company.country": ("country of the company", "Land der Firma"),
    "contact.seniority": ("seniority", "Hierarchiestufe"),
    "contact.department": ("department", "Abteilung"),
    "contact.planned_purchase": ("planned purchase", "geplanter Kaufzeitpunkt"),
    "cost_no_date": ("cost without date", "Kosten ohne Datum"),
    "cost_no_fx": ("cost without exchange rate", "Kosten ohne Wechselkurs"),
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
    "sending": ("being sent", "wird gesendet"),
    "written": ("written", "geschrieben"),
    "unchanged": ("was so already", "war schon so"),
    "conflict": ("a person's value stands", "Wert eines Menschen gilt"),
    "failed": ("failed", "fehlgeschlagen"),
    "cancelled": ("cancelled", "entfallen"),
    "running": ("running", "läuft"),
    "done": ("done", "fertig"),
    "interrupted": ("interrupted", "unterbrochen"),
    "halted": ("halted", "angehalten"),
    "parked": ("at rest", "ruht"),
    "contacts": ("contacts", "Kontakte"),
    "evidence": ("evidence", "Belege"),
    "the record cannot be read": ("the record cannot be read", "der Datensatz ist nicht lesbar"),
    "companies": ("companies", "Firmen"),
    "customers": ("customers", "Kunden"),
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
    "alone": ("alone in their cell", "allein in ihrer Zelle"),
    "stale": ("stale", "ohne Bewegung"),
    "won_no_amount": ("won without amount", "gewonnen ohne Betrag"),
    "won_no_fx": ("won without exchange rate", "gewonnen ohne Wechselkurs"),
    "kind": ("kind", "Art"),
    "currency": ("currency", "Währung"),
    "into": ("into", "in"),
    "rate": ("rate", "Kurs"),
    "account": ("account", "Konto"),
    "origin_of_line": ("told by", "Herkunft"),
    "origin_file": ("file", "Datei"),
    "origin_agreement": ("agreement", "Vereinbarung"),
    "origin_crm": ("CRM", "CRM"),
    "kind_media": ("media", "Werbung"),
    "kind_agency": ("agency", "Agentur"),
    "kind_tools": ("tools", "Tools"),
    "kind_content": ("content", "Inhalte"),
    "kind_events": ("events", "Messen"),
    "kind_sales": ("sales", "Vertrieb"),
    "kind_internal": ("internal", "intern"),
    "age": ("age", "Stand"),
    "age_quarter_start": ("quarter start", "Quartalsbeginn"),
    "age_week_5": ("week 5", "Woche 5"),
    "age_week_9": ("week 9", "Woche 9"),
    "age_week_13": ("week 13", "Woche 13"),
    "age_60_days": ("60 days before", "60 Tage zuvor"),
    "age_30_days": ("30 days before", "30 Tage zuvor"),
    "age_7_days": ("7 days before", "7 Tage zuvor"),
    "step": ("step", "Stufe"),
    "step_offer": ("offer", "Angebot"),
    "step_mql": ("MQL", "MQL"),
    "step_inquiry": ("inquiry", "Anfrage"),
    "source_ai_referrals": ("AI referrals", "KI-Verweise"),
    "source_direct_traffic": ("direct traffic", "direkte Zugriffe"),
    "source_email_marketing": ("e-mail marketing", "E-Mail-Marketing"),
    "source_offline": ("offline sources", "Offline-Quellen"),
    "source_organic_search": ("organic search", "organische Suche"),
    "source_other_campaigns": ("other campaigns", "andere Kampagnen"),
    "source_paid_search": ("paid search", "bezahlte Suche"),
    "source_paid_social": ("paid social", "bezahlte soziale Medien"),
    "source_referrals": ("referrals", "Verweise"),
    "source_social_media": ("organic social", "soziale Medien"),
    "model": ("model", "Modell"),
    "model_first": ("first touch", "Erstkontakt"),
    "model_last": ("last touch", "Letztkontakt"),
    "model_linear": ("linear", "linear"),
    "model_u": ("U-shaped", "U-förmig"),
    "model_w": ("W-shaped", "W-förmig"),
    "model_full_path": ("full path", "voller Pfad"),
    "model_time_decay": ("time decay", "Zeitverfall"),
}

OF_STAGES = frozenset({"stage", "from", "to"})
#: Dimensions whose names go on into their values.
_FLOWING = frozenset({"from", "to", "resume_quarter"})
_OF_CODES = frozenset({"band", "cycle_type", "dealtype", "origin", "property", "reason"})
#: Parts of a figure's own segment, whose codes mean something there alone.
_OF_FIGURES = frozenset({"age", "kind", "model", "step"})


#: Why a figure cannot be given.
_LACKS: Mapping[str, tuple[str, str]] = {
    "knowledge": ("nothing was known by then", "damals war noch nichts bekannt"),
    "reading": ("nothing was read yet: syncer backfill", "noch nichts gelesen: syncer backfill"),
    "visits": ("needs visits: syncer visits import FILE", "braucht Besuche: syncer visits import DATEI"),
    "visits_by_source": ("visits are known by source alone", "Besuche sind nur nach Quelle bekannt"),
    "one_definition": ("sessions were counted in several ways", "Sitzungen wurden verschieden gezählt"),
    "one_scale": ("answers stand on several scales", "Antworten auf verschiedenen Skalen"),
    "deliveries": (
        "no contact carries a count of mails delivered (HubSpot: hs_email_delivered)",
        "kein Kontakt trägt einen Zähler zugestellter Mails (HubSpot: hs_email_delivered)",
    ),
    "responses": ("the CRM does not tell surveys sent", "das CRM nennt keine versandten Umfragen"),
    "anonymous_views": ("the CRM tells no anonymous page views", "das CRM nennt keine anonymen Seitenaufrufe"),
    "legal_basis": ("no contact carries a legal basis", "kein Kontakt trägt eine Rechtsgrundlage"),
    "renewals": (
        "no deal of a renewal pipeline (agreement.yaml: pipelines, kind: renewal)",
        "kein Deal einer Verlängerungs-Pipeline (agreement.yaml: pipelines, kind: renewal)",
    ),
    "renewals_due": ("no renewal was due", "keine Verlängerung war fällig"),
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


def agreement_text(label: str, notice: str | None, lang: Language) -> str:
    """Return which agreement runs, with why it is not one that both teams signed."""
    return f"{label} ({term(notice, lang)})" if notice else label


def term(code: str, lang: Language) -> str:
    """Return how a report says a code; one without words of its own stays as it is."""
    found = _TERMS.get(code)
    return code if found is None else found[LANGUAGES.index(lang)]


def member(dim: str, value: str | None, lang: Language) -> str:
    """Return a segment's value in words where the values are ours or HubSpot's; teams are named by the user."""
    if value is None:
        return "–"
    if dim in OF_STAGES:
        return stage_text(value, lang)
    if dim in _OF_FIGURES:
        return term(f"{dim}_{value}", lang)
    if dim == "source":
        return term(f"source_{value}", lang).removeprefix("source_")
    return term(value, lang) if dim in _OF_CODES else value


def part(dim: str, value: str, lang: Language) -> str:
    """Return one part of a segment in words: from and to read on, any other dimension is told apart from its value."""
    joint = " " if dim in _FLOWING else ": "
    return f"{term(dim, lang)}{joint}{value}"


def exclusions(counts: object, lang: Language) -> str:
    """Return what a figure leaves out and how many of each; nothing for what is no mapping of counts."""
    if not isinstance(counts, Mapping):
        return ""
    return ", ".join(f"{term(reason, lang)} {number(count, lang)}" for reason, count in counts.items())
