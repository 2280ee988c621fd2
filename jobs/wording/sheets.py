"""What is wrong with a sheet of costs or rates, and how it may be written, in English and German (decision 0030)."""

from collections.abc import Mapping

SHEET_SENTENCES: Mapping[str, tuple[str, str]] = {
    "csv_broken": (
        "cannot be read as CSV from row {number} on",
        "ab Zeile {number} nicht als CSV lesbar",
    ),
    "too_many": ("holds more than {count} rows", "enthält mehr als {count} Zeilen"),
    "no_rows": ("holds no rows", "enthält keine Zeilen"),
    "no_workbook": ("is no Excel workbook", "ist keine Excel-Mappe"),
    "no_text": ("is no text", "ist kein Text"),
    "date_for_rate": ("is a date, not a rate", "ist ein Datum, kein Kurs"),
    "date_for_amount": ("is a date, not an amount", "ist ein Datum, kein Betrag"),
    "no_such_day": ("is a day that no calendar has", "ist ein Tag, den kein Kalender hat"),
    "number_for_date": ("is a number, not a date", "ist eine Zahl, kein Datum"),
    "no_date": ("is not a date", "ist kein Datum"),
    "no_finite_number": ("is not a finite number", "ist keine endliche Zahl"),
    "no_number": ("is not a number", "ist keine Zahl"),
    "not_above_zero": ("is not above zero", "liegt nicht über null"),
    "date_in_part": (
        "lacks a day or a year of four digits",
        "es fehlt ein Tag oder ein Jahr aus vier Ziffern",
    ),
    "two_dates": ("may mean day/month or month/day", "kann Tag/Monat oder Monat/Tag heißen"),
    "two_numbers": ("may mean thousands or decimals", "kann Tausender oder Nachkommastellen heißen"),
    "no_currency": ("is not a currency code", "ist kein Währungscode"),
    "ends_early": ("ends before it begins", "endet, bevor es beginnt"),
    "no_kind": ("is no kind of cost", "ist keine Kostenart"),
    "contradicted": (
        "another row says otherwise for the same day",
        "eine andere Zeile sagt für denselben Tag etwas anderes",
    ),
    "own_currency": (
        "is the currency in which the rate is given",
        "ist die Währung, in der der Kurs angegeben ist",
    ),
    "rate_currency": (
        "the currency in which the rate is given",
        "die Währung, in der der Kurs angegeben ist",
    ),
    "date_forms": (
        "31.12.2026, 2026-12-31, or a month: 12.2026, 2026-12",
        "31.12.2026, 2026-12-31, oder ein Monat: 12.2026, 2026-12",
    ),
    "amount_forms": ("1.234,56 or 1234.56", "1.234,56 oder 1234.56"),
    "rate_forms": ("0,9234 or 0.9234", "0,9234 oder 0.9234"),
}
