"""The names that a reader wants instead of ids, and the currency of reports."""

from sqlalchemy import Connection, func, select

from syncer.kpis.asked.ports import Labels
from syncer.records import Owner
from syncer.store import tables


def labels(connection: Connection, account: str) -> Labels:
    """Return names of owners and pipelines, and the currency most deals carry."""
    owner, stage, span = tables.owners, tables.stages, tables.deal_spans
    people = select(owner.c.id, owner.c.first_name, owner.c.last_name).where(owner.c.account == account)
    pipes = select(stage.c.pipeline_id, func.max(stage.c.pipeline_label)).where(stage.c.account == account)
    money = (
        select(span.c.currency)
        .where(
            span.c.account == account,
            span.c.currency.is_not(None),
            span.c.valid_to.is_(None),
            span.c.superseded_at.is_(None),
        )
        .group_by(span.c.currency)
        .order_by(func.count().desc(), span.c.currency)
        .limit(1)
    )
    return Labels(
        owners={
            key: Owner(id=key, first_name=first, last_name=last).name for key, first, last in connection.execute(people)
        },
        pipelines=dict(connection.execute(pipes.group_by(stage.c.pipeline_id)).all()),
        currency=connection.execute(money).scalar(),
    )
