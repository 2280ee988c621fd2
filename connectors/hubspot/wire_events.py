"""The JSON of what people did: forms, submissions, marketing mails and events."""

import msgspec

from connectors.hubspot.wire import Paging, cursor_of


class Form(msgspec.Struct, gc=False, rename="camel"):
    """A form's definition, as far as it matters."""

    id: str
    name: str | None = None
    archived_at: str | int | None = None


class FormPage(msgspec.Struct):
    """A page of forms."""

    results: list[Form]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class Field(msgspec.Struct, gc=False):
    """One field of a submission; several answers come as one text, as a list, or as fields of one name."""

    name: str
    value: object = None


class Submission(msgspec.Struct, rename="camel"):
    """One submission; HubSpot gives no contact id with it."""

    submitted_at: int
    conversion_id: str | None = None
    page_url: str | None = None
    values: list[Field] = []


class SubmissionPage(msgspec.Struct):
    """A page of submissions, newest first."""

    results: list[Submission]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class MailEvent(msgspec.Struct, rename="camel"):
    """One thing that happened to one marketing e-mail."""

    id: str
    created: int
    recipient: str | None = None
    email_campaign_id: int | str | None = None
    url: str | None = None
    subject: str | None = None


class MailEventPage(msgspec.Struct, rename="camel"):
    """A page of e-mail events; `offset` leads on while `hasMore` holds."""

    events: list[MailEvent]
    has_more: bool = False
    offset: str | int | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return str(self.offset) if self.has_more and self.offset is not None else None


class Occurrence(msgspec.Struct, rename="camel"):
    """One page view or custom event."""

    id: str
    object_id: int | str
    occurred_at: str
    properties: dict[str, str | None] = {}


class OccurrencePage(msgspec.Struct):
    """A page of occurrences."""

    results: list[Occurrence]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)
