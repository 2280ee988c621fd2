"""Contacts: who stands where, by priority, a page at a time."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from jobs.figures.beside import last_stages
from jobs.web.pages import Asking, linked
from jobs.web.rows import PersonRow, person_row
from jobs.web.site import Site
from jobs.wording.words import number, stage_name
from syncer.funnel import FunnelStage
from syncer.store.reports.browse import ContactsAsked

_PAGE = 50
#: What any database holds as an integer.
_PRIORITY = re.compile(r"-?[0-9]{1,18}")
#: Stages that the list can be narrowed to, in the funnel's order.
_STAGES = tuple(FunnelStage)


def contact_routes(site: Site) -> Sequence[Route]:
    """Return the route of the list."""

    async def listing(request: Request) -> Response:
        return await asyncio.to_thread(_listing, site, request)

    return [Route("/contacts", listing)]


def _listing(site: Site, request: Request) -> Response:
    asking, query = site.pages.asking(request), request.query_params
    wanted = query.get("find", "").strip()
    found = _find(site, asking, wanted)
    if found is not None:
        return RedirectResponse(linked(f"/contacts/{found}", asking, {}), HTTPStatus.SEE_OTHER)
    asked = ContactsAsked(
        stages=[query["stage"]] if query.get("stage") in set(FunnelStage) else (),
        owner_id=query.get("owner") or None,
        after=_after(query),
        limit=_PAGE,
    )
    return site.pages.page(
        request, "contacts.html", asking, **_shown(site, asking, asked), missed=wanted or None, find=wanted
    )


def _shown(site: Site, asking: Asking, asked: ContactsAsked) -> Mapping[str, object]:
    owners, rows, counts = owners_of(site, asking), _no_rows(), {}
    more = None
    if asking.account is not None:
        with site.store.snapshot() as unit:
            lines = unit.browse.contacts(asking.account, asked)
            counts = dict(last_stages(unit, asking.account))
        rows = [person_row(one, owners, site.zone, asking.lang) for one in lines]
        more = f"{lines[-1].priority}:{lines[-1].id}" if len(lines) == _PAGE else None
    stage = asked.stages[0] if asked.stages else None
    return {
        "rows": rows,
        "owners": sorted(owners.items(), key=lambda one: one[1]),
        "owner": asked.owner_id,
        "stage": stage,
        "stages": [
            (one.value, stage_name(one, asking.lang), number(counts[one.value], asking.lang))
            for one in _STAGES
            if counts.get(one.value)
        ],
        "more": None if more is None else {"stage": stage, "owner": asked.owner_id, "after": more},
    }


def _no_rows() -> Sequence[PersonRow]:
    return ()


def owners_of(site: Site, asking: Asking) -> Mapping[str, str]:
    """Return the account's owners by id."""
    if asking.account is None:
        return {}
    with site.store.snapshot() as unit:
        return {one.id: one.name for one in unit.mirror.owners(asking.account)}


def _find(site: Site, asking: Asking, wanted: str) -> str | None:
    if not wanted or asking.account is None:
        return None
    with site.store.snapshot() as unit:
        found = unit.mirror.contact(asking.account, wanted)
    return None if found is None else found.id


def _after(query: Mapping[str, str]) -> tuple[int, str] | None:
    priority, _, last = query.get("after", "").partition(":")
    return (int(priority), last) if last and _PRIORITY.fullmatch(priority) else None
