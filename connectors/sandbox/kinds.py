"""The kinds of record that the sandbox keeps, and every name HubSpot lets a caller use for them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of record."""

    #: Plural, as in paths.
    name: str
    #: Singular, as in association types and messages.
    singular: str
    type_id: str
    #: Properties that carry creation and last change.
    created: str
    modified: str
    #: Returned when a caller names no properties.
    view: tuple[str, ...] = ()
    #: Returned by a search that names no properties.
    search_view: tuple[str, ...] = ()
    #: Properties that a search's free text looks into.
    searched: tuple[str, ...] = ()
    #: A new record needs at least one property of every group.
    required: tuple[tuple[str, ...], ...] = ()
    read_scopes: tuple[str, ...] = ()
    #: Empty for kinds that nobody can write.
    write_scopes: tuple[str, ...] = ()
    schema_scope: str = "crm.schemas.contacts"
    mergeable: bool = False

    @property
    def legacy(self) -> str:
        """The name in HubSpot's older messages."""
        return self.singular.upper()

    @property
    def always(self) -> tuple[str, ...]:
        """Properties that every answer carries."""
        return (self.created, "hs_object_id", self.modified)


_CONTACT_READ = ("crm.objects.contacts.read",)
_CONTACT_WRITE = ("crm.objects.contacts.write",)


def _activity(name: str, singular: str, type_id: str, *, required: tuple[str, ...], read: tuple[str, ...] = ()) -> Kind:
    return Kind(
        name=name,
        singular=singular,
        type_id=type_id,
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        required=tuple((name,) for name in required),
        read_scopes=_CONTACT_READ + read,
        write_scopes=_CONTACT_WRITE,
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        name="contacts",
        singular="contact",
        type_id="0-1",
        created="createdate",
        modified="lastmodifieddate",
        view=("email", "firstname", "lastname"),
        search_view=("company", "email", "firstname", "lastname", "phone", "website"),
        searched=("firstname", "lastname", "email", "phone", "company", "hs_additional_emails"),
        required=(("email", "firstname", "lastname"),),
        read_scopes=_CONTACT_READ,
        write_scopes=_CONTACT_WRITE,
        mergeable=True,
    ),
    Kind(
        name="companies",
        singular="company",
        type_id="0-2",
        created="createdate",
        modified="hs_lastmodifieddate",
        view=("domain", "name"),
        search_view=("domain", "name", "website"),
        searched=("name", "domain", "phone", "website"),
        required=(("name", "domain"),),
        read_scopes=("crm.objects.companies.read",),
        write_scopes=("crm.objects.companies.write",),
        schema_scope="crm.schemas.companies",
        mergeable=True,
    ),
    Kind(
        name="deals",
        singular="deal",
        type_id="0-3",
        created="createdate",
        modified="hs_lastmodifieddate",
        view=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        search_view=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        searched=("dealname", "dealtype", "description", "pipeline", "dealstage"),
        required=(("dealname",), ("dealstage",)),
        read_scopes=("crm.objects.deals.read",),
        write_scopes=("crm.objects.deals.write",),
        schema_scope="crm.schemas.deals",
        mergeable=True,
    ),
    _activity("calls", "call", "0-48", required=("hs_timestamp",)),
    _activity("emails", "email", "0-49", required=("hs_timestamp", "hs_email_direction"), read=("sales-email-read",)),
    _activity("meetings", "meeting", "0-47", required=("hs_timestamp",)),
    _activity("notes", "note", "0-46", required=("hs_timestamp",)),
    _activity("tasks", "task", "0-27", required=("hs_timestamp",)),
    _activity("communications", "communication", "0-18", required=("hs_timestamp", "hs_communication_channel_type")),
    Kind(
        name="leads",
        singular="lead",
        type_id="0-136",
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        view=("hs_lead_name",),
        search_view=("hs_lead_name",),
        searched=("hs_lead_name",),
        required=(("hs_lead_name",),),
        read_scopes=("crm.objects.leads.read",),
        write_scopes=("crm.objects.leads.write",),
    ),
    Kind(
        name="feedback_submissions",
        singular="feedback_submission",
        type_id="0-19",
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        searched=("hs_submission_name", "hs_content"),
        read_scopes=(*_CONTACT_READ, "crm.objects.feedback_submissions.read"),
    ),
    Kind(
        name="quotes",
        singular="quote",
        type_id="0-14",
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        search_view=("hs_expiration_date", "hs_public_url_key", "hs_status", "hs_title"),
        searched=("hs_title",),
        required=(("hs_title",), ("hs_expiration_date",)),
        read_scopes=("crm.objects.quotes.read",),
        write_scopes=("crm.objects.quotes.write",),
    ),
)

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
ACTIVITIES = ("calls", "emails", "meetings", "notes", "tasks", "communications")
_BY_ALIAS: Mapping[str, Kind] = {
    alias: kind for kind in KINDS for alias in (kind.name, kind.singular, kind.type_id, f"{kind.singular}s")
}


def find_kind(alias: str) -> Kind | None:
    """Return the kind that a path names in any of HubSpot's ways, or None."""
    return _BY_ALIAS.get(alias.lower())
