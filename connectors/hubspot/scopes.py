"""The scopes that HubSpot asks for, by stream and deed."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

_CONTACTS = "crm.objects.contacts.read"

#: What reading a stream takes; every scope of a line is needed.
READS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "contacts": (_CONTACTS,),
        "companies": ("crm.objects.companies.read",),
        "deals": ("crm.objects.deals.read",),
        "calls": (_CONTACTS,),
        "emails": ("sales-email-read", _CONTACTS),
        "meetings": (_CONTACTS,),
        "notes": (_CONTACTS,),
        "tasks": (_CONTACTS,),
        "communications": (_CONTACTS,),
        "leads": ("crm.objects.leads.read",),
        "quotes": ("crm.objects.quotes.read",),
        "feedback_submissions": ("crm.objects.feedback_submissions.read", _CONTACTS),
        "campaigns": ("marketing.campaigns.read",),
        "exchange_rates": ("settings.currencies.read",),
        "form_submissions": ("forms",),
        "email_clicks": ("content",),
        "page_views": ("business-intelligence",),
        "owners": ("crm.objects.owners.read",),
        "pipelines": ("crm.objects.deals.read",),
    }
)
#: What no scope gives.
_ALSO = {"page_views": " (and an Enterprise hub)", "leads": " (and Sales Hub Professional)"}
#: READS in words, for the hint of MissingScope.
READ_SCOPES: Mapping[str, str] = MappingProxyType(
    {stream: " and ".join(names) + _ALSO.get(stream, "") for stream, names in READS.items()}
)


#: Activities have no scopes of their own: they are written with that of contacts.
_OF_CONTACTS = frozenset({"notes", "tasks"})


def write_scope(stream: str) -> str:
    """Return the scope that writing records of a stream needs."""
    return f"crm.objects.{'contacts' if stream in _OF_CONTACTS else stream}.write"


def schema_scope(stream: str) -> str:
    """Return the scope that creating properties of a stream needs."""
    return f"crm.schemas.{stream}.write"
