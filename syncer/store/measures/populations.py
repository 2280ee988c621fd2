"""Who counts: cycles, deals and stages as of a moment and as known at a moment. Each is defined here once."""

from collections.abc import Hashable
from typing import assert_never

from sqlalchemy import (
    FromClause,
    String,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    tuple_,
)

from syncer.funnel.facts import CycleType, FunnelStage, Outcome
from syncer.kpis.asked.ports import ERASED, EXPIRED, NO_RENEWAL, Cohort, Cut, DealDate, Milestone, Scope
from syncer.store import tables
from syncer.store.engines.dialect import Query
from syncer.store.ledger.spans import SPAN_COLUMNS
from syncer.store.measures.time import Expression
from syncer.store.mirror.people import somebody
from syncer.store.tables.ledger import IS_TEST

#: Milestone → column; the two endings are made from outcome and ended_at.
MILESTONES = {
    Milestone.FIRST_CONTACT: "first_contact_at",
    Milestone.SUSPECT: "suspect_at",
    Milestone.INQUIRY: "inquiry_at",
    Milestone.MQL: "mql_at",
    Milestone.SALES_READY: "sales_ready_at",
    Milestone.ACCEPTED: "accepted_at",
    Milestone.DEAL: "deal_at",
    Milestone.OFFER: "offer_at",
    Milestone.WON: "ended_at",
    Milestone.ENDED: "ended_at",
}

#: Milestones that are an outcome, with the outcomes that reach them.
ENDINGS = {
    Milestone.WON: (Outcome.WON.value,),
    Milestone.ENDED: (Outcome.WON.value, Outcome.LOST.value, Outcome.OTHER.value, Outcome.VOID.value),
}

_SEGMENTS = ("source", "campaign", "owner_id", "country", "industry", "grade", "cell", "origin", "type")

#: HubSpot's own value for business with existing customers.
_EXISTING_BUSINESS = "existingbusiness"


def view_of(cut: Cut) -> Hashable:
    """Return what the rows of a view depend on, whatever its currency."""
    return (cut.account, cut.as_of, cut.known_at, cut.calendar, tuple(cut.by), cut.scope)


def known(rows: FromClause, cut: Cut) -> Expression:
    """Return whether a ledger row of the account was believed at the cut's knowledge time."""
    return and_(
        rows.c.account == cut.account,
        rows.c.recorded_at <= cut.known_at,
        or_(rows.c.superseded_at.is_(None), rows.c.superseded_at > cut.known_at),
    )


def cycles_as_of(cut: Cut, name: str = "cycle") -> Subquery:
    """Return every cycle begun by as_of: later milestones are not reached, a later ending leaves it open.

    While an ending that was taken back by a reopening stood, it counts.
    """
    row, at = tables.cycles, cut.as_of
    stood = and_(row.c.reopened_from <= at, row.c.reopened_to > at)
    columns = sorted(set(MILESTONES.values()) - {"ended_at"})
    return (
        select(
            row.c.contact_id,
            row.c.cycle_no,
            row.c.started_at,
            row.c.reason,
            row.c.deal_id,
            row.c.recycled_from,
            _reached(row.c.rejected_at, at).label("rejected_at"),
            row.c.reject_reason,
            *(row.c[column] for column in _SEGMENTS),
            *(_reached(row.c[column], at).label(column) for column in columns),
            case((stood, row.c.reopened_from), (row.c.ended_at <= at, row.c.ended_at), else_=null()).label("ended_at"),
            case(
                (stood, row.c.reopened_outcome),
                (row.c.ended_at > at, literal(Outcome.OPEN.value)),
                else_=row.c.outcome,
            ).label("outcome"),
        )
        .where(known(row, cut), row.c.started_at <= at)
        .subquery(name)
    )


def entry_at(cycles: FromClause, cohort: Cohort) -> Expression:
    """Return when a cycle entered a cohort: where the cohort takes in those that skipped the entry, by the next."""
    if not cohort.or_later:
        return cycles.c[MILESTONES[cohort.entry]]
    ladder: list[Milestone] = [one for one in Milestone if one is not Milestone.ENDED]
    dates = [_dated(cycles, one) for one in ladder[ladder.index(cohort.entry) :]]
    return func.coalesce(*dates) if len(dates) > 1 else dates[0]


def _dated(cycles: FromClause, milestone: Milestone) -> Expression:
    at = cycles.c[MILESTONES[milestone]]
    return at if milestone is not Milestone.WON else case((cycles.c.outcome == Outcome.WON.value, at), else_=null())


