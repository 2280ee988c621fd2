"""Where each API family lives: one version a family, overridable, and every path in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from syncer.errors import ConfigError, Problem

CURRENT = "2026-09"


@dataclass(frozen=True, kw_only=True, slots=True)
class Versions:
    """The version of each API family, as it stands in paths.

    Properties, groups, pipelines and owners go through the official client, whose paths are v3.
    """

    objects: str = CURRENT
    associations: str = CURRENT
    account_info: str = CURRENT
    campaigns: str = CURRENT
    events: str = CURRENT
    #: Dated paths of forms are betas only.
    forms: str = "v3"
    #: No dated successor is known of these two (2026-11).
    form_submissions: str = "v1"
    email_events: str = "v1"

    def list_objects(self, stream: str) -> str:
        """Path of the full list of an object type."""
        return _objects(self.objects, stream)

    def batch_read(self, stream: str) -> str:
        """Path that reads up to 100 records by id."""
        return f"{_objects(self.objects, stream)}/batch/read"

    def batch_update(self, stream: str) -> str:
        """Path that updates up to 100 records by id."""
        return f"{_objects(self.objects, stream)}/batch/update"

    def search(self, stream: str) -> str:
        """Path of an object type's search."""
        return f"{_objects(self.objects, stream)}/search"

    def links(self, from_stream: str, to_stream: str) -> str:
        """Path that reads the associations of up to 1,000 records."""
        pair = f"{from_stream}/{to_stream}/batch/read"
        if _is_dated(self.associations):
            return f"/crm/associations/{self.associations}/{pair}"
        return f"/crm/{self.associations}/associations/{pair}"

    def account(self) -> str:
        """Path of the account's own facts."""
        return f"/account-info/{self.account_info}/details"

    def list_campaigns(self) -> str:
        """Path of the campaign list."""
        if _is_dated(self.campaigns):
            return f"/marketing/campaigns/{self.campaigns}"
        return f"/marketing/{self.campaigns}/campaigns"

    def list_forms(self) -> str:
        """Path of the form list."""
        if _is_dated(self.forms):
            return f"/marketing/forms/{self.forms}"
        return f"/marketing/{self.forms}/forms"

    def submissions(self, form_id: str) -> str:
        """Path of one form's submissions, newest first."""
        return f"/form-integrations/{self.form_submissions}/submissions/forms/{form_id}"

    def mail_events(self) -> str:
        """Path of marketing e-mail events."""
        return f"/email/public/{self.email_events}/events"

    def occurrences(self) -> str:
        """Path of page views and custom events."""
        if _is_dated(self.events):
            return f"/events/event-occurrences/{self.events}"
        return f"/events/{self.events}/events"


def _is_dated(version: str) -> bool:
    return version[:1].isdigit()


def _objects(version: str, stream: str) -> str:
    return f"/crm/objects/{version}/{stream}" if _is_dated(version) else f"/crm/{version}/objects/{stream}"


def versions_with(overrides: Mapping[str, str] | None) -> Versions:
    """Return the default versions with some families overridden. Raises ConfigError for an unknown family."""
    known = {field.name for field in fields(Versions)}
    unknown = sorted(set(overrides or {}) - known)
    if unknown:
        hint = f"one of {', '.join(sorted(known))}"
        raise ConfigError(
            [Problem(message="unknown API family", key=f"versions.{name}", hint=hint) for name in unknown]
        )
    return replace(Versions(), **dict(overrides or {}))


#: The scope a stream's endpoints need, for the hint of MissingScope.
READ_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "contacts": "crm.objects.contacts.read",
        "companies": "crm.objects.companies.read",
        "deals": "crm.objects.deals.read",
        "calls": "crm.objects.contacts.read",
        "emails": "sales-email-read and crm.objects.contacts.read",
        "meetings": "crm.objects.contacts.read",
        "notes": "crm.objects.contacts.read",
        "tasks": "crm.objects.contacts.read",
        "communications": "crm.objects.contacts.read",
        "leads": "crm.objects.leads.read (and Sales Hub Professional)",
        "quotes": "crm.objects.quotes.read",
        "feedback_submissions": "crm.objects.feedback_submissions.read and crm.objects.contacts.read",
        "campaigns": "marketing.campaigns.read",
        "form_submissions": "forms",
        "email_clicks": "content",
        "page_views": "business-intelligence (and an Enterprise hub)",
        "owners": "crm.objects.owners.read",
        "pipelines": "crm.objects.deals.read",
    }
)


def write_scope(stream: str) -> str:
    """Return the scope that writing records of a stream needs."""
    return f"crm.objects.{stream}.write"


def schema_scope(stream: str) -> str:
    """Return the scope that creating properties of a stream needs."""
    return f"crm.schemas.{stream}.write"
