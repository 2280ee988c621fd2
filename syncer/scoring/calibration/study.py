"""Everything that a number of closed outcomes allows to be said about a score model, and no more (domain D6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncer.agreement.model import Agreement
from syncer.scoring.calibration.card import Scorecard, scorecard
from syncer.scoring.calibration.leakage import Suspicion, suspicions
from syncer.scoring.calibration.points import groups_of, points_of
from syncer.scoring.calibration.proposal import Change, Proposal, regroup, repoint, rescale
from syncer.scoring.calibration.rates import RuleRate, rule_rates
from syncer.scoring.calibration.regression import Logit
from syncer.scoring.calibration.rows import Row
from syncer.scoring.calibration.sample import Allowed, allowed
from syncer.scoring.calibration.split import time_split
from syncer.scoring.calibration.trial import Tested, tested_on
from syncer.scoring.calibration.woe import Fate


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """What outcomes say. What the sample does not allow is empty or None."""

    #: Of hand-overs, and of cycles by their first entry.
    handed: Fate
    entered: Fate
    rates: Sequence[RuleRate]
    suspicions: Sequence[Suspicion]
    #: From tens of engagement to the odds of a win.
    line: Logit | None
    proposal: Proposal | None
    #: What single rules are worth on a scale of its own, where the sample allows one.
    card: Scorecard | None
    tested: Tested | None

    @property
    def rates_allowed(self) -> Allowed:
        """What hand-overs allow."""
        return allowed(*self.handed)

    @property
    def points_allowed(self) -> Allowed:
        """What cycles by their first entry allow."""
        return allowed(*self.entered)

    @property
    def changes(self) -> Sequence[Change]:
        """What would change in the score model."""
        return self.proposal.changes if self.proposal is not None else ()

    @property
    def is_provisional(self) -> bool:
        """Whether the sample allows whole groups only."""
        return self.points_allowed is Allowed.GROUPS


def study(
    agreement: Agreement, handed: Sequence[Row], entered: Sequence[Row], *, as_of: int, horizon_days: int
) -> Study:
    """Return what hand-overs say about rules, and cycles by their first entry about points."""
    model = agreement.score_model
    fates, groups = (_fate(handed), _fate(entered)), groups_of(model)
    may = [allowed(*one) for one in fates]
    points = points_of(model)
    rates = list(rule_rates(handed, points)) if may[0] >= Allowed.RATES else []
    learned = list(rule_rates(entered, points)) if may[1] >= Allowed.RATES else []
    found = list(suspicions(agreement, [*rates, *learned]))
    doubtful = {one.rule for one in found}
    proposal, card, tested = None, None, None
    if may[1] >= Allowed.SCORECARD:
        split = time_split(entered, as_of=as_of, horizon_days=horizon_days)
        rules = [rule for one in groups.values() for rule in one.points if rule not in doubtful]
        if split.train:
            card = scorecard(split.train, rules)
            proposal = repoint(split.train, groups, card)
            tested = tested_on(split, model, proposal, card)
    elif may[1] >= Allowed.GROUPS:
        proposal = regroup(entered, groups, doubtful)
    return Study(
        handed=fates[0],
        entered=fates[1],
        rates=rates,
        suspicions=found,
        line=rescale(entered) if may[1] >= Allowed.RESCALE else None,
        proposal=proposal,
        card=card,
        tested=tested,
    )


def _fate(rows: Sequence[Row]) -> Fate:
    won = sum(row.is_won for row in rows)
    return Fate(won, len(rows) - won)
