"""JSON lines of everything besides CRM records: account, owners, pipelines, forms, campaigns, events. Pure."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from connectors.sandbox.definitions import EPOCH
from connectors.sandbox.linefields import (
    Line,
    LineError,
    kind_named,
    mapping,
    must_when,
    optional,
    required,
    rows,
    texts,
    when,
)
from connectors.sandbox.records import (
    Account,
    Campaign,
    EmailEvent,
    Form,
    Occurrence,
    Owner,
    Pipeline,
    Spend,
    Stage,
    Submission,
)
from syncer.moments import Millis


def account(line: Line) -> Account:
    """Return the account's facts."""
    base = Account()
    more = line.get("additionalCurrencies") or []
    return Account(
        portal_id=int(optional(line, "portalId") or base.portal_id),
        account_type=optional(line, "accountType") or base.account_type,
        time_zone=optional(line, "timeZone") or base.time_zone,
        currency=optional(line, "companyCurrency") or base.currency,
        more_currencies=tuple(str(code) for code in more) if isinstance(more, list) else (),
        rates={code: float(rate) for code, rate in texts(mapping(line, "exchangeRates")).items()},
        ui_domain=optional(line, "uiDomain") or base.ui_domain,
        hosting=optional(line, "dataHostingLocation") or base.hosting,
    )


def owner(line: Line) -> Owner:
    """Return an owner. Teams are objects or plain names, the first one primary."""
    raw = line.get("teams") or []
    teams = [_team(item, position) for position, item in enumerate(raw)] if isinstance(raw, list) else []
    user = optional(line, "userId")
    return Owner(
        id=required(line, "id"),
        email=optional(line, "email"),
        first_name=optional(line, "firstName"),
        last_name=optional(line, "lastName"),
        user_id=int(user) if user else None,
        teams=tuple(teams),
        archived=bool(line.get("archived")),
        created=when(line, "createdAt") or EPOCH,
        updated=when(line, "updatedAt") or EPOCH,
    )


def _team(item: object, position: int) -> tuple[str, str, bool]:
    if isinstance(item, Mapping):
        return required(item, "id"), required(item, "name"), bool(item.get("primary", position == 0))
    return str(position + 1), str(item), position == 0


def pipeline(line: Line) -> Pipeline:
    """Return a pipeline."""
    stages = tuple(
        Stage(
            id=required(item, "id"),
            label=required(item, "label"),
            position=int(optional(item, "displayOrder") or position),
            metadata=texts(mapping(item, "metadata")),
        )
        for position, item in enumerate(rows(line, "stages"))
    )
    for stage in stages:
        _check_probability(stage)
    return Pipeline(
        id=required(line, "id"),
        label=required(line, "label"),
        position=int(optional(line, "displayOrder") or 0),
        stages=stages,
        kind=kind_named(line, "object").name if "object" in line else "deals",
        archived=bool(line.get("archived")),
    )


def _check_probability(stage: Stage) -> None:
    try:
        _ = stage.probability
    except ValueError:
        raise LineError(f"stage {stage.id} lacks a numeric probability") from None


def form(line: Line) -> Form:
    """Return a form."""
    return Form(
        id=required(line, "id"),
        name=required(line, "name"),
        created=when(line, "createdAt") or EPOCH,
        archived=bool(line.get("archived")),
        archived_at=when(line, "archivedAt"),
        form_type=optional(line, "formType") or "hubspot",
    )


def submission(line: Line) -> Submission:
    """Return one filled form."""
    form_id, submitted = required(line, "formId"), must_when(line, "submittedAt")
    values = tuple((required(item, "name"), optional(item, "value") or "") for item in rows(line, "values"))
    seed = f"{form_id}:{submitted}:{values}"
    return Submission(
        form_id=form_id,
        conversion_id=optional(line, "conversionId") or _made_up_id(seed),
        submitted=submitted,
        page_url=optional(line, "pageUrl"),
        values=values,
    )


def email_event(line: Line) -> EmailEvent:
    """Return what a recipient did with a marketing e-mail."""
    recipient, created = required(line, "recipient"), must_when(line, "created")
    event_type = required(line, "eventType").upper()
    campaign = optional(line, "emailCampaignId")
    return EmailEvent(
        id=optional(line, "id") or _made_up_id(f"{recipient}:{event_type}:{created}:{campaign}"),
        recipient=recipient,
        type=event_type,
        created=created,
        campaign_id=int(campaign) if campaign else None,
        url=optional(line, "url"),
    )


def occurrence(line: Line) -> Occurrence:
    """Return one event of a record's timeline."""
    event, object_id, occurred = required(line, "eventType"), required(line, "objectId"), must_when(line, "occurredAt")
    properties = texts(mapping(line, "properties"))
    return Occurrence(
        id=optional(line, "id") or _made_up_id(f"{event}:{object_id}:{occurred}:{sorted(properties.items())}"),
        event_type=event,
        object_type=(optional(line, "objectType") or "CONTACT").upper(),
        object_id=object_id,
        occurred=occurred,
        properties=properties,
    )


def campaign(line: Line) -> Campaign:
    """Return a campaign with its money."""
    created = when(line, "createdAt") or EPOCH
    return Campaign(
        id=required(line, "id"),
        properties=texts(mapping(line, "properties")),
        created=created,
        updated=when(line, "updatedAt") or created,
        spend=tuple(_money(line, "spend", created)),
        budget=tuple(_money(line, "budget", created)),
    )


def _money(line: Line, name: str, created: Millis) -> Iterator[Spend]:
    for position, item in enumerate(rows(line, name)):
        yield Spend(
            id=optional(item, "id") or f"{required(line, 'id')}-{name}-{position}",
            name=optional(item, "name") or name,
            amount=required(item, "amount"),
            created=when(item, "createdAt") or when(item, "date") or created,
            description=optional(item, "description") or "",
        )


def _made_up_id(seed: str) -> str:
    return blake2b(seed.encode(), digest_size=12).hexdigest()
