"""How people read a difference between two agreements, in English and German."""

import json
import re
from collections.abc import Mapping, Sequence

from jobs.wording.words import LANGUAGES, Language, exact
from syncer.agreement.diff import Difference, How, Plain
from syncer.scoring.words import word

#: Key of a part to what people call it; groups of the expression are put in. The first hit speaks.
_PARTS: Sequence[tuple[str, str, str]] = (
    (r"score_model\.thresholds\.level\.(\d)", "engagement for level {0}", "Aktivität für Stufe {0}"),
    (r"score_model\.thresholds\.grade\.(\w)", "fit for grade {0}", "Fit für Note {0}"),
    (
        r"score_model\.thresholds\.hysteresis\.exit_gap",
        "points below a threshold before leaving",
        "Punkte unter einer Schwelle bis zum Rückfall",
    ),
    (r"score_model\.thresholds\.hysteresis\.dwell_days", "days below before leaving", "Tage darunter bis zum Rückfall"),
    (
        r"score_model\.thresholds\.hysteresis\.cooldown.*",
        "days without hand-over by score after a rejection",
        "Tage ohne Übergabe nach Score nach einer Ablehnung",
    ),
    (r"score_model\.matrix\.(\w)\.(\d)", "cell {0}{1}", "Zelle {0}{1}"),
    (r"score_model\.\w+\.groups\.(\w+)\.rules\.([\w.-]+)\.(?:pts)", "points of rule {1}", "Punkte der Regel {1}"),
    (r"score_model\.\w+\.groups\.(\w+)\.rules\.([\w-]+)", "rule {1}", "Regel {1}"),
    (r"score_model\.\w+\.groups\.(\w+)\.rules\.([\w-]+)\.(\w+)", "rule {1}, {2}", "Regel {1}, {2}"),
    (r"score_model\.\w+\.groups\.(\w+)\.rules", "rules of group {0}", "Regeln der Gruppe {0}"),
    (r"score_model\.\w+\.groups\.(\w+)\.cap", "cap of group {0}", "Deckel der Gruppe {0}"),
    (r"score_model\.\w+\.groups\.(\w+)", "group {0}", "Gruppe {0}"),
    (r"score_model\.negative\.([\w-]+)\.(?:fit|engagement)", "points of deduction {0}", "Punkte des Abzugs {0}"),
    (r"score_model\.negative\.([\w-]+)", "deduction {0}", "Abzug {0}"),
    (r"score_model\.gates\.([\w-]+)(?:\.if)?", "gate {0}", "Ausschluss {0}"),
    (
        r"score_model\.engagement\.default_decay\.half_life_days",
        "days until half of the points is left",
        "Tage, bis die Hälfte der Punkte bleibt",
    ),
    (
        r"score_model\.handover_capacity_per_week",
        "hand-overs that sales can take a week",
        "Übergaben, die der Vertrieb je Woche schafft",
    ),
    (r"score_model\.explicit_sales_ready\.events", "requests that need no score", "Wünsche, die keinen Score brauchen"),
    (r"score_model\.explicit_sales_ready\.min_grade", "lowest grade of a request", "niedrigste Note eines Wunschs"),
    (r"score_model\.version", "version of the score model", "Version des Score-Modells"),
    (r"icp\.min_grade", "lowest grade of a lead", "niedrigste Note eines Leads"),
    (r"tam\.rule", "who belongs to the market", "wer zum Markt gehört"),
    (r"stages\.inquiry_enter", "engagement of a raised hand", "Aktivität, ab der die Hand gehoben ist"),
    (
        r"stages\.hard_conversions",
        "events that raise the hand at once",
        "Ereignisse, die sofort als gehobene Hand gelten",
    ),
    (r"stages\.repeated_visits", "visits that raise the hand", "Besuche, die als gehobene Hand gelten"),
    (
        r"stages\.repeated_visits\.days",
        "days of visits that raise the hand",
        "Tage mit Besuchen, ab denen die Hand gehoben ist",
    ),
    (
        r"stages\.repeated_visits\.within_days",
        "days within which the visits lie",
        "Tage, innerhalb derer die Besuche liegen",
    ),
    (r"stages\.repeated_visits\.events", "events that are visits", "Ereignisse, die als Besuch gelten"),
    (r"reasons\.([\w-]+)\.outcome", "reason {0} counts as", "Grund {0} zählt als"),
    (r"reasons\.([\w-]+)\.re", "wording of reason {0}", "Wortlaut des Grunds {0}"),
    (r"reasons\.([\w-]+)", "reason {0}", "Grund {0}"),
    (r"reasons", "order of the reasons", "Reihenfolge der Gründe"),
    (r"closed_other\.rules\.([\w-]+)", "Closed-Other rule {0}", "Closed-Other-Regel {0}"),
    (
        r"closed_other\.rules\.([\w-]+)\.when",
        "condition of Closed-Other rule {0}",
        "Bedingung der Closed-Other-Regel {0}",
    ),
    (r"closed_other\.rules\.([\w-]+)\.mode", "Closed-Other rule {0} is", "Closed-Other-Regel {0} ist"),
    (r"closed_other\.resume_at\.([\w-]+)", "return after {0}", "Wiedervorlage nach {0}"),
    (
        r"agreement\.sla\.first_touch\.explicit_request",
        "time to contact after a request",
        "Zeit bis zum Kontakt nach einem Wunsch",
    ),
    (
        r"agreement\.sla\.first_touch\.score_sales_ready",
        "time to contact after a hand-over by score",
        "Zeit bis zum Kontakt nach Übergabe durch Score",
    ),
    (r"agreement\.sla\.decision\.accept_or_reject", "time to accept or reject", "Zeit bis Annahme oder Ablehnung"),
    (r"agreement\.sla\.business_hours\.(\w+)", "business hours, {0}", "Geschäftszeit, {0}"),
    (r"agreement\.sla\.escalation", "escalation", "Eskalation"),
    (r"agreement\.routing", "routing", "Zuteilung"),
    (
        r"agreement\.reject_reasons\.([\w-]+)",
        "a lead rejected as {0} goes to",
        "ein als {0} abgelehnter Lead geht nach",
    ),
    (r"agreement\.version", "version of the agreement", "Version der Vereinbarung"),
    (r"agreement\.valid_from", "valid from", "gültig ab"),
    (r"sets\.([\w-]+)", "list {0}", "Liste {0}"),
    (r"events", "event rules", "Ereignis-Regeln"),
)
_COMPILED = tuple((re.compile(pattern), en, de) for pattern, en, de in _PARTS)

