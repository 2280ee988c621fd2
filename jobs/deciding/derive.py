"""Decide anew: what changed or came due, or everything. Deals first, then contacts, then companies."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from jobs.deciding.company_cycles import company_cycles
from jobs.deciding.postponing import newly_delayed
from jobs.deciding.primaries import with_sales_ready
from jobs.deciding.stays import can_move_figures, is_new_month, refresh_stays
from jobs.desk import Seat
from jobs.memory import rare_collections
from jobs.names import QUOTES
from jobs.pulling.sources import SourceNames
from syncer.agreement import Agreement
from syncer.funnel import Rules, compile_rules, decide_company, decide_contact, decide_deal
from syncer.funnel.facts import ContactDecision, DealDecision
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import Unit
from syncer.store.values import Dirty

_T = TypeVar("_T")

#: Contacts decided between two commits: bounded memory, and a crash costs at most this much work.
_CHUNK = 4_000


@dataclass(kw_only=True, slots=True)
class DeriveCount:
    """What a derive did."""

    deals: int = 0
    contacts: int = 0
    companies: int = 0
    #: Contacts whose decision differs from before.
    changed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """The two times of a derive."""

    #: Business time: facts that happened up to and including this moment.
    as_of: Millis
    #: Knowledge time: facts recorded up to and including this moment.
    known_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """One derive: what is to be decided, by which rules, at which times."""

    desk: Seat
    rules: Rules
    sources: SourceNames
    clocks: Clocks
    #: None is all of them.
    deal_ids: Collection[str] | None
    contact_ids: Sequence[str] | None
    #: Companies beside those of the contacts and deals.
    company_ids: Collection[str]
    #: Nobody stands anywhere yet.
    is_first: bool
    #: What stays marked until all that follows from it is decided.
    held: Sequence[Dirty]


async def derive(desk: Seat, *, full: bool = False) -> DeriveCount:
    """Decide every dirty or due record, or all of them, and keep the decisions; return the counts.

    Another agreement than last time means all of them.

    A full derive and the incremental ones call the same functions on the same facts and end in the same state.
    """
    now = desk.clock()
    return await asyncio.to_thread(_derive, desk, Clocks(as_of=now, known_at=now), full=full)


def _derive(desk: Seat, clocks: Clocks, *, full: bool) -> DeriveCount:
    with desk.store.snapshot() as unit:
        dirty = unit.facts.dirty(desk.name, clocks.as_of)
        rules = rules_of(unit, desk.name, desk.agreement.agreement)
        under = unit.desk.cursor(desk.name, "account", "derived_under")
    label = desk.agreement.agreement.label
    everything = full or dirty.full or under != label
    work = _Work(
        desk=desk,
        rules=rules,
        sources=SourceNames(desk.agreement.agreement),
        clocks=clocks,
        deal_ids=None if everything else dirty.deal_ids,
        contact_ids=None if everything else dirty.contact_ids,
        company_ids=dirty.company_ids,
        is_first=under is None,
        held=[replace(dirty, full=everything)],
    )
    count = DeriveCount()
    with desk.store.commit() as unit:
        unit.ledger.hold_dirty(desk.name, dirty)
    with rare_collections():
        decided = _deals(work, count)
        work = _by_fresh_figures(_with_people(work, decided), decided, count)
        _contacts(work, count)
        _companies(work, count)
    with desk.store.commit() as unit:
        for held in work.held:
            unit.ledger.clear_dirty(desk.name, held)
        unit.desk.keep_cursor(desk.name, "account", "derived", f"{clocks.as_of} {clocks.known_at}")
        unit.desk.keep_cursor(desk.name, "account", "derived_under", label)
    desk.progress.done("decided")
    return count


@dataclass(kw_only=True, slots=True)
class _Decided:
    """What a pass over deals changed."""

    changed_ids: list[str] = field(default_factory=list)
    #: Everybody whom those deals name: a deal that goes to another carrier moves them all.
    contact_ids: set[str] = field(default_factory=set)
    #: A deal changed that counts in the account's figures.
    moves_figures: bool = False


def _held_people(work: _Work, unit: Unit, deal_ids: Collection[str]) -> set[str]:
    """Mark whom the deals name, in the commit that keeps the deals, so that they are decided after a crash as well."""
    if work.contact_ids is None or not deal_ids:
        return set()
    people = set(unit.facts.contacts_of(work.desk.name, deal_ids))
    unit.ledger.hold_dirty(work.desk.name, Dirty(contact_ids=sorted(people), generation=work.held[0].generation))
    return people


def _with_people(work: _Work, decided: _Decided) -> _Work:
    if work.contact_ids is None or not decided.contact_ids:
        return work
    people = sorted({*work.contact_ids, *decided.contact_ids})
    held = Dirty(contact_ids=sorted(decided.contact_ids), generation=work.held[0].generation)
    return replace(work, contact_ids=people, held=[*work.held, held])


def _by_fresh_figures(work: _Work, decided: _Decided, count: DeriveCount) -> _Work:
    """Return the work by the figures that hold now; where they are others than before, open deals are decided anew."""
    desk, as_of = work.desk, work.clocks.as_of
    with desk.store.snapshot() as reading:
        is_due = decided.moves_figures or is_new_month(reading, desk, as_of)
    concerned = refresh_stays(desk, as_of, work.held[0].generation) if is_due else Dirty()
    if not concerned.deal_ids:
        return work
    work = replace(work, held=[*work.held, concerned])
    with desk.store.snapshot() as reading:
        rules = rules_of(reading, desk.name, desk.agreement.agreement)
    again = _deals(replace(work, rules=rules, deal_ids=concerned.deal_ids), count)
    if work.contact_ids is None or work.deal_ids is None:
        return replace(work, rules=rules)
    with desk.store.snapshot() as reading:
        people = reading.facts.contacts_of(desk.name, again.changed_ids)
    return replace(
        work,
        rules=rules,
        deal_ids={*work.deal_ids, *again.changed_ids},
        contact_ids=sorted({*work.contact_ids, *people}),
    )


def _deals(work: _Work, count: DeriveCount) -> _Decided:
    desk, decided = work.desk, _Decided()
    if work.deal_ids is not None and not work.deal_ids:
        return decided
    with desk.store.snapshot() as reading:
        known = reading.facts.deals(desk.name, work.deal_ids, work.clocks.known_at)
        facts = with_sales_ready(work.sources.deals(known), reading, desk.name, work.rules, work.clocks.known_at)
        for some in _portions(decide_deal(one, rules=work.rules, as_of=work.clocks.as_of) for one in facts):
            with desk.store.commit() as unit:
                changed = set(_keep_deals(work, unit, some, count))
                decided.contact_ids |= _held_people(work, unit, changed)
            count.deals += len(some)
            decided.changed_ids += changed
            theirs = (one for one in some if one.deal_id in changed)
            decided.moves_figures |= can_move_figures(desk, theirs, work.clocks.as_of)
    return decided


def _keep_deals(work: _Work, unit: Unit, some: Sequence[DealDecision], count: DeriveCount) -> Sequence[str]:
    """Keep decisions on deals, with those on the people of deals that they postpone; return the deals that changed."""
    desk, now = work.desk, work.desk.clock()
    ids, label = [one.deal_id for one in some], desk.agreement.agreement.label
    alone = unit.ledger.companies_alone(desk.name, ids)
    postponed = () if work.is_first else newly_delayed(unit, desk.name, some)
    saved = unit.ledger.save_deals(desk.name, some, now=now, agreement=label)
    for error in saved.refused:
        reason, record = "the decision cannot be kept", error.record or ""
        unit.desk.bury(desk.name, Kind.DEAL, record, reason=reason, problems=error.problems, now=now)
    alone |= unit.ledger.companies_alone(desk.name, ids)
    _keep_company_cycles(work, unit, alone)
    if postponed:
        people = sorted(unit.facts.contacts_of(desk.name, postponed))
        count.changed += _keep(work, unit, list(_decided_people(work, unit, people)))
    return saved.changed_ids


def _keep_company_cycles(work: _Work, unit: Unit, companies: Collection[str]) -> None:
    desk, label = work.desk, work.desk.agreement.agreement.label
    if companies:
        cycles = company_cycles(unit, desk.name, companies, work.rules, work.clocks.as_of)
        unit.ledger.save_company_cycles(desk.name, cycles, now=desk.clock(), agreement=label)


def _contacts(work: _Work, count: DeriveCount) -> None:
    desk = work.desk
    if work.contact_ids is not None and not work.contact_ids:
        return
    with desk.store.snapshot() as reading:
        for some in _portions(_decided_people(work, reading, work.contact_ids)):
            with desk.store.commit() as unit:
                count.changed += _keep(work, unit, some)
            count.contacts += len(some)
            desk.progress.advance("decided", len(some))


def _decided_people(work: _Work, reading: Unit, ids: Sequence[str] | None) -> Iterator[ContactDecision]:
    name = work.desk.name
    facts = reading.facts.contacts(name, ids, work.clocks.known_at, lambda some: deals_of(reading, name, some))
    return (decide_contact(one, rules=work.rules, as_of=work.clocks.as_of) for one in work.sources.contacts(facts))


def _keep(work: _Work, unit: Unit, people: Sequence[ContactDecision]) -> int:
    desk, label = work.desk, work.desk.agreement.agreement.label
    return len(unit.ledger.save_contacts(desk.name, people, now=desk.clock(), agreement=label))


def deals_of(reading: Unit, account: str, contact_ids: Sequence[str]) -> Mapping[str, Sequence[DealDecision]]:
    """Return the decisions in force on the contacts' deals."""
    linked = reading.facts.deals_of(account, contact_ids)
    wanted = {ident for ids in linked.values() for ident in ids}
    if not wanted:
        return {}
    decided = {one.deal_id: one for one in reading.ledger.deal_decisions(account, wanted)}
    return {contact: [decided[ident] for ident in ids if ident in decided] for contact, ids in linked.items()}


