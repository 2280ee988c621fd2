"""One contact's whole story: where they stand and why, what happened, and what the CRM was told."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs.deciding.derive import deals_of, last_clocks
from jobs.deciding.explaining import contact_story
from jobs.handovers.experience import last_rates
from jobs.handovers.waiting import card_for
from jobs.web.contacts import owners_of
from jobs.web.deals import deal_stages
from jobs.web.pages import Asking
from jobs.web.rows import deal_row, full_name, owner_name
from jobs.web.site import Site
from jobs.web.tales import facts_of, parts, passings, told, told_time
from jobs.wording.shown import shown
from jobs.wording.terms import agreement_text
from jobs.wording.words import stage_name
from syncer.errors import Missing
from syncer.records import Kind

#: Facts of the chronology, and values that were written, newest first.
_RECENT = 60


def story_routes(site: Site) -> Sequence[Route]:
    """Return the route of a contact's page."""

    async def story(request: Request) -> Response:
        asking = site.pages.asking(request)
        try:
            shown = await asyncio.to_thread(_shown, site, asking, request.path_params["id"])
        except Missing as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, error.message) from error
        return site.pages.page(request, "contact.html", asking, **shown)

    return [Route("/contacts/{id}", story)]


def _shown(site: Site, asking: Asking, contact_id: str) -> Mapping[str, object]:
    if asking.account is None:
        raise Missing("no account yet")
    now, zone, lang = site.clock(), site.zone, asking.lang
    story = contact_story(
        site.store,
        site.agreement,
        asking.account,
        contact_id,
        as_of=None,
        known_at=now,
        lang=lang,
        rates=last_rates,
    )
    facts = story.facts
    with site.store.snapshot() as unit:
        account = asking.account
        known = next(unit.facts.contacts(account, [story.contact_id], now, lambda ids: deals_of(unit, account, ids)))
        entries = unit.desk.of_record(account, Kind.CONTACT, story.contact_id)[:_RECENT]
        deals = unit.browse.deals_named(
            account, unit.facts.deals_of(account, [story.contact_id]).get(story.contact_id, ())
        )
        stages = deal_stages(unit, account)
        clocks = last_clocks(unit, account, now)
    card = card_for(site.store, site.agreement, account, story.contact_id, clocks=clocks, lang=lang, rates=last_rates)
    contact, owners = known.contact, owners_of(site, asking)
    return {
        "id": story.contact_id,
        "name": full_name(contact),
        "company": None if known.company is None else known.company.name,
        "email": contact.email,
        "stage": stage_name(str(facts["stage"]), lang),
        "since": told_time(facts["since"], zone, lang),
        "resume_at": told_time(facts["resume_at"], zone, lang).partition(" ")[0] if facts["resume_at"] else None,
        "owner": owner_name(contact.owner_id, owners),
        "lines": story.lines,
        "card": card,
        "history": list(reversed(passings(facts["history"], zone, lang))),
        "parts": parts(facts["score"], lang),
        "facts": facts_of(known.evidence[-_RECENT:], zone, lang),
        "told": told(entries, shown(site.agreement, stages, owners, zone, lang)),
        "deals": [deal_row(one, owners, stages, zone, lang) for one in deals],
        "flags": facts["flags"],
        "as_of": told_time(facts["as_of"], zone, lang),
        "agreement": agreement_text(str(facts["agreement"]), site.in_force.notice, lang),
    }
