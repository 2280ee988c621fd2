"""Survey answers: written with the contacts that they concern, read by contact."""

from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, select

from syncer.records import Answer
from syncer.store import tables
from syncer.store.engines.dialect import Dialect, Query, among, chunks, dialect_of, is_empty, listed, raw
from syncer.store.mirror.upsert import ANSWERS, upsert_page
from syncer.store.rows.marks import mark_contacts
from syncer.store.values import Upserted


def upsert_answers(connection: Connection, account: str, records: Sequence[Answer], now: int) -> Upserted:
    """Write answers, and mark whoever gave them: an answer can make a promoter."""
    upserted = upsert_page(connection, ANSWERS, account, records, now).upserted
    changed = set(upserted.changed_ids)
    mark_contacts(connection, account, {one.contact_id for one in records if one.contact_id and one.id in changed})
    return upserted


def answers_by_contact(connection: Connection, account: str, contact_ids: Collection[str]) -> dict[str, list[Answer]]:
    """Return what contacts answered, ascending by moment; contacts without answers are absent."""
    if is_empty(connection, tables.answers, account):
        return {}
    statement = _answers_sql(dialect_of(connection))
    found: dict[str, list[Answer]] = {}
    for chunk in chunks(contact_ids):
        for id_, contact_id, survey_id, survey_type, value, at in raw(
            connection, statement, {"account": account, "ids": listed(chunk)}
        ):
            answer = Answer(
                id=id_, contact_id=contact_id, survey_id=survey_id, survey_type=survey_type, value=value, answered_at=at
            )
            found.setdefault(contact_id, []).append(answer)
    return found


@cache
def _answers_sql(dialect: Dialect) -> Query:
    columns = tables.answers.c
    return (
        select(
            columns.id,
            columns.contact_id,
            columns.survey_id,
            columns.survey_type,
            columns.value,
            columns.answered_at,
        )
        .where(columns.account == bindparam("account"), among(dialect, columns.contact_id))
        .order_by(columns.contact_id, columns.answered_at, columns.id)
    )
