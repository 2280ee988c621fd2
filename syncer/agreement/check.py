"""What the structure alone cannot say: references, contradictions, expressions, reason tests. Yields every finding."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain

from syncer.agreement.check_hours import hours_faults
from syncer.agreement.check_rules import rule_faults
from syncer.agreement.events import EventRule
from syncer.agreement.findings import Fault, allowed, duplicates, unknown_event
from syncer.agreement.misspelt import misspelling
from syncer.agreement.model import Agreement
from syncer.agreement.patterns import is_endless
from syncer.agreement.pipelines import Pipeline
from syncer.agreement.stages import RepeatedVisits
from syncer.agreement.tree import Path

_TARGET = re.compile(r"owner\((company|contact)\)|(team|queue|owner)\.[\w.-]+")
_STATUSES, _ANSWERS = "rejected_lead_statuses", "rejected_answers"
_NAMES: Mapping[str, str] = {_STATUSES: "statuses", _ANSWERS: "answers"}
_CLOSING = ("won", "lost", "void", "ignore")


def faults_of(agreement: Agreement) -> Iterator[Fault]:
    """Yield everything that contradicts itself or names something that does not exist."""
    yield from rule_faults(agreement)
    for check in _CHECKS:
        yield from check(agreement)


def _head(agreement: Agreement) -> Iterator[Fault]:
    head = agreement.agreement
    for role, count in Counter(signature.role for signature in head.signed).items():
        if count > 1:
            yield Fault(("agreement", "signed"), f"{role} signed twice", "one signature per role")
    yield from hours_faults(agreement)
    yield from _routing(agreement)


def _routing(agreement: Agreement) -> Iterator[Fault]:
    routes = agreement.agreement.routing
    for index, route in enumerate(routes):
        path: Path = ("agreement", "routing", index)
        is_last = index == len(routes) - 1
        if (route.otherwise is None) == (route.to is None) or (route.to is None) != (route.when is None):
            yield Fault(path, "is no route", "either {if: CONDITION, to: TARGET} or {else: TARGET}")
        elif route.otherwise is not None and not is_last:
            yield Fault(path, "the routes after it are never reached", "else stands last")
        elif _TARGET.fullmatch(route.target) is None:
            hint = "owner(company), owner(contact), owner.ID, team.NAME or queue.NAME"
            yield Fault(path, f"unknown target {route.target!r}", hint)


def _stages(agreement: Agreement) -> Iterator[Fault]:
    stages = agreement.stages
    known = agreement.events.names
    for index, event in enumerate(stages.hard_conversions):
        if event not in known:
            yield unknown_event(("stages", "hard_conversions", index), event, known)
    yield from _visits(stages.repeated_visits, known)
    reasons = agreement.agreement.reject_reasons
    for key, words in {_STATUSES: stages.rejected_lead_statuses, _ANSWERS: stages.rejected_answers}.items():
        for word, reason in words.items():
            if reason not in reasons:
                hint, relied = allowed(reasons), ("agreement.reject_reasons",)
                message = f"unknown reject reason {reason!r}"
                yield Fault(("stages", key, word), message, hint, relied, binds_default=True)
    yield from _contradictions(agreement, _STATUSES, stages.accepted_lead_statuses, stages.rejected_lead_statuses)
    yield from _contradictions(agreement, _ANSWERS, stages.accepted_answers, stages.rejected_answers)


def _visits(visits: RepeatedVisits | None, known: Collection[str]) -> Iterator[Fault]:
    if visits is None:
        return
    path: Path = ("stages", "repeated_visits")
    for index, event in enumerate(visits.events):
        if event not in known:
            yield unknown_event((*path, "events", index), event, known)
    if visits.days > visits.within_days:
        yield Fault((*path, "days"), f"never lie within {visits.within_days} days", f"at most {visits.within_days}")


def _contradictions(
    agreement: Agreement, key: str, accepting: Collection[str], rejecting: Collection[str]
) -> Iterator[Fault]:
    """Yield the words of sales that accept and reject; a word named like a reject reason rejects."""
    accepted = {word.upper() for word in accepting}
    message, hint = f"stands among the accepted {_NAMES[key]} as well", "either accepted or rejected"
    for word in rejecting:
        if word.upper() in accepted:
            yield Fault(("stages", key, word), message, hint)
    for reason in agreement.agreement.reject_reasons:
        if reason.upper() in accepted:
            yield Fault(("agreement", "reject_reasons", reason), message, hint)


def _events(agreement: Agreement) -> Iterator[Fault]:
    for index, rule in enumerate(agreement.events.root):
        yield from _pattern(("events", index, "match"), rule.match)
        later = {kind for other in agreement.events.root[index + 1 :] for kind in other.kinds}
        if _hides_the_rest(rule) and later & set(rule.kinds):
            yield Fault(
                ("events", index), "takes everything of its kinds: later rules are never reached", "move it down"
            )
    for index, pattern in enumerate(agreement.calendar.test_name_patterns):
        yield from _pattern(("calendar", "test_name_patterns", index), pattern)


def _hides_the_rest(rule: EventRule) -> bool:
    return rule.match is None and rule.outcomes is None and not rule.except_outcomes


def _reasons(agreement: Agreement) -> Iterator[Fault]:
    rules = agreement.reasons.root
    faults = list(chain.from_iterable(_pattern(("reasons", i, "re"), rule.match) for i, rule in enumerate(rules)))
    outcomes: dict[str, str] = {}
    for index, rule in enumerate(rules):
        if outcomes.setdefault(rule.code, rule.outcome) != rule.outcome:
            path: Path = ("reasons", index, "outcome")
            faults.append(Fault(path, f"{rule.code} already has another outcome", "one outcome per code"))
        if rule.match == "" and index < len(rules) - 1:
            faults.append(Fault(("reasons", index, "re"), "always hits: later reasons are never reached", "last only"))
    yield from faults
    if not faults:
        yield from _reason_tests(agreement)


def _reason_tests(agreement: Agreement) -> Iterator[Fault]:
    known = agreement.reasons.codes
    for text, expected in agreement.reason_tests.items():
        path: Path = ("reason_tests", text)
        if expected not in known:
            yield Fault(path, f"unknown reason {expected!r}", allowed(known), ("reasons",))
            continue
        code = agreement.reasons.normalise(text).code
        if code != expected:
            hint = f"expected {expected}: change the test, or the reasons or their order"
            yield Fault(path, f"gives {code}", hint, ("reasons",))


def _pipelines(agreement: Agreement) -> Iterator[Fault]:
    for pipeline_id, entry in agreement.pipelines.root.items():
        path: Path = ("pipelines", pipeline_id)
        if entry.stages != "auto":
            for key, stage_id in entry.named_stages():
                yield from _stage(entry, entry.stages, (*path, key), stage_id)
        both = set(_listed(entry.on_hold_stages)) & set(_listed(entry.closed_other_stages))
        for stage_id in sorted(both):
            yield Fault((*path, "on_hold_stages"), f"{stage_id} is a closed_other stage as well", "one list per stage")


def _stage(entry: Pipeline, meanings: Mapping[str, str], path: Path, stage_id: str) -> Iterator[Fault]:
    key = path[-1]
    meaning = meanings.get(stage_id)
    if meaning is None:
        yield Fault(path, f"unknown stage {stage_id!r}", f"allowed: {', '.join(meanings)}, as listed under stages")
    elif key == "on_hold_stages" and meaning not in {"open", "on_hold"}:
        yield Fault(path, f"{stage_id} means {meaning}", "an on-hold stage is open or on_hold")
    elif key in {"closed_other_stages", "closed_other_stage"} and meaning in {"won", "void", "ignore"}:
        yield Fault(path, f"{stage_id} means {meaning}", "a closed_other stage is other, lost or open")
    elif key == "offer_stages" and meaning in _CLOSING and entry.kind != "ignore":
        yield Fault(path, f"{stage_id} means {meaning}", "an offer stage is open or on_hold")


def _listed(stages: str | tuple[str, ...]) -> tuple[str, ...]:
    return () if isinstance(stages, str) else stages


def _closed_other(agreement: Agreement) -> Iterator[Fault]:
    section = agreement.closed_other
    ids = [rule.id for rule in section.rules]
    yield from duplicates((("closed_other", "rules", index, "id"), rule_id) for index, rule_id in enumerate(ids))
    for index, rule_id in enumerate(section.guards.rules):
        if rule_id not in ids:
            path: Path = ("closed_other", "guards", "rules", index)
            yield Fault(path, f"unknown rule {rule_id!r}", allowed(ids), ("closed_other",))
    known = agreement.other_reasons | {"default"}
    for reason in section.resume_at:
        if reason not in known:
            path = ("closed_other", "resume_at", reason)
            yield Fault(path, "is no reason that postpones", allowed(known), ("reasons",))


def _money(agreement: Agreement) -> Iterator[Fault]:
    for index, cost in enumerate(agreement.money.costs):
        if cost.last_day < cost.first_day:
            yield Fault(("money", "costs", index, "to"), "ends before it begins", "from is the same day or earlier")
    for event in agreement.money.events:
        if event not in agreement.events.names:
            yield unknown_event(("money", "events", event), event, agreement.events.names)


def _write_back(agreement: Agreement) -> Iterator[Fault]:
    section = agreement.write_back
    for kind, properties in (
        ("contacts", section.contacts),
        ("companies", section.companies),
        ("deals", section.deals),
    ):
        seen: dict[str, str] = {}
        for name, written in properties.model_dump().items():
            if written is not None and seen.setdefault(written, name) != name:
                yield Fault(("write_back", kind, name), f"{written} already holds {seen[written]}", "one property each")


def _pattern(path: Path, pattern: str | None) -> Iterator[Fault]:
    wrong = misspelling(pattern or "")
    if wrong is not None:
        yield Fault(path, f"is no regular expression: {wrong}", "Python's re; put a backslash before a literal ( or [")
    elif is_endless(pattern or ""):
        yield Fault(path, "might search without end", "no repetition within a repetition, and at most two with + or *")


_CHECKS: tuple[Callable[[Agreement], Iterator[Fault]], ...] = (
    _head,
    _stages,
    _events,
    _reasons,
    _pipelines,
    _closed_other,
    _money,
    _write_back,
)
