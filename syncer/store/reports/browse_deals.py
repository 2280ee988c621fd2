"""Deals that people leaf through, each as its latest span says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, select

from syncer.funnel.facts import Outcome
from syncer.moments import Millis
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row
from syncer.store.rows.decode import amount_of

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
    #: The account's own where the deal names none; None before the account was looked at.
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


def view_sql(account: str, view: DealView, owner_id: str | None, few: Sequence[str] | None) -> Query:
    """Return the query for a view's deals in its order; `few` says whether they are looked up one by one."""
    spans, deals = tables.deal_spans.c, tables.deals.c
    wanted = [spans.outcome == DEAL_VIEWS[view].value]
    if view == "proposed":
        wanted.append(spans.proposal.is_not(None))
    if owner_id is not None:
        wanted.append(deals.owner_id == owner_id)
    order = {"other": spans.resume_at, "open": spans.close_date, "proposed": spans.close_date}
    sorting = ordering(order[view], few) if view in order else ordering(spans.valid_from, few).desc()
    return lines_sql(account).where(*wanted).order_by(sorting, spans.deal_id)


def lines_sql(account: str) -> Query:
    """Return the query for all live deals, columns as `deal_line` reads them."""
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
        func.coalesce(spans.currency, own_currency(account)),
        spans.close_date,
        spans.resume_at,
        deals.owner_id,
    )
    return select(*columns).select_from(_JOINED).where(*_latest(account))


def own_currency(account: str) -> ColumnElement[Any]:
    """Return the account's own currency: that of deals which name none."""
    accounts = tables.accounts.c
    return select(accounts.currency).where(accounts.account == account).scalar_subquery()


def outcomes_sql(account: str) -> Query:
    """Return the query for pipeline, stage, outcome and how many live deals there are of each."""
    spans = tables.deal_spans.c
    where = (spans.pipeline_id, spans.stage_id, spans.outcome)
    return select(*where, func.count()).select_from(_JOINED).where(*_latest(account)).group_by(*where)


def ordering(column: ColumnElement[Any], few: Sequence[str] | None) -> ColumnElement[Any]:
    """Return what a list is ordered by; few records are sorted, and SQLite is kept from walking the index for them."""
    return column if few is None else column + 0


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


def deal_line(row: Row) -> DealLine:
    """Return a row of `lines_sql` as a line."""
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
