"""What rules call a contact's facts: `contact.seniority`, `company.employees`, `email_domain`, `hard_bounce`, ..."""

from collections.abc import Callable, Collection

from syncer.funnel.facts import ContactFacts
from syncer.records import Company, Contact, Value

Getter = Callable[[ContactFacts, int], Value]

#: Known only while engagement runs; a profile never has it.
IDLE_DAYS = "days_since_last_activity"
#: The moment of deciding: always known, so no part of a profile.
AS_OF = "as_of"

_OPAQUE = {"fields", "held", "merged_ids"}
_CONTACT = frozenset(Contact.__struct_fields__) - _OPAQUE
_COMPANY = frozenset(Company.__struct_fields__) - _OPAQUE


def getter(name: str, own_domains: Collection[str]) -> Getter:
    """Return how to read a name from a contact's facts; a fact that is not there reads as None."""
    prefix, _, rest = name.partition(".")
    if rest and prefix == "contact":
        return _contact(rest)
    if rest and prefix == "company":
        return _company(rest)
    if name == "employee":
        said, domains = _flag(name), frozenset(domain.lower() for domain in own_domains)
        return (lambda facts, as_of: email_domain(facts, as_of) in domains or said(facts, as_of)) if domains else said
    return _BARE.get(name) or _flag(name)


def email_domain(facts: ContactFacts, _as_of: int) -> str | None:
    """Return the part behind the @, lower case; None without an address."""
    email = facts.contact.email
    return None if email is None else email.rpartition("@")[2].lower() or None


def _contact(name: str) -> Getter:
    if name in _CONTACT:
        return lambda facts, _: getattr(facts.contact, name)
    return lambda facts, _: facts.contact.fields.get(name)


def _company(name: str) -> Getter:
    if name in _COMPANY:
        return lambda facts, _: None if facts.company is None else getattr(facts.company, name)
    return lambda facts, _: None if facts.company is None else facts.company.fields.get(name)


def _flag(name: str) -> Getter:
    """Return how to read a field of the contact, else of the company; text that spells a truth is one."""

    def read(facts: ContactFacts, _as_of: int) -> Value:
        value = facts.contact.fields.get(name)
        if value is None and facts.company is not None:
            value = facts.company.fields.get(name)
        return _TRUTHS.get(value.lower(), value) if isinstance(value, str) else value

    return read


_TRUTHS: dict[str, bool | None] = {"true": True, "false": False, "": None}

_BARE: dict[str, Getter] = {
    "email_domain": email_domain,
    "hard_bounce": lambda facts, _: facts.contact.bounced,
    "opted_out": lambda facts, _: facts.contact.opted_out,
    "lead_status": lambda facts, _: facts.contact.lead_status,
    "lifecycle": lambda facts, _: facts.contact.lifecycle,
    "source": lambda facts, _: facts.contact.source,
    "country": lambda facts, _: facts.contact.country,
    "as_of": lambda _, as_of: as_of,
}
