"""What the morning report says, in English and German."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language

_WORDS: Mapping[str, tuple[str, str]] = {
    "report": ("Funnel report", "Funnel-Bericht"),
    "since": ("since", "seit"),
    "nothing": ("Nothing to report.", "Nichts zu berichten."),
    "handed_over": ("New sales-ready leads", "Neue vertriebsreife Leads"),
    "explicit": ("asked themselves", "mit eigener Anfrage"),
    "set_back": (
        "Stages set back by hand, please note why",
        "Von Hand zurückgestufte Kontakte, bitte den Grund notieren",
    ),
    "contact": ("contact", "Kontakt"),
    "review": ("Review of hand-overs due", "Prüfung der Übergaben fällig"),
    "failed_since": (
        "without a sale since the agreement was signed",
        "ohne Abschluss, seit die Vereinbarung unterzeichnet ist",
    ),
    "shifted": (
        "recent hand-overs come from other score cells than before",
        "neue Übergaben kommen aus anderen Score-Zellen als zuvor",
    ),
    "more": ("more", "weitere"),
    "overdue": ("Hand-overs nobody touched in time", "Übergaben ohne rechtzeitigen Kontakt"),
    "due_today": ("due within a day", "fällig binnen eines Tages"),
    "won": ("Won", "Gewonnen"),
    "lost": ("Lost", "Verloren"),
    "other": ("Delayed (Closed-Other)", "Vertagt (Closed-Other)"),
    "forecast": ("Forecast this quarter", "Forecast dieses Quartal"),
    "movers": ("biggest movers", "größte Bewegungen"),
    "deal": ("deal", "Deal"),
    "proposed": ("Delays to decide", "Zu entscheidende Vertagungen"),
    "resumes": ("Coming back this week", "Wiedervorlagen diese Woche"),
    "leads": ("leads without a deal", "Leads ohne Deal"),
    "letters": ("Records that need a person", "Datensätze, die jemand ansehen muss"),
    "stale": ("Not read for long", "Lange nicht gelesen"),
    "failed": ("Last run failed", "Letzter Lauf fehlgeschlagen"),
    "rests": ("At rest", "Ruht"),
    "sick": ("CRM out of reach", "CRM nicht erreichbar"),
    "silent": ("Unusually silent", "Ungewöhnlich still"),
    "look": ("Look", "Ansehen"),
}


def digest_word(key: str, lang: Language) -> str:
    """Return a label of the report; an unknown key is a KeyError."""
    return _WORDS[key][LANGUAGES.index(lang)]
