"""What happened since a moment and what is due next: the counts of the morning report."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from syncer.funnel.facts import FunnelStage, Outcome, Rank
from syncer.funnel.transitions import CLOSED, HANDING, OVERRIDE, WITH_SALES
from syncer.moments import Millis
from syncer.store import tables
from syncer.store.engines.dialect import Row, raw
from syncer.store.ledger import lead_returns
from syncer.store.reports.browse_deals import own_currency
from syncer.store.rows.decode import exact_amount

#: The rule by which silence ends a cycle that was real.
_ASLEEP = "expired"
_CLOSED = (Outcome.WON.value, Outcome.LOST.value, Outcome.OTHER.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Closings:
    """Deals that came to one outcome for one reason."""

    outcome: Outcome
    reason: str | None
    deals: int
    #: Currency → sum; deals without an amount add nothing.
    worth: dict[str | None, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Deals that wait for something."""

    deals: int
    worth: dict[str | None, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class SetBack:
    """A stage that a person took back by hand: who did it knows why (domain R11)."""

    contact_id: str
    before: FunnelStage
    after: FunnelStage


class News:
    """Reads of one snapshot. Windows include their end and not their begin."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def handed_over(self, account: str, since: Millis, until: Millis) -> dict[str, int]:
        """Return how many contacts were handed over to sales, by the rule; coming back from a deal is none."""
        events = tables.stage_events.c
        statement = (
            select(events.rule, func.count())
            .where(
                events.account == account,
                events.superseded_at.is_(None),
                events.to_stage == FunnelStage.LEAD_SQL.value,
                events.virtual.is_(False),
                or_(events.from_stage.is_(None), events.from_stage.not_in(WITH_SALES), events.rule.in_(HANDING)),
                events.occurred_at > since,
                events.occurred_at <= until,
            )
            .group_by(events.rule)
            .order_by(events.rule)
        )
        return {row[0]: row[1] for row in raw(self._connection, statement, {})}

    def set_back(self, account: str, since: Millis, until: Millis) -> Sequence[SetBack]:
        """Return the stages that people took back, in the order in which they did."""
        events = tables.stage_events.c
        statement = (
            select(events.contact_id, events.from_stage, events.to_stage)
            .where(
                events.account == account,
                events.superseded_at.is_(None),
                events.rule == OVERRIDE,
                events.from_stage.is_not(None),
                events.occurred_at > since,
                events.occurred_at <= until,
            )
            .order_by(events.occurred_at, events.contact_id, events.cycle_no, events.seq)
        )
        found = (
            SetBack(contact_id=row[0], before=FunnelStage(row[1]), after=FunnelStage(row[2]))
            for row in raw(self._connection, statement, {})
        )
        # Who was lost or won and is taken up again goes on, wherever that begins.
        return [one for one in found if one.before not in CLOSED and Rank[one.after] < Rank[one.before]]

    def failed_hand_overs(self, account: str, after: Millis, until: Millis) -> int:
        """Return how many hand-overs ended without a sale, or were rejected, inside the window; void ones are none."""
        cycles = tables.cycles.c
        has_ended = cycles.outcome.in_((Outcome.LOST.value, Outcome.OTHER.value))
        at = case((has_ended, cycles.ended_at), else_=cycles.rejected_at)
        statement = (
            select(func.count())
            .select_from(tables.cycles)
            .where(
                cycles.account == account,
                cycles.superseded_at.is_(None),
                cycles.sales_ready_at.is_not(None),
                cycles.outcome != Outcome.VOID.value,
                at > after,
                at <= until,
            )
        )
        return int(self._connection.execute(statement).scalar_one())

    def handed_cells(self, account: str, after: Millis, until: Millis) -> dict[str, int]:
        """Return how many hand-overs inside the window came from each score cell; those never real are none."""
        cycles, events = tables.cycles.c, tables.stage_events.c
        is_asleep = exists().where(
            events.account == cycles.account,
            events.contact_id == cycles.contact_id,
            events.cycle_no == cycles.cycle_no,
            events.superseded_at.is_(None),
            events.rule == _ASLEEP,
        )
        statement = (
            select(cycles.cell, func.count())
            .where(
                cycles.account == account,
                cycles.superseded_at.is_(None),
                cycles.cell.is_not(None),
                cycles.sales_ready_at > after,
                cycles.sales_ready_at <= until,
                or_(cycles.outcome != Outcome.VOID.value, is_asleep),
            )
            .group_by(cycles.cell)
        )
        return {cell: int(count) for cell, count in self._connection.execute(statement)}

    def closings(self, account: str, since: Millis, until: Millis) -> Sequence[Closings]:
        """Return deals that came to an outcome, by outcome and reason; a correction within one outcome is none."""
        spans, before = tables.deal_spans.c, tables.deal_spans.alias("before")
        same_before = exists().where(
            before.c.account == spans.account,
            before.c.deal_id == spans.deal_id,
            before.c.valid_to == spans.valid_from,
            before.c.superseded_at.is_(None),
            before.c.outcome == spans.outcome,
        )
        statement = _summed(spans.outcome, spans.reason).where(
            spans.account == account,
            spans.superseded_at.is_(None),
            spans.outcome.in_(_CLOSED),
            spans.valid_from > since,
            spans.valid_from <= until,
            ~same_before,
        )
        found: dict[tuple[str, str | None], list[Row]] = {}
        for row in raw(self._connection, statement, {}):
            found.setdefault((row[0], row[1]), []).append(row[2:])
        return [
            Closings(
                outcome=Outcome(outcome),
                reason=reason,
                deals=sum(row[1] for row in rows),
                worth=self._worth(account, rows),
            )
            for (outcome, reason), rows in sorted(found.items(), key=lambda one: (_CLOSED.index(one[0][0]), str(one)))
        ]

    def proposed(self, account: str) -> Waiting:
        """Return open deals that a rule would call delayed and nobody decided on."""
        spans = tables.deal_spans.c
        return self._waiting(account, and_(spans.outcome == Outcome.OPEN.value, spans.proposal.is_not(None)))

    def resumes(self, account: str, since: Millis, until: Millis) -> Waiting:
        """Return delayed sales that come back inside the window."""
        spans = tables.deal_spans.c
        inside = and_(spans.resume_at > since, spans.resume_at <= until)
        return self._waiting(account, and_(spans.outcome == Outcome.OTHER.value, inside))

    def lead_resumes(self, account: str, since: Millis, until: Millis) -> int:
        """Return how many postponed leads come back inside the window."""
        return lead_returns.counted(self._connection, account, since, until)

    def _waiting(self, account: str, wanted: ColumnElement[bool]) -> Waiting:
        spans, deals = tables.deal_spans.c, tables.deals.c
        live = exists().where(deals.account == spans.account, deals.id == spans.deal_id, deals.archived_at.is_(None))
        statement = _summed().where(
            spans.account == account, spans.superseded_at.is_(None), spans.valid_to.is_(None), live, wanted
        )
        rows = raw(self._connection, statement, {})
        return Waiting(deals=sum(row[1] for row in rows), worth=self._worth(account, rows))

    def _worth(self, account: str, rows: Sequence[Row]) -> dict[str | None, Decimal]:
        """Return sums by currency; a deal that names none is in the account's own."""
        [(own,)] = raw(self._connection, select(own_currency(account)), {})
        found: dict[str | None, Decimal] = {}
        for currency, _, micros in rows:
            if micros is not None:
                named = currency or own
                found[named] = found.get(named, Decimal(0)) + exact_amount(int(micros))
        return found


def _summed(*keys: Column[Any]) -> Select[*tuple[Any, ...]]:
    """Return a query of keys, currency, number of deals and sum of amounts in micro-units."""
    spans = tables.deal_spans.c
    return select(*keys, spans.currency, func.count(), func.sum(spans.amount)).group_by(*keys, spans.currency)
