"""What the help of a command begins with, in English and German; English is its docstring."""

from collections.abc import Mapping

#: By the words that call it.
COMMAND_HELPS: Mapping[str, tuple[str, str]] = {
    "": (
        "Runs beside your CRM: mirrors it, decides stage, score and outcome, measures the funnel, writes back.",
        "Läuft neben Ihrem CRM: spiegelt es, entscheidet Stufe, Score, Ergebnis, misst den Trichter, schreibt zurück.",
    ),
    "init": (
        "Write the three files with comments and complete defaults; files that are there stay as they are.",
        "Die drei Dateien mit Erläuterungen und allen Vorgaben schreiben; was schon da ist, bleibt.",
    ),
    "connect": (
        "Connect a portal to your OAuth app: a person agrees in the browser, Syncer keeps the token.",
        "Ein Portal mit Ihrer OAuth-App verbinden: Ein Mensch stimmt im Browser zu, Syncer verwahrt das Token.",
    ),
    "check": (
        "Check files, database, credentials, scopes, properties, pipelines and stage map; name each problem's remedy.",
        (
            "Dateien, Datenbank, Zugang, Scopes, Eigenschaften, Pipelines und Stufenzuordnung prüfen; zu jedem Problem "
            "die Abhilfe."
        ),
    ),
    "setup": (
        "Show, or create, the property group and properties that the write-back needs.",
        "Zeigen oder anlegen, welche Eigenschaften und welche Gruppe das Zurückschreiben braucht.",
    ),
    "status": (
        "Show how fresh each stream is, the last runs, the outbox and what needs a person.",
        "Zeigen, wie frisch jeder Datenstrom ist, die letzten Läufe, den Postausgang und was jemand ansehen muss.",
    ),
    "backfill": (
        "Read everything from the CRM, resuming where an earlier backfill stopped, and decide.",
        "Alles aus dem CRM lesen, weiter ab der Unterbrechung, und entscheiden.",
    ),
    "pull": (
        "Read what changed since the last round, and nothing else.",
        "Lesen, was sich seit der letzten Runde änderte, und sonst nichts.",
    ),
    "reconcile": (
        "Compare mirror and CRM in full: missed changes, deletions, merges, drift; the CRM is never written.",
        (
            "Spiegel und CRM ganz vergleichen: versäumte Änderungen, Gelöschtes, Zusammengeführtes, Abweichungen; ins "
            "CRM wird nie geschrieben."
        ),
    ),
    "derive": (
        "Decide stage, score and outcome of what changed or came due; as of another time: show, and keep nothing.",
        (
            "Stufe, Score und Ergebnis entscheiden für alles, was sich änderte oder fällig wurde; zu anderem Stand: "
            "zeigen, nichts aufheben."
        ),
    ),
    "measure": (
        "Compute every KPI and keep the figures as a snapshot for dashboard and digest.",
        "Alle Kennzahlen berechnen und für Dashboard und Morgenbericht aufheben.",
    ),
    "sync": (
        "One round: read what changed, decide, plan, write back.",
        "Eine Runde: lesen, was sich änderte, entscheiden, planen, zurückschreiben.",
    ),
    "plan": (
        "Compare what was decided with what the CRM holds and put the differences into the outbox.",
        "Entschiedenes mit dem Stand im CRM vergleichen und die Unterschiede in den Postausgang legen.",
    ),
    "push": ("Send the outbox to the CRM.", "Den Postausgang ins CRM schreiben."),
    "undo": (
        "Show, or restore, what a run wrote, wherever nobody changed it since.",
        "Zeigen oder zurücknehmen, was ein Lauf schrieb, wo es seither niemand änderte.",
    ),
    "kpis": (
        "Print KPIs with n, interval and what was left out; unknown is shown as a dash, never as zero.",
        "Kennzahlen mit n, Intervall und Ausgeschlossenem; Unbekanntes ist ein Strich, nie eine Null.",
    ),
    "explain": (
        "Say why: evidence, rules and contributions of a contact or deal; formula, ids and exclusions of a KPI.",
        (
            "Sagen, warum: Belege, Regeln und Beiträge zu Kontakt oder Deal; Formel, IDs und Ausgeschlossenes zu einer "
            "Kennzahl."
        ),
    ),
    "tables": (
        "Write contacts, deals, cycles, figures and more into a folder, one file a table, with a data dictionary.",
        "Kontakte, Deals, Zyklen, Kennzahlen und mehr in einen Ordner schreiben, mit Erklärung aller Spalten.",
    ),
    "handover": (
        "Who waits for sales, until when, and who has to hear of it; with a contact, the card that sales gets.",
        "Wer auf den Vertrieb wartet, bis wann, und wer davon hören muss; mit einem Kontakt die Karte dazu.",
    ),
    "dead-letters": (
        "List the records that could not be used or written, each with its reason; try them again, or drop one.",
        (
            "Datensätze nennen, die nicht zu lesen oder zu schreiben waren, je mit Grund; sie erneut versuchen oder "
            "einen verwerfen."
        ),
    ),
    "digest": (
        "The morning report: what happened since yesterday, what is due, what needs a person. Names nobody.",
        "Der Morgenbericht: was seit gestern geschah, was ansteht, was jemand ansehen muss. Nennt niemanden.",
    ),
    "forget": (
        "Erase a person everywhere but in the CRM, for good: no later pull brings them back.",
        "Eine Person überall außer im CRM endgültig löschen: Kein späterer Abruf bringt sie zurück.",
    ),
    "export": (
        "Write down everything that is held about a person, and how they were assessed (Art. 15).",
        "Alles aufschreiben, was über eine Person vorliegt und wie sie eingestuft wurde (Art. 15 DSGVO).",
    ),
    "prune": (
        "Take out what had its time by `retention:` in syncer.yaml; past figures stay.",
        "Entfernen, was nach `retention:` in syncer.yaml seine Zeit hatte; frühere Kennzahlen bleiben.",
    ),
    "run": (
        "The daemon: rounds by the clock, and the dashboard.",
        "Der Dienst: Runden nach der Uhr, und das Dashboard.",
    ),
    "worker": (
        "A worker of the distributed engine (PostgreSQL): does the jobs that `syncer run` defers.",
        "Ein Arbeiter des verteilten Betriebs (PostgreSQL): erledigt die Aufträge, die `syncer run` erteilt.",
    ),
    "sandbox": (
        "The embedded CRM alone: speaks HubSpot's API, for rehearsals and tests.",
        "Das eingebaute CRM allein: spricht HubSpots API, zum Üben und Testen.",
    ),
    "demo": (
        "Everything once, on a sandbox CRM with generated data: set up, read, decide, write back, measure, show.",
        (
            "Alles einmal, mit erzeugten Daten in einem CRM zum Üben: einrichten, lesen, entscheiden, zurückschreiben, "
            "messen, zeigen."
        ),
    ),
    "agreement": ("The signed rule file.", "Die unterzeichnete Regeldatei."),
    "agreement check": (
        "Read the agreement and list every problem with file, line and key; say who has to sign it yet.",
        "Die Vereinbarung lesen, jedes Problem mit Datei, Zeile und Schlüssel nennen, und wer noch unterzeichnet.",
    ),
    "agreement diff": (
        "Say in words what a version changes: thresholds, points, rules, reasons, service levels.",
        "In Worten sagen, was eine Fassung ändert: Schwellen, Punkte, Regeln, Gründe, Fristen.",
    ),
    "agreement simulate": (
        "Run a draft against what is known: who would stand otherwise, hand-overs a week, precision. Nothing is kept.",
        (
            "Einen Entwurf am Bekannten erproben: wer anders stünde, Übergaben je Woche, Trefferquote. Nichts wird "
            "aufgehoben."
        ),
    ),
    "agreement review": (
        "Say what became of hand-overs, which rules promised too much or too little, and which points to agree on.",
        (
            "Sagen, was aus Übergaben wurde, welche Regeln zu viel oder zu wenig versprachen und welche Punkte zu "
            "vereinbaren sind."
        ),
    ),
    "agreement sign": (
        "Sign the agreement for one of the two teams; an edit after signing voids the signature.",
        "Die Vereinbarung für eines der Teams unterzeichnen; wer danach ändert, hebt die Unterschrift auf.",
    ),
    "agreement schema": (
        "Print the JSON Schema of agreement.yaml, for editors.",
        "Das JSON-Schema von agreement.yaml ausgeben, für Editoren.",
    ),
    "costs": ("What marketing and sales cost, from sheets.", "Was Marketing und Vertrieb kosten, aus Tabellen."),
    "costs import": (
        "Keep the costs of a sheet; twice the same file changes nothing, a corrected one replaces its lines.",
        "Kosten aus einer Tabelle aufnehmen; dieselbe Datei ändert nichts, eine berichtigte ersetzt ihre Zeilen.",
    ),
    "costs list": (
        "List every cost line: of the CRM's campaigns, of the agreement, of imported sheets.",
        "Jede Kostenzeile nennen: der Kampagnen im CRM, der Vereinbarung, aufgenommener Tabellen.",
    ),
    "costs template": (
        "Write an empty sheet of costs to fill in: headings alone, and on the terminal what belongs under each.",
        "Eine leere Kostentabelle schreiben: nur Überschriften; auf dem Bildschirm steht, was darunter gehört.",
    ),
    "costs forget": (
        "Forget every imported cost line of an account; those of the CRM and of the agreement stay.",
        "Alle aufgenommenen Kostenzeilen eines Kontos vergessen; die aus CRM und Vereinbarung bleiben.",
    ),
    "rates": ("What other currencies are worth.", "Was andere Währungen wert sind."),
    "rates import": (
        "Keep the exchange rates of a sheet; they go before the CRM's own.",
        "Wechselkurse aus einer Tabelle aufnehmen; sie gehen denen des CRM vor.",
    ),
    "rates list": (
        "List every exchange rate, by currency and day, with where it comes from.",
        "Alle Wechselkurse nach Währung und Tag nennen, mit Herkunft.",
    ),
    "webhooks": (
        "What HubSpot should tell Syncer of at once, and what it told.",
        "Was HubSpot sofort melden soll, und was es gemeldet hat.",
    ),
    "webhooks show": (
        "Show the address, scopes and subscriptions that the app in HubSpot needs.",
        "Adresse, Scopes und Abonnements zeigen, die die App in HubSpot braucht.",
    ),
    "webhooks apply": (
        "Make the subscriptions: as a file of the app's project, of a legacy public app by the API, or of the journal.",
        "Die Abonnements anlegen: als Datei im Projekt der App, per API einer öffentlichen App, oder des Journals.",
    ),
    "webhooks drain": (
        "Look into the webhooks that wait, decide and write back; `syncer run` does it by itself.",
        "Wartenden Webhooks nachgehen, entscheiden und zurückschreiben; `syncer run` tut es von selbst.",
    ),
    "webhooks read-journal": (
        "Read what is new in the journals of apps into the inbox; `syncer run` does it by itself, and drains it.",
        (
            "Neues aus den Journalen von Apps in den Eingang lesen; `syncer run` tut es von selbst und geht ihm auch "
            "nach."
        ),
    ),
    "visits": ("Visits counted by a web analytics tool.", "Besuche, die ein Werkzeug der Webanalyse zählte."),
    "visits import": (
        (
            "Bring in visits by day and source; a day that is there already is replaced, so a file may be brought in "
            "again."
        ),
        "Besuche je Tag und Quelle aufnehmen; ein vorhandener Tag wird ersetzt, eine Datei darf also noch einmal.",
    ),
    "db": ("The database: backup, restore, verify.", "Die Datenbank: sichern, zurückholen, prüfen."),
    "db backup": (
        "Write a backup while everything goes on working, and look it over. SQLite; for PostgreSQL use pg_dump.",
        "Im laufenden Betrieb eine Sicherung schreiben und prüfen. SQLite; für PostgreSQL pg_dump nehmen.",
    ),
    "db restore": (
        "Put a backup in the database's place; erasures made since are made again. Then run: syncer sync.",
        (
            "Eine Sicherung an die Stelle der Datenbank setzen; seither Gelöschtes wird wieder gelöscht. Danach: "
            "syncer sync."
        ),
    ),
    "db verify": (
        "Look a backup or the database over: integrity, revision of the tables, rows.",
        "Eine Sicherung oder die Datenbank prüfen: Unversehrtheit, Revision der Tabellen, Zeilen.",
    ),
}
