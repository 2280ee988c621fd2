"""The access report as Markdown that the person can read, in English and German."""

import re
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from jobs.privacy.export import Report
from jobs.privacy.held_words import FLAGS, column_name, table_name
from jobs.wording.points import counted_lines
from jobs.wording.words import LANGUAGES, Language, iso_text, number
from syncer.scoring.words import figure, signed

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("What is stored about you (Art. 15 GDPR)", "Was über Sie gespeichert ist (Art. 15 DSGVO)"),
    "head": (
        "Account {account}, as of {at}, by the agreement {agreement}.",
        "Konto {account}, Stand {at}, nach der Vereinbarung {agreement}.",
    ),
    "person": ("You are known here as", "Sie sind hier bekannt als"),
    "logic": ("How you were assessed, and what would change it", "Wie Sie eingestuft wurden, und was es ändern würde"),
    "logic_text": (
        (
            "Points for your profile (fit) and for what you did (engagement, which fades with time) place you in a "
            "cell; the cell decides who turns to you. The lines below are that procedure applied to you."
        ),
        (
            "Punkte für Ihr Profil (Fit) und für das, was Sie taten (Engagement, das mit der Zeit abklingt), ergeben "
            "eine Zelle; sie entscheidet, wer sich an Sie wendet. Die Zeilen hier sind dieses Verfahren, auf Sie "
            "angewandt."
        ),
    ),
    "transitions": ("Every change of your stage", "Jeder Wechsel Ihrer Stufe"),
    "scores": ("Every version of your score, with its contributions", "Jede Fassung Ihres Scores mit ihren Beiträgen"),
    "recipients": ("Who received what", "Wer was erhalten hat"),
    "retention": ("How long it is kept", "Wie lange es aufbewahrt wird"),
    "web_events_months": (
        "addresses of pages and names of mails: {value} months",
        "Adressen von Seiten und Namen von Mails: {value} Monate",
    ),
    "explanations_months": (
        "replaced values of what was written to the CRM: {value} months",
        "überholte Werte dessen, was ins CRM geschrieben wurde: {value} Monate",
    ),
    "inactive_prospects_months": (
        "everything, without own activity, sale or customer relation: {value} months",
        "alles, ohne eigene Aktivität, Verkauf oder Kundenbeziehung: {value} Monate",
    ),
    "without_further_activity_until": (
        "without further activity therefore until {value}",
        "ohne weitere Aktivität also bis {value}",
    ),
    "figures": (
        "figures without any reference to you: without limit",
        "Kennzahlen ohne jeden Bezug zu Ihnen: unbegrenzt",
    ),
    "no_end": ("no fixed end", "ohne feste Frist"),
    "held": ("Everything that is stored, table by table", "Alles Gespeicherte, Tabelle für Tabelle"),
    "held_text": (
        (
            "Under each heading, in brackets, is the name of the table. A `#` with letters and digits stands for a "
            "text that had its time and was replaced. The JSON form of this report holds the names of all columns "
            "and moments to the millisecond, in UTC."
        ),
        (
            "In Klammern steht der Name der Tabelle. Ein `#` mit Buchstaben und Ziffern steht für einen Text, der "
            "seine Zeit hatte und ersetzt wurde. Die JSON-Form dieser Auskunft nennt die Namen aller Spalten und "
            "Zeiten auf die Millisekunde, in UTC."
        ),
    ),
    "at": ("when", "wann"),
    "stage": ("stage", "Stufe"),
    "why": ("why", "warum"),
    "property": ("property", "Feld"),
    "value": ("value", "Wert"),
    "to": ("to", "an"),
    "superseded": ("no longer believed since {at}", "nicht mehr angenommen seit {at}"),
    "nothing": ("nothing", "nichts"),
    "points": ("points", "Punkte"),
    "score": (
        "cell {cell}, {fit} points for the profile, {engagement} for activity",
        "Zelle {cell}, {fit} Punkte für das Profil, {engagement} für Aktivität",
    ),
    "yes": ("yes", "ja"),
    "no": ("no", "nein"),
}

_Rows = Sequence[Mapping[str, object]]

_DASH = "–"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def report_text(report: Report, zone: ZoneInfo, lang: Language) -> str:
    """Return the report as Markdown."""
    return "\n".join(_Pen(report, zone, lang).lines()) + "\n"


