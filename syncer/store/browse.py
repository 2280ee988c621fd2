"""What people leaf through: contacts and deals with where they stand, a page at a time, most urgent first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from syncer.funnel.facts import Outcome
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.decode import amount_of
from syncer.store.dialect import Query, Row, among, dialect_of, listed, raw
from syncer.store.judged import judged

#: Records of an owner up to which a list begins with them.
_FEW = 2_000

#: Which deals: all of them, those that a rule would delay, and those that were delayed.
DealView = Literal["open", "proposed", "other", "won", "lost"]
DEAL_VIEWS: Mapping[DealView, Outcome] = {
    "open": Outcome.OPEN,
    "proposed": Outcome.OPEN,
    "other": Outcome.OTHER,
    "won": Outcome.WON,
    "lost": Outcome.LOST,
}

_JOINED = tables.deal_spans.join(
    tables.deals,
    and_(tables.deals.c.account == tables.deal_spans.c.account, tables.deals.c.id == tables.deal_spans.c.deal_id),
)


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
class DealLine:
    """One deal in a list, as its latest span says."""

    id: str
    name: str
    stage_id: str | None
    pipeline_id: str | None
    outcome: Outcome
    rule: str
    reason: str | None
    proposal: str | None
    amount: Decimal | None
    currency: str | None
    close_date: Millis | None
    resume_at: Millis | None
    owner_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StageOutcome:
    """How many live deals of one CRM stage have one outcome."""

    pipeline_id: str | None
    stage_id: str | None
    outcome: Outcome
    deals: int


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

    def outcomes(self, account: str) -> Sequence[StageOutcome]:
        """Return how our outcomes spread over the CRM's stages."""
        spans = tables.deal_spans.c
        where = (spans.pipeline_id, spans.stage_id, spans.outcome)
        statement = select(*where, func.count()).select_from(_JOINED).where(*_latest(account)).group_by(*where)
        return [
            StageOutcome(pipeline_id=row[0], stage_id=row[1], outcome=Outcome(row[2]), deals=row[3])
            for row in raw(self._connection, statement, {})
        ]

    def deals(self, account: str, view: DealView, *, owner_id: str | None = None, limit: int = 200) -> list[DealLine]:
        """Return a view's deals: open ones by close date, delayed ones by resume date, closed ones latest first."""
        few = self._few(tables.deals, account, owner_id)
        statement = _deals_sql(account, view, owner_id, few).limit(limit)
        return [_deal(row) for row in self._among(few, tables.deal_spans.c.deal_id, statement)]

    def judged(
        self, account: str, kind: Kind, name: str, ids: Collection[str], *, by: str, after: Millis
    ) -> Mapping[str, str | None]:
        """Return what `by` set a property to since a moment: answers that no derive has taken up yet."""
        return judged(self._connection, account, kind, name, ids, by=by, after=after)


def _ordering(column: ColumnElement[Any], few: Sequence[str] | None) -> ColumnElement[Any]:
    """Return what a list is ordered by; few records are sorted, and SQLite is kept from walking the index for them."""
    return column if few is None else column + 0


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
    order = (_ordering(states.sla_due_at, few),) if asked.with_clock else ()
    priority = _ordering(states.priority, few).desc()
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


def _deals_sql(account: str, view: DealView, owner_id: str | None, few: Sequence[str] | None) -> Query:
    spans, deals = tables.deal_spans.c, tables.deals.c
    columns = (
        spans.deal_id,
        deals.name,
        spans.stage_id,
        spans.pipeline_id,
        spans.outcome,
        spans.rule,
        spans.reason,
        spans.proposal,
        spans.amount,
        spans.currency,
        spans.close_date,
        spans.resume_at,
        deals.owner_id,
    )
    wanted = [*_latest(account), spans.outcome == DEAL_VIEWS[view].value]
    if view == "proposed":
        wanted.append(spans.proposal.is_not(None))
    if owner_id is not None:
        wanted.append(deals.owner_id == owner_id)
    order = {"other": spans.resume_at, "open": spans.close_date, "proposed": spans.close_date}
    sorting = _ordering(order[view], few) if view in order else _ordering(spans.valid_from, few).desc()
    return select(*columns).select_from(_JOINED).where(*wanted).order_by(sorting, spans.deal_id)


def _latest(account: str) -> list[ColumnElement[bool]]:
    """Return the condition of the spans that stand now, of live deals."""
    spans, deals = tables.deal_spans.c, tables.deals.c
    return [
        spans.account == account,
        spans.superseded_at.is_(None),
        spans.valid_to.is_(None),
        deals.archived_at.is_(None),
        deals.merged_into.is_(None),
    ]


def _deal(row: Row) -> DealLine:
    return DealLine(
        id=row[0],
        name=row[1] or row[0],
        stage_id=row[2],
        pipeline_id=row[3],
        outcome=Outcome(row[4]),
        rule=row[5],
        reason=row[6],
        proposal=row[7],
        amount=amount_of(row[8]),
        currency=row[9],
        close_date=row[10],
        resume_at=row[11],
        owner_id=row[12],
    )
