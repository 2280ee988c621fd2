"""The values that a contact, a deal or a company should show in the CRM. Pure: no CRM, no clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from syncer.funnel.facts import CompanyDecision, DealDecision, DealSpan, Outcome, Score
from syncer.moments import Millis
from syncer.records import Kind
from syncer.scoring.matrix import FULL, NONE, priority_of
from syncer.scoring.reasons import same_reasons
from syncer.writeback.intents import Wanted
from syncer.writeback.lifecycle import lead_status, lifecycle
from syncer.writeback.owners import owner
from syncer.writeback.rules import (
    DEAL_STAGE,
    FORECAST_CATEGORY,
    LEAD_STATUS,
    LIFECYCLE,
    OWNER,
    WriteRules,
)
from syncer.writeback.standing import Shown, Standing
from syncer.writeback.values import moment_text, number, same_value, truth

#: The forecast category that takes a deal out of the CRM's forecast.
OMIT = "OMIT"
_TRACK = "nurture_track"
#: A rounding of the last shown figure is no gain.
_SAME = 0.005


@dataclass(frozen=True, kw_only=True, slots=True)
class Desired:
    """What one record should show; properties that are to stay as they are, are absent."""

    values: Mapping[str, Wanted]
    #: Values that the CRM does not allow, so they are not written: what to add where.
    problems: tuple[str, ...] = ()


def desired_contact(standing: Standing, shown: Shown, rules: WriteRules) -> Desired:
    """Return what a contact should show."""
    names = rules.names[Kind.CONTACT]
    wanted = {
        names[role]: value
        for role, value in (_standing_values(standing) | _score_values(standing, shown, rules)).items()
        if role in names
    }
    for role, decide in ((LIFECYCLE, lifecycle), (LEAD_STATUS, lead_status)):
        name = names.get(role)
        found = None if name is None else decide(standing, shown, rules, name)
        if name is not None and found is not None:
            wanted[name] = found
    return _allowed(Kind.CONTACT, wanted | _optional(standing, shown, names), shown, rules)


def _optional(standing: Standing, shown: Shown, names: Mapping[str, str]) -> dict[str, Wanted]:
    """Return what is written only where the agreement names a property for it."""
    found: dict[str, Wanted] = {}
    assigned = owner(standing, shown, names[OWNER]) if OWNER in names else None
    if assigned is not None:
        found[names[OWNER]] = assigned
    track = names.get(_TRACK)
    if track is not None and (standing.track is not None or shown.ours(track)):
        found[track] = Wanted(standing.track, "C5", "nurtured on by the reason of the delay")
    return found


def desired_deal(decision: DealDecision, shown: Shown, rules: WriteRules) -> Desired:
    """Return what a deal should show; its latest span speaks. An unmapped deal is left alone."""
    if not decision.spans or decision.spans[-1].outcome is Outcome.UNMAPPED:
        return Desired(values={})
    span = decision.spans[-1]
    other = span.outcome is Outcome.OTHER
    texts = {
        "outcome": None if span.outcome is Outcome.OPEN else span.outcome.value,
        "other_reason": span.reason if other else None,
        "resume_at": moment_text(span.resume_at) if other else None,
        "offer_at": moment_text(span.offer_at),
    }
    wanted = {}
    for role, value in texts.items():
        name = rules.names[Kind.DEAL].get(role)
        if name is None:
            continue
        # Only what we wrote is ours to blank: a person's outcome or offer date is a fact that rules read.
        if value is not None or shown.ours(name):
            wanted[name] = Wanted(value, span.rule, f"deal is {span.outcome}")
    return _allowed(Kind.DEAL, wanted | _effects(decision.spans, shown, rules), shown, rules)


def _effects(spans: Sequence[DealSpan], shown: Shown, rules: WriteRules) -> dict[str, Wanted]:
    """Return what a postponement changes in the CRM's own properties, or what takes it back (domain C5)."""
    last, names = spans[-1], rules.names[Kind.DEAL]
    postponed = list(takewhile(lambda span: span.outcome is Outcome.OTHER, reversed(spans)))
    since = postponed[-1].valid_from if postponed else None
    parking = rules.pipelines.closed_other_stage.get(last.pipeline_id or "")
    found = {}
    for role, value, theirs in (
        (FORECAST_CATEGORY, OMIT, last.forecast_category),
        (DEAL_STAGE, parking, last.stage_id),
    ):
        name = names.get(role)
        if name is None or value is None or (role == DEAL_STAGE and _is_parked(last, shown.value(name), rules)):
            continue
        wanted = _effect(shown, name, value, theirs, since)
        if wanted is not None:
            found[name] = wanted
    return found


def _is_parked(span: DealSpan, held: str | None, rules: WriteRules) -> bool:
    """Return whether somebody chose another stage that says the deal is postponed."""
    parking = rules.pipelines.closed_other_stage.get(span.pipeline_id or "")
    return held != parking and rules.pipelines.of(span.pipeline_id, held).is_closed_other


