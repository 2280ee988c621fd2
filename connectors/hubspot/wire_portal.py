"""The JSON of a portal's own affairs: account, owners, pipelines, properties and their groups."""

import msgspec

from connectors.hubspot.wire import Paging, cursor_of


class Account(msgspec.Struct, rename="camel"):
    """The account's own facts."""

    portal_id: int | str
    time_zone: str = "UTC"
    company_currency: str | None = None
    account_type: str | None = None
    additional_currencies: list[str] | None = None


class Team(msgspec.Struct, gc=False):
    """A team of an owner."""

    name: str | None = None
    primary: bool = False


class Owner(msgspec.Struct, rename="camel"):
    """A user who can own records."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    user_id: int | str | None = None
    user_id_including_inactive: int | str | None = None
    teams: list[Team] = []
    archived: bool = False


class OwnerPage(msgspec.Struct):
    """A page of owners."""

    results: list[Owner]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class Stage(msgspec.Struct, rename="camel"):
    """A stage of a pipeline; `metadata` holds text, also for flags and numbers."""

    id: str
    label: str = ""
    display_order: int = 0
    metadata: dict[str, str | bool | float | None] = {}
    archived: bool = False


class Pipeline(msgspec.Struct, rename="camel"):
    """A pipeline with its stages."""

    id: str
    label: str = ""
    display_order: int = 0
    stages: list[Stage] = []
    archived: bool = False


class PipelineList(msgspec.Struct):
    """Every pipeline of an object type; not paged."""

    results: list[Pipeline]


class Option(msgspec.Struct, gc=False, rename="camel"):
    """An option of an enumeration."""

    value: str
    label: str = ""
    display_order: int = 0


class Modification(msgspec.Struct, gc=False, rename="camel"):
    """What may be changed about a property."""

    read_only_value: bool = False


class Property(msgspec.Struct, rename="camel"):
    """A property's definition."""

    name: str
    label: str = ""
    type: str = "string"
    field_type: str = "text"
    group_name: str = ""
    description: str | None = None
    options: list[Option] = []
    calculated: bool = False
    modification_metadata: Modification | None = None


class Choices(msgspec.Struct):
    """A property's options with all that is said of each."""

    options: list[dict[str, object]] = []


class PropertyList(msgspec.Struct):
    """Every property of an object type; not paged."""

    results: list[Property]


class Group(msgspec.Struct, gc=False):
    """A property group."""

    name: str


class GroupList(msgspec.Struct):
    """Every property group of an object type; not paged."""

    results: list[Group]
