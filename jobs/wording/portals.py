"""What may be wrong with what fills the sandbox: portal specs, their CSV files, JSON lines, copies of accounts."""

from collections.abc import Mapping

PORTAL_SENTENCES: Mapping[str, tuple[str, str]] = {
    # Copies of accounts
    "copy_differs": (
        "holds a copy whose {name} is {held}, not {asked}",
        "enthält eine Kopie: {name} ist {held}, nicht {asked}",
    ),
    "no_copy": (
        "holds a portal that is no copy of an account",
        "enthält ein Portal, das keine Kopie eines Kontos ist",
    ),
    "half_copy": ("holds half a copy", "enthält eine halbe Kopie"),
    "goes_on": ("{command} goes on with it", "{command} macht damit weiter"),
    "another_or_restart": ("name another file, or --restart", "eine andere Datei nennen, oder --restart"),
    "restart": ("--restart makes a new copy", "--restart macht eine neue Kopie"),
    "gone": ("is gone", "ist nicht mehr da"),
    "wrong_key": ("is not the key of this copy", "ist nicht der Schlüssel dieser Kopie"),
    "unusable": ("cannot be used: {why}", "nicht verwendbar: {why}"),
    # A portal spec
    "spec_empty": ("the spec is empty", "die Beschreibung ist leer"),
    "spec_unread": ("the spec cannot be read", "die Beschreibung ist nicht lesbar"),
    "see_sandbox_data": ("see docs/sandbox-data.md", "siehe docs/sandbox-data.md"),
    "no_person": ("is no YAML that a person would write", "ist kein YAML, das ein Mensch schriebe"),
    "aliases": ("aliases are not supported: write the value out", "Verweise gehen nicht: den Wert ausschreiben"),
    "key_twice": ("the key stands twice", "der Schlüssel steht zweimal"),
    "called_alike": ("two objects are called {name}", "zwei Objekte heißen {name}"),
    "name_each": ("give each a `name`", "jedem einen `name` geben"),
    "no_file_of": ("names no file of `files`", "nennt keine Datei aus `files`"),
    "no_column_of": ("names no column of {file}: {column}", "nennt keine Spalte von {file}: {column}"),
    "no_column": ("names no column", "nennt keine Spalte"),
    "no_row_through": ("lets no row through", "lässt keine Zeile durch"),
    "nearly_said": (
        "lists {value}, which no row has: one has nearly the same",
        "nennt {value}, das keine Zeile hat: eine hat fast dasselbe",
    ),
    "said_exactly": (
        "capitals and spaces count, as the file has them",
        "Großschreibung und Leerzeichen zählen, wie in der Datei",
    ),
    "no_filter": ("names no filter: {name}", "nennt keinen Filter: {name}"),
    "from_and_text": ("has both `from` and a text", "hat `from` und einen Text"),
    "keep_one": ("keep one of them", "eines davon behalten"),
    "no_value": (
        "says neither where the value comes from nor what it is",
        "sagt weder, woher der Wert kommt, noch welcher es ist",
    ),
    "set_one": ("set `from`, `text` or `default`", "`from`, `text` oder `default` setzen"),
    "no_template": ("is no template: a brace has no partner", "ist keine Vorlage: einer Klammer fehlt die zweite"),
    "write_template": (
        "a template says {{column}} or {{column|filter}}",
        "eine Vorlage sagt {{column}} oder {{column|filter}}",
    ),
    "no_lookup": (
        "looks among objects that the spec does not have",
        "sucht unter Objekten, die die Beschreibung nicht hat",
    ),
    "no_link": (
        "links to objects that the spec does not have",
        "verknüpft mit Objekten, die die Beschreibung nicht hat",
    ),
    "no_earliest": ("takes the earliest date of no known column", "nimmt das früheste Datum keiner bekannten Spalte"),
    "write_earliest": ("write earliest FILE.COLUMN", "earliest FILE.COLUMN schreiben"),
    "stages_alike": ("two stages have the id {name}", "zwei Phasen haben die ID {name}"),
    "no_pipelines": ("has deals and no pipelines", "hat Deals und keine Pipelines"),
    "add_pipelines": ("add `pipelines`", "`pipelines` ergänzen"),
    # Its CSV files
    "not_there": ("the file is not there", "die Datei ist nicht da"),
    "name_folder": ("name its folder with --data", "ihren Ordner mit --data nennen"),
    "unread_as": ("cannot be read as {encoding}", "nicht lesbar als {encoding}"),
    "set_encoding": ("set encoding", "encoding setzen"),
    "no_csv": ("is no CSV: {why}", "ist kein CSV: {why}"),
    "fields": (
        "has {count} fields where the header has {wanted}",
        "hat {count} Felder, wo die Kopfzeile {wanted} hat",
    ),
    "one_column": ("has one column alone", "hat nur eine Spalte"),
    "set_delimiter": ("set delimiter: {sign}", "delimiter setzen: {sign}"),
    "no_header": ("has no header line", "hat keine Kopfzeile"),
    "column_twice": ("the column stands twice", "die Spalte steht zweimal"),
    "set_split": ("set split: {sign}", "split setzen: {sign}"),
    "delete_footer": (
        "delete lines that are no rows, such as totals below the table",
        "Zeilen löschen, die keine sind, wie Summen unter der Tabelle",
    ),
    "rename_column": ("rename one of them", "eine davon umbenennen"),
    "nameless_value": ("has a value under no heading", "hat einen Wert unter keiner Überschrift"),
    "name_column": (
        "name its column in the header, or quote cells that hold the delimiter",
        "seine Spalte in der Kopfzeile benennen, oder Zellen mit dem Trennzeichen in Anführungszeichen setzen",
    ),
    "key_empty": (
        "is empty, so nothing can refer to the record",
        "ist leer: auf den Datensatz kann nichts verweisen",
    ),
    "no_id": ("is no whole number, and the CRM's ids are", "ist keine ganze Zahl, wie es die IDs des CRM sind"),
    "id_again": ("repeats the id of an earlier row", "wiederholt die ID einer früheren Zeile"),
    "key_again": ("repeats the key of an earlier row", "wiederholt den Schlüssel einer früheren Zeile"),
    "no_creation": (
        "is empty, and the CRM has no record without a creation date",
        "ist leer, und das CRM hat keinen Datensatz ohne Anlagedatum",
    ),
    "history_differs": (
        "differs from the last version that the rules of `history` give",
        "weicht von der letzten Fassung ab, die die Regeln von `history` ergeben",
    ),
    "no_pipeline_of": ("is none of the spec's pipelines", "ist keine Pipeline der Beschreibung"),
    "no_stage_of": ("is no stage of the deal's pipeline", "ist keine Phase der Pipeline des Deals"),
    "after_as_of": ("lies after the spec's as_of", "liegt nach as_of der Beschreibung"),
    "not_mapped": ("is none of the values that `map` lists", "ist keiner der Werte, die `map` nennt"),
    "thousands": (
        "is not a number whose thousands are grouped by {sign}",
        "ist keine Zahl, deren Tausender {sign} trennt",
    ),
    "decimal": ("is not a number with the decimal sign {sign}", "ist keine Zahl mit dem Dezimalzeichen {sign}"),
    "currency_code": (
        "is no currency code of three capital letters",
        "ist kein Währungscode aus drei Großbuchstaben",
    ),
    "date_form": ("is not a date of the form {form}", "ist kein Datum der Form {form}"),
    "none_earliest": (
        "has no earliest date to fall back on: the column has none",
        "hat kein frühestes Datum als Ersatz: in der Spalte ist keines",
    ),
    "no_record": (
        "is the key of no record among {name}: add it there, or leave it out with `others: drop`",
        "ist unter {name} der Schlüssel keines Datensatzes: dort ergänzen oder mit `others: drop` weglassen",
    ),
    "numbers_look": (
        "say how its numbers look: `decimal`, `thousands`, `units`; `empty` lists texts that mean nothing",
        "angeben, wie die Zahlen aussehen: `decimal`, `thousands`, `units`; `empty` nennt Texte, die nichts bedeuten",
    ),
    "dates_look": (
        "say how its dates look: `dates` or `format`; `empty` lists texts that mean nothing",
        "angeben, wie die Daten aussehen: `dates` oder `format`; `empty` nennt Texte, die nichts bedeuten",
    ),
    "two_days": (
        "is a date of two forms and means two days: {forms}",
        "ist ein Datum zweier Formen und meint zwei Tage: {forms}",
    ),
    "own_format": ("give each column its `format`", "jeder Spalte ihr `format` geben"),
    "add_to_map": (
        "add it to `map`, or let `others` keep or drop it",
        "in `map` ergänzen, oder `others` auf keep oder drop setzen",
    ),
    "birth": (
        "give `created` a `default`: as_of, earliest, or a date",
        "`created` ein `default` geben: as_of, earliest oder ein Datum",
    ),
    "later_as_of": ("set a later `as_of`", "`as_of` später setzen"),
    "later_or_nearest": (
        "set a later `as_of`, or `outside: nearest`",
        "`as_of` später setzen, oder `outside: nearest`",
    ),
    "before_birth": ("lies before the record's creation", "liegt vor der Anlage des Datensatzes"),
    "mend_or_nearest": (
        "mend the date, or set `outside: nearest`",
        "das Datum berichtigen, oder `outside: nearest` setzen",
    ),
    "backward": (
        "its dates run backward, or a rule is missing in `history`",
        "die Daten laufen rückwärts, oder in `history` fehlt eine Regel",
    ),
    "row_differs": (
        "differs from the first row of the same record",
        "weicht von der ersten Zeile desselben Datensatzes ab",
    ),
    "mend_or_leave": (
        "mend one of them, or keep the column out of the record",
        "eine der beiden berichtigen, oder die Spalte aus dem Datensatz lassen",
    ),
    "delete_or_distinct": (
        "delete one of them, or set `distinct: true` where rows tell of the same record",
        "eine der beiden löschen, oder `distinct: true` setzen, wo Zeilen vom selben Datensatz reden",
    ),
    "codes": ("`map` what the file says to codes", "mit `map` Codes daraus machen"),
    "form_needs": (
        "a filled form has a `form` and an `email`, and perhaps a `page`",
        "ein ausgefülltes Formular hat `form` und `email`, vielleicht auch `page`",
    ),
    "form_lacks": (
        "is empty, and a filled form has a form and an address",
        "ist leer, und ein ausgefülltes Formular hat ein Formular und eine Adresse",
    ),
    "nobodys": (
        "is empty, so nobody knows whose row it is",
        "ist leer: niemand weiß, wessen Zeile es ist",
    ),
    "one_of_two": ("has one of `file` and `key`", "hat nur eines von `file` und `key`"),
    "thousands_or_thousandths": (
        "may be thousands or thousandths: nothing in the column tells",
        "kann Tausend oder Tausendstel meinen: nichts in der Spalte verrät es",
    ),
    "needs_both": ("versions of another file need both", "Fassungen aus einer anderen Datei brauchen beides"),
    "one_of_file_and_record": ("has one of `file` and `record`", "hat nur eines von `file` und `record`"),
    "links_need_both": ("links of another file need both", "Verknüpfungen aus einer anderen Datei brauchen beides"),
    "no_zone": ("is no time zone such as Europe/Berlin", "ist keine Zeitzone wie Europe/Berlin"),
    "more_in_all": ("and {count} problems more", "und {count} weitere Probleme"),
    "more": ("and {count} problems more of this kind", "und {count} weitere Probleme dieser Art"),
    # JSON lines
    "save_utf8": ("save it as UTF-8", "als UTF-8 speichern"),
    "few_digits": (
        "{name} is a number of {count} digits: write ISO 8601, or milliseconds",
        "{name} ist eine Zahl aus {count} Ziffern: als ISO 8601 oder in Millisekunden schreiben",
    ),
    "number_none": ("a number is none", "eine Zahl ist keine"),
    "probability": ("stage {stage} lacks a numeric probability", "der Phase {stage} fehlt probability als Zahl"),
    "no_kind": ("{name} is no kind of record", "{name} ist keine Art von Datensatz"),
    "no_number": ("{name} is no number", "{name} ist keine Zahl"),
    "no_date": ("{name} is no date", "{name} ist kein Datum"),
    "line_no_object": ("the line is no object", "die Zeile ist kein Objekt"),
    "holds_no_object": ("{name} holds something that is no object", "{name} enthält etwas, das kein Objekt ist"),
    "no_object": ("{name} is no object", "{name} ist kein Objekt"),
    "no_list": ("{name} is no list", "{name} ist keine Liste"),
    "missing": ("{name} is missing", "{name} fehlt"),
    "data_type": ("dataType is not one of {names}", "dataType ist keines von {names}"),
    "stands_already": ("{record} stands in line {line} already", "{record} steht schon in Zeile {line}"),
    "comes_already": ("{record} comes from {file} already", "{record} kommt schon aus {file}"),
    "in_portal": ("{record} is in the portal already", "{record} ist schon im Portal"),
    "no_type": ("type {name} is unknown", "den Typ {name} gibt es nicht"),
    "no_partner": ("there is no {record} to associate with", "{record} zum Verknüpfen gibt es nicht"),
}
