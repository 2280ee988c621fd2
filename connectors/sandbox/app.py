"""The routes of the sandbox: every path a version of HubSpot's API has for what is served here."""

import time
from collections.abc import Iterator, Sequence

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.answers import NOT_FOUND_PAGE, page
from connectors.sandbox.api import (
    account,
    app_webhooks,
    associations,
    batches,
    campaigns,
    exports,
    feeds,
    journal,
    merges,
    oauth,
    objects,
    properties,
    search,
)
from connectors.sandbox.calls import Endpoint, Handler, Scopes, Server, answer
from connectors.sandbox.faults import NONE, Fate, Faults
from connectors.sandbox.kinds import find_kind
from connectors.sandbox.limits import REAL, Bucket, Budgets, Elapsed, Limits
from connectors.sandbox.state import Portal


class _Version(Convertor[str]):
    """A dated version."""

    regex = r"20\d\d-(?:03|09)(?:-beta)?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("dated", _Version())

_Row = tuple[str, str, Handler]


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


def _schemas_alone(request: Request) -> Sequence[str]:
    """Return the scope that lets nothing but definitions be read; kinds without one of their own have none."""
    kind = find_kind(str(request.path_params.get("kind")))
    return () if kind is None or not kind.schema_scope.endswith(f".{kind.name}") else (f"{kind.schema_scope}.read",)


def _fixed(*scopes: str) -> Scopes:
    return lambda _: scopes


_READ, _WRITE = _of_objects(write=False), _of_objects(write=True)
_SCHEMA_READ, _SCHEMA_WRITE = _of_schemas(write=False), _of_schemas(write=True)

