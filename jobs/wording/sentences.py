"""Sentences that the depth of a run says in English, in German too: known by their pattern, their facts kept.

Errors, findings and reasons are made where neither reader nor language is known; only who shows them knows both.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from jobs.wording.agreement_faults import AGREEMENT_FAULTS, WIDE_FAULTS
from jobs.wording.arguments import ARGUMENT_SENTENCES
from jobs.wording.calls import CALL_SENTENCES
from jobs.wording.counted import Counted
from jobs.wording.crm import CRM_SENTENCES
from jobs.wording.errors import ERROR_SENTENCES
from jobs.wording.files import FILE_SENTENCES
from jobs.wording.operating import OPERATING_SENTENCES
from jobs.wording.portals import PORTAL_SENTENCES
from jobs.wording.readiness import READINESS_SENTENCES
from jobs.wording.records import LETTER_REASONS, RECORD_SENTENCES
from jobs.wording.setups import PURPOSES, SCOPE_SENTENCES, WAY_SENTENCES
from jobs.wording.sheets import SHEET_SENTENCES
from jobs.wording.troubles import TROUBLE, german_date
from jobs.wording.words import Language

#: English with {facts} and the same in German; the first that fits a whole text speaks.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "reads": ("reads {streams}", "liest {streams}"),
    "leaves_out": ("leaves out {stream}", "lässt {stream} aus"),
    "may_not_read": ("may not read {stream}", "darf {stream} nicht lesen"),
    "all_there": (
        "every property of the write-back is there",
        "alle Eigenschaften für das Zurückschreiben sind vorhanden",
    ),
    "crm_lacks": ("the CRM lacks {names}", "dem CRM fehlen {names}"),
    "no_feed": ("no property feeds {names}", "keine Eigenschaft speist {names}"),
    "no_feed_remedy": (
        "rules that read them will not fire; map your own property under accounts.….fields in syncer.yaml",
        "Regeln, die sie lesen, greifen nicht; eigene Eigenschaften unter accounts.….fields in syncer.yaml zuordnen",
    ),
    "stage_means_nothing": (
        "deal stage {stage} of pipeline {pipeline} means nothing",
        "Dealphase {stage} der Pipeline {pipeline} ist nicht zugeordnet",
    ),
    "stage_not_listed": (
        "deals in stage {stage} of pipeline {pipeline}, which the CRM does not list, are left out: {count}",
        "Deals in Phase {stage} der Pipeline {pipeline}, die das CRM nicht nennt, zählen nicht mit: {count}",
    ),
    "no_stage": ("deals without a stage are left out: {count}", "Deals ohne Phase zählen nicht mit: {count}"),
    "no_stage_remedy": ("give them a stage in the CRM", "ihnen im CRM eine Phase geben"),
    "stage_not_listed_remedy": (
        "put them into a stage that there is, or take the stage back into use, in the CRM",
        "im CRM in eine vorhandene Phase setzen, oder die Phase wieder in Gebrauch nehmen",
    ),
    "not_offered": (
        "{property} has no option {values}: stages that mean it are not written there",
        "{property} hat keine Option {values}: Stufen mit diesem Wert werden dort nicht geschrieben",
    ),
    "map_offered": (
        "map them to values that there are, or to null, in agreement.yaml: lifecycle_map",
        "in agreement.yaml unter lifecycle_map vorhandenen Werten oder null zuordnen",
    ),
    "silent_lifecycle": ("nobody says what lifecycle {values} means", "niemand sagt, was Lifecycle {values} bedeutet"),
    "custom_lifecycle": (
        "name the stage that it stands for in agreement.yaml: custom_lifecycle",
        "in agreement.yaml unter custom_lifecycle die Stufe nennen, für die er steht",
    ),
    "map_stage": ("map it in agreement.yaml: {key}", "in agreement.yaml zuordnen: {key}"),
    "lead_stage": (
        "lead stage {stage} says nothing about its contacts",
        "Lead-Phase {stage} sagt nichts über ihre Kontakte",
    ),
    "lead_stage_remedy": ("if it should, agreement.yaml: {key}", "falls doch, agreement.yaml: {key}"),
    "unsigned": ("{label} (unsigned default)", "{label} (nicht unterzeichnete Vorgabe)"),
    "init_writes": ("syncer init writes it, ready to sign", "syncer init schreibt sie, fertig zum Unterzeichnen"),
    "see_agreement": ("see docs/agreement.md", "siehe docs/agreement.md"),
    "says_nothing": ("{address} says nothing", "{address} antwortet nicht"),
    "is_address_right": (
        "is the address right (HUBSPOT_BASE_URL, base_url in syncer.yaml), and may this machine reach it?",
        "stimmt die Adresse (HUBSPOT_BASE_URL, base_url in syncer.yaml), und erreicht dieser Rechner sie?",
    ),
    "no_worker": ("distributed, and no worker lives: jobs wait", "verteilt, und kein Arbeiter lebt: Aufträge warten"),
    "worker_beside": ("syncer worker, beside syncer run", "syncer worker, neben syncer run"),
    "one_worker": ("distributed, 1 worker", "verteilt, 1 Arbeiter"),
    "workers": ("distributed, {count} workers", "verteilt, {count} Arbeiter"),
    "no_hook": ("no webhook has ever arrived", "noch kein Webhook kam an"),
    "hook_silent": (
        "the last webhook arrived {at}; since then rounds found {count} {count:change|changes} that none told of",
        "der letzte Webhook kam {at}; seither fanden Runden {count} {count:Änderung|Änderungen}, die keiner meldete",
    ),
    "hook_fine": (
        "the last webhook arrived {at}; {count} {count:waits|wait}",
        "der letzte Webhook kam {at}; {count} {count:wartet|warten}",
    ),
    "hook_show": (
        "syncer webhooks show: are the subscriptions made, the app installed, the address reachable from outside?",
        "syncer webhooks show: Abonnements angelegt, App installiert, Adresse von außen erreichbar?",
    ),
    "hook_refused": (
        "webhooks were refused after the last that was accepted: {counts}",
        "nach dem letzten angenommenen wurden Webhooks abgewiesen: {counts}",
    ),
    "hook_believed": (
        (
            "SYNCER_PUBLIC_URL must be the address exactly as the app calls it, the secret that of the app that sends, "
            "and this machine's clock right"
        ),
        (
            "SYNCER_PUBLIC_URL muss genau die Adresse sein, die die App aufruft, das Geheimnis das der sendenden App, "
            "und die Uhr dieses Rechners richtig gehen"
        ),
    ),
    "hook_failing": (
        "{count} {count:webhook failed and is|webhooks failed and are} tried again",
        "{count} {count:Webhook ist gescheitert und wird|Webhooks sind gescheitert und werden} erneut versucht",
    ),
    "hook_log": ("hints_failed in the log says why", "hints_failed im Protokoll sagt, warum"),
    "erased": (
        "the CRM erased {count} {count:person|people} for good; what is kept of them here is not erased yet",
        "das CRM hat {count} {count:Person|Personen} endgültig gelöscht; was hier von ihnen liegt, noch nicht",
    ),
    "erase_here": ("erase it here too: {ids}", "auch hier löschen: {ids}"),
    "journal_never": ("the app's journal was never read", "das Journal der App wurde noch nie gelesen"),
    "journal_never_why": (
        "the app's journal was never read: {why}",
        "das Journal der App wurde noch nie gelesen: {why}",
    ),
    "journal_fine": ("the app's journal was read up to {at}", "das Journal der App ist bis {at} gelesen"),
    "journal_says": ("journal: {what}", "Journal: {what}"),
    "journal_fails": (
        "{count} readings in a row failed ({why})",
        "{count} Lesungen in Folge sind gescheitert ({why})",
    ),
    "journal_gap_of": (
        (
            "not everything of {streams} between {since} and {until} was told; rounds read what changed, a full "
            "compare what is gone: syncer reconcile --apply"
        ),
        (
            "nicht alles zu {streams} zwischen {since} und {until} wurde gemeldet; Runden lesen, was sich änderte, "
            "ein Vollabgleich, was weg ist: syncer reconcile --apply"
        ),
    ),
    "journal_beginning": ("its beginning", "seinem Anfang"),
    "journal_show": (
        "syncer webhooks show, then syncer webhooks apply --journal and syncer webhooks read-journal",
        "syncer webhooks show, dann syncer webhooks apply --journal und syncer webhooks read-journal",
    ),
    "journal_mend": (
        "syncer reconcile --apply; the nightly full compare does it by itself",
        "syncer reconcile --apply; der nächtliche Vollabgleich tut es von selbst",
    ),
    "not_granted": ("the app was not granted {scope}, to {purpose}", "der App fehlt {scope} ({purpose})"),
    "setup_creates": ("syncer setup --apply creates it", "syncer setup --apply legt sie an"),
    "not_writable": ("the CRM does not let it be written", "das CRM lässt sie nicht beschreiben"),
    "of_type": (
        "is of type {found}, needs {wanted}: rename ours in agreement.yaml under write_back",
        "hat den Typ {found}, nötig ist {wanted}: unsere in agreement.yaml unter write_back umbenennen",
    ),
    "lacks_options": (
        "lacks the options {options}: syncer setup --apply adds them",
        "es fehlen die Optionen {options}: syncer setup --apply legt sie an",
    ),
    "lacks_property": (
        "{property} does not exist in the CRM: syncer setup --apply",
        "{property} gibt es im CRM nicht: syncer setup --apply",
    ),
    "lacks_theirs": (
        "{property} does not exist in the CRM: name another or null under write_back",
        "{property} gibt es im CRM nicht: unter write_back eine andere nennen oder auf null setzen",
    ),
    "instead": (
        "name another or null under write_back",
        "unter write_back eine andere nennen oder auf null setzen",
    ),
    "locked_property": (
        "{property} is read-only in the CRM: unlock it, or set it to null under write_back",
        "{property} lässt das CRM nicht beschreiben: dort freigeben oder unter write_back auf null setzen",
    ),
    "unfit_property": (
        "{property} is of type {found} in the CRM and cannot hold it: rename ours or set it to null under write_back",
        "{property} hat im CRM den Typ {found} und fasst es nicht: unter write_back umbenennen oder auf null setzen",
    ),
    "no_option_of_ours": (
        "{property} has no option {value}: syncer setup --apply adds it",
        "{property} hat keine Option {value}: syncer setup --apply legt sie an",
    ),
    "no_option": (
        "{property} has no option {value}; add it or map the stage otherwise",
        "{property} hat keine Option {value}; anlegen oder die Stufe anders zuordnen",
    ),
    "would_refuse": (
        "{plan}: sync refuses it without --force",
        "{plan}: sync lehnt das ohne --force ab",
    ),
    "too_much": (
        "the plan would change {what}: more than {share}",
        "der Plan würde {what} ändern: mehr als {share}",
    ),
    "too_many_contacts": (
        "{property} of {some} of {all} contacts",
        "{property} bei {some} von {all} Kontakten",
    ),
    "too_many_companies": ("{property} of {some} of {all} companies", "{property} bei {some} von {all} Firmen"),
    "too_many_deals": ("{property} of {some} of {all} deals", "{property} bei {some} von {all} Deals"),
    "look_then_force": (
        "look at `syncer sync --dry-run`; if it is what you want, run it again with --force",
        "mit `syncer sync --dry-run` ansehen; ist es so gewollt, noch einmal mit --force",
    ),
    "still_ours": ("still as the run wrote it", "noch so, wie der Lauf es schrieb"),
    "holds_earlier": ("holds the earlier value already", "hat den früheren Wert schon"),
    "changed_since": (
        "changed since by somebody else; left alone",
        "seither von jemand anderem geändert; bleibt so",
    ),
    "record_gone": ("the record is gone", "den Datensatz gibt es nicht mehr"),
    "withheld": ("not written yet, and will not be", "noch nicht geschrieben, und wird es nicht"),
    "not_taken_back": (
        "the CRM did not take the earlier value: syncer dead-letters",
        "das CRM nahm den früheren Wert nicht an: syncer dead-letters",
    ),
    "into_bin": ("into the bin", "in den Papierkorb"),
    "begun": ("somebody has worked on it; left alone", "jemand hat daran gearbeitet; bleibt so"),
    "gone_already": ("is gone already", "ist schon weg"),
    "unreadable": ("{count} cannot be read: syncer dead-letters", "{count} nicht lesbar: syncer dead-letters"),
    "nothing_to_hold": ("{count} carry nothing to hold", "{count} ohne Inhalt"),
    "lost": (
        "{count} listed and not held: syncer reconcile --apply",
        "{count} genannt und nicht hier: syncer reconcile --apply",
    ),
    "beyond": (
        "{count} held and no longer listed: syncer reconcile tells archived, deleted and merged apart",
        "{count} hier und nicht mehr genannt: syncer reconcile trennt archiviert, gelöscht und zusammengeführt",
    ),
    "no_more": (
        "{count} held and live no more: merged or archived meanwhile, or lost: syncer reconcile",
        "{count} hier nicht mehr lebend: inzwischen zusammengeführt oder archiviert, oder verloren: syncer reconcile",
    ),
    "unlisted": (
        "{count} more are found by search than were listed: syncer reconcile --apply reads the list anew",
        "{count} mehr findet die Suche, als genannt wurden: syncer reconcile --apply liest die Liste neu",
    ),
    "deal_is": ("deal is {outcome}", "Deal ist {outcome}"),
    "stage_cycle": ("stage {stage}, cycle {number}", "Stufe {stage}, Zyklus {number}"),
    "cell_action": ("cell {cell}, {action}", "Zelle {cell}, {action}"),
    "furthest": ("the furthest of its contacts and deals", "die weiteste ihrer Kontakte und Deals"),
    "tam_rule": ("rule of the total addressable market", "Regel des Gesamtmarkts (TAM)"),
    "no_basis": ("no basis for a score", "keine Grundlage für einen Score"),
    "ownerless": ("lead without an owner", "Lead ohne Zuständigen"),
    "list_by_numbers": (
        "read by list: {why} (list {calls} calls, {minutes}; export {export} calls, about {export_minutes})",
        "gelesen per Liste: {why} (Liste {calls} Aufrufe, {minutes}; Export {export} Aufrufe, etwa {export_minutes})",
    ),
    "export_by_numbers": (
        "read by export: {why} (list {calls} calls, {minutes}; export {export} calls, about {export_minutes})",
        "gelesen per Export: {why} (Liste {calls} Aufrufe, {minutes}; Export {export} Aufrufe, etwa {export_minutes})",
    ),
    "by_list": ("read by list: {why}", "gelesen per Liste: {why}"),
    "by_export": ("read by export: {why}", "gelesen per Export: {why}"),
    "ample": (
        "today's calls are ample, and no export is promised to be faster",
        "die Aufrufe von heute reichen, und kein Export wäre sicher schneller",
    ),
    "every_stream": ("every stream: {what}", "alle Datenströme: {what}"),
    "the_others": ("the others: {what}", "die übrigen: {what}"),
}
#: What would fit nearly everything is tried last.
_LAST: Mapping[str, tuple[str, str]] = {
    "of_stream": ("{name}: {what}", "{name}: {what}"),
    "customer_stage": ("customer, stage {stage}", "Kunde, Stufe {stage}"),
    "at_stage": ("stage {stage}", "Stufe {stage}"),
}
#: All sentences, in the order in which they are tried.
TABLES = (
    TROUBLE,
    LETTER_REASONS,
    RECORD_SENTENCES,
    ERROR_SENTENCES,
    CRM_SENTENCES,
    OPERATING_SENTENCES,
    READINESS_SENTENCES,
    WAY_SENTENCES,
    SCOPE_SENTENCES,
    AGREEMENT_FAULTS,
    _SENTENCES,
    PURPOSES,
    FILE_SENTENCES,
    ARGUMENT_SENTENCES,
    SHEET_SENTENCES,
    PORTAL_SENTENCES,
    CALL_SENTENCES,
    WIDE_FAULTS,
    _LAST,
)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+")
#: A fact of a template, or its words for one and for many.
_FACT = re.compile(r"(?<!\{)\{(\w+)(?::([^{}|]+)\|([^{}]+))?\}")
_PARTS = "; "
_LISTED = ", "
#: A moment of a log or a finding, in UTC, or in the time zone that it names.
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)[\d:.]*Z| (\d\d:\d\d) ([\w/+-]+))")


def spoken(text: str, lang: Language) -> str:
    """Return a sentence in a language: what no pattern knows, and every fact in it, stays as it is."""
    return text if lang == "en" else _german(text)


def _german(text: str) -> str:
    for pattern, german in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return german.format_map({name: Counted(_german_fact(value)) for name, value in found.groupdict().items()})
    if _PARTS in text:
        return _PARTS.join(_german(part) for part in text.split(_PARTS))
    return text


def _german_fact(value: str) -> str:
    moment = _MOMENT.fullmatch(value)
    if moment is not None:
        return f"{moment[3]}.{moment[2]}.{moment[1]} {moment[4] or moment[5]} {moment[6] or 'UTC'}"
    listed = value.split(_LISTED)
    told = [_german(one) for one in listed]
    if len(listed) > 1 and all(one != other for one, other in zip(listed, told, strict=True)):
        return _LISTED.join(told)
    return value.replace(",", ".") if _NUMBER.fullmatch(value) else german_date(_german(value))


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    return [(_pattern(english), german) for table in TABLES for english, german in table.values()]


def _pattern(english: str) -> re.Pattern[str]:
    """Return what knows a sentence: its facts are whatever stands in their places, its words those for one or many."""
    parts = _FACT.split(english)
    plain = [part and part.replace("{{", "{").replace("}}", "}") for part in parts]
    return re.compile("".join(_known(plain[at], plain[at + 1 : at + 4]) for at in range(0, len(plain), 4)))


def _known(text: str, fact: Sequence[str | None]) -> str:
    known = re.escape(text)
    if not fact:
        return known
    name, one, many = fact
    return f"{known}(?:{re.escape(one)}|{re.escape(many)})" if one and many else f"{known}(?P<{name}>.+?)"
