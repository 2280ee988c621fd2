"""What the sandbox answers: every path below the roots of HubSpot's API families, with its handler and scopes."""

from collections.abc import Sequence

from starlette.requests import Request

from connectors.sandbox.api import (
    account,
    app_webhooks,
    association_labels,
    associations,
    batches,
    campaigns,
    exports,
    feeds,
    journal,
    merges,
    objects,
    properties,
    property_groups,
    search,
)
from connectors.sandbox.calls import Handler, Scopes
from connectors.sandbox.kinds import find_kind
from connectors.sandbox.limits import Bucket

Row = tuple[str, str, Handler]


def _of_objects(*, write: bool) -> Scopes:
    def scopes(request: Request) -> Sequence[str]:
        kind = find_kind(str(request.path_params.get("kind") or request.path_params.get("from_kind")))
        if kind is None:
            return ()
        return kind.write_scopes if write else kind.read_scopes

    return scopes


def _of_schemas(*, write: bool) -> Scopes:
    def scopes(request: Request) -> Sequence[str]:
        kind = find_kind(str(request.path_params.get("kind")))
        if kind is None:
            return ()
        return (f"{kind.schema_scope}.write",) if write else kind.read_scopes

    return scopes


def schemas_alone(request: Request) -> Sequence[str]:
    """Return the scope that lets nothing but definitions be read; kinds without one of their own have none."""
    kind = find_kind(str(request.path_params.get("kind")))
    return () if kind is None or not kind.schema_scope.endswith(f".{kind.name}") else (f"{kind.schema_scope}.read",)


def fixed(*scopes: str) -> Scopes:
    """Return what asks for the same scopes whatever is asked for."""
    return lambda _: scopes


_READ, _WRITE = _of_objects(write=False), _of_objects(write=True)
SCHEMA_READ, _SCHEMA_WRITE = _of_schemas(write=False), _of_schemas(write=True)

