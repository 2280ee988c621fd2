"""What differs between two agreements, and what a draft would do, on a terminal and as JSON."""

from collections.abc import Mapping, Sequence

import typer

from jobs.cli.frame import print_json
from jobs.cli.tables import print_table
from jobs.deciding.simulate import Simulation
from jobs.wording.agreement import difference_text
from jobs.wording.counted import worded
from jobs.wording.words import Language, between, number, percent, stage_name
from syncer.agreement import Agreement
from syncer.agreement.diff import content_of, differences
from syncer.handover.simulation import Frame, Tally

#: Hand-overs from which a share is shown (domain E0).
_FEW = 5

_TEXTS: Mapping[str, tuple[str, str]] = {
    "same": ("both say the same", "beide sagen dasselbe"),
    "unsigned": (
        "{label} is not signed by {role}: it does not run",
        "{label} ist nicht unterzeichnet von {role}: sie läuft nicht",
    ),
    "marketing": ("marketing", "Marketing"),
    "sales": ("sales", "Vertrieb"),
    "head": ("{account}: {now} today, {draft} as a draft", "{account}: heute {now}, als Entwurf {draft}"),
    "moves": ("contacts that would stand otherwise", "Kontakte, die anders stünden"),
    "no_moves": ("no contact would stand otherwise", "kein Kontakt stünde anders"),
    "from": ("from", "von"),
    "to": ("to", "nach"),
    "contacts": ("contacts", "Kontakte"),
    "rules": ("rules", "Regeln"),
    "now": ("today", "heute"),
    "draft": ("draft", "Entwurf"),
    "handed": ("hand-overs/week", "Übergaben/Woche"),
    "precision": ("precision", "Trefferquote"),
    "interval": ("95% interval", "95-%-Intervall"),
    "won": ("won of mature", "gewonnen von reifen"),
    "recall": ("recall", "erfasste Abschlüsse"),
    "capacity": ("of capacity", "der Kapazität"),
    "frame": (
        "hand-overs of the last {weeks} weeks; mature: {days} days ago or longer; capacity {capacity} a week",
        "Übergaben der letzten {weeks} Wochen; reif: {days} Tage her oder länger; Kapazität {capacity} je Woche",
    ),
    "table": ("threshold of level {level}", "Schwelle der Stufe {level}"),
    "advised": (
        "the lowest of these that stays within the capacity: T = {threshold}",
        "die niedrigste davon innerhalb der Kapazität: T = {threshold}",
    ),
    "few": (
        "no precision where fewer than {few} hand-overs are mature",
        "keine Trefferquote, wo weniger als {few} Übergaben reif sind",
    ),
    "none_fits": ("none of these stays within the capacity", "keine davon bleibt innerhalb der Kapazität"),
    "caveat": (
        "Below today's threshold hardly anybody was worked on: there, precision says what came without sales.",
        "Unter der heutigen Schwelle wurde kaum jemand bearbeitet: Dort sagt die Trefferquote, was ohne Vertrieb kam.",
    ),
}


def print_differences(old: Agreement, new: Agreement, lang: Language, *, as_json: bool) -> None:
    """Print what the second agreement changes, and who has not signed it."""
    found, contents = differences(old, new), (content_of(old), content_of(new))
    texts = [difference_text(one, contents, lang) for one in found]
    if as_json:
        rows = [
            {"key": one.key, "how": one.how, "before": one.before, "after": one.after, "text": text}
            for one, text in zip(found, texts, strict=True)
        ]
        unsigned = list(new.missing_signatures)
        print_json({"old": old.label, "new": new.label, "differences": rows, "unsigned": unsigned})
        return
    typer.echo(f"{old.label} → {new.label}")
    for text in texts or [_said("same", lang)]:
        typer.echo(f"  {text}")
    for role in new.missing_signatures:
        typer.echo(_said("unsigned", lang, label=new.label, role=_said(role, lang)))


