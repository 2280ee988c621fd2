"""The sandbox as an application: each path under every version of HubSpot's API that has it."""

import time
from collections.abc import Iterator, Sequence

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.answers import NOT_FOUND_PAGE, page
from connectors.sandbox.api import exports, feeds, journal, oauth
from connectors.sandbox.calls import Endpoint, Scopes, Server, answer
from connectors.sandbox.faults import NONE, Fate, Faults
from connectors.sandbox.limits import REAL, Bucket, Budgets, Elapsed, Limits
from connectors.sandbox.routes import (
    ACCOUNT,
    APP_WEBHOOKS,
    ASSOCIATIONS,
    CAMPAIGNS,
    CURRENCIES,
    EVENTS,
    EXPORTS,
    FORMS,
    JOURNALS,
    LINKS_OF_ONE,
    OBJECTS,
    OWNERS,
    PIPELINES,
    PROPERTIES,
    ROOTS,
    SCHEMA_READ,
    Row,
    fixed,
    schemas_alone,
)
from connectors.sandbox.state import Portal


class _Version(Convertor[str]):
    """A dated version."""

    regex = r"20\d\d-(?:03|09)(?:-beta)?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("dated", _Version())


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

    def add(family: str, rows: Sequence[Row], scopes: Scopes, bucket: Bucket = Bucket.GENERAL) -> None:
        for root in ROOTS[family]:
            for method, path, handler in rows:
                instead = schemas_alone if scopes is SCHEMA_READ else None
                endpoint = Endpoint(handler=handler, scopes=scopes, bucket=bucket, instead=instead)
                routes.append(_route(server, endpoint, f"{root}{path}", method))

    for scopes, rows in LINKS_OF_ONE:
        add("links", rows, scopes, Bucket.ASSOCIATIONS)
    for scopes, rows in ASSOCIATIONS:
        add("associations", rows, scopes, Bucket.ASSOCIATIONS)
    for scopes, bucket, rows in OBJECTS:
        add("objects", rows, scopes, bucket)
    for scopes, rows in PROPERTIES:
        add("properties", rows, scopes)
    add("pipelines", PIPELINES, SCHEMA_READ)
    add("owners", OWNERS, fixed("crm.objects.owners.read"))
    add("campaigns", CAMPAIGNS, fixed("marketing.campaigns.read"))
    add("forms", FORMS, fixed("forms"))
    add("account", ACCOUNT, fixed())
    add("currencies", CURRENCIES, fixed("settings.currencies.read"))
    add("exports", EXPORTS, fixed("crm.export"))
    add("events", EVENTS, fixed("business-intelligence"))
    submissions = Endpoint(handler=feeds.submissions, scopes=fixed("forms"))
    routes.append(_route(server, submissions, "/form-integrations/v1/submissions/forms/{id}", "GET"))
    routes.append(
        _route(server, Endpoint(handler=feeds.email_events, scopes=fixed("content")), "/email/public/v1/events", "GET")
    )
    files = Endpoint(handler=exports.file, scopes=fixed(), is_open=True)
    routes.append(_route(server, files, "/export-files/{key}", "GET"))
    journal_files = Endpoint(handler=journal.file, scopes=fixed(), is_open=True)
    routes.append(_route(server, journal_files, "/journal-files/{key}", "GET"))
    routes.extend(_journals(server))
    letting_in = Endpoint(handler=oauth.authorise, scopes=fixed(), is_open=True)
    routes.append(_route(server, letting_in, "/oauth/authorize", "GET"))
    for method, path, handler in APP_WEBHOOKS:
        keyed = Endpoint(handler=handler, scopes=fixed(), is_open=True)
        routes.append(_route(server, keyed, f"/webhooks/v3/{{app_id}}{path}", method))
    tokens = Endpoint(handler=oauth.token, scopes=fixed(), is_open=True)
    routes.extend(_route(server, tokens, f"/oauth/{version}/token", "POST") for version in ("v3", "{version:dated}"))
    return routes


def _journals(server: Server) -> Iterator[Route]:
    for scope, rows in JOURNALS:
        for method, path, handler in rows:
            endpoint = Endpoint(handler=handler, scopes=fixed(scope), is_exempt=True)
            for version in ("v4", "{version:dated}"):
                yield _route(server, endpoint, f"/webhooks-journal{path.replace('{version}', version)}", method)


def _route(server: Server, endpoint: Endpoint, path: str, method: str) -> Route:
    async def serve(request: Request) -> Response:
        return await answer(server, endpoint, request)

    return Route(path, serve, methods=[method])
