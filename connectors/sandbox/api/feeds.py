"""Event feeds: forms and their submissions, marketing e-mail events, page views and other occurrences."""

from collections.abc import Sequence

from starlette.responses import Response

from connectors.sandbox.answers import RefusalError, invalid, reply
from connectors.sandbox.api.campaigns import decoded, encoded
from connectors.sandbox.calls import Call
from connectors.sandbox.kinds import find_kind
from connectors.sandbox.records import EmailEvent, Form, Occurrence, Submission
from connectors.sandbox.values import parsed_moment
from connectors.sandbox.views import Record
from syncer.moments import Millis, iso

MAX_FORMS = 1_000
_FORM_TYPES = {"all", "hubspot", "captured", "flow", "blog_comment"}
MAX_SUBMISSIONS = 50
MAX_EMAIL_EVENTS = 1_000
MAX_OCCURRENCES = 1_000


def list_forms(call: Call) -> Response:
    """Answer a page of forms."""
    limit = call.number("limit", default=20, top=MAX_FORMS)
    wanted = set(call.names("formTypes")) or {"hubspot"}
    if unknown := wanted - _FORM_TYPES:
        raise invalid(f"formTypes: {', '.join(sorted(unknown))} is not one of {', '.join(sorted(_FORM_TYPES))}")
    found = [
        form
        for form in call.portal.forms.values()
        if form.archived is call.flag("archived") and wanted & {form.form_type, "all"}
    ]
    start = decoded(call.query("after"))
    body: Record = {"results": [_form(form) for form in found[start : start + limit]]}
    if start + limit < len(found):
        body["paging"] = call.paging(encoded(start + limit))
    return reply(body)


def get_form(call: Call) -> Response:
    """Answer one form."""
    return reply(_form(_found_form(call)))


def _found_form(call: Call) -> Form:
    form = call.portal.forms.get(call.part("id"))
    if form is None:
        raise RefusalError(404, f"Form {call.part('id')} was not found", category="OBJECT_NOT_FOUND")
    return form


def submissions(call: Call) -> Response:
    """Answer a page of a form's submissions, newest first."""
    form = _found_form(call)
    limit = call.number("limit", default=20, top=MAX_SUBMISSIONS)
    found = call.portal.submissions.newest_first(form.id)
    start = decoded(call.query("after"))
    body: Record = {"results": [_submission(item) for item in found[start : start + limit]]}
    if start + limit < len(found):
        body["paging"] = call.paging(encoded(start + limit))
    return reply(body)


def email_events(call: Call) -> Response:
    """Answer a page of what recipients did with marketing e-mails, newest first."""
    limit = call.number("limit", default=100, top=MAX_EMAIL_EVENTS)
    found = [item for item in call.portal.email_events.newest_first(call.query("recipient")) if _wanted(call, item)]
    start = decoded(call.query("offset"))
    more = start + limit < len(found)
    return reply(
        {
            "hasMore": more,
            "offset": encoded(min(start + limit, len(found))),
            "events": [_email_event(call, item) for item in found[start : start + limit]],
        }
    )


def _wanted(call: Call, item: EmailEvent) -> bool:
    since, until = _bound(call, "startTimestamp"), _bound(call, "endTimestamp")
    campaign = call.query("campaignId")
    return (
        call.query("eventType") in {None, item.type}
        and (campaign is None or campaign == str(item.campaign_id))
        and (since is None or item.created >= since)
        and (until is None or item.created < until)
    )


def _bound(call: Call, name: str) -> Millis | None:
    raw = call.query(name)
    if raw is None:
        return None
    found = parsed_moment(raw)
    if found is None:
        raise invalid(f"{name} is no date")
    return found


def occurrences(call: Call) -> Response:
    """Answer a page of timeline events, newest first unless sorted otherwise."""
    limit = call.number("limit", default=100, top=MAX_OCCURRENCES)
    object_id, event_type = call.query("objectId"), call.query("eventType")
    if object_id is None and event_type is None:
        raise invalid("Either eventType or objectId is required")
    since, until = _bound(call, "occurredAfter"), _bound(call, "occurredBefore")
    wanted_type = find_kind(call.query("objectType") or "")
    found = [
        item
        for item in call.portal.occurrences.newest_first(object_id)
        if event_type in {None, item.event_type}
        and (wanted_type is None or wanted_type.legacy == item.object_type)
        and (since is None or item.occurred > since)
        and (until is None or item.occurred < until)
    ]
    return _occurrence_page(call, found[::-1] if call.query("sort") == "occurredAt" else found, limit)


def _occurrence_page(call: Call, found: Sequence[Occurrence], limit: int) -> Response:
    start = decoded(call.query("after"))
    body: Record = {"results": [_occurrence(item) for item in found[start : start + limit]]}
    if start + limit < len(found):
        body["paging"] = call.paging(encoded(start + limit))
    return reply(body)


def occurrence_types(call: Call) -> Response:
    """Answer the event types that this account has."""
    found = {item.event_type for item in call.portal.occurrences.newest_first()}
    return reply({"eventTypes": sorted(found | {"e_visited_page"})})


def _form(form: Form) -> Record:
    return {
        "id": form.id,
        "name": form.name,
        "createdAt": iso(form.created),
        "updatedAt": iso(form.created),
        "archived": form.archived,
        **({"archivedAt": iso(form.archived_at)} if form.archived_at is not None else {}),
        "fieldGroups": [{"groupType": "default_group", "richTextType": "text"}],
        "configuration": {
            "language": "en",
            "cloneable": True,
            "postSubmitAction": {"type": "thank_you", "value": ""},
            "editable": True,
            "archivable": True,
            "recaptchaEnabled": False,
            "notifyContactOwner": False,
            "notifyRecipients": [],
            "createNewContactForNewEmail": False,
            "prePopulateKnownValues": True,
            "allowLinkToResetKnownValues": False,
            "embedType": "V3",
        },
        "displayOptions": {
            "renderRawHtml": False,
            "theme": "default_style",
            "submitButtonText": "Submit",
            "cssClass": None,
        },
        "legalConsentOptions": {"type": "none"},
        "formType": form.form_type,
    }


def _submission(item: Submission) -> Record:
    values = [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in item.values]
    found: Record = {"conversionId": item.conversion_id, "submittedAt": item.submitted, "values": values}
    if item.page_url is not None:
        found["pageUrl"] = item.page_url
    return found


def _email_event(call: Call, item: EmailEvent) -> Record:
    found: Record = {
        "appName": "Batch",
        "created": item.created,
        "emailCampaignId": item.campaign_id,
        "id": item.id,
        "portalId": call.portal.account.portal_id,
        "recipient": item.recipient,
        "type": item.type,
    }
    if item.url is not None:
        found["url"] = item.url
    return found


def _occurrence(item: Occurrence) -> Record:
    return {
        "objectType": item.object_type,
        "objectId": item.object_id,
        "eventType": item.event_type,
        "occurredAt": iso(item.occurred),
        "id": item.id,
        "properties": dict(item.properties),
    }
