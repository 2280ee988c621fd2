"""What commands that run and look say on a terminal, in English and German."""

from collections.abc import Mapping

from jobs.cli.operator_words import OPERATOR_WORDS
from jobs.wording.counted import worded
from jobs.wording.words import LANGUAGES, Language

_WORDS: Mapping[str, tuple[str, str]] = {
    "account": ("account", "Konto"),
    "stream": ("stream", "Datenstrom"),
    "read": ("read", "gelesen"),
    "created": ("created", "neu"),
    "updated": ("updated", "geändert"),
    "archived": ("archived", "archiviert"),
    "api_calls": ("API calls", "API-Aufrufe"),
    "round_title": ("{account} · run {run}", "{account} · Lauf {run}"),
    "round_sums": (
        (
            "derived {derived} · planned {planned} · written {written} · notices {notices} · unchanged {unchanged} · "
            "conflicts {conflicts} · failed {failed} · {seconds} s"
        ),
        (
            "entschieden {derived} · geplant {planned} · geschrieben {written} · Notizen {notices} · "
            "unverändert {unchanged} · Konflikte {conflicts} · gescheitert {failed} · {seconds} s"
        ),
    ),
    "left_out": ("left out {stream}: {why}", "ausgelassen: {stream}: {why}"),
    "stopped": ("stopped {stream}: {why}", "angehalten: {stream}: {why}"),
    "not_written": ("not written: {problem}", "nicht geschrieben: {problem}"),
    "need_person": (
        "{count} need a person: syncer dead-letters",
        "{count} muss jemand ansehen: syncer dead-letters",
    ),
    "at_rest_until": (
        (
            "{account} rests until {until}: its calls for today are spent ({why}). "
            "Nothing is lost: what was to be done is done by the first round after that"
        ),
        (
            "{account} ruht bis {until}: Die Aufrufe für heute sind verbraucht ({why}). "
            "Nichts geht verloren: Was zu tun war, tut die erste Runde danach"
        ),
    ),
    "read_in_full": ("read in full", "ganz gelesen"),
    "portal_lists": ("the portal lists", "das Portal nennt"),
    "store_holds": ("the store holds", "hier liegen"),
    "search_says": ("search says*", "die Suche sagt*"),
    "proof": ("proof", "Nachweis"),
    "search_note": (
        "* a hint only: search lags behind; the proof is the full list, or export, against the store, id by id",
        (
            "* nur ein Anhalt: Die Suche hinkt nach; der Nachweis ist die ganze Liste oder der Export "
            "gegen den Bestand, ID für ID"
        ),
    ),
    "complete": ("complete", "vollständig"),
    "incomplete": ("NOT complete", "NICHT vollständig"),
    "object": ("object", "Objekt"),
    "property": ("property", "Eigenschaft"),
    "changes": ("changes", "Änderungen"),
    "plan_title": ("{account} · plan {checksum}", "{account} · Plan {checksum}"),
    "plan_of_nothing": ("{title}: nothing to change", "{title}: nichts zu ändern"),
    "record": ("record", "Datensatz"),
    "from": ("from", "von"),
    "to": ("to", "nach"),
    "why": ("why", "warum"),
    "more_in_json": ("… and {count} more; --json prints all", "… und {count} weitere; --json gibt alle aus"),
    "new_notice": ("new in {form}: {purpose} of {record}", "neu in {form}: {purpose} zu {record}"),
    "not_planned": ("not planned: {problem}", "nicht geplant: {problem}"),
    "push_sums": (
        "written {written} · unchanged {unchanged} · conflicts {conflicts} · failed {failed} · notices {notices}",
        (
            "geschrieben {written} · unverändert {unchanged} · Konflikte {conflicts} · gescheitert {failed} · "
            "Notizen {notices}"
        ),
    ),
    "wrote_nothing": (
        "run {run} wrote nothing: `syncer status` lists the runs",
        "Lauf {run} hat nichts geschrieben: `syncer status` nennt die Läufe",
    ),
    "holds": ("holds", "jetzt"),
    "before": ("before", "vorher"),
    "undo": ("undo", "Rücknahme"),
    "restored": ("{done} of {count} taken back", "{done} von {count} zurückgenommen"),
    "steps": (
        "{done} of {count} {count:step|steps} can be taken back: --apply",
        "{done} von {count} {count:Schritt|Schritten} lassen sich zurücknehmen: --apply",
    ),
    "area": ("area", "Bereich"),
    "area_settings": ("settings", "Einstellungen"),
    "area_agreement": ("agreement", "Vereinbarung"),
    "area_database": ("database", "Datenbank"),
    "area_files": ("files", "Dateien"),
    "area_engine": ("engine", "Betrieb"),
    "finding": ("finding", "Befund"),
    "remedy": ("remedy", "Abhilfe"),
    "state": ("state", "Stand"),
    "note": ("note", "Anmerkung"),
    "ok": ("ok", "gut"),
    "level_note": ("note", "Hinweis"),
    "problem": ("problem", "Problem"),
    "present": ("present", "vorhanden"),
    "missing": ("missing", "fehlt"),
    "differs": ("differs", "weicht ab"),
    "nothing_read": ("nothing read yet: syncer backfill", "noch nichts gelesen: syncer backfill"),
    "read_up_to": ("read up to", "gelesen bis"),
    "ago_days": ("{count} days ago", "vor {count} Tagen"),
    "ago_hours": ("{count} hours ago", "vor {count} Stunden"),
    "ago_minutes": ("{count} minutes ago", "vor {count} Minuten"),
    "ago_seconds": ("{count} {count:second|seconds} ago", "vor {count} {count:Sekunde|Sekunden}"),
    "run": ("run", "Lauf"),
    "job": ("job", "Aufgabe"),
    "started": ("started", "Beginn"),
    "took": ("took", "Dauer"),
    "status": ("status", "Status"),
    "counts": ("counts", "Zahlen"),
    "reconciled": ("reconciled: {what}", "Vollabgleich: {what}"),
    "never_reconciled": ("never: syncer reconcile", "noch nie: syncer reconcile"),
    "reconcile_counts": (
        "{at} {status}: {compared} compared, {faults} faults, {repaired} repaired, {left} left",
        "{at} {status}: {compared} verglichen, {faults} Abweichungen, {repaired} behoben, {left} offen",
    ),
    "outbox": ("outbox: {what}", "Postausgang: {what}"),
    "empty": ("empty", "leer"),
    "pending": ("{count} pending", "{count} warten"),
    "sending": ("{count} sending", "{count} unterwegs"),
    "dead_letters": ("dead letters: {count}", "muss jemand ansehen: {count}"),
    "see_letters": (" — syncer dead-letters", " – syncer dead-letters"),
    "sick": ("sick: {what}", "gestört: {what}"),
    "last_failed": ("last round failed: {why}", "letzte Runde gescheitert: {why}"),
    "lacking": (
        "{stream} cannot be read: the token lacks a scope. {remedy}",
        "{stream} ist nicht zu lesen: dem Token fehlt ein Scope. {remedy}",
    ),
    "silent": ("silent: {what}", "stumm: {what}"),
    "queue": ("queue: {what}{oldest} · {workers}", "Warteschlange: {what}{oldest} · {workers}"),
    "jobs_wait": ("{jobs} wait", "{jobs} warten"),
    "jobs_run": ("{jobs} run", "{jobs} laufen"),
    "jobs_failed": ("{jobs} failed within a day", "{jobs} an einem Tag gescheitert"),
    "oldest_job": (
        " · the oldest has waited for {seconds} {seconds:second|seconds}",
        " · der älteste wartet seit {seconds} {seconds:Sekunde|Sekunden}",
    ),
    "one_worker": ("1 worker", "1 Arbeiter"),
    "workers": ("{count} workers", "{count} Arbeiter"),
    "no_worker": ("no worker", "kein Arbeiter"),
    "hooks": (
        "webhooks: {last} · {waiting} wait{oldest} · {failing} failed before",
        "Webhooks: {last} · {waiting} warten{oldest} · {failing} sind schon gescheitert",
    ),
    "no_hook": ("none has ever arrived: syncer webhooks show", "noch keiner kam an: syncer webhooks show"),
    "last_hook": ("last {at}", "zuletzt {at}"),
    "oldest_hook": (
        ", the oldest for {seconds} {seconds:second|seconds}",
        ", der älteste seit {seconds} {seconds:Sekunde|Sekunden}",
    ),
    "silent_hooks": (
        "webhooks: silent, while rounds found {count} {count:change|changes}: syncer webhooks show",
        "Webhooks: stumm, während Runden {count} {count:Änderung|Änderungen} fanden: syncer webhooks show",
    ),
    "refused_hooks": ("webhooks refused: {what}", "Webhooks abgewiesen: {what}"),
    "refused_of": ("{count} {name} (last {at})", "{count} {name} (zuletzt {at})"),
    "to_erase": (
        "to be erased here too, for the CRM erased them: {ids}",
        "auch hier zu löschen, denn das CRM hat sie gelöscht: {ids}",
    ),
    "journal": (
        "journal: read {until} · {files} {files:file|files} · {waiting} {waiting:hint waits|hints wait}",
        "Journal: gelesen {until} · {files} {files:Datei|Dateien} · {waiting} {waiting:Hinweis wartet|Hinweise warten}",
    ),
    "never_yet": ("never yet", "noch nie"),
    "up_to": ("up to {at}", "bis {at}"),
    "journal_trouble": ("journal: {what}", "Journal: {what}"),
    "calls": (
        "calls on {day}: {count}{streams} · {associations} for associations · {limited} refused by a limit",
        "Aufrufe am {day}: {count}{streams} · {associations} für Verknüpfungen · {limited} von einem Limit abgewiesen",
    ),
    "day_left": (
        "day: {left}{limit} calls left for all apps, as told {at}",
        "Aufrufe des Tages: noch {left}{limit} für alle Apps, laut CRM {at}",
    ),
    "of_limit": (" of {limit}", " von {limit}"),
    "burst": (
        "burst: {calls} calls in {seconds} seconds{left}, as told {at}",
        "Takt: {calls} Aufrufe in {seconds} Sekunden{left}, laut CRM {at}",
    ),
    "burst_left": (", {left} left", ", noch {left}"),
    "at_rest": ("at rest: {what}", "ruht: {what}"),
}

