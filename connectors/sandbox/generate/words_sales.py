"""Word lists for what happens between people and companies: reasons, forms, pages, mails, calls, answers."""

#: Lost reasons as reps type them, by the normalised code that they mean.
LOST_REASONS = {
    "competitor": ("An Mitbewerber verloren", "Went with a competitor", "Wettbewerb hat gewonnen (Rahmenvertrag)"),
    "price": ("Zu teuer", "Price too high", "Budget zu klein", "Too expensive compared to the offer at hand"),
    "product_gap": ("Funktion fehlt: SAP-Anbindung", "Missing feature: offline mode", "technisch nicht machbar"),
    "chose_inhouse": ("Eigenentwicklung", "Solved in-house", "intern gelöst"),
    "no_fit": ("Kein Bedarf", "Not a good fit", "falsche Zielgruppe"),
    "explicit_no": ("Absage per Mail", "Not interested any more", "kein Interesse"),
}
#: Reasons of a sale that is only delayed.
DELAY_REASONS = {
    "budget_freeze": ("Kein Budget in diesem Jahr", "Budgetstopp bis Jahresende", "No budget this year"),
    "project_postponed": ("Projekt auf Q2 verschoben", "Project postponed", "später, nach der ERP-Einführung"),
    "sponsor_left": ("Ansprechpartner hat das Unternehmen verlassen", "Our sponsor left the company"),
    "reorg_merger": ("Umstrukturierung", "Merger with parent company", "Fusion, alles gestoppt"),
    "contract_lock_in": ("Vertrag mit Wettbewerber läuft bis 2027", "Still under contract until next summer"),
    "legal_procurement_hold": ("Einkauf prüft noch", "Stuck in procurement", "Liegt in der Rechtsabteilung"),
    "no_decision": ("Keine Entscheidung", "No decision, status quo", "Gremium unentschieden"),
    "no_response_after_interest": ("Keine Rückmeldung mehr", "No response after the demo", "nicht erreichbar"),
}
ERROR_REASONS = ("Dublette", "Test", "versehentlich angelegt")
#: Free text that no dictionary knows.
UNKNOWN_REASONS = ("sonstiges", "s. Notiz", "other", "war eh schwierig", "Chef fragen", "???")
WON_REASONS = ("Bestes Preis-Leistungs-Verhältnis", "Fast onboarding", "Empfehlung eines Kunden", "Integration")

#: Form name, page it stands on, event that it stands for.
FORMS = (
    ("Demo anfordern", "/demo", "request"),
    ("Contact sales", "/en/contact-sales", "request"),
    ("Angebot anfordern", "/angebot", "request"),
    ("Whitepaper TCO", "/whitepaper/tco", "paper"),
    ("Whitepaper: Retrofit planen", "/whitepaper/retrofit", "paper"),
    ("Buyer's guide download", "/en/guides/buyers-guide", "paper"),
    ("Webinar: Produktion ohne Papier", "/webinar/produktion-ohne-papier", "webinar"),
    ("Webinar registration: Connected plants", "/en/webinar/connected-plants", "webinar"),
    ("Newsletter-Anmeldung", "/newsletter", "newsletter"),
    ("Kundenfeedback", "/feedback", "other"),
)
#: Path, title, weight.
PAGES = (
    ("/", "Startseite", 20), ("/produkt", "Produkt im Überblick", 16), ("/en/product", "Product", 10),
    ("/blog/retrofit-leitfaden", "Retrofit-Leitfaden", 14), ("/blog/oee-verstehen", "OEE verstehen", 12),
    ("/en/blog/shop-floor-data", "Shop floor data", 8), ("/preise", "Preise", 7), ("/en/pricing", "Pricing", 4),
    ("/referenzen", "Referenzen", 6), ("/karriere", "Karriere", 3),
)  # fmt: skip
#: Mail name, target path, weight.
MAILS = (
    ("newsletter", "/blog/retrofit-leitfaden", 60), ("produkt-update", "/produkt", 20),
    ("webinar-einladung", "/webinar/produktion-ohne-papier", 12), ("preis-aktion", "/preise", 8),
)  # fmt: skip

CALL_TITLES = ("Erstgespräch", "Qualifizierung", "Discovery call", "Rückruf", "Nachfassen Angebot", "Follow-up call")
MEETING_TITLES = ("Demo", "Product demo", "Workshop Anforderungen", "Angebotsbesprechung", "Kick-off", "Review meeting")
MAIL_SUBJECTS = ("Unterlagen zu unserem Gespräch", "Your questions", "Angebot", "Terminvorschlag", "Next steps")
TASK_SUBJECTS = ("Nachfassen", "Follow up", "Angebot erstellen", "Unterlagen senden", "Rückruf vereinbaren")
NOTES = (
    "Budget laut Kunde im nächsten Quartal frei.", "Champion is convinced, needs sign-off.",
    "Vergleicht noch mit zwei Anbietern.", "Wants references from the same industry.", "Technische Klärung offen.",
)  # fmt: skip
NEXT_STEPS = ("Angebot nachfassen", "Demo vorbereiten", "Send contract draft", "Referenzkunde vermitteln", None)
#: What customers write, by response group.
ANSWERS = {
    "PROMOTER": ("Sehr zufrieden, gern wieder.", "Great support!", None),
    "PASSIVE": ("Gut, aber der Import ist langsam.", "Does the job.", None),
    "DETRACTOR": ("Zu viele Ausfälle.", "Onboarding took too long.", None),
}
