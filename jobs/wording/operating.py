"""Why a database, a daemon or an erasure cannot go on, and what helps, in English and German (decision 0030)."""

from collections.abc import Mapping

#: Longer sentences stand before shorter ones that would fit them too.
OPERATING_SENTENCES: Mapping[str, tuple[str, str]] = {
    # The database
    "pool": ("every connection to the database is busy", "alle Verbindungen zur Datenbank sind belegt"),
    "no_url": ("not an address of a database", "keine Adresse einer Datenbank"),
    "url_forms": (
        "sqlite:///syncer.db or postgresql://user:password@host/name",
        "sqlite:///syncer.db oder postgresql://benutzer:passwort@host/name",
    ),
    "in_memory": (
        "a database in memory is lost at the end of every step",
        "eine Datenbank im Arbeitsspeicher ist am Ende jedes Schritts verloren",
    ),
    "name_file": ("name a file, as in sqlite:///syncer.db", "eine Datei nennen, wie in sqlite:///syncer.db"),
    "older_state": (
        "another process reads an older state of the database",
        "ein anderer Prozess liest einen älteren Stand der Datenbank",
    ),
    "again_when_done": ("run the command again when it is done", "den Befehl erneut aufrufen, wenn er fertig ist"),
    "locked_by": (
        "the database is locked by another process",
        "die Datenbank ist von einem anderen Prozess gesperrt",
    ),
    "other_holds": (
        "another program holds it: wait until it is done, or stop it",
        "ein anderes Programm hält sie: warten, bis es fertig ist, oder es beenden",
    ),
    "wait_for_write": ("wait until its write is done", "warten, bis es fertig geschrieben hat"),
    "no_io": (
        "the database cannot be read or written now",
        "die Datenbank ist gerade nicht zu lesen oder zu beschreiben",
    ),
    "file_not_opened": (
        "the database file cannot be opened",
        "die Datenbankdatei lässt sich nicht öffnen",
    ),
    "folder_writable": (
        "the folder must exist and be writable; see SYNCER_DATABASE_URL",
        "den Ordner muss es geben, und er muss beschreibbar sein; siehe SYNCER_DATABASE_URL",
    ),
    "file_read_only": ("the database file is read-only", "die Datenbankdatei ist schreibgeschützt"),
    "file_not_ours": (
        "the database file may not be used by this user",
        "dieser Benutzer darf die Datenbankdatei nicht verwenden",
    ),
    "right_to_write": ("give this user the right to write it", "diesem Benutzer das Recht geben, sie zu schreiben"),
    "no_sqlite": ("the file is not an SQLite database", "die Datei ist keine SQLite-Datenbank"),
    "another_file": (
        "name another file in SYNCER_DATABASE_URL",
        "in SYNCER_DATABASE_URL eine andere Datei nennen",
    ),
    "file_damaged": ("the database file is damaged", "die Datenbankdatei ist beschädigt"),
    "restore_it": (
        "restore a backup, or name a new file in SYNCER_DATABASE_URL and run: syncer backfill",
        "eine Sicherung zurückholen, oder in SYNCER_DATABASE_URL eine neue Datei nennen, dann: syncer backfill",
    ),
    "no_schema": ("the schema does not exist in the database", "das Schema gibt es in der Datenbank nicht"),
    "make_schema": (
        "create it, or name another in SYNCER_DATABASE_URL",
        "es anlegen, oder in SYNCER_DATABASE_URL ein anderes nennen",
    ),
    "lacks_right": ("the database user lacks a right", "dem Datenbankbenutzer fehlt ein Recht"),
    "grant_it": ("grant it CREATE and USAGE on the schema", "ihm CREATE und USAGE für das Schema geben"),
    "views_on_views": (
        "views of others stand on a view of ours that is to be made anew",
        "Sichten anderer stehen auf einer Sicht von uns, die neu angelegt wird",
    ),
    "drop_views": (
        "drop them, run the command again, and create them again",
        "sie löschen, den Befehl wiederholen, sie wieder anlegen",
    ),
    "server_read_only": ("the database is read-only", "die Datenbank ist schreibgeschützt"),
    "primary_server": (
        "name the primary server in SYNCER_DATABASE_URL",
        "in SYNCER_DATABASE_URL den Primärserver nennen",
    ),
    "look_at_disk": (
        "look at the disk's space and health",
        "Platz und Zustand des Datenträgers ansehen",
    ),
    "taken_away": (
        "the database file was taken away or replaced while it was in use",
        "die Datenbankdatei wurde während der Arbeit weggenommen oder ersetzt",
    ),
    "put_it_back": (
        "put it back, or restart syncer run: it begins with the file that is there then, or with a new one",
        "sie zurücklegen, oder syncer run neu starten: es beginnt mit der Datei, die dann da ist, oder mit einer neuen",
    ),
    "look_at_memory": ("look at the machine's memory", "den Arbeitsspeicher des Rechners ansehen"),
    "strangers": (
        "the database holds tables of another program: {names}",
        "die Datenbank enthält Tabellen eines anderen Programms: {names}",
    ),
    "empty_database": ("name an empty database", "eine leere Datenbank nennen"),
    "newer_database": (
        "a newer syncer wrote this database (revision {found}; this one knows up to {known})",
        "ein neuerer Syncer schrieb diese Datenbank (Revision {found}; dieser kennt bis {known})",
    ),
    "newer_install": (
        "install that version or newer, or restore a backup",
        "jene Version oder eine neuere einspielen, oder eine Sicherung zurückholen",
    ),
    "newer_queue": (
        "a newer syncer wrote the queue of this database ({version})",
        "ein neuerer Syncer schrieb die Warteschlange dieser Datenbank ({version})",
    ),
    "newer_only": ("install that version or newer", "jene Version oder eine neuere einspielen"),
    "strange_queue": (
        "the database holds a Procrastinate queue of another program",
        "die Datenbank enthält eine Procrastinate-Warteschlange eines anderen Programms",
    ),
    "other_schema": (
        "name another database, or another schema by the user's search_path",
        "eine andere Datenbank nennen, oder über den search_path des Benutzers ein anderes Schema",
    ),
    "strange_views": (
        "the database holds tables or views of somebody else: {names}",
        "die Datenbank enthält fremde Tabellen oder Sichten: {names}",
    ),
    "rename_views": (
        "rename them: syncer makes views of these names",
        "umbenennen: Syncer legt Sichten dieser Namen an",
    ),
    "no_server": ("the database server cannot be reached", "der Datenbankserver ist nicht erreichbar"),
    "see_host": (
        "see host and port in SYNCER_DATABASE_URL, and that it runs",
        "Host und Port in SYNCER_DATABASE_URL prüfen, und ob er läuft",
    ),
    "server_refuses": (
        "the database server answers and refuses user, password or database name",
        "der Datenbankserver antwortet und weist Benutzer, Passwort oder Datenbanknamen ab",
    ),
    "see_login": (
        "see them in SYNCER_DATABASE_URL, that the database exists, and that the server has connections left",
        "in SYNCER_DATABASE_URL prüfen, ob es die Datenbank gibt, und ob der Server noch Verbindungen frei hat",
    ),
    "no_place": (
        "the database server takes no further connection of ours now",
        "der Datenbankserver nimmt jetzt keine weitere Verbindung von uns an",
    ),
    "more_places": (
        "raise max_connections or the limit of user or database; restart where the log-in changed",
        "max_connections oder die Grenze von Nutzer oder Datenbank erhöhen; neu starten, wenn die Anmeldung neu ist",
    ),
    "server_broke": (
        "the connection to the database server broke",
        "die Verbindung zum Datenbankserver ist abgebrochen",
    ),
    "server_ill": (
        "the database server cannot serve now",
        "der Datenbankserver kann gerade nicht arbeiten",
    ),
    "tried_again_log": (
        "it is tried again; see the server's log",
        "es wird erneut versucht; siehe Protokoll des Servers",
    ),
    "tried_again": ("it is tried again", "es wird erneut versucht"),
    "queue_away": ("the queue of jobs cannot be reached", "die Warteschlange ist nicht erreichbar"),
    "lead_gone": (
        "the connection that held the schedule is gone",
        "die Verbindung, die den Zeitplan hielt, ist weg",
    ),
    "lead_again": ("a daemon takes it up again", "ein Dienst nimmt ihn wieder auf"),
    "no_leases": (
        "the leases on the account's limits cannot be reached",
        "die Anteile an den Grenzen des Kontos sind nicht erreichbar",
    ),
    "leases_how": (
        "the folder of the database must be writable; calls go on at a fifth of the limits",
        "der Ordner der Datenbank muss beschreibbar sein; Aufrufe gehen mit einem Fünftel der Grenzen weiter",
    ),
    "account_busy": ("another syncer is at work on this account", "ein anderer Syncer arbeitet an diesem Konto"),
    "job_busy": ("another syncer is at the same on this account", "ein anderer Syncer tut an diesem Konto dasselbe"),
    "counter_gone": (
        "the process that counts figures ended",
        "der Prozess, der Kennzahlen zählt, ist zu Ende gegangen",
    ),
    "counter_gone_hint": (
        "whatever ended it, such as a want of memory; figures are counted again by the clock",
        "was immer ihn beendet hat, etwa Mangel an Speicher; nach der Uhr wird wieder gezählt",
    ),
    "token_busy": (
        "another syncer is renewing the token and does not end",
        "ein anderer Syncer erneuert das Token und wird nicht fertig",
    ),
    "wait_or_stop": (
        "wait until it is done, or stop it; `syncer status` shows its run",
        "warten, bis er fertig ist, oder ihn beenden; `syncer status` zeigt seinen Lauf",
    ),
    "cursor_moved": ("another process moved the cursor", "ein anderer Prozess hat die Lesemarke bewegt"),
    "one_an_account": ("run one syncer per account", "je Konto einen Syncer laufen lassen"),
    "no_cursor": ("the kept cursor cannot be read", "die gemerkte Lesemarke ist nicht lesbar"),
    "cursor_in_parts": (
        "the kept cursor is that of a list in parts",
        "die gemerkte Lesemarke gehört zu einer geteilten Liste",
    ),
    "restart": ("backfill with --restart", "backfill mit --restart aufrufen"),
    # Daemon and workers
    "one_daemon": (
        "one daemon an SQLite file: stop the other first; all other commands may run beside it",
        "je SQLite-Datei ein Dienst: den anderen erst beenden; alle übrigen Befehle dürfen daneben laufen",
    ),
    "weak_password": ("is no password that can serve", "taugt nicht als Passwort"),
    "password_form": (
        "twelve characters or more, or an argon2 hash",
        "mindestens zwölf Zeichen, oder ein Argon2-Hash",
    ),
    "needs_password": (
        "beyond this machine the dashboard needs a password",
        "über diesen Rechner hinaus braucht das Dashboard ein Passwort",
    ),
    "set_password": (
        "set SYNCER_DASHBOARD_PASSWORD, or listen at 127.0.0.1",
        "SYNCER_DASHBOARD_PASSWORD setzen, oder an 127.0.0.1 lauschen",
    ),
    "no_backup": (
        "only an SQLite file is backed up from here",
        "von hier aus wird nur eine SQLite-Datei gesichert",
    ),
    "no_backup_how": (
        "pg_dump by cron, and backup_hour: null",
        "pg_dump per cron, und backup_hour: null",
    ),
    "unchanging": ("cannot change meanwhile", "kann sich im Betrieb nicht ändern"),
    "restart_daemon": ("restart the daemon", "den Dienst neu starten"),
    "workers_need": (
        "workers need PostgreSQL, and this database is an SQLite file",
        "Arbeiter brauchen PostgreSQL, und diese Datenbank ist eine SQLite-Datei",
    ),
    "workers_how": (
        "SYNCER_DATABASE_URL=postgresql://user:password@host/name; on SQLite engine: embedded and syncer run alone",
        (
            "SYNCER_DATABASE_URL=postgresql://benutzer:passwort@host/name; mit SQLite engine: embedded und nur "
            "syncer run"
        ),
    ),
    "idle_worker": (
        "a worker has nothing to do: the daemon does all work itself",
        "ein Arbeiter hat nichts zu tun: Der Dienst tut alle Arbeit selbst",
    ),
    "idle_worker_how": (
        "engine: distributed in syncer.yaml, for syncer run and every worker",
        "engine: distributed in syncer.yaml, für syncer run und jeden Arbeiter",
    ),
    "attempt_failed": ("the attempt failed", "der Versuch ist gescheitert"),
    "no_listening": ("cannot listen on {address}: {why}", "an {address} lässt sich nicht lauschen: {why}"),
    "port_taken": ("Address already in use", "Adresse schon belegt"),
    "port_refused": ("Permission denied", "keine Berechtigung"),
    "port_foreign": ("Cannot assign requested address", "keine Adresse dieses Rechners"),
    "other_port": (
        "another --port, or end what listens there; --host is an address of this machine",
        "ein anderer --port, oder beenden, was dort lauscht; --host ist eine Adresse dieses Rechners",
    ),
    "all_halted": ("no stream could be read: {why}", "kein Datenstrom war lesbar: {why}"),
    "no_hint_now": (
        "no hint could be looked into now",
        "gerade war keinem Hinweis nachzugehen",
    ),
    "hooks_wait": (
        "{count} {count:webhook waits|webhooks wait}, the oldest for {seconds} seconds",
        "{count} {count:Webhook wartet|Webhooks warten}, der älteste seit {seconds} Sekunden",
    ),
    "jobs_wait": (
        (
            "{count} {count:job waits|jobs wait}, the oldest for {seconds} seconds; {workers} "
            "{workers:worker lives|workers live}"
        ),
        (
            "{count} {count:Auftrag wartet|Aufträge warten}, der älteste seit {seconds} Sekunden; {workers} Arbeiter "
            "{workers:lebt|leben}"
        ),
    ),
    "hooks_unkept": ("the hints could not be kept", "die Hinweise ließen sich nicht speichern"),
    "hooks_pile": (
        "too many deliveries wait for the database",
        "zu viele Zustellungen warten auf die Datenbank",
    ),
    # People who were erased
    "lost_key": ("set {name}, or bring back {file}", "{name} setzen, oder {file} zurückholen"),
    "key_missing": (
        "the key {id} of the tombstones is missing: erased people would come back",
        "der Schlüssel {id} der Löschsperren fehlt: Gelöschte kämen zurück",
    ),
    "no_erasure_line": (
        "is no line of the journal of erasures",
        "ist keine Zeile des Löschjournals",
    ),
    "journal_copy": (
        "bring the file back from a copy; what was erased since the copy is in the database's own log",
        "die Datei aus einer Kopie zurückholen; was seither gelöscht wurde, steht im Protokoll der Datenbank",
    ),
    "no_key": ("holds no key", "enthält keinen Schlüssel"),
    "key_copy": (
        "bring the file back from where you keep its copy",
        "die Datei von dort zurückholen, wo ihre Kopie liegt",
    ),
    "nobody": ("is neither an id nor an address", "ist weder eine ID noch eine Adresse"),
    "somebody": (
        "the contact's id in the CRM, or an e-mail address",
        "die ID des Kontakts im CRM, oder eine E-Mail-Adresse",
    ),
    "id_of_each": (
        "an id means another person in each account",
        "eine ID meint in jedem Konto eine andere Person",
    ),
    "see_or_read": (
        "see the id or address, or read the CRM first: syncer pull",
        "ID oder Adresse prüfen, oder erst das CRM lesen: syncer pull",
    ),
    "see_or_bar": (
        "see the id or address; to bar them before they are read: syncer forget … --in-advance",
        "ID oder Adresse prüfen; um sie vor dem Einlesen zu sperren: syncer forget … --in-advance",
    ),
    "not_known_in": ("nothing is known under it in {names}", "in {names} ist darunter nichts bekannt"),
    "no_seal": ("no key opens the stored OAuth token", "kein Schlüssel öffnet das gespeicherte OAuth-Token"),
    "seal_how": (
        "add the key it was sealed with, behind a comma; or connect the portal again: syncer connect",
        (
            "den Schlüssel, mit dem es versiegelt wurde, hinter einem Komma anfügen; oder das Portal neu verbinden: "
            "syncer connect"
        ),
    ),
}