class _Pen:
    """One report on its way to text."""

    def __init__(self, report: Report, zone: ZoneInfo, lang: Language) -> None:
        self._report = report
        self._zone = zone
        self._lang = lang

    def lines(self) -> Iterator[str]:
        """Yield the lines of the whole report."""
        report = self._report
        yield f"# {self._word('title')}"
        head = self._word("head").format(
            account=report["account"], at=self._time(report["made_at"]), agreement=report["agreement"]
        )
        yield from ("", head)
        person = _mapping(report["person"])
        names = [*_texts(person["ids"]), *_texts(person["addresses"])]
        yield from ("", f"{self._word('person')}: {', '.join(names)}")
        for section in (self._logic, self._transitions, self._scores, self._recipients, self._retention, self._held):
            yield ""
            yield from section()

    def _logic(self) -> Iterator[str]:
        yield from (f"## {self._word('logic')}", "", self._word("logic_text"), "")
        for lines in _mapping(self._report["logic"]).values():
            yield from (f"- {line}" for line in _texts(lines))

    def _transitions(self) -> Iterator[str]:
        yield f"## {self._word('transitions')}"
        rows = [
            (self._time(row["at"]), str(row["to_text"]), self._reason(row))
            for row in _rows(self._report["transitions"])
        ]
        yield from self._table(("at", "stage", "why"), rows)

    def _reason(self, row: Mapping[str, object]) -> str:
        until = row["superseded_at"]
        gone = "" if until is None else f" ({self._word('superseded').format(at=self._time(until))})"
        return f"{row['rule_text']}{gone}"

    def _scores(self) -> Iterator[str]:
        yield f"## {self._word('scores')}"
        for one in _rows(self._report["scores"]):
            score = _mapping(one["score"])
            fit, engagement = (self._points(score[part]) for part in ("fit", "engagement"))
            stood = self._word("score").format(cell=score["cell"], fit=fit, engagement=engagement)
            yield from ("", f"**{self._time(one['at'])}**: {stood}")
            for line in counted_lines(_rows(score["contributions"])):
                if line.counted:
                    yield f"- {line.label}: {signed(line.counted, self._lang)} {self._word('points')}"

    def _points(self, value: object) -> str:
        return figure(value, self._lang) if isinstance(value, int | float) else _DASH

    def _recipients(self) -> Iterator[str]:
        yield f"## {self._word('recipients')}"
        rows = [
            (
                self._time(row["at"]),
                str(row["to"]),
                str(row["property_text"]),
                str(row["value_text"]),
                str(row["why_text"]),
            )
            for row in _rows(self._report["recipients"])
        ]
        yield from self._table(("at", "to", "property", "value", "why"), rows)

    def _retention(self) -> Iterator[str]:
        yield from (f"## {self._word('retention')}", "")
        for key, value in _mapping(self._report["retention"]).items():
            shown = self._time(value) if key.endswith("_until") else value
            yield f"- {self._word(key).format(value=self._word('no_end') if value is None else shown)}"
        yield f"- {self._word('figures')}"

    def _held(self) -> Iterator[str]:
        yield from (f"## {self._word('held')}", "", self._word("held_text"))
        for table, rows in _mapping(self._report["held"]).items():
            yield from ("", f"### {table_name(table, self._lang)} ({table})", "")
            for row in _rows(rows):
                told = (f"{column_name(name, self._lang)}: {self._fact(name, value)}" for name, value in row.items())
                yield "- " + " · ".join(told)

    def _fact(self, column: str, value: object) -> str:
        """Return a value as people write it; of what a record holds, part by part."""
        if isinstance(value, Mapping):
            parts = ((name, one) for name, one in value.items() if one is not None)
            return ", ".join(f"{name} = {self._fact('', one)}" for name, one in parts) or _DASH
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(self._fact("", one) for one in value) or _DASH
        if column in FLAGS:
            return self._word("yes" if value else "no")
        if isinstance(value, float):
            return number(value, self._lang, digits=0 if value.is_integer() else 2)
        return self._time(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else _plain(value)

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
        yield ""
        if not rows:
            yield self._word("nothing")
            return
        yield f"| {' | '.join(self._word(head) for head in heads)} |"
        yield f"|{'---|' * len(heads)}"
        yield from (f"| {' | '.join(_cell(text) for text in row)} |" for row in rows)

    def _time(self, value: object) -> str:
        return _DASH if value is None else iso_text(str(value), self._zone, self._lang)

    def _word(self, key: str) -> str:
        return _WORDS[key][LANGUAGES.index(self._lang)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _plain(value: object) -> str:
    return _DASH if value is None else " ".join(str(value).split())


def _rows(value: object) -> _Rows:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else ()


def _texts(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, Sequence) else ()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
