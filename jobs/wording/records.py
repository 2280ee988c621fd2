"""What stands in dead letters and beside values that the CRM did not take, in English and German (decision 0030)."""

from collections.abc import Mapping

#: Why a letter was written.
LETTER_REASONS: Mapping[str, tuple[str, str]] = {
    "unreadable_record": ("the record cannot be read", "der Datensatz ist nicht lesbar"),
    "not_taken": ("the CRM did not take a value", "das CRM nahm einen Wert nicht an"),
    "hint_lost": ("a webhook could not be looked into", "einem Webhook war nicht nachzugehen"),
    "nameless": (
        "the CRM erased a person and did not say whom",
        "das CRM hat eine Person gelöscht und nicht gesagt, wen",
    ),
    "undecided": ("the decision cannot be kept", "die Entscheidung lässt sich nicht speichern"),
}

#: What is wrong with a record, and why a value is not in the CRM.
RECORD_SENTENCES: Mapping[str, tuple[str, str]] = {
    "kept_another": (
        "the CRM answered success and kept another value",
        "das CRM meldete Erfolg und behielt einen anderen Wert",
    ),
    "neither_nor": (
        "HubSpot answered success and reported neither a result nor an error",
        "HubSpot meldete Erfolg und nannte weder Ergebnis noch Fehler",
    ),
    "refused_write": ("the CRM refused the write", "das CRM hat das Schreiben abgelehnt"),
    "refused_write_why": ("the CRM refused the write ({why})", "das CRM hat das Schreiben abgelehnt ({why})"),
    "lacks_property_why": ("the CRM lacks a property ({why})", "dem CRM fehlt eine Eigenschaft ({why})"),
    "lacks_property": ("the CRM lacks a property", "dem CRM fehlt eine Eigenschaft"),
    "changed_after_plan": (
        "somebody changed the value after it was planned",
        "jemand hat den Wert geändert, nachdem er geplant war",
    ),
    "never_answered": (
        "the CRM never answered whether it took the value",
        "das CRM hat nie geantwortet, ob es den Wert annahm",
    ),
    "undo_of": ("undo of run {run}", "Rücknahme des Laufs {run}"),
    "hint_failed": (
        "{deed}: failed {count} times, see hints_failed in the log",
        "{deed}: {count}-mal gescheitert, siehe hints_failed im Protokoll",
    ),
    "who_is_gone": (
        "syncer reconcile --apply --stream contacts takes out who is gone",
        "syncer reconcile --apply --stream contacts nimmt heraus, wer weg ist",
    ),
    "who_was_erased": (
        (
            "HubSpot's audit log of privacy deletions names whom: syncer forget ID, then syncer dead-letters drop this "
            "letter"
        ),
        (
            "wen, nennt HubSpots Prüfprotokoll der Datenschutzlöschungen: syncer forget ID, dann diesen Brief mit "
            "syncer dead-letters drop verwerfen"
        ),
    ),
    "no_moment": ("{field} is not a date or time", "{field} ist weder Datum noch Zeitpunkt"),
    "no_finite_money": ("{field} is not a finite amount of money", "{field} ist kein endlicher Geldbetrag"),
    "no_money": ("{field} is not an amount of money", "{field} ist kein Geldbetrag"),
    "no_finite_number": ("{field} is not a finite number", "{field} ist keine endliche Zahl"),
    "no_whole_number": ("{field} is not a whole number", "{field} ist keine ganze Zahl"),
    "no_number": ("{field} is not a number", "{field} ist keine Zahl"),
    "no_flag": ("{field} is neither true nor false", "{field} ist weder wahr noch falsch"),
    "no_address": ("{field} is not an e-mail address", "{field} ist keine E-Mail-Adresse"),
    "no_currency": ("{field} is not a currency code", "{field} ist kein Währungscode"),
    "absent": ("{field} is missing", "{field} fehlt"),
    "no_date": ("the answer carries no date", "die Antwort trägt kein Datum"),
    "since_when": (
        "neither a version nor a creation date says since when it stands",
        "weder eine Version noch ein Anlagedatum sagt, seit wann es gilt",
    ),
    "unfit": ("a value does not fit its column", "ein Wert passt nicht in seine Spalte"),
    "nul": ("{field}: holds a NUL character", "{field}: enthält ein NUL-Zeichen"),
    "no_unicode": ("{field}: is no valid Unicode", "{field}: ist kein gültiges Unicode"),
    "no_fitting_number": ("{field}: is no number that fits", "{field}: ist keine Zahl, die passt"),
    "no_fitting_amount": ("{field}: is no amount that fits", "{field}: ist kein Betrag, der passt"),
    "six_decimals": ("{field}: has more than six decimals", "{field}: hat mehr als sechs Nachkommastellen"),
}
