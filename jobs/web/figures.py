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

from jobs.figures.asking import Asked, explained, measured, question
from jobs.terms import exclusions, member, term
from jobs.web.pages import Asking
from jobs.web.site import Site
from jobs.words import Language, number
from syncer.errors import ConfigError
from syncer.kpis.catalogue import catalogue
from syncer.kpis.measure import KpiExplanation
from syncer.kpis.render import figure_text, to_json
from syncer.kpis.result import Basis, Kpi

_SHOWN = 100
#: What the address may say beside account and language.
_KEYS = ("period", "basis", "as_of", "by")

Row = Mapping[str, object]


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
    asked = _asked(request, asking.lang)
    problem: str | None = None
    rows: Sequence[Row] = ()
    try:
        rows = _rows(site, asking, asked)
    except ConfigError as error:
        problem = "; ".join(f"{one.message} ({one.hint})" if one.hint else one.message for one in error.problems)
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
        return JSONResponse(list(_rows(site, asking, _asked(request, asking.lang))))
    except ConfigError as error:
        problems = [{"key": one.key, "message": one.message, "hint": one.hint} for one in error.problems]
        return JSONResponse({"problems": problems}, HTTPStatus.BAD_REQUEST)


def _asked(request: Request, lang: Language) -> Asked:
    said = {key: request.query_params.get(key) or None for key in _KEYS}
    by = said.pop("by")
    return Asked(**said, by=() if by is None else (by,), lang=lang)


def _rows(site: Site, asking: Asking, asked: Asked) -> Sequence[Row]:
    """Return the rows of the last snapshot, which has them ready, or of a question of its own."""
    if asking.account is None:
        return ()
    if asked == Asked(lang=asked.lang):
        with site.store.snapshot() as unit:
            kept = unit.desk.last_snapshot(asking.account)
            return unit.desk.snapshot(asking.account, kept.run) if kept else ()
    whole = question(site.store, site.in_force, asking.account, asked)
    return plain(measured(site.store, whole))


def _one(site: Site, request: Request) -> Response:
    asking = site.pages.asking(request)
    asked = _asked(request, asking.lang)
    if asking.account is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        whole = question(site.store, site.in_force, asking.account, asked)
        found = explained(site.store, whole, request.path_params["id"])
    except ConfigError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, "; ".join(one.message for one in error.problems)) from error
    return site.pages.page(
        request,
        "figure.html",
        asking,
        id=request.path_params["id"],
        asked=asked,
        found=[_explained(one, asking.lang) for one in found],
    )


def _explained(one: KpiExplanation, lang: Language) -> Mapping[str, object]:
    return {
        "row": shown(plain([one.kpi])[0], lang),
        "formula": one.formula,
        "population": one.population,
        "counted": [unit_link(unit) for unit in one.denominator[:_SHOWN]],
        "counted_in_all": number(len(one.denominator), lang),
        "reached": [unit_link(unit) for unit in one.numerator[:_SHOWN]],
        "reached_in_all": number(len(one.numerator), lang),
        "excluded": [
            (term(reason, lang), number(len(ids), lang), [unit_link(unit) for unit in ids[:_SHOWN]])
            for reason, ids in one.excluded.items()
        ],
    }


def plain(rows: Sequence[Kpi]) -> Sequence[Row]:
    """Return rows as a snapshot keeps them."""
    found: list[dict[str, object]] = json.loads(to_json(rows))
    return found


def unit_link(unit: str) -> tuple[str, str]:
    """Return a unit and the record to look at: cycles are `contact#cycle`, other units their own id."""
    return unit, unit.partition("#")[0]


def shown(row: Row, lang: Language) -> Mapping[str, str]:
    """Return a KPI row as text."""
    segment = row["segment"]
    names = _labels(row)
    parts = (
        [f"{term(dim, lang)} {names.get(dim) or member(dim, value, lang)}" for dim, value in segment.items()]
        if isinstance(segment, Mapping)
        else []
    )
    return {
        "id": str(row["id"]),
        "name": name_of(str(row["id"]), lang),
        "segment": ", ".join(parts),
        "value": value_of(row, lang),
        "interval": "" if row["lo"] is None else f"{value_of(row, lang, 'lo')} – {value_of(row, lang, 'hi')}",
        "n": _counted(row, lang),
        "status": term(str(row["status"]), lang),
        "basis": f"{term(str(row['basis']), lang)} · {term(str(row['period']), lang)}",
        "excluded": exclusions(row["excluded"], lang),
    }


def name_of(row_id: str, lang: Language) -> str:
    """Return a figure's name from the catalogue; the id where an old snapshot has a figure that is no more."""
    declared = catalogue().get(row_id.partition(".")[0])
    found = None if declared is None else declared.rows.get(row_id)
    return row_id if found is None else found.names[lang]


def value_of(row: Row, lang: Language, column: str = "value") -> str:
    """Return a figure of a row in its unit."""
    value = row[column]
    return figure_text(value if isinstance(value, int | float) else None, str(row["unit"]), lang)


def _counted(row: Row, lang: Language) -> str:
    n, k = row["n"], row["k"]
    if not isinstance(n, int):
        return ""
    return number(n, lang) if not isinstance(k, int) else f"{number(k, lang)} / {number(n, lang)}"


def _labels(row: Row) -> Mapping[str, object]:
    notes = row["notes"]
    labels = notes.get("labels") if isinstance(notes, Mapping) else None
    return labels if isinstance(labels, Mapping) else {}
