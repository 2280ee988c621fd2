"""What a CRM's refusals and silences are called in both languages; sentences whose facts are kept."""

from collections.abc import Mapping
from types import MappingProxyType

#: English with {facts} and the same in German; the longer one of two that fit stands first.
TROUBLE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "check_token_too": (
            "{trouble} (check {variable}: it is unknown, expired or revoked)",
            "{trouble} ({variable} prüfen: unbekannt, abgelaufen oder widerrufen)",
        ),
        "check_token": (
            "check {variable}: it is unknown, expired or revoked",
            "{variable} prüfen: unbekannt, abgelaufen oder widerrufen",
        ),
        "grant_scope_too": (
            "{trouble} (grant the token the scope {scope})",
            "{trouble} (dem Token den Scope {scope} geben)",
        ),
        "grant_scope_of_tier": (
            "grant the token the scope {scope}, if the account's tier has the feature",
            "dem Token den Scope {scope} geben, falls der Tarif des Kontos das enthält",
        ),
        "grant_scope": ("grant the token the scope {scope}", "dem Token den Scope {scope} geben"),
        "token_refused": ("the CRM does not accept the token ({why})", "das CRM nimmt das Token nicht an ({why})"),
        "no_token_now": (
            "HubSpot gives no token at the moment ({status})",
            "HubSpot gibt gerade kein Token ({status})",
        ),
        "reconnect_too": (
            "{trouble} (the app was removed from the portal, or its token revoked: {command})",
            "{trouble} (die App wurde aus dem Portal entfernt oder ihr Token widerrufen: {command})",
        ),
        "reconnect": (
            "the app was removed from the portal, or its token revoked: {command}",
            "die App wurde aus dem Portal entfernt oder ihr Token widerrufen: {command}",
        ),
        "token_request": (
            "HubSpot refuses the token request ({why})",
            "HubSpot weist die Token-Anfrage ab ({why})",
        ),
        "unreached_too": (
            "the CRM cannot be reached ({why}) (does HUBSPOT_BASE_URL, or base_url in syncer.yaml, point at HubSpot?)",
            (
                "das CRM ist nicht erreichbar ({why}) (zeigt HUBSPOT_BASE_URL, oder base_url in syncer.yaml, auf "
                "HubSpot?)"
            ),
        ),
        "no_api_too": (
            (
                "the answer is not the CRM's API ({why}) (does HUBSPOT_BASE_URL, or base_url in syncer.yaml, point at "
                "HubSpot?)"
            ),
            (
                "die Antwort kommt nicht von der API des CRM ({why}) (zeigt HUBSPOT_BASE_URL, oder base_url in "
                "syncer.yaml, auf HubSpot?)"
            ),
        ),
        "unreached": ("the CRM cannot be reached ({why})", "das CRM ist nicht erreichbar ({why})"),
        "no_answer": ("the CRM gave no usable answer ({why})", "das CRM gab keine brauchbare Antwort ({why})"),
        "no_api": ("the answer is not the CRM's API ({why})", "die Antwort kommt nicht von der API des CRM ({why})"),
        "which_address": (
            "does HUBSPOT_BASE_URL, or base_url in syncer.yaml, point at HubSpot?",
            "zeigt HUBSPOT_BASE_URL, oder base_url in syncer.yaml, auf HubSpot?",
        ),
        "no_scope": ("the token lacks a scope ({why})", "dem Token fehlt ein Scope ({why})"),
        "burst": ("too many calls in ten seconds ({why})", "zu viele Aufrufe in zehn Sekunden ({why})"),
        "searches": ("too many searches a second ({why})", "zu viele Suchen je Sekunde ({why})"),
        "locked": (
            "the CRM has locked these records for a moment ({why})",
            "das CRM hat diese Datensätze kurz gesperrt ({why})",
        ),
        "moving": (
            "the account is moving to another data centre ({why})",
            "das Konto zieht in ein anderes Rechenzentrum um ({why})",
        ),
        "ask_again": ("it wants to be asked again in {time}", "es will in {time} wieder gefragt werden"),
        "version": ("API version {version} of {families}: {what}", "API-Version {version} von {families}: {what}"),
        "ends_on": (
            "HubSpot's support ends on {day} (in {days} days)",
            "HubSpots Unterstützung endet am {day} (in {days} Tagen)",
        ),
        "ends_in": (
            "HubSpot's support ends in {month} (in {days} days)",
            "HubSpots Unterstützung endet im {month} (in {days} Tagen)",
        ),
        "ended_on": (
            "HubSpot's support ended on {day}: calls may be refused on any day",
            "HubSpots Unterstützung endete am {day}: Aufrufe können jeden Tag abgewiesen werden",
        ),
        "ended_in": (
            "HubSpot's support ended in {month}: calls may be refused on any day",
            "HubSpots Unterstützung endete im {month}: Aufrufe können jeden Tag abgewiesen werden",
        ),
        "beta": (
            "a beta, which HubSpot may change on any day",
            "eine Beta, die HubSpot jeden Tag ändern kann",
        ),
        "change_version": (
            "change or remove them under {where} in syncer.yaml; without an entry it is {version}",
            "in syncer.yaml unter {where} ändern oder streichen; ohne Eintrag ist es {version}",
        ),
        "update": (
            "update Syncer: this version of it knows no later one",
            "Syncer aktualisieren: diese Fassung kennt keine spätere",
        ),
        "no_export": ("no export: {why}", "kein Export: {why}"),
        "says_exports": ("syncer.yaml says backfill: {mode}", "so steht es in syncer.yaml: backfill: {mode}"),
        "no_fewer": ("an export would take no fewer calls", "ein Export bräuchte nicht weniger Aufrufe"),
        "export_ended": (
            "HubSpot ended the export without a file ({word})",
            "HubSpot beendete den Export ohne Datei ({word})",
        ),
        "export_slow": (
            "the export is not there after {minutes} minutes",
            "der Export ist nach {minutes} Minuten nicht da",
        ),
        "export_counts": (
            "the export has {rows} records, the CRM counts {least} to {most}",
            "der Export hat {rows} Datensätze, das CRM zählt {least} bis {most}",
        ),
    }
)
_MONTHS = {
    "January": "Januar",
    "February": "Februar",
    "March": "März",
    "May": "Mai",
    "June": "Juni",
    "July": "Juli",
    "October": "Oktober",
    "December": "Dezember",
}


def german_date(text: str) -> str:
    """Return an English date, with or without its day, in German; any other text as it is."""
    *day, month, year = text.split(" ") if text.count(" ") in {1, 2} else ("", "", "")
    if not (year.isdigit() and all(one.isdigit() for one in day)):
        return text
    return " ".join([*(f"{one}." for one in day), _MONTHS.get(month, month), year])
