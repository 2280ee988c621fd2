"""From the agreement's score model to the flat tuples that scoring runs on: engagement."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import inf
from operator import attrgetter

from syncer.agreement.names import Ground
from syncer.agreement.score import Decay as AgreedDecay
from syncer.agreement.score import DecayKind, EngagementRule, NegativeRule, Per, ScoreModel
from syncer.expressions import Condition
from syncer.moments import DAY
from syncer.records import Evidence, Value
from syncer.scoring.days import LocalDays
from syncer.scoring.names import AS_OF, IDLE_DAYS
from syncer.scoring.plan import (
    Cap,
    Decay,
    EngagementPlan,
    EventRule,
    EventTest,
    Fade,
    Key,
    Memory,
    MixedDeduction,
    Period,
    Slot,
    Step,
    TimedDeduction,
)

#: Idle days up to which a deduction may change: ten years.
_IDLE_HORIZON = 3_653
#: Deductions that are remembered: rules are compiled several times a round, and asking ten years costs the most of it.
_TIMED = 100
#: Where deductions stand that belong to no group.
OUTSIDE = "negative"
_WEEK_DAYS = 7
#: Half-lives that sums are kept in one scale.
_SCALE = 500
#: Distinct values of an event whose answers are remembered.
_REMEMBERED = 50_000
#: Day 0, 1970-01-01, is a Thursday; weeks begin on Monday.
_MONDAY = 3

#: Group, decay and sign: what one running sum is made of.
_Slot = tuple[str, Decay, bool]


#: Compiles the text of a condition on the ground that it stands on.
Conditions = Callable[[str, Ground], Condition]

#: What a condition may read of one event; its own moment is the moment of deciding.
_EVENT: Mapping[str, Callable[[Evidence], Value]] = {
    "dwell_s": attrgetter("value"),
    "event.kind": attrgetter("kind"),
    "event.subject": attrgetter("subject"),
    "event.asset": attrgetter("asset"),
    "event.outcome": attrgetter("outcome"),
    "event.occurred_at": attrgetter("occurred_at"),
    AS_OF: attrgetter("occurred_at"),
}


def engagement_plan(
    model: ScoreModel,
    *,
    conditions: Conditions,
    days: LocalDays,
    classify: Callable[[Evidence], str],
    step: float,
    keep_all: bool,
) -> EngagementPlan:
    """Return the compiled engagement rules. With `keep_all` a running score remembers every event that counts."""
    rules = tuple(_event_rules(model, conditions, days, keep_all=keep_all))
    slots = _slots(rules)
    timed, mixed = _deductions(model, conditions)
    low, high = model.scale.engagement
    lives = tuple((number, decay.life) for (_, decay, _), number in slots.items() if decay.fade is Fade.EXPONENTIAL)
    return EngagementPlan(
        steps=_steps(rules),
        all_rules=rules,
        groups=_groups(model, slots),
        slots=len(slots),
        lives=lives,
        reach=_SCALE * min((life for _, life in lives), default=inf),
        linear={
            number: tuple(rule for rule in rules if rule.slot == number)
            for (_, decay, _), number in slots.items()
            if decay.fade is Fade.LINEAR
        },
        falling=tuple(number for (_, _, negative), number in slots.items() if negative),
        quiet=_quiet(timed),
        timed=timed,
        mixed=mixed,
        profile=_profile_names(model, conditions),
        timed_falls=_falls(timed) and not any(deduction.timed for deduction in mixed),
        low=low,
        high=high,
        step=step,
        days=days,
        classify=classify,
    )


def _event_rules(model: ScoreModel, conditions: Conditions, days: LocalDays, *, keep_all: bool) -> Iterator[EventRule]:
    slots: dict[_Slot, int] = {}
    for number, (group, rule, points) in enumerate(_agreed_rules(model)):
        decay = _decay(rule, model.engagement.default_decay)
        slot = slots.setdefault((group, decay, points < 0), len(slots))
        engagement_rule = rule if isinstance(rule, EngagementRule) else None
        limit = (engagement_rule.max if engagement_rule else None) or 0
        key = None if engagement_rule is None else _key(engagement_rule, days)
        if key is None and (limit or keep_all or decay.fade is Fade.LINEAR):
            key = Key("id")
        yield EventRule(
            number=number,
            id=rule.id,
            event=rule.event or "",
            points=points,
            slot=slot,
            decay=decay,
            group=group,
            test=None if rule.when is None else _event_test(conditions(rule.when, Ground.EVENT)),
            key=key,
            limit=limit,
        )


def _event_test(test: Condition) -> EventTest:
    own = [(name, read) for name, read in _EVENT.items() if name in test.names]
    if len(own) == len(test.names) == 1:
        return _remembered_test(test, own[0])
    return lambda evidence, profile: test({**profile, **{name: read(evidence) for name, read in own}})


def _remembered_test(test: Condition, own: tuple[str, Callable[[Evidence], Value]]) -> EventTest:
    """Return a test on one value of an event that remembers its answers."""
    name, read = own
    known = lru_cache(_REMEMBERED)(lambda value: test({name: value}))
    return lambda evidence, _profile: known(read(evidence))


def _profile_names(model: ScoreModel, conditions: Conditions) -> tuple[str, ...]:
    """Return the facts of the profile that engagement reads."""
    found: dict[str, None] = {}
    for _, rule, _ in _agreed_rules(model):
        names = conditions(rule.when, Ground.EVENT).names if rule.when is not None else ()
        found.update(dict.fromkeys(name for name in sorted(names) if name not in _EVENT))
    for rule in _facts_only(model):
        found.update(dict.fromkeys(sorted(conditions(rule.when or "", Ground.PROFILE).names)))
    return tuple(name for name in found if name != IDLE_DAYS)


def _facts_only(model: ScoreModel) -> Iterator[NegativeRule]:
    """Yield the deductions from engagement that no event causes."""
    for rule in model.negative:
        if rule.event is None and rule.when is not None and rule.engagement is not None:
            yield rule


def _agreed_rules(model: ScoreModel) -> Iterator[tuple[str, EngagementRule | NegativeRule, float]]:
    for name, group in model.engagement.groups.items():
        for rule in group.rules:
            yield name, rule, rule.pts
    for negative in model.negative:
        if negative.event is not None and negative.engagement is not None:
            yield OUTSIDE, negative, negative.engagement


def _slots(rules: Sequence[EventRule]) -> dict[_Slot, int]:
    return {(rule.group, rule.decay, rule.points < 0): rule.slot for rule in rules}


def _groups(model: ScoreModel, slots: Mapping[_Slot, int]) -> tuple[Cap, ...]:
    caps = {name: group.cap for name, group in model.engagement.groups.items()} | {OUTSIDE: inf}
    found: defaultdict[str, list[Slot]] = defaultdict(list)
    for (group, decay, _), number in slots.items():
        found[group].append((number, _pace(decay)))
    return tuple(Cap(caps[name], *first, tuple(more), name) for name, (first, *more) in found.items())


def _steps(rules: Sequence[EventRule]) -> Mapping[str, tuple[Step, ...]]:
    found: defaultdict[str, list[Step]] = defaultdict(list)
    for rule in rules:
        found[rule.event].append((rule.test, rule.points, _pace(rule.decay), rule.slot, _memory(rule)))
    return {event: tuple(steps) for event, steps in found.items()}


def _memory(rule: EventRule) -> Memory | None:
    if rule.key is None:
        return None
    linear = rule.decay.life if rule.decay.fade is Fade.LINEAR else 0.0
    return rule.number, rule.key.content, rule.key.period, rule.limit, linear


def _pace(decay: Decay) -> float:
    """Return the half-life of a running sum; sums that fade otherwise stand still in it."""
    return decay.life if decay.fade is Fade.EXPONENTIAL else inf


def _quiet(timed: Sequence[TimedDeduction]) -> float:
    """Return the idle milliseconds below which no deduction holds."""
    first = [0 if deduction.by_day[0] else min(deduction.flips, default=inf) for deduction in timed]
    return min(first, default=inf) * DAY


def _decay(rule: EngagementRule | NegativeRule, default: AgreedDecay) -> Decay:
    if rule.decay == "none":
        return Decay(Fade.NONE, inf)
    agreed = rule.decay or default
    if rule.half_life_days is not None:
        return Decay(Fade.EXPONENTIAL, rule.half_life_days * DAY)
    if agreed.kind is DecayKind.NONE:
        return Decay(Fade.NONE, inf)
    if agreed.kind is DecayKind.LINEAR:
        return Decay(Fade.LINEAR, agreed.period_days * DAY / agreed.rate)
    return Decay(Fade.EXPONENTIAL, agreed.half_life_days * DAY)


def _key(rule: EngagementRule, days: LocalDays) -> Key | None:
    """Return what a rule counts once: a day, a week, a page and day, a content, or a content within one of these."""
    content: str | None = rule.distinct_by
    if rule.per is None:
        return None if content is None else Key(content)
    if rule.per is Per.URL_DAY and content is None:
        content = "asset"
    return Key(content, _weeks(days) if rule.per is Per.WEEK else days.of)


def _weeks(days: LocalDays) -> Period:
    day_of = days.of
    return lambda at: (day_of(at) + _MONDAY) // _WEEK_DAYS


def _deductions(
    model: ScoreModel, conditions: Conditions
) -> tuple[tuple[TimedDeduction, ...], tuple[MixedDeduction, ...]]:
    timed, mixed = [], []
    for rule in _facts_only(model):
        test, points = conditions(rule.when or "", Ground.PROFILE), rule.engagement or 0.0
        if set(test.names) == {IDLE_DAYS}:
            timed.append(_timed(rule.id, points, test))
        else:
            mixed.append(MixedDeduction(rule.id, points, test, not test.names.isdisjoint({IDLE_DAYS, AS_OF})))
    return tuple(timed), tuple(mixed)


@lru_cache(_TIMED)
def _timed(rule_id: str, points: float, test: Condition) -> TimedDeduction:
    """Return a deduction by idle days: the only name that the condition reads, so that its text says all about it."""
    holds = [test({IDLE_DAYS: day}) for day in range(_IDLE_HORIZON)]
    lengths = [len(list(run)) for _, run in groupby(holds)]
    flips = [sum(lengths[:count]) for count in range(1, len(lengths))]
    reach = flips[-1] + 1 if flips else 1
    return TimedDeduction(rule_id, points, tuple(holds[:reach]), tuple(flips))


def _falls(timed: Sequence[TimedDeduction]) -> bool:
    """Return whether deductions only ever begin as days pass, and none ends."""
    return all(deduction.by_day[flip] for deduction in timed for flip in deduction.flips)
