"""What a run did, counted per stream: the numbers of its summary line and its JSON."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jobs.pulling.completeness import StreamProof
from jobs.pulling.ways import Way


@dataclass(kw_only=True, slots=True)
class StreamCount:
    """Counts of one stream in one run."""

    read: int = 0
    created: int = 0
    updated: int = 0
    archived: int = 0
    buried: int = 0
    #: Records not taken in, since their people were erased or pruned.
    forgotten: int = 0
    #: Events not taken in, since the agreement demands a consent that was not given.
    without_consent: int = 0
    #: Calls that the stream's pages, links and versions cost.
    api_calls: int = 0


@dataclass(kw_only=True, slots=True)
class PullCount:
    """What a pull did."""

    streams: dict[str, StreamCount] = field(default_factory=dict)
    #: stream → why it was left out.
    skipped: dict[str, str] = field(default_factory=dict)
    #: stream → the error that stopped it.
    halted: dict[str, str] = field(default_factory=dict)

    #: stream → how complete its full pull was.
    proof: dict[str, StreamProof] = field(default_factory=dict)
    #: stream → which way its full pull went, and why.
    ways: dict[str, Way] = field(default_factory=dict)

    def of(self, stream: str) -> StreamCount:
        """Return the counts of a stream, begun at zero."""
        return self.streams.setdefault(stream, StreamCount())

    @property
    def bringing(self) -> Collection[str]:
        """Streams that brought something new, or that something is gone."""
        return [stream for stream, one in self.streams.items() if one.created + one.updated + one.archived > 0]

    def with_calls(self, calls: Mapping[str, int]) -> None:
        """Take over what the connector counted."""
        for stream, number in calls.items():
            if stream in self.streams:
                self.streams[stream].api_calls = number
