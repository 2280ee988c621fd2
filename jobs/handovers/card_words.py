"""What a hand-over card and a proposal say, in English and German."""

from collections.abc import Mapping

from jobs.wording.counted import worded
from jobs.wording.terms import term
from jobs.wording.words import Language

_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("Hand-over: {who} · {cell} · contact by {due}", "Übergabe: {who} · {cell} · Kontakt bis {due}"),
    "by": ("By: {how}, handed over {at} to {whom}", "Anlass: {how}, übergeben {at} an {whom}"),
    "queue": ("the queue {name}", "die Warteschlange {name}"),
    "queue.default": ("whoever takes it first", "alle: wer zuerst zugreift"),
    "team": ("the team {name}", "das Team {name}"),
    "explicit_request": ("explicit request", "ausdrücklicher Wunsch"),
    "score_sales_ready": ("score at the agreed threshold", "Score an der vereinbarten Schwelle"),
    "sla": (
        "Agreed: contact by {touch}, accept or reject by {decision}; give up only after {tries} in vain{levels}",
        "Vereinbart: Kontakt bis {touch}, Annahme oder Ablehnung bis {decision}; aufgeben erst nach {tries}{levels}",
    ),
    "tries": (
        "{attempts} {attempts:attempt|attempts} over {days} {days:day|days}",
        "{attempts} vergeblichen {attempts:Versuch|Versuchen} über {days} {days:Tag|Tage}",
    ),
    "level": ("; without contact from {at}: {to}", "; ohne Kontakt ab {at}: {to}"),
    "owner": ("owner", "zuständige Person"),
    "team_lead": ("team lead", "Teamleitung"),
    "latest": ("Latest: {events}", "Verlauf: {events}"),
    "content": ("Read: {titles}", "Gelesen: {titles}"),
    "profile": ("Profile: {facts}", "Profil: {facts}"),
    "company": ("Company: {parts}", "Firma: {parts}"),
    "colleagues": (
        "{number} more active {number:contact|contacts} ({ready} with sales)",
        "{number} {number:weiterer aktiver Kontakt|weitere aktive Kontakte} ({ready} im Vertrieb)",
    ),
    "no_colleague": ("no other active contact", "kein weiterer aktiver Kontakt"),
    "deals": ("{number} open {number:deal|deals}", "{number} {number:offener Deal|offene Deals}"),
    "customer": ("existing customer", "Bestandskunde"),
    "former_customer": ("former customer", "früherer Kunde"),
    "earlier": ("Earlier: {cycles}", "Früher: {cycles}"),
    "answer": (
        "Answer with the lead status: {accept} = accepted · {reject}",
        "Antwort über den Lead-Status: {accept} = angenommen · {reject}",
    ),
    "not_ready": ("not ready yet", "noch nicht so weit"),
    "bad_timing": ("bad timing", "falscher Zeitpunkt"),
    "no_fit": ("no fit", "passt nicht"),
    "invalid": ("invalid", "ungültig"),
    "duplicate": ("duplicate", "Dublette"),
    "call": ("call", "Anruf"),
    "meeting": ("meeting", "Termin"),
    "email_out": ("e-mail from us", "E-Mail von uns"),
    "email_in": ("e-mail to us", "E-Mail an uns"),
    "message": ("message", "Nachricht"),
    "employees": ("{value} staff", "{value} Mitarbeitende"),
    "proposal_title": ("Is this deal postponed? {name}", "Ist dieser Deal verschoben? {name}"),
    "proposal_yes": (
        "Postponed: set “{label}” ({property}) to “{option}”; the contact returns to the market.",
        "Verschoben: „{label}“ ({property}) auf „{option}“ setzen; der Kontakt geht zurück in den Markt.",
    ),
    "proposal_close": (
        "Postponed: close the deal as lost, with a reason such as “later”; the contact returns to the market.",
        "Verschoben: Deal als verloren schließen, mit einem Grund wie „später“; der Kontakt geht zurück in den Markt.",
    ),
    "proposal_no": (
        "Still alive: enter the next meeting or stage, then complete this task. The deal counts in the forecast again.",
        "Lebt noch: nächsten Termin oder Phase eintragen, dann diese Aufgabe abschließen. Der Deal zählt wieder mit.",
    ),
    "proposal_silence": (
        "Please answer by {by}. Until then the deal stays open and out of the risk-adjusted forecast.",
        "Bitte bis {by} antworten. Bis dahin bleibt der Deal offen und zählt nicht im risikobereinigten Forecast.",
    ),
    "proposal_applied": (
        "Please answer by {by}. Without an answer the deal then counts as postponed, as both teams agreed.",
        "Bitte bis {by} antworten. Ohne Antwort gilt der Deal dann als verschoben, wie beide Teams vereinbart haben.",
    ),
    "no_reason": ("no reason given", "ohne Angabe von Gründen"),
    "resume_title": ("Take up again by {back}: {name}", "Wieder aufnehmen bis {back}: {name}"),
    "resume_why": ("Postponed since {since}: {reason}.", "Verschoben seit {since}: {reason}."),
    "resume_how": (
        "Agreed to come back on {back}: get in touch, then reopen the deal or open a new one.",
        "Vereinbarte Wiedervorlage {back}: Kontakt aufnehmen, dann den Deal wieder öffnen oder einen neuen anlegen.",
    ),
    "resume_lead_how": (
        "Agreed to come back on {back}: get in touch; a request or a new deal begins the next cycle.",
        "Vereinbarte Wiedervorlage {back}: Kontakt aufnehmen; Anfrage oder neuer Deal beginnt den nächsten Zyklus.",
    ),
    "escalation_title": ("Nobody got in touch: {who} · due {due}", "Noch kein Kontakt: {who} · fällig {due}"),
    "escalation_why": (
        "By: {how}, handed over {at}; untouched after {times} times the agreed span, so this goes to: {to}.",
        "Anlass: {how}, übergeben {at}; nach dem {times}-Fachen der vereinbarten Zeit unberührt, darum an: {to}.",
    ),
    "CO5": ("in an on-hold stage for 30 days or more", "seit 30 Tagen oder länger in einer Warte-Phase"),
    "CO6": (
        "close date moved {months} {months:time|times} to a later month, {days} {days:day|days} in all",
        "Abschlussdatum {months}-mal in einen späteren Monat verschoben, insgesamt {days} {days:Tag|Tage}",
    ),
    "CO7": ("overdue and silent", "überfällig und still"),
    "CO8": ("no activity of both sides for long", "lange keine beidseitige Aktivität"),
    "other_rule": ("by the agreement's rule", "nach der Regel der Vereinbarung"),
}


def said(key: str, lang: Language, **values: object) -> str:
    """Return a text with its values; an unknown key is a KeyError, so no card shows a placeholder."""
    return worded(_TEXTS[key], lang, values)


def known(key: str) -> bool:
    """Return whether there are words for a key."""
    return key in _TEXTS


def spoken(code: str, lang: Language) -> str:
    """Return how cards say a code; one that only reports know is said as they do."""
    return said(code, lang) if known(code) else term(code, lang)