def rules_of(reading: Unit, account: str, agreement: Agreement) -> Rules:
    """Return the agreement as it holds for an account: its deal stages, whether it has quotes at all, its figures."""
    has_quotes = reading.mirror.has_stories(account, QUOTES)
    stages, stays = reading.mirror.stages(account), reading.ledger.stays(account)
    return compile_rules(agreement, stages, has_quotes=has_quotes, stays=stays)


def last_clocks(reading: Unit, account: str, now: Millis) -> Clocks:
    """Return the times of the last derive, or now where there was none."""
    kept = reading.desk.cursor(account, "account", "derived")
    if kept is None:
        return Clocks(as_of=now, known_at=now)
    as_of, known_at = kept.split(" ")
    return Clocks(as_of=Millis(int(as_of)), known_at=Millis(int(known_at)))


def _companies(work: _Work, count: DeriveCount) -> None:
    desk = work.desk
    with desk.store.snapshot() as reading:
        wanted = _companies_concerned(work, reading)
        if wanted is not None and not wanted:
            return
        for some in _portions(reading.facts.company_stages(desk.name, wanted)):
            decided = [decide_company(one, rules=work.rules) for one in some]
            with desk.store.commit() as unit:
                unit.ledger.save_companies(desk.name, decided, now=desk.clock())
            count.companies += len(decided)
    _own_cycles(work, wanted)


def _own_cycles(work: _Work, companies: Collection[str] | None) -> None:
    """Decide the cycles in companies' names anew: a deal or company that went into another is decided no more."""
    with work.desk.store.snapshot() as reading:
        own = sorted(reading.ledger.companies_with_cycles(work.desk.name, companies))
    for some in _portions(own):
        with work.desk.store.commit() as unit:
            _keep_company_cycles(work, unit, some)


def _companies_concerned(work: _Work, reading: Unit) -> Collection[str] | None:
    if work.contact_ids is None or work.deal_ids is None:
        return None
    return {*work.company_ids, *reading.facts.companies_of(work.desk.name, work.contact_ids, work.deal_ids)}


def _portions(items: Iterable[_T]) -> Iterator[Sequence[_T]]:
    iterator = iter(items)
    while some := list(islice(iterator, _CHUNK)):
        yield some
