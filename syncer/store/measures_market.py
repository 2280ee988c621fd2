"""The market and who may be written to: companies, contacts created, consent; and the visits that were brought in."""

from collections.abc import Iterator

from sqlalchemy import Connection, FromClause, and_, case, exists, func, literal, null, or_, select, union

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.periods import Window
from syncer.kpis.ports import Cut
from syncer.kpis.work import ConsentCount, MarketCount, Share
from syncer.store import tables
from syncer.store.measures_people import member
from syncer.store.measures_populations import cycles_as_of, deals_as_of, is_test
from syncer.store.measures_queries import companies_by_stage, grouped
from syncer.store.measures_segments import contact_segment, reader
from syncer.store.measures_time import Expression, inside

#: Legal bases that are a contact's own consent, as CRMs word them, in lower case.
_CONSENTS = ("%consent from contact%", "%einwilligung%")


def market(connection: Connection, cut: Cut) -> Iterator[MarketCount]:
    """Count the companies of the market by stage, by whether we know anybody there, and by whether they ever bought."""
    keys, standing = companies_by_stage(cut)
    company, state, person = tables.companies, tables.company_states, tables.contacts.alias("anybody")
    in_tam = exists(
        select(state.c.company_id).where(
            state.c.account == cut.account, state.c.company_id == company.c.id, state.c.in_tam.is_(True)
        )
    )
    known_person = exists(
        select(person.c.id).where(
            person.c.account == cut.account, person.c.company_id == company.c.id, _alive(person, cut)
        )
    )
    flags = [case((known_person, 1), else_=0), case((company.c.id.in_(_customers(cut)), 1), else_=0)]
    read = reader(cut)
    for *segment, stage, contacted, bought, units in grouped(connection, [*keys, *flags], standing.where(in_tam)):
        yield MarketCount(read(segment), FunnelStage(stage), bool(contacted), bool(bought), units)


def _alive(contact: FromClause, cut: Cut) -> Expression:
    return and_(
        contact.c.merged_into.is_(None),
        or_(contact.c.created_at.is_(None), contact.c.created_at <= cut.as_of),
        or_(contact.c.archived_at.is_(None), contact.c.archived_at > cut.as_of),
    )


def _customers(cut: Cut) -> Expression:
    """Return the companies that have a won cycle or a won deal."""
    cycle, deal, person = cycles_as_of(cut), deals_as_of(cut), tables.contacts.alias("buyer")
    by_cycle = (
        select(person.c.company_id)
        .select_from(person.join(cycle, cycle.c.contact_id == person.c.id))
        .where(person.c.account == cut.account, person.c.company_id.is_not(None), cycle.c.outcome == Outcome.WON.value)
    )
    by_deal = select(deal.c.company_id).where(
        deal.c.outcome == Outcome.WON.value, deal.c.company_id.is_not(None), deal.c.pipeline_kind != "ignore"
    )
    return union(by_cycle, by_deal).scalar_subquery()


def consents(connection: Connection, cut: Cut) -> Iterator[ConsentCount]:
    """Count contacts by consent, as the mirror holds it now."""
    contact, read = tables.contacts, reader(cut)
    basis = func.lower(member(contact.c.fields, "consent"))
    consented = case((basis.is_(None), null()), (or_(*(basis.like(one) for one in _CONSENTS)), 1), else_=0)
    reachable = and_(contact.c.email.is_not(None), contact.c.opted_out.is_(False), contact.c.bounced.is_(False))
    keys = [
        *contact_segment(contact, cut),
        case((is_test(contact.c.id, cut), literal("test")), else_=null()),
        consented,
        case((reachable, 1), else_=0),
    ]
    chosen = select(contact.c.id).where(contact.c.account == cut.account, _alive(contact, cut))
    for *segment, excluded, agreed, reached, units in grouped(connection, keys, chosen):
        yield ConsentCount(read(segment), excluded, None if agreed is None else bool(agreed), bool(reached), units)


def arrivals(connection: Connection, cut: Cut, window: Window) -> Iterator[Share]:
    """Count contacts created inside the window."""
    contact, read = tables.contacts, reader(cut)
    keys = [*contact_segment(contact, cut), case((is_test(contact.c.id, cut), literal("test")), else_=null())]
    chosen = select(contact.c.id).where(
        contact.c.account == cut.account, _alive(contact, cut), inside(contact.c.created_at, window)
    )
    for *segment, excluded, units in grouped(connection, keys, chosen):
        yield Share(read(segment), excluded, 0, units)
