"""The first page: funnel, forecast, outcomes and the hottest leads, from the last snapshot and the current states."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs.deciding.derive import last_clocks
from jobs.figures.leads import Lead, hottest
from jobs.figures.strip import funnel_strip
from jobs.names import agreement_text
from jobs.web.figures import Row, value_of
from jobs.web.pages import Asking
from jobs.web.site import Site
from jobs.web.words import page_word
from jobs.words import Language, number, percent, stage_name, time_text

#: Rows of the forecast and outcome boxes: KPI row → label.
_FORECAST = (
    ("K20", "sum"),
    ("K20.weighted", "weighted"),
    ("K20.commit", "commit"),
    ("K20.best_case", "best_case"),
    ("K20.won", "won_quarter"),
)
_OUTCOMES = (
    ("K10.won", "won"),
    ("K10.lost", "lost"),
    ("K10.other", "other"),
    ("K10.open", "open"),
    ("K10", "win_rate"),
    ("K10.broad", "win_rate_broad"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A label, its value, and the figure behind it."""

    id: str
    name: str
    value: str


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


def overview_routes(site: Site) -> Sequence[Route]:
    """Return the route of the first page."""

    async def index(request: Request) -> Response:
        asking = site.pages.asking(request)
        return site.pages.page(request, "overview.html", asking, **await asyncio.to_thread(_shown, site, asking))

    return [Route("/", index)]


def _shown(site: Site, asking: Asking) -> Mapping[str, object]:
    rows, as_of, leads = _read(site, asking)
    lang = asking.lang
    return {
        "as_of": time_text(as_of, site.zone, lang),
        "agreement": agreement_text(site.in_force),
        "strip": _strip(rows, lang),
        "forecast": _lines(rows, _FORECAST, lang),
        "outcomes": _lines(rows, _OUTCOMES, lang),
        "hottest": [(one, stage_name(one.stage, lang), number(one.priority, lang)) for one in leads],
    }


def _read(site: Site, asking: Asking) -> tuple[Sequence[Row], int | None, Sequence[Lead]]:
    if asking.account is None:
        return (), None, ()
    with site.store.snapshot() as unit:
        kept = unit.desk.last_snapshot(asking.account)
        rows = unit.desk.snapshot(asking.account, kept.run) if kept else ()
        clocks = last_clocks(unit, asking.account, site.clock())
    leads = hottest(site.store, site.agreement, asking.account, clocks, asking.lang)
    return rows, kept.as_of if kept else None, leads


def _strip(rows: Sequence[Row], lang: Language) -> Sequence[StripLine]:
    steps = funnel_strip(rows)
    entered = [step.entered if step.entered is not None else step.now for step in steps]
    widest = max(entered, default=0) or 1
    return [
        StripLine(
            stage=step.stage.value,
            name=stage_name(step.stage, lang),
            now=number(step.now, lang),
            entered=number(count, lang),
            width=round(100 * count / widest, 1),
            onward=percent(step.onward, lang),
            interval="" if step.lo is None else f"{percent(step.lo, lang)} – {percent(step.hi, lang)}",
        )
        for step, count in zip(steps, entered, strict=True)
    ]


def _lines(rows: Sequence[Row], wanted: Sequence[tuple[str, str]], lang: Language) -> Sequence[Line]:
    found = {str(row["id"]): row for row in rows}
    return [
        Line(id=ident, name=page_word(label, lang), value=value_of(found[ident], lang))
        for ident, label in wanted
        if ident in found
    ]
