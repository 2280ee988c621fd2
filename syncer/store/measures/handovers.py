"""Hand-overs one by one, with what sales did about them; the effort that cycles took; what is known of the people."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from sqlalchemy import (
    Connection,
    FromClause,
    Subquery,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    null,
    select,
)

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.funnel.touches import follows
from syncer.kpis.asked.ports import ID, Cut, Segment
from syncer.kpis.asked.work import Effort, Handover, ProfileCount
from syncer.kpis.periods import Window
from syncer.store import tables
from syncer.store.engines.dialect import Row, streamed
from syncer.store.ledger.spans import OUTCOMES
from syncer.store.measures.people import is_known
from syncer.store.measures.populations import cycle_excluded, cycles_as_of, known, unproven
from syncer.store.measures.queries import summed
from syncer.store.measures.segments import cycle_segment, reader
from syncer.store.measures.time import Expression, inside, inside_or_unknown, number
from syncer.store.measures.touches import held, touches, two_way
from syncer.store.mirror.people import somebody

_ENDED = (Outcome.WON.value, Outcome.LOST.value, Outcome.OTHER.value)


def handovers(connection: Connection, cut: Cut, window: Window) -> Iterator[Handover]:
    """Yield the cycles that became sales-ready inside the window."""
    rows, read, width = cycles_as_of(cut), reader(cut), len(cut.by)
    ready = rows.c.sales_ready_at
    columns = [
        *cycle_segment(rows, cut, ready),
        cycle_excluded(rows, cut, false()),
        case((somebody(rows.c.contact_id), 0), else_=1),
        ready,
        _was_asked(rows, cut),
        rows.c.accepted_at,
        rows.c.rejected_at,
        case((rows.c.rejected_at.is_not(None), rows.c.reject_reason), else_=null()),
        _first(rows, cut, touches),
        _first(rows, cut, two_way),
        rows.c.outcome,
        rows.c.ended_at,
    ]
    query = select(*columns).where(inside(ready, window)).order_by(rows.c.contact_id, rows.c.cycle_no)
    with closing(streamed(connection, query)) as found:
        for row in found:
            yield _handover(read(row[:width]), row[width:])


def _handover(segment: Segment, row: Row) -> Handover:
    excluded, erased, ready_at, explicit, accepted, rejected, reason, touched, spoke, outcome, ended = row
    gone, asked, became = bool(erased), bool(explicit), OUTCOMES[outcome]
    # By place: a name for each of twelve values costs as much as the row, and there is one for every hand-over.
    return Handover(segment, excluded, gone, ready_at, asked, accepted, rejected, reason, touched, spoke, became, ended)


def _was_asked(cycles: Subquery, cut: Cut) -> Expression:
    """Return 1 where the contact asked for sales when it became sales-ready, else 0."""
    event = tables.stage_events.alias("asked")
    mine = and_(event.c.contact_id == cycles.c.contact_id, event.c.cycle_no == cycles.c.cycle_no)
    at_once = and_(event.c.to_stage == FunnelStage.LEAD_SQL.value, event.c.occurred_at == cycles.c.sales_ready_at)
    asked = select(event.c.seq).where(known(event, cut), mine, at_once, event.c.rule == "explicit_request")
    return case((exists(asked), 1), else_=0)


def _first(cycles: Subquery, cut: Cut, counts: Callable[[FromClause], Expression]) -> Expression:
    """Return when the first activity that counts took place after the hand-over."""
    fact = tables.evidence.alias("fact")
    since = and_(fact.c.contact_id == cycles.c.contact_id, follows(fact.c.occurred_at, cycles.c.sales_ready_at))
    return (
        select(fact.c.occurred_at)
        .where(held(fact, cut), since, counts(fact))
        .order_by(fact.c.occurred_at)
        .limit(1)
        .correlate_except(fact)
        .scalar_subquery()
    )


def efforts(connection: Connection, cut: Cut, window: Window) -> Iterator[Effort]:
    """Count human sales activities on cycles that ended inside the window, from their first contact to their end."""
    ended, fact, read = _ended(cut, window), tables.evidence.alias("fact"), reader(cut)
    since = func.coalesce(ended.c.first_contact_at, ended.c.started_at)
    span = and_(fact.c.contact_id == ended.c.contact_id, fact.c.occurred_at >= since)
    # Told one by one, it is the activities that count.
    segment = [
        (fact.c.id if dim == ID else ended.c[f"by_{place}"]).label(f"by_{place}") for place, dim in enumerate(cut.by)
    ]
    done = (
        select(*segment, fact.c.kind, fact.c.id)
        .select_from(ended.join(fact, and_(span, fact.c.occurred_at <= ended.c.ended_at)))
        .where(held(fact, cut), touches(fact))
        .subquery("done")
    )
    by = [done.c[f"by_{place}"] for place in range(len(cut.by))]
    # A meeting with three people of one company is one piece of work.
    query = select(*by, done.c.kind, func.count(distinct(done.c.id))).group_by(*by, done.c.kind)
    for *values, kind, units in connection.execute(query):
        yield Effort(read(values), kind, units)


def _ended(cut: Cut, window: Window) -> Subquery:
    """Return the cycles whose effort counts.

    The offset has PostgreSQL find them first: of all evidence only that of their contacts is read then.
    """
    rows = cycles_as_of(cut)
    told = (rows.c.contact_id, rows.c.first_contact_at, rows.c.started_at, rows.c.ended_at)
    counts = and_(rows.c.outcome.in_(_ENDED), inside_or_unknown(rows.c.ended_at, window))
    query = select(*cycle_segment(rows, cut, rows.c.ended_at), *told)
    return query.where(counts, unproven(rows, cut, false()).is_(None)).offset(0).subquery("ended")


def profiles(connection: Connection, cut: Cut, window: Window, names: Sequence[str]) -> Iterator[ProfileCount]:
    """Count cycles handed over inside the window by the named facts that the mirror holds now."""
    rows, read, width = cycles_as_of(cut), reader(cut), len(cut.by)
    person, firm = tables.contacts.alias("person_now"), tables.companies.alias("firm_now")
    ready = rows.c.sales_ready_at
    joined = rows.outerjoin(person, and_(person.c.account == cut.account, person.c.id == rows.c.contact_id)).outerjoin(
        firm, and_(firm.c.account == cut.account, firm.c.id == person.c.company_id)
    )
    facts = [is_known(name, person, firm) for name in names]
    filled = sum(facts, number(0))
    keys = [*cycle_segment(rows, cut, ready), unproven(rows, cut, false()), filled]
    chosen = select(rows).select_from(joined).where(inside(ready, window))
    for row in summed(connection, keys, chosen, facts):
        excluded, known_facts, units, *totals = row[width:]
        yield ProfileCount(read(row[:width]), excluded, known_facts, units, [int(total) for total in totals[1::2]])
