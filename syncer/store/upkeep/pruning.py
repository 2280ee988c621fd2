"""Takes out what had its time: texts of web events, settled writes, runs; and names the prospects who fell asleep."""

from collections.abc import Callable, Collection, Iterator, Sequence

import orjson
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, select, tuple_

from syncer.funnel.facts import FunnelStage, Relationship
from syncer.records import ActivityKind, Kind
from syncer.store import tables
from syncer.store.engines.dialect import Row, dialect_of, raw
from syncer.store.mirror.people import somebody
from syncer.store.rows.activity_rows import with_texts
from syncer.store.values import Status

#: Returns subject and asset as they may stay, from an event's kind, subject, asset and outcome.
Reduce = Callable[[str, str | None, str | None, str | None], tuple[str | None, str | None]]

_WEB = (ActivityKind.PAGE_VIEW.value, ActivityKind.EMAIL_CLICK.value)
#: What keeps a prospect: what they did themselves, and what both sides did.
_ALIVE = (
    *_WEB,
    ActivityKind.FORM.value,
    ActivityKind.EMAIL_IN.value,
    ActivityKind.REGISTRATION.value,
    ActivityKind.CALL.value,
    ActivityKind.MEETING.value,
)
#: Sales works on these.
_WITH_SALES = (
    FunnelStage.LEAD_SQL.value,
    FunnelStage.LEAD_SAL.value,
    FunnelStage.LEAD_DEAL.value,
    FunnelStage.OPPORTUNITY.value,
    FunnelStage.FORECAST.value,
)
_PAGE = 2_000


class Pruning:
    """What has had its time in one account, in one transaction. Moments are the first that may stay."""

    def __init__(self, connection: Connection, account: str) -> None:
        self._connection = connection
        self._account = account

    def web_activities(self, before: int, reduce: Reduce) -> int:
        """Take addresses and names out of old web events; return of how many."""
        table = tables.activities
        changed = 0
        for page in self._pages(table, table.c.kind.in_(_WEB), table.c.occurred_at < before):
            rows = [with_texts(row, *reduce(row[3], row[5], row[6], row[8])) for row in page]
            new = [row for row, old in zip(rows, page, strict=True) if row[5:7] != old[5:7]]
            dialect_of(self._connection).upsert(self._connection, table, new)
            changed += len(new)
        return changed

    def web_evidence(self, before: int, reduce: Reduce) -> int:
        """Take them out of the ledger's facts, those of former belief included; return of how many."""
        table = tables.evidence
        changed = 0
        for page in self._pages(table, table.c.kind.in_(_WEB), table.c.occurred_at < before):
            rows = [_with_texts(row, reduce) for row in page]
            new = [row for row, old in zip(rows, page, strict=True) if row != old]
            dialect_of(self._connection).upsert(self._connection, table, new)
            changed += len(new)
        return changed

    def settled_writes(self, before: int, properties: Collection[str]) -> int:
        """Delete old writes of some properties that a newer one replaced; return how many.

        The newest of each stays: what we wrote last must be recognised as ours.
        """
        mine, newer = tables.outbox, tables.outbox.alias("newer")
        same = and_(*(newer.c[name] == mine.c[name] for name in ("account", "kind", "record_id", "property")))
        replaced = exists().where(same, newer.c.status == Status.WRITTEN.value, newer.c.changed_at > mine.c.changed_at)
        closed = mine.c.status.not_in((Status.PENDING.value, Status.SENDING.value))
        return self._delete(mine, mine.c.changed_at < before, closed, mine.c.property.in_(sorted(properties)), replaced)

    def old_runs(self, before: int) -> int:
        """Delete runs that kept no figures and are not the last of their job; return how many."""
        mine, later, kept = tables.runs, tables.runs.alias("later"), tables.kpi_snapshots
        again = exists().where(later.c.account == mine.c.account, later.c.job == mine.c.job, later.c.id > mine.c.id)
        figures = exists().where(kept.c.account == mine.c.account, kept.c.run == mine.c.id)
        return self._delete(mine, mine.c.started_at < before, again, ~figures)

    def sleeping(self, before: int, limit: int) -> Sequence[str]:
        """Return prospects who did nothing since a moment, whom sales does not work on: at most `limit`, by id."""
        contacts, states = tables.contacts.c, tables.contact_states.c
        links, facts = tables.links.c, tables.evidence.c
        has_deal = exists().where(
            links.account == contacts.account,
            links.to_kind == Kind.CONTACT.value,
            links.to_id == contacts.id,
            links.from_kind == Kind.DEAL.value,
        )
        acted = exists().where(
            facts.account == contacts.account,
            facts.contact_id == contacts.id,
            facts.kind.in_(_ALIVE),
            facts.occurred_at >= before,
        )
        same = and_(states.account == contacts.account, states.contact_id == contacts.id)
        statement = (
            select(contacts.id)
            .join_from(tables.contacts, tables.contact_states, same)
            .where(
                contacts.account == self._account,
                somebody(contacts.id),
                contacts.created_at < before,
                states.relationship == Relationship.PROSPECT.value,
                states.stage.not_in(_WITH_SALES),
                ~has_deal,
                ~acted,
            )
            .order_by(contacts.id)
            .limit(limit)
        )
        return [row[0] for row in raw(self._connection, statement, {})]

    def _pages(self, table: Table, *conditions: ColumnElement[bool]) -> Iterator[list[Row]]:
        """Yield rows in the order of their keys, each page after the one before it."""
        keys = [column for column in table.primary_key if column.name != "account"]
        places = [list(table.columns).index(column) for column in keys]
        mine = select(*table.columns).where(table.c.account == self._account, *conditions).order_by(*keys).limit(_PAGE)
        page = raw(self._connection, mine, {})
        while page:
            yield page
            last = [page[-1][place] for place in places]
            page = raw(self._connection, mine.where(tuple_(*keys) > tuple_(*last)), {})

    def _delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        statement = delete(table).where(table.c.account == self._account, *conditions)
        return self._connection.execute(statement).rowcount


def _with_texts(row: Row, reduce: Reduce) -> Row:
    """Return a row of `evidence` with another subject and asset in its fact."""
    fact = orjson.loads(row[8])
    fact[4:6] = reduce(row[6], fact[4], fact[5], fact[7])
    return (*row[:8], orjson.dumps(fact).decode(), *row[9:])
