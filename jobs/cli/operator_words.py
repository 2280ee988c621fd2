"""What commands for whoever sets Syncer up and keeps it say on a terminal, in English and German."""

from collections.abc import Mapping

OPERATOR_WORDS: Mapping[str, tuple[str, str]] = {
    # init
    "setup_next": ("syncer setup --apply creates what is missing", "syncer setup --apply legt an, was fehlt"),
    "open_again": ("{count} open again: syncer push", "{count} wieder offen: syncer push"),
    "file_written": ("{name}: written", "{name}: geschrieben"),
    "file_there": ("{name}: is there already, left alone", "{name}: ist schon da, bleibt so"),
    "next_colon": ("next:", "weiter:"),
    "init_token": ("  1. put the access token into .env", "  1. das Zugriffstoken in .env eintragen"),
    "init_oauth": (
        "     (or the id and secret of your OAuth app, and then: syncer connect)",
        "     (oder ID und Geheimnis Ihrer OAuth-App, und dann: syncer connect)",
    ),
    "init_sign": (
        "  2. sign agreement.yaml: syncer agreement sign --role marketing --by NAME, and --role sales",
        "  2. agreement.yaml unterzeichnen: syncer agreement sign --role marketing --by NAME, und --role sales",
    ),
    "init_default": (
        "     (or delete it: without the file the built-in default runs, and every report says so)",
        "     (oder löschen: ohne die Datei läuft die eingebaute Vorgabe, und jeder Bericht sagt es)",
    ),
    "init_check": ("  3. syncer check", "  3. syncer check"),
    # connect
    "connect_needs": (
        "Your app needs the redirect address {address} and these scopes.",
        "Ihre App braucht die Rückleitungsadresse {address} und diese Berechtigungen.",
    ),
    "connect_required": ("  required: {scopes}", "  nötig: {scopes}"),
    "connect_optional": ("  optional: {scopes}", "  wahlweise: {scopes}"),
    "connect_open": (
        "Open this address as a super admin of the portal:",
        "Diese Adresse als Super-Admin des Portals öffnen:",
    ),
    "connect_paste": (
        "Then paste the address of the page you end on (it may not load; nothing is shown)",
        "Dann die Adresse der Seite einfügen, auf der Sie landen (sie muss nicht laden; nichts wird angezeigt)",
    ),
    "connect_waits": ("Waiting at {address}; Ctrl-C ends it.", "Wartet auf {address}; Strg-C bricht ab."),
    "connected": ("account {account} is connected", "Konto {account} ist verbunden"),
    "connected_to": (
        "account {account} is connected to portal {portal}",
        "Konto {account} ist mit Portal {portal} verbunden",
    ),
    "not_granted": (
        "  not granted: {scope} ({purpose}); without it: {lost}",
        "  nicht erteilt: {scope} ({purpose}); ohne sie: {lost}",
    ),
    "next_check": ("next: syncer check", "weiter: syncer check"),
    # derive, measure
    "derived": (
        (
            "{account}: {contacts} {contacts:contact|contacts}, {deals} {deals:deal|deals}, {companies} "
            "{companies:company|companies} decided; {changed} {changed:contact stands|contacts stand} otherwise "
            "than before"
        ),
        (
            "{account}: {contacts} {contacts:Kontakt|Kontakte}, {deals} {deals:Deal|Deals}, {companies} "
            "{companies:Firma|Firmen} "
            "entschieden; {changed} {changed:Kontakt steht|Kontakte stehen} anders als zuvor"
        ),
    ),
    "as_of_title": ("{account} · as of {at}", "{account} · Stichtag {at}"),
    "now_word": ("now", "jetzt"),
    "stages": ("stages", "Stufen"),
    "outcomes": ("outcomes", "Ergebnisse"),
    "contacts_head": ("contacts", "Kontakte"),
    "deals_head": ("deals", "Deals"),
    "measured": (
        "{count} figures kept; see `syncer kpis` or the dashboard",
        "{count} Kennzahlen gespeichert; siehe `syncer kpis` oder das Dashboard",
    ),
    # reconcile
    "crm": ("CRM", "CRM"),
    "mirror": ("mirror", "Kopie"),
    "rec_missing": ("missing", "fehlend"),
    "rec_differing": ("differing", "abweichend"),
    "rec_links": ("links", "Verknüpfungen"),
    "rec_archived": ("archived", "archiviert"),
    "rec_deleted": ("deleted", "gelöscht"),
    "rec_merged": ("merged", "zusammengeführt"),
    "rec_differs": ("differs", "weicht ab"),
    "rec_not_yet_pulled": ("not yet pulled", "noch nicht abgerufen"),
    "rec_unreadable": ("unreadable", "unlesbar"),
    "rec_empty": ("empty", "ohne Inhalt"),
    "rec_repaired": ("repaired", "behoben"),
    "rec_api_calls": ("api calls", "API-Aufrufe"),
    "record": ("record", "Datensatz"),
    "what": ("what", "was"),
    "in": ("in", "in"),
    "now_head": ("now", "jetzt"),
    "links_to": ("links to {kind}", "Verknüpfungen zu {kind}"),
    "now_into": ("now {into}", "jetzt {into}"),
    "mended": ("mended", "behoben"),
    "stands": ("stands", "besteht"),
    "more_findings": (
        "… and {count} more; --json names the first thousand of each stream",
        "… und {count} weitere; --json nennt die ersten tausend je Datenstrom",
    ),
    "compared_in": (
        "{count} {count:record|records} compared in {seconds} s",
        "{count} {count:Datensatz|Datensätze} in {seconds} s verglichen",
    ),
    "not_proved": (
        "not proved, since {streams} stopped: {compared}, {faults} not the same",
        "nicht nachgewiesen, da {streams} anhielt: {compared}, {faults} nicht gleich",
    ),
    "agree": (
        "mirror and CRM agree{early}: {compared}{unread}",
        "Kopie und CRM stimmen überein{early}: {compared}{unread}",
    ),
    "but_for": (" but for {count} that the next pull brings", " bis auf {count}, die der nächste Abruf bringt"),
    "unread": ("; {count} cannot be read: syncer dead-letters", "; {count} nicht lesbar: syncer dead-letters"),
    "mended_left": (
        "{repaired} mended, {left} left: {compared}; the next derive decides what changed",
        "{repaired} behoben, {left} offen: {compared}; das nächste Entscheiden berücksichtigt, was sich änderte",
    ),
    "faults_shown": (
        "{faults} are not the same on both sides: {compared}; --apply mends the mirror",
        "{faults} sind nicht auf beiden Seiten gleich: {compared}; --apply behebt es in der Kopie",
    ),
    # webhooks
    "next_apply": ("next: syncer webhooks apply {ways}", "weiter: syncer webhooks apply {ways}"),
    "way_project": ("--project FOLDER", "--project ORDNER"),
    "way_app": ("--app-id ID for a legacy public app", "--app-id ID für eine ältere öffentliche App"),
    "way_journal": ("--journal for the app's journal", "--journal für das Journal der App"),
    "or_way": (", or ", " oder "),
    "project_holds": (
        "{path} holds {count} {count:subscription|subscriptions}; next: hs project upload",
        "{path} enthält {count} {count:Abonnement|Abonnements}; weiter: hs project upload",
    ),
    "scopes_needed": ("the app needs these scopes: {scopes}", "die App braucht diese Berechtigungen: {scopes}"),
    "subscribed": (
        "{created} subscriptions made, {activated} switched on, {unchanged} were there",
        "{created} Abonnements angelegt, {activated} eingeschaltet, {unchanged} waren da",
    ),
    "journal_subscribed": (
        "{made} subscriptions of the journal made, {there} were there; next: syncer webhooks read-journal",
        "{made} Abonnements des Journals angelegt, {there} waren da; weiter: syncer webhooks read-journal",
    ),
    "journal_read": (
        (
            "{accounts}: {files} {files:file|files}, {events} {events:event|events}, {kept} new "
            "{kept:hint|hints}; next: syncer webhooks drain"
        ),
        (
            "{accounts}: {files} {files:Datei|Dateien}, {events} {events:Ereignis|Ereignisse}, {kept} "
            "{kept:neuer Hinweis|neue Hinweise}; weiter: syncer webhooks drain"
        ),
    ),
    "journal_gaps": (
        "not everything was told of {names}: syncer reconcile --apply",
        "nicht alles zu {names} wurde gemeldet: syncer reconcile --apply",
    ),
    "drained": (
        (
            "{account}: {looked_at} webhooks looked into, {derived} contacts decided, {written} values written, "
            "{given_up} given up, {waiting} wait"
        ),
        (
            "{account}: {looked_at} Webhooks nachgegangen, {derived} Kontakte entschieden, {written} Werte "
            "geschrieben, {given_up} aufgegeben, {waiting} warten"
        ),
    ),
    "nothing_waits": ("{account}: no webhook waits", "{account}: kein Webhook wartet"),
    "no_target": ("no address yet: SYNCER_PUBLIC_URL in .env", "noch keine Adresse: SYNCER_PUBLIC_URL in .env"),
    "scopes": ("scopes: {scopes}", "Berechtigungen: {scopes}"),
    "subscription": ("subscription", "Abonnement"),
    "properties": ("properties", "Eigenschaften"),
    "scope": ("scope", "Berechtigung"),
    "actions": ("actions", "Vorgänge"),
    "other_ends": ("properties or other ends", "Eigenschaften oder Gegenseiten"),
    "journal_tells": ("the journal has to tell of:", "das Journal hat zu melden:"),
    # visits
    "visits_checked": (
        "{lines} {lines:line|lines} checked: {sessions} {sessions:session|sessions} of {sources}",
        "{lines} {lines:Zeile|Zeilen} geprüft: {sessions} {sessions:Sitzung|Sitzungen} von {sources}",
    ),
    "visits_kept": (
        "{lines} {lines:line|lines} kept: {sessions} {sessions:session|sessions} of {sources}",
        "{lines} {lines:Zeile|Zeilen} gespeichert: {sessions} {sessions:Sitzung|Sitzungen} von {sources}",
    ),
    "nobody": ("nobody", "niemandem"),
    # db
    "table": ("table", "Tabelle"),
    "rows": ("rows", "Zeilen"),
    "damaged": ("damaged: {fault}", "beschädigt: {fault}"),
    "sound": (
        "sound · revision {revision} · last run {at}",
        "unversehrt · Revision {revision} · letzter Lauf {at}",
    ),
    "not_sound": (
        "NOT sound · revision {revision} · last run {at}",
        "NICHT unversehrt · Revision {revision} · letzter Lauf {at}",
    ),
    "never": ("never", "noch nie"),
    "gives_way": (
        "gives way: the present database: {rows} {rows:row|rows}, last run {at}; --apply restores",
        "weicht: die jetzige Datenbank: {rows} {rows:Zeile|Zeilen}, letzter Lauf {at}; --apply stellt wieder her",
    ),
    "gives_way_unread": (
        "gives way: the present database: cannot be read; --apply restores",
        "weicht: die jetzige Datenbank: nicht lesbar; --apply stellt wieder her",
    ),
    "db_restored": (
        (
            "restored · {erased} {erased:erasure|erasures} made again · {kept} later "
            "{kept:write stays|writes stay} known as ours · now run: syncer sync"
        ),
        (
            "wiederhergestellt · {erased} Löschungen erneut vollzogen · {kept} spätere Schreibvorgänge bleiben als "
            "unsere bekannt · jetzt: syncer sync"
        ),
    ),
    # agreement
    "agreement_sound": (
        "{file}: version {version}, fingerprint {fingerprint}, no problems",
        "{file}: Version {version}, Fingerabdruck {fingerprint}, keine Probleme",
    ),
    "not_signed_by": (
        "not signed by {team}: syncer agreement sign --role {role} --by NAME",
        "nicht unterzeichnet von {team}: syncer agreement sign --role {role} --by NAME",
    ),
    "signed_for": ("{file}: signed for {team} by {who}", "{file}: unterzeichnet für {team} von {who}"),
    "team_marketing": ("marketing", "Marketing"),
    "team_sales": ("sales", "Vertrieb"),
    # run, sandbox, demo
    "dashboard_at": ("dashboard: {address} · Ctrl+C stops", "Dashboard: {address} · Strg+C beendet"),
    "any_token": (
        "HUBSPOT_ACCESS_TOKEN=pat-sandbox-1   (any pat-… does)",
        "HUBSPOT_ACCESS_TOKEN=pat-sandbox-1   (jedes pat-… geht)",
    ),
    "copy_not_whole": (
        "the copy is not whole; the same command goes on with it",
        "die Kopie ist nicht vollständig; derselbe Befehl setzt sie fort",
    ),
    "copy_whole": (
        "{state} holds a whole copy of {account}; --restart makes a new one",
        "{state} enthält eine vollständige Kopie von {account}; --restart legt eine neue an",
    ),
    "copied": ("copied", "kopiert"),
    "records": ("records", "Datensätze"),
    "of_them_archived": ("of them archived", "davon archiviert"),
    "left_out_head": ("left out", "ausgelassen"),
    "calls_head": ("calls", "Aufrufe"),
    "copy_title": (
        "{account} · portal {portal} · {seconds} s",
        "{account} · Portal {portal} · {seconds} s",
    ),
    "copy_links": (
        "{links} {links:link|links} · {versions} {versions:version|versions} of properties",
        "{links} {links:Verknüpfung|Verknüpfungen} · {versions} {versions:Version|Versionen}",
    ),
    "copy_loose": (
        "{count} links left out: the copy does not hold what they lead to",
        "{count} Verknüpfungen ausgelassen: Die Kopie enthält nicht, wohin sie führen",
    ),
    "copy_unlike": (
        "{count} texts that the agreement reads otherwise now: they may decide differently",
        "{count} Texte, die die Vereinbarung jetzt anders liest: Sie können anders entscheiden",
    ),
    "copy_skipped": ("skipped {stream}: {why}", "übersprungen: {stream}: {why}"),
    "demo_set_up": (
        "set up: {count} properties in the CRM at {address}",
        "eingerichtet: {count} Eigenschaften im CRM unter {address}",
    ),
    "demo_calls": ("API calls {calls} · 429 answers {limited}", "API-Aufrufe {calls} · Antworten 429: {limited}"),
    "demo_again": (
        "second sync: {written} written, {planned} planned, {seconds} s",
        "zweite Runde: {written} geschrieben, {planned} geplant, {seconds} s",
    ),
    "property": ("property", "Eigenschaft"),
    # backfill --dry-run
    "links": ("links", "Verknüpfungen"),
    "list": ("list", "Liste"),
    "versions": ("versions", "Versionen"),
    "other_calls": ("other", "sonst"),
    "minutes": ("minutes", "Minuten"),
    "account_itself": ("(the account itself)", "(das Konto selbst)"),
    "all_streams": ("all", "alle"),
    "backfill_cost": ("{account} · what a backfill will cost", "{account} · was ein Gesamtabruf kosten wird"),
    "no_rate": ("rate: not limited here", "Takt: hier nicht begrenzt"),
    "rate": (
        "calls a second that Syncer allows itself: {paces}",
        "Aufrufe je Sekunde, die Syncer sich erlaubt: {paces}",
    ),
    "no_daily_limit": ("the CRM names no daily limit", "das CRM nennt keine Tagesgrenze"),
    "fits_today": ("fits into today", "passt in den heutigen Tag"),
    "takes_days": ("takes {days} {days:day|days}", "dauert {days} {days:Tag|Tage}"),
    "today_left": (
        (
            "today: {remaining} of {limit} calls are left, {left} of them before the share of the account's other "
            "apps: {fits}"
        ),
        (
            "heute: noch {remaining} von {limit} Aufrufen, davon {left} vor dem Anteil der anderen Apps des Kontos: "
            "{fits}"
        ),
    ),
}
