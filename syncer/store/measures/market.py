"""Who may be written to, and who reads it: contacts created, consent, mails delivered."""

from collections.abc import Iterator

from sqlalchemy import BigInteger, Connection, FromClause, and_, case, cast, func, literal, null, or_, select

from syncer.kpis.asked.ports import Cut
from syncer.kpis.asked.work import ConsentCount, MailCount, Share
from syncer.kpis.periods import Window
from syncer.store import tables
from syncer.store.measures.people import member
from syncer.store.measures.populations import is_test
from syncer.store.measures.queries import grouped, summed
from syncer.store.measures.segments import contact_segment, reader
from syncer.store.measures.time import Expression, inside, number

#: Legal bases that are a contact's own consent, as CRMs word them, in lower case.
_CONSENTS = ("%consent from contact%", "%einwilligung%")


def alive(contact: FromClause, cut: Cut) -> Expression:
    """Return whether a contact had been created by as_of and was not archived."""
    return and_(
        contact.c.merged_into.is_(None),
        or_(contact.c.created_at.is_(None), contact.c.created_at <= cut.as_of),
        or_(contact.c.archived_at.is_(None), contact.c.archived_at > cut.as_of),
    )


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
    chosen = select(contact.c.id).where(contact.c.account == cut.account, alive(contact, cut))
    for *segment, excluded, agreed, reached, units in grouped(connection, keys, chosen):
        yield ConsentCount(read(segment), excluded, None if agreed is None else bool(agreed), bool(reached), units)


def mails(connection: Connection, cut: Cut) -> Iterator[MailCount]:
    """Sum up the mails of contacts to whom any were delivered; more clicked than delivered is excluded."""
    contact, read = tables.contacts, reader(cut)
    delivered, clicked = (
        func.coalesce(cast(member(contact.c.fields, name), BigInteger), number(0))
        for name in ("mails_delivered", "mails_clicked")
    )
    excluded = case(
        (is_test(contact.c.id, cut), literal("test")), (clicked > delivered, literal("more_clicks")), else_=null()
    )
    keys = [*contact_segment(contact, cut), excluded]
    told = or_(delivered > 0, clicked > 0)
    chosen = select(contact.c.id).where(contact.c.account == cut.account, alive(contact, cut), told)
    for *segment, why, units, _, sent, _, followed in summed(connection, keys, chosen, [delivered, clicked]):
        yield MailCount(read(segment), why, units, int(sent), int(followed))


def arrivals(connection: Connection, cut: Cut, window: Window) -> Iterator[Share]:
    """Count contacts created inside the window."""
    contact, read = tables.contacts, reader(cut)
    keys = [*contact_segment(contact, cut), case((is_test(contact.c.id, cut), literal("test")), else_=null())]
    chosen = select(contact.c.id).where(
        contact.c.account == cut.account, alive(contact, cut), inside(contact.c.created_at, window)
    )
    for *segment, excluded, units in grouped(connection, keys, chosen):
        yield Share(read(segment), excluded, 0, units)
