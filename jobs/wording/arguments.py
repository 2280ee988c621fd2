"""What was asked for and is not there, and what may be asked for, in English and German (decision 0030)."""

from collections.abc import Mapping

#: Longer sentences stand before shorter ones that would fit them too.
ARGUMENT_SENTENCES: Mapping[str, tuple[str, str]] = {
    "draft_there": ("a file of that name is there", "eine Datei dieses Namens gibt es schon"),
    "draft_new": ("name a file that is not", "eine Datei nennen, die es noch nicht gibt"),
    "no_folder": ("there is no folder {path}", "einen Ordner {path} gibt es nicht"),
    "make_folder": ("make it first", "ihn erst anlegen"),
    "project_folder": ("the project's own folder", "der Ordner des Projekts selbst"),
    "several": ("several accounts", "mehrere Konten"),
    "name_account": ("name one: --account NAME", "eines nennen: --account NAME"),
    "unexplained": ("cannot explain {name}", "kann {name} nicht erklären"),
    "contact_or": ("contact, deal or kpi", "contact, deal oder kpi"),
    "table_to_read": ("a table is for reading", "eine Tabelle ist zum Lesen da"),
    "add_format": ("add --format: {names}", "--format dazu: {names}"),
    "not_to_read": ("the format {name} is not for reading", "das Format {name} ist nicht zum Lesen da"),
    "add_output": ("add --output FILE", "--output DATEI dazu"),
    "whose_file": ("say which account the file belongs to", "sagen, zu welchem Konto die Datei gehört"),
    "account_first": (
        "configure an account first: syncer init",
        "erst ein Konto einrichten: syncer init",
    ),
    "no_account_yet": (
        "no account is set up, and nothing was read yet",
        "kein Konto ist eingerichtet, und noch nichts ist gelesen",
    ),
    "no_account": ("no account yet", "noch kein Konto"),
    "account_how": (
        "syncer init, put its token into .env, then: syncer check, syncer backfill",
        "syncer init, sein Token in .env eintragen, dann: syncer check, syncer backfill",
    ),
    "moment_forms": (
        "a date like 2026-09-30 or 30.09.2026, or a moment like 2026-09-30T18:00:00+02:00",
        "ein Datum wie 30.09.2026 oder 2026-09-30, oder ein Zeitpunkt wie 2026-09-30T18:00:00+02:00",
    ),
    "no_model": ("no model {name}", "kein Modell {name}"),
    "no_basis": ("no basis {name}", "keine Basis {name}"),
    "no_reason": ("no reason {name}", "kein Grund {name}"),
    "no_kpi": ("no KPI has the id {id}", "keine Kennzahl hat die ID {id}"),
    "no_split": ("no KPI can be split by {name}", "keine Kennzahl lässt sich nach {name} aufteilen"),
    "kpi_split": ("{id} cannot be split by {name}", "{id} lässt sich nicht nach {name} aufteilen"),
    "kpi_basis": ("{id} has no basis {name}", "{id} hat keine Basis {name}"),
    "no_period": ("{text} is no period", "{text} ist kein Zeitraum"),
    "period_forms": (
        "2026Q2, 2026-07, 2026, 2026W14, 2026-01-01..2026-03-31 or all",
        "2026Q2, 2026-07, 2026, 2026W14, 2026-01-01..2026-03-31 oder all",
    ),
    "no_moment": ("{text} is no date or time", "{text} ist weder Datum noch Zeitpunkt"),
    "moment_short": (
        "2026-11-21 or 2026-11-21T09:30:00+01:00",
        "2026-11-21 oder 2026-11-21T09:30:00+01:00",
    ),
    "no_threshold": ("a threshold of {value} cannot be", "eine Schwelle von {value} kann es nicht geben"),
    "threshold_bounds": (
        "level {level} begins above {low} and not above {high}",
        "Stufe {level} beginnt über {low} und nicht über {high}",
    ),
    "no_number": ("{text} is no number", "{text} ist keine Zahl"),
    "number_form": ("a number like 55", "eine Zahl wie 55"),
    "bad_folder": ("cannot be written: {why}", "nicht zu beschreiben: {why}"),
    "writable": ("name a folder that you may write", "einen Ordner nennen, in den Sie schreiben dürfen"),
    "sheet_forms": (
        "a CSV file or an Excel workbook (.xlsx)",
        "eine CSV-Datei oder eine Excel-Mappe (.xlsx)",
    ),
    "no_record": ("no such {kind} in the mirror", "diesen Datensatz ({kind}) kennt Syncer nicht"),
    "load_again": ("load the page again", "die Seite neu laden"),
    "no_journal_read": ("the account reads no journal", "das Konto liest kein Journal"),
    "journal_of": (
        "accounts.{account}.journal: true in syncer.yaml, and the app's client id and secret in .env",
        "accounts.{account}.journal: true in syncer.yaml, dazu Client-ID und Geheimnis der App in .env",
    ),
    "developer_key": (
        "the API key of the developer account that owns the app, in .env",
        "der API-Schlüssel des Entwicklerkontos, dem die App gehört, in .env",
    ),
    "same_secret": (
        "set {name} to the same secret as for syncer run",
        "{name} auf dasselbe Geheimnis wie für syncer run setzen",
    ),
    "portal_kept": ("holds a portal already", "enthält schon ein Portal"),
    "portal_kept_how": (
        "leave --generate out to serve it, or name a new file",
        "--generate weglassen, um es anzubieten, oder eine neue Datei nennen",
    ),
    "no_json": ("is not JSON", "ist kein JSON"),
    "no_object": ("is not a JSON object", "ist kein JSON-Objekt"),
    "one_object": ("one object a line", "ein Objekt je Zeile"),
    "no_such_file": ("No such file or directory", "Datei oder Ordner gibt es nicht"),
    "is_folder": ("Is a directory", "ist ein Ordner"),
    "no_permission": ("Permission denied", "keine Berechtigung"),
}
