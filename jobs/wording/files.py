"""What is wrong with syncer.yaml, .env and sheets, and what helps, in English and German (decision 0030)."""

from collections.abc import Mapping

#: Longer sentences stand before shorter ones that would fit them too.
FILE_SENTENCES: Mapping[str, tuple[str, str]] = {
    # Values of syncer.yaml
    "section": ("should be a section with keys of its own", "muss ein Abschnitt mit eigenen Schlüsseln sein"),
    "text": ("should be text", "muss Text sein"),
    "list": ("should be a list: [contacts, deals]", "muss eine Liste sein: [contacts, deals]"),
    "at_least_one": ("should be a list of one or more", "muss eine Liste mit mindestens einem Eintrag sein"),
    "path": ("should be the name of a file or folder", "muss der Name einer Datei oder eines Ordners sein"),
    "switch": ("should be true or false", "muss true oder false sein"),
    "switch_or_section": (
        "should be true or false, or a section: {example}",
        "muss true oder false sein, oder ein Abschnitt: {example}",
    ),
    "whole": ("should be a whole number", "muss eine ganze Zahl sein"),
    "number": ("should be a number", "muss eine Zahl sein"),
    "least": ("should be greater than or equal to {least}", "muss mindestens {least} sein"),
    "most": ("should be less than or equal to {most}", "darf höchstens {most} sein"),
    "above": ("should be greater than {bound}", "muss größer als {bound} sein"),
    "below": ("should be less than {bound}", "muss kleiner als {bound} sein"),
    "usable_address": (
        "should be https://..., or http:// to this machine; without user name and query",
        "muss https://... sein, oder http:// zu diesem Rechner; ohne Benutzernamen und Abfrage",
    ),
    "account_name": (
        "should be a name of a-z, 0-9, - and _ that begins with a letter",
        "muss ein Name aus a-z, 0-9, - und _ sein, der mit einem Buchstaben beginnt",
    ),
    "redirect": (
        "should be https://... or http://localhost:PORT/..., as in the app's settings, without ? and #",
        "muss https://... oder http://localhost:PORT/... sein, wie in den Einstellungen der App, ohne ? und #",
    ),
    "mailbox": (
        "should be an e-mail address, without a name and without <>",
        "muss eine E-Mail-Adresse sein, ohne Namen und ohne <>",
    ),
    "variable": (
        "should be the name of an environment variable, in capitals; never the token itself",
        "muss der Name einer Umgebungsvariablen sein, in Großbuchstaben; nie das Token selbst",
    ),
    "key": ("unknown key", "unbekannter Schlüssel"),
    "meant_allowed": ("did you mean {name}? allowed: {names}", "ist {name} gemeint? erlaubt: {names}"),
    "meant_there": ("did you mean {name}? there are: {names}", "ist {name} gemeint? es gibt: {names}"),
    "meant": ("did you mean {name}?", "ist {name} gemeint?"),
    "allowed_or_date": (
        "allowed: {names}, or a date such as {date}",
        "erlaubt: {names}, oder ein Datum wie {date}",
    ),
    "allowed": ("allowed: {names}", "erlaubt: {names}"),
    "one_of": ("one of: {names}", "eines von: {names}"),
    "one_of_names": ("one of {names}", "eines von: {names}"),
    "known": ("known: {names}", "bekannt: {names}"),
    "undated": ("no dated version", "keine Version mit Datum"),
    "undated_how": (
        "a date such as {date}; numbered versions are named family by family",
        "ein Datum wie {date}; Versionen mit Nummer werden je Familie genannt",
    ),
    "family": ("unknown API family", "unbekannte API-Familie"),
    "no_such_version": ("a version that this family does not have", "diese Version hat die Familie nicht"),
    "tier": ("unknown tier {name}", "unbekannter Tarif {name}"),
    "type": ("unknown type {name}", "unbekannter Typ {name}"),
    "share": ("a share must be above 0 and at most 1", "ein Anteil muss über 0 liegen und höchstens 1 sein"),
    "single": ("is one property", "ist eine einzige Eigenschaft"),
    "edited": ("the one that sales edits", "die, die der Vertrieb bearbeitet"),
    "summed": ("is added up by figures", "wird von Kennzahlen zusammengezählt"),
    # Accounts and their secrets
    "exposed": (
        "every user of this machine can read {names}",
        "jeder Benutzer dieses Rechners kann {names} lesen",
    ),
    "exposed_how": ("chmod 600 {names}", "chmod 600 {names}"),
    "token_how": (
        (
            "set {token} in .env; in HubSpot: Development, Keys, Service keys. For an OAuth app set {id} and {secret} "
            "instead"
        ),
        (
            "{token} in .env setzen; in HubSpot: Development, Keys, Service keys. Für eine OAuth-App "
            "stattdessen {id} und {secret} setzen"
        ),
    ),
    "lacks_journal": (
        "account {name} reads an app's journal and lacks it",
        "Konto {name} liest das Journal einer App und braucht es",
    ),
    "lacks_journal_how": (
        "set {name} in .env, from the Auth page of the app in HubSpot; or leave `journal` out of syncer.yaml",
        "{name} in .env setzen, von der Seite Auth der App in HubSpot; oder `journal` in syncer.yaml streichen",
    ),
    "lacks_oauth": ("account {name} uses OAuth and lacks it", "Konto {name} nutzt OAuth und braucht es"),
    "lacks_oauth_how": (
        "set {name} in .env, from the Auth page of your app in HubSpot; or say auth: token in syncer.yaml",
        "{name} in .env setzen, von der Seite Auth Ihrer App in HubSpot; oder auth: token in syncer.yaml setzen",
    ),
    "shared_token": (
        "accounts {names} share a refresh token",
        "die Konten {names} haben dasselbe Refresh-Token",
    ),
    "shared_token_how": (
        "each portal has its own: name oauth.refresh_token_env of each account, or leave it unset and syncer connect",
        (
            "jedes Portal hat ein eigenes: oauth.refresh_token_env je Konto nennen, oder es leer lassen und "
            "syncer connect aufrufen"
        ),
    ),
    "bad_token_form": ("the token is empty or no token", "das Token ist leer oder kein Token"),
    "token_form": (
        "the token as HubSpot shows it, pat-...",
        "das Token, wie HubSpot es zeigt, pat-...",
    ),
    "bad_crm_address": ("the CRM's address cannot be used", "die Adresse des CRM ist nicht verwendbar"),
    "crm_address_how": (
        (
            "https://..., or http:// to this machine; without user name and query; base_url of the account in "
            "syncer.yaml goes first"
        ),
        (
            "https://..., oder http:// zu diesem Rechner; ohne Benutzernamen und Abfrage; base_url des Kontos in "
            "syncer.yaml geht vor"
        ),
    ),
    "unverified_hooks": (
        "account {name} takes webhooks and cannot verify them",
        "Konto {name} nimmt Webhooks an und kann sie nicht prüfen",
    ),
    "hook_secret": (
        "set {name} in .env to the client secret of the app that sends, or leave `webhooks` out of syncer.yaml",
        "{name} in .env auf das Client-Geheimnis der sendenden App setzen, oder `webhooks` in syncer.yaml streichen",
    ),
    "no_hook_address": (
        "account {name} takes webhooks and has no address",
        "Konto {name} nimmt Webhooks an und hat keine Adresse",
    ),
    "hook_address_how": (
        "set {name} in .env to the address that HubSpot calls: signatures are computed over it",
        "{name} in .env auf die Adresse setzen, die HubSpot aufruft: Unterschriften werden über sie berechnet",
    ),
    "public_address": (
        "set SYNCER_PUBLIC_URL in .env to the address under which HubSpot reaches `syncer run`",
        "SYNCER_PUBLIC_URL in .env auf die Adresse setzen, unter der HubSpot `syncer run` erreicht",
    ),
    "uncallable": ("is no address that HubSpot could call", "ist keine Adresse, die HubSpot aufrufen könnte"),
    "uncallable_how": (
        "https://host or https://host/path as HubSpot is to call it, or http://127.0.0.1:8400 to rehearse",
        "https://host oder https://host/pfad, wie HubSpot sie aufrufen soll, oder http://127.0.0.1:8400 zum Üben",
    ),
    "digest_secret": (
        "set it in .env, or take digest.{channel} out of syncer.yaml",
        "in .env setzen, oder digest.{channel} in syncer.yaml streichen",
    ),
    "digest_nowhere": ("no channel to send the report to", "kein Kanal, in den der Bericht gehen könnte"),
    "digest_how": (
        "name email, slack or teams in the section digest of syncer.yaml",
        "im Abschnitt digest von syncer.yaml email, slack oder teams nennen",
    ),
    # The environment
    "no_keys": ("is no list of keys", "ist keine Liste von Schlüsseln"),
    "keys_init": (
        "each 32 bytes in URL-safe base64, the newest first, commas between; syncer init writes one into a new .env",
        (
            "jeder 32 Bytes in URL-sicherem Base64, der neueste zuerst, dazwischen Kommas; syncer init schreibt einen "
            "in eine neue .env"
        ),
    ),
    "keys_unset": (
        (
            "each 32 bytes in URL-safe base64, the newest first, commas between; unset, syncer forget keeps one in a "
            "file of its own"
        ),
        (
            "jeder 32 Bytes in URL-sicherem Base64, der neueste zuerst, dazwischen Kommas; ohne Angabe hält syncer "
            "forget einen in einer eigenen Datei"
        ),
    ),
    "folder_missing": ("names {path}, whose folder is not there", "nennt {path}, dessen Ordner es nicht gibt"),
    "file_missing": ("names {path}, which is not there", "nennt {path}, das es nicht gibt"),
    "misplaced_how": (
        "mend the path, or put the file there; without {name}, {usual} of the working directory counts",
        "den Pfad berichtigen oder die Datei dort ablegen; ohne {name} gilt {usual} im Arbeitsverzeichnis",
    ),
    "no_variable": ("no such variable", "diese Variable gibt es nicht"),
    "no_equals": ("has no =", "hat kein ="),
    "line_form": (
        "NAME=value, one a line; a value in quotes ends with the same quote",
        "NAME=wert, eines je Zeile; ein Wert in Anführungszeichen endet mit demselben Zeichen",
    ),
    "see_example": ("see .env.example", "siehe .env.example"),
    "no_exporter": ("no exporter that there is here", "diesen Exporter gibt es hier nicht"),
    "no_telemetry": (
        "traces are asked for, and OpenTelemetry is not installed",
        "Spuren sind verlangt, und OpenTelemetry ist nicht installiert",
    ),
    "telemetry_how": (
        "{python} -m pip install 'syncer[traces]', or {name}=none",
        "{python} -m pip install 'syncer[traces]', oder {name}=none",
    ),
    "bad_telemetry": (
        "OpenTelemetry cannot use what a variable says",
        "OpenTelemetry kann mit einer Variablen nichts anfangen",
    ),
    "see_traces": (
        "docs/operations.md, Traces, names those that are needed",
        "docs/operations.md, Traces, nennt die nötigen",
    ),
    # Sheets
    "same_column": ("means the same as {heading}", "bedeutet dasselbe wie {heading}"),
    "no_heading": ("unknown column", "unbekannte Spalte"),
}