_SENTENCES: Mapping[How, tuple[str, str]] = {
    How.CHANGED: ("{part}: {before} → {after}", "{part}: {before} → {after}"),
    How.ADDED: ("{part}: new, {after}", "{part}: neu, {after}"),
    How.REMOVED: ("{part}: no longer {before}", "{part}: nicht mehr {before}"),
    How.REORDERED: ("{part}: another order, {after}", "{part}: andere Reihenfolge, {after}"),
}
_NOTHING = ("nothing", "nichts")
_TRUTHS = {True: ("yes", "ja"), False: ("no", "nein")}


def difference_text(one: Difference, contents: Sequence[Plain], lang: Language) -> str:
    """Return one difference as a sentence; `contents` are both agreements, which know what a rule is called."""
    part = part_text(one.key, lang)
    called = _called(one, contents, lang)
    before, after = _value(one.before, lang), _value(one.after, lang)
    named = f"{part} ({called})" if called else part
    return _SENTENCES[one.how][LANGUAGES.index(lang)].format(part=named, before=before, after=after)


def part_text(key: str, lang: Language) -> str:
    """Return what people call a part; one without words of its own is called by its key."""
    for pattern, en, de in _COMPILED:
        found = pattern.fullmatch(key)
        if found is not None:
            return (de if lang == "de" else en).format(*found.groups())
    return key


def _called(one: Difference, contents: Sequence[Plain], lang: Language) -> str | None:
    """Return what a scoring rule is called, where the difference is about one that both or either side has."""
    if one.path[:1] != ("score_model",):
        return None
    for content in reversed(contents):
        rule = _rule(content, one.path)
        label = rule.get("label")
        if isinstance(label, Mapping):
            return str(label[lang])
        if rule.get("event"):
            return word(str(rule["event"]), lang)
    return None


def _rule(content: Plain, path: Sequence[str]) -> Mapping[str, Plain]:
    """Return the innermost part on a path that has an id."""
    found: Mapping[str, Plain] = {}
    here = content
    for step in path:
        if isinstance(here, Mapping):
            here = here.get(step)
        elif isinstance(here, list):
            here = next((item for item in here if isinstance(item, Mapping) and item.get("id") == step), None)
        if isinstance(here, Mapping) and "id" in here and here is not content:
            found = here
    return found if found.get("id") in path else {}


def _value(value: Plain, lang: Language) -> str:
    place = LANGUAGES.index(lang)
    if value is None:
        return _NOTHING[place]
    if isinstance(value, bool):
        return _TRUTHS[value][place]
    if isinstance(value, int | float):
        return exact(value, lang)
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(_value(item, lang) for item in value)
    return _mapping(value, lang)


def _mapping(value: Plain, lang: Language) -> str:
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    said = {key: one for key, one in value.items() if one is not None and key not in {"id", "code", "label"}}
    return ", ".join(f"{key} {_value(one, lang)}" for key, one in said.items())
