"""The sentences of an explanation in English and German."""

from collections.abc import Mapping

from syncer.scoring.words import Lang

TEXTS: Mapping[Lang, Mapping[str, str]] = {
    "de": {
        "headline": (
            "Warum jetzt? Zelle {cell} · Fit {fit} · Aktivität {engagement} (Modell {model}) \N{EN DASH} Stand {at}"
        ),
        "no_basis": "Keine Bewertung: ausgeschlossen oder widersprochen.",
        "fit": "Fit",
        "activity": "Aktivität",
        "negative": "Negativ",
        "experience": "Erfahrung",
        "none": "keine",
        "capped": "{raw}, Deckel {cap}",
        "no_consent": "nicht bewertet (keine Einwilligung oder Adresse)",
        "on_days": "{label} an {count} Tagen",
        "times": "{count}\N{MULTIPLICATION SIGN} {label}",
        "quoted": " „{content}\N{LEFT DOUBLE QUOTATION MARK}",
        "today": "heute",
        "ago": "vor {ages} {unit}",
        "day": "Tag",
        "days": "Tagen",
        "profile": "Profil {share} % vollständig",
        "missing": "fehlt",
        "up_to": "{name} → bis {points}",
        "base_rate": (
            "von {n} vergleichbaren Übergaben ({cell}, {months} Monate, reif) wurden {k} Kunden"
            " = {share} % [{low}\N{EN DASH}{high} %]"
        ),
        "change": "Was würde es ändern?",
        "silence": "Ohne neue Aktivität ab {day} {cell}",
        "kept": "nach Übergabe keine Rückstufung",
        "request": "Mit {event} sofort sales-ready.",
        "request_review": "Mit {event} zur Prüfung (Fit zu niedrig).",
        "next_step": "Nächster Schritt: Kontakt bis {at}",
    },
    "en": {
        "headline": "Why now? Cell {cell} · Fit {fit} · Activity {engagement} (model {model}) \N{EN DASH} as of {at}",
        "no_basis": "Not scored: excluded or objected.",
        "fit": "Fit",
        "activity": "Activity",
        "negative": "Negative",
        "experience": "Experience",
        "none": "none",
        "capped": "{raw}, cap {cap}",
        "no_consent": "not scored (no consent or no address)",
        "on_days": "{label} on {count} days",
        "times": "{count}\N{MULTIPLICATION SIGN} {label}",
        "quoted": " \N{LEFT DOUBLE QUOTATION MARK}{content}\N{RIGHT DOUBLE QUOTATION MARK}",
        "today": "today",
        "ago": "{ages} {unit} ago",
        "day": "day",
        "days": "days",
        "profile": "profile {share}% complete",
        "missing": "missing",
        "up_to": "{name} → up to {points}",
        "base_rate": (
            "of {n} comparable hand-overs ({cell}, {months} months, mature) {k} became customers"
            " = {share}% [{low}\N{EN DASH}{high}%]"
        ),
        "change": "What would change it?",
        "silence": "Without new activity {cell} from {day}",
        "kept": "no demotion after hand-over",
        "request": "With a {event} sales-ready at once.",
        "request_review": "With a {event} to review (fit too low).",
        "next_step": "Next step: contact by {at}",
    },
}