def made_customer(cycles: Subquery, cut: Cut) -> Expression:
    """Return whether winning a cycle made its company a customer: no other of its contacts had been acquired before.

    One pass over the cycles won ranks them; looking up each one's colleagues would be a walk for each in SQLite.
    """
    won, buyer = cycles_as_of(cut, "acquired"), tables.contacts.alias("buyer")
    mine = and_(buyer.c.account == cut.account, buyer.c.id == won.c.contact_id)
    company = literal("company ", String) + buyer.c.company_id
    customer = func.coalesce(company, literal("contact ", String) + won.c.contact_id)
    order = (func.coalesce(won.c.ended_at, 0), won.c.contact_id, won.c.cycle_no)
    place = func.row_number().over(partition_by=customer, order_by=order).label("place")
    ranked = select(won.c.contact_id, won.c.cycle_no, place).select_from(won.outerjoin(buyer, mine))
    firsts = ranked.where(_acquired(won)).subquery("firsts")
    chosen = select(firsts.c.contact_id, firsts.c.cycle_no).where(firsts.c.place == 1)
    return tuple_(cycles.c.contact_id, cycles.c.cycle_no).in_(chosen)


def _acquired(cycles: Subquery) -> Expression:
    return and_(cycles.c.outcome == Outcome.WON.value, cycles.c.type == CycleType.ACQUISITION.value)


def _reached(at: Expression, as_of: int) -> Expression:
    return case((at <= as_of, at), else_=null())


def deals_as_of(cut: Cut) -> Subquery:
    """Return every deal created by as_of in the one span that holds as_of."""
    span, deal, at = tables.deal_spans, tables.deal_states, cut.as_of
    return (
        select(
            *SPAN_COLUMNS,
            deal.c.created_at,
            deal.c.primary_contact_id,
            deal.c.company_id,
            deal.c.owner_id,
            deal.c.deal_type,
            deal.c.source,
        )
        .select_from(span.join(deal, and_(deal.c.account == span.c.account, deal.c.deal_id == span.c.deal_id)))
        .where(
            known(span, cut),
            span.c.valid_from <= at,
            or_(span.c.valid_to.is_(None), span.c.valid_to > at),
            deal.c.created_at <= at,
        )
        .subquery("deal")
    )


def offered_as_of(cut: Cut) -> Subquery:
    """Return deals as of a moment; those won without an offer on record passed it (`passed` 1) when they were won.

    The offset keeps databases from looking that moment up again for every use of the date.
    """
    deals = deals_as_of(cut)
    unseen = and_(deals.c.outcome == Outcome.WON.value, _reached(deals.c.offer_at, cut.as_of).is_(None))
    columns = [column for column in deals.c if column.name != "offer_at"]
    offer_at = case((unseen, turned_at(deals, cut)), else_=deals.c.offer_at).label("offer_at")
    passed = case((unseen, 1), else_=0).label("passed")
    return select(*columns, offer_at, passed).offset(0).subquery("offered")


def turned_at(deals: Subquery, cut: Cut) -> Expression:
    """Return when a deal's present outcome began: where its last span of another one ends, else with its first span.

    The ledger is clustered by deal: looking up each deal costs less than ranking every span.
    """
    span = tables.deal_spans.alias("earlier")
    mine = and_(known(span, cut), span.c.deal_id == deals.c.deal_id, span.c.valid_from <= cut.as_of)
    other = select(func.max(span.c.valid_to)).where(mine, span.c.outcome != deals.c.outcome)
    first = select(func.min(span.c.valid_from)).where(mine)
    return func.coalesce(*(found.correlate(deals).scalar_subquery() for found in (other, first)))


def deal_date(deals: Subquery, cut: Cut, dated: DealDate) -> Expression:
    """Return one of a deal's dates."""
    match dated:
        case DealDate.CREATED:
            return deals.c.created_at
        case DealDate.OFFER:
            return _reached(deals.c.offer_at, cut.as_of)
        case DealDate.CLOSE:
            return deals.c.close_date
        case _:
            assert_never(dated)


def is_out(contact_id: Expression, cut: Cut) -> Expression:
    """Return whether a contact stands in OUT at as_of."""
    event, last = tables.stage_events.alias("leaving"), tables.stage_events.alias("last")
    # The set is small and comes from an index; only its members are looked up one by one. The range says nothing more:
    # without it SQLite would rather walk all events.
    gone = and_(event.c.to_stage == literal_column("'OUT'"), event.c.to_stage > "")
    ever = select(event.c.contact_id).where(known(event, cut), gone, event.c.occurred_at <= cut.as_of)
    return and_(contact_id.in_(ever), last_event(last, contact_id, cut, last.c.to_stage) == FunnelStage.OUT.value)


