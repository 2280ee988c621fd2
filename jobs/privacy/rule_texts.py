"""What the rules of the ledger mean, in words that the person concerned can read: English and German."""

from collections.abc import Mapping

from jobs.wording.words import LANGUAGES, Language
from syncer.agreement import Agreement

_TEXTS: Mapping[str, tuple[str, str]] = {
    "reaction": ("you did something of your own accord", "Sie haben von sich aus etwas getan"),
    "hard_conversion": ("you asked for content or contact", "Sie haben Inhalte oder Kontakt angefordert"),
    "repeated_visits": ("you came back to our pages several times", "Sie haben unsere Seiten mehrmals besucht"),
    "explicit_request": (
        "you asked for an offer, demo or talk",
        "Sie haben Angebot, Vorführung oder Gespräch angefragt",
    ),
    "score_inquiry": ("your engagement reached the threshold", "Ihre Aktivität hat die Schwelle erreicht"),
    "score_mql": (
        "fit and engagement reached marketing's threshold",
        "Profil und Aktivität erreichten die Marketing-Schwelle",
    ),
    "score_sales_ready": (
        "fit and engagement reached sales' threshold",
        "Profil und Aktivität erreichten die Vertriebs-Schwelle",
    ),
    "hysteresis": ("your engagement faded for some time", "Ihre Aktivität ist seit einiger Zeit abgeklungen"),
    "expired": ("nothing happened for the agreed time", "Während der vereinbarten Frist geschah nichts"),
    "lost_expired": ("the waiting time after a loss is over", "Die Wartezeit nach einem Verlust ist vorbei"),
    "recycled": ("back to the market after a postponement", "Nach einem Aufschub zurück in den Markt"),
    "accepted": ("sales took the contact over", "Der Vertrieb hat den Kontakt angenommen"),
    "rejected": ("sales gave the contact back", "Der Vertrieb hat den Kontakt zurückgegeben"),
    "meeting_held": ("a meeting took place", "Ein Termin hat stattgefunden"),
    "handed_over": ("the contact was handed to sales", "Der Kontakt wurde dem Vertrieb übergeben"),
    "deal_created": ("a sale was opened in the CRM", "Im CRM wurde ein Verkauf angelegt"),
    "deal_closed": ("the sale was closed in the CRM", "Der Verkauf wurde im CRM geschlossen"),
    "deal_gone": ("the sale is no longer in the CRM", "Der Verkauf ist nicht mehr im CRM"),
    "offer": ("an offer was made", "Es wurde ein Angebot gemacht"),
    "offer_withdrawn": ("the offer was withdrawn", "Das Angebot wurde zurückgezogen"),
    "forecast": ("the sale entered the forecast", "Der Verkauf kam in die Prognose"),
    "forecast_left": ("the sale left the forecast", "Der Verkauf verließ die Prognose"),
    "won_stage": ("the sale was marked as won", "Der Verkauf wurde als gewonnen markiert"),
    "lost_stage": ("the sale was marked as lost", "Der Verkauf wurde als verloren markiert"),
    "other_stage": ("the sale was marked as postponed", "Der Verkauf wurde als aufgeschoben markiert"),
    "void_reason": ("the sale was created in error", "Der Verkauf war irrtümlich angelegt"),
    "reopened": ("the sale was reopened", "Der Verkauf wurde wieder geöffnet"),
    "carried_over": ("the open sale began the next cycle", "Der offene Verkauf begann den nächsten Zyklus"),
    "override": ("a person set the stage in the CRM", "Eine Person hat die Stufe im CRM gesetzt"),
    "override_expired": ("a person's choice had its time", "Die Festlegung einer Person ist abgelaufen"),
    "override_cleared": ("a person took the choice back", "Eine Person hat die Festlegung zurückgenommen"),
    "bootstrap": ("the stage that the CRM held at the first reading", "Die Stufe, die das CRM beim ersten Lesen hielt"),
    "archived": ("the contact was deleted in the CRM", "Der Kontakt wurde im CRM gelöscht"),
}


def rule_text(rule: str, agreement: Agreement, lang: Language) -> str:
    """Return what a rule means; of the agreement's own Closed-Other rules its condition, else the rule's id."""
    found = _TEXTS.get(rule)
    if found is not None:
        return found[LANGUAGES.index(lang)]
    own = next((one for one in agreement.closed_other.rules if one.id == rule), None)
    return rule if own is None else f"{rule}: {own.when}"


def has_text(rule: str, agreement: Agreement) -> bool:
    """Return whether a rule has words of its own."""
    return rule_text(rule, agreement, "en") != rule