#: (method, path below the family's root, handler), by scopes and bucket.
OBJECTS: Sequence[tuple[Scopes, Bucket, Sequence[Row]]] = (
    (_READ, Bucket.SEARCH, [("POST", "/{kind}/search", search.search_records)]),
    (
        _READ,
        Bucket.GENERAL,
        [
            ("POST", "/{kind}/batch/read", batches.read),
            ("GET", "/{kind}", objects.list_records),
            ("GET", "/{kind}/{id}", objects.get_record),
        ],
    ),
    (
        _WRITE,
        Bucket.GENERAL,
        [
            ("POST", "/contacts/gdpr-delete", merges.gdpr_delete),
            ("POST", "/{kind}/merge", merges.merge_records),
            ("POST", "/{kind}/batch/create", batches.create_many),
            ("POST", "/{kind}/batch/update", batches.update_many),
            ("POST", "/{kind}/batch/upsert", batches.upsert_many),
            ("POST", "/{kind}/batch/archive", batches.archive_many),
            ("POST", "/{kind}", objects.create_record),
            ("PATCH", "/{kind}/{id}", objects.change_record),
            ("DELETE", "/{kind}/{id}", objects.archive_record),
        ],
    ),
)
#: Below the path of an object.
LINKS_OF_ONE: Sequence[tuple[Scopes, Sequence[Row]]] = (
    (_READ, [("GET", "/{kind}/{id}/associations/{to_kind}", associations.list_of_one)]),
    (
        _WRITE,
        [
            ("PUT", "/{kind}/{id}/associations/default/{to_kind}/{to_id}", associations.put_default),
            ("PUT", "/{kind}/{id}/associations/{to_kind}/{to_id}", associations.put_one),
            ("DELETE", "/{kind}/{id}/associations/{to_kind}/{to_id}", associations.delete_one),
        ],
    ),
)
_PAIR = "/{from_kind}/{to_kind}"
ASSOCIATIONS: Sequence[tuple[Scopes, Sequence[Row]]] = (
    (
        _READ,
        [("POST", f"{_PAIR}/batch/read", associations.read), ("GET", f"{_PAIR}/labels", association_labels.labels)],
    ),
    (
        _WRITE,
        [
            ("POST", f"{_PAIR}/batch/create", associations.create_many),
            ("POST", f"{_PAIR}/batch/associate/default", associations.create_default),
            ("POST", f"{_PAIR}/batch/archive", associations.archive_many),
            ("POST", f"{_PAIR}/batch/labels/archive", associations.archive_labels),
            ("POST", f"{_PAIR}/labels", association_labels.create_label),
            ("PUT", f"{_PAIR}/labels", association_labels.rename_label),
            ("DELETE", f"{_PAIR}/labels/{{type_id}}", association_labels.delete_label),
        ],
    ),
)
PROPERTIES: Sequence[tuple[Scopes, Sequence[Row]]] = (
    (
        SCHEMA_READ,
        [
            ("GET", "/{kind}/groups", property_groups.list_groups),
            ("GET", "/{kind}/groups/{name}", property_groups.get_group),
            ("POST", "/{kind}/batch/read", properties.read_many),
            ("GET", "/{kind}", properties.list_properties),
            ("GET", "/{kind}/{name}", properties.get_property),
        ],
    ),
    (
        _SCHEMA_WRITE,
        [
            ("POST", "/{kind}/groups", property_groups.create_group),
            ("PATCH", "/{kind}/groups/{name}", property_groups.change_group),
            ("DELETE", "/{kind}/groups/{name}", property_groups.archive_group),
            ("POST", "/{kind}/batch/create", properties.create_many),
            ("POST", "/{kind}/batch/archive", properties.archive_many),
            ("POST", "/{kind}", properties.create_property),
            ("PATCH", "/{kind}/{name}", properties.change_property),
            ("DELETE", "/{kind}/{name}", properties.archive_property),
        ],
    ),
)
PIPELINES: Sequence[Row] = (
    ("GET", "/{kind}", account.list_pipelines),
    ("GET", "/{kind}/{id}", account.get_pipeline),
    ("GET", "/{kind}/{id}/stages", account.list_stages),
    ("GET", "/{kind}/{id}/stages/{stage_id}", account.get_stage),
)
OWNERS: Sequence[Row] = (("GET", "", account.list_owners), ("GET", "/{id}", account.get_owner))
CAMPAIGNS: Sequence[Row] = (
    ("GET", "", campaigns.list_campaigns),
    ("POST", "/batch/read", campaigns.read_many),
    ("GET", "/{id}", campaigns.get_campaign),
    ("GET", "/{id}/budget/totals", campaigns.budget_totals),
    ("GET", "/{id}/spend/{item_id}", campaigns.get_spend),
)
FORMS: Sequence[Row] = (("GET", "", feeds.list_forms), ("GET", "/{id}", feeds.get_form))
ACCOUNT: Sequence[Row] = (
    ("GET", "/details", account.details),
    ("GET", "/api-usage/daily/private-apps", account.usage),
)
CURRENCIES: Sequence[Row] = (
    ("GET", "/exchange-rates", account.exchange_rates),
    ("GET", "/exchange-rates/current", account.exchange_rates),
    ("GET", "/company-currency", account.company_currency),
)
EXPORTS: Sequence[Row] = (
    ("POST", "/export/async", exports.start),
    ("GET", "/export/async/tasks/{id}/status", exports.status),
)
EVENTS: Sequence[Row] = (("GET", "", feeds.occurrences), ("GET", "/event-types", feeds.occurrence_types))
APP_WEBHOOKS: Sequence[Row] = (
    ("PUT", "/settings", app_webhooks.put_settings),
    ("GET", "/subscriptions", app_webhooks.list_subscriptions),
    ("POST", "/subscriptions", app_webhooks.create_subscription),
    ("PATCH", "/subscriptions/{id}", app_webhooks.change_subscription),
)

_JOURNAL = "developer.webhooks_journal"
#: Below the journal's root, with what each takes.
JOURNALS: Sequence[tuple[str, Sequence[Row]]] = (
    (
        f"{_JOURNAL}.read",
        [
            ("GET", "/journal/{version}/earliest", journal.earliest),
            ("GET", "/journal/{version}/offset/{offset}/next", journal.after),
        ],
    ),
    (f"{_JOURNAL}.subscriptions.read", [("GET", "/subscriptions/{version}", journal.list_subscriptions)]),
    (f"{_JOURNAL}.subscriptions.write", [("POST", "/subscriptions/{version}", journal.subscribe)]),
)

#: Root of a family on the numbered versions and on the dated ones.
ROOTS = {
    "objects": ("/crm/v3/objects", "/crm/objects/{version:dated}"),
    "links": ("/crm/v4/objects", "/crm/objects/{version:dated}"),
    "associations": ("/crm/v4/associations", "/crm/associations/{version:dated}"),
    "properties": ("/crm/v3/properties", "/crm/properties/{version:dated}"),
    "pipelines": ("/crm/v3/pipelines", "/crm/pipelines/{version:dated}"),
    "owners": ("/crm/v3/owners", "/crm/owners/{version:dated}"),
    "campaigns": ("/marketing/v3/campaigns", "/marketing/campaigns/{version:dated}"),
    "forms": ("/marketing/v3/forms", "/marketing/forms/{version:dated}"),
    "account": ("/account-info/v3", "/account-info/{version:dated}"),
    "currencies": ("/settings/v3/currencies", "/settings/currencies/{version:dated}"),
    "exports": ("/crm/v3/exports", "/crm/exports/{version:dated}"),
    "events": ("/events/v3/events", "/events/event-occurrences/{version:dated}"),
}
