"""What `--help` says of options and arguments, in English and German."""

from collections.abc import Mapping

OPTION_HELPS: Mapping[str, tuple[str, str]] = {
    "version": ("Print the version and leave.", "Die Version ausgeben und enden."),
    "lang": ("en or de.", "en oder de."),
    "json": (
        "Print JSON on standard output and nothing else.",
        "JSON auf die Standardausgabe schreiben und sonst nichts.",
    ),
    "account": ("One account; all of them when left out.", "Ein Konto; ohne Angabe alle."),
    "init_folder": (
        "Where to write .env, syncer.yaml and agreement.yaml.",
        "Wohin .env, syncer.yaml und agreement.yaml sollen.",
    ),
    "connect_account": (
        "The account to connect; the only OAuth account when left out.",
        "Das Konto, das verbunden wird; ohne Angabe das einzige mit OAuth.",
    ),
    "paste": (
        "Ask for the address instead of listening: the browser is elsewhere.",
        "Nach der Adresse fragen, statt zu lauschen: Der Browser ist anderswo.",
    ),
    "create": (
        "Create what is missing; without it the list is only shown.",
        "Anlegen, was fehlt; ohne dies wird die Liste nur gezeigt.",
    ),
    "stream": (
        "One stream (contacts, deals, calls, …); repeatable.",
        "Ein Datenstrom (contacts, deals, calls, …); mehrfach möglich.",
    ),
    "kind": (
        "One kind of record (contacts, deals, calls, …); repeatable.",
        "Eine Art von Datensätzen (contacts, deals, calls, …); mehrfach möglich.",
    ),
    "restart": (
        "Begin at the first page, whatever was read before.",
        "Bei der ersten Seite beginnen, was auch schon gelesen ist.",
    ),
    "foretell": (
        "Foretell calls and minutes, stream by stream; read and write nothing.",
        "Aufrufe und Minuten vorhersagen, je Datenstrom; nichts lesen oder schreiben.",
    ),
    "mend": (
        "Mend the mirror; without it the differences are only shown.",
        "Den Spiegel berichtigen; ohne dies werden die Abweichungen nur gezeigt.",
    ),
    "believe": (
        "Believe that records are gone even where they are an unusual share.",
        "Glauben, dass Datensätze weg sind, auch wo es ungewöhnlich viele sind.",
    ),
    "derive_full": (
        "Decide every contact and deal, not only the dirty ones.",
        "Alle Kontakte und Deals entscheiden, nicht nur die geänderten.",
    ),
    "as_of": (
        "Business time: a date (end of that day) or an ISO moment.",
        "Stand: ein Datum (Ende des Tages) oder ein ISO-Zeitpunkt.",
    ),
    "known_at": ("Knowledge time: what we had recorded by then.", "Kenntnisstand: was bis dahin erfasst war."),
    "sync_dry": (
        "Stop after the plan and print it; write nothing.",
        "Nach dem Plan aufhören und ihn zeigen; nichts schreiben.",
    ),
    "force": (
        "Accept a plan that changes an unusual share of the CRM.",
        "Einen Plan annehmen, der ungewöhnlich viel im CRM ändert.",
    ),
    "plan_full": (
        "Compare every record, not only those decided anew.",
        "Alle Datensätze vergleichen, nicht nur die neu entschiedenen.",
    ),
    "undo_run": (
        "The run to take back, as `syncer status` lists it.",
        "Der Lauf, der zurückgenommen wird, wie `syncer status` ihn nennt.",
    ),
    "restore_values": (
        "Restore; without it the steps are only shown.",
        "Zurücknehmen; ohne dies werden die Schritte nur gezeigt.",
    ),
    "kpi_ids": (
        "K01 … K43, or one row (K10.broad); all when left out.",
        "K01 … K43, oder eine Zeile (K10.broad); ohne Angabe alle.",
    ),
    "period": (
        "2026Q2, 2026-07, 2026, 2026W14, 2026-01-01..2026-03-31, all.",
        "2026Q2, 2026-07, 2026, 2026W14, 2026-01-01..2026-03-31, all (alle).",
    ),
    "basis": ("cohort or period.", "cohort (Kohorte) oder period (Zeitraum)."),
    "by": (
        "Split by source, owner, pipeline, quarter, …; repeatable.",
        "Aufteilen nach source, owner, pipeline, quarter, …; mehrfach möglich.",
    ),
    "model": (
        "Attribution: first, last, linear, u, w, full_path, time_decay.",
        "Zurechnung: first, last, linear, u, w, full_path, time_decay.",
    ),
    "constant_rates": (
        "Take this day's exchange rates for every amount.",
        "Für alle Beträge die Wechselkurse dieses Tages nehmen.",
    ),
    "kpi_format": ("table, json, csv, parquet or xlsx.", "table, json, csv, parquet oder xlsx."),
    "output": ("File to write; standard output otherwise.", "Datei; ohne Angabe die Standardausgabe."),
    "explain_what": ("contact, deal or kpi.", "contact, deal oder kpi."),
    "explain_ident": (
        "Record id, e-mail address, or KPI id.",
        "ID des Datensatzes, E-Mail-Adresse, oder ID der Kennzahl.",
    ),
    "explain_period": ("For a KPI: as with `syncer kpis`.", "Für eine Kennzahl: wie bei `syncer kpis`."),
    "tables_folder": (
        "Where the files go; made when it is not there.",
        "Wohin die Dateien sollen; wird angelegt, wenn es ihn nicht gibt.",
    ),
    "tables_format": ("parquet or csv.", "parquet oder csv."),
    "personal": ("Names and addresses of people too.", "Auch Namen und Adressen von Personen."),
    "handover_contact": (
        "A contact, to see its card; everybody when left out.",
        "Ein Kontakt, um seine Karte zu sehen; ohne Angabe alle.",
    ),
    "handover_retry": (
        "Open the cards and proposals again that the CRM refused.",
        "Karten und Fragen wieder öffnen, die das CRM ablehnte.",
    ),
    "letters_action": (
        "list; replay one by its ID, or all; drop one by its ID.",
        "list; replay: einen nach ID oder alle erneut; drop: einen nach ID verwerfen.",
    ),
    "letters_ident": (
        "As listed: stream:record of reading, write:stream:record.",
        "Wie genannt: stream:record beim Lesen, write:stream:record.",
    ),
    "since": (
        "A date or an ISO moment; a day ago when left out.",
        "Ein Datum oder ISO-Zeitpunkt; ohne Angabe vor einem Tag.",
    ),
    "send": (
        "Send it to the channels of syncer.yaml, to each once a day.",
        "In die Kanäle von syncer.yaml senden, in jeden einmal am Tag.",
    ),
    "forget_whom": ("Whom; left out, the log of erasures is shown.", "Wen; ohne Angabe das Protokoll der Löschungen."),
    "forget_dry": (
        "Count what would be erased; erase nothing.",
        "Zählen, was gelöscht würde; nichts löschen.",
    ),
    "forget_by": ("Who asked for it, for the log of erasures.", "Wer es verlangt hat, für das Löschprotokoll."),
    "yes": ("Do not ask back on a terminal.", "Am Bildschirm nicht nachfragen."),
    "lift": (
        "Take the tombstones away: the person came back of their own accord.",
        "Die Sperren aufheben: Die Person kam von sich aus zurück.",
    ),
    "in_advance": (
        "Bar whoever comes under this id or address, though nothing is known.",
        "Sperren, wer unter dieser ID oder Adresse kommt, auch wenn nichts bekannt ist.",
    ),
    "export_whom": ("Whom it is about.", "Um wen es geht."),
    "export_format": ("md, to be read; json, complete for machines.", "md zum Lesen; json, vollständig für Maschinen."),
    "export_output": (
        "New file that only you can read; else standard output.",
        "Neue Datei, die nur Sie lesen können; sonst die Standardausgabe.",
    ),
    "prune_dry": (
        "Count what has had its time; take nothing out.",
        "Zählen, was seine Zeit hatte; nichts entfernen.",
    ),
    "host": ("Address to listen on.", "Adresse, an der gelauscht wird."),
    "port": ("Port to listen on; 0 takes a free one.", "Port, an dem gelauscht wird; 0 nimmt einen freien."),
    "jobs": ("Jobs at once, each on another account.", "Aufträge zugleich, jeder an einem anderen Konto."),
    "load": (
        "JSON lines, or a portal spec (YAML) over CSV files; repeatable.",
        "JSON-Zeilen, oder eine Beschreibung (YAML) über CSV-Dateien; mehrfach möglich.",
    ),
    "data": (
        "Folder of the CSV files that a portal spec names.",
        "Ordner der CSV-Dateien, die eine Beschreibung nennt.",
    ),
    "generate": ("Fill with this many generated contacts.", "Mit so vielen erzeugten Kontakten füllen."),
    "seed": ("Seed of the generated data.", "Startwert der erzeugten Daten."),
    "state": (
        "SQLite file that keeps the portal; memory otherwise.",
        "SQLite-Datei, die das Portal aufhebt; sonst der Arbeitsspeicher.",
    ),
    "clone": (
        "Copy this account of syncer.yaml into --state first; only read.",
        "Dieses Konto aus syncer.yaml erst nach --state kopieren; nur lesend.",
    ),
    "pseudonymise": (
        "Copy no names, addresses and texts of people.",
        "Keine Namen, Adressen und Texte von Personen kopieren.",
    ),
    "restart_copy": ("Throw an earlier copy in --state away.", "Eine frühere Kopie in --state verwerfen."),
    "fill_only": ("Fill --state and leave.", "--state füllen und enden."),
    "send_hooks": (
        "Send webhooks to this address, as HubSpot would.",
        "Webhooks an diese Adresse senden, wie HubSpot es täte.",
    ),
    "secret_env": (
        "Variable with the client secret; HUBSPOT_CLIENT_SECRET.",
        "Variable mit dem Client-Geheimnis; HUBSPOT_CLIENT_SECRET.",
    ),
    "lose": ("Share of webhook events that never come.", "Anteil der Webhook-Ereignisse, die nie kommen."),
    "demo_contacts": ("Generated contacts.", "Erzeugte Kontakte."),
    "demo_seed": ("Same seed, same portal.", "Gleicher Startwert, gleiches Portal."),
    "demo_no_serve": ("Print and leave; serve no dashboard.", "Ausgeben und enden; kein Dashboard."),
    "demo_port": ("Port of the dashboard.", "Port des Dashboards."),
    "agreement_path": ("The file; SYNCER_AGREEMENT when left out.", "Die Datei; ohne Angabe SYNCER_AGREEMENT."),
    "diff_old": (
        "A file, or `default` for the built-in agreement.",
        "Eine Datei, oder `default` für die eingebaute Vereinbarung.",
    ),
    "diff_new": (
        "The file to compare with; SYNCER_AGREEMENT when left out.",
        "Die Datei zum Vergleich; ohne Angabe SYNCER_AGREEMENT.",
    ),
    "draft": ("The draft; it needs no signatures.", "Der Entwurf; er braucht keine Unterschriften."),
    "threshold": (
        "A threshold to try; repeatable. Some otherwise.",
        "Eine Schwelle zum Erproben; mehrfach möglich. Sonst einige.",
    ),
    "level": ("Whose threshold is tried.", "Welche Stufe erprobt wird."),
    "weeks": ("Weeks that hand-overs are counted in.", "Wochen, in denen Übergaben gezählt werden."),
    "ids": (
        "Name the contacts whose stage would be another.",
        "Die Kontakte nennen, deren Stufe eine andere wäre.",
    ),
    "months": ("Months of hand-overs looked at.", "Monate, deren Übergaben betrachtet werden."),
    "previous": (
        "An earlier version of the file, for precision beside today's.",
        "Eine frühere Fassung der Datei, für ihre Trefferquote neben der heutigen.",
    ),
    "review_draft": (
        "Write the proposed points there, as a file without signatures.",
        "Die vorgeschlagenen Punkte dorthin schreiben, als Datei ohne Unterschriften.",
    ),
    "role": ("marketing or sales.", "marketing oder sales (Vertrieb)."),
    "sign_by": ("Who signs.", "Wer unterzeichnet."),
    "sheet": (
        "CSV or Excel (.xlsx), headings English or German.",
        "CSV oder Excel (.xlsx), Überschriften deutsch oder englisch.",
    ),
    "sheet_dry": ("Say what would change; keep nothing.", "Sagen, was sich änderte; nichts aufheben."),
    "replace": (
        "The file is all there is for its days: other imported lines in them go.",
        "Die Datei ist alles für ihre Tage: Andere aufgenommene Zeilen darin gehen.",
    ),
    "template_output": (
        "File to write, .csv or .xlsx; standard output otherwise.",
        "Datei, .csv oder .xlsx; ohne Angabe die Standardausgabe.",
    ),
    "project": (
        "Folder of the app's project: the webhook file is written there.",
        "Ordner des Projekts der App: Dorthin kommt die Datei der Webhooks.",
    ),
    "app_id": (
        "Legacy public app: subscribe by HubSpot's API.",
        "Öffentliche App alter Art: per HubSpots API abonnieren.",
    ),
    "journal": ("Subscribe the app's journal by HubSpot's API.", "Das Journal der App per HubSpots API abonnieren."),
    "visits_path": ("CSV: day, source, definition, sessions, …", "CSV: Datum, Quelle, Werkzeug, Besuche, …"),
    "visits_dry": ("Read and check the file; keep nothing.", "Die Datei lesen und prüfen; nichts aufheben."),
    "backup_file": (
        "New file to write; one that exists is never overwritten.",
        "Neue Datei; eine vorhandene wird nie überschrieben.",
    ),
    "restore_file": ("A file that `syncer db backup` wrote.", "Eine Datei, die `syncer db backup` schrieb."),
    "restore_apply": (
        "Put it in the database's place; without it both are only shown.",
        "An die Stelle der Datenbank setzen; ohne dies werden beide nur gezeigt.",
    ),
    "verify_file": (
        "A backup; left out, the database itself.",
        "Eine Sicherung; ohne Angabe die Datenbank selbst.",
    ),
}
