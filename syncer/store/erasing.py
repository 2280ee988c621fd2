"""How places of personal data are emptied: rows about one person go, rows that others share lose the person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from msgspec.structs import replace
from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, delete, false, or_, select, update

from syncer.records import Kind
from syncer.store import tables
from syncer.store.activity_rows import activity_of, with_record
from syncer.store.dialect import Row, among, dialect_of, listed, raw
from syncer.store.marks import deals_of_contacts, mark
from syncer.store.people import Person

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

    def delete(self, table: Table, *conditions: Condition) -> int:
        """Delete rows of the account; return how many."""
        statement = delete(table).where(table.c.account == self.person.account, *conditions)
        return self.connection.execute(statement, self.values).rowcount

    def rows(self, table: Table, *conditions: Condition) -> Sequence[Row]:
        """Return whole rows of the account."""
        statement = select(*table.columns).where(table.c.account == self.person.account, *conditions)
        return raw(self.connection, statement, self.values)

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


Eraser = Callable[[Erasing], int]


def by_contact(table: Table, name: str = "contact_id") -> Eraser:
    """Return what deletes the rows of a table whose column is one of the person's ids."""
    return lambda work: work.delete(table, work.theirs(table.c[name]))


def of_contacts(table: Table) -> Eraser:
    """Return what deletes the person's rows of a table that serves several kinds of record."""
    return lambda work: work.delete(table, table.c.kind == Kind.CONTACT.value, work.theirs(table.c.record_id))


def erase_links(work: Erasing) -> int:
    """Delete the links from and to the person; deals that lose one are decided anew."""
    links, contact = tables.links.c, Kind.CONTACT.value
    mark(
        work.connection,
        work.person.account,
        deal_ids=deals_of_contacts(work.connection, work.person.account, work.person.ids),
    )
    return work.delete(tables.links, links.from_kind == contact, work.theirs(links.from_id)) + work.delete(
        tables.links, links.to_kind == contact, work.theirs(links.to_id)
    )


def erase_aliases(work: Erasing) -> int:
    """Delete the ids that were merged into the person's."""
    aliases = tables.aliases.c
    mine = or_(work.theirs(aliases.old_id), work.theirs(aliases.new_id))
    return work.delete(tables.aliases, aliases.kind == Kind.CONTACT.value, mine)


def erase_addresses(work: Erasing) -> int:
    """Delete further addresses."""
    columns = tables.addresses.c
    return work.delete(tables.addresses, or_(work.theirs(columns.contact_id), work.at_theirs(columns.email_key)))


def erase_orphans(work: Erasing) -> int:
    """Delete what waits for the person's addresses."""
    return work.delete(tables.orphans, work.at_theirs(tables.orphans.c.email_key))


def erase_activities(work: Erasing) -> int:
    """Delete the person's activities; those that others took part in go on without the person."""
    rows = work.rows(tables.activities, _concerned(work))
    left = [row for row in (_without(work.person, row) for row in rows) if row is not None]
    work.rewrite(tables.activities, rows, left)
    return len(rows)


def _concerned(work: Erasing) -> Condition:
    columns = tables.activities.c
    named = work.named(columns.contact_ids)
    return or_(work.theirs(columns.joined_to), work.at_theirs(columns.email_key), *named)


def _without(person: Person, row: Row) -> Row | None:
    """Return an activity without the person, as an intake would keep it; None where nobody is left."""
    named = tuple(one for one in orjson.loads(row[10]) if one not in person.ids)
    address = None if row[11] in person.addresses else row[11]
    joined = None if row[12] in person.ids else row[12]
    if not named and joined is None:
        return None
    record = replace(activity_of(row), contact_ids=named, email=address)
    return with_record(row, record, joined)


def erase_stories(work: Erasing) -> int:
    """Delete the stories about the person; those that also tell about others go on."""
    stories = tables.stories
    told_of = or_(false(), *work.named(stories.c.record_ids))
    rows = work.rows(stories, stories.c.kind == Kind.CONTACT.value, told_of)
    left = [(row, [one for one in orjson.loads(row[5]) if one not in work.person.ids]) for row in rows]
    # Neither digest stands any more: the next record from the CRM counts as a difference.
    kept = [(*row[:5], orjson.dumps(ids).decode(), *row[6:9], 0, 0, row[11]) for row, ids in left if ids]
    work.rewrite(stories, rows, kept)
    return len(rows)


def erase_letters(work: Erasing) -> int:
    """Delete dead letters about the person."""
    letters = tables.dead_letters.c
    return work.delete(tables.dead_letters, letters.stream == Kind.CONTACT.value, work.theirs(letters.record_id))


def erase_deal_states(work: Erasing) -> int:
    """Take the person out of the deals' states; the next derive decides who is primary."""
    columns = tables.deal_states.c
    mine = or_(work.theirs(columns.primary_contact_id), *work.named(columns.contact_ids))
    rows = work.rows(tables.deal_states, mine)
    for row in rows:
        left = [one for one in orjson.loads(row[4]) if one not in work.person.ids]
        primary = None if row[3] in work.person.ids else row[3]
        statement = update(tables.deal_states).where(columns.account == row[0], columns.deal_id == row[1])
        work.connection.execute(statement.values(primary_contact_id=primary, contact_ids=orjson.dumps(left).decode()))
    return len(rows)
