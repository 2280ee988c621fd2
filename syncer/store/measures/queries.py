"""Parts that the counts share: who entered, which date counts, how many days, and the grouping itself."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import (
    Connection,
    FromClause,
    String,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.asked.ports import GRAINS, Cohort, Cut, DealDate, Milestone
from syncer.kpis.periods import Window
from syncer.store import tables
from syncer.store.engines.dialect import Query, Row
from syncer.store.measures.populations import (
    ENDINGS,
    MILESTONES,
    cycle_excluded,
    deal_date,
    deal_excluded,
    deals_as_of,
    entry_at,
    last_event,
    made_customer,
    offered_as_of,
    turned_at,
    unproven,
    without_events,
)
from syncer.store.measures.segments import company_segment, contact_segment, cycle_segment, deal_segment
from syncer.store.measures.time import Expression, inside, inside_or_unknown, local_day, number, period_number

Keys = Sequence[Expression]


def grouped(connection: Connection, keys: Keys, rows: Query) -> Iterator[Row]:
    """Yield each combination of keys with the number of rows that carry it."""
    return summed(connection, keys, rows, ())


def summed(connection: Connection, keys: Keys, rows: Query, amounts: Sequence[Expression]) -> Iterator[Row]:
    """Yield each combination of keys with its rows counted, then for each amount how many are known and their sum."""
    # Keys are computed once in an inner query: PostgreSQL takes a repeated expression with parameters for another one.
    # The offset keeps SQLite from working them out a second time for the grouping.
    inner = (
        rows.with_only_columns(
            *(key.label(f"key_{place}") for place, key in enumerate(keys)),
            *(amount.label(f"amount_{place}") for place, amount in enumerate(amounts)),
        )
        .offset(0)
        .subquery("counted")
    )
    by = [inner.c[f"key_{place}"] for place in range(len(keys))]
    totals = [total(inner.c[f"amount_{place}"]) for place in range(len(amounts)) for total in (func.count, func.sum)]
    query = select(*by, func.count().label("units"), *totals).select_from(inner)
    for row in connection.execute(query.group_by(*by) if by else query):
        yield tuple(row)


def cycle_keys(rows: Subquery, cut: Cut, cohort: Cohort) -> Keys:
    """Return segment, reason of exclusion and outcome of a cycle."""
    at = entry_at(rows, cohort)
    unknown = at.is_(None) if cohort.window.bounded else ~true()
    excluded = unproven if cohort.needs_evidence else cycle_excluded
    return [*cycle_segment(rows, cut, at), excluded(rows, cut, unknown), rows.c.outcome]


def belongs(rows: Subquery, cut: Cut, cohort: Cohort) -> Expression:
    """Return whether a cycle belongs to a cohort, of new customers where it asks for those alone."""
    inside_it = entered(rows, cohort)
    return and_(inside_it, made_customer(rows, cut)) if cohort.new_customer else inside_it


def entered(rows: Subquery, cohort: Cohort) -> Expression:
    """Return whether a cycle entered a cohort; an ending without a date cannot be ruled out."""
    at = entry_at(rows, cohort)
    if cohort.entry in ENDINGS:
        return and_(rows.c.outcome.in_(ENDINGS[cohort.entry]), inside_or_unknown(at, cohort.window))
    if cohort.or_later:
        # Won without a single date: it did pass.
        return or_(inside(at, cohort.window), and_(at.is_(None), rows.c.outcome == Outcome.WON.value))
    return inside(at, cohort.window)


def reached(rows: Subquery, cohort: Cohort) -> Expression:
    """Return 1 for a cycle that reached any of the cohort's milestones in time, else 0."""
    if not cohort.reached:
        return number(0)
    entry = entry_at(rows, cohort)
    return case((or_(*(_hit(rows, entry, cohort.within, one) for one in cohort.reached)), 1), else_=0)


def _hit(rows: Subquery, entry: Expression, within: int | None, milestone: Milestone) -> Expression:
    at = rows.c[MILESTONES[milestone]]
    conditions: list[Expression] = (
        [rows.c.outcome.in_(ENDINGS[milestone])] if milestone in ENDINGS else [at.is_not(None)]
    )
    if within is not None:
        conditions.append(at <= entry + number(within))
    return and_(*conditions)


def deal_keys(rows: Subquery, cut: Cut, dated: DealDate, window: Window) -> Keys:
    """Return segment, reason of exclusion and outcome of a deal."""
    at = deal_date(rows, cut, dated)
    unknown = at.is_(None) if window.bounded else ~true()
    return [*deal_segment(rows, cut, at), deal_excluded(rows, cut, unknown), rows.c.outcome]


def timed_keys(rows: Subquery, cut: Cut, dated: DealDate, window: Window) -> Keys:
    """Return deal_keys where times from that date on are asked for: what passed its offer unseen has none."""
    *segment, excluded, outcome = deal_keys(rows, cut, dated, window)
    if dated is not DealDate.OFFER:
        return [*segment, excluded, outcome]
    unseen = case((rows.c.passed == 1, literal("virtual", String)), else_=null())
    return [*segment, func.coalesce(excluded, unseen), outcome]


def deals_dated(cut: Cut, dated: DealDate) -> Subquery:
    """Return every deal as of a moment, with the date asked for where it has one."""
    return offered_as_of(cut) if dated is DealDate.OFFER else deals_as_of(cut)


