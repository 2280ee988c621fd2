"""Why a figure cannot be given, in English and German."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language

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
    "costs": (
        "no costs of it are known: syncer costs import FILE",
        "keine Kosten dafür bekannt: syncer costs import DATEI",
    ),
    "sales_costs": (
        "no costs of sales are known: syncer costs import FILE",
        "keine Kosten des Vertriebs bekannt: syncer costs import DATEI",
    ),
    "rates": ("an exchange rate is missing: syncer rates", "ein Wechselkurs fehlt: syncer rates"),
    "orders": ("nothing was won", "nichts wurde gewonnen"),
    "pace": (
        "takes deals that were decided, and won, within a year",
        "braucht Entschiedene und Gewonnene eines Jahres",
    ),
    "past_quarters": (
        "takes five deals decided in the last four quarters, one of them won",
        "braucht fünf entschiedene Deals der letzten vier Quartale, davon einen gewonnenen",
    ),
    "both_outcomes": ("takes some that were won and some that were not", "braucht Gewonnene und nicht Gewonnene"),
    "both_sides": (
        "takes hand-overs of the last 90 days and earlier ones",
        "braucht Übergaben der letzten 90 Tage und frühere",
    ),
    "margin": ("no money.gross_margin in the agreement", "kein money.gross_margin in der Vereinbarung"),
    "sales_goal": (
        "no sales_goal for this period in the agreement",
        "kein sales_goal für diesen Zeitraum in der Vereinbarung",
    ),
    "too_many_open": ("too many still wait to tell", "zu viele warten noch, um das zu sagen"),
    "goal": ("no marketing_goal in the agreement", "kein marketing_goal in der Vereinbarung"),
    "goal_metric": ("the goal counts no stage", "das Ziel zählt keine Stufe"),
    "goal_period": ("ask for a period of the goal's kind", "nach einem Zeitraum des Ziels fragen"),
}


def lacking(notes: Mapping[str, object], lang: Language) -> str:
    """Return why a figure cannot be given, as its notes name it; nothing where they do not."""
    found = _LACKS.get(str(notes.get("lacks")))
    return "" if found is None else found[LANGUAGES.index(lang)]
