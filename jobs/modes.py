"""Modes that a person may set."""

from enum import StrEnum


class BackfillMode(StrEnum):
    """How the records of a stream are read in full."""

    #: Whatever spares calls that are short, or minutes.
    AUTO = "auto"
    LIST = "list"
    #: By export wherever one takes fewer calls.
    EXPORTS = "exports"


class Engine(StrEnum):
    """Who does the work of the schedule."""

    #: The daemon itself.
    EMBEDDED = "embedded"
    #: Workers, on any machine; the daemon that leads only defers jobs. PostgreSQL.
    DISTRIBUTED = "distributed"


class Exporter(StrEnum):
    """Where spans go: to a collector by OTLP over HTTP, or to standard error, one a line."""

    OTLP = "otlp"
    CONSOLE = "console"
