"""The reasons of a score in one line for the CRM: dates instead of ages, so that a quiet day changes nothing."""

from syncer.funnel.facts import ContactFacts
from syncer.scoring.contributions import ENGAGEMENT, FIT, NEGATIVE, event_moments, is_closing
from syncer.scoring.matrix import NONE
from syncer.scoring.scorer import Scorer
from syncer.scoring.words import Lang, day, signed

MAX_LENGTH = 250
#: Dates shown of one rule.
_DATES = 3


def short_reasons(scorer: Scorer, facts: ContactFacts, *, as_of: int, started_at: int | None, lang: Lang = "en") -> str:
    """Return the reasons of a score in at most 250 characters; empty where nothing is scored.

    Points are those of the rules, before fading, so that the text changes only with the facts.
    """
    if scorer.basis(facts, as_of) == NONE:
        return ""
    lines = [
        line
        for line in scorer.contributions(facts, as_of=as_of, started_at=started_at, lang=lang)
        if not is_closing(line)
    ]
    parts = []
    for axis in (ENGAGEMENT, FIT, NEGATIVE):
        for line in sorted((line for line in lines if line.part == axis), key=lambda line: -abs(line.raw)):
            moments = event_moments(line)[-_DATES:]
            dates = ", ".join(dict.fromkeys(day(at, scorer.days, lang) for at in reversed(moments)))
            parts.append(f"{signed(line.raw, lang)} {line.label}" + (f" ({dates})" if dates else ""))
    return _fitting(parts)


def _fitting(parts: list[str]) -> str:
    """Join as many parts as fit; an ellipsis says that there are more."""
    text = ""
    for part in parts:
        longer = f"{text} · {part}" if text else part
        if len(longer) > MAX_LENGTH - 2:
            return f"{text or part[: MAX_LENGTH - 2]} …"
        text = longer
    return text
