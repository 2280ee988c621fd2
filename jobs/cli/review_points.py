"""The rules part of a review on a terminal: which stand out, what would change, what the sample does not allow."""

from collections import defaultdict
from pathlib import Path

import typer

from jobs.cli.review_words import said
from jobs.cli.tables import print_table
from jobs.deciding.review import Reviewed
from jobs.wording.agreement import difference_text
from jobs.wording.words import Language, between, number, percent
from syncer.agreement.diff import content_of, differences
from syncer.scoring.calibration.leakage import Leak
from syncer.scoring.calibration.rates import RuleRate
from syncer.scoring.calibration.sample import Allowed
from syncer.scoring.calibration.trial import Quality
from syncer.scoring.words import Labels, signed

_TEN = 10.0


def print_rules(found: Reviewed, lang: Language) -> None:
    """Print the rules whose win rate is surely on one side of the rate of all."""
    fate, rates = found.study.handed, found.study.rates
    overall = percent(fate.won / fate.n, lang) if found.study.rates_allowed >= Allowed.RATES else "–"
    title = said("rules", lang, rate=overall)
    standing = [one for one in rates if one.verdict is not None]
    if found.study.rates_allowed < Allowed.RATES:
        typer.echo(title)
        typer.echo("  " + said("too_few", lang, won=number(fate.won, lang), others=number(fate.others, lang)))
    elif not standing:
        typer.echo(title)
        typer.echo("  " + said("none_stands_out", lang, count=number(len(rates), lang)))
    else:
        _print_standing(found, standing, title, lang)
        typer.echo("  " + said("others_between", lang, count=number(len(rates) - len(standing), lang)))
        if any(one.rule in _of_today(found) for one in standing):
            typer.echo("  " + said("as_now", lang))
    typer.echo()


def _print_standing(found: Reviewed, standing: list[RuleRate], title: str, lang: Language) -> None:
    labels, today = Labels(found.agreement.score_model), _of_today(found)
    heads = [said(key, lang) for key in ("rule", "points", "rate", "precision", "interval")]
    rows = []
    for one in standing:
        low, high = one.interval
        rows.append(
            (
                f"{one.rule} {labels.of(one.rule, lang)}{' *' if one.rule in today else ''}",
                signed(one.points, lang),
                f"{number(one.hit.won, lang)}/{number(one.hit.n, lang)}",
                percent(one.hit.won / one.hit.n, lang),
                between(percent(low, lang), percent(high, lang)),
                said(str(one.verdict), lang),
            )
        )
    print_table([*heads, ""], rows, title=title, right=heads[1:])


def _of_today(found: Reviewed) -> set[str]:
    return {one.rule for one in found.study.suspicions if one.leak is not Leak.TOO_GOOD}


def print_points(found: Reviewed, lang: Language, draft: Path | None) -> None:
    """Print what the sample allows, the proposed points, and how the draft stands."""
    study = found.study
    typer.echo(said("proposal", lang))
    won, others = (number(one, lang) for one in study.entered)
    rule = said(study.points_allowed.name.lower(), lang)
    typer.echo("  " + said("sample", lang, won=won, others=others, rule=rule))
    if study.line is not None:
        levels = sorted(found.agreement.score_model.thresholds.level.values())
        chances = [f"{number(one, lang)} → {percent(study.line.probability([one / _TEN]), lang)}" for one in levels]
        typer.echo("  " + said("line", lang, chances=", ".join(chances)))
    _print_doubts(found, lang)
    if study.points_allowed >= Allowed.GROUPS:
        _print_changes(found, lang)
        _print_test(found, lang)
    if draft is not None and found.draft is not None:
        typer.echo("  " + said("written", lang, path=draft))
    elif draft is not None:
        typer.echo("  " + said("not_written", lang))
    elif found.draft is not None:
        typer.echo("  " + said("to_write", lang))
    typer.echo()


def _print_doubts(found: Reviewed, lang: Language) -> None:
    if found.study.points_allowed < Allowed.GROUPS:
        return
    by_leak: defaultdict[Leak, list[str]] = defaultdict(list)
    for one in found.study.suspicions:
        by_leak[one.leak].append(one.rule)
    named = "; ".join(f"{', '.join(rules)} ({said(leak, lang)})" for leak, rules in by_leak.items())
    if named:
        typer.echo("  " + said("doubtful", lang, names=named))


def _print_changes(found: Reviewed, lang: Language) -> None:
    drafted = found.simulation.draft
    contents = (content_of(found.agreement), content_of(drafted))
    changed = [one for one in differences(found.agreement, drafted) if one.path[-1] in {"pts", "cap"}]
    for one in changed:
        typer.echo(f"  {difference_text(one, contents, lang)}")
    if not changed:
        typer.echo("  " + said("unchanged", lang))
    against = found.study.proposal.against if found.study.proposal is not None else ()
    if against:
        typer.echo("  " + said("against", lang, names=", ".join(against)))


def _print_test(found: Reviewed, lang: Language) -> None:
    tested = found.study.tested
    if tested is None:
        return
    if tested.today is None:
        won, others = (number(one, lang) for one in tested.fate)
        typer.echo("  " + said("untested", lang, won=won, others=others))
    for name, quality in (("today", tested.today), ("proposed", tested.proposed), ("card", tested.card)):
        if quality is not None:
            typer.echo("  " + said("tested", lang, name=said(name, lang), **_figures(quality, lang)))


def _figures(quality: Quality, lang: Language) -> dict[str, str]:
    low, high = quality.interval
    values = {"area": quality.area, "low": low, "high": high, "ks": quality.separation, "lift": quality.top.lift}
    values |= {"brier": quality.sharpness.brier, "eo": quality.sharpness.expected_by_observed}
    return {name: number(value, lang, digits=3) for name, value in values.items()}
