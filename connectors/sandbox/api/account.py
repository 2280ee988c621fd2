"""The account: details, usage, currencies, owners, pipelines."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from connectors.sandbox.answers import PageNotFoundError, RefusalError, reply
from connectors.sandbox.calls import Call
from connectors.sandbox.limits import midnight
from connectors.sandbox.records import Owner, Pipeline, Stage
from connectors.sandbox.views import Record
from syncer.moments import SECOND, iso, moment

MAX_OWNERS = 500


def details(call: Call) -> Response:
    """Answer the account's facts."""
    account = call.portal.account
    local = moment(call.portal.clock()).astimezone(ZoneInfo(account.time_zone))
    offset = local.utcoffset() or timedelta()
    return reply(
        {
            "portalId": account.portal_id,
            "accountType": account.account_type,
            "timeZone": account.time_zone,
            "companyCurrency": account.currency,
            "additionalCurrencies": list(account.more_currencies),
            "utcOffset": f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:],
            "utcOffsetMilliseconds": int(offset.total_seconds()) * SECOND,
            "uiDomain": account.ui_domain,
            "dataHostingLocation": account.hosting,
        }
    )


def usage(call: Call) -> Response:
    """Answer how many calls of today are spent."""
    now = call.portal.clock()
    found = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": call.budgets.limits.daily,
        "currentUsage": call.budgets.today,
        "collectedAt": iso(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": iso(midnight(now, call.portal.account.time_zone)),
    }
    return reply({"results": [found]})


def exchange_rates(call: Call) -> Response:
    """Answer what other currencies are worth in the company's."""
    account = call.portal.account
    rates = [
        {
            "id": code,
            "fromCurrencyCode": code,
            "toCurrencyCode": account.currency,
            "conversionRate": rate,
            "effectiveAt": iso(0),
            "visibleInUI": True,
        }
        for code, rate in account.rates.items()
    ]
    return reply({"results": rates})


def company_currency(call: Call) -> Response:
    """Answer the currency that the company counts in."""
    return reply({"currencyCode": call.portal.account.currency})


def list_owners(call: Call) -> Response:
    """Answer a page of owners, live or archived ones."""
    limit = call.number("limit", default=100, top=MAX_OWNERS)
    archived, email = call.flag("archived"), call.query("email")
    fitting = sorted(
        (o for o in call.portal.owners.values() if o.archived is archived and email in {None, o.email}),
        key=lambda owner: (len(owner.id), owner.id),
    )
    start = int(call.query("after") or 0)
    body: Record = {"results": [_owner(owner) for owner in fitting[start : start + limit]]}
    if start + limit < len(fitting):
        body["paging"] = call.paging(str(start + limit))
    return reply(body)


def get_owner(call: Call) -> Response:
    """Answer one owner, by owner id or user id."""
    wanted, by_user = call.part("id"), call.query("idProperty") == "userId"
    for owner in call.portal.owners.values():
        if owner.archived is call.flag("archived") and wanted == (str(owner.user_id) if by_user else owner.id):
            return reply(_owner(owner))
    raise RefusalError(404, f"Owner {wanted} was not found", category="OBJECT_NOT_FOUND")


def _owner(owner: Owner) -> Record:
    record: Record = {
        "id": owner.id,
        "email": owner.email,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "type": "PERSON",
        "userId": None if owner.archived else owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": iso(owner.created),
        "updatedAt": iso(owner.updated),
        "archived": owner.archived,
    }
    if owner.teams:
        record["teams"] = [{"id": id_, "name": name, "primary": primary} for id_, name, primary in owner.teams]
    return record


def list_pipelines(call: Call) -> Response:
    """Answer every pipeline of a kind; there are no pages."""
    found = sorted(_pipelines(call).values(), key=lambda pipeline: pipeline.position)
    return reply({"results": [_pipeline(pipeline) for pipeline in found]})


def get_pipeline(call: Call) -> Response:
    """Answer one pipeline."""
    return reply(_pipeline(_found(call)))


def list_stages(call: Call) -> Response:
    """Answer the stages of one pipeline."""
    return reply({"results": [_stage(stage) for stage in _found(call).stages]})


def get_stage(call: Call) -> Response:
    """Answer one stage."""
    for stage in _found(call).stages:
        if stage.id == call.part("stage_id"):
            return reply(_stage(stage))
    raise PageNotFoundError


def _pipelines(call: Call) -> Mapping[str, Pipeline]:
    kind = call.kind()
    found = {pipeline.id: pipeline for pipeline in call.portal.pipelines.values() if pipeline.kind == kind.name}
    if kind.name in {"contacts", "companies"}:
        found |= {f"{kind.name}-lifecycle-pipeline": _lifecycle(call, kind.name)}
    return found


def _lifecycle(call: Call, kind: str) -> Pipeline:
    """Return the lifecycle stages as the pipeline that HubSpot shows them as, too."""
    options = call.portal.schemas[kind].properties["lifecyclestage"].options
    stages = tuple(
        Stage(id=o.value, label=o.label, position=o.position, metadata={"isClosed": "false", "state": "OPEN"})
        for o in options
    )
    label = "Lifecycle Stage Pipeline"
    return Pipeline(id=f"{kind}-lifecycle-pipeline", label=label, position=0, stages=stages, kind=kind)


def _found(call: Call) -> Pipeline:
    found = _pipelines(call).get(call.part("id"))
    if found is None:
        raise PageNotFoundError
    return found


def _pipeline(pipeline: Pipeline) -> Record:
    return {
        "label": pipeline.label,
        "displayOrder": pipeline.position,
        "id": pipeline.id,
        "stages": [_stage(stage) for stage in pipeline.stages],
        "createdAt": iso(pipeline.created),
        "updatedAt": iso(pipeline.created),
        "archived": False,
    }


def _stage(stage: Stage) -> Record:
    return {
        "label": stage.label,
        "displayOrder": stage.position,
        "metadata": dict(stage.metadata),
        "id": stage.id,
        "createdAt": iso(stage.created),
        "updatedAt": iso(stage.created),
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
    }
