"""Conditions that are asked of people: of a contact and its company, alone or as those of a deal."""

from collections.abc import Callable, Collection, Sequence

from syncer.agreement.model import Agreement
from syncer.expressions import Condition
from syncer.funnel.facts import ContactFacts
from syncer.scoring.names import Getter, getter

_OF_PEOPLE = ("contact.", "company.", "email_domain", "country", "competitor", "employee", "objected_profiling")
#: What we write ourselves: as a fact about a deal it would confirm our own words.
_TOLD = frozenset({"contact.lifecycle", "contact.lead_status", "company.lifecycle"})


def people_in(agreement: Agreement) -> Sequence[tuple[str, Getter]]:
    """Return what conditions on deals read of people; lifecycle and lead status are left to the contact's replay."""
    names = {name for one in agreement.delays.conditions for name in one.names if name.startswith(_OF_PEOPLE)} - _TOLD
    return [(name, getter(name, agreement.calendar.own_domains)) for name in sorted(names)]


def dates_in(agreement: Agreement) -> tuple[Collection[str], Collection[float]]:
    """Return the dates that conditions on deals read, and how many days around them an answer can turn."""
    dates = [one.dates for one in agreement.delays.conditions if one.dates.names]
    return sorted({name for one in dates for name in one.names}), sorted({days for one in dates for days in one.days})


def asker(condition: Condition | None, own_domains: Collection[str]) -> Callable[[ContactFacts, int], bool] | None:
    """Return what asks a condition of a contact and its company."""
    if condition is None:
        return None
    getters = [(name, getter(name, own_domains)) for name in sorted(condition.names)]

    def holds(facts: ContactFacts, as_of: int) -> bool:
        return condition({name: read(facts, as_of) for name, read in getters})

    return holds
