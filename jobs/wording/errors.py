"""Why a command refuses or fails, and what helps, in English and German (decision 0030)."""

from collections.abc import Mapping

#: Longer sentences stand before shorter ones that would fit them too.
ERROR_SENTENCES: Mapping[str, tuple[str, str]] = {
    # What a person wrote
    "no_account": ("no account named {name}", "kein Konto namens {name}"),
    "which_account": ("which account is meant", "welches Konto gemeint ist"),
    "no_stream": ("no stream named {name}", "kein Datenstrom namens {name}"),
    "no_language": ("no language {name}", "keine Sprache {name}"),
    "no_role": ("no role {name}", "keine Rolle {name}"),
    "no_format": ("no format {name}", "kein Format {name}"),
    "no_column": ("no column {name}", "keine Spalte {name}"),
    "no_date_text": ("{text} is not a date", "{text} ist kein Datum"),
    "there_are": ("there are: {names}", "es gibt: {names}"),
    "not_set": ("{name} is not set", "{name} ist nicht gesetzt"),
    "is_not_set": ("is not set", "ist nicht gesetzt"),
    "clone_missing": (
        "is missing: --pseudonymise and --restart belong to it",
        "fehlt: --pseudonymise und --restart gehören dazu",
    ),
    "clone_alone": ("goes without --load and --generate", "geht nicht mit --load und --generate zusammen"),
    "one_at_a_time": ("one at a time", "eines von beiden"),
    "is_missing": ("is missing", "fehlt"),
    "each_app": ("name one: each app is set up by itself", "eines nennen: Jede App wird für sich eingerichtet"),
    "name_one": ("name one: {names}", "eines nennen: {names}"),
    "apply_takes": (
        "takes --project FOLDER, --app-id ID or --journal",
        "nimmt --project ORDNER, --app-id ID oder --journal",
    ),
    "apply_by_hand": (
        "a private app is subscribed by hand in HubSpot, by what `syncer webhooks show` lists",
        "eine private App wird in HubSpot von Hand abonniert, nach der Liste von `syncer webhooks show`",
    ),
    "no_journal": ("no account reads a journal", "kein Konto liest ein Journal"),
    "journal_how": (
        "accounts.ACCOUNT.journal: true in syncer.yaml, and the app's client id and secret in .env",
        "accounts.KONTO.journal: true in syncer.yaml, dazu Client-ID und Geheimnis der App in .env",
    ),
    "whose_visits": ("say whose visits these are", "sagen, wessen Besuche das sind"),
    "letters_take": (
        "takes `list`, `replay [ID]` or `drop ID`",
        "nimmt `list`, `replay [ID]` oder `drop ID`",
    ),
    "no_letter": ("no letter {name}", "kein Brief {name}"),
    # Files
    "not_utf8": ("is not UTF-8", "ist nicht UTF-8"),
    "save_utf8": ("save it as UTF-8", "als UTF-8 speichern"),
    "csv_utf8": ("a CSV file, encoded as UTF-8", "eine CSV-Datei in UTF-8"),
    "no_file": ("cannot be read: No such file or directory", "nicht lesbar: Datei oder Ordner gibt es nicht"),
    "cannot_read_why": ("cannot be read: {why}", "nicht lesbar: {why}"),
    "cannot_read": ("cannot be read", "nicht lesbar"),
    "init_writes_one": ("syncer init writes one", "syncer init schreibt eine"),
    "not_there": ("is not there", "gibt es nicht"),
    "there_already": ("is there already", "gibt es schon"),
    "no_own_database": ("is no database of Syncer", "ist keine Datenbank von Syncer"),
    "no_database": ("is no sound SQLite database", "ist keine unversehrte SQLite-Datenbank"),
    "is_damaged": ("is damaged: {why}", "ist beschädigt: {why}"),
    "newer": (
        "has tables of revision {found}; this version knows up to {known}",
        "hat Tabellen der Revision {found}; diese Version kennt bis {known}",
    ),
    "newer_hint": (
        "it is of another program, or of a newer syncer: install that version",
        "sie ist von einem anderen Programm oder einem neueren Syncer: diese Version einspielen",
    ),
    "older_backup": ("take an older backup", "eine ältere Sicherung nehmen"),
    "other_backup": ("take another backup", "eine andere Sicherung nehmen"),
    "backup_file": (
        "name a file that `syncer db backup` wrote",
        "eine Datei nennen, die `syncer db backup` schrieb",
    ),
    "new_file": ("name a new file", "eine neue Datei nennen"),
    "other_file": ("name another file", "eine andere Datei nennen"),
    "writable_folder": (
        "name a file in a folder you may write",
        "eine Datei in einem Ordner nennen, in den Sie schreiben dürfen",
    ),
    "on_server": (
        "the database is on a PostgreSQL server, whose own tools do this",
        "die Datenbank liegt auf einem PostgreSQL-Server; dessen eigene Werkzeuge tun das",
    ),
    "own_tools": (
        "pg_restore --clean --dbname=DATABASE FILE, then any syncer command: it makes erasures again",
        "pg_restore --clean --dbname=DATENBANK DATEI, dann ein Syncer-Befehl: Er vollzieht Löschungen erneut",
    ),
    # A file of visits
    "no_day": ("is no day", "ist kein Tag"),
    "day_forms": ("2026-11-21 or 21.11.2026", "2026-11-21 oder 21.11.2026"),
    "is_empty": ("is empty", "ist leer"),
    "direct_too": ("direct visits are a source too: direct", "direkte Besuche sind auch eine Quelle: direct"),
    "zero_sessions": ("a whole number; 0 where nobody came", "eine ganze Zahl; 0, wo niemand kam"),
    "more_than_sessions": ("is more than sessions", "ist mehr als die Sitzungen"),
    "part_of_sessions": ("a part of the sessions", "ein Teil der Sitzungen"),
    "no_whole": ("is no whole number", "ist keine ganze Zahl"),
    "whole_forms": ("1234 or 1.234", "1234 oder 1.234"),
    "same_day": (
        "the same day, source and definition stand above",
        "derselbe Tag mit Quelle und Definition steht schon darüber",
    ),
    "one_line_a_day": (
        "one line a day, source and definition",
        "eine Zeile je Tag, Quelle und Definition",
    ),
    "visit_columns": (
        "day;source;definition;sessions, and as far as known {names}",
        "day;source;definition;sessions, dazu soweit bekannt {names}",
    ),
    # The agreement
    "not_signed": ("not signed by {role}", "nicht unterzeichnet von {role}"),
    "signed_other": (
        "{role} signed another content: it changed after the signature",
        "{role} hat einen anderen Inhalt unterzeichnet: Er wurde danach geändert",
    ),
    "signed_already": ("{role} signed this content already", "{role} hat diesen Inhalt schon unterzeichnet"),
    "needs_name": ("a signature needs a name", "eine Unterschrift braucht einen Namen"),
    "unknown_key": ("unknown key {key}", "unbekannter Schlüssel {key}"),
    # OAuth
    "no_oauth": ("no account uses OAuth", "kein Konto nutzt OAuth"),
    "oauth_how": (
        (
            "--account NAME; OAuth needs HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET in .env, "
            "or auth: oauth in syncer.yaml"
        ),
        (
            "--account NAME; OAuth braucht HUBSPOT_CLIENT_ID und HUBSPOT_CLIENT_SECRET in .env, "
            "oder auth: oauth in syncer.yaml"
        ),
    ),
    "no_code": ("the address holds no code", "die Adresse enthält keinen Code"),
    "paste_whole": (
        "paste it whole, with everything behind the question mark",
        "ganz einfügen, mit allem hinter dem Fragezeichen",
    ),
    "nobody_back": ("nobody came back from HubSpot", "niemand kam von HubSpot zurück"),
    "connect_again": (
        "run syncer connect again, with --paste where the browser is elsewhere",
        "syncer connect erneut aufrufen, mit --paste, wo der Browser anderswo ist",
    ),
    "nothing_listens": ("nothing can listen at {address}", "unter {address} lässt sich nicht lauschen"),
    "free_port": (
        "stop what uses the port, set oauth.redirect_url to another one (in the app's settings too), or use --paste",
        "beenden, was den Port belegt, oauth.redirect_url ändern (auch in der App), oder --paste nehmen",
    ),
    "other_portal": (
        "the token opens portal {theirs}, the mirror holds portal {ours}",
        "das Token öffnet Portal {theirs}, hier liegt Portal {ours}",
    ),
    "other_portal_how": (
        "put that portal's token into .env, or give the other portal an account of its own in syncer.yaml",
        "das Token jenes Portals in .env eintragen, oder dem anderen ein eigenes Konto in syncer.yaml geben",
    ),
    "no_token": ("account {account} has no access token", "Konto {account} hat kein Zugriffstoken"),
    # What the CRM answers
    "unreachable": ("the CRM cannot be reached", "das CRM ist nicht erreichbar"),
    "bad_token": ("the CRM does not accept the token", "das CRM nimmt das Token nicht an"),
    "token_lacks": ("the token lacks a scope", "dem Token fehlt eine Berechtigung"),
    "no_answer": ("the CRM gave no usable answer", "das CRM gab keine brauchbare Antwort"),
    "unknown_outcome_why": (
        "a write was sent and not answered ({why})",
        "ein Schreibvorgang ging hinaus und blieb ohne Antwort ({why})",
    ),
    "refused_read_why": ("the CRM refused a read ({why})", "das CRM hat das Lesen abgelehnt ({why})"),
    "no_api": ("the answer is not the CRM's API", "die Antwort ist nicht die API des CRM"),
    "too_fast": ("too many calls in ten seconds", "zu viele Aufrufe in zehn Sekunden"),
    "too_many_searches": ("too many searches a second", "zu viele Suchen in der Sekunde"),
    # What is not here
    "no_contact": ("no such contact in the mirror", "diesen Kontakt kennt Syncer nicht"),
    "no_deal": ("no such deal in the mirror", "diesen Deal kennt Syncer nicht"),
    "pull_or_letters": ("syncer pull, or syncer dead-letters", "syncer pull, oder syncer dead-letters"),
    "never_full": ("never read in full: syncer backfill", "nie ganz gelesen: syncer backfill"),
    "feed_no_list": (
        "an event feed: the CRM offers no full list to compare with",
        "ein Ereignisstrom: Das CRM bietet keine ganze Liste zum Vergleichen",
    ),
    "no_ids": (
        "not compared: each round reads its list anew",
        "nicht verglichen: Jede Runde liest die Liste neu",
    ),
    "many_gone": (
        "{gone} of {held} are gone from the CRM: more than {share}",
        "{gone} von {held} sind aus dem CRM verschwunden: mehr als {share}",
    ),
    "many_gone_how": (
        "look at `syncer reconcile`; if it is so, run it again with --apply --force",
        "`syncer reconcile` ansehen; falls es stimmt, erneut mit --apply --force",
    ),
    "another_daemon": (
        "another daemon is at work on this database",
        "ein anderer Dienst arbeitet schon mit dieser Datenbank",
    ),
    "locked": (
        "the database is locked by another thread",
        "die Datenbank ist von einem anderen Vorgang gesperrt",
    ),
    # What a backfill will cost
    "search_lags": (
        "counts are search's: its index lags behind, and no promise says that its totals are exact",
        "die Zahlen sind die der Suche: Ihr Index hinkt nach, und niemand verspricht genaue Summen",
    ),
    "allowed_rate": (
        "minutes are those of the allowed rate: a CRM that answers slowly takes longer, one page after the other",
        "Minuten gelten für den erlaubten Takt: Ein CRM, das langsam antwortet, braucht länger, Seite für Seite",
    ),
    "feed_no_total": (
        "an event feed names no total: at least 1 call",
        "ein Ereignisstrom nennt keine Gesamtzahl: mindestens 1 Aufruf",
    ),
    "uncounted": (
        "search does not count this stream: at least 1 call",
        "die Suche zählt diesen Datenstrom nicht: mindestens 1 Aufruf",
    ),
    "archived_unknown": (
        "how many archived records there are, search does not say: at least 1 call for them",
        "wie viele archivierte es gibt, sagt die Suche nicht: mindestens 1 Aufruf dafür",
    ),
    "stories_unknown": (
        "search did not say how many contacts have a story: at most this many calls",
        "die Suche sagt nicht, wie viele Kontakte eine Vorgeschichte haben: höchstens so viele Aufrufe",
    ),
}
