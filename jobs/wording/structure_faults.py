"""What is wrong with the form of an agreement's values and with its conditions, in German too."""

from collections.abc import Mapping

#: What a value should be, and what a file or its YAML lacks.
STRUCTURE: Mapping[str, tuple[str, str]] = {
    "list_of": ("should be a list: {names}", "muss eine Liste sein: {names}"),
    "alternatives": ("should be {first} or {last}", "muss {first} oder {last} sein"),
    "should_match": ("should match {pattern}", "muss zu {pattern} passen"),
    "name": (
        "should be a name of A-Z, a-z, 0-9, _, . and - that begins with a letter",
        "muss ein Name aus A-Z, a-z, 0-9, _, . und - sein, der mit einem Buchstaben beginnt",
    ),
    "business_time": (
        "should be business time such as 60m, 8h or 2bd",
        "muss Geschäftszeit wie 60m, 8h oder 2bd sein",
    ),
    "time_of_day": ("should be a time of day such as 09:00", "muss eine Uhrzeit wie 09:00 sein"),
    "closing": (
        "should be a time of day such as 18:00, at the latest 24:00",
        "muss eine Uhrzeit wie 18:00 sein, spätestens 24:00",
    ),
    "weekdays": (
        "should be days such as Mon-Fri or Mon-Thu,Sat",
        "muss Tage nennen wie Mon-Fri oder Mon-Thu,Sat",
    ),
    "multiple": ("should be a multiple such as 1x or 2x", "muss ein Vielfaches wie 1x oder 2x sein"),
    "currency_code": ("should be a currency such as EUR", "muss eine Währung wie EUR sein"),
    "property_name": (
        "should be a property's name of a-z, 0-9 and _ that begins with a letter",
        "muss der Name einer Eigenschaft aus a-z, 0-9 und _ sein, der mit einem Buchstaben beginnt",
    ),
    "day_of_return": (
        "should be a day of return such as +90d, stated_date | +90d, contract_end - 120d or start_of_next_fiscal_year",
        "muss ein Tag der Wiedervorlage sein: +90d, stated_date | +90d, contract_end - 120d, start_of_next_fiscal_year",
    ),
    "should_be": ("should be {what}", "muss {what} sein"),
    "section": ("a section with keys of its own", "ein Abschnitt mit eigenen Schlüsseln"),
    "list": ("a list", "eine Liste"),
    "long": ("at least {count} long", "mindestens {count} lang"),
    "whole_number": ("a whole number", "eine ganze Zahl"),
    "number": ("a number", "eine Zahl"),
    "day": ("a day such as 2026-12-01", "ein Tag wie 2026-12-01"),
    "stages_allowed": ("allowed: {names}, as listed under stages", "erlaubt: {names}, wie unter stages aufgeführt"),
    "holidays_allowed": (
        "allowed: a country such as DE, AT or CH, and its subdivision after a dash, such as DE-BY",
        "erlaubt: ein Land wie DE, AT oder CH, und nach einem Strich ein Teil davon wie DE-BY",
    ),
    "zones_allowed": (
        "unknown time zone; allowed: an IANA name such as Europe/Berlin",
        "unbekannte Zeitzone; erlaubt: ein IANA-Name wie Europe/Berlin",
    ),
    "none_known": ("none is known here", "hier ist keiner bekannt"),
    "too_large": ("is too large", "ist zu groß"),
    "bytes": ("at most {count} bytes", "höchstens {count} Bytes"),
    "write_or_delete": (
        "write: section: ..., or delete the file: without it the defaults run",
        "schreiben: abschnitt: ..., oder die Datei löschen: ohne sie gelten die Vorgaben",
    ),
    "no_mapping": ("is no mapping", "ist keine Zuordnung"),
    "write_section": ("write: section: ...", "schreiben: abschnitt: ..."),
    "bad_character": (
        "is no YAML: a character that may not stand here",
        "ist kein YAML: ein Zeichen, das hier nicht stehen darf",
    ),
    "take_out": ("take out {character}", "{character} herausnehmen"),
    "tab": ("is no YAML: a tab indents this line", "ist kein YAML: ein Tabulator rückt diese Zeile ein"),
    "spaces": ("YAML wants spaces; set your editor so", "YAML will Leerzeichen; den Editor so einstellen"),
    "how_yaml": (
        "indent alike and with spaces; close every [, {{ and quote; put text with : or # into quotes",
        (
            "gleich und mit Leerzeichen einrücken; jedes [, {{ und Anführungszeichen schließen; Text mit : oder # in "
            "Anführungszeichen setzen"
        ),
    ),
    "colon": (
        "is no YAML: a colon where no key may stand",
        "ist kein YAML: ein Doppelpunkt, wo kein Schlüssel stehen darf",
    ),
    "open_bracket": ("is no YAML: a [ is not closed", "ist kein YAML: ein [ ist nicht geschlossen"),
    "open_brace": ("is no YAML: a {{ is not closed", "ist kein YAML: ein {{ ist nicht geschlossen"),
    "open_quote": ("is no YAML: a quote is not closed", "ist kein YAML: ein Anführungszeichen ist nicht geschlossen"),
    "no_beginning": (
        "is no YAML: a character that may begin no value",
        "ist kein YAML: ein Zeichen, mit dem kein Wert beginnen darf",
    ),
    "side_by_side": (
        "is no YAML: a list and keys stand side by side",
        "ist kein YAML: eine Liste und Schlüssel stehen nebeneinander",
    ),
    "indented": (
        "is no YAML: a key is indented unlike its neighbours",
        "ist kein YAML: ein Schlüssel ist anders eingerückt als seine Nachbarn",
    ),
    "value_missing": ("is no YAML: an unfinished value", "ist kein YAML: ein unfertiger Wert"),
    "list_behind_key": (
        "is no YAML: a list may not begin behind a key",
        "ist kein YAML: eine Liste darf nicht hinter einem Schlüssel beginnen",
    ),
    "yaml_backslash": (
        "is no YAML: double quotes around a backslash",
        "ist kein YAML: ein einzelner Backslash in doppelten Anführungszeichen",
    ),
    "no_yaml": ("is no YAML: {why}", "ist kein YAML: {why}"),
    "second_document": ("a second document", "ein zweites Dokument"),
    "one_document": ("one document per file", "ein Dokument je Datei"),
    "twice": ("key {key} stands here twice", "Schlüssel {key} steht hier zweimal"),
    "once": ("once per mapping", "einmal je Zuordnung"),
    "no_text_key": ("a key that is no text", "ein Schlüssel, der kein Text ist"),
    "text_key": ("text as key", "Text als Schlüssel"),
    "anchors": ("anchors and aliases (& and *) are not allowed", "Anker und Verweise (& und *) sind nicht erlaubt"),
    "write_out": ("write the value out, or quote the text", "den Wert ausschreiben oder den Text in Anführungszeichen"),
    "tags": ("tags (!) are not allowed", "Marken (!) sind nicht erlaubt"),
    "quote_tag": ("quote the text if it starts with !", "Text, der mit ! beginnt, in Anführungszeichen setzen"),
    "nested": ("is nested too deeply or has too many parts", "ist zu tief verschachtelt oder hat zu viele Teile"),
    "levels_and_parts": ("at most {levels} levels and {parts} parts", "höchstens {levels} Ebenen und {parts} Teile"),
    "folder": ("a folder has its name: name a file", "so heißt ein Ordner: eine Datei nennen"),
    "right_to_read": ("give this user the right to read it", "diesem Nutzer das Leserecht geben"),
}

