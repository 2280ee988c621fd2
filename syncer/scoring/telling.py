"""An explanation's lines for a salesperson: seven at most, numbers in the language's format (domain D5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from syncer.funnel.facts import ContactDecision, ContactFacts, Contribution, FunnelStage, Outcome, Rank, Score
from syncer.legible import legible
from syncer.moments import Millis
from syncer.notation import Lang, percent
from syncer.scoring.contributions import CLAMP, ENGAGEMENT, FIT, NEGATIVE, event_moments, is_closing
from syncer.scoring.counterfactuals import Counterfactual
from syncer.scoring.fit import Fit
from syncer.scoring.matrix import FULL, NONE
from syncer.scoring.rounding import NOTHING
from syncer.scoring.scorer import Scorer
from syncer.scoring.texts import GERMAN_BASES, TEXTS
from syncer.scoring.words import day, figure, minute, signed, word

_MAX_LINES = 7
_TITLE_WIDTH = 11
#: Ages shown of the events of one rule.
_SHOWN = 5
#: Hand-overs from which a share is told with its interval (domain E0).
_FEW = 5
_MINUTES_PER_HOUR = 60
#: Sales works on these already: a request would make nothing of them.
_WITH_SALES = frozenset({FunnelStage.LEAD_SAL, FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST})


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseRate:
    """How comparable hand-overs ended: `k` customers of `n`, with a 95 % interval in shares."""

    #: From which cell they were handed over.
    cell: str
    k: int
    n: int
    low: float
    high: float
    #: Over how many months.
    months: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What sales has agreed to do about a lead that was handed over, and whether it got in touch."""

    #: Business minutes until the first touch.
    minutes: int
    is_touched: bool
    decision_due_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One contact, about to be explained in one language."""

    scorer: Scorer
    facts: ContactFacts
    decision: ContactDecision
    fit: Fit
    score: Score
    lines: Sequence[Contribution]
    counterfactuals: Sequence[Counterfactual]
    base_rate: BaseRate | None
    as_of: int
    lang: Lang
    #: None where nothing was handed over.
    service: Service | None = None


def told(case: Case) -> list[str]:
    """Return the lines, most telling first; what there is nothing to say about is left out."""
    lines = [_headline(case)]
    if case.score.basis == NONE:
        return [*lines, TEXTS[case.lang]["is_test" if "is_test" in case.decision.flags else "no_basis"]]
    told = (_fit(case), _activity(case), _negative(case), _experience(case), _change(case), _next_step(case))
    lines.extend(line for line in told if line is not None)
    return lines[:_MAX_LINES]


def _headline(case: Case) -> str:
    score, lang, model = case.score, case.lang, case.scorer.model
    return TEXTS[lang]["headline"].format(
        cell=score.cell,
        fit=figure(score.fit, lang),
        engagement=figure(score.engagement, lang),
        model=f"{model.id} v{model.version}",
        at=minute(case.as_of, case.scorer.days, lang),
    )


def _titled(case: Case, title: str, parts: Iterable[str]) -> str:
    return f"{TEXTS[case.lang][title]:<{_TITLE_WIDTH}}{' · '.join(parts)}"


def _fit(case: Case) -> str:
    groups: dict[object, list[Contribution]] = {}
    for line in case.lines:
        if line.part == FIT and line.detail["group"] is not None:
            groups.setdefault(line.detail["group"], []).append(line)
    parts = [_fit_group(case, lines) for lines in groups.values()]
    return _titled(case, "fit", [*(parts or [TEXTS[case.lang]["none"]]), *_clamped(case, FIT)])


def _clamped(case: Case, axis: str) -> Iterator[str]:
    """Yield what the end of the scale gives or takes: without it the parts would not sum to the score."""
    for line in case.lines:
        if line.rule_id == CLAMP and line.part == axis:
            yield f"{signed(line.after_cap, case.lang)} {line.label}"


def _fit_group(case: Case, lines: Sequence[Contribution]) -> str:
    lang = case.lang
    rules = [line for line in lines if not is_closing(line)]
    given = fsum(line.after_cap for line in lines)
    text = f"{signed(given, lang)} {' & '.join(line.label for line in rules)}"
    if len(rules) == len(lines):
        return text
    # What a group gives that its cap cuts is the cap.
    raw, cap = figure(fsum(line.raw for line in rules), lang), figure(abs(given), lang)
    return f"{text} ({TEXTS[lang]['capped'].format(raw=raw, cap=cap)})"


def _activity(case: Case) -> str:
    if case.score.basis != FULL:
        return _titled(case, "activity", [TEXTS[case.lang]["no_consent"]])
    lines = [line for line in case.lines if line.part == ENGAGEMENT]
    shown = (line for line in lines if not is_closing(line) and abs(line.decayed) >= NOTHING)
    rules = sorted(shown, key=lambda line: -line.decayed)
    parts = [_events(case, line) for line in rules]
    parts += [
        f"{signed(line.after_cap, case.lang)} {line.label}"
        for line in lines
        if is_closing(line) and line.detail["group"] is not None
    ]
    return _titled(case, "activity", [*(parts or [TEXTS[case.lang]["none"]]), *_clamped(case, ENGAGEMENT)])


def _events(case: Case, line: Contribution) -> str:
    texts, days = TEXTS[case.lang], case.scorer.days
    today = days.of(case.as_of)
    ages = sorted({today - days.of(at) for at in event_moments(line)})
    count = len(line.evidence_ids)
    label = line.label + _content(case, line)
    if count > 1:
        by_day = case.scorer.labels.once_a_day(line.rule_id)
        label = (texts["on_days"] if by_day else texts["times"]).format(label=label, count=count)
    shown = ", ".join(map(str, ages[:_SHOWN])) + (" …" if len(ages) > _SHOWN else "")
    unit = texts["day"] if ages == [1] else texts["days"]
    when = texts["today"] if ages == [0] else texts["ago"].format(ages=shown, unit=unit)
    return f"{signed(line.decayed, case.lang)} {label} ({when})"


def _content(case: Case, line: Contribution) -> str:
    """Return the name of the one content that a rule counts, in quotes."""
    if len(line.evidence_ids) != 1 or not case.scorer.labels.by_content(line.rule_id):
        return ""
    row = next(row for row in case.facts.evidence if row.id == line.evidence_ids[0])
    content = legible(row.subject)
    return TEXTS[case.lang]["quoted"].format(content=content) if content else ""


def _negative(case: Case) -> str:
    lang, texts = case.lang, TEXTS[case.lang]
    parts = [f"{signed(line.after_cap, lang)} {line.label}" for line in case.lines if line.part == NEGATIVE]
    missing = [
        texts["up_to"].format(name=word(name, lang), points=signed(case.scorer.potential(name), lang))
        for name in case.fit.missing
    ]
    profile = texts["profile"].format(share=percent(case.fit.completeness, lang, digits=0))
    if missing:
        profile += f" ({texts['missing']}: {', '.join(missing)})"
    return _titled(case, "negative", [", ".join(parts) or texts["none"], profile])


def _experience(case: Case) -> str | None:
    rate, texts = case.base_rate, TEXTS[case.lang]
    if rate is None:
        return None
    if not rate.n:
        return _titled(case, "experience", [texts["no_base_rate"].format(cell=rate.cell, months=rate.months)])
    text = texts["base_rate"].format(
        n=rate.n,
        cell=rate.cell,
        months=rate.months,
        k=rate.k,
        handovers=texts["handover" if rate.n == 1 else "handovers"],
        became=texts["one_became" if rate.k == 1 else "became"],
        customers=texts["customer" if rate.k == 1 else "customers"],
    )
    if rate.n >= _FEW:
        share, low, high = (f"{100 * value:.0f}" for value in (rate.k / rate.n, rate.low, rate.high))
        text += texts["share"].format(share=share, low=low, high=high)
    return _titled(case, "experience", [text])


def _change(case: Case) -> str | None:
    texts, lang = TEXTS[case.lang], case.lang
    parts, with_sales = [], _is_with_sales(case.decision)
    for one in case.counterfactuals:
        if one.at is not None:
            text = texts["silence"].format(day=day(one.at, case.scorer.days, lang), cell=one.new_cell)
            handed_over = Rank[case.decision.stage.name] >= Rank.LEAD_SQL
            parts.append(f"{text} ({texts['kept']})." if handed_over else f"{text}.")
        elif not with_sales:
            parts.append(_request(case, one))
    if not parts and with_sales:
        parts.append(texts["with_sales"])
    return f"{texts['change']} {' '.join(parts)}" if parts else None


def _is_with_sales(decision: ContactDecision) -> bool:
    """Say whether sales works on a contact; under a stage set by hand an open deal or an acceptance goes on."""
    if decision.overridden_until is None or not decision.cycles:
        return decision.stage in _WITH_SALES
    latest = decision.cycles[-1]
    is_accepted = latest.accepted_at is not None and (latest.rejected_at or 0) < latest.accepted_at
    goes_on = latest.outcome is Outcome.OPEN and (latest.deal_id is not None or is_accepted)
    return decision.stage in _WITH_SALES or goes_on


def _request(case: Case, one: Counterfactual) -> str:
    texts, lang, decision = TEXTS[case.lang], case.lang, case.decision
    event, held = word(one.change, lang), decision.overridden_until
    if one.action != "sales_ready":
        return texts["request_review"].format(event=event)
    if held is None or decision.stage is FunnelStage.LEAD_SQL:
        return texts["request"].format(event=event)
    return texts["request_held"].format(event=event, day=day(held, case.scorer.days, lang))


def _next_step(case: Case) -> str:
    texts = TEXTS[case.lang]
    return f"{texts['step']}: {_step(case)} · {texts['consent']}: {_consent(case)}"


def _step(case: Case) -> str:
    """Return what sales does next: get in touch, then decide; what is late is said to be late."""
    texts, due, service = TEXTS[case.lang], case.decision.sla_due_at, case.service
    if due is None:
        return texts["no_step"]
    todo, span = "contact", "" if service is None else texts["service"].format(span=_span(service.minutes))
    if service is not None and service.is_touched:
        todo, due, span = "decide", service.decision_due_at, ""
    when = texts["overdue" if due < case.as_of else "by"].format(at=minute(due, case.scorer.days, case.lang))
    return f"{texts[todo]}{when}{span}"


def _span(minutes: int) -> str:
    """Return business minutes as people say them."""
    hours, rest = divmod(minutes, _MINUTES_PER_HOUR)
    return f"{hours} h" if hours > 1 and not rest else f"{minutes} min"


def _consent(case: Case) -> str:
    texts, contact = TEXTS[case.lang], case.facts.contact
    if contact.opted_out:
        return texts["opted_out"]
    basis = contact.fields.get("consent")
    if not basis:
        return texts["consent_unknown"]
    said = GERMAN_BASES.get(str(basis), basis) if case.lang == "de" else basis
    return texts["consented"].format(basis=said)
