"""Deals and the Closed-Other desk: what a rule would delay, what was delayed until when, and the answer of a person."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from jobs.deciding.explaining import deal_story
from jobs.deciding.judgements import Answer, answer, waiting_answers
from jobs.web.contacts import owners_of
from jobs.web.forms import operator_form
from jobs.web.pages import Asking, linked
from jobs.web.resumes import resume_calendar
from jobs.web.rows import deal_row, full_name, lead_row, noted
from jobs.web.site import Site
from jobs.web.tales import deal_tale
from jobs.web.words import page_word
from jobs.wording.shown import shown
from syncer.errors import Missing
from syncer.records import Kind
from syncer.store import Unit
from syncer.store.ledger.lead_returns import LeadReturn
from syncer.store.reports.browse_deals import DealLine, DealView

_MOST = 150
_VIEWS: tuple[DealView, ...] = get_args(DealView)


def deal_routes(site: Site) -> Sequence[Route]:
    """Return the lists, one deal's story and the answer to a proposed delay."""

    async def listing(request: Request) -> Response:
        return await asyncio.to_thread(_listing, site, request)

    async def story(request: Request) -> Response:
        return await asyncio.to_thread(_story, site, request)

    async def decide(request: Request) -> Response:
        fields = await operator_form(request)
        return await asyncio.to_thread(_decide, site, request, fields)

    return [
        Route("/deals", listing),
        Route("/deals/{id}", story),
        Route("/deals/{id}", decide, methods=["POST"]),
    ]


def _listing(site: Site, request: Request) -> Response:
    asking, query = site.pages.asking(request), request.query_params
    view: DealView = next((one for one in _VIEWS if one == query.get("view")), "proposed")
    owner = query.get("owner") or None
    owners = owners_of(site, asking)
    lines, stages = _read(site, asking, view, owner)
    leads = _leads(site, asking, owner) if view == "other" else ()
    return site.pages.page(
        request,
        "deals.html",
        asking,
        view=view,
        views=_VIEWS,
        rows=[deal_row(one, owners, stages, site.zone, asking.lang) for one in lines],
        calendar=resume_calendar(lines, leads, site.agreement.calendar, asking.lang) if view == "other" else (),
        leads=[lead_row(one, owners, site.zone, asking.lang) for one in leads],
        owners=sorted(owners.items(), key=lambda one: one[1]),
        owner=owner,
        most=_MOST,
        answered=_answered(site, asking, lines) if view == "proposed" else {},
        said=noted(query.get("done"), {one.id: one.name for one in lines}, asking.lang),
    )


def _read(
    site: Site, asking: Asking, view: DealView, owner: str | None
) -> tuple[Sequence[DealLine], Mapping[str, str]]:
    if asking.account is None:
        return (), {}
    with site.store.snapshot() as unit:
        return unit.browse.deals(asking.account, view, owner_id=owner, limit=_MOST), deal_stages(unit, asking.account)


def _leads(site: Site, asking: Asking, owner: str | None) -> Sequence[LeadReturn]:
    if asking.account is None:
        return ()
    with site.store.snapshot() as unit:
        return unit.browse.lead_returns(asking.account, owner_id=owner, limit=_MOST)


def deal_stages(unit: Unit, account: str) -> Mapping[str, str]:
    """Return what the CRM calls its deal stages, by id."""
    return {one.stage_id: one.label or one.stage_id for one in unit.mirror.stages(account)}


def _answered(site: Site, asking: Asking, lines: Sequence[DealLine]) -> Mapping[str, str]:
    """Return by deal what somebody has answered since the last round."""
    if asking.account is None:
        return {}
    with site.store.snapshot() as unit:
        found = waiting_answers(unit, asking.account, Kind.DEAL, [one.id for one in lines], site.clock())
    return {id_: page_word(f"was_{said}", asking.lang) for id_, said in found.items()}


def _story(site: Site, request: Request) -> Response:
    asking = site.pages.asking(request)
    if asking.account is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        story = deal_story(site.store, asking.account, request.path_params["id"])
    except Missing as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error.message) from error
    with site.store.snapshot() as unit:
        stages, lines = deal_stages(unit, asking.account), unit.browse.deals_named(asking.account, [str(story["id"])])
        primary = unit.mirror.contact(asking.account, str(story["primary_contact"] or ""))
    owners = owners_of(site, asking)
    return site.pages.page(
        request,
        "deal.html",
        asking,
        deal=deal_tale(story, shown(site.agreement, stages, owners, site.zone, asking.lang)),
        lines=[deal_row(one, owners, stages, site.zone, asking.lang) for one in lines],
        primary_name=story["primary_contact"] if primary is None else full_name(primary),
    )


def _decide(site: Site, request: Request, fields: Mapping[str, str]) -> Response:
    asking, deal_id = site.pages.asking(request), request.path_params["id"]
    said = next((one for one in Answer if one == fields.get("answer")), None)
    if asking.account is None or said is None:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "answer other or open")
    try:
        answer(site.store, asking.account, deal_id, said, by=request.state.session.name, now=site.clock())
    except Missing as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error.message) from error
    kept = {"owner": request.query_params.get("owner"), "done": deal_id}
    return RedirectResponse(linked("/deals", asking, kept), HTTPStatus.SEE_OTHER)