_ALL = {**OPERATOR_WORDS, **_WORDS}

#: What a run counts.
_COUNTS: Mapping[str, tuple[str, str]] = {
    "read": ("read", "gelesen"),
    "created": ("created", "neu"),
    "updated": ("updated", "geändert"),
    "derived": ("derived", "entschieden"),
    "planned": ("planned", "geplant"),
    "written": ("written", "geschrieben"),
    "unchanged": ("unchanged", "unverändert"),
    "notices": ("notices", "Notizen"),
    "failed": ("failed", "gescheitert"),
    "conflicts": ("conflicts", "Konflikte"),
    "buried": ("cannot be read", "nicht lesbar"),
    "figures": ("figures", "Kennzahlen"),
    "frozen_days": ("frozen days", "eingefrorene Tage"),
    "compared": ("compared", "verglichen"),
    "faults": ("faults", "Abweichungen"),
    "repaired": ("repaired", "behoben"),
    "left": ("left", "offen"),
    "deals": ("deals", "Deals"),
    "contacts": ("contacts", "Kontakte"),
    "companies": ("companies", "Firmen"),
    "changed": ("changed", "anders als zuvor"),
    "looked_at": ("looked at", "nachgegangen"),
    "given_up": ("given up", "aufgegeben"),
    "waiting": ("waiting", "wartend"),
    "tried": ("tried", "versucht"),
    "unreadable": ("cannot be read", "nicht lesbar"),
    "calls": ("calls", "Aufrufe"),
}


def counted_as(name: str, lang: Language) -> str:
    """Return what a run calls one of its counts; one without words of its own keeps its name."""
    found = _COUNTS.get(name)
    return name if found is None else found[LANGUAGES.index(lang)]


def said(key: str, lang: Language, **facts: object) -> str:
    """Return a text with its facts, whole numbers in the language's form; an unknown key is a KeyError."""
    return worded(_ALL[key], lang, facts)


def heads(lang: Language, *keys: str) -> tuple[str, ...]:
    """Return the heads of a table."""
    return tuple(said(key, lang) for key in keys)
