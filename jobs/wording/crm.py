"""Why the CRM, its app or a channel of the morning report refuses, in English and German (decision 0030)."""

from collections.abc import Mapping

#: Longer sentences stand before shorter ones that would fit them too.
CRM_SENTENCES: Mapping[str, tuple[str, str]] = {
    # Calls
    "unanswered_write": (
        "a write was sent and not answered",
        "ein Schreibvorgang ging hinaus und blieb ohne Antwort",
    ),
    "garbled_why": (
        "a write was answered by something that is not JSON ({why})",
        "auf einen Schreibvorgang kam etwas, das kein JSON ist ({why})",
    ),
    "garbled": (
        "a write was answered by something that is not JSON",
        "auf einen Schreibvorgang kam etwas, das kein JSON ist",
    ),
    "not_found": ("not found", "nicht gefunden"),
    "exists": ("it exists already", "es gibt es schon"),
    "refused_read": ("the CRM refused a read", "das CRM hat das Lesen abgelehnt"),
    "schema_how": (
        "run `syncer check` to see which property is missing, `syncer setup --apply` to create ours",
        "`syncer check` zeigt, welche Eigenschaft fehlt, `syncer setup --apply` legt unsere an",
    ),
    "day_of_links": (
        "the account's association calls for today are spent",
        "die Verknüpfungsaufrufe des Kontos sind für heute verbraucht",
    ),
    "day": ("the account's calls for today are spent", "die Aufrufe des Kontos sind für heute verbraucht"),
    "deleted_or_merged": (
        "the record was deleted or merged away",
        "der Datensatz wurde gelöscht oder zusammengeführt",
    ),
    "no_links": (
        "HubSpot does not tell what the record is linked to",
        "HubSpot sagt nicht, womit der Datensatz verknüpft ist",
    ),
    "no_links_to": (
        "the CRM fails to tell links to {kind}",
        "das CRM sagt Verknüpfungen zu {kind} nicht",
    ),
    "file_answers": ("the file's address answers {status}", "die Adresse der Datei antwortet {status}"),
    "file_lost": ("the file did not arrive ({why})", "die Datei kam nicht an ({why})"),
    "file_large": ("the file is larger than {count} bytes", "die Datei ist größer als {count} Bytes"),
    "file_elsewhere": (
        "the file's address is not the CRM's own ({host})",
        "die Adresse der Datei ist nicht die des CRM ({host})",
    ),
    "file_circle": (
        "the file's address leads from one to the next",
        "die Adresse der Datei führt von einer zur nächsten",
    ),
    "export_row": (
        "a row has {columns} columns, the header {width}",
        "eine Zeile hat {columns} Spalten, der Kopf {width}",
    ),
    "export_no_id": ("a row has no id", "eine Zeile hat keine ID"),
    "export_form": (
        "a value of {property} is not in the API's form of a {type}",
        "ein Wert von {property} hat nicht die Form der API für {type}",
    ),
    "export_twice": ("an id comes twice in the file", "eine ID steht zweimal in der Datei"),
    "export_end": (
        "the file cannot be read to its end ({why})",
        "die Datei lässt sich nicht bis zum Ende lesen ({why})",
    ),
    "export_ids": (
        "the file has no column of ids, or several",
        "die Datei hat keine Spalte mit IDs, oder mehrere",
    ),
    "export_column": ("the file has the column {name} twice", "die Datei hat die Spalte {name} zweimal"),
    "export_lacks": (
        "the file lacks {count} columns under their internal names: {names}",
        "der Datei fehlen {count} Spalten unter ihren internen Namen: {names}",
    ),
    "export_differs": (
        "the files of the zip have different columns",
        "die Dateien im Zip haben verschiedene Spalten",
    ),
    "export_zip": (
        "the zip holds no table, or far too much",
        "das Zip enthält keine Tabelle, oder viel zu viel",
    ),
    "export_unknown": ("HubSpot knows the export no more", "HubSpot kennt den Export nicht mehr"),
    "export_gone": ("the export that was there is no more", "den Export, der da war, gibt es nicht mehr"),
    "export_not_whole": (
        "the file did not arrive whole in {count} tries: {why}",
        "die Datei kam in {count} Versuchen nicht ganz an: {why}",
    ),
    "export_untrue": (
        "{count} properties are not exported as the API tells them: {names}",
        "{count} Eigenschaften werden anders exportiert, als die API sie nennt: {names}",
    ),
    "export_unproved": (
        "only {some} of {all} rows could be held against their records",
        "nur {some} von {all} Zeilen ließen sich mit ihren Datensätzen vergleichen",
    ),
    "ids_no_numbers": ("ids are no numbers", "die IDs sind keine Zahlen"),
    "out_of_order": (
        "the list is not in the order of its ids",
        "die Liste steht nicht in der Reihenfolge ihrer IDs",
    ),
    "list_circle": (
        "the list repeats its cursor: it would never end",
        "die Liste wiederholt ihre Marke: Sie nähme nie ein Ende",
    ),
    "search_circle": (
        "search does not advance past an id: it would never end",
        "die Suche kommt über eine ID nicht hinaus: Sie nähme nie ein Ende",
    ),
    "search_crowd": (
        "search holds over 10,000 changes of one millisecond out of order",
        "die Suche hat über 10.000 Änderungen einer Millisekunde ungeordnet",
    ),
    "journal_circle": ("the journal leads in a circle", "das Journal führt im Kreis"),
    "journal_lost": (
        "a file of the journal did not arrive in {count} tries",
        "eine Datei des Journals kam in {count} Versuchen nicht an",
    ),
    "journal_offset": (
        "HubSpot does not take the offset: {why}",
        "HubSpot nimmt die Lesemarke nicht an: {why}",
    ),
    "journal_left_out": ("left out after {count} readings", "nach {count} Lesungen ausgelassen"),
    "journal_gap": (
        "not everything of {streams} between {since} and {until} was told",
        "nicht alles zu {streams} zwischen {since} und {until} wurde gemeldet",
    ),
    "journal_gap_all": (
        "not everything between {since} and {until} was told",
        "nicht alles zwischen {since} und {until} wurde gemeldet",
    ),
    # OAuth
    "no_tokens_here": (
        "no tokens are given at this address ({status})",
        "unter dieser Adresse gibt es keine Token ({status})",
    ),
    "strange_grant": (
        "the answer to the token request is not HubSpot's",
        "die Antwort auf die Token-Anfrage kommt nicht von HubSpot",
    ),
    "token_address": (
        "the CRM's token address does not answer ({why})",
        "die Token-Adresse des CRM antwortet nicht ({why})",
    ),
    "address_and_version": (
        "does HUBSPOT_BASE_URL, or base_url in syncer.yaml, point at HubSpot? Is versions.oauth a version that it has?",
        ("zeigt HUBSPOT_BASE_URL, oder base_url in syncer.yaml, auf HubSpot? Gibt es die Version in versions.oauth?"),
    ),
    "not_agreed": (
        "HubSpot, or the person asked, did not agree",
        "HubSpot oder die gefragte Person hat nicht zugestimmt",
    ),
    "admin_may": (
        "a super admin of the portal may; run syncer connect again",
        "ein Super-Admin des Portals darf es; syncer connect erneut aufrufen",
    ),
    "code_once": (
        "a code works once and for a few minutes: run syncer connect again",
        "ein Code gilt einmal und für wenige Minuten: syncer connect erneut aufrufen",
    ),
    "uses_token": ("account {name} uses an access token", "Konto {name} nutzt ein Zugriffstoken"),
    "other_answer": ("that is no answer to this question", "das ist keine Antwort auf diese Frage"),
    "printed_address": ("open the address that was just printed", "die eben genannte Adresse öffnen"),
    "not_connected": ("the portal is not connected yet", "das Portal ist noch nicht verbunden"),
    "wrong_portal": (
        "the database holds portal {ours}, the app was let into portal {theirs}",
        "die Datenbank enthält Portal {ours}, die App wurde in Portal {theirs} eingelassen",
    ),
    "choose_portal": (
        "choose the right portal on HubSpot's page, or give the other one an account or a database of its own",
        (
            "auf HubSpots Seite das richtige Portal wählen, oder dem anderen ein eigenes Konto oder eine eigene "
            "Datenbank geben"
        ),
    ),
    "grant_lies_of": (
        "the OAuth token of portal {portal} lies in the database {how}",
        "das OAuth-Token von Portal {portal} liegt {how} in der Datenbank",
    ),
    "grant_lies": (
        "the OAuth token lies in the database {how}",
        "das OAuth-Token liegt {how} in der Datenbank",
    ),
    "sealed_newest": ("sealed with the newest key", "mit dem neuesten Schlüssel versiegelt"),
    "sealed_older": ("sealed with an older key", "mit einem älteren Schlüssel versiegelt"),
    "in_clear": ("in clear", "offen"),
    "seal_it": (
        "set {name} in .env (syncer init writes a key into a new one); the next renewal seals it",
        (
            "{name} in .env setzen (syncer init schreibt einen Schlüssel in eine neue); die nächste Erneuerung "
            "versiegelt es"
        ),
    ),
    "seal_anew": (
        "the next renewal seals it with the newest; until then keep the older key",
        "die nächste Erneuerung versiegelt es mit dem neuesten; bis dahin den älteren Schlüssel behalten",
    ),
    "without_scope": (
        "without it: {lost}. Add it to the app, then: syncer connect --account {account}",
        "ohne sie: {lost}. Der App hinzufügen, dann: syncer connect --account {account}",
    ),
    # Channels of the morning report
    "mail_refused": (
        "the mail server refused login, sender or recipients",
        "der Mailserver hat Anmeldung, Absender oder Empfänger abgewiesen",
    ),
    "mail_away": (
        "the mail server could not be reached or broke off",
        "der Mailserver war nicht erreichbar oder brach ab",
    ),
    "new_channel_address": (
        "make a new webhook address in the channel",
        "im Kanal eine neue Webhook-Adresse anlegen",
    ),
    "slack_away": ("slack could not be reached", "slack war nicht erreichbar"),
    "teams_away": ("teams could not be reached", "teams war nicht erreichbar"),
    "slack_answered": ("slack answered {status}", "slack antwortete {status}"),
    "teams_answered": ("teams answered {status}", "teams antwortete {status}"),
    # Findings
    "default_meanwhile": (
        "until it is mended, the accounts are looked at as the built-in default would",
        "bis das behoben ist, werden die Konten nach der eingebauten Vorgabe betrachtet",
    ),
}
