"""Where pages take their figures from: the last snapshot, which has them ready, or a question of the address's own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs.figures.asking import Asked, question
from jobs.figures.splits import OWN, Split, measured_rows, split_rows
from jobs.web.figure_rows import Figures
from jobs.web.pages import Asking
from jobs.web.refusals import fault
from jobs.web.site import Site
from jobs.wording.words import Language, time_text
from syncer.errors import ConfigError
from syncer.store.values import KpiRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a page of figures shows."""

    asked: Asked
    #: Local time for which the figures stand.
    as_of: str
    own: Figures
    splits: Mapping[Split, Figures]
    #: Why there are none, in words for whoever asked.
    problem: str | None = None

    @property
    def frame(self) -> Mapping[str, object]:
        """What every such page tells its template."""
        is_empty = not self.own.rows and self.problem is None
        return {"asked": self.asked, "as_of": self.as_of, "problem": self.problem, "is_empty": is_empty}


def page_of(
    site: Site, path: str, template: str, shown: Callable[[Site, Request], Mapping[str, object]]
) -> Sequence[Route]:
    """Return the route of a page whose template is filled from what `shown` reads."""

    async def page(request: Request) -> Response:
        values = await asyncio.to_thread(shown, site, request)
        return site.pages.page(request, template, site.pages.asking(request), **values)

    return [Route(path, page)]


def asked_of(request: Request, lang: Language) -> Asked:
    """Return the question that an address puts."""
    said = {key: request.query_params.get(key) or None for key in ("period", "basis", "as_of", "by")}
    by = said.pop("by")
    return Asked(**said, by=() if by is None else (by,), lang=lang)


def figures_of(site: Site, request: Request, ids: Sequence[str], splits: Sequence[Split] = ()) -> Shown:
    """Return the figures of a page: all of the last snapshot, or those named for the day and period asked for."""
    asking = site.pages.asking(request)
    query = request.query_params
    asked = Asked(period=query.get("period") or None, as_of=query.get("as_of") or None, lang=asking.lang)
    rows: Mapping[str, Sequence[KpiRow]] = {}
    problem, as_of = None, None
    try:
        as_of, rows = _read(site, asking, asked, ids, splits)
    except ConfigError as error:
        problem = told(error, asking.lang)
    return Shown(
        asked=asked,
        as_of=time_text(as_of, site.zone, asking.lang),
        own=Figures(rows=rows.get(OWN, ()), lang=asking.lang),
        splits={one: Figures(rows=rows.get(one, ()), lang=asking.lang) for one in splits},
        problem=problem,
    )


def rows_of(site: Site, asking: Asking, asked: Asked) -> Sequence[KpiRow]:
    """Return every row of the last snapshot, or of a question of its own; ConfigError for what is none."""
    return _read(site, asking, asked, None, ())[1].get(OWN, ())


def last_figures(site: Site, account: str) -> Sequence[KpiRow]:
    """Return every row of an account's last snapshot, none where it was never measured."""
    return _kept(site, account, ())[1].get(OWN, ())


def told(error: ConfigError, lang: Language) -> str:
    """Return what is wrong with a question, each fault with its remedy."""
    return "; ".join(fault(one, lang) for one in error.problems)


def _read(
    site: Site, asking: Asking, asked: Asked, ids: Sequence[str] | None, splits: Sequence[Split]
) -> tuple[int | None, Mapping[str, Sequence[KpiRow]]]:
    if asking.account is None:
        return None, {}
    if asked == Asked(lang=asked.lang):
        return _kept(site, asking.account, splits)
    whole = question(site.store, site.in_force, asking.account, asked)
    with site.store.snapshot() as unit:
        found = {one.value: split_rows(unit, whole, one) for one in splits}
        return whole.as_of, {OWN: measured_rows(unit, whole, ids), **found}


def _kept(site: Site, account: str, splits: Sequence[Split]) -> tuple[int | None, Mapping[str, Sequence[KpiRow]]]:
    with site.store.snapshot() as unit:
        kept = unit.desk.last_snapshot(account)
        if kept is None:
            return None, {}
        return kept.as_of, {name: unit.desk.snapshot(account, kept.run, name) for name in (OWN, *splits)}
