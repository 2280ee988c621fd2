"""Money by source: what leads and orders cost and what they brought, under every model of attribution side by side."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.routing import Route

from jobs.figures.splits import Split
from jobs.web.figure_rows import Figures, Named, amount_of
from jobs.web.measured import figures_of, page_of
from jobs.web.site import Site
from jobs.web.words import page_word
from jobs.wording.terms import member
from syncer.kpis.statistics.attribution import Model

_IDS = ("K17", "K18", "K19", "K28")
_WHOLE = ("K17.cost", "K17.cpi", "K17", "K17.cp_sql", "K18", "K18.full", "K18.cac", "K19.revenue", "K19", "K19.roas")
#: Columns by source: figure → word of its head.
_BY_SOURCE = {
    "K17.cost": "cost",
    "K17.cpi": "cpi",
    "K17": "cpl",
    "K17.cp_sql": "cp_sql",
    "K18": "cpo",
    "K19.revenue": "revenue",
    "K19": "romi",
    "K19.roas": "roas",
}


def money_routes(site: Site) -> Sequence[Route]:
    """Return the route of the page."""
    return page_of(site, "/money", "money.html", _shown)


def _shown(site: Site, request: Request) -> Mapping[str, object]:
    shown = figures_of(site, request, _IDS, (Split.SOURCE,))
    own, split = shown.own, shown.splits[Split.SOURCE]
    return {
        **shown.frame,
        "whole": own.lines(_WHOLE),
        "heads": list(_BY_SOURCE.values()),
        "sources": _sources(split),
        "models": [member("model", model.value, own.lang) for model in Model],
        "revenue": _models(own, "K28"),
        "orders": _models(own, "K28.orders"),
        "kinds": _members(own, "K17.cost_by_kind", "kind"),
        "without_leads": _members(split, "K17.cost_without_leads", "source"),
    }


def _sources(split: Figures) -> Sequence[Named]:
    """Return what each source cost and brought, the most revenue first."""
    known = dict(split.members("K19.revenue", "source")) | dict(split.members("K17.cost", "source"))
    order = sorted(known.items(), key=lambda one: -amount_of(split.one("K19.revenue", source=one[0])))
    return [
        Named(name=_name(name, source, split), cells=[split.cell(id_, source=source) for id_ in _BY_SOURCE])
        for source, name in order
    ]


def _models(own: Figures, row_id: str) -> Sequence[Named]:
    """Return each source under every model."""
    known = dict(own.members(row_id, "source"))
    first = Model.FIRST.value
    order = sorted(known.items(), key=lambda one: -amount_of(own.one(row_id, model=first, source=one[0])))
    return [
        Named(
            name=_name(name, source, own), cells=[own.cell(row_id, model=model.value, source=source) for model in Model]
        )
        for source, name in order
    ]


def _members(figures: Figures, row_id: str, dim: str) -> Sequence[Named]:
    """Return what is known to have cost something."""
    return [
        Named(name=_name(name, value, figures), cells=[figures.cell(row_id, **{dim: value})])
        for value, name in figures.members(row_id, dim)
        if amount_of(figures.one(row_id, **{dim: value}))
    ]


def _name(name: str, value: str | None, figures: Figures) -> str:
    return page_word("unknown", figures.lang) if value is None else name