#: (method, path below the family's root, handler), by scopes and bucket.
_OBJECTS: Sequence[tuple[Scopes, Bucket, Sequence[_Row]]] = (
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
_LINKS_OF_ONE: Sequence[tuple[Scopes, Sequence[_Row]]] = (
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
_ASSOCIATIONS: Sequence[tuple[Scopes, Sequence[_Row]]] = (
    (
        _READ,
        [("POST", f"{_PAIR}/batch/read", associations.read), ("GET", f"{_PAIR}/labels", associations.labels)],
    ),
    (
        _WRITE,
        [
            ("POST", f"{_PAIR}/batch/create", associations.create_many),
            ("POST", f"{_PAIR}/batch/associate/default", associations.create_default),
            ("POST", f"{_PAIR}/batch/archive", associations.archive_many),
            ("POST", f"{_PAIR}/batch/labels/archive", associations.archive_labels),
            ("POST", f"{_PAIR}/labels", associations.create_label),
            ("PUT", f"{_PAIR}/labels", associations.rename_label),
            ("DELETE", f"{_PAIR}/labels/{{type_id}}", associations.delete_label),
        ],
    ),
)
_PROPERTIES: Sequence[tuple[Scopes, Sequence[_Row]]] = (
    (
        _SCHEMA_READ,
        [
            ("GET", "/{kind}/groups", properties.list_groups),
            ("GET", "/{kind}/groups/{name}", properties.get_group),
            ("POST", "/{kind}/batch/read", properties.read_many),
            ("GET", "/{kind}", properties.list_properties),
            ("GET", "/{kind}/{name}", properties.get_property),
        ],
    ),
    (
        _SCHEMA_WRITE,
        [
            ("POST", "/{kind}/groups", properties.create_group),
            ("PATCH", "/{kind}/groups/{name}", properties.change_group),
            ("DELETE", "/{kind}/groups/{name}", properties.archive_group),
            ("POST", "/{kind}/batch/create", properties.create_many),
            ("POST", "/{kind}/batch/archive", properties.archive_many),
            ("POST", "/{kind}", properties.create_property),
            ("PATCH", "/{kind}/{name}", properties.change_property),
            ("DELETE", "/{kind}/{name}", properties.archive_property),
        ],
    ),
)
_PIPELINES: Sequence[_Row] = (
    ("GET", "/{kind}", account.list_pipelines),
    ("GET", "/{kind}/{id}", account.get_pipeline),
    ("GET", "/{kind}/{id}/stages", account.list_stages),
    ("GET", "/{kind}/{id}/stages/{stage_id}", account.get_stage),
)
_OWNERS: Sequence[_Row] = (("GET", "", account.list_owners), ("GET", "/{id}", account.get_owner))
_CAMPAIGNS: Sequence[_Row] = (
    ("GET", "", campaigns.list_campaigns),
    ("POST", "/batch/read", campaigns.read_many),
    ("GET", "/{id}", campaigns.get_campaign),
    ("GET", "/{id}/budget/totals", campaigns.budget_totals),
    ("GET", "/{id}/spend/{item_id}", campaigns.get_spend),
)
_FORMS: Sequence[_Row] = (("GET", "", feeds.list_forms), ("GET", "/{id}", feeds.get_form))
_ACCOUNT: Sequence[_Row] = (
    ("GET", "/details", account.details),
    ("GET", "/api-usage/daily/private-apps", account.usage),
)
_CURRENCIES: Sequence[_Row] = (
    ("GET", "/exchange-rates", account.exchange_rates),
    ("GET", "/exchange-rates/current", account.exchange_rates),
    ("GET", "/company-currency", account.company_currency),
)
_EXPORTS: Sequence[_Row] = (
    ("POST", "/export/async", exports.start),
    ("GET", "/export/async/tasks/{id}/status", exports.status),
)
_EVENTS: Sequence[_Row] = (("GET", "", feeds.occurrences), ("GET", "/event-types", feeds.occurrence_types))
_APP_WEBHOOKS: Sequence[_Row] = (
    ("PUT", "/settings", app_webhooks.put_settings),
    ("GET", "/subscriptions", app_webhooks.list_subscriptions),
    ("POST", "/subscriptions", app_webhooks.create_subscription),
    ("PATCH", "/subscriptions/{id}", app_webhooks.change_subscription),
)

_JOURNAL = "developer.webhooks_journal"
#: Below the journal's root, with what each takes.
_JOURNALS: Sequence[tuple[str, Sequence[_Row]]] = (
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
_ROOTS = {
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


def build_app(
    portal: Portal, *, limits: Limits = REAL, faults: Faults = NONE, elapsed: Elapsed = time.monotonic
) -> Starlette:
    """Return the sandbox as an ASGI application over a portal. `elapsed` drives the rolling windows of the limits."""
    server = Server(portal=portal, budgets=Budgets(limits, elapsed), fate=Fate(faults))
    app = Starlette(routes=list(_routes(server)), exception_handlers={404: _no_page, 405: _no_page})
    app.state.connections = {}
    app.state.server = server
    return app


async def _no_page(_request: Request, _error: Exception) -> Response:
    return page(NOT_FOUND_PAGE, 404)


def _routes(server: Server) -> list[Route]:
    routes: list[Route] = []

    def add(family: str, rows: Sequence[_Row], scopes: Scopes, bucket: Bucket = Bucket.GENERAL) -> None:
        for root in _ROOTS[family]:
            for method, path, handler in rows:
                instead = _schemas_alone if scopes is _SCHEMA_READ else None
                endpoint = Endpoint(handler=handler, scopes=scopes, bucket=bucket, instead=instead)
                routes.append(_route(server, endpoint, f"{root}{path}", method))

    for scopes, rows in _LINKS_OF_ONE:
        add("links", rows, scopes, Bucket.ASSOCIATIONS)
    for scopes, rows in _ASSOCIATIONS:
        add("associations", rows, scopes, Bucket.ASSOCIATIONS)
    for scopes, bucket, rows in _OBJECTS:
        add("objects", rows, scopes, bucket)
    for scopes, rows in _PROPERTIES:
        add("properties", rows, scopes)
    add("pipelines", _PIPELINES, _SCHEMA_READ)
    add("owners", _OWNERS, _fixed("crm.objects.owners.read"))
    add("campaigns", _CAMPAIGNS, _fixed("marketing.campaigns.read"))
    add("forms", _FORMS, _fixed("forms"))
    add("account", _ACCOUNT, _fixed())
    add("currencies", _CURRENCIES, _fixed("settings.currencies.read"))
    add("exports", _EXPORTS, _fixed("crm.export"))
    add("events", _EVENTS, _fixed("business-intelligence"))
    submissions = Endpoint(handler=feeds.submissions, scopes=_fixed("forms"))
    routes.append(_route(server, submissions, "/form-integrations/v1/submissions/forms/{id}", "GET"))
    routes.append(
        _route(server, Endpoint(handler=feeds.email_events, scopes=_fixed("content")), "/email/public/v1/events", "GET")
    )
    files = Endpoint(handler=exports.file, scopes=_fixed(), is_open=True)
    routes.append(_route(server, files, "/export-files/{key}", "GET"))
    journal_files = Endpoint(handler=journal.file, scopes=_fixed(), is_open=True)
    routes.append(_route(server, journal_files, "/journal-files/{key}", "GET"))
    routes.extend(_journals(server))
    letting_in = Endpoint(handler=oauth.authorise, scopes=_fixed(), is_open=True)
    routes.append(_route(server, letting_in, "/oauth/authorize", "GET"))
    for method, path, handler in _APP_WEBHOOKS:
        keyed = Endpoint(handler=handler, scopes=_fixed(), is_open=True)
        routes.append(_route(server, keyed, f"/webhooks/v3/{{app_id}}{path}", method))
    tokens = Endpoint(handler=oauth.token, scopes=_fixed(), is_open=True)
    routes.extend(_route(server, tokens, f"/oauth/{version}/token", "POST") for version in ("v3", "{version:dated}"))
    return routes


def _journals(server: Server) -> Iterator[Route]:
    for scope, rows in _JOURNALS:
        for method, path, handler in rows:
            endpoint = Endpoint(handler=handler, scopes=_fixed(scope), is_exempt=True)
            for version in ("v4", "{version:dated}"):
                yield _route(server, endpoint, f"/webhooks-journal{path.replace('{version}', version)}", method)


def _route(server: Server, endpoint: Endpoint, path: str, method: str) -> Route:
    async def serve(request: Request) -> Response:
        return await answer(server, endpoint, request)

    return Route(path, serve, methods=[method])
