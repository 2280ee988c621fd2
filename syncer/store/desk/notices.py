"""Notices: who waits to be told of, what was told, and what became of it; and the company around a contact."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, text, update

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.handover.notices import Form, Notice, Purpose
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Row, among, chunks, dialect_of, listed, raw
from syncer.store.ledger import lead_returns
from syncer.store.ledger.lead_returns import LeadReturn
from syncer.store.tables.notices import OPEN
from syncer.store.values import Status

_notices = tables.notices
_COLUMNS = tuple(column for column in _notices.columns if column.name != "account")


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeEntry:
    """A notice, and what became of it."""

    notice: Notice
    run: str
    status: Status
    attempts: int
    #: The id that the CRM gave.
    crm_id: str | None
    error: str | None
    sent_at: Millis | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What became of one notice."""

    status: Status
    #: The id that the CRM gave, where it is known now.
    crm_id: str | None = None
    error: str | None = None


class Notices:
    """Reads and writes of notices, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self, account: str, since: Millis) -> Sequence[str]:
        """Return the live contacts that have waited for sales since a moment or later, by id."""
        states, contacts = tables.contact_states.c, tables.contacts.c
        statement = (
            select(states.contact_id)
            .join(tables.contacts, (contacts.account == states.account) & (contacts.id == states.contact_id))
            .where(
                states.account == account,
                states.stage == FunnelStage.LEAD_SQL.value,
                states.since >= since,
                contacts.archived_at.is_(None),
                contacts.merged_into.is_(None),
            )
            .order_by(states.contact_id)
        )
        return [row[0] for row in raw(self._connection, statement, {})]

    def proposed(self, account: str) -> Sequence[str]:
        """Return the live open deals about which the owner is to be asked, by id."""
        spans = tables.deal_spans.c
        return self._deals(account, and_(spans.proposal.is_not(None), spans.outcome == Outcome.OPEN.value))

    def returning(self, account: str, since: Millis, until: Millis) -> Sequence[str]:
        """Return the live delayed deals whose date of return lies after `since` and up to `until`, by id."""
        spans = tables.deal_spans.c
        inside = and_(spans.resume_at > since, spans.resume_at <= until)
        return self._deals(account, and_(spans.outcome == Outcome.OTHER.value, inside))

    def returning_leads(self, account: str, since: Millis, until: Millis) -> Sequence[LeadReturn]:
        """Return the postponed leads whose date of return lies after `since` and up to `until`, soonest first."""
        return lead_returns.returning(self._connection, account, since, until)

    def lead_returns(self, account: str, ids: Collection[str]) -> Sequence[LeadReturn]:
        """Return those of some contacts to whom somebody is to come back."""
        return lead_returns.returns_of(self._connection, account, ids)

    def about(self, account: str, kind: Kind, ids: Collection[str]) -> Mapping[str, Sequence[NoticeEntry]]:
        """Return by record every notice about it, or about a record that went into it, whatever became of it."""
        survivor = {**self._merged(account, kind, ids), **{one: one for one in ids}}
        statement = self._of(account).where(
            _notices.c.kind == kind.value, among(dialect_of(self._connection), _notices.c.record_id)
        )
        found: dict[str, list[NoticeEntry]] = {}
        for chunk in chunks(survivor):
            for row in raw(self._connection, statement, {"ids": listed(chunk)}):
                entry = _entry(row)
                found.setdefault(survivor[entry.notice.record_id], []).append(entry)
        return found

    def intend(self, account: str, run: str, wanted: Iterable[Notice], now: Millis) -> int:
        """Record notices to send and return how many are new; one whose key is known stays as it is."""
        by_key = {one.key: one for one in wanted}
        known = {entry.notice.key for entry in self._named(account, by_key)}
        rows = [_row(account, run, one, now) for key, one in by_key.items() if key not in known]
        dialect_of(self._connection).append(self._connection, _notices, rows)
        return len(rows)

    def open(self, account: str) -> Sequence[NoticeEntry]:
        """Return the notices that are not settled, by key."""
        statement = self._of(account).where(text(OPEN)).order_by(_notices.c.key)
        return [_entry(row) for row in raw(self._connection, statement, {})]

    def failed(self, account: str) -> Sequence[NoticeEntry]:
        """Return the notices that the CRM refused, by key."""
        statement = self._of(account).where(_notices.c.status == Status.FAILED.value).order_by(_notices.c.key)
        return [_entry(row) for row in raw(self._connection, statement, {})]

    def of_run(self, account: str, run: str) -> Sequence[NoticeEntry]:
        """Return the notices of one run, by key."""
        statement = self._of(account).where(_notices.c.run == run).order_by(_notices.c.key)
        return [_entry(row) for row in raw(self._connection, statement, {})]

    def claim(self, account: str, key: str, now: Millis) -> None:
        """Note that a notice is about to be sent: until it is settled, whether the CRM has it is unknown."""
        self._change(
            account,
            key,
            {"status": Status.SENDING.value, "attempts": _notices.c.attempts + 1, "sent_at": now, "changed_at": now},
        )

    def settle(self, account: str, key: str, became: Settled, now: Millis) -> None:
        """Note what became of a notice; an id that is known stays known."""
        kept = _notices.c.crm_id if became.crm_id is None else became.crm_id
        values = {"status": became.status.value, "crm_id": kept, "error": became.error, "changed_at": now}
        self._change(account, key, values)

    def colleagues(self, account: str, company_id: str, contact_id: str) -> Mapping[FunnelStage, int]:
        """Return how many other live contacts of a company stand in each stage."""
        states, contacts = tables.contact_states.c, tables.contacts.c
        statement = (
            select(states.stage, func.count())
            .join(tables.contacts, (contacts.account == states.account) & (contacts.id == states.contact_id))
            .where(
                contacts.account == account,
                contacts.company_id == company_id,
                contacts.id != contact_id,
                contacts.archived_at.is_(None),
                contacts.merged_into.is_(None),
            )
            .group_by(states.stage)
        )
        return {FunnelStage(row[0]): row[1] for row in raw(self._connection, statement, {})}

    def _deals(self, account: str, wanted: ColumnElement[bool]) -> Sequence[str]:
        """Return the live deals whose latest span is one of those wanted, by id."""
        spans, deals = tables.deal_spans.c, tables.deals.c
        statement = (
            select(spans.deal_id)
            .join(tables.deals, (deals.account == spans.account) & (deals.id == spans.deal_id))
            .where(
                spans.account == account,
                spans.valid_to.is_(None),
                spans.superseded_at.is_(None),
                deals.archived_at.is_(None),
                deals.merged_into.is_(None),
                wanted,
            )
            .order_by(spans.deal_id)
        )
        return [row[0] for row in raw(self._connection, statement, {})]

    def _merged(self, account: str, kind: Kind, ids: Collection[str]) -> Mapping[str, str]:
        """Return the survivor of every record that went into one of those named."""
        aliases = tables.aliases.c
        statement = select(aliases.old_id, aliases.new_id).where(
            aliases.account == account,
            aliases.kind == kind.value,
            among(dialect_of(self._connection), aliases.new_id),
        )
        return {
            old: new for chunk in chunks(ids) for old, new in raw(self._connection, statement, {"ids": listed(chunk)})
        }

    def _of(self, account: str) -> Select[*tuple[object, ...]]:
        return select(*_COLUMNS).where(_notices.c.account == account)

    def _named(self, account: str, keys: Collection[str]) -> Sequence[NoticeEntry]:
        statement = self._of(account).where(among(dialect_of(self._connection), _notices.c.key))
        return [
            _entry(row) for chunk in chunks(keys) for row in raw(self._connection, statement, {"ids": listed(chunk)})
        ]

    def _change(self, account: str, key: str, values: Mapping[str, object]) -> None:
        named = (_notices.c.account == account) & (_notices.c.key == key)
        self._connection.execute(update(_notices).where(named).values(**values))


def _row(account: str, run: str, one: Notice, now: Millis) -> Row:
    about = (one.form.value, one.purpose.value, one.kind.value, one.record_id, one.at)
    return (account, one.key, run, *about, Status.PENDING.value, 0, None, None, None, now)


def _entry(row: Row) -> NoticeEntry:
    key, run, form, purpose, kind, record_id, at, status, attempts, crm_id, error, sent_at, _ = row
    notice = Notice(
        key=key, form=Form(form), purpose=Purpose(purpose), kind=Kind(kind), record_id=record_id, at=Millis(at)
    )
    return NoticeEntry(
        notice=notice,
        run=run,
        status=Status(status),
        attempts=attempts,
        crm_id=crm_id,
        error=error,
        sent_at=sent_at,
    )
