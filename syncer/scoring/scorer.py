"""The compiled score model: fit, gate, running engagement, and what the two together mean."""

from collections.abc import Callable, Mapping, Sequence

from syncer.agreement.events import EventKind
from syncer.agreement.model import Agreement
from syncer.funnel.facts import ContactFacts, Contribution, Score
from syncer.notation import Lang
from syncer.records import Evidence, Value
from syncer.scoring import contributions as lines
from syncer.scoring.compile import engagement_plan
from syncer.scoring.compile_fit import fit_plan, matrix_plan
from syncer.scoring.days import LocalDays
from syncer.scoring.fit import Fit, Standing, profile_of, standing_of
from syncer.scoring.matrix import FIT_ONLY, FULL, NONE, Cell, level_of, score_of
from syncer.scoring.plan import Step
from syncer.scoring.track import Track, WholeTrack
from syncer.scoring.words import Labels

_NOTHING: Mapping[str, Value] = {}
_OWN_KINDS = frozenset(kind.value for kind in EventKind)

Classify = Callable[[str, str | None, str | None, str | None], str]


class Scorer:
    """An agreement's score model, compiled once. Pure: every moment is an argument."""

    def __init__(self, agreement: Agreement) -> None:
        model, conditions = agreement.score_model, agreement.condition
        self.model = model
        #: Id, version and hash of the rules.
        self.identity: Mapping[str, object] = {
            "id": model.id,
            "version": model.version,
            "hash": agreement.fingerprint,
        }
        self.days = LocalDays(agreement.calendar.zone)
        self.labels = Labels(model)
        #: Returns the event that a fact is; "" where the contact did not do it.
        self.event_of = _event_of(agreement.events.classify)
        self._matrix = matrix_plan(model)
        self._plan, self._full_plan = (
            engagement_plan(
                model,
                conditions=conditions,
                days=self.days,
                classify=self.event_of,
                step=agreement.write_back.score_step,
                keep_all=keep_all,
            )
            for keep_all in (False, True)
        )
        own_domains = agreement.calendar.own_domains
        self._fit = fit_plan(model, conditions=conditions, own_domains=own_domains, more=self._plan.profile)

    @property
    def profile(self) -> Sequence[str]:
        """The names of the facts that fit depends on."""
        return self._fit.profile

    def steps_of(self, event: str) -> Sequence[Step]:
        """Return the rules that give an event points, as `Track.count` reads them."""
        return self._plan.steps.get(event, ())

    def gate(self, facts: ContactFacts, as_of: int) -> str | None:
        """Return the id of the gate that keeps a contact out, or None."""
        return self.standing(facts, as_of).gate

    def fit(self, facts: ContactFacts, as_of: int) -> Fit:
        """Return a contact's fit."""
        return self.standing(facts, as_of).fit

    def standing(self, facts: ContactFacts, as_of: int) -> Standing:
        """Return a contact's gate and fit, which one look at its profile gives."""
        return standing_of(self._fit, facts, as_of)

    def basis(self, facts: ContactFacts, as_of: int) -> str:
        """Return what may be scored: `none` behind a gate, `fit_only` without address or consent, else `full`."""
        if self.gate(facts, as_of) is not None:
            return NONE
        return FIT_ONLY if facts.contact.opted_out or facts.contact.email is None else FULL

    def track(self, started_at: int, facts: ContactFacts | None = None) -> Track:
        """Return a running engagement over the window that begins at a moment.

        `facts` matter only to models that take engagement away for facts of the profile.
        """
        plan = self._plan
        if facts is None or not plan.profile:
            return Track(plan, started_at)
        return Track(plan, started_at, profile_of(facts, self._fit.getters, started_at))

    def whole_track(self, started_at: int, facts: ContactFacts) -> Track:
        """Return a running engagement like `track` that remembers every event that gives points."""
        profile = profile_of(facts, self._fit.getters, started_at) if self._plan.profile else _NOTHING
        return WholeTrack(self._full_plan, started_at, profile)

    def score(self, fit: Fit, engagement: float, basis: str = FULL) -> Score:
        """Return what fit and engagement mean together; basis `fit_only` counts no engagement, `none` nothing."""
        return score_of(self._matrix, fit, engagement, basis)

    def cell(self, grade: str, engagement: float) -> str:
        """Return the name of the cell of a grade and an engagement (`A2`)."""
        return self.place(grade, engagement).name

    def place(self, grade: str, engagement: float) -> Cell:
        """Return the cell of a grade and an engagement."""
        return self._matrix.cells[grade, level_of(self._matrix, engagement)]

    def levels(self) -> Sequence[float]:
        """Return the thresholds of engagement, highest first."""
        return [threshold for threshold, _ in self._matrix.levels]

    def fit_contributions(self, facts: ContactFacts, as_of: int, lang: Lang = "en") -> Sequence[Contribution]:
        """Return what fit is made of; `after_cap` sums to its points."""
        profile = profile_of(facts, self._fit.getters, as_of)
        found = list(lines.fit_lines(self._fit, profile, self.labels, lang))
        points = self.fit(facts, as_of).points
        return [*found, *lines.closing_lines(found, points, axis=lines.FIT, scale=self.model.scale.fit, lang=lang)]

    def engagement_contributions(self, track: Track, *, as_of: int, lang: Lang = "en") -> Sequence[Contribution]:
        """Return what a whole track's engagement is made of; `after_cap` sums to its points."""
        found = list(lines.engagement_lines(track, as_of, self.labels, lang))
        scale = self.model.scale.engagement
        return [*found, *lines.closing_lines(found, track.at(as_of), axis=lines.ENGAGEMENT, scale=scale, lang=lang)]

    def contributions(
        self, facts: ContactFacts, *, as_of: int, track: Track | None, lang: Lang = "en"
    ) -> Sequence[Contribution]:
        """Return what both scores are made of. Without a whole track (None) there is no engagement.

        `detail["axis"]` says which score a line belongs to.
        """
        basis = self.basis(facts, as_of)
        if basis == NONE:
            return []
        fit = self.fit_contributions(facts, as_of, lang)
        if basis != FULL or track is None:
            return fit
        return [*fit, *self.engagement_contributions(track, as_of=as_of, lang=lang)]

    def replay(self, facts: ContactFacts, *, as_of: int, started_at: int) -> Track:
        """Return the engagement of a window, all facts since its beginning counted, as a whole track."""
        track = self.whole_track(started_at, facts)
        for evidence in facts.evidence:
            if evidence.occurred_at <= as_of:
                track.add(evidence)
        return track

    def potential(self, name: str) -> float:
        """Return the most points that knowing a missing fact could bring."""
        best = 0.0
        for group in self._fit.groups:
            points = [rule.points for rule in group.rules if name in rule.names and rule.points > 0]
            best += min(group.cap, (max(points) if group.first_match else sum(points)) if points else 0.0)
        return best


def _event_of(classify: Classify) -> Callable[[Evidence], str]:
    def event_of(evidence: Evidence) -> str:
        kind = evidence.kind
        return classify(kind, evidence.subject, evidence.asset, evidence.outcome) if kind in _OWN_KINDS else ""

    return event_of
