"""What a full compare found: how far mirror and CRM have drifted apart. Names and ids, never values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

#: Findings that a stream names; the others are counted, so that memory stays flat.
MOST_NAMED = 1_000


class What(StrEnum):
    """How one record stands on the two sides."""

    #: The CRM has it; the mirror has not, or has it as gone.
    MISSING = "missing"
    #: Both have it, with other values or links.
    DIFFERS = "differs"
    #: The mirror has it; the CRM put it into its recycle bin.
    ARCHIVED = "archived"
    #: The mirror has it; the CRM knows it no more.
    DELETED = "deleted"
    #: The mirror has it; in the CRM it went into another.
    MERGED = "merged"


@dataclass(kw_only=True, slots=True)
class Finding:
    """One record that is not the same on both sides."""

    id: str
    what: What
    #: Names of the values that differ.
    properties: tuple[str, ...] = ()
    #: Kinds to which its links differ.
    links: tuple[str, ...] = ()
    #: The survivor of a merged record.
    into: str | None = None
    #: It changed after the last pull, which therefore missed nothing.
    not_yet_pulled: bool = False
    repaired: bool = False


@dataclass(kw_only=True, slots=True)
class StreamDrift:
    """Counts of one stream. What was not pulled yet is counted there and nowhere else."""

    #: Live records on either side before anything was repaired.
    crm: int = 0
    mirror: int = 0
    missing: int = 0
    differing: int = 0
    #: Records whose links differ, whether or not their values do.
    links: int = 0
    archived: int = 0
    deleted: int = 0
    merged: int = 0
    #: Records of any of these kinds: the pulls missed them, or the mirror lost them.
    faults: int = 0
    not_yet_pulled: int = 0
    #: Records with a value that cannot be read: dead letters.
    unreadable: int = 0
    #: Records that carry nothing to hold, such as a survey answer without a number.
    empty: int = 0
    repaired: int = 0
    #: Contacts whose counts of mails were taken over: the CRM moves no date for them, so no pull missed anything.
    counted_anew: int = 0
    #: Faults that stand.
    left: int = 0
    #: Name → records in which it differs.
    properties: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    #: Findings beyond those that are named.
    unnamed: int = 0
    api_calls: int = 0

    def note(self, found: Finding) -> None:
        """Count a finding, and name it while there is room."""
        if found.not_yet_pulled:
            self.not_yet_pulled += 1
        else:
            self._count(found)
        self.repaired += found.repaired
        if len(self.findings) < MOST_NAMED:
            self.findings.append(found)
        else:
            self.unnamed += 1

    def counts(self) -> dict[str, object]:
        """Return what a run keeps: everything but the findings."""
        return {name: value for name, value in asdict(self).items() if name != "findings"}

    def _count(self, found: Finding) -> None:
        self.faults += 1
        self.left += not found.repaired
        self.missing += found.what is What.MISSING
        self.differing += bool(found.properties)
        self.links += bool(found.links)
        self.archived += found.what is What.ARCHIVED
        self.deleted += found.what is What.DELETED
        self.merged += found.what is What.MERGED
        for name in found.properties:
            self.properties[name] = self.properties.get(name, 0) + 1


@dataclass(kw_only=True, slots=True)
class ReconcileResult:
    """What a full compare of one account found and mended: its JSON, and what the exit code depends on."""

    run: str
    account: str
    applied: bool
    streams: dict[str, StreamDrift] = field(default_factory=dict)
    #: stream → why it was not compared.
    skipped: dict[str, str] = field(default_factory=dict)
    #: stream → the error that stopped it.
    halted: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)

    def sums(self) -> Mapping[str, int]:
        """Return the counts of all streams together."""
        each = self.streams.values()
        return {
            "compared": sum(one.crm for one in each),
            "faults": sum(one.faults for one in each),
            "not_yet_pulled": sum(one.not_yet_pulled for one in each),
            "unreadable": sum(one.unreadable for one in each),
            "repaired": sum(one.repaired for one in each),
            "left": sum(one.left for one in each),
        }
