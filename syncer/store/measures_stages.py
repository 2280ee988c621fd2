"""Where contacts and companies stand: counted once for the inventory, the market and the leads without an owner."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, case, exists, select, union

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.ports import ID, Cut, Segment, StageCount, Unit
from syncer.kpis.work import MarketCount, Share
from syncer.store import tables
from syncer.store.measures_market import alive
from syncer.store.measures_populations import cycles_as_of, deals_as_of, view_of
from syncer.store.measures_queries import COMPANY_ORDER, companies_by_stage, contacts_by_stage, grouped
from syncer.store.measures_segments import reader
from syncer.store.measures_time import Expression

#: Stages in which an account manager is responsible.
_LEADS = (
    FunnelStage.LEAD_MQL,
    FunnelStage.LEAD_SQL,
    FunnelStage.LEAD_SAL,
    FunnelStage.LEAD_DEAL,
    FunnelStage.OPPORTUNITY,
    FunnelStage.FORECAST,
)

Found = TypeVar("Found")


class _Contacts(NamedTuple):
    """Contacts of one segment that stand in a stage."""

    segment: Segment
    stage: FunnelStage
    has_owner: bool
    units: int


class _Companies(NamedTuple):
    """Companies of one segment by what they are to us."""

    segment: Segment
    stage: FunnelStage
    in_tam: bool
    has_contact: bool
    is_customer: bool
    units: int


class Standing:
    """Counts of who stands where, each made once a view; those that tell units one by one are not kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stages: dict[Hashable, Sequence[StageCount]] = {}
        self._contacts: dict[Hashable, Sequence[_Contacts]] = {}
        self._companies: dict[Hashable, Sequence[_Companies]] = {}

    def stages(self, cut: Cut, unit: Unit) -> Iterable[StageCount]:
        """Count contacts or companies by the stage in which they stand."""

        def count() -> Iterator[StageCount]:
            found = self._of_contacts(cut) if unit is Unit.CONTACTS else self._of_companies(cut)
            return (StageCount(row.segment, row.stage, row.units) for row in found)

        return _once(self._stages, (unit, view_of(cut)), cut, count)

    def leads_without_owner(self, cut: Cut) -> Iterator[Share]:
        """Count contacts that stand at LEAD_MQL or further; faulty are those without an owner."""
        for row in self._of_contacts(cut):
            if row.stage in _LEADS:
                yield Share(row.segment, None, 0 if row.has_owner else row.units, row.units)

    def market(self, cut: Cut) -> Iterator[MarketCount]:
        """Count the companies of the market by stage, by whether we know anybody there, by whether they ever bought."""
        for row in self._of_companies(cut):
            if row.in_tam:
                yield MarketCount(row.segment, row.stage, row.has_contact, row.is_customer, row.units)

    def _of_contacts(self, cut: Cut) -> Iterable[_Contacts]:
        return _once(self._contacts, view_of(cut), cut, lambda: _contacts(self._connection, cut))

    def _of_companies(self, cut: Cut) -> Iterable[_Companies]:
        return _once(self._companies, view_of(cut), cut, lambda: _companies(self._connection, cut))


def _once(
    kept: dict[Hashable, Sequence[Found]], key: Hashable, cut: Cut, count: Callable[[], Iterator[Found]]
) -> Iterable[Found]:
    if ID in cut.by:
        return count()
    if key not in kept:
        kept[key] = list(count())
    return kept[key]


def _contacts(connection: Connection, cut: Cut) -> Iterator[_Contacts]:
    keys, standing = contacts_by_stage(cut)
    owned, read = case((tables.contacts.c.owner_id.is_not(None), 1), else_=0), reader(cut)
    for *segment, stage, has_owner, units in grouped(connection, [*keys, owned], standing):
        yield _Contacts(read(segment), FunnelStage(stage), bool(has_owner), units)


def _companies(connection: Connection, cut: Cut) -> Iterator[_Companies]:
    keys, standing = companies_by_stage(cut)
    company, state, person = tables.companies, tables.company_states, tables.contacts.alias("anybody")
    in_tam = exists(
        select(state.c.company_id).where(
            state.c.account == cut.account, state.c.company_id == company.c.id, state.c.in_tam.is_(True)
        )
    )
    anybody = exists(
        select(person.c.id).where(
            person.c.account == cut.account, person.c.company_id == company.c.id, alive(person, cut)
        )
    )
    flags = [case((is_so, 1), else_=0) for is_so in (in_tam, anybody, company.c.id.in_(_customers(cut)))]
    read = reader(cut)
    for *segment, stage, market, known, bought, units in grouped(connection, [*keys, *flags], standing):
        yield _Companies(read(segment), COMPANY_ORDER[stage], bool(market), bool(known), bool(bought), units)


def _customers(cut: Cut) -> Expression:
    """Return the companies that have a won cycle or a won deal."""
    cycle, deal, person = cycles_as_of(cut), deals_as_of(cut), tables.contacts.alias("buyer")
    by_cycle = (
        select(person.c.company_id)
        .select_from(person.join(cycle, cycle.c.contact_id == person.c.id))
        .where(person.c.account == cut.account, person.c.company_id.is_not(None), cycle.c.outcome == Outcome.WON.value)
    )
    by_deal = select(deal.c.company_id).where(
        deal.c.outcome == Outcome.WON.value, deal.c.company_id.is_not(None), deal.c.pipeline_kind != "ignore"
    )
    return union(by_cycle, by_deal).scalar_subquery()
