"""Everything that is held about one person, with source and time, and why they stand where they stand (Art. 15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import orjson

from jobs.deciding.explaining import contact_story
from jobs.privacy.privacy_words import said
from jobs.privacy.prune import MONTH
from jobs.privacy.retention import RetentionFile
from jobs.privacy.rule_texts import rule_text
from jobs.wording.shown import Shown, shown, why_text
from jobs.wording.words import Language, stage_name
from syncer.agreement import Agreement
from syncer.moments import Millis, iso
from syncer.records import Evidence, Kind
from syncer.store import Person, Status, Store, Unit

Report = Mapping[str, object]
_Rows = Sequence[Mapping[str, object]]

#: Columns that hold a moment.
_MOMENTS = ("_at", "_from", "_to", "_until")
_MORE_MOMENTS = frozenset({"at", "since"})
_JSON = frozenset({"fields", "held", "contact_ids", "record_ids", "tellings", "evidence", "flags", "more_emails"})
#: What of a fact stands in no column of its own.
_WITHIN = ("subject", "asset", "actor", "value")
_OF_THE_STORE = frozenset({"account", "gist", "fingerprint", "generation"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Exporting:
    """What a report is made from."""

    store: Store
    agreement: Agreement
    retention: RetentionFile
    now: Millis
    lang: Language


def export(work: Exporting, account: str, id_or_email: str) -> Report | None:
    """Return the whole report, or None where nothing is known under the id or address."""
    with work.store.snapshot() as unit:
        person = unit.privacy.person(account, id_or_email)
        if not person:
            return None
        held = unit.privacy.held(person)
        live = sorted(unit.mirror.live(account, Kind.CONTACT, person.ids))
        written = _written(unit, person)
    return {
        "account": account,
        "made_at": iso(work.now),
        "agreement": work.agreement.label,
        "person": {"ids": sorted(person.ids), "addresses": sorted(person.addresses)},
        "held": {table: [_shown(row) for row in rows] for table, rows in held.items() if rows},
        "transitions": [_transition(work, row) for row in held["stage_events"]],
        "scores": [
            _score(work, account, id_, *clocks)
            for id_ in live
            for clocks in _versions(work, written, held["stage_events"], id_)
        ],
        "recipients": [*_values(work, account, written), *_notices(work, account, held["notices"])],
        "retention": _retention(work, held),
        "logic": {id_: _logic(work, account, id_) for id_ in live},
    }


def _shown(row: Mapping[str, object]) -> dict[str, object]:
    told = {name: value for name, value in row.items() if name not in _OF_THE_STORE and value is not None}
    fact = told.pop("fact", None)
    return {name: _value(name, value) for name, value in told.items()} | (_fact(fact) if isinstance(fact, str) else {})


def _fact(text: str) -> dict[str, object]:
    """Return what a fact of the ledger says beyond the columns that stand beside it."""
    fact = msgspec.json.decode(text, type=Evidence)
    return {name: value for name in _WITHIN if (value := getattr(fact, name)) is not None}


def _value(name: str, value: object) -> object:
    if name in _JSON and isinstance(value, str):
        return orjson.loads(value)
    is_moment = isinstance(value, int) and (name.endswith(_MOMENTS) or name in _MORE_MOMENTS)
    return iso(value) if is_moment and isinstance(value, int) else value


def _transition(work: Exporting, row: Mapping[str, object]) -> dict[str, object]:
    """Return one change of stage with its rule in words, and until when it was believed."""
    rule = str(row["rule"])
    return {
        "cycle": row["cycle_no"],
        "from": row["from_stage"],
        "to": row["to_stage"],
        "to_text": stage_name(str(row["to_stage"]), work.lang),
        "at": _value("at", row["occurred_at"]),
        "recorded_at": _value("at", row["recorded_at"]),
        "superseded_at": _value("at", row["superseded_at"]),
        "rule": rule,
        "rule_text": rule_text(rule, work.agreement, work.lang),
        "evidence": _value("evidence", row["evidence"]),
        "by": row["actor"],
        "agreement": row["agreement"],
    }


def _written(unit: Unit, person: Person) -> _Rows:
    rows = unit.privacy.held(person)["outbox"]
    return sorted((row for row in rows if row["status"] == Status.WRITTEN.value), key=_changed_at)


def _changed_at(row: Mapping[str, object]) -> int:
    at = row["changed_at"]
    return at if isinstance(at, int) else 0


def _versions(work: Exporting, written: _Rows, events: _Rows, contact_id: str) -> Sequence[tuple[Millis, Millis]]:
    """Return as of when, and known when, each version of the score stood: at every stage, at every write, and now."""
    at_stages = {row["occurred_at"] for row in events if row["contact_id"] == contact_id}
    at_writes = {_changed_at(row) for row in written if row["record_id"] == contact_id}
    stages = [(Millis(at), work.now) for at in at_stages if isinstance(at, int) and at <= work.now]
    writes = [(Millis(at), Millis(at)) for at in at_writes]
    return [*sorted([*stages, *writes]), (work.now, work.now)]


def _score(work: Exporting, account: str, contact_id: str, as_of: Millis, known_at: Millis) -> dict[str, object]:
    """Return a version of the score, by what was known then; its contributions sum to it."""
    story = contact_story(
        work.store, work.agreement, account, contact_id, as_of=as_of, known_at=known_at, lang=work.lang
    )
    facts = story.facts
    return {
        "contact": contact_id,
        "at": iso(as_of),
        "known_at": iso(known_at),
        "stage": facts["stage"],
        "score": facts["score"],
    }


def _logic(work: Exporting, account: str, contact_id: str) -> Sequence[str]:
    """Return the procedure as it was applied to this person, with what would change the result."""
    story = contact_story(
        work.store, work.agreement, account, contact_id, as_of=work.now, known_at=work.now, lang=work.lang
    )
    return story.lines


def _values(work: Exporting, account: str, written: _Rows) -> list[dict[str, object]]:
    """Return what was written into properties, with the words in which the CRM shows it."""
    words = shown(work.agreement, {}, {}, work.agreement.calendar.zone, work.lang)
    return [_value_told(words, account, row) for row in written]


def _value_told(words: Shown, account: str, row: Mapping[str, object]) -> dict[str, object]:
    name, value = str(row["property"]), row["value"]
    return {
        "to": f"CRM ({account})",
        "property": name,
        "property_text": words.name(Kind.CONTACT, name),
        "value": value,
        "value_text": words.value(Kind.CONTACT, name, None if value is None else str(value)),
        "at": _value("at", row["changed_at"]),
        "rule": row["rule"],
        "why": row["why"],
        "why_text": why_text(str(row["why"]), words.lang),
        "run": row["run"],
    }


def _notices(work: Exporting, account: str, rows: _Rows) -> list[dict[str, object]]:
    """Return the notes and tasks that stand in the CRM: a card says all that this report says of a hand-over."""
    return [
        {
            "to": f"CRM ({account})",
            "property": row["form"],
            "property_text": said(str(row["form"]), work.lang),
            "value": row["crm_id"],
            "value_text": str(row["crm_id"]),
            "at": _value("at", row["sent_at"]),
            "rule": row["purpose"],
            "why": row["purpose"],
            "why_text": said(str(row["purpose"]), work.lang),
            "run": row["run"],
        }
        for row in rows
        if row["crm_id"] is not None
    ]


def _retention(work: Exporting, held: Mapping[str, _Rows]) -> dict[str, object]:
    """Return until when what is kept, by what `retention:` says; None where there is no end."""
    acts = [row["occurred_at"] for row in held["evidence"]]
    last = max((at for at in acts if isinstance(at, int)), default=None)
    months = work.retention
    return {
        "web_events_months": months.web_events,
        "explanations_months": months.explanations,
        "inactive_prospects_months": months.inactive_prospects,
        "without_further_activity_until": _later(last, months.inactive_prospects),
    }


def _later(at: int | None, months: int | None) -> str | None:
    return None if at is None or months is None else iso(at + round(months * MONTH))
