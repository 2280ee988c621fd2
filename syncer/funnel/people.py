"""What the rules of delayed sales read of a deal's people: its primary contact and its company."""

from collections.abc import Sequence

from syncer.agreement.model import Agreement
from syncer.scoring.names import Getter, getter

_OF_PEOPLE = ("contact.", "company.", "email_domain", "country", "competitor", "employee", "objected_profiling")
#: What we write ourselves: as a fact about a deal it would confirm our own words.
_TOLD = frozenset({"contact.lifecycle", "contact.lead_status", "company.lifecycle"})


def people_in(agreement: Agreement) -> Sequence[tuple[str, Getter]]:
    """Return what conditions on deals read of people; lifecycle and lead status are left to the contact's replay."""
    delays = agreement.delays
    conditions = (*delays.never, *delays.unless_explicit, *delays.skip_if, *(rule.when for rule in delays.rules))
    names = {name for one in conditions for name in one.names if name.startswith(_OF_PEOPLE)} - _TOLD
    return [(name, getter(name, agreement.calendar.own_domains)) for name in sorted(names)]
