"""What was decided on deals before and does not wander: whom each belongs to, and since when it is delayed."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import Connection, bindparam, select

from syncer.funnel.facts import Outcome
from syncer.funnel.kept import Delay, Kept, PrimaryBy
from syncer.records import Kind
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, among, dialect_of, listed, raw
from syncer.store.mirror.merges import survivors


def keepsakes(connection: Connection, account: str, deal_ids: Collection[str]) -> dict[str, Kept]:
    """Return by deal what was decided; a deal of which nothing was decided yet is absent."""
    values = {"account": account, "ids": listed(deal_ids)}
    delays: dict[str, list[Delay]] = {}
    resumed: dict[str, int | None] = {}
    for deal_id, rule, since, until, resume_at in raw(connection, _delays_sql(dialect_of(connection)), values):
        known = delays.setdefault(deal_id, [])
        # One delay has one date to resume at, however often the deal changed meanwhile.
        goes_on = bool(known) and (known[-1].rule, known[-1].until) == (rule, since) and resumed[deal_id] == resume_at
        if goes_on:
            known[-1] = known[-1]._replace(until=until)
        else:
            known.append(Delay(rule, since, until))
        resumed[deal_id] = resume_at
    primaries = raw(connection, _primaries_sql(dialect_of(connection)), values)
    # Who was merged goes on as the one that is left.
    left = survivors(connection, account, Kind.CONTACT, {row[1] for row in primaries if row[1] is not None})
    return {
        deal_id: Kept(left.get(primary, primary), None if by is None else PrimaryBy(by), delays.get(deal_id, ()))
        for deal_id, primary, by in primaries
    }


@cache
def _primaries_sql(dialect: Dialect) -> Query:
    states = tables.deal_states.c
    return select(states.deal_id, states.primary_contact_id, states.primary_by).where(
        states.account == bindparam("account"), among(dialect, states.deal_id)
    )


@cache
def _delays_sql(dialect: Dialect) -> Query:
    spans = tables.deal_spans.c
    return (
        select(spans.deal_id, spans.rule, spans.valid_from, spans.valid_to, spans.resume_at)
        .where(
            spans.account == bindparam("account"),
            among(dialect, spans.deal_id),
            spans.superseded_at.is_(None),
            spans.outcome == Outcome.OTHER.value,
        )
        .order_by(spans.deal_id, spans.valid_from)
    )
