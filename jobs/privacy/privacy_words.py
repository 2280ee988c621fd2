"""What reports about one person's data say, in English and German."""

from collections.abc import Mapping

from jobs.wording.counted import worded
from jobs.wording.words import Language

_WORDS: Mapping[str, tuple[str, str]] = {
    "would_erase": ("would be erased", "würde gelöscht"),
    "erased": ("erased", "gelöscht"),
    "was_forgotten": (
        "was forgotten before, and nothing is held; last",
        "war schon gelöscht, und nichts ist gespeichert; zuletzt",
    ),
    "ids": ("contact ids", "Kontakt-IDs"),
    "addresses": ("{count} {count:address|addresses}", "{count} {count:Adresse|Adressen}"),
    "table": ("table", "Tabelle"),
    "rows": ("rows", "Zeilen"),
    "erasure": ("erasure", "Löschung"),
    "tombstones": ("tombstones", "Sperrmarken"),
    "wiped": ("no byte of it is left in the database's files", "kein Byte davon liegt noch in den Datenbankdateien"),
    "not_wiped": (
        "bytes may still lie in the database's files, since another process holds them: run the command again",
        "Bytes können noch in den Datenbankdateien liegen, weil ein anderer Prozess sie hält: Befehl wiederholen",
    ),
    "still_in_crm": (
        "the CRM still holds what it knows, and what was written there: {names}. Erase the person there as well",
        "Das CRM hält noch, was es weiß und was dorthin geschrieben wurde: {names}. Die Person auch dort löschen",
    ),
    "notices_in_crm": (
        "notes and tasks of ours about the person are there too, and forgotten here: {names}. Delete them there",
        "Auch Notizen und Aufgaben von uns über die Person stehen dort, hier nun vergessen: {names}. Dort löschen",
    ),
    "reason_erased": ("person erased", "Person gelöscht"),
    "reason_expired": ("had its time", "Aufbewahrungsfrist vorbei"),
    "reason_lifted": ("tombstones taken away", "Sperrmarken aufgehoben"),
    "tasks": ("task", "Aufgabe"),
    "notes": ("note", "Notiz"),
    "handover": ("hand-over to sales", "Übergabe an den Vertrieb"),
    "proposal": ("question whether a deal is postponed", "Frage, ob ein Deal verschoben ist"),
    "resume": ("a sale to be taken up again", "Wiedervorlage eines Verkaufs"),
    "escalation": ("nobody got in touch in time", "niemand meldete sich rechtzeitig"),
    "crm_untouched": (
        "the CRM is never told to erase: do it there as well",
        "Im CRM wird nie gelöscht: Die Person auch dort löschen",
    ),
    "lifted": ("{count} {count:tombstone|tombstones} taken away", "{count} {count:Sperrmarke|Sperrmarken} aufgehoben"),
    "lifted_next": (
        "the next change in the CRM, or syncer reconcile --apply, reads the person again",
        "Die nächste Änderung im CRM oder syncer reconcile --apply liest die Person wieder ein",
    ),
    "pruned": ("taken out", "entfernt"),
    "would_prune": ("would be taken out", "würde entfernt"),
    "web_events": (
        "{count} {count:address of an old web event|addresses of old web events}",
        "{count} {count:Adresse eines alten Web-Ereignisses|Adressen alter Web-Ereignisse}",
    ),
    "sleeping": (
        "{count} {count:prospect|prospects} without own activity",
        "{count} {count:Interessent|Interessenten} ohne eigene Aktivität",
    ),
    "old_writes": (
        "{count} replaced old {count:write|writes}",
        "{count} {count:überholter alter Schreibvorgang|überholte alte Schreibvorgänge}",
    ),
    "old_runs": ("{count} old {count:run|runs}", "{count} {count:alter Lauf|alte Läufe}"),
    "more_sleep": (
        "more prospects have had their time: the next run goes on",
        "Weitere Interessenten sind fällig: Der nächste Lauf macht weiter",
    ),
    "account": ("account", "Konto"),
    "at": ("at", "am"),
    "by": ("by", "durch"),
    "reason": ("reason", "Grund"),
    "wiped_head": ("files written anew", "Dateien neu geschrieben"),
    "none_yet": ("nobody was ever erased", "Noch nie wurde jemand gelöscht"),
    "yes": ("yes", "ja"),
    "no": ("no", "nein"),
}


def said(key: str, lang: Language, **facts: object) -> str:
    """Return a text with its facts; an unknown key is a KeyError, so no report shows a placeholder."""
    return worded(_WORDS[key], lang, facts)