def _effect(shown: Shown, name: str, value: str, theirs: str | None, since: Millis | None) -> Wanted | None:
    """Return one effect of a postponement that began at `since` (None: it is over); a person's later choice stands."""
    last = shown.written.get(name)
    written_at = last.at if last is not None and last.value == value else None
    if since is None:
        return Wanted(theirs, "C5", "deal is back") if written_at is not None and shown.ours(name) else None
    is_replaced = written_at is not None and written_at >= since and not shown.ours(name)
    return None if is_replaced else Wanted(value, "C5", "deal is postponed")


def desired_company(decision: CompanyDecision, shown: Shown, rules: WriteRules) -> Desired:
    """Return what a company should show."""
    values = {
        "stage": Wanted(decision.stage.value, "R8", "the furthest of its contacts and deals"),
        "in_tam": Wanted(truth(decision.in_tam), "tam", "rule of the total addressable market"),
    }
    names = rules.names[Kind.COMPANY]
    named = {names[role]: value for role, value in values.items() if role in names}
    return _allowed(Kind.COMPANY, named, shown, rules)


def _standing_values(standing: Standing) -> dict[str, Wanted]:
    why = f"stage {standing.stage}, cycle {standing.cycle_no}"
    texts = {
        "stage": standing.stage.value,
        "stage_since": moment_text(standing.since),
        "outcome": standing.outcome.value,
        "sales_ready_at": moment_text(standing.sales_ready_at),
        "accepted_at": moment_text(standing.accepted_at),
        "sla_due_at": moment_text(standing.sla_due_at),
    }
    return {role: Wanted(text, "stage", why) for role, text in texts.items()}


def _score_values(standing: Standing, shown: Shown, rules: WriteRules) -> dict[str, Wanted]:
    score = standing.score
    if score.basis == NONE:
        gone = Wanted(None, "F3.objection", "no basis for a score")
        return dict.fromkeys(("fit", "engagement", "cell", "priority", "score_reasons"), gone)
    engagement = _shown_engagement(score, shown, rules)
    priority = priority_of(score.action, score.fit, engagement)
    texts = {
        "fit": number(score.fit),
        "engagement": number(engagement) if score.basis == FULL else None,
        "cell": score.cell,
        "priority": str(priority),
        "score_reasons": _shown_reasons(standing, engagement, shown, rules) or None,
    }
    return {role: Wanted(text, "score", f"cell {score.cell}, {score.action}") for role, text in texts.items()}


def _shown_engagement(score: Score, shown: Shown, rules: WriteRules) -> float:
    """Return the engagement to show: decay alone may lag by a step within one cell, a gain is shown at once."""
    names = rules.names[Kind.CONTACT]
    held = _float(shown.held.get(names.get("engagement", "")))
    cell = shown.held.get(names.get("cell", ""))
    if held is None or score.basis != FULL or cell != score.cell:
        return score.engagement
    lag = held - score.engagement
    return held if -_SAME < lag < rules.score_step else score.engagement


def _shown_reasons(standing: Standing, engagement: float, shown: Shown, rules: WriteRules) -> str:
    """Return the reasons to show: those of the decision whose fit and engagement are shown, until one of them moves."""
    names = rules.names[Kind.CONTACT]
    held = {role: shown.held.get(names.get(role, "")) for role in ("fit", "engagement", "score_reasons")}
    text = held["score_reasons"]
    if text is None or not same_reasons(text, standing.reasons):
        return standing.reasons
    scores = {"fit": standing.score.fit, "engagement": engagement}
    has_moved = any(not same_value(held[role], number(value)) for role, value in scores.items() if role in names)
    return standing.reasons if has_moved else text


def _float(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _allowed(kind: Kind, wanted: Mapping[str, Wanted], shown: Shown, rules: WriteRules) -> Desired:
    """Keep the values that the CRM's options allow; the others become problems."""
    known = rules.options.get(kind, {})
    refused = {name: value for name, (value, _, _) in wanted.items() if not _fits(value, known.get(name))}
    changed = {name: value for name, value in refused.items() if not same_value(shown.held.get(name), value)}
    return Desired(
        values={name: value for name, value in wanted.items() if name not in refused},
        problems=tuple(
            f"{kind}.{name} has no option {value}{_remedy(kind, name, rules)}" for name, value in changed.items()
        ),
    )


def _remedy(kind: Kind, name: str, rules: WriteRules) -> str:
    is_theirs = name in rules.of_the_crm(kind)
    return "; add it or map the stage otherwise" if is_theirs else ": syncer setup --apply adds it"


def _fits(value: str | None, options: Collection[str] | None) -> bool:
    return value is None or options is None or value in options
