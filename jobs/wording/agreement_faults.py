"""What may be wrong with agreement.yaml and syncer.yaml, and what helps: as the code says it, and in German."""

from collections.abc import Mapping

from jobs.wording.structure_faults import CONDITIONS, STRUCTURE

#: What does not fit together.
_RULES: Mapping[str, tuple[str, str]] = {
    "signed_twice": ("{role} signed twice", "{role} hat zweimal unterzeichnet"),
    "one_signature": ("one signature per role", "eine Unterschrift je Rolle"),
    "opening": ("closes before it opens", "schließt, bevor es öffnet"),
    "earlier": ("from earlier than to", "from früher als to"),
    "endless": (
        "takes more than five years of these business hours",
        "dauert in diesen Geschäftszeiten mehr als fünf Jahre",
    ),
    "shorter": (
        "a shorter time, an earlier escalation or longer hours",
        "eine kürzere Zeit, eine frühere Eskalation oder längere Zeiten",
    ),
    "zone": ("unknown time zone", "unbekannte Zeitzone"),
    "zone_name": ("an IANA name such as Europe/Berlin", "ein IANA-Name wie Europe/Berlin"),
    "no_calendar": ("no calendar {name}", "kein Kalender {name}"),
    "no_route": ("is no route", "ist keine Zuteilung"),
    "route": (
        "either {{if: CONDITION, to: TARGET}} or {{else: TARGET}}",
        "entweder {{if: BEDINGUNG, to: ZIEL}} oder {{else: ZIEL}}",
    ),
    "unreached_routes": (
        "the routes after it are never reached",
        "die Zuteilungen danach werden nie erreicht",
    ),
    "else_last": ("else stands last", "else steht zuletzt"),
    "unknown_target": ("unknown target {name}", "unbekanntes Ziel {name}"),
    "targets": (
        "owner(company), owner(contact), owner.ID, team.NAME or queue.NAME",
        "owner(company), owner(contact), owner.ID, team.NAME oder queue.NAME",
    ),
    "unknown_reject": ("unknown reject reason {name}", "unbekannter Ablehnungsgrund {name}"),
    "both_statuses": ("stands among the accepted statuses as well", "steht auch unter den annehmenden Status"),
    "both_answers": ("stands among the accepted answers as well", "steht auch unter den annehmenden Antworten"),
    "either_status": ("either accepted or rejected", "entweder annehmend oder ablehnend"),
    "never_within": ("never lie within {count} days", "liegen nie innerhalb von {count} Tagen"),
    "takes_all": (
        "takes everything of its kinds: later rules are never reached",
        "nimmt alles seiner Arten: spätere Regeln werden nie erreicht",
    ),
    "move_down": ("move it down", "weiter nach unten setzen"),
    "other_outcome": ("{code} already has another outcome", "{code} hat schon einen anderen Ausgang"),
    "one_outcome": ("one outcome per code", "ein Ausgang je Grund"),
    "always_hits": (
        "always hits: later reasons are never reached",
        "trifft immer: spätere Gründe werden nie erreicht",
    ),
    "last_only": ("last only", "nur als letzter"),
    "unknown_reason": ("unknown reason {name}", "unbekannter Grund {name}"),
    "gives": ("gives {code}", "ergibt {code}"),
    "other_as_well": ("{stage} is a closed_other stage as well", "{stage} ist auch eine closed_other-Phase"),
    "one_list": ("one list per stage", "eine Liste je Phase"),
    "unknown_stage": ("unknown stage {name}", "unbekannte Phase {name}"),
    "on_hold": ("an on-hold stage is open or on_hold", "eine on_hold-Phase ist open oder on_hold"),
    "closed_other": (
        "a closed_other stage is other, lost or open",
        "eine closed_other-Phase ist other, lost oder open",
    ),
    "offer_stage": ("an offer stage is open or on_hold", "eine Angebots-Phase ist open oder on_hold"),
    "unknown_rule": ("unknown rule {name}", "unbekannte Regel {name}"),
    "no_postponing": ("is no reason that postpones", "ist kein Grund, der verschiebt"),
    "no_return": ("is no date of return", "ist kein Tag der Wiedervorlage"),
    "same_day": ("from is the same day or earlier", "from ist derselbe Tag oder früher"),
    "scale_ends": ("[lowest, highest]", "[niedrigster, höchster]"),
    "unknown_event": ("unknown event {name}", "unbekanntes Ereignis {name}"),
    "holds_already": ("{property} already holds {name}", "{property} trägt schon {name}"),
    "one_property": ("one property each", "je eine Eigenschaft"),
    "no_expression": ("is no regular expression: {why}", "ist kein regulärer Ausdruck: {why}"),
    "open_group": ("a ( is not closed", "eine ( ist nicht geschlossen"),
    "open_name": ("the name of a group is not closed", "der Name einer Gruppe ist nicht geschlossen"),
    "open_comment": ("a comment (?# is not closed", "ein Kommentar (?# ist nicht geschlossen"),
    "open_class": ("a [ is not closed", "eine [ ist nicht geschlossen"),
    "closes_nothing": ("a ) closes nothing", "eine ) schließt nichts"),
    "bad_range": ("a range in [ ] that has no order", "ein Bereich in [ ] ohne Reihenfolge"),
    "repeats_nothing": (
        "nothing stands before a *, +, ? or {{",
        "vor einem *, +, ? oder {{ steht nichts",
    ),
    "repeats_twice": ("two repetitions follow one another", "zwei Wiederholungen folgen aufeinander"),
    "repeats_backwards": (
        "a repetition {{ }} has more at least than at most",
        "eine Wiederholung {{ }} hat mehr mindestens als höchstens",
    ),
    "repeats_much": ("a repetition {{ }} is too large", "eine Wiederholung {{ }} ist zu groß"),
    "last_backslash": ("a backslash stands at the end", "am Ende steht ein Backslash"),
    "bad_escape": (
        "a backslash before a letter or digit that means nothing with it",
        "ein Backslash vor einem Buchstaben oder einer Ziffer, die mit ihm nichts bedeuten",
    ),
    "short_code": ("a backslash code is not complete", "ein Code mit Backslash ist nicht vollständig"),
    "nameless_code": ("a backslash code names no character", "ein Code mit Backslash nennt kein Zeichen"),
    "group_name": (
        "a group's name is unknown, taken or no name",
        "der Name einer Gruppe ist unbekannt, vergeben oder kein Name",
    ),
    "group_open": ("refers to a group that is still open", "verweist auf eine Gruppe, die noch offen ist"),
    "group_absent": ("refers to a group that does not exist", "verweist auf eine Gruppe, die es nicht gibt"),
    "late_flags": (
        "flags such as (?i) stand only at the beginning",
        "Schalter wie (?i) stehen nur am Anfang",
    ),
    "look_behind": (
        "a look-behind (?<= or (?<! varies in length",
        "ein Rückblick (?<= oder (?<! hat keine feste Länge",
    ),
    "many_branches": (
        "a condition (?( ) has more than two branches",
        "eine Bedingung (?( ) hat mehr als zwei Zweige",
    ),
    "unlike_classes": (
        "a [, --, &&, ~~ or || within [ ] without a backslash",
        "ein [, --, &&, ~~ oder || in [ ] ohne Backslash",
    ),
    "unknown_opening": ("(? is followed by something unknown", "auf (? folgt etwas Unbekanntes"),
    "too_deep_groups": ("too many groups within groups", "zu viele Gruppen in Gruppen"),
    "backslash": (
        "Python's re; put a backslash before a literal ( or [",
        "wie Pythons re; vor eine wörtliche ( oder [ einen Backslash setzen",
    ),
    "may_not_end": ("might search without end", "sucht womöglich ohne Ende"),
    "plain_expression": (
        "no repetition within a repetition, and at most two with + or *",
        "keine Wiederholung in einer Wiederholung, und höchstens zwei mit + oder *",
    ),
    "row_missing": ("lacks row {names}", "ohne Zeile {names}"),
    "rows": (
        "rows A, B, C and D with four actions each",
        "Zeilen A, B, C und D mit je vier Aktionen",
    ),
    "lower_further": ("a lower level has a further action", "eine niedrigere Stufe hat eine weitere Aktion"),
    "left_right": (
        "actions never advance from left to right",
        "von links nach rechts rückt keine Aktion vor",
    ),
    "row_further": ("has a further action than {name}", "hat eine weitere Aktion als {name}"),
    "row_row": ("actions never advance from row to row", "von Zeile zu Zeile rückt keine Aktion vor"),
    "all_of": ("all of {names}", "alle von {names}"),
    "not_below": ("{value} is not below {name} ({limit})", "{value} liegt nicht unter {name} ({limit})"),
    "descend": ("thresholds descend", "Schwellen fallen"),
    "outside": ("{value} is outside the scale", "{value} liegt außerhalb der Skala"),
    "between": ("between {lowest} and {highest}", "zwischen {lowest} und {highest}"),
    "decay_too": ("decay is given as well", "decay ist auch angegeben"),
    "one_decay": ("one of half_life_days and decay", "entweder half_life_days oder decay"),
    "neither": ("has neither if nor event", "hat weder if noch event"),
    "if_or_event": ("if: CONDITION, or event: NAME", "if: BEDINGUNG, oder event: NAME"),
    "no_fit_event": (
        "an event does not change who the contact is",
        "ein Ereignis ändert nicht, wer der Kontakt ist",
    ),
    "takes_nothing": ("takes nothing off", "zieht nichts ab"),
    "points": ("fit: POINTS or engagement: POINTS", "fit: PUNKTE oder engagement: PUNKTE"),
    "adds": ("{value} adds points", "{value} fügt Punkte hinzu"),
    "or_less": ("0 or less", "0 oder weniger"),
    "id_taken": ("id {name} is taken", "Kennung {name} ist vergeben"),
    "own_id": ("every rule has an id of its own", "jede Regel hat eine eigene Kennung"),
    "nobody_says": (
        "nobody says what stage {stage} of pipeline {pipeline} means",
        "niemand sagt, was Phase {stage} der Pipeline {pipeline} bedeutet",
    ),
    "names_none": (
        "{key} names {stage}, which the CRM does not have",
        "{key} nennt {stage}, was es im CRM nicht gibt",
    ),
    "means": ("{stage} means {meaning}", "{stage} bedeutet {meaning}"),
    "at_least": ("at least {count}", "mindestens {count}"),
    "at_most": ("at most {count}", "höchstens {count}"),
    "more_than": ("more than {count}", "mehr als {count}"),
    "less_than": ("less than {count}", "weniger als {count}"),
}

_EVERY: Mapping[str, tuple[str, str]] = {**STRUCTURE, **CONDITIONS, **_RULES}
#: What begins with a fact fits much: it is tried after all other sentences.
_WIDE = ("{", "should be {")
WIDE_FAULTS: Mapping[str, tuple[str, str]] = {key: pair for key, pair in _EVERY.items() if pair[0].startswith(_WIDE)}
AGREEMENT_FAULTS: Mapping[str, tuple[str, str]] = {key: pair for key, pair in _EVERY.items() if key not in WIDE_FAULTS}
