"""How an account's webhooks stand: what came, what was refused and why, what waits, and whether silence is real."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.health.findings import Finding, Level
from jobs.webhooks.keeping import Outcome
from jobs.wording.counted import plural
from syncer.moments import DAY, SECOND, Millis, iso
from syncer.store import ErasureRequest, Tally, Unit

#: Outcomes of deliveries that were not believed, or not kept.
REFUSED = (
    Outcome.UNSIGNED,
    Outcome.STALE,
    Outcome.BAD_SIGNATURE,
    Outcome.TOO_LARGE,
    Outcome.TOO_SLOW,
    Outcome.CUT_OFF,
    Outcome.UNREADABLE_BODY,
    Outcome.BUSY,
)
#: Not every change has a webhook; but where rounds find changes a day after the last one, something is wrong.
_GRACE = DAY
_RUNS = 50
_SHOW = "syncer webhooks show: are the subscriptions made, the app installed, the address reachable from outside?"
_UNBELIEVED = (
    "SYNCER_PUBLIC_URL must be the address exactly as the app calls it, the secret that of the app that sends, and "
    "this machine's clock right"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HookStanding:
    """One account's webhooks."""

    #: When a delivery was last accepted; None where none ever was.
    last_at: Millis | None
    waiting: int
    #: Milliseconds for which the oldest hint waits.
    oldest: int | None
    #: Of those that wait, how many failed before.
    failing: int
    #: By outcome, those at the address without an account's name included.
    counts: Mapping[str, Tally]
    #: Changes that rounds found from a day after the last webhook on.
    untold: int
    erasures: Sequence[ErasureRequest]

    @property
    def is_sent(self) -> bool:
        """Whether anything ever came to the address; hints may come from elsewhere too."""
        return Outcome.ACCEPTED.value in self.counts or bool(self.refused())

    def refused(self) -> Mapping[str, Tally]:
        """Return by reason the deliveries that were not taken."""
        return {one.value: self.counts[one.value] for one in REFUSED if one.value in self.counts}

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "last_at": iso(self.last_at),
            "waiting": self.waiting,
            "oldest_seconds": None if self.oldest is None else self.oldest // SECOND,
            "failing": self.failing,
            "counts": {name: one.number for name, one in self.counts.items()},
            "refused": {
                name: {"number": one.number, "last_at": iso(one.last_at)} for name, one in self.refused().items()
            },
            "changes_without_webhook": self.untold,
            "erasure_requests": [
                {"stream": one.stream, "id": one.record_id, "since": iso(one.requested_at)} for one in self.erasures
            ],
        }


def read_hooks(unit: Unit, account: str, now: Millis) -> HookStanding:
    """Return how an account's webhooks stand at `now`."""
    counts = _together(unit.inbox.counts(""), unit.inbox.counts(account))
    last = counts.get(Outcome.ACCEPTED.value)
    standing = unit.inbox.standing(account)
    return HookStanding(
        last_at=None if last is None else last.last_at,
        waiting=standing.waiting,
        oldest=None if standing.oldest is None else max(0, now - standing.oldest),
        failing=standing.failing,
        counts=counts,
        untold=_untold(unit, account, None if last is None else last.last_at),
        erasures=unit.inbox.erasures(account),
    )


def _together(one: Mapping[str, Tally], other: Mapping[str, Tally]) -> Mapping[str, Tally]:
    found = dict(one)
    for name, tally in other.items():
        known = found.get(name, Tally(number=0, last_at=Millis(0)))
        found[name] = Tally(number=known.number + tally.number, last_at=max(known.last_at, tally.last_at))
    return found


def _untold(unit: Unit, account: str, last_at: Millis | None) -> int:
    """Return how many changes rounds found long after the last webhook; first full pulls tell nothing about hooks."""
    since = 0 if last_at is None else last_at + _GRACE
    found = 0
    for run in unit.desk.runs(account, _RUNS):
        if run.job == "sync" and run.started_at > since and "proof" not in run.counts:
            found += sum(int(str(run.counts.get(name, 0))) for name in ("created", "updated"))
    return found


def hook_findings(account: str, hooks: HookStanding, *, is_awaited: bool = True) -> Sequence[Finding]:
    """Return what a look at an account that takes webhooks finds; silence is named where any are awaited."""
    found = [*([_arrival(account, hooks)] if is_awaited else []), *_refusals(account, hooks)]
    if hooks.failing:
        what = f"{plural(hooks.failing, 'webhook failed and is', 'webhooks failed and are')} tried again"
        found.append(Finding(level=Level.NOTE, area=account, what=what, remedy="hints_failed in the log says why"))
    if hooks.erasures:
        people = plural(len(hooks.erasures), "person", "people")
        what = f"the CRM erased {people} for good; what is kept of them here is not erased yet"
        ids = ", ".join(one.record_id for one in hooks.erasures[:10])
        found.append(Finding(level=Level.PROBLEM, area=account, what=what, remedy=f"erase it here too: {ids}"))
    return found


def _arrival(account: str, hooks: HookStanding) -> Finding:
    if hooks.last_at is None:
        return Finding(level=Level.NOTE, area=account, what="no webhook has ever arrived", remedy=_SHOW)
    last = f"the last webhook arrived {iso(hooks.last_at)}"
    if hooks.untold:
        what = f"{last}; since then rounds found {plural(hooks.untold, 'change', 'changes')} that none told of"
        return Finding(level=Level.NOTE, area=account, what=what, remedy=_SHOW)
    return Finding(level=Level.FINE, area=account, what=f"{last}; {plural(hooks.waiting, 'waits', 'wait')}")


def _refusals(account: str, hooks: HookStanding) -> Sequence[Finding]:
    """Return reasons for which deliveries were refused after the last that was accepted."""
    later = {name: one.number for name, one in hooks.refused().items() if one.last_at > (hooks.last_at or 0)}
    if not later:
        return ()
    named = ", ".join(f"{number:,} {name}" for name, number in later.items())
    what = f"webhooks were refused after the last that was accepted: {named}"
    return (Finding(level=Level.NOTE, area=account, what=what, remedy=_UNBELIEVED),)
