"""What a score is made of, line by line; the lines of an axis sum to it, caps, clamp and rounding included."""

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

from syncer.funnel.facts import Contribution
from syncer.moments import Millis
from syncer.notation import Lang
from syncer.records import Value
from syncer.scoring.compile import OUTSIDE
from syncer.scoring.fit import FitPlan, FitRule
from syncer.scoring.plan import EventRule
from syncer.scoring.rounding import NOISE
from syncer.scoring.track import Track, weight
from syncer.scoring.words import Labels, word

FIT, ENGAGEMENT, NEGATIVE = "fit", "engagement", "negative"

#: Id of the line of the scale's end, and what the ids of all lines begin with that no rule causes.
CLAMP = "clamp"
#: Id of the line of what rounding the score gave or took.
ROUNDING = "rounding"
_CLOSING = frozenset({"cap", CLAMP, ROUNDING})
_CAP: Mapping[Lang, str] = {"de": "Deckel {name}", "en": "cap of {name}"}
_CLAMP: Mapping[Lang, str] = {"de": "Grenze der Skala", "en": "end of the scale"}
_ROUNDING: Mapping[Lang, str] = {"de": "Rundung", "en": "rounding"}


def fit_lines(plan: FitPlan, profile: Mapping[str, Value], labels: Labels, lang: Lang) -> Iterator[Contribution]:
    """Yield fit before clamp and rounding: hits, then what each cap takes away, then deductions."""
    for group in plan.groups:
        points = []
        for rule in group.rules:
            if rule.test(profile):
                points.append(rule.points)
                yield _fact(rule, FIT, group.name, labels.of(rule.id, lang))
                if group.first_match:
                    break
        yield from _cap_line((FIT, group.name, group.cap), fsum(points), lang)
    for rule in plan.deductions:
        if rule.test(profile):
            yield _fact(rule, NEGATIVE, OUTSIDE, labels.of(rule.id, lang))


def engagement_lines(track: Track, as_of: int, labels: Labels, lang: Lang) -> Iterator[Contribution]:
    """Yield engagement before clamp and rounding, from a track that remembers every event."""
    for group in track.plan.groups:
        decayed = []
        for rule in track.plan.all_rules:
            if rule.group == group.name and track.kept(rule):
                line = _events(rule, track, as_of, labels.of(rule.id, lang))
                decayed.append(line.decayed)
                yield line
        yield from _cap_line((ENGAGEMENT, group.name, group.limit), fsum(decayed), lang)
    for rule_id, points in track.applying(as_of):
        yield Contribution(
            rule_id=rule_id,
            label=labels.of(rule_id, lang),
            part=NEGATIVE,
            raw=points,
            decayed=points,
            after_cap=points,
            detail={"axis": ENGAGEMENT, "group": OUTSIDE},
        )


def closing_lines(
    lines: Sequence[Contribution], score: float, *, axis: str, scale: tuple[float, float], lang: Lang
) -> Sequence[Contribution]:
    """Return the lines that lead from the sum of others to the score: the scale's end, and rounding."""
    exact = fsum(line.after_cap for line in lines)
    clamped = min(max(exact, scale[0]), scale[1])
    found = []
    if abs(clamped - exact) > NOISE:
        found.append(_closing(CLAMP, _CLAMP[lang], clamped - exact, {"axis": axis, "group": None}))
    rest = fsum([score, *(-line.after_cap for line in (*lines, *found))])
    if rest:
        found.append(_closing(ROUNDING, _ROUNDING[lang], rest, {"axis": axis, "group": None}))
    return found


def axis_of(line: Contribution) -> str:
    """Return the score that a line belongs to: fit or engagement."""
    return str(line.detail["axis"])


def is_closing(line: Contribution) -> bool:
    """Return whether a line is a cap, the scale's end or rounding rather than a rule."""
    return line.rule_id.partition(".")[0] in _CLOSING


def event_moments(line: Contribution) -> Sequence[int]:
    """Return when the events of a line happened, oldest first."""
    found = line.detail.get("at", ())
    return found if isinstance(found, tuple) else ()


def _fact(rule: FitRule, part: str, group: str, label: str) -> Contribution:
    return Contribution(
        rule_id=rule.id,
        label=label,
        part=part,
        raw=rule.points,
        decayed=rule.points,
        after_cap=rule.points,
        detail={"axis": FIT, "group": group, "rule": rule.text},
    )


def _events(rule: EventRule, track: Track, as_of: int, label: str) -> Contribution:
    counted = list(track.kept(rule).values())
    decayed = fsum(points * weight(rule.decay, as_of - at) for at, points, _, _ in counted)
    return Contribution(
        rule_id=rule.id,
        label=label,
        part=NEGATIVE if rule.group == OUTSIDE else ENGAGEMENT,
        raw=fsum(points for _, points, _, _ in counted),
        decayed=decayed,
        after_cap=decayed,
        evidence_ids=tuple(evidence_id for _, _, evidence_id, _ in counted),
        occurred_at=Millis(counted[-1][0]),
        detail={
            "axis": ENGAGEMENT,
            "group": rule.group,
            "event": rule.event,
            "at": tuple(at for at, _, _, _ in counted),
        },
    )


def _cap_line(group: tuple[str, str, float], total: float, lang: Lang) -> Iterator[Contribution]:
    """Yield what the cap of a group (axis, name, cap) takes away."""
    axis, name, cap = group
    taken = min(max(total, -cap), cap) - total
    if abs(taken) > NOISE:
        label = _CAP[lang].format(name=word(name, lang))
        yield _closing(f"cap.{name}", label, taken, {"axis": axis, "group": name, "cap": cap})


def _closing(rule_id: str, label: str, points: float, detail: Mapping[str, object]) -> Contribution:
    """Return a line that no rule causes."""
    part = str(detail["axis"])
    return Contribution(rule_id=rule_id, label=label, part=part, raw=0.0, decayed=0.0, after_cap=points, detail=detail)
