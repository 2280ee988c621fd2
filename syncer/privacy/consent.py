"""Whose events may be taken in: the agreement's condition on a contact, as one question."""

from collections.abc import Callable

from syncer.agreement import Agreement, Ground
from syncer.funnel.facts import ContactFacts
from syncer.records import Contact
from syncer.scoring.names import getter


def consent_test(agreement: Agreement) -> Callable[[Contact, int], bool]:
    """Return what says whether a contact consented, at a moment; what is not known is no consent."""
    condition = agreement.condition(agreement.consent.given, Ground.PROFILE)
    read = {name: getter(name, agreement.calendar.own_domains) for name in condition.names}

    def has_consented(contact: Contact, as_of: int) -> bool:
        facts = ContactFacts(contact=contact, company=None, evidence=(), deals=())
        return condition({name: value(facts, as_of) for name, value in read.items()})

    return has_consented
