"""What people leaf through: contacts and deals with where they stand, a page at a time, most urgent first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal, or_, select

from syncer.funnel.facts import Outcome
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row, among, dialect_of, listed, raw
from syncer.store.ledger import lead_returns
from syncer.store.ledger.judged import judged
from syncer.store.ledger.lead_returns import LeadReturn
from syncer.store.reports.browse_deals import (
    DealLine,
    DealView,
    StageOutcome,
    deal_line,
    lines_sql,
    ordering,
    outcomes_sql,
    view_sql,
)

#: Records of an owner up to which a list begins with them.
_FEW = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactLine:
    """One contact in a list."""

    id: str
    name: str
    company: str | None
    stage: str
    since: Millis | None
    cell: str
    priority: int
    owner_id: str | None
    sla_due_at: Millis | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactsAsked:
    """Which contacts; None and empty leave everybody in."""

    stages: Sequence[str] = ()
    owner_id: str | None = None
    #: Only those whom sales has to touch or decide on by a moment.
    with_clock: bool = False
    #: Priority and id of the last contact of the page before.
    after: tuple[int, str] | None = None
    limit: int = 50


class Browse:
    """Reads of one snapshot; live records only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contacts(self, account: str, asked: ContactsAsked) -> Sequence[ContactLine]:
        """Return contacts by priority, highest first; with clocks the soonest due first."""
        few = self._few(tables.contacts, account, asked.owner_id)
        rows = self._among(few, tables.contact_states.c.contact_id, _contacts_sql(account, asked, few))
        return [_contact(row) for row in rows]

    def _few(self, table: Table, account: str, owner_id: str | None) -> Sequence[str] | None:
        """Return the records of an owner who has so few that they are looked up one by one, else None.

        The others are met soon enough on the way through everybody's, which lie in the order of the list.
        """
        if owner_id is None:
            return None
        mine = select(table.c.id).where(table.c.account == account, table.c.owner_id == owner_id).limit(_FEW + 1)
        found = [row[0] for row in raw(self._connection, mine, {})]
        return found if len(found) <= _FEW else None

    def _among(self, few: Sequence[str] | None, key: ColumnElement[str], statement: Query) -> Sequence[Row]:
        """Return the rows of a list, of few records where they are named."""
        if few is None:
            return raw(self._connection, statement, {})
        wanted = statement.where(among(dialect_of(self._connection), key))
        return raw(self._connection, wanted, {"ids": listed(few)}) if few else ()

    def stage_counts(self, account: str) -> Mapping[str, int]:
        """Return how many contacts stand in each stage."""
        states = tables.contact_states.c
        statement = select(states.stage, func.count()).where(states.account == account).group_by(states.stage)
        return {row[0]: row[1] for row in raw(self._connection, statement, {})}

    def few_stages(self, account: str, most: int) -> Mapping[str, int] | None:
        """Return the same where no more than `most` contacts were decided, else None."""
        states = tables.contact_states.c
        first = select(states.stage).where(states.account == account).limit(most + 1).subquery()
        statement = select(first.c.stage, func.count()).group_by(first.c.stage)
        found = {row[0]: row[1] for row in raw(self._connection, statement, {})}
        return None if sum(found.values()) > most else found

    def had_decided(self, account: str, known_at: Millis) -> bool:
        """Return whether a decision was on record at a moment; also where there is none to this day."""
        ledgers = (tables.deal_spans.c, tables.stage_events.c)
        by_then = any(self._holds(ledger.account == account, ledger.recorded_at <= known_at) for ledger in ledgers)
        return by_then or not any(self._holds(ledger.account == account) for ledger in ledgers)

    def _holds(self, *conditions: ColumnElement[bool]) -> bool:
        return any(raw(self._connection, select(literal(1)).where(*conditions).limit(1), {}))

    def outcomes(self, account: str) -> Sequence[StageOutcome]:
        """Return how our outcomes spread over the CRM's stages."""
        return [
            StageOutcome(pipeline_id=row[0], stage_id=row[1], outcome=Outcome(row[2]), deals=row[3])
            for row in raw(self._connection, outcomes_sql(account), {})
        ]

    def deals(self, account: str, view: DealView, *, owner_id: str | None = None, limit: int = 200) -> list[DealLine]:
        """Return a view's deals: open ones by close date, delayed ones by resume date, closed ones latest first."""
        few = self._few(tables.deals, account, owner_id)
        statement = view_sql(account, view, owner_id, few).limit(limit)
        return [deal_line(row) for row in self._among(few, tables.deal_spans.c.deal_id, statement)]

    def deals_named(self, account: str, ids: Sequence[str]) -> list[DealLine]:
        """Return live deals by id, each as its latest span says, the latest begun first."""
        spans = tables.deal_spans.c
        statement = lines_sql(account).order_by(spans.valid_from.desc(), spans.deal_id)
        return [deal_line(row) for row in self._among(ids, spans.deal_id, statement)]

    def lead_returns(self, account: str, *, owner_id: str | None = None, limit: int = 200) -> Sequence[LeadReturn]:
        """Return the postponed leads to come back to, soonest first."""
        return lead_returns.soonest(self._connection, account, owner_id=owner_id, limit=limit)

    def judged(
        self, account: str, kind: Kind, name: str, ids: Collection[str], *, by: str, after: Millis
    ) -> Mapping[str, str | None]:
        """Return what `by` set a property to since a moment: answers that no derive has taken up yet."""
        return judged(self._connection, account, kind, name, ids, by=by, after=after)


def _contacts_sql(account: str, asked: ContactsAsked, few: Sequence[str] | None) -> Query:
    states, contacts, companies = tables.contact_states.c, tables.contacts.c, tables.companies.c
    columns = (
        states.contact_id,
        contacts.first_name,
        contacts.last_name,
        companies.name,
        states.stage,
        states.since,
        states.cell,
        states.priority,
        contacts.owner_id,
        states.sla_due_at,
    )
    joined = tables.contact_states.join(
        tables.contacts, and_(contacts.account == states.account, contacts.id == states.contact_id)
    ).outerjoin(tables.companies, and_(companies.account == contacts.account, companies.id == contacts.company_id))
    statement = select(*columns).select_from(joined).where(*_wanted(account, asked))
    order = (ordering(states.sla_due_at, few),) if asked.with_clock else ()
    priority = ordering(states.priority, few).desc()
    return statement.order_by(*order, priority, states.contact_id).limit(asked.limit)


def _wanted(account: str, asked: ContactsAsked) -> list[ColumnElement[bool]]:
    states, contacts = tables.contact_states.c, tables.contacts.c
    wanted = [states.account == account, contacts.archived_at.is_(None), contacts.merged_into.is_(None)]
    if asked.stages:
        wanted.append(states.stage.in_(asked.stages))
    if asked.owner_id is not None:
        wanted.append(contacts.owner_id == asked.owner_id)
    if asked.with_clock:
        wanted.append(states.sla_due_at.is_not(None))
    if asked.after is not None:
        priority, last = asked.after
        below = and_(states.priority == priority, states.contact_id > last)
        # The first condition says nothing new: by it the index is entered where the page before ended.
        wanted += [states.priority <= priority, or_(states.priority < priority, below)]
    return wanted


def _contact(row: Row) -> ContactLine:
    return ContactLine(
        id=row[0],
        name=" ".join(part for part in row[1:3] if part) or row[0],
        company=row[3],
        stage=row[4],
        since=row[5],
        cell=row[6],
        priority=row[7],
        owner_id=row[8],
        sla_due_at=row[9],
    )
