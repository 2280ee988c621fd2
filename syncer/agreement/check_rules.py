"""Findings on rules: conditions that cannot be read, forbidden inputs, unknown events, the score model's own logic."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

from syncer.agreement.base import Grade
from syncer.agreement.findings import Fault, duplicates, unknown_event
from syncer.agreement.model import Agreement
from syncer.agreement.names import Ground, is_forbidden
from syncer.agreement.score import Action, EngagementRule, NegativeRule, ScoreModel, UpperGrade
from syncer.agreement.tree import Path
from syncer.expressions import ExpressionError

_SCORE = "score_model"
_ORDER = tuple(Action)
_GRADES: tuple[UpperGrade, ...] = ("A", "B", "C")
_ALL_GRADES: tuple[Grade, ...] = (*_GRADES, "D")
_LEVELS = (1, 2, 3)
_FORBIDDEN_HINT = "no decision about a person may use age, gender, nationality, names, health, belief, origin or family"


def rule_faults(agreement: Agreement) -> Iterator[Fault]:
    """Yield everything that is wrong with conditions and with the score model."""
    for path, text, ground in _conditions(agreement):
        yield from _condition(agreement, path, text, ground)
    yield from _custom_fields(agreement)
    yield from _score_events(agreement)
    yield from _score_ids(agreement.score_model)
    yield from _thresholds(agreement.score_model)
    yield from _matrix(agreement.score_model)
    yield from _points(agreement.score_model)


def _conditions(agreement: Agreement) -> Iterator[tuple[Path, str, Ground]]:
    """Yield every condition of the file with its path and the facts that it stands on."""
    if agreement.tam.rule is not None:
        yield ("tam", "rule"), agreement.tam.rule, Ground.PROFILE
    if agreement.surveys.promoter_if is not None:
        yield ("surveys", "promoter_if"), agreement.surveys.promoter_if, Ground.PROFILE
    yield ("consent", "given"), agreement.consent.given, Ground.PROFILE
    for index, route in enumerate(agreement.agreement.routing):
        if route.when is not None:
            yield ("agreement", "routing", index, "if"), route.when, Ground.ROUTING
    yield from _score_conditions(agreement.score_model)
    yield from _delay_conditions(agreement)


def _score_conditions(model: ScoreModel) -> Iterator[tuple[Path, str, Ground]]:
    for name, group in model.fit.groups.items():
        for index, fit_rule in enumerate(group.rules):
            yield (_SCORE, "fit", "groups", name, "rules", index, "if"), fit_rule.when, Ground.PROFILE
    for path, rule in _engagement_rules(model):
        if rule.when is not None:
            yield (*path, "if"), rule.when, Ground.EVENT
    for index, negative in enumerate(model.negative):
        if negative.when is not None:
            ground = Ground.PROFILE if negative.event is None else Ground.EVENT
            yield (_SCORE, "negative", index, "if"), negative.when, ground
    for index, gate in enumerate(model.gates):
        yield (_SCORE, "gates", index, "if"), gate.when, Ground.PROFILE


def _delay_conditions(agreement: Agreement) -> Iterator[tuple[Path, str, Ground]]:
    section = agreement.closed_other
    lists: Mapping[tuple[str, str], Sequence[str]] = {
        ("never", "always"): section.never.always,
        ("never", "except_CO1_CO2"): section.never.unless_explicit,
        ("guards", "skip_if"): section.guards.skip_if,
    }
    for keys, texts in lists.items():
        for index, text in enumerate(texts):
            yield ("closed_other", *keys, index), text, Ground.DEAL
    for index, rule in enumerate(section.rules):
        yield ("closed_other", "rules", index, "when"), rule.when, Ground.DEAL


def _condition(agreement: Agreement, path: Path, text: str, ground: Ground) -> Iterator[Fault]:
    try:
        condition = agreement.condition(text, ground)
    except ExpressionError as error:
        found = error.problems[0]
        forbidden = is_forbidden(error.name) if error.name else False
        hint = _FORBIDDEN_HINT if forbidden else found.hint
        yield Fault(path, f"forbidden input {error.name!r}" if forbidden else found.message, hint, ("sets", "fields"))
        return
    for name in sorted(condition.names):
        if is_forbidden(name):
            yield Fault(path, f"forbidden input {name!r}", _FORBIDDEN_HINT)


def _custom_fields(agreement: Agreement) -> Iterator[Fault]:
    for name in agreement.fields.contact:
        if is_forbidden(f"contact.{name}"):
            yield Fault(("fields", "contact", name), f"forbidden input {name!r}", _FORBIDDEN_HINT)


def _engagement_rules(model: ScoreModel) -> Iterator[tuple[Path, EngagementRule]]:
    for name, group in model.engagement.groups.items():
        for index, rule in enumerate(group.rules):
            yield (_SCORE, "engagement", "groups", name, "rules", index), rule


def _score_events(agreement: Agreement) -> Iterator[Fault]:
    model, known = agreement.score_model, agreement.events.names
    named: list[tuple[Path, str]] = [((*path, "event"), rule.event) for path, rule in _engagement_rules(model)]
    named += [
        ((_SCORE, "negative", index, "event"), rule.event)
        for index, rule in enumerate(model.negative)
        if rule.event is not None
    ]
    named += [
        ((_SCORE, "explicit_sales_ready", "events", index), event)
        for index, event in enumerate(model.explicit_sales_ready.events)
    ]
    for path, event in named:
        if event not in known:
            yield unknown_event(path, event, known)


def _score_ids(model: ScoreModel) -> Iterator[Fault]:
    named: list[tuple[Path, str]] = [
        ((_SCORE, "fit", "groups", name, "rules", index, "id"), rule.id)
        for name, group in model.fit.groups.items()
        for index, rule in enumerate(group.rules)
    ]
    named += [((*path, "id"), rule.id) for path, rule in _engagement_rules(model)]
    named += [((_SCORE, "negative", index, "id"), rule.id) for index, rule in enumerate(model.negative)]
    named += [((_SCORE, "gates", index, "id"), gate.id) for index, gate in enumerate(model.gates)]
    return duplicates(named)


def _thresholds(model: ScoreModel) -> Iterator[Fault]:
    thresholds = model.thresholds
    grades = [(str(grade), thresholds.grade.get(grade)) for grade in _GRADES]
    levels = [(str(level), thresholds.level.get(level)) for level in _LEVELS]
    scale = {"grade": model.scale.fit, "level": model.scale.engagement}
    for key, steps in {"grade": grades, "level": levels}.items():
        path: Path = (_SCORE, "thresholds", key)
        missing = [name for name, value in steps if value is None]
        if missing:
            yield Fault(path, f"{', '.join(missing)} is missing", f"all of {', '.join(name for name, _ in steps)}")
        values = [(name, value) for name, value in steps if value is not None]
        for (above, high), (name, low) in pairwise(values):
            if low >= high:
                yield Fault((*path, name), f"{low:g} is not below {above} ({high:g})", "thresholds descend")
        bottom, top = scale[key]
        for name, value in values:
            if bottom < top and not bottom <= value <= top:
                yield Fault((*path, name), f"{value:g} is outside the scale", f"between {bottom:g} and {top:g}")
    for key, (bottom, top) in {"fit": model.scale.fit, "engagement": model.scale.engagement}.items():
        if bottom >= top:
            yield Fault((_SCORE, "scale", key), "ends before it begins", "[lowest, highest]")


def _matrix(model: ScoreModel) -> Iterator[Fault]:
    path: Path = (_SCORE, "matrix")
    missing = [grade for grade in _ALL_GRADES if grade not in model.matrix]
    if missing:
        yield Fault(path, f"lacks row {', '.join(missing)}", "rows A, B, C and D with four actions each")
    for grade, row in model.matrix.items():
        if any(_ORDER.index(worse) < _ORDER.index(better) for better, worse in pairwise(row)):
            yield Fault(
                (*path, grade), "a lower level has a further action", "actions never advance from left to right"
            )
    rows = [(grade, model.matrix[grade]) for grade in _ALL_GRADES if grade in model.matrix]
    for (above, better_row), (grade, row) in pairwise(rows):
        if any(_ORDER.index(worse) < _ORDER.index(better) for better, worse in zip(better_row, row, strict=True)):
            yield Fault((*path, grade), f"has a further action than {above}", "actions never advance from row to row")


def _points(model: ScoreModel) -> Iterator[Fault]:
    for index, rule in enumerate(model.negative):
        yield from _negative((_SCORE, "negative", index), rule)
    decays: Iterator[tuple[Path, EngagementRule | NegativeRule]] = chain(
        _engagement_rules(model), (((_SCORE, "negative", index), rule) for index, rule in enumerate(model.negative))
    )
    for path, fading in decays:
        if fading.decay is not None and fading.half_life_days is not None:
            yield Fault((*path, "half_life_days"), "decay is given as well", "one of half_life_days and decay")


def _negative(path: Path, rule: NegativeRule) -> Iterator[Fault]:
    if rule.event is None and rule.when is None:
        yield Fault(path, "has neither if nor event", "if: CONDITION, or event: NAME")
    if rule.event is not None and rule.fit is not None:
        yield Fault((*path, "fit"), "an event does not change who the contact is", "engagement")
    if rule.fit is None and rule.engagement is None:
        yield Fault(path, "takes nothing off", "fit: POINTS or engagement: POINTS")
    for key, points in (("fit", rule.fit), ("engagement", rule.engagement)):
        if points is not None and points > 0:
            yield Fault((*path, key), f"{points:g} adds points", "0 or less")