#: Conditions.
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "at_position": ("{what} at position {place}", "{what} an Stelle {place}"),
    "forbidden": ("forbidden input {name}", "verbotene Angabe {name}"),
    "forbidden_why": (
        "no decision about a person may use age, gender, nationality, names, health, belief, origin or family",
        (
            "keine Entscheidung über Menschen darf Alter, Geschlecht, Nationalität, Namen, Gesundheit, Glauben, "
            "Herkunft oder Familie verwenden"
        ),
    ),
    "alone": ("a {type} alone is no condition", "{type} allein ist keine Bedingung"),
    "compare_it": ("compare it, or write: ... exists", "vergleichen, oder schreiben: ... exists"),
    "no_comparing": ("{types} do not compare", "{types} sind nicht vergleichbar"),
    "no_order": ("{type} has no order", "{type} hat keine Reihenfolge"),
    "use_equal": ("use == or in", "== oder in verwenden"),
    "compare_moment": (
        "compare a moment with a moment, or with a duration such as 14d",
        "einen Zeitpunkt mit einem Zeitpunkt oder einer Dauer wie 14d vergleichen",
    ),
    "compare_number": (
        "compare a number with a number or a duration",
        "eine Zahl mit einer Zahl oder einer Dauer vergleichen",
    ),
    "write_text": ("write text in quotes, or as one word", "Text in Anführungszeichen oder als ein Wort schreiben"),
    "true_false": ("true or false", "true oder false"),
    "within": ("{type} within a duration", "{type} innerhalb einer Dauer"),
    "mixed_list": ("a list holds either numbers or texts", "eine Liste enthält entweder Zahlen oder Texte"),
    "list_for": ("a list of {kind} for a {type}", "eine Liste ({kind}) zu {type}"),
    "set_for": ("a set of texts for a {type}", "eine Menge von Texten zu {type}"),
    "unknown_set": ("unknown set {name}", "unbekannte Liste {name}"),
    "unknown_function": ("unknown function {name}", "unbekannte Funktion {name}"),
    "unknown_name": ("unknown name {name}", "unbekannter Name {name}"),
    "takes": ("{name} takes a moment and a number", "{name} verlangt einen Zeitpunkt und eine Zahl"),
    "where_number": ("{type} where a number belongs", "{type}, wo eine Zahl hingehört"),
    "sign_needs": (
        "{sign} needs numbers, durations or moments",
        "{sign} verlangt Zahlen, Dauern oder Zeitpunkte",
    ),
    "moment_takes": (
        "a moment takes + and - with a duration such as 14d",
        "zu einem Zeitpunkt passen + und - mit einer Dauer wie 14d",
    ),
    "condition_as_value": (
        "a condition stands where a value belongs",
        "eine Bedingung steht, wo ein Wert hingehört",
    ),
    "unexpected_end": ("ends too early", "endet zu früh"),
    "unexpected": ("unexpected {what}", "unerwartet: {what}"),
    "expected_test": (
        "expected {code}: change the test, or the reasons or their order",
        "erwartet {code}: die Probe ändern, oder die Gründe oder ihre Reihenfolge",
    ),
    "expected_operand": (
        "expected a name, a number, 'text' or a parenthesis",
        "erwartet: ein Name, eine Zahl, 'Text' oder eine Klammer",
    ),
    "expected_token": ("expected {what}", "erwartet {what}"),
    "too_large_number": ("number {number}", "Zahl {number}"),
    "nested_condition": ("nested too deeply", "zu tief verschachtelt"),
    "levels": ("at most {count} levels", "höchstens {count} Ebenen"),
    "long_condition": ("a condition of {count} characters", "eine Bedingung mit {count} Zeichen"),
    "characters": ("at most {count} characters", "höchstens {count} Zeichen"),
    "words": (
        "names, numbers, 'text', durations such as 14d, and or not in within exists == != < <= > >= + - *",
        "Namen, Zahlen, 'Text', Dauern wie 14d, and or not in within exists == != < <= > >= + - *",
    ),
}