def is_test(contact_id: Expression, cut: Cut) -> Expression:
    """Return whether a contact is a test record; those have no history, only a flag."""
    return contact_id.in_(tested(cut))


def tested(cut: Cut) -> Query:
    """Return the contacts that are test records."""
    state = tables.contact_states
    # The range says nothing new: without it SQLite would rather walk all states than the index of test records.
    flagged = and_(text(IS_TEST), state.c.flags > "")
    return select(state.c.contact_id).where(state.c.account == cut.account, flagged)


def has_expired(cycles: Subquery, cut: Cut) -> Expression:
    """Return whether a cycle ended for want of activity."""
    event = tables.stage_events.alias("expiry")
    mine = and_(event.c.contact_id == cycles.c.contact_id, event.c.cycle_no == cycles.c.cycle_no)
    return exists(select(event.c.seq).where(known(event, cut), mine, event.c.rule == "expired"))


def last_event(event: FromClause, contact_id: Expression, cut: Cut, value: Expression) -> Expression:
    """Return a value of the contact's last stage event up to as_of, NULL without one.

    The ledger is clustered by contact: looking up each contact costs less than ranking every event.
    """
    return (
        select(value)
        .where(known(event, cut), event.c.contact_id == contact_id, event.c.occurred_at <= cut.as_of)
        .order_by(event.c.occurred_at.desc(), event.c.cycle_no.desc(), event.c.seq.desc())
        .limit(1)
        .correlate_except(event)
        .scalar_subquery()
    )


def cycle_excluded(cycles: Subquery, cut: Cut, unknown: Expression) -> Expression:
    """Return why a cycle does not count, NULL when it does; `unknown` tells that the date asked for is missing."""
    void = cycles.c.outcome == Outcome.VOID.value
    reasons: list[tuple[Expression, str]] = [(and_(void, ~has_expired(cycles, cut)), "void")]
    if cut.scope is Scope.NEW_BUSINESS:
        reasons.append((cycles.c.type == CycleType.EXPANSION.value, "expansion"))
    # Expired ones count where entries do: not those that would not have counted before they expired.
    # A passage that ended before its contact left stays what it was.
    reasons += [
        (is_test(cycles.c.contact_id, cut), "test"),
        (void, EXPIRED),
        (and_(cycles.c.outcome == Outcome.OPEN.value, is_out(cycles.c.contact_id, cut)), "out"),
        (unknown, "no_date"),
    ]
    return _first(reasons)


def unproven(cycles: Subquery, cut: Cut, unknown: Expression) -> Expression:
    """Return why a cycle does not count where its evidence is asked for; what rested on an erased person's is gone."""
    erased = case((~somebody(cycles.c.contact_id), literal(ERASED, String)), else_=null())
    return func.coalesce(cycle_excluded(cycles, cut, unknown), erased)


def deal_excluded(deals: Subquery, cut: Cut, unknown: Expression) -> Expression:
    """Return why a deal does not count, NULL when it does; `unknown` tells that the date asked for is missing."""
    kind = deals.c.pipeline_kind
    reasons: list[tuple[Expression, str]] = [
        (deals.c.outcome == Outcome.VOID.value, "void"),
        (or_(kind.is_(None), deals.c.outcome == Outcome.UNMAPPED.value), "unmapped"),
        (kind != "renewal", NO_RENEWAL) if cut.scope is Scope.RENEWALS else (kind == "renewal", "renewal"),
        (kind == "ignore", "ignored"),
    ]
    if cut.scope is Scope.NEW_BUSINESS:
        existing = or_(kind == "expansion", deals.c.deal_type == _EXISTING_BUSINESS)
        reasons += [(kind == "partner", "partner"), (existing, "expansion")]
    reasons += [(is_test(deals.c.primary_contact_id, cut), "test"), (unknown, "no_date")]
    return _first(reasons)


def _first(reasons: list[tuple[Expression, str]]) -> Expression:
    return case(*((when, literal(reason, String)) for when, reason in reasons), else_=null())


def without_events(contact_id: Expression, cut: Cut, into: FunnelStage | None = None) -> Expression:
    """Return whether the ledger has no stage event of a contact at all, whenever; or none into a stage."""
    event = tables.stage_events.alias("any_event")
    of_contact = select(event.c.seq).where(known(event, cut), event.c.contact_id == contact_id)
    return ~exists(of_contact if into is None else of_contact.where(event.c.to_stage == into.value))
