"""Wanted values minus what the CRM holds, into the outbox: the smallest set of writes, each with its reason."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from jobs.deciding.derive import Clocks, deals_of, last_clocks, rules_of
from jobs.desk import Desk, Portal
from jobs.handovers.escalations import unnamed
from jobs.handovers.wanted_notices import too_many, wanted_notices
from jobs.names import INSTEAD, rules_for
from jobs.pulling.look import in_account
from jobs.pulling.watermarks import never_read
from jobs.writing.terms import Terms, keep_terms, terms_before, terms_of
from syncer.errors import UnsafePlan
from syncer.funnel import Rules, decide_counted
from syncer.funnel.facts import CompanyDecision, ContactFacts
from syncer.handover.notices import Notice, Purpose
from syncer.handover.routing import addressee
from syncer.moments import Millis
from syncer.records import Kind
from syncer.scoring import short_reasons
from syncer.scoring.track import Track
from syncer.store import Unit
from syncer.writeback import (
    OWNER,
    Desired,
    Edit,
    Intent,
    PlanLimits,
    Shown,
    WriteRules,
    check_plan,
    desired_company,
    desired_contact,
    desired_deal,
    diff,
    intents,
    plan_checksum,
    standing_of,
    without_undone,
)

_T = TypeVar("_T")

#: Records planned at a time: what they hold and what we wrote is read together.
_CHUNK = 2_000


@dataclass(kw_only=True, slots=True)
class Plan:
    """The writes that one account needs now."""

    account: str
    rows: list[Intent] = field(default_factory=list)
    #: Notes and tasks that people are to get.
    notices: Sequence[Notice] = ()
    #: What cannot be written, and what to do about it; each once.
    problems: tuple[str, ...] = ()
    #: Names the plan by its content.
    checksum: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    desk: Desk
    rules: Rules
    write: WriteRules
    terms: Terms
    #: kind → properties that were not there at the last plan.
    new: Mapping[Kind, frozenset[str]]
    clocks: Clocks
    #: Only what was decided anew since this moment; None for everything.
    since: Millis | None
    #: What somebody undid is written once more.
    redoes: bool
    #: Ids of owners who can be assigned.
    owners: Collection[str]
    found: dict[str, None] = field(default_factory=dict)


async def plan(
    desk: Desk,
    portal: Portal,
    *,
    run: str,
    full: bool = False,
    force: bool = False,
    keep: bool = True,
    halted: Collection[str] = (),
) -> Plan:
    """Return the writes that the decisions since the last plan ask for; with `keep` they stand in the outbox.

    Nothing is planned, whatever `force` says, on a mirror that was never filled: the account's contacts, companies and
    deals, and those of `halted`, the streams that stopped just now, that decisions rest on, have to have been read in
    full once.
    Raises UnsafePlan where an implausible share of the CRM would change, unless `force`.
    """
    # Costs feed figures and no decision.
    decisive = [name for name in halted if name not in desk.definitions.costs]
    unread = await never_read(desk, in_account(desk, (*Kind, *decisive)))
    if unread:
        return Plan(account=desk.name, problems=(_half_read(unread),))
    return await asyncio.to_thread(_plan, desk, portal, run, full=full, force=force, keep=keep)


def _plan(desk: Desk, portal: Portal, run: str, *, full: bool, force: bool, keep: bool) -> Plan:
    began = desk.clock()
    with desk.store.snapshot() as reading:
        work = _work(desk, portal, reading, full=full)
        rows = [*_contacts(work, reading), *_deals(work, reading), *_companies(work, reading)]
        totals = reading.mirror.totals(desk.name, _suspicious(work, rows))
        notices = _notices(work, reading, force=force)
    if not force:
        _check(work, rows, totals, keep=keep)
    if keep:
        _keep(work, run, rows, notices, began)
    desk.progress.done("planned")
    problems, checksum = tuple(work.found), plan_checksum(rows)
    return Plan(account=desk.name, rows=rows, notices=notices, problems=problems, checksum=checksum)


def _half_read(streams: Sequence[str]) -> str:
    return (
        f"anything, since {', '.join(streams)} were never read in full and decisions without them would be wrong: "
        "syncer backfill, or leave them out under accounts.….streams in syncer.yaml"
    )


def _notices(work: _Work, reading: Unit, *, force: bool) -> Sequence[Notice]:
    wanted = wanted_notices(work.desk, reading)
    work.found.update(dict.fromkeys(unnamed(work.desk, reading)))
    refusal = None if force else too_many(work.desk, wanted)
    if refusal is None:
        return wanted
    work.found[refusal] = None
    return [one for one in wanted if one.purpose is not Purpose.HANDOVER]


def _work(desk: Desk, portal: Portal, reading: Unit, *, full: bool) -> _Work:
    agreement = desk.agreement.agreement
    terms, before = terms_of(portal, agreement), terms_before(reading, desk.name)
    planned = reading.desk.cursor(desk.name, "account", "planned")
    is_new = reading.desk.cursor(desk.name, "account", "planned_under") != agreement.label
    rules = rules_of(reading, desk.name, agreement)
    return _Work(
        desk=desk,
        rules=rules,
        write=rules_for(agreement, terms.options, rules.pipelines),
        terms=terms,
        new=terms.new_since(before),
        clocks=last_clocks(reading, desk.name, desk.clock()),
        since=None if full or is_new or planned is None or terms != before else Millis(int(planned)),
        redoes=full or is_new or planned is None,
        owners=frozenset(one.id for one in reading.mirror.owners(desk.name) if not one.archived),
    )


def _suspicious(work: _Work, rows: Sequence[Intent]) -> Collection[Kind]:
    """Return the kinds of which so much would change that it matters how many there are."""
    return [kind for kind, number in Counter(one.kind for one in rows).items() if number >= _limits(work).min_records]


def _limits(work: _Work) -> PlanLimits:
    limits = work.desk.agreement.agreement.write_back
    return PlanLimits(max_share=limits.max_share, min_records=limits.min_records, drifting=work.write.drifting)


def _check(work: _Work, rows: Sequence[Intent], totals: Mapping[Kind, int], *, keep: bool) -> None:
    """Refuse an implausible plan; a rehearsal only says that it would be refused."""
    try:
        check_plan(rows, totals, _limits(work))
    except UnsafePlan as error:
        if keep:
            raise
        work.found[f"{error.message}: sync refuses it without --force"] = None


def _keep(work: _Work, run: str, rows: Sequence[Intent], notices: Sequence[Notice], began: Millis) -> None:
    desk = work.desk
    with desk.store.commit() as unit:
        unit.desk.intend(desk.name, run, rows, desk.clock())
        unit.notices.intend(desk.name, run, notices, desk.clock())
        unit.desk.keep_cursor(desk.name, "account", "planned", str(began))
        unit.desk.keep_cursor(desk.name, "account", "planned_under", desk.agreement.agreement.label)
        keep_terms(unit, desk.name, work.terms)


def _contacts(work: _Work, reading: Unit) -> Iterator[Intent]:
    name = work.desk.name
    for ids in _decided(work, reading, Kind.CONTACT):
        facts = reading.facts.contacts(name, ids, work.clocks.known_at, lambda some: deals_of(reading, name, some))
        shown = _shown(work, reading, Kind.CONTACT, ids)
        for one in facts:
            decision, track = decide_counted(one, rules=work.rules, as_of=work.clocks.as_of)
            standing = standing_of(decision, _reasons(work, one, track), _routed_to(work, one))
            seen = shown(decision.contact_id)
            yield from _edits(
                work, Kind.CONTACT, decision.contact_id, desired_contact(standing, seen, work.write), seen
            )
        work.desk.progress.advance("planned", len(ids))


def _routed_to(work: _Work, facts: ContactFacts) -> str | None:
    """Return the active owner to whom routing leads, where owners are assigned at all."""
    if OWNER not in work.write.names[Kind.CONTACT]:
        return None
    found = addressee(facts, work.rules.agreement, work.clocks.as_of).owner_id
    return found if found in work.owners else None


def _reasons(work: _Work, facts: ContactFacts, track: Track | None) -> str:
    lang, as_of = work.desk.agreement.agreement.write_back.language, work.clocks.as_of
    return short_reasons(work.rules.scorer, facts, as_of=as_of, track=track, lang=lang)


def _deals(work: _Work, reading: Unit) -> Iterator[Intent]:
    name = work.desk.name
    for ids in _decided(work, reading, Kind.DEAL):
        shown = _shown(work, reading, Kind.DEAL, ids)
        for decision in reading.ledger.deal_decisions(name, ids):
            seen = shown(decision.deal_id)
            yield from _edits(work, Kind.DEAL, decision.deal_id, desired_deal(decision, seen, work.write), seen)


def _companies(work: _Work, reading: Unit) -> Iterator[Intent]:
    name = work.desk.name
    for ids in _decided(work, reading, Kind.COMPANY):
        shown = _shown(work, reading, Kind.COMPANY, ids)
        for state in reading.ledger.company_states(name, ids):
            decision = CompanyDecision(company_id=state.company_id, stage=state.stage, in_tam=state.in_tam)
            seen = shown(state.company_id)
            yield from _edits(work, Kind.COMPANY, state.company_id, desired_company(decision, seen, work.write), seen)


def _decided(work: _Work, reading: Unit, kind: Kind) -> Iterator[Sequence[str]]:
    """Yield the live records that were decided since the last plan; what is gone from the CRM needs no write."""
    name = work.desk.name
    for ids in _portions(reading.ledger.decided_since(name, kind, work.since)):
        there = reading.mirror.live(name, kind, ids)
        if there:
            yield [ident for ident in ids if ident in there]


def _shown(work: _Work, reading: Unit, kind: Kind, ids: Sequence[str]) -> Callable[[str], Shown]:
    held = reading.mirror.held(work.desk.name, kind, ids)
    written = reading.desk.written_values(work.desk.name, kind, ids)

    new = work.new.get(kind, frozenset())

    def of(ident: str) -> Shown:
        last = {name: values[-1] for name, values in written.get(ident, {}).items() if name not in new}
        there = {name: value for name, value in held.get(ident, {}).items() if name not in new}
        return Shown(held=there, written=last)

    return of


def _writable(work: _Work, kind: Kind, edits: Sequence[Edit]) -> Sequence[Edit]:
    locked, unfit = work.terms.locked[kind], work.terms.unfit[kind]
    for name in sorted({edit.property for edit in edits}):
        which = f"{kind}.{name}"
        if name in locked:
            work.found[f"{which} is read-only in the CRM: unlock it, or set it to null under write_back"] = None
        elif name in unfit:
            work.found[_cannot_hold(which, unfit[name])] = None
    return [edit for edit in edits if edit.property not in locked and edit.property not in unfit]


def _cannot_hold(which: str, found: str) -> str:
    return f"{which} is of type {found} in the CRM and cannot hold it: rename ours or set it to null under write_back"


def _edits(work: _Work, kind: Kind, ident: str, desired: Desired, shown: Shown) -> Iterator[Intent]:
    """Yield one record's writes; properties that the CRM lacks or has locked become one problem each."""
    existing = work.terms.existing[kind]
    work.found.update(dict.fromkeys(desired.problems))
    wanted = {name: value for name, value in desired.values.items() if name in existing}
    for name in desired.values:
        if name not in existing | work.write.dispensable:
            remedy = INSTEAD if name in work.write.of_the_crm(kind) else "syncer setup --apply"
            work.found[f"{kind}.{name} does not exist in the CRM: {remedy}"] = None
    edits = _writable(work, kind, diff(wanted, shown.held))
    if not work.redoes:
        # What somebody undid stays undone until there is something else to say, or everything is asked for.
        edits = without_undone(edits, shown.written, work.write.figures)
    if edits:
        yield from intents(edits, account=work.desk.name, kind=kind, record_id=ident, decided_at=work.clocks.as_of)


def _portions(items: Iterable[_T]) -> Iterator[Sequence[_T]]:
    iterator = iter(items)
    while some := list(islice(iterator, _CHUNK)):
        yield some
