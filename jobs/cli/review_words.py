"""What the review of hand-overs says, in English and German."""

from collections.abc import Mapping

from jobs.wording.counted import worded
from jobs.wording.words import Language

_TEXTS: Mapping[str, tuple[str, str]] = {
    "head": (
        "{account}: review of hand-overs since {since} under {agreement}; won means won within {days} days",
        "{account}: Rückblick auf Übergaben seit {since} nach {agreement}; gewonnen heißt gewonnen binnen {days} Tagen",
    ),
    "nobody": ("nobody was handed over in this time", "in dieser Zeit wurde niemand übergeben"),
    # 1
    "cohort": ("1 What became of them", "1 Was daraus wurde"),
    "step": ("step", "Schritt"),
    "count": ("hand-overs", "Übergaben"),
    "share": ("share", "Anteil"),
    "handed": ("handed over", "übergeben"),
    "touched": ("contacted by sales", "vom Vertrieb kontaktiert"),
    "accepted": ("accepted", "angenommen"),
    "rejected": ("rejected", "abgelehnt"),
    "deal": ("deal opened", "Deal angelegt"),
    "offer": ("offer", "Angebot"),
    "won": ("won", "gewonnen"),
    "lost": ("lost", "verloren"),
    "other": ("delayed (other)", "vertagt (other)"),
    "expired": ("ended by silence", "durch Stille beendet"),
    "void": ("never real (void)", "nie echt (void)"),
    "open": ("still open", "noch offen"),
    "bounds": (
        "won: at least {low} if no open one is, at most {high} if all are",
        "gewonnen: mindestens {low}, wenn keine offene es wird, höchstens {high}, wenn alle es werden",
    ),
    "rejections": ("rejected because of: {reasons}", "abgelehnt wegen: {reasons}"),
    # 2
    "cells": ("2 Precision by cell, mature hand-overs", "2 Trefferquote je Zelle, reife Übergaben"),
    "cell": ("cell", "Zelle"),
    "won_of": ("won of mature", "gewonnen von reifen"),
    "precision": ("precision", "Trefferquote"),
    "interval": ("95% interval", "95-%-Intervall"),
    "before": ("by {label}", "nach {label}"),
    "no_mature": ("no hand-over is mature yet", "noch keine Übergabe ist reif"),
    # 3
    "rules": ("3 Rules against the rate of all ({rate})", "3 Regeln gegen die Quote aller ({rate})"),
    "rule": ("rule", "Regel"),
    "points": ("points", "Punkte"),
    "rate": ("won", "gewonnen"),
    "over_scored": ("over-scored", "überbewertet"),
    "under_scored": ("under-scored", "unterbewertet"),
    "none_stands_out": (
        "no rule is surely above or below the rate of all ({count} rules looked at)",
        "keine Regel liegt sicher über oder unter der Quote aller ({count} Regeln betrachtet)",
    ),
    "others_between": (
        "{count} more {count:rule is|rules are} on neither side for sure",
        "{count} {count:weitere Regel liegt|weitere Regeln liegen} auf keiner Seite sicher",
    ),
    "as_now": (
        "* rule of the profile: known as of today only, perhaps filled by the sale; no points are proposed for it",
        "* Profilregel: nur von heute bekannt, womöglich durch den Verkauf gefüllt; dafür wird nichts vorgeschlagen",
    ),
    # 4, 5
    "premature": ("4 Handed over too early: {count} of {all}", "4 Zu früh übergeben: {count} von {all}"),
    "not_ready": ("rejected as not ready", "abgelehnt als noch nicht so weit"),
    "lost_without_talk": (
        "lost within 14 days without a talk",
        "binnen 14 Tagen ohne Gespräch verloren",
    ),
    "given_up_early": (
        "rejected unreached, before {attempts} attempts over {days} days: {count} of {all}",
        "unerreicht abgelehnt, vor {attempts} Versuchen über {days} Tage: {count} von {all}",
    ),
    "missed": (
        "5 Winners that the score did not see: {count} of {all}",
        "5 Gewonnene, die der Score nicht sah: {count} von {all}",
    ),
    "never_ready": ("never sales-ready", "nie sales-ready"),
    "accepted_before": ("accepted before", "schon vorher angenommen"),
    "signals": ("their signals: {signals}", "ihre Signale: {signals}"),
    "no_signals": ("without any scored signal", "ohne ein bewertetes Signal"),
    # 6
    "simulator": ("6 Thresholds ({label})", "6 Schwellen ({label})"),
    # 7
    "data": ("7 Data", "7 Daten"),
    "unexplained": (
        "closed without a sale and without a usable reason: {count} of {all}",
        "ohne Abschluss und ohne brauchbaren Grund geschlossen: {count} von {all}",
    ),
    "rejected_silently": (
        "rejected without a reason: {count} of {all}",
        "ohne Grund abgelehnt: {count} von {all}",
    ),
    "missing": (
        "profile facts that nobody knows, of {all} people handed over: {facts}",
        "Profilangaben, die niemand kennt, von {all} Übergebenen: {facts}",
    ),
    "left": (
        "cycles that cannot be learned from: {reasons}",
        "Zyklen, aus denen sich nichts lernen lässt: {reasons}",
    ),
    "none": ("none", "keine"),
    "immature": ("horizon not over", "Frist noch nicht um"),
    "not_scored": ("may not be scored", "darf nicht bewertet werden"),
    "no_consent": ("behaviour may not be scored", "Verhalten darf nicht bewertet werden"),
    "born_closed": ("closed as they began", "im Entstehen geschlossen"),
    "merged": ("merged records", "zusammengeführte Datensätze"),
    "unworked": ("never worked on by sales", "vom Vertrieb nie bearbeitet"),
    # 8
    "proposal": ("8 Proposed points", "8 Vorgeschlagene Punkte"),
    "sample": (
        "to learn from: {won} won and {others} not won cycles that sales worked on; the smaller number counts: {rule}",
        "zum Lernen: {won} gewonnene und {others} nicht gewonnene bearbeitete Zyklen; die kleinere Zahl zählt: {rule}",
    ),
    "nothing": (
        "below 20 nothing follows but counts; sort by recency within a grade",
        "unter 20 folgt nichts als Zahlen; innerhalb einer Note nach Aktualität sortieren",
    ),
    "rates": (
        "20 to 49 allow win rates with intervals; no points are proposed",
        "20 bis 49 erlauben Quoten mit Intervallen; Punkte werden nicht vorgeschlagen",
    ),
    "rescale": (
        "50 to 99 allow one line through the whole score; no points are proposed",
        "50 bis 99 erlauben eine Linie durch den ganzen Score; Punkte werden nicht vorgeschlagen",
    ),
    "groups": (
        "100 to 199 allow whole groups to be weighed anew, provisionally",
        "100 bis 199 erlauben, ganze Gruppen neu zu gewichten, vorläufig",
    ),
    "scorecard": ("200 and more allow a scorecard, rule by rule", "ab 200 ist eine Scorecard je Regel erlaubt"),
    "too_few": (
        "rules are not judged: {won} won and {others} not won mature hand-overs, 20 of each are needed",
        "Regeln werden nicht beurteilt: {won} gewonnene und {others} nicht gewonnene reife Übergaben, je 20 sind nötig",
    ),
    "line": (
        "chance of a win by engagement when the hand is first raised: {chances}",
        "Gewinnchance nach Aktivität beim ersten Heben der Hand: {chances}",
    ),
    "unchanged": (
        "no other points are proposed: as far as chance allows to tell, today's weights fit the outcomes",
        "andere Punkte werden nicht vorgeschlagen: Soweit der Zufall es zu sagen erlaubt, passen die heutigen",
    ),
    "against": (
        "outcomes speak against, points stay, somebody should look: {names}",
        "Ergebnisse sprechen dagegen, Punkte bleiben, bitte ansehen: {names}",
    ),
    "doubtful": (
        "not judged by outcomes: {names}",
        "nicht an Ergebnissen gemessen: {names}",
    ),
    "current_value": ("known only as of today", "nur von heute bekannt"),
    "sale_field": ("moves with the sale", "bewegt sich mit dem Verkauf"),
    "overwritten": ("overwritten by later touches", "von späteren Kontakten überschrieben"),
    "sales_activity": ("counts what sales does", "zählt, was der Vertrieb tut"),
    "too_good": ("too good to be true, look for a leak", "zu gut, um wahr zu sein: Leck suchen"),
    "untested": (
        "test of the last six mature months: {won} won and {others} not won; AUC and calibration need 100 of each",
        "Test der letzten sechs reifen Monate: {won} gewonnen, {others} nicht; AUC und Kalibrierung brauchen je 100",
    ),
    "tested": (
        "later months, {name}: AUC {area} ({low} – {high}), KS {ks}, Brier {brier}, E/O {eo}, top 20% lift {lift}",
        "spätere Monate, {name}: AUC {area} ({low} – {high}), KS {ks}, Brier {brier}, E/O {eo}, Lift 20 % {lift}",
    ),
    "today": ("today's points", "heutige Punkte"),
    "proposed": ("proposed points", "vorgeschlagene Punkte"),
    "card": ("scorecard", "Scorecard"),
    "written": ("draft without signatures: {path}", "Entwurf ohne Unterschriften: {path}"),
    "not_written": (
        "no draft was written: nothing is proposed",
        "kein Entwurf geschrieben: Es wird nichts vorgeschlagen",
    ),
    "to_write": (
        "--draft FILE writes it as an unsigned draft",
        "--draft DATEI schreibt es als Entwurf ohne Unterschriften",
    ),
    # 9
    "decision": ("9 Decision", "9 Entscheidung"),
    "items": (
        "{count} hand-overs ended without a sale since the last signature ({since})",
        "{count} Übergaben endeten seit der letzten Unterschrift ({since}) ohne Abschluss",
    ),
    "never": ("never signed", "nie unterschrieben"),
    "drift": (
        "cells of the last 90 days against before: PSI {value}, {name}",
        "Zellen der letzten 90 Tage gegen vorher: PSI {value}, {name}",
    ),
    "no_drift": (
        "whether the cells have shifted cannot be said: fewer than 30 hand-overs on one side",
        "ob sich die Zellen verschoben haben, ist nicht zu sagen: auf einer Seite unter 30 Übergaben",
    ),
    "chance": ("no more than chance gives at this size", "nicht mehr, als der Zufall bei dieser Größe gibt"),
    "stable": ("stable", "stabil"),
    "watch": ("watch it", "beobachten"),
    "shifted": ("shifted", "verschoben"),
    "early": (
        "that is reason enough not to wait for the monthly date",
        "das ist Grund genug, nicht auf den Monatstermin zu warten",
    ),
    "boxes": (
        "[ ] accept  [ ] reject  [ ] postpone   marketing: ________  sales: ________   next review: {day}",
        "[ ] annehmen  [ ] ablehnen  [ ] vertagen   Marketing: ________  Vertrieb: ________   nächster Termin: {day}",
    ),
    "sign": (
        "accepted: syncer agreement sign FILE --role marketing --by NAME, and the same with --role sales",
        "angenommen: syncer agreement sign DATEI --role marketing --by NAME, und ebenso mit --role sales",
    ),
}


def said(key: str, lang: Language, **values: object) -> str:
    """Return a text of the review; an unknown key is a KeyError."""
    return worded(_TEXTS[key], lang, values)
