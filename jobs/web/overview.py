"""The first page: funnel, forecast, outcomes and the hottest leads, from the last snapshot and the current states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.routing import Route

from jobs.deciding.derive import last_clocks
from jobs.figures.leads import Lead, hottest
from jobs.figures.strip import Step, funnel_strip
from jobs.web.figure_rows import Figures, Line
from jobs.web.measured import figures_of, page_of
from jobs.web.site import Site
from jobs.web.words import page_word
from jobs.wording.terms import agreement_text
from jobs.wording.words import Language, between, number, percent, stage_name
from syncer.kpis.rendering.render import figure_text

#: What the page measures where it is asked for another day.
_IDS = ("K01", "K02", "K10", "K15", "K20")
#: Rows of the forecast and outcome boxes: KPI row → label.
_FORECAST = {
    "K20": "sum",
    "K20.weighted": "weighted",
    "K20.risk_adjusted": "risk_adjusted",
    "K20.commit": "commit",
    "K20.best_case": "best_case",
    "K20.won": "won_quarter",
}
_OUTCOMES = {
    "K10.won": "won",
    "K10.lost": "lost",
    "K10.other": "other",
    "K10.open": "open",
    "K10": "win_rate",
    "K10.broad": "win_rate_broad",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StripLine:
    """One stage of the funnel."""

    stage: str
    name: str
    now: str
    entered: str
    #: Width of the bar, 0..100.
    width: float
    #: Share that went on.
    onward: str
    interval: str
    #: That share if no open cycle goes on, and if all do.
    bounds: str
    days: str
    value: str


def overview_routes(site: Site) -> Sequence[Route]:
    """Return the route of the first page."""
    return page_of(site, "/", "overview.html", _shown)


def _shown(site: Site, request: Request) -> Mapping[str, object]:
    asking, shown = site.pages.asking(request), figures_of(site, request, _IDS)
    lang = asking.lang
    return {
        **shown.frame,
        "agreement": agreement_text(site.agreement.label, site.in_force.notice, lang),
        "strip": _strip(shown.own, lang),
        "forecast": _lines(shown.own, _FORECAST, lang),
        "outcomes": _lines(shown.own, _OUTCOMES, lang),
        "hottest": [
            (one, stage_name(one.stage, lang), number(one.priority, lang))
            for one in _hottest(site, asking.account, lang)
        ],
    }


def _hottest(site: Site, account: str | None, lang: Language) -> Sequence[Lead]:
    if account is None:
        return ()
    with site.store.snapshot() as unit:
        clocks = last_clocks(unit, account, site.clock())
    return hottest(site.store, site.agreement, account, clocks, lang)


def _strip(figures: Figures, lang: Language) -> Sequence[StripLine]:
    steps = funnel_strip(figures.rows)
    widest = max((_volume(step) for step in steps), default=0) or 1
    return [
        StripLine(
            stage=step.stage.value,
            name=stage_name(step.stage, lang),
            now=number(step.now, lang),
            entered=number(_volume(step), lang),
            width=round(100 * _volume(step) / widest, 1),
            onward=percent(step.onward, lang),
            interval=_span(step.lo, step.hi, lang),
            bounds=_span(step.lower, step.upper, lang),
            days=number(step.days, lang),
            value=figure_text(step.value, step.currency, lang),
        )
        for step in steps
    ]


def _volume(step: Step) -> int:
    return step.now if step.entered is None else step.entered


def _span(low: float | None, high: float | None, lang: Language) -> str:
    return "" if low is None else between(percent(low, lang), percent(high, lang))


def _lines(figures: Figures, wanted: Mapping[str, str], lang: Language) -> Sequence[Line]:
    return [replace(one, name=page_word(wanted[one.id], lang)) for one in figures.lines(list(wanted))]
