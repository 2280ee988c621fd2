"""What the sandbox answers: JSON bodies, HubSpot's error envelopes, its HTML pages, and batch envelopes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.responses import Response

from connectors.sandbox.kinds import Kind

Json = Mapping[str, object]

NOT_FOUND_PAGE = (
    '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
    "<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404</h2>\n"
    "<p>Resource not found</p>\n</body>\n</html>\n"
)
TOO_LONG_PAGE = "<html>\n<head><title>414 Request-URI Too Large</title></head>\n<body><h1>414</h1></body>\n</html>\n"
_HTML = "text/html;charset=iso-8859-1"
_JSON = "application/json;charset=utf-8"


def without_next(response: Response) -> Response:
    """Return a page as the last one of its list."""
    page = {name: value for name, value in orjson.loads(response.body).items() if name != "paging"}
    return Response(orjson.dumps(page), status_code=response.status_code, media_type=response.media_type)


class RefusalError(Exception):
    """A call that is answered with an error body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str | None = None,
        sub_category: str | None = None,
        errors: Sequence[Json] = (),
        context: Json | None = None,
        more: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        facts = {"errors": list(errors), "context": context, "category": category}
        self.body: dict[str, object] = {"status": "error", "message": message}
        self.body |= {name: value for name, value in {**facts, "subCategory": sub_category}.items() if value}
        self.body |= more or {}


class PageNotFoundError(Exception):
    """A call that HubSpot answers with its HTML page."""


def reply(body: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(orjson.dumps(body), status_code=status, media_type=_JSON)


def nothing() -> Response:
    """Return 204."""
    return Response(status_code=204)


def page(html: str, status: int) -> Response:
    """Return an HTML answer."""
    return Response(html, status_code=status, headers={"content-type": _HTML})


def invalid(message: str, **facts: Sequence[Json]) -> RefusalError:
    """Return a 400 of category VALIDATION_ERROR."""
    return RefusalError(400, message, category="VALIDATION_ERROR", errors=facts.get("errors", ()))


@dataclass(frozen=True, kw_only=True, slots=True)
class PropertyProblem:
    """One property value that was refused."""

    name: str
    code: str
    message: str


def invalid_properties(problems: Sequence[PropertyProblem]) -> RefusalError:
    """Return the 400 that lists refused values, both inside the message and as errors."""
    inside = [{"isValid": False, "message": p.message, "error": p.code, "name": p.name} for p in problems]
    errors = [{"message": p.message, "code": p.code, "context": {"propertyName": [p.name]}} for p in problems]
    return invalid(f"Property values were not valid: {orjson.dumps(inside).decode()}", errors=errors)


def not_found(kind: Kind, ids: Sequence[str]) -> Json:
    """Return the item of a 207 for records that are not there."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind.legacy} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": {"ids": list(ids)},
    }


def taken(existing_id: str) -> RefusalError:
    """Return the 409 for a contact whose address another record holds."""
    return RefusalError(409, f"Contact already exists. Existing ID: {existing_id}", category="CONFLICT")


def held_elsewhere(portal_id: int, kind: Kind, *, name: str, value: str, ids: tuple[str, str]) -> RefusalError:
    """Return the 400 for a unique value; `ids` are the record written and the one that owns the value."""
    coordinates = (
        f"PropertyValueCoordinates{{portalId={portal_id}, "
        f"objectTypeId=ObjectTypeId{{legacyObjectType={kind.legacy}}}, propertyName={name}, value={value}}}"
    )
    return invalid(f"Cannot set {coordinates} on {ids[0]}. {ids[1]} already has that value.")


def not_permitted(kind: Kind, portal_id: int) -> RefusalError:
    """Return the 403 of the properties API, which knows no category and names scopes in its own way."""
    return RefusalError(
        403,
        f"You do not have permissions to view object type ObjectTypeId{{legacyObjectType={kind.legacy}}} "
        f"in portal {portal_id} (requires one of [{kind.name}-read])",
    )


def missing_scopes(scopes: Sequence[str]) -> RefusalError:
    """Return the 403 that names the scopes a token lacks."""
    inner = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredScopes": [], "requiredGranularScopes": list(scopes)},
    }
    return RefusalError(
        403,
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes.",
        category="MISSING_SCOPES",
        errors=[inner],
        more={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )
