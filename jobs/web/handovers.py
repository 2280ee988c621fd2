"""The hand-over board: who waits for sales, how long there is, and the two answers sales can give."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from jobs.deciding.judgements import accept, reject, reject_reasons
from jobs.terms import term
from jobs.web.contacts import owners_of
from jobs.web.forms import operator_form
from jobs.web.pages import Asking, linked
from jobs.web.rows import late_text, person_row
from jobs.web.site import Site
from syncer.errors import ConfigError, Missing
from syncer.funnel import FunnelStage
from syncer.store.browse import ContactLine, ContactsAsked

_MOST = 200


def handover_routes(site: Site) -> Sequence[Route]:
    """Return the board, and the answer to one hand-over."""

    async def board(request: Request) -> Response:
        return await asyncio.to_thread(_board, site, request)

    async def decide(request: Request) -> Response:
        fields = await operator_form(request)
        return await asyncio.to_thread(_decide, site, request, fields)

    return [Route("/handovers", board), Route("/handovers/{id}", decide, methods=["POST"])]


def _board(site: Site, request: Request) -> Response:
    asking, owner = site.pages.asking(request), request.query_params.get("owner") or None
    owners, now = owners_of(site, asking), site.clock()
    lines = _waiting(site, asking, owner)
    rows = [
        (person_row(one, owners, site.zone, asking.lang), late_text(due, now, asking.lang), due < now)
        for one in lines
        if (due := one.sla_due_at) is not None
    ]
    return site.pages.page(
        request,
        "handovers.html",
        asking,
        rows=rows,
        late=sum(1 for _, _, is_late in rows if is_late),
        owners=sorted(owners.items(), key=lambda one: one[1]),
        owner=owner,
        reasons=[(reason, term(reason, asking.lang)) for reason in reject_reasons(site.agreement)],
        done=request.query_params.get("done"),
    )


def _waiting(site: Site, asking: Asking, owner: str | None) -> Sequence[ContactLine]:
    if asking.account is None:
        return ()
    asked = ContactsAsked(stages=[FunnelStage.LEAD_SQL], with_clock=True, owner_id=owner, limit=_MOST)
    with site.store.snapshot() as unit:
        return unit.browse.contacts(asking.account, asked)


def _decide(site: Site, request: Request, fields: Mapping[str, str]) -> Response:
    asking, contact_id = site.pages.asking(request), request.path_params["id"]
    if asking.account is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    by, reason = request.state.session.name, fields.get("reason", "")
    try:
        if fields.get("answer") == "accept":
            accept(site.store, site.agreement, asking.account, contact_id, by=by, now=site.clock())
        else:
            reject(site.store, site.agreement, asking.account, contact_id, reason=reason, by=by, now=site.clock())
    except Missing as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error.message) from error
    except ConfigError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from error
    return RedirectResponse(linked("/handovers", asking, {"done": contact_id}), HTTPStatus.SEE_OTHER)
