"""How scores read in English and German: numbers, days, labels of rules."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, lru_cache

from syncer.agreement.score import EngagementRule, FitRule, NegativeRule, ScoreModel
from syncer.notation import Lang, date_text, number
from syncer.scoring.days import DAY_ZERO, LocalDays
from syncer.scoring.rounding import half_up

#: Days whose text is remembered.
_REMEMBERED = 20_000
_Rule = FitRule | EngagementRule | NegativeRule

#: German and English of what rules usually speak of; anything else reads as it is written.
_WORDS: Mapping[str, tuple[str, str]] = {
    "demo_request": ("Demo-Anfrage", "demo request"),
    "pricing_view": ("Preisseite", "pricing page"),
    "whitepaper": ("Whitepaper", "whitepaper"),
    "webinar_attended": ("Webinar", "webinar"),
    "webinar_registered": ("Webinar-Anmeldung", "webinar registration"),
    "newsletter_optin": ("Newsletter-Anmeldung", "newsletter opt-in"),
    "trial_request": ("Test-Anfrage", "trial request"),
    "contact_request": ("Kontaktanfrage", "contact request"),
    "careers_view": ("Karriereseite", "careers page"),
    "email_reply": ("Antwort per E-Mail", "e-mail reply"),
    "event_registered": ("Veranstaltungs-Anmeldung", "event registration"),
    "newsletter_click": ("Newsletter-Klick", "newsletter click"),
    "page_view": ("Seitenaufruf", "page view"),
    "meeting_booked": ("Terminbuchung", "meeting booked"),
    "offer_request": ("Angebotsanfrage", "offer request"),
    "unsubscribe": ("Abmeldung", "unsubscribe"),
    "unclassified": ("sonstige Reaktion", "other reaction"),
    "employees": ("Mitarbeiterzahl", "employees"),
    "industry": ("Branche", "industry"),
    "seniority": ("Position", "seniority"),
    "department": ("Fachbereich", "department"),
    "country": ("Land", "country"),
    "planned_purchase": ("geplanter Kaufzeitpunkt", "planned purchase"),
    "email_domain": ("E-Mail-Domain", "e-mail domain"),
    "company": ("Firma", "company"),
    "person": ("Person", "person"),
    "intent": ("Kaufabsicht", "intent"),
    "content": ("Inhalte", "content"),
    "region": ("Region", "region"),
    "timing": ("Zeitpunkt", "timing"),
    "web": ("Website", "website"),
    "days_since_last_activity": ("Tage ohne Aktivität", "days without activity"),
}


def word(name: str, lang: Lang) -> str:
    """Return how a name reads; prefixes of records are dropped."""
    bare = name.rpartition(".")[2]
    known = _WORDS.get(bare)
    if known is None:
        return bare.replace("_", " ")
    return known[0] if lang == "de" else known[1]


def figure(value: float, lang: Lang) -> str:
    """Return points as people read them: no fraction where there is none, else two decimals."""
    cents = half_up(abs(value))
    return number(-cents if value < 0 else cents, lang, digits=0 if cents == int(cents) else 2)


def signed(value: float, lang: Lang) -> str:
    """Return points with their sign."""
    return figure(value, lang) if value < 0 else f"+{figure(value, lang)}"


def day(at: int, days: LocalDays, lang: Lang) -> str:
    """Return the local calendar day of a moment."""
    return _day(days.of(at), lang)


def minute(at: int, days: LocalDays, lang: Lang) -> str:
    """Return the local day and time of a moment."""
    return f"{day(at, days, lang)} {days.clock(at)}"


class Labels:
    """What the rules of a model are called, and what they give."""

    __slots__ = ("_rules", "of")

    def __init__(self, model: ScoreModel) -> None:
        fit = (rule for group in model.fit.groups.values() for rule in group.rules)
        engagement = (rule for group in model.engagement.groups.values() for rule in group.rules)
        self._rules: dict[str, _Rule] = {rule.id: rule for rule in fit}
        self._rules.update((rule.id, rule) for rule in engagement)
        self._rules.update((rule.id, rule) for rule in model.negative)
        #: Returns a rule's label in a language, or one built from what it says.
        self.of: Callable[[str, Lang], str] = cache(self._label)

    def _label(self, rule_id: str, lang: Lang) -> str:
        rule = self._rules[rule_id]
        if rule.label is not None:
            return rule.label.de if lang == "de" else rule.label.en
        return _built(rule, lang)

    def once_a_day(self, rule_id: str) -> bool:
        """Return whether a rule counts days rather than events."""
        rule = self._rules[rule_id]
        return isinstance(rule, EngagementRule) and rule.per == "day"

    def by_content(self, rule_id: str) -> bool:
        """Return whether a rule counts distinct contents, so that their names say something."""
        rule = self._rules[rule_id]
        return isinstance(rule, EngagementRule) and rule.distinct_by is not None


@lru_cache(_REMEMBERED)
def _day(count: int, lang: Lang) -> str:
    found = DAY_ZERO + timedelta(days=count)
    return date_text(found, lang)


def _built(rule: _Rule, lang: Lang) -> str:
    event = None if isinstance(rule, FitRule) else rule.event
    if event is not None:
        return word(event, lang)
    return " ".join(word(part, lang) if part[:1].isalpha() else part for part in (rule.when or "").split(" "))
