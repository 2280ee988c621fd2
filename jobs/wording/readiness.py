"""What `/readyz` finds wrong with a daemon that runs, and what helps, in English and German."""

from collections.abc import Mapping

READINESS_SENTENCES: Mapping[str, tuple[str, str]] = {
    "nothing_read": ("nothing was read yet", "noch wurde nichts gelesen"),
    "backup_failed": ("the nightly backup failed: {why}", "die nächtliche Sicherung ist gescheitert: {why}"),
    "make_backups_possible": (
        "make room in schedule.backup_folder, or let this user write there; syncer db backup FILE",
        "in schedule.backup_folder Platz schaffen, oder diesen Nutzer dort schreiben lassen; syncer db backup DATEI",
    ),
    "wait_for_first": (
        "wait for the first round, or look at the log: run_failed says why there is none",
        "auf die erste Runde warten, oder ins Protokoll sehen: run_failed sagt, warum es keine gibt",
    ),
    "spent": (
        "the account's calls for today are spent ({why}): it rests until {until}",
        "die Aufrufe des Kontos sind für heute verbraucht ({why}): es ruht bis {until}",
    ),
    "spent_associations": (
        "the account's association calls for today are spent ({why}): it rests until {until}",
        "die Aufrufe des Kontos für Verknüpfungen sind für heute verbraucht ({why}): es ruht bis {until}",
    ),
    "refused_call": ("the CRM refused a call", "das CRM hat einen Aufruf abgewiesen"),
    "reserve": (
        "the last {share} of {limit} are left to the account's other apps",
        "die letzten {share} von {limit} bleiben den anderen Apps des Kontos",
    ),
    "own_count": ("our own count reached {share} of {daily}", "die eigene Zählung erreichte {share} von {daily}"),
    "nothing_or_share": (
        "nothing; or raise limits.daily_share in syncer.yaml",
        "nichts; oder limits.daily_share in syncer.yaml erhöhen",
    ),
    "round_failed": (
        "1 round failed ({why}); the next one tries again",
        "1 Runde ist gescheitert ({why}); die nächste versucht es wieder",
    ),
    "few_rounds_failed": (
        "{count} rounds in a row failed ({why}); the next one tries again",
        "{count} Runden in Folge sind gescheitert ({why}); die nächste versucht es wieder",
    ),
    "rounds_failed": (
        "{count} rounds in a row failed ({why}); the next not before {until}",
        "{count} Runden in Folge sind gescheitert ({why}); die nächste nicht vor {until}",
    ),
    "who_is_to_blame": (
        "syncer check says whether the CRM or the token is to blame; it is tried again",
        "syncer check sagt, ob es am CRM oder am Token liegt; es wird erneut versucht",
    ),
    "silent": (
        "{stream}: nothing for {hours} hours, where earlier weeks brought {usual} and more",
        "{stream}: nichts seit {hours} Stunden, wo frühere Wochen {usual} und mehr brachten",
    ),
    "who_feeds": (
        "did somebody stop what feeds the CRM, or take a scope or a view away? syncer reconcile",
        "hat jemand abgestellt, was das CRM speist, oder einen Scope oder eine Sicht entzogen? syncer reconcile",
    ),
    "late": ("not read for long: {streams}", "lange nicht gelesen: {streams}"),
    "late_stream": ("{stream} for {age} seconds", "{stream} seit {age} Sekunden"),
    "log_says": (
        "look at the log: stream_halted and run_failed say why",
        "ins Protokoll sehen: stream_halted und run_failed sagen, warum",
    ),
    "lacks_scope": (
        "{stream} cannot be read: the token lacks a scope",
        "{stream} ist nicht zu lesen: dem Token fehlt ein Scope",
    ),
    "round_ended_failed": ("the last round ended failed", "die letzte Runde ist gescheitert"),
    "round_ended_because": ("the last round ended failed: {why}", "die letzte Runde ist gescheitert: {why}"),
    "round_ended_halted": ("the last round ended halted", "die letzte Runde wurde angehalten"),
    "round_ended_interrupted": ("the last round ended interrupted", "die letzte Runde wurde unterbrochen"),
    "log_of_run": ("look at the log of run {run}", "ins Protokoll des Laufs {run} sehen"),
    "jobs_wait": (
        (
            "{count} {count:job waits|jobs wait}, the oldest for {age} seconds; {workers} "
            "{workers:worker lives|workers live}"
        ),
        (
            "{count} {count:Auftrag wartet|Aufträge warten}, der älteste seit {age} Sekunden; {workers} Arbeiter "
            "{workers:lebt|leben}"
        ),
    ),
    "start_worker": (
        "start a worker (syncer worker), or more of them; a long job of the account makes others wait too",
        "einen Arbeiter starten (syncer worker), oder mehrere; auch ein langer Auftrag des Kontos lässt andere warten",
    ),
    "webhooks_wait": (
        "{count} {count:webhook waits|webhooks wait}, the oldest for {age} seconds",
        "{count} {count:Webhook wartet|Webhooks warten}, der älteste seit {age} Sekunden",
    ),
    "log_of_drain": (
        "look at the log of the last drain; a first full pull makes them wait too",
        "ins Protokoll des letzten Abarbeitens sehen; auch ein erster Gesamtabruf lässt sie warten",
    ),
    "people_to_erase": (
        "{count} {count:person is|people are} to be erased here too",
        "{count} {count:Person ist|Personen sind} auch hier zu löschen",
    ),
    "status_names": ("syncer status names them", "syncer status nennt sie"),
    "records_wait": (
        "{count} {count:record needs a person|records need a person}",
        "{count} {count:Datensatz|Datensätze} muss jemand ansehen",
    ),
    "journal_more": (
        "syncer webhooks read-journal says more; the nightly full compare closes a gap",
        "syncer webhooks read-journal sagt mehr; der nächtliche Vollabgleich schließt eine Lücke",
    ),
}
