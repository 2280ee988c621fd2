"""One day of a source in a web analytics tool."""

from dataclasses import dataclass

#: The source of visits of which the tool knows none: they count in the whole, and as those of no source.
UNKNOWN = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitLine:
    """What a tool counted on one local day for one source; None is not told."""

    #: Days since 1970-01-01.
    day: int
    source: str
    #: The tool, or how it defines a session: figures of two definitions are never added.
    definition: str
    sessions: int
    #: Sessions with a single interaction.
    bounced: int | None = None
    #: Sessions whose length could be measured, and their length altogether in seconds.
    timed: int | None = None
    seconds: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    likes: int | None = None
