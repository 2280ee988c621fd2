"""How places of personal data are emptied: rows about one person go, rows that others share lose the person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from msgspec.structs import replace
from sqlalchemy import Column, ColumnElement, Connection, Table, and_, bindparam, delete, false, or_, select

from syncer.records import Kind
from syncer.store.engines.dialect import Row, among, dialect_of, listed, raw
from syncer.store.mirror.people import Person
from syncer.store.rows.activity_rows import activity_of, with_record
from syncer.store.rows.marks import deals_of_contacts, mark

Condition = ColumnElement[bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasing:
    """One erasure at work."""

    connection: Connection
    person: Person
    #: Milliseconds by which what is kept for figures is moved within its days.
    shift: int
    now: int
    #: Whether what is kept for figures may say at which company somebody was.
    keeps_company: bool = False

    def rows(self, table: Table, condition: Condition) -> Sequence[Row]:
        """Return whole rows of the account, in the order of their keys."""
        statement = select(*table.columns).where(table.c.account == self.person.account, condition)
        return raw(self.connection, statement.order_by(*table.primary_key), self.values)

    def rewrite(self, table: Table, old: Sequence[Row], new: Sequence[Row]) -> None:
        """Put rows in the place of others."""
        names = [column.name for column in table.columns]
        if old:
            matches = [column == bindparam(f"k_{column.name}") for column in table.primary_key]
            keys = [{f"k_{name}": value for name, value in zip(names, row, strict=True)} for row in old]
            self.connection.execute(delete(table).where(*matches), keys)
        dialect_of(self.connection).append(self.connection, table, new)

    @property
    def values(self) -> dict[str, object]:
        """The ids and addresses, bound to what `theirs` and `at_theirs` ask."""
        return {"ids": listed(self.person.ids), "keys": listed(self.person.addresses)}

    def theirs(self, column: Column[str]) -> Condition:
        """Return the condition that a column is one of the person's ids."""
        return among(dialect_of(self.connection), column)

    def at_theirs(self, column: Column[str]) -> Condition:
        """Return the condition that a column is one of the person's addresses."""
        return among(dialect_of(self.connection), column, "keys")

    def named(self, column: Column[str]) -> Sequence[Condition]:
        """Return the conditions that a JSON list of ids names one of the person's."""
        return [column.contains(orjson.dumps(id_).decode(), autoescape=True) for id_ in sorted(self.person.ids)]


#: Says which rows of a table are about the person.
Whose = Callable[[Erasing, Table], Condition]
#: Empties the place of those rows; returns how many there were.
Eraser = Callable[[Erasing, Table, Condition], int]


def by_contact(work: Erasing, table: Table) -> Condition:
    """Return the condition of a table whose rows belong to one contact each."""
    return work.theirs(table.c.contact_id)


def by_id(work: Erasing, table: Table) -> Condition:
    """Return the condition of the contacts themselves."""
    return work.theirs(table.c.id)


def by_record(work: Erasing, table: Table) -> Condition:
    """Return the condition of a table whose rows belong to one record each, of any kind."""
    return and_(table.c.kind == Kind.CONTACT.value, work.theirs(table.c.record_id))


def by_letter(work: Erasing, table: Table) -> Condition:
    """Return the condition of the dead letters."""
    return and_(table.c.stream == Kind.CONTACT.value, work.theirs(table.c.record_id))


def by_either_end(work: Erasing, table: Table) -> Condition:
    """Return the condition of the links."""
    contact = Kind.CONTACT.value
    return or_(
        and_(table.c.from_kind == contact, work.theirs(table.c.from_id)),
        and_(table.c.to_kind == contact, work.theirs(table.c.to_id)),
    )


def by_alias(work: Erasing, table: Table) -> Condition:
    """Return the condition of the ids that were merged into another."""
    return and_(table.c.kind == Kind.CONTACT.value, or_(work.theirs(table.c.old_id), work.theirs(table.c.new_id)))


def by_contact_or_address(work: Erasing, table: Table) -> Condition:
    """Return the condition of the further addresses."""
    return or_(work.theirs(table.c.contact_id), work.at_theirs(table.c.email_key))


def by_address(work: Erasing, table: Table) -> Condition:
    """Return the condition of what waits for an address."""
    return work.at_theirs(table.c.email_key)


def by_participant(work: Erasing, table: Table) -> Condition:
    """Return the condition of the activities."""
    return or_(work.theirs(table.c.joined_to), work.at_theirs(table.c.email_key), *work.named(table.c.contact_ids))


def by_topic(work: Erasing, table: Table) -> Condition:
    """Return the condition of the stories."""
    return and_(table.c.kind == Kind.CONTACT.value, or_(false(), *work.named(table.c.record_ids)))


def by_deal(work: Erasing, table: Table) -> Condition:
    """Return the condition of the deals' states."""
    return or_(work.theirs(table.c.primary_contact_id), *work.named(table.c.contact_ids))


def delete_rows(work: Erasing, table: Table, mine: Condition) -> int:
    """Delete the rows."""
    statement = delete(table).where(table.c.account == work.person.account, mine)
    return work.connection.execute(statement, work.values).rowcount


def delete_links(work: Erasing, table: Table, mine: Condition) -> int:
    """Delete the links; deals that lose one are decided anew."""
    account = work.person.account
    mark(work.connection, account, deal_ids=deals_of_contacts(work.connection, account, work.person.ids))
    return delete_rows(work, table, mine)


def leave_activities(work: Erasing, table: Table, mine: Condition) -> int:
    """Delete the activities; those that others took part in go on without the person."""
    rows = work.rows(table, mine)
    work.rewrite(table, rows, [left for row in rows for left in _without(work.person, row)])
    return len(rows)


def _without(person: Person, row: Row) -> Sequence[Row]:
    """Return an activity without the person, as an intake would keep it; nothing where nobody is left."""
    named = tuple(one for one in orjson.loads(row[10]) if one not in person.ids)
    address = None if row[11] in person.addresses else row[11]
    joined = None if row[12] in person.ids else row[12]
    if not named and joined is None:
        return ()
    record = replace(activity_of(row), contact_ids=named, email=address)
    return (with_record(row, record, joined),)


def leave_stories(work: Erasing, table: Table, mine: Condition) -> int:
    """Delete the stories; those that also tell about others go on."""
    rows = work.rows(table, mine)
    left = [(row, [one for one in orjson.loads(row[5]) if one not in work.person.ids]) for row in rows]
    # Neither digest stands any more: the next record from the CRM counts as a difference.
    kept = [(*row[:5], orjson.dumps(ids).decode(), *row[6:9], 0, 0, row[11]) for row, ids in left if ids]
    work.rewrite(table, rows, kept)
    return len(rows)


def leave_deals(work: Erasing, table: Table, mine: Condition) -> int:
    """Take the person out of the deals' states; the next derive decides who is primary."""
    rows, names = work.rows(table, mine), [column.name for column in table.columns]
    kept = []
    for row in rows:
        said = dict(zip(names, row, strict=True))
        left = [one for one in orjson.loads(said["contact_ids"]) if one not in work.person.ids]
        said["contact_ids"] = orjson.dumps(left).decode()
        if said["primary_contact_id"] in work.person.ids:
            said |= {"primary_contact_id": None, "primary_by": None}
        kept.append(tuple(said.values()))
    work.rewrite(table, rows, kept)
    return len(rows)
