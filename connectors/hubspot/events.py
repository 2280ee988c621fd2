"""The feeds of things that contacts did: form submissions, clicks in marketing e-mail, page views.

Each becomes records with text properties; mappings know them by the names given here. Of a submission only the address
that joins it to a contact is kept: nothing else that a person typed.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from connectors.exchange import Request
from connectors.http import ApiClient
from connectors.hubspot import wire, wire_events
from connectors.hubspot.scopes import READ_SCOPES
from connectors.hubspot.versions import Versions
from connectors.paginate import walk
from connectors.statuses import Errand
from connectors.values import Page, SourceRecord
from syncer.errors import BadAnswer, MissingScope
from syncer.moments import Millis, iso

FORM_SUBMISSIONS = "form_submissions"
EMAIL_CLICKS = "email_clicks"
PAGE_VIEWS = "page_views"

_FORMS_A_PAGE = "100"
#: Unless asked for, only forms made with HubSpot's own editor are listed: no captured ones, pop-ups, comments.
_EVERY_KIND = "all"
#: The most that HubSpot allows (2025-01).
_SUBMISSIONS_A_PAGE = "50"
_MAIL_EVENTS_A_PAGE = "1000"
_VIEWS_A_PAGE = "100"

Feed = Callable[[ApiClient, Versions, Millis | None], AsyncIterator[Sequence[SourceRecord]]]


async def feed_pages(api: ApiClient, versions: Versions, stream: str, since: Millis | None) -> AsyncIterator[Page]:
    """Yield a feed's items from `since` on. Raises MissingScope where the account's tier or scopes lack it."""
    async for records in FEEDS[stream](api, versions, since):
        yield Page(stream=stream, records=records, cursor=None)


async def _form_submissions(
    api: ApiClient, versions: Versions, since: Millis | None
) -> AsyncIterator[Sequence[SourceRecord]]:
    refused: MissingScope | None = None
    is_answered = False
    async for form, is_archived in _forms(api, versions, since):
        try:
            async for records in _submissions(api, versions, form, since):
                yield records
            is_answered = True
        except MissingScope as error:
            # Deleted since it was listed; said of all live ones, there are no submissions to be had.
            refused = refused if is_archived else error
    if refused is not None and not is_answered:
        raise refused


async def _forms(
    api: ApiClient, versions: Versions, since: Millis | None
) -> AsyncIterator[tuple[wire_events.Form, bool]]:
    """Yield every form of every kind once, and whether it is archived: of such those that may have been filled in."""
    seen: set[str] = set()
    for archived in (False, True):
        async for form in _listed_forms(api, versions, archived=archived):
            is_new = form.id not in seen
            seen.add(form.id)
            if is_new and (not archived or _may_be_filled(form, since)):
                yield form, archived


def _may_be_filled(form: wire_events.Form, since: Millis | None) -> bool:
    archived_at = wire.moment_of(form.archived_at)
    return since is None or archived_at is None or archived_at >= since


async def _listed_forms(api: ApiClient, versions: Versions, *, archived: bool) -> AsyncIterator[wire_events.Form]:
    kinds: list[str | None] = [_EVERY_KIND]

    async def fetch(after: str | None) -> wire_events.FormPage:
        named = {"limit": _FORMS_A_PAGE, "formTypes": kinds[-1], "archived": "true" if archived else None}
        return await api.call(_get(versions.list_forms(), FORM_SUBMISSIONS, **named, after=after), wire_events.FormPage)

    async def of_every_kind(after: str | None) -> wire_events.FormPage:
        try:
            return await fetch(after)
        except BadAnswer:
            if kinds[-1] is None:
                raise
            # Whether every kind can be asked for at once is told by clients, not by HubSpot: then its own choice.
            kinds.append(None)
            return await fetch(after)

    async for page in walk(of_every_kind, stream=FORM_SUBMISSIONS):
        for form in page.results:
            yield form


async def _submissions(
    api: ApiClient, versions: Versions, form: wire_events.Form, since: Millis | None
) -> AsyncIterator[Sequence[SourceRecord]]:
    async def fetch(after: str | None) -> wire_events.SubmissionPage:
        request = _get(versions.submissions(form.id), FORM_SUBMISSIONS, limit=_SUBMISSIONS_A_PAGE, after=after)
        return await api.call(request, wire_events.SubmissionPage)

    async for page in walk(fetch, stream=FORM_SUBMISSIONS):
        young = [one for one in page.results if since is None or one.submitted_at >= since]
        if young:
            yield [_submission(form, one) for one in young]
        # Newest first and no filter by time: the first old one ends the reading.
        if len(young) < len(page.results):
            return


def _submission(form: wire_events.Form, one: wire_events.Submission) -> SourceRecord:
    address = next((of.value for of in one.values if of.name == "email" and isinstance(of.value, str)), None)
    return _record(
        FORM_SUBMISSIONS,
        one.conversion_id or f"{form.id}-{one.submitted_at}-{_digest(address or '')}",
        {
            "submitted_at": str(one.submitted_at),
            "form_id": form.id,
            "form_name": form.name,
            "page_url": one.page_url,
            "email": address,
        },
    )


def _digest(text: str) -> str:
    # An id may stand in logs and errors, an address may not.
    return sha256(text.encode()).hexdigest()[:16]


async def _email_clicks(
    api: ApiClient, versions: Versions, since: Millis | None
) -> AsyncIterator[Sequence[SourceRecord]]:
    async def fetch(offset: str | None) -> wire_events.MailEventPage:
        start = None if since is None else str(since)
        named = {"eventType": "CLICK", "limit": _MAIL_EVENTS_A_PAGE, "startTimestamp": start, "offset": offset}
        return await api.call(_get(versions.mail_events(), EMAIL_CLICKS, **named), wire_events.MailEventPage)

    async for page in walk(fetch, stream=EMAIL_CLICKS):
        records = [_click(one) for one in page.events if since is None or one.created >= since]
        if records:
            yield records


def _click(one: wire_events.MailEvent) -> SourceRecord:
    campaign = one.email_campaign_id
    return _record(
        EMAIL_CLICKS,
        one.id,
        {
            "created": str(one.created),
            "recipient": one.recipient,
            "email_campaign_id": None if campaign is None else str(campaign),
            "email_name": one.subject,
            "url": one.url,
        },
    )


async def _page_views(
    api: ApiClient, versions: Versions, since: Millis | None
) -> AsyncIterator[Sequence[SourceRecord]]:
    async def fetch(after: str | None) -> wire_events.OccurrencePage:
        named = {"eventType": "e_visited_page", "limit": _VIEWS_A_PAGE, "occurredAfter": iso(since), "after": after}
        return await api.call(_get(versions.occurrences(), PAGE_VIEWS, **named), wire_events.OccurrencePage)

    async for page in walk(fetch, stream=PAGE_VIEWS):
        records = [_view(one) for one in page.results]
        if records:
            yield records


def _view(one: wire_events.Occurrence) -> SourceRecord:
    # HubSpot leaves some of these empty while the next one is filled (2026-05).
    url = _first(one, "hs_url", "hs_canonical_url", "hs_base_url")
    return _record(
        PAGE_VIEWS,
        one.id,
        {
            "occurred_at": one.occurred_at,
            "contact_id": str(one.object_id),
            "url": url,
            "path": _first(one, "hs_url_path") or (urlsplit(url).path if url else None),
            "title": _first(one, "hs_page_title", "hs_title"),
            "dwell_s": _first(one, "dwell_s"),
        },
    )


def _first(one: wire_events.Occurrence, *names: str) -> str | None:
    return next((value for name in names if (value := one.properties.get(name))), None)


FEEDS: Mapping[str, Feed] = {
    FORM_SUBMISSIONS: _form_submissions,
    EMAIL_CLICKS: _email_clicks,
    PAGE_VIEWS: _page_views,
}


def _record(stream: str, record_id: str, properties: Mapping[str, str | None]) -> SourceRecord:
    return SourceRecord(stream=stream, id=record_id, properties=properties)


def _get(path: str, stream: str, **named: str | None) -> Request:
    params = tuple((name, value) for name, value in named.items() if value is not None)
    errand = Errand(stream=stream, scope=READ_SCOPES[stream], tiered=True)
    return Request(method="GET", path=path, params=params, errand=errand)
