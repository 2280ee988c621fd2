"""The account's figures on how long won deals stayed in each stage, and the spans that they stand on."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, delete, select

from syncer.funnel.facts import DealSpan, Outcome
from syncer.funnel.stays import Figure, Stage, Stays
from syncer.store import tables
from syncer.store.engines.dialect import Row, among, chunks, dialect_of, listed, raw
from syncer.store.ledger.spans import SPAN_COLUMNS, span_of


def stays(connection: Connection, account: str) -> Stays:
    """Return the figures as they were kept last."""
    columns = tables.stage_stays.c
    statement = (
        select(columns.pipeline_id, columns.stage_id, columns.as_of, columns.p75_days, columns.n)
        .where(columns.account == account)
        .order_by(columns.pipeline_id, columns.stage_id, columns.as_of)
    )
    figures: dict[Stage, list[Figure]] = {}
    for pipeline_id, stage_id, *figure in raw(connection, statement, {}):
        figures.setdefault(Stage(pipeline_id, stage_id), []).append(Figure(*figure))
    return Stays(figures)


def keep_stays(connection: Connection, account: str, kept: Stays) -> None:
    """Make the account's figures exactly those given."""
    table = tables.stage_stays
    connection.execute(delete(table).where(table.c.account == account))
    rows: list[Row] = [(account, *stage, *one) for stage, own in kept.figures.items() for one in own]
    dialect_of(connection).upsert(connection, table, rows)


def won_spans(connection: Connection, account: str) -> Iterator[list[DealSpan]]:
    """Yield the spans in force of every deal that was ever won, deal by deal."""
    spans = tables.deal_spans.c
    in_force = (spans.account == account, spans.superseded_at.is_(None))
    won = select(spans.deal_id).where(*in_force, spans.outcome == Outcome.WON.value)
    statement = (
        select(*SPAN_COLUMNS)
        .where(*in_force, among(dialect_of(connection), spans.deal_id))
        .order_by(spans.deal_id, spans.valid_from)
    )
    for chunk in chunks({row[0] for row in raw(connection, won, {})}):
        for _, rows in groupby(raw(connection, statement, {"ids": listed(chunk)}), key=itemgetter(0)):
            yield [span_of(row) for row in rows]


def open_deals(connection: Connection, account: str) -> set[str]:
    """Return the deals whose latest span in force is open, or postponed by what time alone brings."""
    spans = tables.deal_spans.c
    statement = select(spans.deal_id).where(
        spans.account == account,
        spans.superseded_at.is_(None),
        spans.valid_to.is_(None),
        spans.outcome.in_((Outcome.OPEN.value, Outcome.OTHER.value)),
    )
    return {row[0] for row in raw(connection, statement, {})}
