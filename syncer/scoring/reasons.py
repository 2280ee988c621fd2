"""The reasons of a score in one line for the CRM: what each rule gives now, with the dates of what was done."""

import re
from collections.abc import Iterable, Sequence

from syncer.funnel.facts import ContactFacts, Contribution
from syncer.notation import Lang
from syncer.scoring.contributions import ENGAGEMENT, FIT, NEGATIVE, event_moments, is_closing
from syncer.scoring.days import LocalDays
from syncer.scoring.matrix import NONE
from syncer.scoring.rounding import NOTHING
from syncer.scoring.scorer import Scorer
from syncer.scoring.track import Track
from syncer.scoring.words import day, signed

MAX_LENGTH = 250
#: Dates shown of one rule.
_DATES = 3
_BETWEEN = " · "
_CUT = " …"
_POINTS = re.compile(r"(?:^|(?<= · ))[+\N{MINUS SIGN}]?\d+(?:[.,]\d+)? ")
#: What the contact did, then who it is, then what counts against it.
_ORDER = (ENGAGEMENT, FIT, NEGATIVE)


def short_reasons(scorer: Scorer, facts: ContactFacts, *, as_of: int, track: Track | None, lang: Lang = "en") -> str:
    """Return what fit and engagement are made of, in at most 250 characters; empty where nothing is scored.

    Points are the contributions as of the moment, caps as parts of their own: where nothing is cut off, they sum to
    fit and engagement together.
    """
    if scorer.basis(facts, as_of) == NONE:
        return ""
    lines = scorer.contributions(facts, as_of=as_of, track=track, lang=lang)
    return _fitting(_said(line, scorer.days, lang) for part in _ORDER for line in _of_part(lines, part))


def same_reasons(left: str, right: str) -> bool:
    """Return whether two texts give the same reasons: the points may have faded, nothing else differs.

    Where a text was cut off, only what both show is compared: shorter points make room for one reason more.
    """
    first, second = _labels(left), _labels(right)
    shown = min(len(first), len(second))
    is_cut = left.endswith(_CUT) or right.endswith(_CUT)
    return first[:shown] == second[:shown] and shown > 0 and (is_cut or len(first) == len(second))


def _labels(text: str) -> Sequence[str]:
    bare = _POINTS.sub("", text.removesuffix(_CUT))
    return bare.split(_BETWEEN) if bare else ()


def _of_part(lines: Sequence[Contribution], part: str) -> Sequence[Contribution]:
    """Return the lines of a part: rules by what they give, then what caps and the scale take."""
    chosen = [line for line in lines if line.part == part and abs(line.after_cap) >= NOTHING]
    return sorted(chosen, key=lambda line: (is_closing(line), -abs(line.raw)))


def _said(line: Contribution, days: LocalDays, lang: Lang) -> str:
    latest = event_moments(line)[: -_DATES - 1 : -1]
    dates = ", ".join(dict.fromkeys(day(at, days, lang) for at in latest))
    label = f"{line.label} ({dates})" if dates else line.label
    return f"{signed(line.after_cap, lang)} {label}"


def _fitting(parts: Iterable[str]) -> str:
    """Join as many reasons as fit; an ellipsis says that there are more."""
    text = ""
    for part in parts:
        longer = f"{text}{_BETWEEN}{part}" if text else part
        if len(longer) > MAX_LENGTH - 2:
            return f"{text or part[: MAX_LENGTH - 2]}{_CUT}"
        text = longer
    return text
