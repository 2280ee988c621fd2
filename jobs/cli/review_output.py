"""The review of hand-overs on a terminal: nine sections, counts and shares, nobody named (domain D7)."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import typer

from jobs.cli.agreement_output import print_thresholds
from jobs.cli.review_points import print_points, print_rules
from jobs.cli.review_words import said
from jobs.cli.tables import print_table
from jobs.deciding.review import Reviewed
from jobs.wording.terms import agreement_text, term
from jobs.wording.words import Language, between, date_text, number, percent
from syncer.kpis.result import FEW
from syncer.moments import DAY, Millis, moment
from syncer.scoring.calibration.drift import Drift, drift
from syncer.scoring.calibration.rows import Left
from syncer.scoring.words import Labels, word

_REACHED = ("handed", "touched", "accepted", "rejected", "deal", "offer")
_ENDED = ("won", "lost", "other", "expired", "void", "open")
#: How many signals and missing facts are named.
_MOST = 5
#: Hand-overs without a sale that call for a review before its date.
_EARLY = 10
_NEXT = 30 * DAY


def print_review(found: Reviewed, lang: Language, draft: Path | None) -> None:
    """Print a review; `draft` is where its draft was written, or None."""
    window, agreement = found.window, found.agreement
    label = agreement_text(agreement.label, found.notice, lang)
    head = {"account": found.account, "since": day_of(found, window.since, lang), "days": window.frame.horizon_days}
    typer.echo(said("head", lang, agreement=label, **head))
    typer.echo()
    if found.seen.review.steps["handed"]:
        _print_cohort(found, lang)
        _print_cells(found, lang)
    else:
        typer.echo(said("nobody", lang))
    print_rules(found, lang)
    _print_premature(found, lang)
    _print_missed(found, lang)
    typer.echo(said("simulator", lang, label=found.simulation.draft.label))
    print_thresholds(found.simulation, lang)
    typer.echo()
    _print_data(found, lang)
    print_points(found, lang, draft)
    _print_decision(found, lang)


def day_of(found: Reviewed, at: Millis, lang: Language) -> str:
    """Return a local day as people write it."""
    local = moment(at).astimezone(found.agreement.calendar.zone)
    return date_text(local, lang)


def reasons_of(found: Reviewed) -> list[str]:
    """Return why the review does not wait for its monthly date: items, drift."""
    review = found.seen.review
    is_shifted = review.shift.calls_for_review
    return [*(["items"] if review.items >= _EARLY else []), *(["drift"] if is_shifted else [])]


def next_review(found: Reviewed) -> Millis:
    """Return when the next monthly review is due."""
    return Millis(found.window.frame.as_of + _NEXT)


def _print_cohort(found: Reviewed, lang: Language) -> None:
    review = found.seen.review
    handed, steps = review.steps["handed"], review.steps
    rows = [(said(name, lang), number(steps[name], lang), _share(steps[name], handed, lang)) for name in _REACHED]
    rows += [
        (f"  {said(name, lang)}", number(steps[name], lang), _share(steps[name], handed, lang))
        for name in _ENDED
        if steps[name]
    ]
    heads = [said(key, lang) for key in ("step", "count", "share")]
    print_table(heads, rows, title=said("cohort", lang), right=heads[1:])
    real = handed - steps["void"]
    low, high = _share(steps["won"], real, lang), _share(steps["won"] + steps["open"], real, lang)
    typer.echo(said("bounds", lang, low=low, high=high))
    if review.rejections:
        typer.echo(said("rejections", lang, reasons=_counted(review.rejections, lang)))
    typer.echo()


def _print_cells(found: Reviewed, lang: Language) -> None:
    cells, earlier = found.seen.review.cells, found.seen.earlier.cells
    if not cells:
        typer.echo(said("cells", lang))
        typer.echo(said("no_mature", lang))
        return
    heads = [said(key, lang) for key in ("cell", "won_of", "precision", "interval")]
    before = [] if found.previous is None else [said("before", lang, label=found.previous.label)]
    rows = []
    for name in sorted({*cells, *earlier}):
        cell, was = cells.get(name), earlier.get(name)
        shown = ("–", "–", "–") if cell is None else _rate(cell.won, cell.n, cell.interval, lang)
        past = [] if not before else ["–" if was is None else " ".join(_rate(was.won, was.n, was.interval, lang)[:2])]
        rows.append((name, *shown, *past))
    print_table([*heads, *before], rows, title=said("cells", lang), right=[*heads[1:], *before])


def _rate(won: int, n: int, bounds: tuple[float | None, float | None], lang: Language) -> tuple[str, str, str]:
    """Return `won/n`, the share and its interval; below five units only the counts."""
    low, high = bounds
    counts = f"{number(won, lang)}/{number(n, lang)}"
    if n < FEW or low is None or high is None:
        return counts, "–", "–"
    return counts, percent(won / n, lang), between(percent(low, lang), percent(high, lang))


def _print_premature(found: Reviewed, lang: Language) -> None:
    review = found.seen.review
    handed = review.steps["handed"]
    typer.echo(said("premature", lang, count=number(review.premature.total(), lang), all=number(handed, lang)))
    for why, count in review.premature.most_common():
        typer.echo(f"  {said(why, lang)}: {number(count, lang)}")
    if review.given_up_early:
        typer.echo("  " + said("given_up_early", lang, **_given_up(found, lang)))


def _given_up(found: Reviewed, lang: Language) -> Mapping[str, object]:
    review, promised = found.seen.review, found.window.attempts
    counts = {"count": number(review.given_up_early, lang), "all": number(review.rejections.total(), lang)}
    return {**counts, "attempts": promised.min_attempts, "days": promised.over_days}


def _print_missed(found: Reviewed, lang: Language) -> None:
    review, labels = found.seen.review, Labels(found.agreement.score_model)
    typer.echo(said("missed", lang, count=number(review.missed.total(), lang), all=number(review.wins, lang)))
    for why, count in review.missed.most_common():
        typer.echo(f"  {said(why, lang)}: {number(count, lang)}")
    if review.missed:
        named = [
            f"{labels.of(rule, lang)} {number(count, lang)}" for rule, count in found.seen.signals.most_common(_MOST)
        ]
        typer.echo("  " + (said("signals", lang, signals=", ".join(named)) if named else said("no_signals", lang)))
    typer.echo()


def _print_data(found: Reviewed, lang: Language) -> None:
    review, seen = found.seen.review, found.seen
    typer.echo(said("data", lang))
    closed = {"count": number(review.unexplained, lang), "all": number(review.closed, lang)}
    typer.echo("  " + said("unexplained", lang, **closed))
    silent = {"count": number(review.rejected_silently, lang), "all": number(review.rejections.total(), lang)}
    typer.echo("  " + said("rejected_silently", lang, **silent))
    missing = ", ".join(f"{word(name, lang)} {number(n, lang)}" for name, n in seen.missing.most_common(_MOST))
    typer.echo("  " + said("missing", lang, all=number(seen.people, lang), facts=missing or said("none", lang)))
    left = ", ".join(f"{said(one, lang)} {number(n, lang)}" for one, n in _left(seen.entered.left) if n)
    typer.echo("  " + said("left", lang, reasons=left or said("none", lang)))
    typer.echo()


def _left(counts: Mapping[Left, int]) -> list[tuple[Left, int]]:
    return [(one, counts[one]) for one in Left if one in counts]


def _print_decision(found: Reviewed, lang: Language) -> None:
    review, signed_at = found.seen.review, found.window.signed_at
    typer.echo(said("decision", lang))
    since = said("never", lang) if signed_at is None else day_of(found, signed_at, lang)
    typer.echo("  " + said("items", lang, count=number(review.items, lang), since=since))
    shift = review.shift
    if shift.psi is None:
        typer.echo("  " + said("no_drift", lang))
    else:
        value, index = number(shift.psi, lang, digits=2), drift(shift.psi)
        name = index if shift.is_beyond_chance or index is Drift.STABLE else "chance"
        typer.echo("  " + said("drift", lang, value=value, name=said(name, lang)))
    if reasons_of(found):
        typer.echo("  " + said("early", lang))
    typer.echo("  " + said("boxes", lang, day=day_of(found, next_review(found), lang)))
    if found.draft is not None:
        typer.echo("  " + said("sign", lang))


def _share(count: int, whole: int, lang: Language) -> str:
    return percent(count / whole, lang) if whole >= FEW else "–"


def _counted(counts: Counter[str], lang: Language) -> str:
    return ", ".join(f"{term(name, lang)} {number(count, lang)}" for name, count in counts.most_common())