def simulation_dict(found: Simulation, *, ids: bool) -> Mapping[str, object]:
    """Return the machine form."""
    frame = found.frame
    return {
        "account": found.account,
        "now": {"agreement": found.now.label, **_tally(found.before, frame)},
        "draft": {"agreement": found.draft.label, **_tally(found.after, frame)},
        "moved": [
            {"from": one[0], "to": one[1], "contacts": len(who), **({"ids": who} if ids else {})}
            for one, who in _moves(found)
        ],
        "level": found.level,
        "thresholds": [{"threshold": one.threshold, **_tally(one.tally, frame)} for one in found.variants],
        "capacity": found.capacity,
        "advised": found.advised,
        "weeks": frame.weeks,
        "horizon_days": frame.horizon_days,
        "unsigned": list(found.draft.missing_signatures),
    }


def print_simulation(found: Simulation, lang: Language, *, ids: bool) -> None:
    """Print what the draft would do."""
    typer.echo(_said("head", lang, account=found.account, now=found.now.label, draft=found.draft.label))
    _print_moves(found, lang, ids=ids)
    heads = _heads(lang)
    both = [("now", found.before), ("draft", found.after)]
    rows = [(_said(key, lang), *_cells(one, found, lang)) for key, one in both]
    print_table([_said("rules", lang), *heads], rows, right=heads)
    print_thresholds(found, lang)
    for role in found.draft.missing_signatures:
        typer.echo(_said("unsigned", lang, label=found.draft.label, role=_said(role, lang)))


def print_thresholds(found: Simulation, lang: Language) -> None:
    """Print what the thresholds tried would do, and the lowest of them that sales can take."""
    frame, heads = found.frame, _heads(lang)
    table = _said("table", lang, level=found.level)
    tried = [(f"T = {number(one.threshold, lang)}", *_cells(one.tally, found, lang)) for one in found.variants]
    print_table([table, *heads], tried, right=heads)
    typer.echo(_said("frame", lang, weeks=frame.weeks, days=frame.horizon_days, capacity=found.capacity))
    if any(one.mature < _FEW for one in (found.before, found.after, *(one.tally for one in found.variants))):
        typer.echo(_said("few", lang, few=_FEW))
    if found.advised is None:
        typer.echo(_said("none_fits", lang))
    else:
        typer.echo(_said("advised", lang, threshold=number(found.advised, lang)))
    typer.echo(_said("caveat", lang))


def _heads(lang: Language) -> Sequence[str]:
    return [_said(key, lang) for key in ("handed", "precision", "interval", "won", "recall", "capacity")]


def _print_moves(found: Simulation, lang: Language, *, ids: bool) -> None:
    if not found.moved:
        typer.echo(_said("no_moves", lang))
        return
    heads = [_said(key, lang) for key in ("from", "to", "contacts")]
    rows = [
        (*(stage_name(stage, lang) for stage in pair), number(len(who), lang), *((", ".join(who),) if ids else ()))
        for pair, who in _moves(found)
    ]
    print_table([*heads, *(("ids",) if ids else ())], rows, title=_said("moves", lang), right=heads[2:])


def _moves(found: Simulation) -> Sequence[tuple[tuple[str, str], Sequence[str]]]:
    """Return the moves, the most frequent first."""
    return sorted(found.moved.items(), key=lambda one: (-len(one[1]), one[0]))


def _cells(tally: Tally, found: Simulation, lang: Language) -> Sequence[str]:
    week, was = tally.a_week(found.frame), found.before.a_week(found.frame)
    more = "" if tally is found.before else f" ({number(week - was, lang, digits=1, is_signed=True)})"
    low, high = tally.interval if tally.mature >= _FEW else (None, None)
    interval = "–" if low is None or high is None else between(percent(low, lang), percent(high, lang))
    return (
        number(week, lang, digits=1) + more,
        percent(tally.precision if tally.mature >= _FEW else None, lang),
        interval,
        f"{number(tally.won, lang)}/{number(tally.mature, lang)}",
        percent(tally.recall, lang),
        percent(week / found.capacity, lang) if found.capacity else "–",
    )


def _tally(tally: Tally, frame: Frame) -> Mapping[str, object]:
    low, high = tally.interval
    return {
        "stages": dict(sorted(tally.stages.items())),
        "handovers_a_week": round(tally.a_week(frame), 2),
        "precision": tally.precision,
        "lo": low,
        "hi": high,
        "n": tally.mature,
        "k": tally.won,
        "status": "sound" if tally.mature >= _FEW else "few" if tally.mature else "none",
        "recall": tally.recall,
    }


def _said(key: str, lang: Language, **values: object) -> str:
    return worded(_TEXTS[key], lang, values)
