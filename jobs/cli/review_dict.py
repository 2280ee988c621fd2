"""The review of hand-overs as JSON: counts and shares, nobody named."""

from collections.abc import Mapping

from jobs.cli.agreement_output import simulation_dict
from jobs.cli.review_output import next_review, reasons_of
from jobs.deciding.review import Reviewed
from syncer.handover.review import Cell
from syncer.moments import iso
from syncer.scoring.calibration.card import Scorecard
from syncer.scoring.calibration.drift import drift
from syncer.scoring.calibration.quality import Cut
from syncer.scoring.calibration.rates import RuleRate
from syncer.scoring.calibration.rows import Left
from syncer.scoring.calibration.study import Study
from syncer.scoring.calibration.trial import Quality, Tested


def review_dict(found: Reviewed) -> Mapping[str, object]:
    """Return the machine form."""
    review, window, seen = found.seen.review, found.window, found.seen
    shift = review.shift
    return {
        "account": found.account,
        "agreement": found.agreement.label,
        "as_of": iso(window.frame.as_of),
        "since": iso(window.since),
        "horizon_days": window.frame.horizon_days,
        "cohort": {**review.steps, "rejections": dict(review.rejections)},
        "cells": _cells(review.cells),
        "previous": None
        if found.previous is None
        else {"agreement": found.previous.label, "cells": _cells(seen.earlier.cells)},
        "rules": [_rule(one) for one in found.study.rates],
        "premature": dict(review.premature),
        "given_up_early": review.given_up_early,
        "missed": {"wins": review.wins, **review.missed, "signals": dict(seen.signals)},
        "simulation": simulation_dict(found.simulation, ids=False),
        "data": {
            "closed": review.closed,
            "unexplained": review.unexplained,
            "rejected_silently": review.rejected_silently,
            "people": seen.people,
            "missing": dict(seen.missing),
            "left": {"handed": _left(seen.handed.left), "entered": _left(seen.entered.left)},
        },
        "proposal": _proposal(found.study),
        "decision": {
            "items": review.items,
            "signed_at": iso(window.signed_at),
            "psi": shift.psi,
            "drift": None if shift.psi is None else drift(shift.psi),
            "beyond_chance": None if shift.psi is None else shift.is_beyond_chance,
            "early": reasons_of(found),
            "next": iso(next_review(found)),
        },
    }


def _left(counts: Mapping[Left, int]) -> Mapping[str, int]:
    return {one.value: count for one, count in counts.items()}


def _cells(cells: Mapping[str, Cell]) -> Mapping[str, object]:
    return {
        name: {"k": cell.won, "n": cell.n, "lo": cell.interval.lo, "hi": cell.interval.hi}
        for name, cell in sorted(cells.items())
    }


def _rule(one: RuleRate) -> Mapping[str, object]:
    low, high = one.interval
    return {
        "rule": one.rule,
        "points": one.points,
        "k": one.hit.won,
        "n": one.hit.n,
        "lo": low,
        "hi": high,
        "information_value": one.information,
        "strength": one.strength,
        "verdict": one.verdict,
    }


def _proposal(study: Study) -> Mapping[str, object]:
    tested, line = study.tested, study.line
    return {
        "handed": study.handed._asdict(),
        "entered": study.entered._asdict(),
        "rates_allowed": study.rates_allowed.name.lower(),
        "points_allowed": study.points_allowed.name.lower(),
        "provisional": study.is_provisional,
        "suspicions": [{"rule": one.rule, "leak": one.leak} for one in study.suspicions],
        "line": None if line is None else {"intercept": line.intercept, "slope": line.coefficients[0]},
        "changes": [
            {"group": one.group, "rule": one.rule, "before": one.before, "after": one.after} for one in study.changes
        ],
        "against": [] if study.proposal is None else list(study.proposal.against),
        "scorecard": None if study.card is None else _card(study.card),
        "test": None if tested is None else _tested(tested),
    }


def _card(card: Scorecard) -> Mapping[str, object]:
    scale = card.scale
    return {
        "scale": {"points": scale.points, "odds": scale.odds, "pdo": scale.pdo},
        "base": card.base,
        "idle": list(card.idle),
        "rules": [
            {
                "rule": one.rule,
                "information_value": one.information,
                "coefficient": card.fit.coefficients[number],
                "classes": [
                    {"from": band.low, "to": band.high, **band.fate._asdict(), "woe": woe, "points": points}
                    for band, woe, points in zip(one.bands, one.woes, card.points(number), strict=True)
                ],
            }
            for number, one in enumerate(card.characteristics)
        ],
    }


def _tested(tested: Tested) -> Mapping[str, object]:
    return {
        **tested.fate._asdict(),
        "known_companies": tested.known_companies,
        "today": _quality(tested.today),
        "proposed": _quality(tested.proposed),
        "scorecard": _quality(tested.card),
    }


def _cut(cut: Cut) -> Mapping[str, object]:
    low, high = cut.interval
    return {
        "flagged": cut.flagged,
        "won": cut.hits,
        "precision": cut.precision,
        "lo": low,
        "hi": high,
        "recall": cut.recall,
        "lift": cut.lift,
    }


def _quality(found: Quality | None) -> Mapping[str, object] | None:
    if found is None:
        return None
    sharp, line = found.sharpness, found.line
    return {
        "auc": found.area,
        "lo": found.interval.lo,
        "hi": found.interval.hi,
        "ks": found.separation,
        "brier": sharp.brier,
        "brier_skill": sharp.skill,
        "expected_by_observed": sharp.expected_by_observed,
        "tenths": [{"expected": one.expected, **one.fate._asdict()} for one in found.tenths],
        "best_fifth": _cut(found.top),
        "level_1": None if found.cut is None else _cut(found.cut),
        "calibration": None if line is None else {"intercept": line[0], "slope": line[1]},
    }
