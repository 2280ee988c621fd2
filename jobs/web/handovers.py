"""The hand-over board: who waits for sales, how long there is, and the two answers sales can give."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from jobs.deciding.derive import last_clocks
from jobs.deciding.judgements import accept, reject, reject_reasons, waiting_answers
from jobs.handovers.card_words import spoken
from jobs.handovers.handover import Handed, attempts_text, handovers
from jobs.web.contacts import owners_of
from jobs.web.forms import operator_form
from jobs.web.measured import told
from jobs.web.pages import Asking, linked
from jobs.web.rows import PersonRow, late_text, noted, person_row
from jobs.web.site import Site
from jobs.web.words import page_word
from jobs.wording.terms import term
from syncer.errors import ConfigError, Missing
from syncer.funnel import FunnelStage
from syncer.handover.sla import Sla
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store.reports.browse import ContactLine, ContactsAsked

_MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRow:
    """A lead that waits."""

    person: PersonRow
    #: Until sales has to act, with a minus how long that is past.
    left: str
    is_late: bool
    #: Why it was handed over.
    occasion: str
    #: Who has to hear of it by now.
    level: str
    #: How often it was tried to be reached, of how often was agreed before giving up.
    attempts: str


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
    owners = owners_of(site, asking)
    lines, handed = _waiting(site, asking, owner)
    rows = [_row(site, asking, one, handed.get(one.id), owners) for one in lines]
    return site.pages.page(
        request,
        "handovers.html",
        asking,
        rows=rows,
        late=sum(one.is_late for one in rows),
        most=_MOST,
        owners=sorted(owners.items(), key=lambda one: one[1]),
        owner=owner,
        answered=_answered(site, asking, lines),
        reasons=[(reason, term(reason, asking.lang)) for reason in reject_reasons(site.agreement)],
        said=noted(request.query_params.get("done"), {one.person.id: one.person.name for one in rows}, asking.lang),
    )


def _waiting(site: Site, asking: Asking, owner: str | None) -> tuple[Sequence[ContactLine], Mapping[str, Handed]]:
    """Return the most urgent leads, and the service level of each."""
    if asking.account is None:
        return (), {}
    asked = ContactsAsked(stages=[FunnelStage.LEAD_SQL], with_clock=True, owner_id=owner, limit=_MOST)
    with site.store.snapshot() as unit:
        lines = unit.browse.contacts(asking.account, asked)
        known = handovers(unit, site.agreement, asking.account, last_clocks(unit, asking.account, site.clock()))
        return lines, {one.facts.contact.id: one for one in known.of([line.id for line in lines])}


def _answered(site: Site, asking: Asking, lines: Sequence[ContactLine]) -> Mapping[str, str]:
    """Return by lead what somebody has answered since the last round."""
    if asking.account is None:
        return {}
    with site.store.snapshot() as unit:
        found = waiting_answers(unit, asking.account, Kind.CONTACT, [one.id for one in lines], site.clock())
    accepted = site.agreement.stages.accepted_lead_statuses
    return {
        id_: page_word("was_accepted", asking.lang)
        if status in accepted
        else f"{page_word('was_rejected', asking.lang)}: {term(status.lower(), asking.lang)}"
        for id_, status in found.items()
    }


def _row(site: Site, asking: Asking, line: ContactLine, handed: Handed | None, owners: Mapping[str, str]) -> WaitingRow:
    now, sla = site.clock(), None if handed is None else handed.sla
    due = line.sla_due_at if sla is None else acts_by(sla)
    reached = () if sla is None else heard_by(sla, now)
    return WaitingRow(
        person=person_row(replace(line, sla_due_at=due), owners, site.zone, asking.lang),
        left="" if due is None else late_text(due, now, asking.lang),
        is_late=due is not None and due < now,
        occasion="" if handed is None else page_word(f"by_{handed.sla.by}", asking.lang),
        attempts="" if handed is None else attempts_text(handed, site.agreement),
        level=spoken(reached[-1], asking.lang) if reached else page_word("level_none", asking.lang),
    )


def acts_by(sla: Sla) -> Millis:
    """Return until when sales has to act: get in touch, and then decide."""
    return sla.touch_due_at if sla.touched_at is None else sla.decision_due_at


def heard_by(sla: Sla, now: Millis) -> Sequence[str]:
    """Return who has to hear of a lead by now: until a person gets in touch, the clock runs on between decisions."""
    until = now if sla.touched_at is None else min(sla.touched_at - 1, now)
    return [one.to for one in sla.levels if one.at <= until]


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
        raise HTTPException(HTTPStatus.BAD_REQUEST, told(error, asking.lang)) from error
    kept = {"owner": request.query_params.get("owner"), "done": contact_id}
    return RedirectResponse(linked("/handovers", asking, kept), HTTPStatus.SEE_OTHER)
