"""Where contacts and companies stand: counted once for the inventory, the market and the leads without an owner."""

from collections import Counter
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, case, exists, func, or_, select, union

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import COMPANY_DIMS, ID, Cut, Segment, StageCount, Unit
from syncer.kpis.asked.work import MarketCount, Share
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row, streamed
from syncer.store.measures.populations import cycles_as_of, deals_as_of, view_of
from syncer.store.measures.queries import companies_as_of, contacts_by_stage
from syncer.store.measures.segments import reader
from syncer.store.measures.time import Expression

#: From the least to the furthest: a passage under way beats one that ended (domain R8).
_ORDER = (
    FunnelStage.OUT,
    FunnelStage.TAM,
    FunnelStage.CLOSED_OTHER,
    FunnelStage.CLOSED_LOST,
    FunnelStage.CLOSED_WON,
    FunnelStage.SUSPECT,
    FunnelStage.INQUIRY,
    FunnelStage.LEAD_MQL,
    FunnelStage.LEAD_SQL,
    FunnelStage.LEAD_SAL,
    FunnelStage.LEAD_DEAL,
    FunnelStage.OPPORTUNITY,
    FunnelStage.FORECAST,
)
_PLACES = {stage.value: place for place, stage in enumerate(_ORDER)}

#: Stages in which an account manager is responsible.
_LEADS = _ORDER[_ORDER.index(FunnelStage.LEAD_MQL) :]

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


class _Everybody(NamedTuple):
    """Who stands where; no companies where they cannot be cut as asked."""

    contacts: Sequence[_Contacts]
    companies: Sequence[_Companies]


class Standing:
    """Counts of who stands where, each made once a view; those that tell units one by one are not kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stages: dict[Hashable, Sequence[StageCount]] = {}
        self._everybody: dict[Hashable, _Everybody] = {}

    def stages(self, cut: Cut, unit: Unit) -> Iterable[StageCount]:
        """Count contacts or companies by the stage in which they stand."""

        def count() -> Sequence[StageCount]:
            everybody = self._of(cut)
            found = everybody.contacts if unit is Unit.CONTACTS else everybody.companies
            return [StageCount(row.segment, row.stage, row.units) for row in found]

        return _once(self._stages, (unit, view_of(cut)), cut, count)

    def leads_without_owner(self, cut: Cut) -> Iterator[Share]:
        """Count contacts that stand at LEAD_MQL or further; faulty are those without an owner."""
        for row in self._of(cut).contacts:
            if row.stage in _LEADS:
                yield Share(row.segment, None, 0 if row.has_owner else row.units, row.units)

    def market(self, cut: Cut) -> Iterator[MarketCount]:
        """Count the companies of the market by stage, by whether we know anybody there, by whether they ever bought."""
        for row in self._of(cut).companies:
            if row.in_tam:
                yield MarketCount(row.segment, row.stage, row.has_contact, row.is_customer, row.units)

    def _of(self, cut: Cut) -> _Everybody:
        return _once(self._everybody, view_of(cut), cut, lambda: _everybody(self._connection, cut))


def _once(kept: dict[Hashable, Found], key: Hashable, cut: Cut, count: Callable[[], Found]) -> Found:
    if ID in cut.by:
        return count()
    if key not in kept:
        kept[key] = count()
    return kept[key]


def _everybody(connection: Connection, cut: Cut) -> _Everybody:
    """Look up once where each contact stands, for itself and for its company: both come in the order of companies."""
    contacts, read = Counter[Row](), reader(cut)
    with closing(_companies(connection, cut)) as companies, closing(streamed(connection, _people(cut))) as people:
        firms = _Firms(companies)
        for company_id, members in groupby(people, key=itemgetter(0)):
            furthest, is_alive = 0, 0
            for _, stage, has_owner, alive, units, *segment in members:
                contacts[stage, has_owner, *segment] += units
                furthest, is_alive = max(furthest, _PLACES[stage]), is_alive or alive
            firms.meet(company_id, furthest, is_alive)
        firms.end()
    return _Everybody(
        [
            _Contacts(read(segment), FunnelStage(stage), bool(has_owner), units)
            for (stage, has_owner, *segment), units in contacts.items()
        ],
        [
            _Companies(read(segment), _ORDER[place], bool(in_tam), bool(is_alive), bool(has_bought), units)
            for (place, is_alive, in_tam, has_bought, *segment), units in firms.counts.items()
        ],
    )


class _Firms:
    """Companies in their order, met by their contacts in the same order; one that nobody meets stands in the market."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._row = next(rows, None)
        self.counts = Counter[Row]()

    def meet(self, company_id: str | None, furthest: int, is_alive: int) -> None:
        """Count the company of contacts; there may be none, or none that we hold."""
        if company_id is None:
            return
        while self._row is not None and self._row[0] < company_id:
            self._count(_PLACES[FunnelStage.TAM.value], 0)
        if self._row is not None and self._row[0] == company_id:
            self._count(furthest, is_alive)

    def end(self) -> None:
        """Count those behind the last contact."""
        while self._row is not None:
            self._count(_PLACES[FunnelStage.TAM.value], 0)

    def _count(self, place: int, is_alive: int) -> None:
        if self._row is not None:
            self.counts[place, is_alive, *self._row[1:]] += 1
        self._row = next(self._rows, None)


def _people(cut: Cut) -> Query:
    """Return contacts by company, stage, whether they have an owner and had been created, and segment."""
    contact = tables.contacts.c
    (*segment, stage), standing = contacts_by_stage(cut)
    owned = case((contact.owner_id.is_not(None), 1), else_=0)
    alive = case((or_(contact.created_at.is_(None), contact.created_at <= cut.as_of), 1), else_=0)
    told = {"company": contact.company_id, "stage": stage, "owned": owned, "alive": alive}
    told |= {f"by_{place}": value for place, value in enumerate(segment)}
    # The offset keeps SQLite from working out the stage a second time for the grouping.
    rows = standing.with_only_columns(*(value.label(name) for name, value in told.items())).offset(0).subquery("people")
    by = list(rows.c)
    place = len(told) - len(segment)
    return select(*by[:place], func.count(), *by[place:]).group_by(*by).order_by(rows.c.company)


def _companies(connection: Connection, cut: Cut) -> Generator[Row, None, None]:
    """Yield companies: whether each is of the market, whether it ever bought, and its segment."""
    if not COMPANY_DIMS.issuperset(cut.by):
        return
    company, state = tables.companies, tables.company_states
    segment, existed = companies_as_of(cut)
    in_tam = exists(
        select(state.c.company_id).where(
            state.c.account == cut.account, state.c.company_id == company.c.id, state.c.in_tam.is_(True)
        )
    )
    flags = [case((is_so, 1), else_=0) for is_so in (in_tam, company.c.id.in_(_customers(cut)))]
    query = existed.with_only_columns(company.c.id, *flags, *segment).order_by(company.c.id)
    with closing(streamed(connection, query)) as found:
        yield from found


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
