"""What a portal holds besides CRM records: account, owners, pipelines, forms, campaigns, events, tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.sandbox.definitions import EPOCH
from syncer.moments import Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The portal's own facts."""

    portal_id: int = 48_000_001
    account_type: str = "STANDARD"
    time_zone: str = "Europe/Berlin"
    currency: str = "EUR"
    more_currencies: tuple[str, ...] = ()
    #: Currency code to how much of the company currency one unit is worth.
    rates: Mapping[str, float] = field(default_factory=dict)
    ui_domain: str = "app-eu1.hubspot.com"
    hosting: str = "eu1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A user who can own records."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    user_id: int | None = None
    #: (id, name, primary).
    teams: tuple[tuple[str, str, bool], ...] = ()
    archived: bool = False
    created: Millis = EPOCH
    updated: Millis = EPOCH


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stage of a pipeline; metadata values are texts, as HubSpot sends them."""

    id: str
    label: str
    position: int
    metadata: Mapping[str, str]
    created: Millis = EPOCH

    @property
    def closed(self) -> bool:
        """Whether a deal in this stage is done."""
        return self.metadata.get("isClosed") == "true"

    @property
    def probability(self) -> float | None:
        """How likely a deal in this stage is to be won."""
        raw = self.metadata.get("probability")
        return float(raw) if raw else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """An ordered list of stages for one kind of record."""

    id: str
    label: str
    position: int
    stages: tuple[Stage, ...]
    kind: str = "deals"
    created: Millis = EPOCH
    #: Not there any more: what a portal without HubSpot's default pipeline says of it.
    archived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form's definition."""

    id: str
    name: str
    created: Millis = EPOCH
    archived: bool = False
    archived_at: Millis | None = None
    #: hubspot, captured, flow, blog_comment.
    form_type: str = "hubspot"


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One filled form."""

    form_id: str
    conversion_id: str
    submitted: Millis
    page_url: str | None
    #: (field, value).
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailEvent:
    """What one recipient did with one marketing e-mail."""

    id: str
    recipient: str
    type: str
    created: Millis
    campaign_id: int | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One event on a record's timeline, such as a page view."""

    id: str
    event_type: str
    object_type: str
    object_id: str
    occurred: Millis
    properties: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spend:
    """Money planned for or spent on a campaign; the amount as text, exact."""

    id: str
    name: str
    amount: str
    created: Millis
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """A marketing campaign."""

    id: str
    properties: Mapping[str, str]
    created: Millis
    updated: Millis
    spend: tuple[Spend, ...] = ()
    budget: tuple[Spend, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a bearer token may do. `scopes` None means everything."""

    app_id: str
    scopes: frozenset[str] | None = None
    #: None never ends.
    ends: Millis | None = None
    #: Of an app itself, by its client credentials.
    is_app: bool = False


def default_pipeline() -> Pipeline:
    """Return the deal pipeline that every new portal has."""
    rows = (
        ("appointmentscheduled", "Appointment Scheduled", "0.2", "false"),
        ("qualifiedtobuy", "Qualified To Buy", "0.4", "false"),
        ("presentationscheduled", "Presentation Scheduled", "0.6", "false"),
        ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8", "false"),
        ("contractsent", "Contract Sent", "0.9", "false"),
        ("closedwon", "Closed Won", "1.0", "true"),
        ("closedlost", "Closed Lost", "0.0", "true"),
    )
    stages = tuple(
        Stage(id=id_, label=label, position=position, metadata={"isClosed": closed, "probability": probability})
        for position, (id_, label, probability, closed) in enumerate(rows)
    )
    return Pipeline(id="default", label="Sales Pipeline", position=0, stages=stages)
