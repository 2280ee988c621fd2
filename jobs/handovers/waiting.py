"""Who waits for sales now, until when, and who has to hear of it: the service level as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.deciding.derive import Clocks
from jobs.handovers.cards import Card
from jobs.handovers.experience import RatesOf, base_rates
from jobs.handovers.handover import Handed, handovers
from jobs.wording.words import Language
from syncer.agreement import Agreement
from syncer.errors import Missing
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import Status, Store
from syncer.store.desk.notices import NoticeEntry, Settled


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One lead that waits for sales."""

    contact_id: str
    handed: Handed
    #: What became of its card; None where none was wanted.
    card: NoticeEntry | None

    @property
    def heard_by(self) -> str | None:
        """Who has to hear of the lead by now: the last level that was reached."""
        reached = [one.to for one in self.handed.sla.levels if one.is_reached]
        return reached[-1] if reached else None

    def as_dict(self) -> Mapping[str, object]:
        """Return the machine form."""
        card = self.card
        told = None if card is None else {"id": card.crm_id, "status": card.status, "error": card.error}
        return {"contact": self.contact_id, **self.handed.sla.as_dict(), "heard_by": self.heard_by, "card": told}


def waiting(store: Store, agreement: Agreement, account: str, clocks: Clocks) -> Sequence[Waiting]:
    """Return every lead that waits for sales, the one that is due first before the others."""
    with store.snapshot() as unit:
        ids = unit.notices.waiting(account, Millis(0))
        told = unit.notices.about(account, Kind.CONTACT, ids)
        found = [
            Waiting(contact_id=one.facts.contact.id, handed=one, card=_card(one, told.get(one.facts.contact.id, ())))
            for one in handovers(unit, agreement, account, clocks).of(ids)
        ]
    return sorted(found, key=lambda one: (one.handed.sla.touch_due_at, one.contact_id))


def card_for(
    store: Store,
    agreement: Agreement,
    account: str,
    id_or_email: str,
    *,
    clocks: Clocks,
    lang: Language,
    rates: RatesOf = base_rates,
) -> Card | None:
    """Return a contact's card, or None where its present cycle has no hand-over; Missing without such a contact."""
    with store.snapshot() as unit:
        contact = unit.mirror.contact(account, id_or_email)
        if contact is None:
            raise Missing("no such contact in the mirror", account=account, hint="syncer pull, or syncer dead-letters")
        found = handovers(unit, agreement, account, clocks, rates)
        return next((found.card(one, lang) for one in found.of([contact.id])), None)


def retry(store: Store, account: str, clocks: Clocks) -> int:
    """Make cards and proposals that the CRM refused open again; return how many were."""
    with store.commit() as unit:
        failed = unit.notices.failed(account)
        for one in failed:
            unit.notices.settle(account, one.notice.key, Settled(status=Status.PENDING), clocks.known_at)
    return len(failed)


def _card(one: Handed, entries: Sequence[NoticeEntry]) -> NoticeEntry | None:
    """Return the notice of the present hand-over; earlier ones of the same contact are none."""
    mine = [entry for entry in entries if entry.notice.at >= one.sla.handed_at]
    return mine[-1] if mine else None
