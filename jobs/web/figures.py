"""The figures: the last snapshot, or measured on the spot as the address asks; and where one of them comes from."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import groupby

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jobs.figures.asking import explained, question
from jobs.web.figure_rows import name_of, shown
from jobs.web.measured import asked_of, rows_of, told
from jobs.web.site import Site
from jobs.web.units import counted
from jobs.wording.terms import term
from jobs.wording.words import Language
from syncer.errors import ConfigError
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import KpiExplanation
from syncer.kpis.rendering.render import to_json
from syncer.kpis.result import Basis, Kpi
from syncer.store.values import KpiRow

#: Families with more rows are folded.
_UNFOLDED = 10


def figure_routes(site: Site) -> Sequence[Route]:
    """Return the table of figures, their JSON, and one figure's explanation."""

    async def table(request: Request) -> Response:
        return await asyncio.to_thread(_table, site, request)

    async def data(request: Request) -> Response:
        return await asyncio.to_thread(_data, site, request)

    async def one(request: Request) -> Response:
        return await asyncio.to_thread(_one, site, request)

    return [Route("/figures", table), Route("/figures/{id}", one), Route("/api/kpis", data)]


def _table(site: Site, request: Request) -> Response:
    asking = site.pages.asking(request)
    asked = asked_of(request, asking.lang)
    problem: str | None = None
    rows: Sequence[KpiRow] = ()
    try:
        rows = rows_of(site, asking, asked)
    except ConfigError as error:
        problem = told(error, asking.lang)
    dims = sorted({dim for one in catalogue().values() for dim in one.dims})
    return site.pages.page(
        request,
        "figures.html",
        asking,
        families=_families([shown(row, asking.lang) for row in rows], asking.lang),
        asked=asked,
        by=asked.by[0] if asked.by else None,
        dims=[(dim, term(dim, asking.lang)) for dim in dims],
        bases=[one.value for one in Basis],
        problem=problem,
        most=_UNFOLDED,
    )


def _families(
    rows: Sequence[Mapping[str, str]], lang: Language
) -> Sequence[tuple[str, str, Sequence[Mapping[str, str]]]]:
    """Return the rows KPI by KPI, each under the name of its headline."""
    families = groupby(rows, key=lambda row: row["id"].partition(".")[0])
    return [(id_, name_of(id_, lang), list(found)) for id_, found in families]


def _data(site: Site, request: Request) -> Response:
    asking = site.pages.asking(request)
    try:
        return JSONResponse(list(rows_of(site, asking, asked_of(request, asking.lang))))
    except ConfigError as error:
        problems = [{"key": one.key, "message": one.message, "hint": one.hint} for one in error.problems]
        return JSONResponse({"problems": problems}, HTTPStatus.BAD_REQUEST)


def _one(site: Site, request: Request) -> Response:
    asking = site.pages.asking(request)
    asked = asked_of(request, asking.lang)
    if asking.account is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        whole = question(site.store, site.in_force, asking.account, asked)
        found = explained(site.store, whole, request.path_params["id"])
    except ConfigError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, told(error, asking.lang)) from error
    return site.pages.page(
        request,
        "figure.html",
        asking,
        id=request.path_params["id"],
        asked=asked,
        found=[_explained(one, asking.lang) for one in found],
    )


def _explained(one: KpiExplanation, lang: Language) -> Mapping[str, object]:
    row_id = one.kpi.id
    return {
        "row": shown(_plain(one.kpi), lang),
        "formula": one.formula,
        "population": one.population,
        "counted": counted(row_id, one.denominator, lang),
        "reached": counted(row_id, one.numerator, lang),
        "excluded": [(term(reason, lang), counted(row_id, ids, lang)) for reason, ids in one.excluded.items()],
    }


def _plain(row: Kpi) -> KpiRow:
    [found] = json.loads(to_json([row]))
    return dict(found)
