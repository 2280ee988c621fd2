"""A draft of the agreement run against the ledger's facts: what would change. Nothing is kept, nothing is written."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from msgspec import structs

from jobs.deciding.derive import Clocks, rules_of
from jobs.deciding.primaries import with_sales_ready
from jobs.desk import Seat
from jobs.pulling.sources import SourceNames
from syncer.agreement import Agreement
from syncer.errors import ConfigError, Problem
from syncer.funnel import Rules, decide_contact, decide_deal
from syncer.funnel.facts import ContactFacts, DealDecision
from syncer.handover.simulation import Frame, Tally, count
from syncer.kpis.asked.ports import Cut
from syncer.kpis.figures.experience import horizon_days
from syncer.kpis.periods import Calendar
from syncer.moments import moment
from syncer.store import Unit

#: Points around the draft's threshold that are tried, unless others are named.
_STEPS = (-10, -5, 0, 5, 10)

Deals = Mapping[str, Sequence[DealDecision]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What a simulation is asked."""

    draft: Agreement
    #: The engagement level whose threshold is tried.
    level: int = 1
    #: Thresholds to try; none tries some around the draft's.
    thresholds: Sequence[float] = ()
    weeks: int = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """The draft with one threshold."""

    threshold: float
    tally: Tally


@dataclass(kw_only=True, slots=True)
class Simulation:
    """What the draft would do."""

    account: str
    now: Agreement
    draft: Agreement
    frame: Frame
    level: int
    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)
    #: (from, to) → contacts whose stage would be another.
    moved: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    variants: list[Variant] = field(default_factory=list)

    @property
    def capacity(self) -> int:
        """Hand-overs a week that sales can take, as the draft says."""
        return self.draft.score_model.handover_capacity_per_week

    @property
    def advised(self) -> float | None:
        """The lowest threshold tried whose hand-overs stay within the capacity; None where none does."""
        fitting = [one.threshold for one in self.variants if one.tally.a_week(self.frame) <= self.capacity]
        return min(fitting, default=None)


async def simulate(desk: Seat, trial: Trial) -> Simulation:
    """Return what a draft would change, measured on the facts as they are known now."""
    return await asyncio.to_thread(simulated, desk, trial)


def simulated(desk: Seat, trial: Trial) -> Simulation:
    """Return what a draft would change; blocks while every contact is replayed."""
    now = desk.agreement.agreement
    clocks = Clocks(as_of=desk.clock(), known_at=desk.clock())
    with desk.store.snapshot() as reading:
        frame = Frame(as_of=clocks.as_of, weeks=trial.weeks, horizon_days=horizon_of(desk, reading, clocks))
        found = Simulation(account=desk.name, now=now, draft=trial.draft, frame=frame, level=trial.level)
        tried = {one: rules_of(reading, desk.name, _with(trial, one)) for one in _thresholds(trial)}
        found.variants = [Variant(threshold=one, tally=Tally()) for one in tried]
        both = (
            rules_of(reading, desk.name, now),
            rules_of(reading, desk.name, _as_it_would_run(trial.draft, now, clocks)),
        )
        for facts, drafted in _facts(desk, reading, both, clocks):
            _decide(found, both, facts, drafted)
            for variant in found.variants:
                decision = decide_contact(drafted, rules=tried[variant.threshold], as_of=clocks.as_of)
                count(variant.tally, decision, frame)
    return found


def _as_it_would_run(draft: Agreement, now: Agreement, clocks: Clocks) -> Agreement:
    """Return a draft as if it were signed today, since nobody's days to answer run before that."""
    if draft.fingerprint == now.fingerprint or not draft.missing_signatures:
        return draft
    return draft.as_signed_on(moment(clocks.as_of).astimezone(draft.calendar.zone).date())


def _decide(found: Simulation, rules: tuple[Rules, Rules], facts: ContactFacts, drafted: ContactFacts) -> None:
    as_of = found.frame.as_of
    before = decide_contact(facts, rules=rules[0], as_of=as_of)
    is_same = found.draft is found.now
    after = before if is_same else decide_contact(drafted, rules=rules[1], as_of=as_of)
    count(found.before, before, found.frame)
    count(found.after, after, found.frame)
    if before.stage is not after.stage:
        found.moved.setdefault((before.stage.value, after.stage.value), []).append(facts.contact.id)


def _facts(
    desk: Seat, reading: Unit, rules: tuple[Rules, Rules], clocks: Clocks
) -> Iterator[tuple[ContactFacts, ContactFacts]]:
    """Yield every contact twice: with its deals as decided now, and as the draft decides them."""
    drafted: dict[str, Sequence[DealDecision]] = {}

    def decided(ids: Sequence[str]) -> Deals:
        now, draft = _deals(desk, reading, rules, ids, clocks)
        drafted.clear()
        drafted.update(draft)
        return now

    found = reading.facts.contacts(desk.name, None, clocks.known_at, decided)
    names = [SourceNames(one.agreement) for one in rules]
    for one in found:
        if (one.contact.created_at or 0) > clocks.as_of:
            continue
        again = structs.replace(one, deals=drafted.get(one.contact.id, ()))
        yield next(names[0].contacts([one])), next(names[1].contacts([again]))


def _deals(
    desk: Seat, reading: Unit, rules: tuple[Rules, Rules], ids: Sequence[str], clocks: Clocks
) -> tuple[Deals, Deals]:
    linked = reading.facts.deals_of(desk.name, ids)
    wanted = set(chain.from_iterable(linked.values()))
    facts = list(reading.facts.deals(desk.name, wanted, clocks.known_at)) if wanted else []
    decided = [
        {
            one.deal.id: decide_deal(one, rules=each, as_of=clocks.as_of)
            for one in with_sales_ready(facts, reading, desk.name, each, clocks.known_at)
        }
        for each in rules
    ]
    now, draft = (
        {contact: [each[ident] for ident in deals if ident in each] for contact, deals in linked.items()}
        for each in decided
    )
    return now, draft


def horizon_of(desk: Seat, reading: Unit, clocks: Clocks) -> int:
    """Return within how many days a hand-over of an account has to be won."""
    calendar = desk.agreement.agreement.calendar
    cut = Cut(
        account=desk.name,
        as_of=clocks.as_of,
        known_at=clocks.known_at,
        calendar=Calendar(zone=calendar.zone.key, fiscal_year_start=calendar.fiscal_year_start),
    )
    return horizon_days(reading.measures, cut)


def _thresholds(trial: Trial) -> Sequence[float]:
    """Return the thresholds to try, ascending; ConfigError for one that another level or the scale rules out."""
    levels = trial.draft.score_model.thresholds.level
    top = trial.draft.score_model.scale.engagement[1]
    low, high = levels.get(trial.level + 1, 0.0), levels.get(trial.level - 1, top)
    if trial.thresholds:
        wrong = [one for one in trial.thresholds if not low < one <= high]
        if wrong:
            hint = f"level {trial.level} begins above {low:g} and not above {high:g}"
            raise ConfigError(
                [Problem(key="--threshold", message=f"a threshold of {one:g} cannot be", hint=hint) for one in wrong]
            )
        return sorted(set(trial.thresholds))
    own = levels[trial.level]
    return [own + step for step in _STEPS if low < own + step <= high]


def _with(trial: Trial, threshold: float) -> Agreement:
    """Return the draft with another threshold."""
    content = trial.draft.model_dump(mode="json", by_alias=True)
    content["score_model"]["thresholds"]["level"][str(trial.level)] = threshold
    return Agreement.model_validate(content)
