"""What people read for the rule that moved a contact or decided a deal, in English and German."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language

_RULES: Mapping[str, tuple[str, str]] = {
    "CO1": ("deal stage says postponed", "Dealphase sagt verschoben"),
    "CO2": ("marked as postponed by a person", "von einem Menschen als verschoben markiert"),
    "CO3": ("lost, but the reason says later", "verloren, aber der Grund sagt später"),
    "CO4": ("buyer named a later date", "Käufer nannte einen späteren Termin"),
    "CO5": ("waits in an on-hold stage", "wartet in einer Ruhephase"),
    "CO6": ("close date pushed too often", "Abschlussdatum zu oft verschoben"),
    "CO7": ("overdue and silent", "überfällig und still"),
    "CO8": ("stalled", "ins Stocken geraten"),
    "CO9": ("lead said later", "Lead sagte später"),
    "accepted": ("accepted by sales", "vom Vertrieb angenommen"),
    "archived": ("archived in the CRM", "im CRM archiviert"),
    "bootstrap": ("taken over from the CRM", "aus dem CRM übernommen"),
    "deal_created": ("deal created", "Deal angelegt"),
    "deal_gone": ("deal gone", "Deal entfallen"),
    "employer_changed": ("changed the employer", "Arbeitgeber gewechselt"),
    "expired": ("nothing happened for long", "lange nichts geschehen"),
    "explicit_request": ("asked to be contacted", "Kontakt gewünscht"),
    "forecast": ("entered the forecast", "in den Forecast aufgenommen"),
    "forecast_left": ("left the forecast", "aus dem Forecast genommen"),
    "hard_conversion": ("gave their address", "Adresse hinterlassen"),
    "hysteresis": ("score fell", "Score gesunken"),
    "ignore_stage": ("deal stage is not counted", "Dealphase zählt nicht"),
    "lost_expired": ("lost long ago", "vor langer Zeit verloren"),
    "lost_stage": ("deal stage says lost", "Dealphase sagt verloren"),
    "meeting_held": ("meeting took place", "Termin hat stattgefunden"),
    "offer": ("offer made", "Angebot gemacht"),
    "offer_withdrawn": ("offer withdrawn", "Angebot zurückgezogen"),
    "open_stage": ("deal stage is open", "Dealphase ist offen"),
    "override": ("set by a person", "von einem Menschen gesetzt"),
    "other_stage": ("deal stage says Closed-Other", "Dealphase sagt Closed-Other"),
    "override_cleared": ("a person's stage taken back", "Stufe eines Menschen zurückgenommen"),
    "override_expired": ("a person's stage ran out", "Stufe eines Menschen abgelaufen"),
    "pipeline_changed": ("deal moved to another pipeline", "Deal in anderer Pipeline"),
    "reaction": ("first reaction", "erste Reaktion"),
    "recycled": ("back to the market", "zurück in den Markt"),
    "rejected": ("rejected by sales", "vom Vertrieb abgelehnt"),
    "reopened": ("deal reopened", "Deal wieder geöffnet"),
    "score_inquiry": ("score reached Inquiry", "Score erreichte Inquiry"),
    "score_mql": ("score reached MQL", "Score erreichte MQL"),
    "score_sales_ready": ("score reached sales-ready", "Score erreichte vertriebsreif"),
    "unmapped_stage": ("deal stage is not mapped", "Dealphase ist nicht zugeordnet"),
    "repeated_visits": ("kept coming back", "mehrmals wiedergekommen"),
    "void_reason": ("reason says never a real deal", "Grund sagt: nie ein echter Deal"),
    "void_stage": ("deal stage says never a real deal", "Dealphase sagt: nie ein echter Deal"),
    "won_stage": ("deal stage says won", "Dealphase sagt gewonnen"),
}


def rule_text(code: str, lang: Language) -> str:
    """Return what a rule says; one that the agreement itself names stays as it is written there."""
    found = _RULES.get(code)
    return code if found is None else found[LANGUAGES.index(lang)]
