"""How the reading of an account's journal stands: up to when it told, what failed, and what it may not have told."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.health.findings import Finding, Level
from jobs.webhooks.journal_place import Gap, open_streams, place_of
from jobs.webhooks.keeping import Outcome
from syncer.moments import SECOND, Millis, iso
from syncer.store import Unit

_MEND = "syncer reconcile --apply; the nightly full compare does it by itself"
_SHOW = "syncer webhooks show, then syncer webhooks apply --journal and syncer webhooks read-journal"


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalStanding:
    """One account's journal."""

    #: Up to when it was read; None never.
    until: Millis | None
    #: Milliseconds since then.
    lag: int | None
    files: int
    skipped_files: int
    #: Readings in a row that failed, and why the last did.
    failures: int
    why: str | None
    #: A time of which it may not have told everything; None where full compares of all streams came after.
    gap: Gap | None
    #: Streams that no full compare has mended since.
    open_streams: Sequence[str] = ()

    @property
    def troubles(self) -> Sequence[str]:
        """Return what is wrong, in words."""
        found = [] if not self.failures else [f"{self.failures:,} readings in a row failed ({self.why})"]
        if self.gap is not None:
            since = "its beginning" if self.gap.since is None else iso(self.gap.since)
            of = f" of {', '.join(self.open_streams)}" if self.open_streams else ""
            what = f"not everything{of} between {since} and {iso(self.gap.until)} was told"
            found.append(f"{what}; rounds read what changed, a full compare what is gone: syncer reconcile --apply")
        return found

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        gap = None if self.gap is None else self._gap(self.gap)
        return {
            "read_up_to": iso(self.until),
            "lag_seconds": None if self.lag is None else self.lag // SECOND,
            "files": self.files,
            "skipped_files": self.skipped_files,
            "failures": self.failures,
            "why": self.why,
            "gap": gap,
        }

    def _gap(self, gap: Gap) -> dict[str, object]:
        return {"since": iso(gap.since), "until": iso(gap.until), "streams": list(self.open_streams)}


def read_journal_standing(unit: Unit, account: str, now: Millis) -> JournalStanding | None:
    """Return how an account's journal stands at `now`, None where none was ever asked for."""
    place = place_of(unit, account)
    if place is None:
        return None
    counts = [unit.inbox.counts(name) for name in ("", account)]
    files, skipped = (
        sum(of[what.value].number for of in counts if what.value in of)
        for what in (Outcome.JOURNAL_FILES, Outcome.JOURNAL_FILES_SKIPPED)
    )
    untold = open_streams(unit, account, place.gap)
    return JournalStanding(
        until=place.until,
        lag=None if place.until is None else max(0, now - place.until),
        files=files,
        skipped_files=skipped,
        failures=place.failures,
        why=place.why,
        gap=place.gap if untold else None,
        open_streams=untold,
    )


def journal_findings(account: str, standing: JournalStanding | None) -> Sequence[Finding]:
    """Return what a look at an account that reads a journal finds."""
    if standing is None or standing.until is None:
        why = f": {standing.why}" if standing is not None and standing.why else ""
        what = f"the app's journal was never read{why}"
        return (Finding(level=Level.NOTE, area=account, what=what, remedy=_SHOW),)
    said = f"the app's journal was read up to {iso(standing.until)}"
    found = [Finding(level=Level.FINE, area=account, what=said)] if not standing.troubles else []
    return [
        *found,
        *(
            Finding(
                level=Level.NOTE, area=account, what=f"journal: {one}", remedy=_SHOW if standing.failures else _MEND
            )
            for one in standing.troubles
        ),
    ]