def dated_inside(rows: Subquery, cut: Cut, dated: DealDate, window: Window) -> Expression:
    """Return whether a deal's date falls inside a window; a closed deal without a close date cannot be ruled out."""
    at = deal_date(rows, cut, dated)
    if dated is DealDate.CLOSE:
        return and_(rows.c.outcome != Outcome.OPEN.value, inside_or_unknown(at, window))
    return inside(at, window)


def turned(cut: Cut, dated: DealDate, window: Window) -> Subquery:
    """Return the deals whose date falls inside the window, each with the moment at which its outcome began.

    The offset keeps databases from looking that moment up a second time: its local day asks for it twice.
    """
    rows = deals_dated(cut, dated)
    chosen = select(rows, turned_at(rows, cut).label("turned_at")).where(dated_inside(rows, cut, dated, window))
    return chosen.offset(0).subquery("turned")


def rate_day(rows: Subquery, cut: Cut) -> Expression:
    """Return the local day whose rate a deal's amount takes, NULL in the reporting currency: it needs none."""
    own = rows.c.currency == literal(cut.currency, String)
    if cut.own_currency in {None, cut.currency}:
        own = or_(rows.c.currency.is_(None), own)
    today = number(cut.calendar.day_number(cut.as_of))
    is_open = rows.c.outcome == Outcome.OPEN.value
    return case((own, null()), (is_open, today), else_=local_day(rows.c.close_date, cut.calendar))


def days_between(cut: Cut, start: Expression, end: Expression, outcome: Expression) -> Expression:
    """Return whole local days from start to end, to as_of while open, NULL where a date is missing."""
    until = case(
        (outcome == Outcome.OPEN.value, number(cut.calendar.day_number(cut.as_of))),
        else_=local_day(end, cut.calendar),
    )
    return until - local_day(start, cut.calendar)


def contacts_by_stage(cut: Cut) -> tuple[Keys, Query]:
    """Return segment and stage of every contact that existed by as_of, and the rows to count."""
    contact = tables.contacts
    return [*contact_segment(contact, cut), _stage(contact, cut)], _standing(contact, cut)


def _standing(contact: FromClause, cut: Cut) -> Query:
    """Return the contacts that existed by as_of: created, or with an event that tells of them."""
    event = tables.stage_events.alias("sign")
    existed = or_(
        contact.c.created_at.is_(None),
        contact.c.created_at <= cut.as_of,
        last_event(event, contact.c.id, cut, event.c.to_stage).is_not(None),
    )
    here = or_(contact.c.archived_at.is_(None), contact.c.archived_at > cut.as_of)
    return select(contact.c.id).where(contact.c.account == cut.account, contact.c.merged_into.is_(None), existed, here)


def _stage(contact: FromClause, cut: Cut) -> Expression:
    """Return where a contact stands: by its last event, else TAM; OUT where that is what we decided.

    Leaving the market by a gate is no event. It is told of moments from which on the state has been as it is, and of
    every moment where nothing else was ever decided.
    """
    state, event = tables.contact_states, tables.stage_events.alias("standing")
    is_out = and_(state.c.account == cut.account, state.c.stage == FunnelStage.OUT.value)
    out = exists(
        select(state.c.stage).where(
            is_out,
            state.c.contact_id == contact.c.id,
            or_(
                without_events(state.c.contact_id, cut),
                and_(
                    state.c.changed_at <= min(cut.as_of, cut.known_at),
                    without_events(state.c.contact_id, cut, FunnelStage.OUT),
                ),
            ),
        )
    )
    # An index names those who are out: nobody else's state is looked up.
    left = and_(contact.c.id.in_(select(state.c.contact_id).where(is_out)), out)
    last = last_event(event, contact.c.id, cut, event.c.to_stage)
    return case((left, literal(FunnelStage.OUT.value)), else_=func.coalesce(last, literal(FunnelStage.TAM.value)))


def companies_as_of(cut: Cut) -> tuple[Keys, Query]:
    """Return segment of every company that existed by as_of, and the rows to read."""
    company = tables.companies
    existed = select(company.c.id).where(
        company.c.account == cut.account,
        company.c.merged_into.is_(None),
        or_(company.c.created_at.is_(None), company.c.created_at <= cut.as_of),
        or_(company.c.archived_at.is_(None), company.c.archived_at > cut.as_of),
    )
    return company_segment(company, cut), existed


def latest_answers(cut: Cut, window: Window, surveys: Collection[str]) -> Subquery:
    """Return answers of NPS surveys and of those named inside the window; `place` 1 is the last of its kind."""
    answer = tables.answers
    who = func.coalesce(answer.c.contact_id, answer.c.id)
    # Asked again in another quarter is another wave, where figures are cut by quarter.
    waves = [period_number(answer.c.answered_at, cut.calendar, grain) for grain in GRAINS if grain in cut.by]
    order = (answer.c.answered_at.desc(), answer.c.id.desc())
    return (
        select(
            answer.c.id,
            answer.c.contact_id,
            answer.c.survey_id,
            answer.c.value,
            answer.c.answered_at,
            func.row_number().over(partition_by=(who, answer.c.survey_id, *waves), order_by=order).label("place"),
        )
        .where(
            answer.c.account == cut.account,
            or_(func.upper(answer.c.survey_type) == "NPS", answer.c.survey_id.in_(sorted(surveys))),
            answer.c.answered_at <= cut.as_of,
            answer.c.recorded_at <= cut.known_at,
            inside(answer.c.answered_at, window),
        )
        .subquery("answer")
    )
