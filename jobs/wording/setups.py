"""Which way a stream is read, and what a missing scope costs, in English and German (decision 0030)."""

from collections.abc import Mapping

WAY_SENTENCES: Mapping[str, tuple[str, str]] = {
    "way_list": ("list", "Liste"),
    "way_exports": ("exports", "Exporte"),
    "way_export": ("export", "Export"),
    "no_time_limit": ("no limit of time", "ohne Zeitgrenze"),
    "nobody_counts": (
        "nobody counts its records, so no export could be proved",
        "niemand zählt die Datensätze, ein Export wäre also nicht nachzuweisen",
    ),
    "list_dear": (
        "the list would take more than {share} of the {calls} calls left today",
        "die Liste brauchte mehr als {share} der heute noch übrigen {calls} Aufrufe",
    ),
    "export_sooner": ("the export should be there sooner", "der Export sollte früher da sein"),
    "calls_enough": (
        "today's calls are enough, and an export would take longer",
        "die Aufrufe von heute reichen, und ein Export dauerte länger",
    ),
    "broken_off": (
        "a list that broke off is read to its end",
        "eine abgebrochene Liste wird zu Ende gelesen",
    ),
    "ordered_before": (
        "an export that was ordered before is used",
        "ein früher bestellter Export wird genutzt",
    ),
    "not_exported": ("the CRM does not export it", "das CRM exportiert das nicht"),
    "many_ordered": (
        "{count} exports were ordered in the last 24 hours",
        "{count} Exporte wurden in den letzten 24 Stunden bestellt",
    ),
}

SCOPE_SENTENCES: Mapping[str, tuple[str, str]] = {
    "lost_contacts": (
        "everything: stages, scores and figures are those of contacts",
        "alles: Stufen, Scores und Kennzahlen sind die von Kontakten",
    ),
    "lost_companies": (
        "company size and industry in the score, the TAM and company stages",
        "Firmengröße und Branche im Score, der TAM und die Stufen der Firmen",
    ),
    "lost_deals": (
        "opportunities, outcomes, amounts and the forecast",
        "Verkaufschancen, Ergebnisse, Beträge und der Forecast",
    ),
    "lost_owners": (
        "who is meant by an owner: response times and figures by owner, so the account is not read",
        "wer zuständig ist: Reaktionszeiten und Kennzahlen je Person, darum wird das Konto nicht gelesen",
    ),
    "lost_pipelines": (
        "what a deal stage means, so the account is not read",
        "was eine Dealphase bedeutet, darum wird das Konto nicht gelesen",
    ),
    "lost_calls": (
        "calls as evidence that sales has been in touch",
        "Anrufe als Beleg, dass der Vertrieb Kontakt hatte",
    ),
    "lost_emails": (
        "1:1 e-mails as evidence that sales has been in touch, and replies",
        "persönliche E-Mails als Beleg für Kontakt des Vertriebs, und Antworten",
    ),
    "lost_meetings": (
        "meetings as evidence and as events of the score",
        "Termine als Beleg und als Ereignisse des Scores",
    ),
    "lost_notes": (
        "notes as evidence that sales has worked on a contact",
        "Notizen als Beleg, dass der Vertrieb an einem Kontakt arbeitet",
    ),
    "lost_tasks": (
        "tasks as evidence that sales has worked on a contact",
        "Aufgaben als Beleg, dass der Vertrieb an einem Kontakt arbeitet",
    ),
    "lost_communications": (
        "WhatsApp, LinkedIn and SMS messages as evidence",
        "Nachrichten über WhatsApp, LinkedIn und SMS als Beleg",
    ),
    "lost_leads": (
        "acceptance and disqualification of leads with their reasons",
        "Annahme und Ablehnung von Leads mit ihren Gründen",
    ),
    "lost_quotes": (
        "quotes as evidence of an offer; deal stages and dates stand in",
        "Angebote als Nachweis; Dealphasen und Daten treten an ihre Stelle",
    ),
    "lost_feedback": ("NPS and other survey figures", "NPS und andere Umfragekennzahlen"),
    "lost_campaigns": (
        "spend: cost per lead and per customer come from agreement.yaml and imported files alone",
        "Ausgaben: Kosten je Lead und je Kunde kommen allein aus agreement.yaml und eingelesenen Dateien",
    ),
    "lost_rates": (
        "amounts in other currencies, unless their rates are imported: syncer rates import",
        "Beträge in anderen Währungen, sofern ihre Kurse nicht eingelesen werden: syncer rates import",
    ),
    "lost_forms": (
        "which form was filled in: demo and offer requests as events of the score",
        "welches Formular ausgefüllt wurde: Demo- und Angebotsanfragen als Ereignisse des Scores",
    ),
    "lost_clicks": (
        "clicks in marketing e-mails as events of the score; HubSpot's counts stand in",
        "Klicks in Marketing-E-Mails als Ereignisse des Scores; HubSpots Zähler treten an ihre Stelle",
    ),
    "lost_views": (
        "which page was viewed as events of the score; HubSpot's counts stand in",
        "welche Seite aufgerufen wurde als Ereignis des Scores; HubSpots Zähler treten an ihre Stelle",
    ),
    "lost_write": (
        "stage, score and outcome do not reach the {kind} of the CRM",
        "Stufe, Score und Ergebnis erreichen die {kind} des CRM nicht",
    ),
    "lost_schema": (
        "syncer setup --apply cannot create the properties of {kind}; a person has to",
        "syncer setup --apply kann die Eigenschaften von {kind} nicht anlegen; jemand muss es tun",
    ),
    "lost_export": (
        "nothing but calls: lists are read instead, a hundred records a call",
        "nichts als Aufrufe: Stattdessen werden Listen gelesen, hundert Datensätze je Aufruf",
    ),
    "lost_card": ("sales gets no hand-over card", "der Vertrieb bekommt keine Übergabekarte"),
    "lost_proposal": (
        "nobody is asked whether a deal is postponed",
        "niemand wird gefragt, ob ein Deal verschoben ist",
    ),
    "lost_return": (
        "nobody is told that a postponed sale comes back",
        "niemand erfährt, dass ein verschobenes Geschäft wiederkommt",
    ),
    "lost_escalation": (
        "nobody hears of leads that nobody touched in time",
        "niemand erfährt von Leads, die niemand rechtzeitig ansprach",
    ),
}

#: What scopes are for; these short sentences are tried last.
PURPOSES: Mapping[str, tuple[str, str]] = {
    "to_read": ("read {stream}", "{stream} lesen"),
    "to_write": ("write {kind}", "{kind} schreiben"),
    "to_create_properties": ("create properties of {kind}", "Eigenschaften von {kind} anlegen"),
    "to_export": ("export whole streams", "ganze Datenströme exportieren"),
    "to_card": ("create a {form} at each hand-over", "bei jeder Übergabe {form} anlegen"),
    "to_propose": ("create tasks for proposals", "Aufgaben für Vorschläge anlegen"),
    "to_return": ("create tasks for returning sales", "Aufgaben für Wiedervorlagen anlegen"),
    "to_escalate": ("create tasks for missed times", "Aufgaben für versäumte Fristen anlegen"),
}
