"""Why a contact stands where it stands: at most seven lines for a salesperson, and the same for machines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from syncer.funnel.facts import ContactDecision, ContactFacts, Contribution, Score
from syncer.moments import iso
from syncer.notation import Lang
from syncer.scoring.contributions import axis_of
from syncer.scoring.counterfactuals import Counterfactual, counterfactuals
from syncer.scoring.matrix import NONE
from syncer.scoring.scorer import Scorer
from syncer.scoring.telling import BaseRate, Case, Service, told
from syncer.scoring.track import Track


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """One contact's score, explained. `contributions` sum to the score."""

    lines: tuple[str, ...]
    score: Score
    contributions: Sequence[Contribution]
    #: Fit-relevant facts nobody knows.
    missing: tuple[str, ...]
    counterfactuals: Sequence[Counterfactual]
    base_rate: BaseRate | None
    #: Id, version and hash of the score model.
    model: Mapping[str, object]
    as_of: int

    def as_dict(self) -> dict[str, object]:
        """Return the machine form."""
        score = self.score
        return {
            "fit": score.fit,
            "engagement": score.engagement,
            "grade": score.grade,
            "level": score.level,
            "cell": score.cell,
            "action": score.action,
            "priority": score.priority,
            "basis": score.basis,
            "completeness": round(score.completeness, 4),
            "contributions": [_contribution(line) for line in self.contributions],
            "missing": list(self.missing),
            "counterfactuals": [
                {"change": one.change, "new_cell": one.new_cell, "at": iso(one.at)} for one in self.counterfactuals
            ],
            "base_rate": None if self.base_rate is None else asdict(self.base_rate),
            "model": dict(self.model),
            "as_of": iso(self.as_of),
        }


def explain(
    scorer: Scorer,
    facts: ContactFacts,
    decision: ContactDecision,
    *,
    track: Track | None,
    as_of: int,
    lang: Lang = "en",
    base_rate: BaseRate | None = None,
    service: Service | None = None,
) -> Explanation:
    """Return why a contact's score is what it is at a moment.

    `track` is the engagement that the decision stands on, whole; None without an open cycle.
    `service` is what sales has agreed to do about the latest hand-over; None without any.
    """
    fit, basis = scorer.fit(facts, as_of), scorer.basis(facts, as_of)
    if decision.score.basis == NONE:
        # Of a test record nothing is scored, though no gate says so (domain R21).
        basis = NONE
    score = scorer.score(fit, 0.0 if track is None else track.at(as_of), basis)
    lines = [] if basis == NONE else scorer.contributions(facts, as_of=as_of, track=track, lang=lang)
    found = counterfactuals(scorer, fit, track, basis=basis, as_of=as_of)
    case = Case(
        scorer=scorer,
        facts=facts,
        decision=decision,
        fit=fit,
        score=score,
        lines=lines,
        counterfactuals=found,
        base_rate=base_rate,
        as_of=as_of,
        lang=lang,
        service=service,
    )
    return Explanation(
        lines=tuple(told(case)),
        score=score,
        contributions=lines,
        missing=fit.missing,
        counterfactuals=found,
        base_rate=base_rate,
        model=scorer.identity,
        as_of=as_of,
    )


def _contribution(line: Contribution) -> dict[str, object]:
    return {
        "rule_id": line.rule_id,
        "label": line.label,
        "part": line.part,
        "axis": axis_of(line),
        "raw": line.raw,
        "decayed": line.decayed,
        "after_cap": line.after_cap,
        "evidence_ids": list(line.evidence_ids),
        "occurred_at": iso(line.occurred_at),
    }
