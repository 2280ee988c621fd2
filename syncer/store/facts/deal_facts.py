"""Streams deals with what their outcome follows from: history, people, company, two-way activity."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import Connection, bindparam, or_, select

from syncer.funnel.facts import DealFacts
from syncer.funnel.two_way import NOT_HELD, is_two_way
from syncer.moments import Millis
from syncer.records import ActivityKind, Change, ChangeSource, Contact, Kind, Link
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, listed, raw
from syncer.store.facts.contact_facts import companies_by_id
from syncer.store.ledger.keepsakes import keepsakes
from syncer.store.mirror.absences import confirmed
from syncer.store.mirror.links import FROM_ID, LABEL, PRIMARY, TO_ID, chosen, links_from
from syncer.store.rows.decode import CONTACT_COLUMNS, DEAL_COLUMNS, contact_of, deal_of
from syncer.store.rows.pages import pages

_PAGE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Contacts:
    """What a page's deals need of their contacts."""

    people: Mapping[str, Contact]
    two_way: Mapping[str, Sequence[Millis]]
    next_meeting: Mapping[str, Millis]

    def seniority(self, id_: str) -> tuple[bool, int, int, str]:
        """Return what contacts sort by: earliest created, unknown last, then the lowest id."""
        known = self.people.get(id_)
        created_at = None if known is None else known.created_at
        return (created_at is None, created_at or 0, len(id_), id_)


def stream_deals(
    connection: Connection, account: str, deal_ids: Collection[str] | None, known_at: int
) -> Iterator[DealFacts]:
    """Yield deals in the order of their ids, as known at a moment."""
    live = tables.deals.c.merged_into.is_(None)
    for page in pages(connection, DEAL_COLUMNS, account, deal_ids, where=live, size=_PAGE):
        ids = [row[0] for row in page]
        changes = _changes(connection, account, ids, known_at)
        people = links_from(connection, account, (Kind.DEAL, Kind.CONTACT), ids)
        companies = links_from(connection, account, (Kind.DEAL, Kind.COMPANY), ids)
        firms = companies_by_id(connection, account, {row[TO_ID] for rows in companies.values() for row in rows})
        gone = confirmed(connection, account, [row[0] for row in page if deal_of(row).archived_at], known_at)
        kept = keepsakes(connection, account, ids)
        contacts = _contacts(connection, account, {row[TO_ID] for rows in people.values() for row in rows}, known_at)
        for row in page:
            company_id = chosen(companies.get(row[0], ()))
            deal = DealFacts(
                deal=deal_of(row),
                changes=changes.get(row[0], ()),
                company_id=company_id,
                company=firms.get(company_id or ""),
                gone_at=gone.get(row[0]),
                kept=kept.get(row[0]),
            )
            yield _with_people(deal, people.get(row[0], ()), contacts)


def _with_people(deal: DealFacts, rows: Collection[Row], contacts: Contacts) -> DealFacts:
    ids = sorted({row[TO_ID] for row in rows}, key=contacts.seniority)
    meetings = [contacts.next_meeting[id_] for id_ in ids if id_ in contacts.next_meeting]
    return replace(
        deal,
        contact_ids=ids,
        links=[_link(row) for row in sorted(rows)],
        two_way=sorted({moment for id_ in ids for moment in contacts.two_way.get(id_, ())}),
        next_meeting_at=min(meetings, default=None),
        people={id_: contacts.people[id_] for id_ in ids if id_ in contacts.people},
    )


def _link(row: Row) -> Link:
    return Link(
        from_kind=Kind.DEAL,
        from_id=row[FROM_ID],
        to_kind=Kind.CONTACT,
        to_id=row[TO_ID],
        label=row[LABEL] or None,
        is_primary=bool(row[PRIMARY]),
    )


def _changes(connection: Connection, account: str, ids: Collection[str], known_at: int) -> dict[str, list[Change]]:
    statement = _changes_sql(dialect_of(connection))
    values = {"account": account, "ids": listed(ids), "known_at": known_at}
    grouped: dict[str, list[Change]] = {}
    for record_id, at, name, value, source, source_id in raw(connection, statement, values):
        change = Change(
            kind=Kind.DEAL,
            record_id=record_id,
            property=name,
            value=value,
            at=at,
            source=ChangeSource(source),
            source_id=source_id,
        )
        grouped.setdefault(record_id, []).append(change)
    return grouped


def _contacts(connection: Connection, account: str, ids: Collection[str], known_at: int) -> Contacts:
    dialect = dialect_of(connection)
    people: dict[str, Contact] = {}
    two_way: dict[str, list[Millis]] = {}
    next_meeting: dict[str, Millis] = {}
    for chunk in chunks(ids):
        values = {"account": account, "ids": listed(chunk), "known_at": known_at}
        people.update((row[0], contact_of(row)) for row in raw(connection, _people_sql(dialect), values))
        for contact_id, at, kind, outcome in raw(connection, _touches_sql(dialect), values):
            if kind == ActivityKind.MEETING and at > known_at:
                if outcome not in NOT_HELD:
                    next_meeting.setdefault(contact_id, at)
            elif is_two_way(kind, outcome):
                two_way.setdefault(contact_id, []).append(at)
    return Contacts(people=people, two_way=two_way, next_meeting=next_meeting)


@cache
def _changes_sql(dialect: Dialect) -> Query:
    columns = tables.changes.c
    return (
        select(columns.record_id, columns.at, columns.property, columns.value, columns.source, columns.source_id)
        .where(
            columns.account == bindparam("account"),
            columns.kind == Kind.DEAL.value,
            among(dialect, columns.record_id),
            columns.recorded_at <= bindparam("known_at"),
            or_(columns.voided_at.is_(None), columns.voided_at > bindparam("known_at")),
        )
        .order_by(columns.record_id, columns.at, columns.property)
    )


@cache
def _people_sql(dialect: Dialect) -> Query:
    columns = tables.contacts.c
    return select(*CONTACT_COLUMNS).where(columns.account == bindparam("account"), among(dialect, columns.id))


@cache
def _touches_sql(dialect: Dialect) -> Query:
    facts = tables.evidence.c
    kinds = [ActivityKind.CALL.value, ActivityKind.MEETING.value, ActivityKind.EMAIL_IN.value]
    return (
        select(facts.contact_id, facts.occurred_at, facts.kind, facts.outcome)
        .where(
            facts.account == bindparam("account"),
            among(dialect, facts.contact_id),
            facts.kind.in_(kinds),
            facts.recorded_at <= bindparam("known_at"),
            or_(facts.voided_at.is_(None), facts.voided_at > bindparam("known_at")),
        )
        .order_by(facts.contact_id, facts.occurred_at)
    )
