"""Another threshold tried on the facts as they are known: hand-overs a week, and how well they would have hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from jobs.deciding.simulate import Simulation, Trial, simulated
from jobs.desk import Seated
from jobs.web.refusals import fault
from jobs.web.site import Site
from jobs.web.words import page_word
from jobs.wording.words import Language, between, exact, number, percent
from syncer.errors import ConfigError, Problem
from syncer.handover.simulation import Tally

#: The engagement level whose threshold is tried: the one that makes a lead sales-ready.
_LEVEL = 1
#: Contacts beyond which the answer takes longer than anybody waits for a page.
_MOST = 10_000
#: Hand-overs from which a share is shown (domain E0).
_FEW = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedRow:
    """What one threshold does."""

    name: str
    handed: str
    #: Hand-overs a week more or fewer than today's threshold; empty for that one.
    change: str
    precision: str
    interval: str
    won: str
    capacity: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """An answer of the simulator; `problem` says why there is none."""

    rows: Sequence[TriedRow] = ()
    frame: str = ""
    problem: str | None = None


class Trials:
    """Tries thresholds, one at a time: each replays every contact."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._one = Lock()

    @property
    def own(self) -> str:
        """The threshold in force, as a form takes it."""
        return f"{self._site.agreement.score_model.thresholds.level[_LEVEL]:g}"

    def try_(self, text: str, account: str, lang: Language) -> Tried:
        """Return what a threshold would do; nothing is kept."""
        if not self._one.acquire(blocking=False):
            return Tried(problem=page_word("trial_busy", lang))
        try:
            return self._tried(text, account, lang)
        except ConfigError as error:
            return Tried(problem="; ".join(fault(one, lang) for one in error.problems))
        finally:
            self._one.release()

    def _tried(self, text: str, account: str, lang: Language) -> Tried:
        site = self._site
        with site.store.snapshot() as unit:
            contacts = sum(unit.browse.stage_counts(account).values())
        if contacts > _MOST:
            return Tried(problem=f"{page_word('trial_too_large', lang)} syncer agreement simulate")
        trial = Trial(draft=site.agreement, level=_LEVEL, thresholds=(_threshold(text),))
        ground = Seated(name=account, agreement=site.in_force, store=site.store, clock=site.clock)
        return _told(simulated(ground, trial), self.own, lang)


def _threshold(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        problem = Problem(key="--threshold", message=f"{text!r} is no number", hint="a number like 55")
        raise ConfigError([problem]) from None


def _told(found: Simulation, own: str, lang: Language) -> Tried:
    tried = [(one.threshold, one.tally) for one in found.variants]
    today = _row(found, f"T = {own} ({page_word('today', lang)})", found.before, lang)
    rows = [_row(found, f"T = {exact(threshold, lang)}", tally, lang) for threshold, tally in tried]
    frame = page_word("trial_frame", lang).format(
        weeks=found.frame.weeks, days=found.frame.horizon_days, capacity=number(found.capacity, lang)
    )
    return Tried(rows=[today, *rows], frame=frame)


def _row(found: Simulation, name: str, tally: Tally, lang: Language) -> TriedRow:
    week, is_enough = tally.a_week(found.frame), tally.mature >= _FEW
    change = week - found.before.a_week(found.frame)
    low, high = tally.interval
    return TriedRow(
        name=name,
        handed=number(week, lang, digits=1),
        change="" if tally is found.before else number(change, lang, digits=1, is_signed=True),
        precision=percent(tally.precision if is_enough else None, lang),
        interval=between(percent(low, lang), percent(high, lang)) if is_enough else "",
        won=f"{number(tally.won, lang)} / {number(tally.mature, lang)}",
        capacity=percent(week / found.capacity, lang) if found.capacity else "–",
    )
