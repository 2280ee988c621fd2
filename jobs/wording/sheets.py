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
    "no_such_rate": ("is no rate that a currency has", "ist kein Kurs, den eine Währung hat"),
    "amount_too_large": ("is no amount that fits", "ist kein Betrag, der passt"),
    "not_above_zero": ("is not above zero", "liegt nicht über null"),
    "date_in_part": (
        "lacks a day or a year of four digits",
        "es fehlt ein Tag oder ein Jahr aus vier Ziffern",
    ),
    "two_dates": ("may mean day/month or month/day", "kann Tag/Monat oder Monat/Tag heißen"),
    "two_numbers": ("may mean thousands or decimals", "kann Tausender oder Nachkommastellen heißen"),
    "no_currency": ("is not a currency code", "ist kein Währungscode"),
    "no_such_years": ("is not in the years {first} to {last}", "liegt nicht in den Jahren {first} bis {last}"),
    "merged_cell": ("is merged with another cell", "ist mit einer anderen Zelle verbunden"),
    "never_computed": ("is a formula that was never computed", "ist eine Formel, die nie berechnet wurde"),
    "cell_fault": ("is an error of the spreadsheet", "ist ein Fehlerwert der Tabelle"),
    "percentage": ("is a percentage", "ist eine Prozentzahl"),
    "second_sheet": ("is a second sheet of this kind", "ist ein zweites Blatt dieser Art"),
    "one_sheet": (
        "one sheet a file: put the rows into one, or hide the other",
        "ein Blatt je Datei: die Zeilen zusammenführen oder das andere ausblenden",
    ),
    "names_nothing": ("names nothing", "nennt nichts"),
    "leave_empty": (
        "leave the cell empty where it is not known",
        "die Zelle leer lassen, wo es nicht bekannt ist",
    ),
    "names_a_sum": ("names a sum of other rows", "nennt eine Summe anderer Zeilen"),
    "counts_twice": (
        "leave the row out: it would count twice",
        "die Zeile weglassen: sie zählte doppelt",
    ),
    "headless": ("column {place} stands under no heading", "Spalte {place} steht unter keiner Überschrift"),
    "headless_remedy": (
        "quote what holds the delimiter, or delete the column",
        "was das Trennzeichen enthält, in Anführungszeichen setzen, oder die Spalte löschen",
    ),
    "beside_a_date": ("stands beside a date", "steht neben einem Datum"),
    "date_or_stretch": (
        "either a date, or from and to",
        "entweder Datum, oder von und bis",
    ),
    "other_currency": (
        "shows another currency than its row names",
        "zeigt eine andere Währung, als ihre Zeile nennt",
    ),
    "one_currency": ("the same in both, or in one of them", "dieselbe in beiden, oder nur in einer"),
    "shared_sign": (
        "shows a sign that several currencies have",
        "zeigt ein Zeichen, das mehrere Währungen haben",
    ),
    "name_currency": ("a column currency: USD, CAD, …", "eine Spalte Währung: USD, CAD, …"),
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
