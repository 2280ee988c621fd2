"""The reasons of a score in one line for the CRM: dates instead of ages, so that a quiet day changes nothing."""

from collections.abc import Iterable, Iterator

from syncer.funnel.facts import ContactFacts
from syncer.scoring.compile import OUTSIDE
from syncer.scoring.matrix import FULL, NONE
from syncer.scoring.scorer import Scorer
from syncer.scoring.track import Track
from syncer.scoring.words import Lang, day, signed

MAX_LENGTH = 250
#: Dates shown of one rule.
_DATES = 3

#: Points and what they are for.
_Reason = tuple[float, str]


def short_reasons(scorer: Scorer, facts: ContactFacts, *, as_of: int, started_at: int | None, lang: Lang = "en") -> str:
    """Return the reasons of a score in at most 250 characters; empty where nothing is scored.

    Points are those of the rules, before fading, so that the text changes only with the facts: first what the contact
    did, then who it is, then what counts against it.
    """
    basis = scorer.basis(facts, as_of)
    if basis == NONE:
        return ""
    given: list[_Reason] = []
    against = list(scorer.fit_deductions(facts, as_of, lang))
    if basis == FULL and started_at is not None:
        track = scorer.replay(facts, as_of=as_of, started_at=started_at)
        given.extend(_events(scorer, track, lang, outside=False))
        against.extend(_events(scorer, track, lang, outside=True))
        against.extend((points, scorer.labels.of(rule_id, lang)) for rule_id, points in track.applying(as_of))
    return _fitting([*_sorted(given), *_sorted(scorer.fit_gains(facts, as_of, lang)), *_sorted(against)], lang)


def _events(scorer: Scorer, track: Track, lang: Lang, *, outside: bool) -> Iterator[_Reason]:
    for rule in track.plan.all_rules:
        kept = track.kept(rule)
        if kept and (rule.group == OUTSIDE) is outside:
            moments = [at for at, _, _, _ in kept.values()][: -_DATES - 1 : -1]
            dates = ", ".join(dict.fromkeys(day(at, scorer.days, lang) for at in moments))
            yield len(kept) * rule.points, f"{scorer.labels.of(rule.id, lang)} ({dates})"


def _sorted(reasons: Iterable[_Reason]) -> list[_Reason]:
    return sorted(reasons, key=lambda reason: -abs(reason[0]))


def _fitting(reasons: Iterable[_Reason], lang: Lang) -> str:
    """Join as many reasons as fit; an ellipsis says that there are more."""
    text = ""
    for points, label in reasons:
        part = f"{signed(points, lang)} {label}"
        longer = f"{text} · {part}" if text else part
        if len(longer) > MAX_LENGTH - 2:
            return f"{text or part[: MAX_LENGTH - 2]} …"
        text = longer
    return text
