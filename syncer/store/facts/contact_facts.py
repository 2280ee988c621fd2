"""Streams contacts with their evidence: one ordered scan of the ledger a page, one JSON list a contact."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache

import msgspec
from msgspec import structs
from sqlalchemy import Connection, bindparam, or_, select

from syncer.funnel.facts import ContactFacts, DealDecision
from syncer.records import Company, Evidence, Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, Row, among, chunks, dialect_of, listed, raw
from syncer.store.mirror.answers import answers_by_contact
from syncer.store.mirror.merges import absorbed
from syncer.store.mirror.people import somebody
from syncer.store.rows.decode import COMPANY_COLUMNS, CONTACT_COLUMNS, company_of, contact_of
from syncer.store.rows.pages import pages

#: Contacts of one page: their evidence is held in memory together, as text until its contact's turn comes.
_PAGE = 200
_COMPANY_ID = 4

#: Returns by contact the decisions on its deals, for the contacts of one page.
DecisionsOf = Callable[[Sequence[str]], Mapping[str, Sequence[DealDecision]]]

_decoded = msgspec.json.Decoder(list[Evidence]).decode


def stream_contacts(
    connection: Connection,
    account: str,
    contact_ids: Collection[str] | None,
    known_at: int,
    decisions: DecisionsOf,
) -> Iterator[ContactFacts]:
    """Yield contacts in the order of their ids, as known at a moment."""
    live = tables.contacts.c.merged_into.is_(None) & somebody(tables.contacts.c.id)
    for page in pages(connection, CONTACT_COLUMNS, account, contact_ids, where=live, size=_PAGE):
        evidence = _evidence(connection, account, page, known_at, whole=contact_ids is None)
        companies = companies_by_id(connection, account, {row[_COMPANY_ID] for row in page if row[_COMPANY_ID]})
        decided = decisions([row[0] for row in page])
        answered = answers_by_contact(connection, account, [row[0] for row in page])
        for row in page:
            told = evidence.get(row[0])
            yield ContactFacts(
                contact=contact_of(row),
                company=companies.get(row[_COMPANY_ID]),
                evidence=() if told is None else _decoded(told),
                deals=decided.get(row[0], ()),
                answers=answered.get(row[0], ()),
            )


def companies_by_id(connection: Connection, account: str, ids: Collection[str]) -> dict[str, Company]:
    """Return the companies among `ids` by id, each with the ids that went into it."""
    statement = _companies(dialect_of(connection))
    merged = absorbed(connection, account, Kind.COMPANY, ids)
    found = {
        row[0]: company_of(row)
        for chunk in chunks(ids)
        for row in raw(connection, statement, {"account": account, "ids": listed(chunk)})
    }
    return found | {id_: structs.replace(found[id_], merged_ids=tuple(old)) for id_, old in merged.items()}


def _evidence(
    connection: Connection, account: str, page: Sequence[Row], known_at: int, *, whole: bool
) -> dict[str, bytes]:
    """Return by contact what is known, a JSON list of `Evidence`."""
    values: dict[str, object] = {"account": account, "known_at": known_at}
    if whole:
        values |= {"first": page[0][0], "last": page[-1][0]}
    else:
        values["ids"] = listed(row[0] for row in page)
    return dict(raw(connection, _evidence_sql(dialect_of(connection), whole=whole), values))


@cache
def _evidence_sql(dialect: Dialect, *, whole: bool) -> Query:
    facts = tables.evidence.c
    page = (facts.contact_id >= bindparam("first")) & (facts.contact_id <= bindparam("last"))
    wanted = page if whole else among(dialect, facts.contact_id)
    known = facts.recorded_at <= bindparam("known_at")
    held = or_(facts.voided_at.is_(None), facts.voided_at > bindparam("known_at"))
    ordered = dialect.listed_json(facts.fact, (facts.occurred_at, facts.priority, facts.id))
    return (
        select(facts.contact_id, ordered)
        .where(facts.account == bindparam("account"), wanted, known, held)
        .group_by(facts.contact_id)
    )


@cache
def _companies(dialect: Dialect) -> Query:
    columns = tables.companies.c
    return select(*COMPANY_COLUMNS).where(columns.account == bindparam("account"), among(dialect, columns.id))
