"""The way to a milestone or an order, one row a unit, with what its primary contact did: for attribution."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

import orjson
from sqlalchemy import Connection, String, and_, cast, false, func, literal, or_, select

from syncer.funnel.facts import Outcome
from syncer.funnel.two_way import NOT_HELD
from syncer.kpis.asked.journeys import Journey
from syncer.kpis.asked.ports import Cohort, Cut, DealDate
from syncer.kpis.periods import Window
from syncer.kpis.touches import Reaction
from syncer.records import ActivityKind
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row, chunks, raw, streamed
from syncer.store.measures.populations import MILESTONES, cycle_excluded, cycles_as_of, deal_excluded, deals_as_of
from syncer.store.measures.queries import belongs, dated_inside, rate_day, reached
from syncer.store.rows.decode import amount_of

#: What a contact does, or does with us.
_REACTIONS = (
    ActivityKind.FORM,
    ActivityKind.EMAIL_CLICK,
    ActivityKind.PAGE_VIEW,
    ActivityKind.EMAIL_IN,
    ActivityKind.REGISTRATION,
    ActivityKind.MEETING,
)
_SUBJECT, _ASSET = 4, 5
_PAGE = 2_000
#: Positions in a row of either query; the rest are the journey's own.
_CONTACT, _JOURNEY = 0, 1


def cycle_journeys(connection: Connection, cut: Cut, cohort: Cohort, *, touched: bool) -> Iterator[Journey]:
    """Yield the cycles of a cohort that reached its milestone, or entered where it names none."""
    rows = cycles_as_of(cut)
    until = rows.c[MILESTONES[cohort.reached[0] if cohort.reached else cohort.entry]]
    query = select(
        rows.c.contact_id,
        rows.c.contact_id + literal("#", String) + cast(rows.c.cycle_no, String),
        cycle_excluded(rows, cut, false()),
        rows.c.source,
        rows.c.campaign,
        rows.c.type,
        rows.c.outcome,
        rows.c.first_contact_at,
        rows.c.mql_at,
        rows.c.deal_at,
        until,
    ).where(belongs(rows, cut, cohort), *([reached(rows, cohort) == 1] if cohort.reached else []))
    order = (rows.c.contact_id, rows.c.cycle_no)
    return _journeys(connection, cut, query.order_by(*order), touched=touched)


def won_journeys(connection: Connection, cut: Cut, window: Window, *, touched: bool) -> Iterator[Journey]:
    """Yield the deals won with their close date inside the window, each on the way of its primary contact's cycle."""
    deal, cycle, later = deals_as_of(cut), cycles_as_of(cut), cycles_as_of(cut, "other")
    mine = later.c.contact_id == deal.c.primary_contact_id
    latest = select(func.max(later.c.cycle_no)).where(mine)
    carrying = latest.where(later.c.deal_id == deal.c.deal_id)
    number = func.coalesce(carrying.correlate(deal).scalar_subquery(), latest.correlate(deal).scalar_subquery())
    joined = deal.outerjoin(cycle, and_(cycle.c.contact_id == deal.c.primary_contact_id, cycle.c.cycle_no == number))
    query = (
        select(
            deal.c.primary_contact_id,
            deal.c.deal_id,
            deal_excluded(deal, cut, deal.c.close_date.is_(None) if window.bounded else false()),
            func.coalesce(cycle.c.source, deal.c.source),
            cycle.c.campaign,
            cycle.c.type,
            deal.c.outcome,
            cycle.c.first_contact_at,
            cycle.c.mql_at,
            deal.c.created_at,
            func.coalesce(cycle.c.ended_at, deal.c.close_date),
            deal.c.amount,
            deal.c.currency,
            rate_day(deal, cut),
        )
        .select_from(joined)
        .where(deal.c.outcome == Outcome.WON.value, dated_inside(deal, cut, DealDate.CLOSE, window))
        .order_by(deal.c.deal_id)
    )
    return _journeys(connection, cut, query, touched=touched)


def _journeys(connection: Connection, cut: Cut, query: Query, *, touched: bool) -> Iterator[Journey]:
    with closing(streamed(connection, query)) as rows:
        while page := list(islice(rows, _PAGE)):
            done = _reactions(connection, cut, {row[_CONTACT] for row in page if row[_CONTACT]}) if touched else {}
            for row in page:
                yield _journey(row[_JOURNEY:], done.get(row[_CONTACT], ()))


def _journey(row: Row, reactions: Sequence[Reaction]) -> Journey:
    micros, currency, day = row[10:] or (None, None, None)
    way = Journey(*row[:10])
    return way._replace(amount=amount_of(micros), currency=currency, day=day, reactions=reactions)


def _reactions(connection: Connection, cut: Cut, contact_ids: Collection[str]) -> Mapping[str, Sequence[Reaction]]:
    """Return what contacts did by as_of, as known at the cut's knowledge time."""
    fact = tables.evidence
    found: dict[str, list[Reaction]] = {}
    for chunk in chunks(contact_ids):
        query = (
            select(fact.c.contact_id, fact.c.occurred_at, fact.c.kind, fact.c.outcome, fact.c.fact)
            .where(
                fact.c.account == cut.account,
                fact.c.contact_id.in_(chunk),
                fact.c.kind.in_([kind.value for kind in _REACTIONS]),
                fact.c.occurred_at <= cut.as_of,
                fact.c.recorded_at <= cut.known_at,
                or_(fact.c.voided_at.is_(None), fact.c.voided_at > cut.known_at),
                or_(fact.c.outcome.is_(None), fact.c.outcome.not_in(sorted(NOT_HELD))),
            )
            .order_by(fact.c.contact_id, fact.c.occurred_at, fact.c.priority, fact.c.id)
        )
        for contact_id, at, kind, outcome, text in raw(connection, query, {}):
            told = orjson.loads(text)
            found.setdefault(contact_id, []).append(Reaction(at, kind, told[_SUBJECT], told[_ASSET], outcome))
    return found
